"""What scores are worth when the click rate is another: the rows stay, the classes weigh otherwise.

Suppose that clicks become more frequent and all else stays: among the clicks, and among the rest,
every score is as frequent as before (prior shift, also called label shift). Then a click weighs
r / r0 and another row (1 - r) / (1 - r0), for the old rate r0 and the new rate r. That is the mean
over many test sets drawn at the new rate, without the noise of a single draw.

- AUC: a click is compared with another row, so the weights cancel. It does not change at all.
- Logloss: a mean over all rows, so it does change: r · (its mean over clicks) + (1 - r) · (rest).
- The right answer to new odds is a constant added to every logit: Bayes' rule changes the odds of
  every row by one and the same factor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from fmteach import tasks
from fmteach.errors import InputError
from fmteach.training.arrays import scores_and_targets, sigmoid
from fmteach.training.calibration import shift_to

_GROUPS = 4096  # a class: of more rows, neighbours by score are one group; the cost is bounded


@dataclass(frozen=True)
class AtRate:
    """The scores at one click rate. shift: what was added to every logit."""

    rate: float
    shift: float
    mean_predicted: float
    logloss: float

    @property
    def ratio(self) -> float:
        """Mean prediction over click rate; 1 is right."""
        return self.mean_predicted / self.rate

    @property
    def best_constant(self) -> float:
        """The logloss of whoever knows the click rate and nothing else: its entropy."""
        return -self.rate * math.log(self.rate) - (1 - self.rate) * math.log(1 - self.rate)


class PriorShift:
    """Scores and labels, ready to be seen at any click rate. scores: [n] logits, y: [n] 0 or 1.

    rate: the click rate of the rows. auc: at every rate. O(n log n) once, then O(1) in n.
    Errors: InputError for a NaN, or rows of one class only.

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.normal(size=20_000) - 2
    >>> seen = PriorShift(truth, rng.random(20_000) < 1 / (1 + np.exp(-truth)))
    >>> new = seen.at(2 * seen.rate)
    >>> new.ratio < 0.8, abs(seen.at(new.rate, corrected=True).ratio - 1) < 1e-6
    (True, True)
    """

    def __init__(self, scores: Any, y: Any) -> None:
        scores, y = scores_and_targets(scores, y, labels=True)
        if np.isnan(scores).any():
            raise InputError("scores hold NaN: there is nothing to calibrate")
        self.rows, self.rate = len(y), float(y.mean())
        if self.rate in (0, 1):
            raise InputError(
                "all labels are the same: to move the click rate, clicks and other rows are needed"
            )
        self.auc = tasks.auc(torch.from_numpy(scores), torch.from_numpy(y))
        clicks, others = _grouped(scores[y > 0.5]), _grouped(scores[y <= 0.5])
        self._scores = np.concatenate([clicks[0], others[0]])
        order = np.argsort(self._scores, kind="stable")
        self._scores = self._scores[order]
        # Share of the clicks, and of the other rows, that has each score.
        self._clicked = np.concatenate([clicks[1], 0 * others[1]])[order]
        self._other = np.concatenate([0 * clicks[1], others[1]])[order]

    def at(self, rate: float, *, corrected: bool = False) -> AtRate:
        """The scores as they are, or with the constant that makes their mean right again."""
        weights = rate * self._clicked + (1 - rate) * self._other
        shift = shift_to(self._scores, rate, weights=weights) if corrected else 0.0
        scores = self._scores + shift
        logloss = rate * float(self._clicked @ np.logaddexp(0, -scores))
        logloss += (1 - rate) * float(self._other @ np.logaddexp(0, scores))
        return AtRate(rate, shift, float(weights @ sigmoid(scores)), logloss)

    def bins(self, rate: float, shift: float = 0.0, bins: int = 10) -> tuple[np.ndarray, ...]:
        """(predicted, observed) of bins with equally much weight at this rate, float64 [bins]."""
        weights = rate * self._clicked + (1 - rate) * self._other
        up_to = np.cumsum(weights) - weights / 2
        number = np.minimum((bins * up_to / weights.sum()).astype(int), bins - 1)
        total = np.bincount(number, weights, bins)
        predicted = np.bincount(number, weights * sigmoid(self._scores + shift), bins)
        observed = np.bincount(number, rate * self._clicked, bins)
        there = total > 0
        return predicted[there] / total[there], observed[there] / total[there]


def _grouped(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(mean score, share of the rows) of at most _GROUPS groups of neighbouring scores."""
    scores = np.sort(scores)
    first = np.unique((np.arange(_GROUPS) * len(scores)) // _GROUPS)
    size = np.diff(np.append(first, len(scores)))
    return np.add.reduceat(scores, first) / size, size / len(scores)


def odds_steps(rate: float, steps: int = 22, step: float = 0.1) -> list[float]:
    """Click rates around `rate`, in equal steps of the log-odds; `rate` itself is in the middle.

    >>> [round(r, 3) for r in odds_steps(0.2, steps=2, step=0.5)]
    [0.084, 0.132, 0.2, 0.292, 0.405]
    """
    middle = math.log(rate / (1 - rate))
    moved = [1 / (1 + math.exp(-(middle + step * place))) for place in range(-steps, steps + 1)]
    moved[steps] = rate
    return moved
