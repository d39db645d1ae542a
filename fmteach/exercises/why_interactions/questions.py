"""Exercises 1.4 and 1.5: the size of the pair table, and who can judge a pair never seen."""

from __future__ import annotations

from fmteach.exercises.making import choice_exercise, number_exercise
from fmteach.exercises.slip import Slip

USERS, FILMS, K = 671, 9_066, 16  # the embedded MovieLens file; a test counts them
_D = USERS + FILMS
_TABLE, _FACTORS = _D * (_D - 1) // 2, _D * K

TABLE_SIZE = number_exercise(
    "1.4", "the size of the table",
    f"The file has {USERS} users and {FILMS:,} films, so d = {_D:,} features. Poly-2 keeps one "
    f"weight for each pair of features; an FM with k = {K} keeps {K} factors for each feature. How "
    "many times as many numbers are the pair weights?",
    truth=_TABLE / _FACTORS,
    unit="times",
    slips=(
        Slip("both orders", (2 * _TABLE / _FACTORS,),
             "that counts each pair in both orders. There are d(d − 1)/2 pairs."),
        Slip("k forgotten", (_TABLE / _D,),
             "that compares with one factor for each feature. The FM keeps k = 16."),
        Slip("turned over", (_FACTORS / _TABLE,),
             "that is factors / weights. Which of the two is larger? Divide it by the other."),
        Slip("not divided", (_TABLE,),
             "that is the number of pair weights. Divide it by the number of factors."),
        Slip("the factors", (_FACTORS,),
             "that is the number of factors. How often does it go into d(d − 1)/2?"),
        Slip("users times films", (USERS * FILMS / _FACTORS,),
             "that takes only pairs of a user and a film. It is a good thought: no others occur in "
             "these rows. But the question is about all pairs of the d features."),
    ),
    hints=(
        "Two numbers are needed: how many pair weights, and how many factors.",
        "There are d(d − 1)/2 pair weights and d · k factors.",
        "d(d − 1)/2 divided by d · k is (d − 1)/(2k). Put in d and k.",
    ),
    solution=f"{_TABLE:,} pair weights / {_FACTORS:,} factors = (d − 1)/(2k) = {_D - 1:,}/{2 * K} "
    f"= {_TABLE / _FACTORS:.0f}.",
    right=f"{_TABLE:,} weights against {_FACTORS:,} factors. The ratio (d − 1)/(2k) grows with d.",
    otherwise="Divide d(d − 1)/2 by d · k.",
)  # fmt: skip

OWN_OPINION = choice_exercise(
    "1.5", "an own opinion",
    "Eva and “Dune” have never met in the training rows. Eva has met other films, and “Dune” other "
    "users. Which model can say more of this pair than w₀ and the weights of the two, and why?",
    choices={
        "poly-2, because every pair has a weight": "It has a weight, but no row ever moved it. It "
        "stands at 0, where L2 keeps it.",
        "poly-2, because its pair weights learn from similar users": "A pair weight is moved by "
        "rows with exactly this pair. Rows of similar users move their own weights.",
        "the FM, because it saw more rows": "All models learn from the same rows. The difference "
        "is which numbers a row moves.",
        "the FM, because the factors of the two learn from other rows": "Yes. v_Eva learns from "
        "all rows of Eva, v_Dune from all rows of the film, and their product judges a pair that "
        "no row has.",
        "the linear score, because the weights of both are known": "They are known, but their sum "
        "says only: kind user, good film. It is the same for all who are as kind as Eva.",
        "none, because the pair has no data": "No row has the pair, but many have one half of it. "
        "One of the models learns something about each half that can be multiplied.",
    },
    right="the FM, because the factors of the two learn from other rows",
    hints=(
        "Ask of each model: which of its numbers does a row of Eva with another film move?",
        "A row moves only the numbers that stand in its score. The weight of this pair stands in "
        "no row's score.",
        "Numbers that belong to a feature are moved by all its rows; a number that belongs to a "
        "pair is moved by that pair alone. Which model multiplies numbers of two features?",
    ),
)  # fmt: skip
