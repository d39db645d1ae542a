"""The questions at the start of notebook 14: codes never seen, and the size of a model."""

from __future__ import annotations

from fmteach.exercises.making import choice_exercise, number_exercise
from fmteach.exercises.slip import Slip

UNSEEN = choice_exercise(
    "14.a", "a code never seen",
    "A test row has a code that no training row has. What does the model do?",
    choices={
        "it stops with an error": "Then it would stop on most days: new codes come all the time. "
        "The encoder has a place for them.",
        "it drops the row": "The advertisement is to be shown or not, so an answer is needed for "
        "every row.",
        "it takes the feature “(unseen)” of that field": "Yes, and all it knows from the other "
        "fields. That feature is shared by all codes that it has not met.",
        "it makes a new feature for the code": "A new feature would have no weight and no factors "
        "yet: they are learned in training, and this is a test row.",
    },
    right="it takes the feature “(unseen)” of that field",
    hints=(),
)  # fmt: skip

PARAMETERS = number_exercise(
    "14.b", "the size of a model",
    "An FM has d = 100 features and k = 8 factors. How many parameters?",
    truth=901,
    unit="parameters",
    within=0.0005,
    slips=(
        Slip("bias forgotten", (900,),
             "there is one more number that belongs to no feature: the bias."),
        Slip("weights forgotten", (801,),
             "those are the bias and the factors. Each feature has a weight of its own, too."),
        Slip("factors alone", (800,),
             "those are the factors alone. What does the linear part of the score need?"),
        Slip("one row of factors", (109,),
             "that has one row of factors for all features. Each feature has its own."),
        Slip("linear model", (101,),
             "that is the linear model: a bias and a weight for each feature."),
        Slip("a weight for each pair", (5051,),
             "that has a weight for each of the 4,950 pairs. An FM has k factors for each feature "
             "instead."),
        Slip("factors for each pair", (39_701,),
             "that has k factors for each pair. The factors belong to features; pairs share them."),
    ),
    hints=(),
    solution="1 + d + dk = 1 + 100 + 800 = 901: the bias, a weight and k factors for each feature.",
    right="1 + d + dk = 1 + 100 + 800 = 901: the bias, a weight and k factors for each feature.",
    otherwise="Go through the score: what stands alone, what goes with each x_i, and what with "
    "each pair?",
)  # fmt: skip
