"""Calibration: of the rows with a predicted probability of 0.2, are 20 % clicks?

AUC looks at the order of the scores alone, so it says nothing about this. Whoever multiplies a
probability by a price needs it, and it is what is lost first when the click rate drifts.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from fmteach.arguments import whole_number
from fmteach.datasets.choices import one_of
from fmteach.datasets.table import Table
from fmteach.errors import InputError
from fmteach.training.arrays import scores_and_targets, sigmoid

BINNINGS = ("count", "width")
_STEPS = 60  # of Newton's method; it needs fewer than ten, halvings included
_CLOSE = 1e-10


@dataclass(frozen=True, eq=False)
class Calibration:
    """Predicted probability against observed share, bin by bin. Made by `calibration`.

    Arrays [bins], in order of the predictions: rows, clicks, predicted (mean probability),
    observed (share of clicks), low and high (its Wilson interval), and edges [bins, 2], the
    smallest and largest prediction in the bin. Bins without rows are left out.
    """

    rows: np.ndarray
    clicks: np.ndarray
    predicted: np.ndarray
    observed: np.ndarray
    low: np.ndarray
    high: np.ndarray
    edges: np.ndarray
    mean_predicted: float
    mean_observed: float
    shift: float
    """The constant to add to every logit so that the mean prediction is right; 0 is perfect."""
    level: float = 0.95

    @property
    def ece(self) -> float:
        """Expected calibration error: mean |predicted - observed| over the bins, by their rows.

        It also counts the noise of the bins: with few rows it is above 0 for perfect predictions.
        """
        return float(np.average(np.abs(self.predicted - self.observed), weights=self.rows))

    @property
    def in_the_large(self) -> float:
        """Mean prediction minus share of clicks. Above 0: the model promises too much."""
        return self.mean_predicted - self.mean_observed

    @property
    def ratio(self) -> float:
        """Mean prediction over share of clicks; 1 is right. NaN without a click."""
        return self.mean_predicted / self.mean_observed if self.mean_observed else float("nan")

    @property
    def shift_text(self) -> str:
        """`shift` with its sign; a dash where no finite constant would do (one class only)."""
        return f"{self.shift:+.3f}" if np.isfinite(self.shift) else "–"

    def __len__(self) -> int:
        """Number of bins."""
        return len(self.rows)

    def table(self) -> Table:
        """One row a bin: predictions, rows, clicks, predicted, observed and its interval, fits."""
        return Table(
            ("predictions", "rows", "predicted", "observed", f"{100 * self.level:g} % interval",
             "fits"),
            tuple(
                (
                    f"{self.edges[i, 0]:.3f} to {self.edges[i, 1]:.3f}",
                    int(self.rows[i]),
                    f"{self.predicted[i]:.4f}",
                    f"{self.observed[i]:.4f}",
                    f"{self.low[i]:.3f} to {self.high[i]:.3f}",
                    _fits(self.predicted[i], self.low[i], self.high[i]),
                )
                for i in range(len(self))
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return (
            f"{self.table()}\n"
            f"mean prediction {self.mean_predicted:.4f}, observed "
            f"{self.mean_observed:.4f}, ratio {self.ratio:.3f}\n"
            f"expected calibration error {self.ece:.4f}; to add to the logits: "
            f"{self.shift_text}"
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return (
            f"<div>{self.table()._repr_html_()}<p>Mean prediction {self.mean_predicted:.4f}, "
            f"observed {self.mean_observed:.4f}, ratio {self.ratio:.3f}. Expected "
            f"calibration error {self.ece:.4f}. To add to the logits: {self.shift_text}.</p></div>"
        )


def calibration(
    scores: Any, y: Any, bins: int = 10, *, by: str = "count", level: float = 0.95
) -> Calibration:
    """Compare predicted probabilities with what happened, in bins.

    scores: [n] logits. y: [n] of 0 and 1. by: "count" (bins of about equally many rows; rows of
    one score stay together) or "width" (equal steps of probability, many of them nearly empty
    when clicks are rare). level: of the Wilson interval (1927) of each observed share.

    Time O(n log n). Errors: InputError for labels other than 0 and 1, or a NaN among the scores.

    >>> import numpy as np
    >>> found = calibration(np.array([-1.0] * 100 + [1.0] * 100), [1] * 27 + [0] * 73 + [1, 0] * 50)
    >>> found.predicted.round(3).tolist(), found.observed.tolist()
    ([0.269, 0.731], [0.27, 0.5])
    >>> round(found.ratio, 3)
    1.299
    """
    return Ordered(scores, y).calibration(bins, by, level)


class Ordered:
    """Scores and labels in the order of the scores: every binning of them costs O(bins) more.

    scores, y: as in `calibration`. p: the predicted probabilities [n], ascending. shift: see
    `shift_to`.

    >>> [len(Ordered([-1.0, 0.0, 1.0, 2.0], [0, 1, 0, 1]).calibration(bins)) for bins in (1, 2)]
    [1, 2]
    """

    def __init__(self, scores: Any, y: Any) -> None:
        scores, y = scores_and_targets(scores, y, labels=True)
        _no_nan(scores)
        order = np.argsort(scores, kind="stable")
        self.scores = scores[order]
        self.p = sigmoid(self.scores)
        self.shift = shift_to(scores, y)
        # What stands before each row, so that a bin is a difference of two of these.
        self._clicks = np.concatenate([[0], np.cumsum(y[order])])
        self._p = np.concatenate([[0], np.cumsum(self.p)])

    def calibration(self, bins: int = 10, by: str = "count", level: float = 0.95) -> Calibration:
        """As `fmteach.training.calibration`."""
        bins, by = whole_number("bins", bins), one_of("by", by, BINNINGS)
        if not isinstance(level, int | float) or not 0 < level < 1:
            raise InputError(f"level is {level!r}: give a share between 0 and 1, such as 0.95")
        first = _by_count(self.scores, bins) if by == "count" else _by_width(self.p, bins)
        end = np.append(first[1:], len(self.p))
        rows, clicks = end - first, self._clicks[end] - self._clicks[first]
        low, high = wilson(clicks, rows, level)
        return Calibration(
            rows=rows,
            clicks=clicks.astype(np.int64),
            predicted=(self._p[end] - self._p[first]) / rows,
            observed=clicks / rows,
            low=low,
            high=high,
            edges=np.stack([self.p[first], self.p[end - 1]], axis=1),
            mean_predicted=float(self._p[-1] / len(self.p)),
            mean_observed=float(self._clicks[-1] / len(self.p)),
            shift=self.shift,
            level=float(level),
        )


def wilson(clicks: Any, rows: Any, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's interval (1927) for a share: (low, high), float64, of the shape of clicks.

    It stays within 0 and 1 and is of use with few rows too, where the simple ± interval fails.

    >>> low, high = wilson([0, 5], [10, 10])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.237], [0.278, 0.763])
    """
    clicks, rows = np.asarray(clicks, dtype=np.float64), np.asarray(rows, dtype=np.float64)
    z2 = NormalDist().inv_cdf((1 + level) / 2) ** 2
    middle = (clicks + z2 / 2) / (rows + z2)
    spread = clicks * (rows - clicks) / np.maximum(rows, 1)  # without rows: from 0 to 1
    half = np.sqrt(z2 * (spread + z2 / 4)) / (rows + z2)
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


