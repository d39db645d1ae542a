"""The questions at the start of notebook 13: what a shift changes, and the logloss to beat."""

from __future__ import annotations

import math

from fmteach.exercises.making import choice_exercise, number_exercise
from fmteach.exercises.slip import Slip

LIFTED = choice_exercise(
    "13.a", "one more on every score",
    "You add 1 to every score. What changes?",
    choices={
        "the logloss alone": "Yes. All probabilities are higher now, and the logloss looks at "
        "their size. The AUC looks at the order of the scores only.",
        "the AUC alone": "The AUC asks how often a click stands above a row without one. Adding "
        "the same to both moves none past another.",
        "both": "One of the two looks at the order of the scores only, and the order is as before.",
        "neither": "Every probability is higher now, so every row with a click costs less and "
        "every other row more. One of the two looks at that.",
    },
    right="the logloss alone",
    hints=(),
)  # fmt: skip

_P = 0.17
_CLICKS, _REST = -_P * math.log(_P), -(1 - _P) * math.log(1 - _P)

BASE_LOGLOSS = number_exercise(
    "13.b", "the logloss to beat",
    "The click rate is 17 %. What is the logloss of a model that says 0.17 for every row? (Three "
    "digits; ln is the natural logarithm.)",
    truth=_CLICKS + _REST,
    slips=(
        Slip("sign forgotten", (-_CLICKS - _REST,),
             "logarithms of numbers below 1 are negative, so a minus stands in front of the sum."),
        Slip("logarithm to base 2", ((_CLICKS + _REST) / math.log(2),),
             "that is in bits, with logarithms to the base 2. The logloss uses ln."),
        Slip("logarithm to base 10", ((_CLICKS + _REST) / math.log(10),),
             "that uses logarithms to the base 10. The logloss uses ln."),
        Slip("a click alone", (-math.log(_P),),
             "that is what one click costs. Only 17 % of the rows are clicks."),
        Slip("no click alone", (-math.log(1 - _P),),
             "that is what one row without a click costs. The 17 % with a click cost much more."),
        Slip("clicks counted only", (_CLICKS,),
             "that is the part of the clicks. The other 83 % of the rows cost something, too."),
        Slip("the rest counted only", (_REST,),
             "that is the part of the rows without a click. The 17 % with one are missing."),
        Slip("shares forgotten", (-math.log(_P) - math.log(1 - _P),),
             "that adds the two costs as if there were as many clicks as other rows. Weigh them: "
             "0.17 and 0.83."),
        Slip("squared error", (_P * (1 - _P),),
             "that is the mean squared error, 0.17 · 0.83. The logloss takes logarithms."),
        Slip("balanced rows", (math.log(2),),
             "that is ln 2: what 0.5 for every row costs. Here every row gets 0.17."),
    ),
    hints=(),
    solution="−(0.17 ln 0.17 + 0.83 ln 0.83) = 0.456. Every model has to beat that.",
    right="−(0.17 ln 0.17 + 0.83 ln 0.83) = 0.456. Every model has to beat that.",
    otherwise="A click costs −ln 0.17, any other row −ln 0.83. Weigh the two by their shares.",
)  # fmt: skip
