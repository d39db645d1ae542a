"""Exercise 5.3: the slope of the logloss by the score."""

from __future__ import annotations

import math

import numpy as np

from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip

_H = 1e-4


def solution_grad_score(scores, y):
    p = 1 / (1 + np.exp(-np.asarray(scores)))
    return p - np.asarray(y)


def _by_nudges(scores, y):
    def logloss(score, label):
        # -ln p for label 1, -ln(1 - p) for label 0, written so that nothing overflows
        return max(score, 0.0) - score * label + math.log1p(math.exp(-abs(score)))

    return [
        (logloss(a + _H, b) - logloss(a - _H, b)) / (2 * _H) for a, b in zip(scores, y, strict=True)
    ]


def _rows() -> list[Trial]:
    rng = np.random.default_rng(53)
    trials = [
        Trial(said, (rng.normal(size=n) * 2, rng.integers(0, 2, n).astype(float)))
        for said, n in (("4 scores", 4), ("one score", 1), ("9 scores", 9))
    ]
    far = np.array([-20.0, -20.0, 0.0, 0.0, 20.0, 20.0])
    return [*trials, Trial("scores from −20 to 20", (far, np.array([0.0, 1.0] * 3)))]


def _p(scores):
    return 1 / (1 + np.exp(-np.asarray(scores)))


def _turned(scores, y):
    return y - _p(scores)


def _squared_error(scores, y):
    p = _p(scores)
    return (p - y) * p * (1 - p)


def _squared_error_twice(scores, y):
    p = _p(scores)
    return 2 * (p - y) * p * (1 - p)


def _no_sigmoid(scores, y):
    return scores - y


def _of_the_square(scores, y):
    return 2 * (scores - y)


def _sigmoid_twice(scores, y):
    return _p(_p(scores)) - y


def _averaged(scores, y):
    return (_p(scores) - y) / len(y)


def _mean(scores, y):
    return (_p(scores) - y).mean()


def _by_p(scores, y):
    p = _p(scores)
    return -y / p + (1 - y) / (1 - p)


def _twice(scores, y):
    return 2 * (_p(scores) - y)


def _wrong_sigmoid(scores, y):
    return 1 / (1 + np.exp(scores)) - y


def _the_loss(scores, y):
    p = _p(scores)
    return -y * np.log(p) - (1 - y) * np.log(1 - p)


def _slope_of_p(scores, y):
    p = _p(scores)
    return p * (1 - p)


def _size(scores, y):
    return np.abs(_p(scores) - y)


def _p_alone(scores, y):
    return _p(scores)


def _error_squared(scores, y):
    return (_p(scores) - y) ** 2


def _mean_loss(scores, y):
    return _the_loss(scores, y).mean()


GRAD_SCORE = function_exercise(
    "5.3", "grad_score",
    solution=solution_grad_score,
    truth=_by_nudges,
    trials=_rows,
    against="nudges of the loss give",
    stub="""
def grad_score(scores, y):
    # scores: [n], y: [n] of 0 and 1; return dloss/dŷ of each row, in the shape [n]
    return ...
""",
    slips=(
        Slip("turned", _turned,
             "that is y − p. For y = 1 a higher score lowers the loss, so the slope is negative: "
             "p − 1."),
        Slip("as squared error", _squared_error,
             "the factor p(1 − p) belongs to a squared error on p. In the logloss it cancels with "
             "1/(p(1 − p)) from the logarithm."),
        Slip("as squared error, twice", _squared_error_twice,
             "that is the slope of (p − y)². The loss here is a logarithm, and no p(1 − p) is "
             "left."),
        Slip("no sigmoid", _no_sigmoid,
             "that is score minus y. Turn the score into a probability first."),
        Slip("of the squared error", _of_the_square,
             "that is the slope of (ŷ − y)². The loss here is the logloss; its slope holds p, the "
             "sigmoid of the score."),
        Slip("sigmoid twice", _sigmoid_twice,
             "the sigmoid is applied twice, so p never leaves 0.5 to 0.73. Once is enough."),
        Slip("averaged", _averaged,
             "you divided by the number of rows. Here each row's own slope is asked for."),
        Slip("mean", _mean,
             "that is the mean over the rows. Give one slope for each row."),
        Slip("by p", _by_p,
             "that is the slope by p, not by the score. One more link: dp/dŷ = p(1 − p)."),
        Slip("twice", _twice,
             "there is a 2 too many. It comes from squares, and the logloss has none."),
        Slip("sigmoid turned", _wrong_sigmoid,
             "your sigmoid falls when the score grows: it is 1/(1 + e^(−score)), with a minus."),
        Slip("the loss", _the_loss,
             "that is the loss itself. Asked for is how fast it changes with the score."),
        Slip("slope of p", _slope_of_p,
             "that is dp/dŷ, one link of the chain. Multiply it by the slope of the loss by p."),
        Slip("p alone", _p_alone,
             "that is p, the slope of a row with y = 0. The label is not used: what is the slope "
             "for y = 1?"),
        Slip("error squared", _error_squared,
             "that is (p − y)², a loss of its own. The slope of the logloss has no square."),
        Slip("mean loss", _mean_loss,
             "that is the loss itself, its mean over the rows. Asked for is its slope by each "
             "score."),
        Slip("without sign", _size,
             "the size is right; the sign says in which direction to go, so keep it."),
    ),
    hints=(
        "Two links: loss → p → score. Which slopes do they have?",
        "For y = 1 the loss is −ln p: its slope by p is −1/p. And dp/dŷ = p(1 − p). Multiply, and "
        "do the same for y = 0.",
        "y = 1 gives p − 1, y = 0 gives p. Both are one short formula; compute p with one sigmoid.",
    ),
    otherwise="try score 0: p is 0.5, so the slope is −0.5 for y = 1 and 0.5 for y = 0.",
    right="equal to nudges of the logloss on 20 rows. This p − y is all that a row sends back.",
)  # fmt: skip
