"""Exercise 6.1: the logloss from scores, right also where exp() overflows."""

from __future__ import annotations

import math

import numpy as np

from fmteach.exercises.losses.far import (
    CLIPPED,
    INFINITE,
    LOG_OF_ZERO,
    NO_NUMBER,
    OVERFLOW,
    safe_far_out,
)
from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip


def solution_logloss(scores, y):
    # -ln σ(s) = ln(1 + exp(-s)), and -ln(1 - σ(s)) = s + ln(1 + exp(-s))
    return (np.logaddexp(0, -scores) + (1 - y) * scores).mean()


def definition(scores, y) -> float:
    """Row by row: -ln σ(s) for y = 1, -ln(1 - σ(s)) = -ln σ(-s) for y = 0."""
    total = 0.0
    for score, label in zip(scores, y, strict=True):
        s = float(score) if label == 1 else -float(score)
        total += math.log1p(math.exp(-s)) if s > 0 else -s + math.log1p(math.exp(s))
    return total / len(y)


def _trials() -> list[Trial]:
    rng = np.random.default_rng(6)
    trials = [
        Trial("one row, score 0.5 and y = 1", (np.array([0.5]), np.array([1.0]))),
        Trial("one row, score 0.5 and y = 0", (np.array([0.5]), np.array([0.0]))),
    ]
    for n in (4, 25):
        y = (rng.random(n) < 0.4).astype(float)
        y[:2] = 1, 0
        trials.append(Trial(f"{n} rows", (rng.normal(0, 2, n), y)))
    return trials


_FAR = [
    (
        "scores 1000, -1000, 3 and y = 1, 0, 1",
        (np.array([1000.0, -1000.0, 3.0]), np.array([1.0, 0.0, 1.0])),
        math.log1p(math.exp(-3)) / 3,
    ),
    (
        "scores -1000, 1000 and y = 1, 0",
        (np.array([-1000.0, 1000.0]), np.array([1.0, 0.0])),
        1000.0,
    ),
]

# -- slips ---------------------------------------------------------------------------------------


def _sigmoid(s):
    return 1 / (1 + np.exp(-s))


def _of_p(p, y):
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()


def _scores_as_p(scores, y):
    return _of_p(scores, y)


def _sign_lost(scores, y):
    return -_of_p(_sigmoid(scores), y)


def _summed(scores, y):
    return _of_p(_sigmoid(scores), y) * len(y)


def _row_by_row(scores, y):
    p = _sigmoid(scores)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def _positives_only(scores, y):
    return -(y * np.log(_sigmoid(scores))).mean()


def _negatives_only(scores, y):
    return -((1 - y) * np.log(1 - _sigmoid(scores))).mean()


def _labels_not_used(scores, y):
    return -np.log(_sigmoid(scores)).mean()


def _labels_turned(scores, y):
    return _of_p(_sigmoid(scores), 1 - y)


def _turned_in_one_case(scores, y):
    p = _sigmoid(scores)
    return (-y * np.log(p) + (1 - y) * np.log(1 - p)).mean()


def _base_two(scores, y):
    return _of_p(_sigmoid(scores), y) / math.log(2)


def _base_ten(scores, y):
    return _of_p(_sigmoid(scores), y) / math.log(10)


def _labels_of_both_signs(scores, y):
    return np.log(1 + np.exp(-y * scores)).mean()


def _sigmoid_twice(scores, y):
    return _of_p(_sigmoid(_sigmoid(scores)), y)


def _no_logarithm(scores, y):
    p = _sigmoid(scores)
    return 1 - (y * p + (1 - y) * (1 - p)).mean()


def _logarithm_of_the_mean(scores, y):
    p = _sigmoid(scores)
    return -np.log((y * p + (1 - y) * (1 - p)).mean())


def _squared(scores, y):
    return ((_sigmoid(scores) - y) ** 2).mean()


def _times_no_number(scores, y):
    return _of_p(_sigmoid(scores), y)


def _picked_infinite(scores, y):
    p = _sigmoid(scores)
    return -np.log(np.where(y == 1, p, 1 - p)).mean()


def _clipped(scores, y):
    return _of_p(np.clip(_sigmoid(scores), 1e-7, 1 - 1e-7), y)


def _overflows(scores, y):
    return sum(
        math.log(1 + math.exp(-s if label == 1 else s)) for s, label in zip(scores, y, strict=True)
    ) / len(y)


