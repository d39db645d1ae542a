"""Exercise 13.1: the intercept repaired, so that the mean probability is the click rate."""

from __future__ import annotations

import numpy as np
import torch

from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip


def solution_shift(scores, y):
    """The mean of sigmoid(scores + b) grows with b: halve an interval."""
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        if torch.sigmoid(scores + middle).mean() < y.mean():
            low = middle
        else:
            high = middle
    return (low + high) / 2


def definition(scores: np.ndarray, y: np.ndarray) -> float:
    """The b that it is about, by Newton's method. scores, y: [n]; O(n) a step."""
    b = 0.0
    for _ in range(50):
        p = _sigmoid(scores + b)
        b -= (p.mean() - y.mean()) / (p * (1 - p)).mean()
    return b


# A b that is off by less than this moves the mean probability by less than 2e-4: good enough for
# a search that ends early. Trial.scale is in units of the tolerance of the comparison.
_ROOM = 50.0


def trials() -> list[Trial]:
    """Rows whose scores are too high, too low, and right on the whole; and very few clicks."""
    found = []
    for seed, offset, middle in ((0, -1.0, -1.5), (1, 0.7, -1.5), (2, 0.0, -1.0), (3, -0.6, -3.0)):
        rng = np.random.default_rng(seed)
        truth = 1.5 * rng.normal(size=2000) + middle
        y = (rng.random(2000) < _sigmoid(truth)).astype(float)
        scores = truth - offset
        found.append(
            Trial(
                f"2,000 rows with mean probability {_sigmoid(scores).mean():.4f} and click rate "
                f"{y.mean():.4f}",
                (scores, y),
                _ROOM,
            )
        )
    return found


# -- slips -------------------------------------------------------------------------------------


def _sigmoid(s):
    return 1 / (1 + np.exp(-s))


def _logit(p):
    return np.log(p / (1 - p))


def sign_turned(scores, y):
    return -definition(scores, y)


def logits_of_the_means(scores, y):
    return _logit(y.mean()) - _logit(_sigmoid(scores).mean())


def logits_of_the_means_turned(scores, y):
    return _logit(_sigmoid(scores).mean()) - _logit(y.mean())


def probabilities_subtracted(scores, y):
    return y.mean() - _sigmoid(scores).mean()


def ratio(scores, y):
    return y.mean() / _sigmoid(scores).mean()


def logarithm_of_ratio(scores, y):
    return np.log(y.mean() / _sigmoid(scores).mean())


def mean_score(scores, y):
    return _logit(y.mean()) - scores.mean()


def logit_of_the_rate(scores, y):
    return _logit(y.mean())


def rate_minus_score(scores, y):
    return y.mean() - scores.mean()


def mean_at_zero(scores, y):
    return -scores.mean()


def probability_at_the_end(scores, y):
    return _sigmoid(scores + definition(scores, y)).mean()


def repaired_scores(scores, y):
    return scores + definition(scores, y)


SLIPS = (
    Slip("sign turned", sign_turned,
         "the sign is turned round. Where the model says too little, add."),
    Slip("logits of the means", logits_of_the_means,
         "you took the difference of the logits of the two means. That is close, but the mean of a "
         "sigmoid is not the sigmoid of the mean: search for the number, for example by "
         "bisection."),
    Slip("logits of the means, turned", logits_of_the_means_turned,
         "the sign is turned, and it is the difference of the logits of two means, which is close "
         "only. Search for the number."),
    Slip("probabilities subtracted", probabilities_subtracted,
         "you took the difference of two probabilities. The number is added to logits, which have "
         "another scale."),
    Slip("ratio", ratio,
         "you took the ratio of the two rates. A logit is added to, not multiplied."),
    Slip("logarithm of the ratio", logarithm_of_ratio,
         "you took the logarithm of the ratio of the rates. A logit is made of the odds, "
         "p / (1 − p), and even they are close only."),
    Slip("mean of the scores", mean_score,
         "you took the mean of the scores for the logit of the mean probability. The sigmoid bends "
         "in between: look at sigmoid(scores + b).mean() and search."),
    Slip("logit of the rate", logit_of_the_rate,
         "that is the logit of the click rate: what a model without features would say. The scores "
         "are there already; what is missing?"),
    Slip("rate minus score", rate_minus_score,
         "you subtract scores, which are logits, from a rate. Compare probabilities with "
         "probabilities, and search for b."),
    Slip("scores centred", mean_at_zero,
         "that moves the mean of the scores to 0, and y is not used."),
    Slip("rate returned", probability_at_the_end,
         "that is the click rate, which the mean probability reaches by the repair. Return the "
         "number b that leads to it."),
    Slip("repaired scores returned", repaired_scores,
         "these are the repaired scores, and they are right. Return the b that you added."),
)  # fmt: skip

SHIFT = function_exercise(
    "13.1", "repair the rate",
    solution=solution_shift, truth=definition, trials=trials, slips=SLIPS,
    hints=(
        "Try some b. What does the mean of torch.sigmoid(scores + b) do when b grows?",
        "The mean grows with b, from 0 to 1. So one try tells you on which side of it the right b "
        "lies.",
        "Halve an interval: start with -20 and 20. Is the mean at the middle too low? Go on in the "
        "upper half, else in the lower one; 60 times. Return the middle.",
    ),
    stub="""
def shift(scores, y):
    return ...
""",
    todo="let shift return a number.",
    against="the right b is",
    otherwise="look for the b at which sigmoid(scores + b).mean() is y.mean(); to three digits "
    "behind the point, please.",
    right="the mean probability is the click rate, in all four trials.",
)  # fmt: skip
