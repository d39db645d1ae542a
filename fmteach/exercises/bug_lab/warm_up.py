"""The questions at the start of the bug lab."""

from __future__ import annotations

import math

from fmteach.exercises.making import choice_exercise, number_exercise
from fmteach.exercises.slip import Slip

_COIN = number_exercise(
    "6.c", "a coin",
    "A row has the score ŷ = 0 and the label y = 1. What is its cross-entropy?",
    truth=math.log(2),
    slips=(
        Slip("the probability", (0.5,), "that is p = σ(0). The cross-entropy of a row with y = 1 "
             "is −ln p."),
        Slip("the score", (0.0,), "the loss is 0 only where p = 1. Here p = σ(0) = 0.5."),
        Slip("two as base", (1.0,), "that is the logarithm to base 2. The course takes ln."),
        Slip("sign lost", (-math.log(2),), "a logarithm of p is negative, and the loss is minus "
             "that."),
    ),
    hints=(),
    solution="p = σ(0) = 0.5, and −ln 0.5 = ln 2 = 0.693.",
    right="−ln σ(0) = −ln 0.5 = ln 2 = 0.693: what every row costs a model that knows nothing.",
    otherwise="First the probability, p = σ(ŷ). Then −ln p.",
)  # fmt: skip

_BESIDE = choice_exercise(
    "6.d", "beside a logloss",
    "Somebody reports a logloss of 0.45. What do you need to know before you call it good?",
    choices={
        "the accuracy": "It says how many rows are on the right side of 0.5. With few clicks it is "
        "high for a model that has learnt nothing.",
        "the base rate on the same rows": "Yes. At a CTR of 17 % the base rate alone costs 0.456, "
        "so 0.45 is hardly anything; at 50 % it costs 0.693.",
        "the loss on the training rows": "It tells whether the model overfits, not whether 0.45 is "
        "a good value on these rows.",
        "the number of parameters": "It says what the model costs. A logloss is good or bad beside "
        "what no model at all would reach.",
    },
    right="the base rate on the same rows",
    hints=(),
)  # fmt: skip

WARM_UP = (_COIN, _BESIDE)
