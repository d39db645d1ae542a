"""Exercise 6.3: the logloss of the base rate, by hand."""

from __future__ import annotations

import math

from fmteach.exercises.making import number_exercise
from fmteach.exercises.slip import Slip

CTR = 0.17
_YES, _NO = -math.log(CTR), -math.log(1 - CTR)  # the losses of the two kinds of rows
_TRUTH = CTR * _YES + (1 - CTR) * _NO

BASE_RATE = number_exercise(
    "6.3", "the base rate",
    "17 % of the rows are clicks. A model says p = 0.17 in every row. How large is its logloss "
    "(the mean over all rows, natural logarithm, 3 digits)?",
    truth=_TRUTH,
    slips=(
        Slip("rows with a click only", (_YES,),
             "that is -ln 0.17, the loss of a row with a click. The 83 % without one have a "
             "smaller loss, -ln 0.83. Take the mean."),
        Slip("rows without a click only", (_NO,),
             "that is -ln 0.83, the loss of a row without a click. The 17 % with one have a larger "
             "loss. Take the mean."),
        Slip("half of the mean: clicks", (CTR * _YES,),
             "that is what the clicks add to the mean: 0.17 · (-ln 0.17). The other 83 % of the "
             "rows add something too."),
        Slip("half of the mean: others", (_NO * (1 - CTR),),
             "that is what the rows without a click add: 0.83 · (-ln 0.83). The clicks add theirs "
             "too."),
        Slip("shares swapped", ((1 - CTR) * _YES + CTR * _NO,),
             "the shares stand in each other's place: only 17 % of the rows have the large loss "
             "-ln 0.17."),
        Slip("not weighted", (_YES + _NO,),
             "you added the losses of one row of each kind. They are not equally common: weight "
             "them with 0.17 and 0.83."),
        Slip("equal weights", ((_YES + _NO) / 2,),
             "you weighted both kinds of rows with 1/2. There are 17 clicks in 100 rows, and 83 "
             "others."),
        Slip("accuracy", (1 - CTR,),
             "0.83 is the accuracy of always saying “no”. The logloss asks for the probability: "
             "-ln of what was given to what happened."),
        Slip("the CTR itself", (CTR,),
             "0.17 is the share of clicks, not a loss. What is -ln p for a row with a click, and "
             "-ln(1 - p) for one without?"),
        Slip("ln 2", (math.log(2),),
             "ln 2 is the loss of p = 1/2. This model says 0.17, and it knows more: clicks are "
             "rare."),
        Slip("sign lost", (-_TRUTH,),
             "the size is right. A logarithm of a probability is negative, so the loss is minus "
             "the mean."),
        Slip("base 2", (_TRUTH / math.log(2),),
             "that is the entropy in bits, with the logarithm to base 2. Use the natural one, as "
             "torch does."),
        Slip("base 10", (_TRUTH / math.log(10),),
             "that is the logarithm to base 10. Use the natural one: math.log."),
        Slip("Brier score", (CTR * (1 - CTR),),
             "p(1 - p) is the mean of (p - y)², the Brier score. The logloss takes logarithms."),
        Slip("the score", (math.log(CTR / (1 - CTR)),),
             "that is the score (logit) of p = 0.17. The question is what this p costs, in the "
             "mean over all rows."),
    ),
    hints=(
        "There are two kinds of rows, and so two losses. How often does each occur?",
        "A row with a click costs -ln p, another one -ln(1 - p). Weight each with its share of "
        "the rows.",
        "0.17 · (-ln 0.17) + 0.83 · (-ln 0.83). In Python: math.log is the natural logarithm.",
    ),
    solution="0.17 · (-ln 0.17) + 0.83 · (-ln 0.83) = 0.17 · 1.7720 + 0.83 · 0.1863 = 0.4559.",
    right="0.4559, the base rate at a CTR of 17 %. No other constant p costs less. A model with a "
    "higher logloss gives worse probabilities than this one number.",
    otherwise="Write down the loss of a row with a click, -ln 0.17, and of one without, -ln 0.83. "
    "Then take the mean over 100 rows.",
)  # fmt: skip
