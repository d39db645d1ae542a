"""Exercise 6.2: the BPR loss of pairs of scores."""

from __future__ import annotations

import math

import numpy as np

from fmteach.exercises.losses.far import CLIPPED, INFINITE, OVERFLOW, safe_far_out
from fmteach.exercises.losses.logloss import definition as logloss
from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip


def solution_bpr_loss(positive, negative):
    # -ln σ(x) = ln(1 + exp(-x)), where x is positive - negative
    return np.logaddexp(0, negative - positive).mean()


def definition(positive, negative) -> float:
    """The logloss of "the positive one stands above", whose logit is the difference."""
    differences = [float(p) - float(n) for p, n in zip(positive, negative, strict=True)]
    return logloss(differences, [1] * len(differences))


def _trials() -> list[Trial]:
    rng = np.random.default_rng(62)
    trials = [Trial("scores 1 and 0.2", (np.array([1.0]), np.array([0.2])))]
    for n in (3, 12):
        trials.append(Trial(f"{n} pairs", (rng.normal(0.5, 1.5, n), rng.normal(0, 1.5, n))))
    return trials


_FAR = [
    (
        "positive 900, -200 and negative -600, -400",
        (np.array([900.0, -200.0]), np.array([-600.0, -400.0])),
        0.0,
    ),
    ("positive -600 and negative 900", (np.array([-600.0]), np.array([900.0])), 1500.0),
]

# -- slips ---------------------------------------------------------------------------------------


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _reversed(positive, negative):
    return -np.log(_sigmoid(negative - positive)).mean()


def _sign_lost(positive, negative):
    return np.log(_sigmoid(positive - negative)).mean()


def _no_logarithm(positive, negative):
    return -_sigmoid(positive - negative).mean()


def _one_minus_sigmoid(positive, negative):
    return 1 - _sigmoid(positive - negative).mean()


def _no_sigmoid(positive, negative):
    return (negative - positive).mean()


def _squared(positive, negative):
    return ((positive - negative) ** 2).mean()


def _squared_to_one(positive, negative):
    return ((positive - negative - 1) ** 2).mean()


def _each_by_itself(positive, negative):
    return -(np.log(_sigmoid(positive)) + np.log(1 - _sigmoid(negative))).mean()


def _difference_of_logarithms(positive, negative):
    return -(np.log(_sigmoid(positive)) - np.log(_sigmoid(negative))).mean()


def _difference_of_probabilities(positive, negative):
    return -np.log(_sigmoid(_sigmoid(positive) - _sigmoid(negative))).mean()


def _logarithm_of_a_difference(positive, negative):
    return -np.log(_sigmoid(positive) - _sigmoid(negative)).mean()


def _summed(positive, negative):
    return -np.log(_sigmoid(positive - negative)).sum()


def _pair_by_pair(positive, negative):
    return -np.log(_sigmoid(positive - negative))


def _mean_first(positive, negative):
    return -np.log(_sigmoid((positive - negative).mean()))


def _all_with_all(positive, negative):
    return -np.log(_sigmoid(positive[:, None] - negative[None, :])).mean()


def _hinge(positive, negative):
    return np.maximum(0, 1 - (positive - negative)).mean()


def _counted(positive, negative):
    return (positive <= negative).mean()


def _infinite(positive, negative):
    return -np.log(_sigmoid(positive - negative)).mean()


def _clipped(positive, negative):
    return -np.log(_sigmoid(positive - negative) + 1e-10).mean()


def _overflows(positive, negative):
    return sum(
        math.log(1 + math.exp(n - p)) for p, n in zip(positive, negative, strict=True)
    ) / len(positive)


BPR = function_exercise(
    "6.2", "bpr_loss",
    solution=solution_bpr_loss,
    truth=definition,
    trials=_trials,
    stub="""
def bpr_loss(positive, negative):
    # the mean over the pairs
    return ...
""",
    slips=(
        Slip("order reversed", _reversed,
             "the order is reversed: your loss falls when the liked film sinks. Take positive "
             "minus negative."),
        Slip("sign lost", _sign_lost,
             "the size is right, the sign is not: the loss is MINUS the mean of ln σ."),
        Slip("no logarithm", _no_logarithm,
             "that is minus the mean of σ(difference). The logarithm is missing: -ln σ."),
        Slip("one minus sigmoid", _one_minus_sigmoid,
             "that is 1 - σ(difference), which is close to counting wrong pairs. Take -ln σ: it "
             "goes on growing when a pair is very wrong."),
        Slip("no sigmoid", _no_sigmoid,
             "that is the mean difference alone. It falls without end when all scores grow. Send "
             "the difference through -ln σ."),
        Slip("squared difference", _squared,
             "you squared the difference. It is smallest when both scores are equal, and ranking "
             "wants them apart. Use -ln σ(difference)."),
        Slip("difference of one", _squared_to_one,
             "you pull every difference towards 1, and a pair that is better than that is "
             "punished. -ln σ(difference) only falls."),
        Slip("each by itself", _each_by_itself,
             "you judged each score by itself: that is the cross-entropy with labels 1 and 0. BPR "
             "takes the difference first, then one -ln σ."),
        Slip("difference of logarithms", _difference_of_logarithms,
             "you took ln σ of each score and then the difference. First the difference of the "
             "scores, then one -ln σ of it."),
        Slip("difference of probabilities", _difference_of_probabilities,
             "you made probabilities of the scores before taking the difference. That is one σ too "
             "many: subtract the scores as they are."),
        Slip("logarithm of a difference", _logarithm_of_a_difference,
             "you took ln of the difference of two probabilities, which may be negative. First the "
             "difference of the scores, then σ of it, then -ln."),
        Slip("sum for mean", _summed,
             "that is the sum over the pairs. Take the mean."),
        Slip("not added up", _pair_by_pair,
             "these are the losses pair by pair, and each is right. Take their mean: .mean()."),
        Slip("mean first", _mean_first,
             "you took the mean of the differences first. A very good pair then hides a wrong one. "
             "First -ln σ of each pair, then the mean."),
        Slip("all with all", _all_with_all,
             "you compared every positive with every negative, also of other users. Pair number i "
             "is positive[i] with negative[i] only."),
        Slip("hinge", _hinge,
             "that is the hinge loss, max(0, 1 - difference). Its slope is 0 for a pair that is "
             "right by 1. BPR uses -ln σ."),
        Slip("counts wrong pairs", _counted,
             "you counted the wrong pairs. A count moves in jumps and has no slope, so nothing "
             "learns from it. Use -ln σ(difference)."),
        Slip("infinite at large scores", _infinite, INFINITE),
        Slip("p kept off 0", _clipped, CLIPPED),
        Slip("overflow", _overflows, OVERFLOW),
    ),
    hints=(
        "Which single number of a pair matters? Only differences count in a list.",
        "Call the difference x = positive - negative. σ(x) is the probability that the liked film "
        "stands above. What is the loss of a probability of what should happen?",
        "-ln σ(x) = ln(1 + exp(-x)): np.logaddexp(0, -x) in NumPy, softplus(-x) in torch. Then "
        "the mean over the pairs.",
    ),
    otherwise="Take one pair with equal scores: the loss is ln 2 = 0.6931. Then let the positive "
    "one rise: your loss must fall.",
    right="equal to the definition on 3 sets of pairs, and finite and right at differences of "
    "±1500.",
    also=(safe_far_out(_FAR),),
)  # fmt: skip