def shift_to(scores: Any, y: Any, *, weights: Any = None) -> float:
    """The constant c for which the mean of sigmoid(scores + c) is the mean of y.

    It repairs the calibration on the whole after the click rate has drifted, as long as the
    relation of the scores to each other still holds; the AUC does not change by it. A few hundred
    recent rows with known outcome are enough to learn it. scores, y: [n]; y may also be shares, or
    one number for all rows, such as a click rate that is known from elsewhere. weights: [n], how
    much each row counts.

    Newton's method kept within bounds by bisection, O(n) a step, below ten steps. Infinite when
    every y is 0 (or 1): no finite constant makes that true.

    >>> round(shift_to([0.0, 0.0, 0.0, 0.0], [1, 1, 1, 0]), 4)  # ln(3): odds of 3 to 1
    1.0986
    >>> round(shift_to([-2.0, 0.0, 1.0], 0.17), 3)
    -1.701
    """
    if np.ndim(y) == 0:
        y = np.full(np.shape(scores), float(y))
    scores, y = scores_and_targets(scores, y, labels=False)
    _no_nan(scores)
    if weights is None:
        share = np.full(len(y), 1 / len(y))
    else:
        share = np.asarray(weights, dtype=np.float64) / np.sum(weights)
    wanted = float(share @ y)
    if not 0 <= wanted <= 1:
        raise InputError(f"the mean of y is {wanted:g}: it must be a share between 0 and 1")
    if wanted in (0, 1):
        return -np.inf if wanted == 0 else np.inf
    target = np.log(wanted / (1 - wanted))
    # With this constant even the largest (smallest) score is below (above) the wanted mean.
    low, high = target - scores.max(), target - scores.min()
    constant = min(max(0.0, low), high)
    for _ in range(_STEPS):
        p = sigmoid(scores + constant)
        excess, slope = float(share @ p) - wanted, float(share @ (p * (1 - p)))
        low, high = (low, constant) if excess > 0 else (constant, high)
        if abs(excess) < _CLOSE or high - low < _CLOSE:
            break
        newton = constant - excess / slope if slope > 0 else np.inf
        constant = newton if low < newton < high else (low + high) / 2
    return float(constant)


