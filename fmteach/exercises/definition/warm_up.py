"""Two questions about notebooks 00 and 01."""

from __future__ import annotations

from fmteach.exercises.making import choice_exercise, number_exercise
from fmteach.exercises.slip import Slip

ROW = number_exercise(
    "2.a", "a one-hot row",
    "A service has 5 users and 4 films. A row says who rated which film, one-hot. How many numbers "
    "does the row x hold, zeros included?",
    truth=9,
    unit="numbers",
    slips=(
        Slip("table of pairs", (20,),
             "5 · 4 counts the pairs of a user and a film. The row has one place for each user "
             "and one for each film."),
        Slip("ones only", (2,),
             "that many of them are 1. The zeros stand in the row too."),
        Slip("zeros only", (7,),
             "that many of them are 0. The two ones belong to the row as well."),
        Slip("films only", (4,), "the users have places in the row too."),
        Slip("users only", (5,), "the films have places in the row too."),
    ),
    hints=(),
    solution="5 + 4 = 9: one place for each user, one for each film. Two of them are 1.",
    right="One place for each user and one for each film; two of them are 1.",
    otherwise="Count the places: one for each user, and one for each film.",
    within=1e-6,
)  # fmt: skip

LINEAR = choice_exercise(
    "2.b", "a linear score",
    "“Heat” and “Up” are films. Which of these can a linear score, w0 + w_user + w_film, not say?",
    choices={
        "Ann gives more stars than Ben does": "It can: w_Ann is larger than w_Ben.",
        "“Heat” gets more stars than “Up”": "It can: w_Heat is larger than w_Up.",
        "Ann likes “Heat” more than “Up”, Ben likes “Up” more": "Right. The difference between "
        "“Heat” and “Up” is w_Heat − w_Up, the same number for everybody. A pair is needed.",
        "Ann gives “Heat” more stars than Ben gives “Up”": "It can: w_Ann + w_Heat is larger than "
        "w_Ben + w_Up. Look for what depends on both at once.",
    },
    right="Ann likes “Heat” more than “Up”, Ben likes “Up” more",
    hints=(),
)  # fmt: skip
