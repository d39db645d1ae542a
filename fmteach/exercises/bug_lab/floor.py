"""Exercises 6.6 and 6.7: the lowest loss that a model with two sigmoids can have, by hand."""

from __future__ import annotations

import math

from fmteach.exercises.making import number_exercise
from fmteach.exercises.slip import Slip

CTR = 0.17
_AT_BEST = -math.log(1 / (1 + math.exp(-1)))  # of a positive: sigmoid(1) = 0.731
_AT_WORST = math.log(2)  # of a negative: sigmoid(0) = 0.5


def floor(ctr: float) -> float:
    """The lowest logloss behind two sigmoids, when a share `ctr` of the labels is 1.

    >>> round(floor(0.5), 4), round(floor(0.17), 4)
    (0.5032, 0.6286)
    """
    return ctr * _AT_BEST + (1 - ctr) * _AT_WORST


def base_rate(ctr: float) -> float:
    """The logloss of saying `ctr` for every row.

    >>> round(base_rate(0.17), 4)
    0.4559
    """
    return -ctr * math.log(ctr) - (1 - ctr) * math.log(1 - ctr)


EXERCISES = (
    number_exercise(
        "6.6", "the floor, half of the labels 1",
        "A model ends in a sigmoid, and the loss applies another one. Half of the labels are 1, "
        "and the model is as good as it can be: it puts out 1 for every positive and 0 for every "
        "negative. How large is the logloss (the mean, natural logarithm, 3 digits)?",
        truth=floor(0.5),
        slips=(
            Slip(
                "ln 2", (math.log(2),),
                "that is ln 2, the loss of saying 1/2 for every row. It is right for the "
                "negatives. A positive gets sigmoid(1) = 0.731, and its loss is smaller. Take the "
                "mean of the two.",
            ),
            Slip(
                "positives only", (_AT_BEST,),
                "that is -ln 0.731, the loss of a positive. Half of the rows are negatives: they "
                "get sigmoid(0) = 1/2. What is their loss?",
            ),
            Slip(
                "mean before the logarithm", (-math.log((0.5 + 1 / (1 + math.exp(-1))) / 2),),
                "you took the mean of the two probabilities and then one logarithm. The loss is a "
                "mean of logarithms: take -ln of each first.",
            ),
            Slip(
                "no floor", (0.0,),
                "0 is what a model with one sigmoid can come near to. Here the output 1 goes "
                "through a second sigmoid before the logarithm: what is sigmoid(1)?",
            ),
            Slip(
                "not the mean", (2 * floor(0.5),),
                "that is the loss of one positive plus the loss of one negative. The logloss is "
                "the mean over the rows: half of it.",
            ),
            Slip(
                "logarithm to base 2", (floor(0.5) / math.log(2),),
                "these are bits: a logarithm to base 2. Losses in this course are in nats, with "
                "the natural logarithm: math.log.",
            ),
            Slip(
                "logarithm to base 10", (floor(0.5) / math.log(10),),
                "that is a logarithm to base 10. The loss is made with the natural one: math.log, "
                "not math.log10.",
            ),
            Slip(
                "a negative taken for p", ((_AT_BEST - math.log(1 - 1 / (1 + math.exp(-1)))) / 2,),
                "you gave the negatives the output 1 as well. At its best the model puts out 0 "
                "for them, and sigmoid(0) = 1/2 says “no” with probability 1/2.",
            ),
        ),
        hints=(
            "The loss sees sigmoid(output). Which numbers can that be, when the output lies "
            "between 0 and 1?",
            "A positive gets the probability sigmoid(1), a negative sigmoid(0). Each has a loss: "
            "-ln of the probability of what really happened.",
            "0.5 · (-ln sigmoid(1)) + 0.5 · (-ln(1 - sigmoid(0))), with sigmoid(1) = 1/(1 + 1/e).",
        ),
        solution="0.5 · (-ln 0.7311) + 0.5 · (-ln 0.5) = 0.5 · 0.3133 + 0.5 · 0.6931 = 0.5032.",
        right="0.5032. The second sigmoid leaves 0.731 for a sure “yes” and 1/2 for a sure “no”. "
        "No training can go below.",
        otherwise="Write down two losses, that of a positive with output 1 and that of a negative "
        "with output 0. Then take their mean.",
    ),
    number_exercise(
        "6.7", "the floor at a click rate of 17 %",
        "The same model, on data where 17 % of the labels are 1. How large is its lowest logloss "
        "now (3 digits)?",
        truth=floor(CTR),
        slips=(
            Slip(
                "the base rate", (base_rate(CTR),),
                "that is the loss of saying 0.17 for every row. A second sigmoid cannot say 0.17, "
                "its lowest word is 1/2. Weight the two losses of 6.6 with 0.17 and 0.83.",
            ),
            Slip(
                "balanced weights", (floor(0.5),),
                "that is the floor for half and half. Now 17 of 100 rows are positives: the two "
                "losses no longer have the same weight.",
            ),
            Slip(
                "swapped classes", (floor(1 - CTR),),
                "the weights stand in each other's place: 17 % are positives, with the smaller "
                "loss 0.313, and 83 % are negatives, with 0.693.",
            ),
            Slip(
                "positives only", (CTR * _AT_BEST,),
                "that is the share of the positives in the mean. The 83 % of negatives add theirs: "
                "0.83 · ln 2.",
            ),
            Slip(
                "negatives only", ((1 - CTR) * _AT_WORST,),
                "that is the share of the negatives in the mean. The 17 % of positives add theirs: "
                "0.17 times the loss of a positive.",
            ),
            Slip(
                "ln 2", (math.log(2),),
                "ln 2 is the loss of the negatives alone. The positives, 17 % of the rows, get "
                "0.731 and pull the mean a little below.",
            ),
            Slip(
                "logarithm to base 2", (floor(CTR) / math.log(2),),
                "these are bits: a logarithm to base 2. The loss is in nats, with the natural "
                "logarithm.",
            ),
        ),
        hints=(
            "The two losses of exercise 6.6 stay as they are. Only the shares change.",
            "17 of 100 rows have the loss of a positive, 83 that of a negative. Take the mean.",
            "0.17 · 0.3133 + 0.83 · 0.6931.",
        ),
        solution="0.17 · 0.3133 + 0.83 · 0.6931 = 0.6286. Saying 0.17 for every row has the loss "
        "0.4559: the best model behind two sigmoids is worse than no model.",
        right="0.6286. Saying 0.17 for every row has 0.4559: behind two sigmoids even the best "
        "model is worse than the base rate.",
        otherwise="Take the two losses of exercise 6.6 and weight them with the shares of the "
        "labels, 0.17 and 0.83.",
    ),
)  # fmt: skip