def platt(scores: Any, y: Any) -> tuple[float, float]:
    """(a, b) for which sigmoid(a + b · scores) fits the labels best (Platt 1999, without priors).

    b below 1: the scores are too sure of themselves (overfitting does that); above 1: too timid.
    scores: [n] logits, y: [n] of 0 and 1. Logistic regression on one feature, by Newton's method,
    O(n) a step. (NaN, NaN) where no fit exists: one class only, equal scores, or scores that
    separate the classes without an error.

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.normal(size=50_000)
    >>> a, b = platt(2 * truth + 1, rng.random(50_000) < 1 / (1 + np.exp(-truth)))
    >>> abs(b - 0.5) < 0.03, abs(a + 0.5) < 0.03
    (True, True)
    """
    scores, y = scores_and_targets(scores, y, labels=True)
    _no_nan(scores)
    centre, spread = float(scores.mean()), float(scores.std())
    above, below = scores[y > 0.5], scores[y <= 0.5]
    if not len(above) or not len(below) or not spread > 0 or not np.isfinite(spread):
        return float("nan"), float("nan")
    if above.min() > below.max() or above.max() < below.min():
        return float("nan"), float("nan")
    design = np.stack([np.ones(len(y)), (scores - centre) / spread])
    at = np.zeros(2)
    for _ in range(_STEPS):
        p = sigmoid(at @ design)
        gradient = design @ (p - y)
        step = np.linalg.solve((design * (p * (1 - p))) @ design.T, gradient)
        # A long step may leave the region in which the curve is like a parabola.
        at = at - step / max(1.0, float(np.abs(step).max()) / 2)
        if np.abs(gradient).max() < 1e-9 * len(y):
            break
    slope = at[1] / spread
    return float(at[0] - slope * centre), float(slope)


def _by_count(scores: np.ndarray, bins: int) -> np.ndarray:
    """Where each bin begins among the sorted scores; a cut never parts rows of one score."""
    cuts = (np.arange(1, bins) * len(scores)) // bins
    cuts = np.searchsorted(scores, scores[cuts], side="left")
    return np.unique(np.concatenate([[0], cuts]))


def _by_width(p: np.ndarray, bins: int) -> np.ndarray:
    cuts = np.searchsorted(p, np.arange(1, bins) / bins, side="left")
    first = np.unique(np.concatenate([[0], cuts]))
    return first[first < len(p)]


def _fits(predicted: float, low: float, high: float) -> str:
    if low <= predicted <= high:
        return "yes"
    return "too high" if predicted > high else "too low"


def _no_nan(scores: np.ndarray) -> None:
    bad = int(np.isnan(scores).sum())
    if bad:
        raise InputError(
            f"scores hold NaN in {bad} of {len(scores)} rows: a model that gives NaN has no "
            "calibration; train it again with a smaller learning rate"
        )