def _logarithm_of_zero(scores, y):
    total = 0.0
    for s, label in zip(scores, y, strict=True):
        p = 1 / (1 + math.exp(-s))
        total -= label * math.log(p) + (1 - label) * math.log(1 - p)
    return total / len(y)


LOGLOSS = function_exercise(
    "6.1", "logloss from scores",
    solution=solution_logloss,
    truth=definition,
    trials=_trials,
    stub="""
def logloss(scores, y):
    # the mean over the rows
    return ...
""",
    slips=(
        Slip("scores as probabilities", _scores_as_p,
             "you took the logarithm of a score, and a score may be negative. First make a "
             "probability of it: p = σ(score)."),
        Slip("sign lost", _sign_lost,
             "the size is right, the sign is not. ln p is negative, so the loss is MINUS the mean "
             "of the logarithms."),
        Slip("sum for mean", _summed,
             "that is the sum over the rows. Take the mean, or the loss grows with the number of "
             "rows."),
        Slip("not added up", _row_by_row,
             "these are the losses row by row, and each is right. Take their mean: .mean()."),
        Slip("only y = 1", _positives_only,
             "rows with y = 0 add nothing in your sum. They have a loss too: -ln(1 - p)."),
        Slip("only y = 0", _negatives_only,
             "rows with y = 1 add nothing in your sum. They have a loss too: -ln p."),
        Slip("labels not used", _labels_not_used,
             "you treat every row as if y were 1, and never use the labels. The loss of a row with "
             "y = 0 is -ln(1 - p)."),
        Slip("labels turned", _labels_turned,
             "the two cases stand in each other's place: -ln p belongs to y = 1, -ln(1 - p) to "
             "y = 0. Or look at the sign in your σ."),
        Slip("minus in one case only", _turned_in_one_case,
             "rows with y = 0 have a negative loss in yours. The minus belongs to both logarithms: "
             "put brackets around their sum."),
        Slip("base 2", _base_two,
             "that is the logarithm to base 2, which counts in bits. The course, and torch, use "
             "the natural one: log, not log2."),
        Slip("base 10", _base_ten,
             "that is the logarithm to base 10. Use the natural one: log, not log10."),
        Slip("labels as ±1", _labels_of_both_signs,
             "ln(1 + exp(-y · score)) is for labels -1 and +1. With y = 0 it says ln 2 whatever "
             "the score. Use 2y - 1, or two cases."),
        Slip("sigmoid twice", _sigmoid_twice,
             "the score went through σ twice. p then never leaves 0.5 to 0.731. One σ is enough; "
             "which of your functions has one inside?"),
        Slip("no logarithm", _no_logarithm,
             "that is one minus the mean probability of what happened. The logloss takes -ln of "
             "that probability, row by row."),
        Slip("logarithm of the mean", _logarithm_of_the_mean,
             "you took the mean first and the logarithm after. It is the other way round: a "
             "logarithm for each row, then the mean."),
        Slip("squared error", _squared,
             "that is the mean of (p - y)², the Brier score. It never exceeds 1; the logloss has "
             "no upper limit. Take logarithms."),
        Slip("nan at large scores", _times_no_number, NO_NUMBER),
        Slip("infinite at large scores", _picked_infinite, INFINITE),
        Slip("p kept off 0 and 1", _clipped, CLIPPED),
        Slip("overflow", _overflows, OVERFLOW),
        Slip("logarithm of 0", _logarithm_of_zero, LOG_OF_ZERO),
    ),
    hints=(
        "What is the loss of one row with y = 1, and of one with y = 0? Each is -ln of the "
        "probability of what happened.",
        "-ln σ(s) is ln(1 + exp(-s)), and -ln(1 - σ(s)) is ln(1 + exp(s)). NumPy has "
        "logaddexp(0, x) for ln(1 + exp(x)), torch has softplus(x): both are safe for large x.",
        "Row by row: logaddexp(0, score) - y · score. For y = 0 that is ln(1 + exp(s)), for y = 1 "
        "it is ln(1 + exp(s)) - s = ln(1 + exp(-s)). Then the mean.",
    ),
    otherwise="Take one row, score 0 and y = 1: p is 1/2 and the loss ln 2 = 0.6931. What does "
    "yours give?",
    right="equal to the definition on 4 sets of rows, and finite and right at scores of ±1000.",
    also=(safe_far_out(_FAR),),
)  # fmt: skip
