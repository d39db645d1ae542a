"""The losses as functions of a score, with their slopes, and the two lines that bound them.

arithmetic.js computes the same in the page; a test compares the two. All plain floats, all finite.
"""

from __future__ import annotations

import math


def sigmoid(score: float) -> float:
    """1 / (1 + exp(-score)), without overflow.

    >>> sigmoid(0), sigmoid(-1000), round(sigmoid(1), 4)
    (0.5, 0.0, 0.7311)
    """
    small = math.exp(-abs(score))
    return 1 / (1 + small) if score >= 0 else small / (1 + small)


def softplus(score: float) -> float:
    """ln(1 + exp(score)), which is -ln sigmoid(-score), without overflow.

    >>> round(softplus(0), 4), softplus(1000), softplus(-1000)
    (0.6931, 1000.0, 0.0)
    """
    return max(score, 0.0) + math.log1p(math.exp(-abs(score)))


def logit_of(score: float, sigmoids: int) -> float:
    """What the loss takes as the logit. With two sigmoids the model's own has been there before."""
    return sigmoid(score) if sigmoids == 2 else score


def probability(score: float, sigmoids: int = 1) -> float:
    """The p that the loss computes with: with two sigmoids between 0.5 and 0.731.

    >>> [round(probability(score, 2), 3) for score in (-6, 0, 6)]
    [0.501, 0.622, 0.731]
    """
    return sigmoid(logit_of(score, sigmoids))


def logloss(share: float, score: float, sigmoids: int = 1) -> float:
    """Cross-entropy of one score in every row, when a share of the rows has y = 1.

    share: 1 for a row with y = 1, 0 for one with y = 0, the CTR for all rows together.

    >>> round(logloss(1, 0.0), 4), round(logloss(0.17, math.log(0.17 / 0.83)), 4)
    (0.6931, 0.4559)
    """
    logit = logit_of(score, sigmoids)
    return share * softplus(-logit) + (1 - share) * softplus(logit)


def logloss_slope(share: float, score: float, sigmoids: int = 1) -> float:
    """The derivative of `logloss` by the score.

    >>> logloss_slope(1, 0.0), round(logloss_slope(1, -6.0), 3), round(logloss_slope(1, -6.0, 2), 4)
    (-0.5, -0.998, -0.0012)
    """
    output = sigmoid(score)
    inner = output * (1 - output) if sigmoids == 2 else 1.0
    return (probability(score, sigmoids) - share) * inner


def base_rate(ctr: float) -> float:
    """The logloss of p = CTR in every row: no other constant p costs less.

    >>> round(base_rate(0.17), 4), round(base_rate(0.5), 4)
    (0.4559, 0.6931)
    """
    return -ctr * math.log(ctr) - (1 - ctr) * math.log(1 - ctr)


def floor(share: float, sigmoids: int = 1) -> float:
    """What no model gets below, not even one that knows every label; 0 with one sigmoid.

    With two, p is at most sigmoid(1) for the rows with y = 1, and at least 1/2 for the others.

    >>> [round(floor(share, 2), 4) for share in (1, 0.5, 0.17, 0)], floor(0.17)
    ([0.3133, 0.5032, 0.6286, 0.6931], 0.0)
    """
    if sigmoids == 1:
        return 0.0
    return share * softplus(-1.0) + (1 - share) * math.log(2)


def squared(error: float) -> tuple[float, float]:
    """The squared error and its slope.

    >>> squared(-1.5)
    (2.25, -3.0)
    """
    return error * error, 2 * error


def bpr(difference: float) -> tuple[float, float]:
    """-ln sigmoid of a difference of two scores, and its slope by the difference.

    >>> bpr(0.0)[1], round(bpr(0.0)[0], 4)
    (-0.5, 0.6931)
    """
    return softplus(-difference), sigmoid(difference) - 1
