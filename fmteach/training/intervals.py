"""How sure is a metric? Bootstrap intervals, and the answer to "is model A better than B?".

The test rows are a sample. Another sample of the same kind would give another AUC; how different
it would be can be learnt from the rows at hand: draw n rows out of the n with replacement, measure
again, and repeat. The middle 95 % of the results are the interval (Efron 1979, percentile method).

How it is computed: `fmteach.training.resampling`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fmteach import tasks
from fmteach.arguments import whole_number
from fmteach.datasets.choices import checked_seed, one_of
from fmteach.datasets.table import Table
from fmteach.errors import InputError
from fmteach.training.arrays import scores_and_targets
from fmteach.training.resampling import METRICS, Metric, Resampled, by_weights, resample_weights

_LABELS = {**tasks.CLASSIFICATION.metric_labels, **tasks.REGRESSION.metric_labels}
_HIGHER = tasks.CLASSIFICATION.higher | tasks.REGRESSION.higher
_OF_LABELS = frozenset(tasks.CLASSIFICATION.metric_labels)


@dataclass(frozen=True)
class Interval:
    """A metric with its bootstrap interval.

    value: on all rows. low, high: its percentile interval; NaN when the metric is not defined.
    undefined: resamples on which it was not defined (an AUC without a click); they were left out.
    """

    value: float
    low: float
    high: float
    metric: str = "value"
    level: float = 0.95
    rows: int = 0
    undefined: int = 0

    def __contains__(self, value: float) -> bool:
        """Does a value lie within the interval?

        >>> 0.5 in Interval(0.6, 0.4, 0.7), 0.5 in Interval(0.6, 0.55, 0.7)
        (True, False)
        """
        return self.low <= value <= self.high

    @property
    def width(self) -> float:
        return self.high - self.low

    def to_dict(self) -> dict[str, float]:
        """value, low, high: ready for JSON."""
        return {"value": self.value, "low": self.low, "high": self.high}

    def __str__(self) -> str:
        if np.isnan(self.low):
            return f"{self.metric} {_number(self.value, self.width)} (no interval: {self._why()})"
        digits = self.width
        left_out = f", {self.undefined:,} resamples left out" if self.undefined else ""
        return (
            f"{self.metric} {_number(self.value, digits)} ({100 * self.level:g} % interval "
            f"{_number(self.low, digits)} to {_number(self.high, digits)}; "
            f"{self.rows:,} rows{left_out})"
        )

    def _why(self) -> str:
        return f"{self.metric} is not defined on these rows, or a score is NaN"


@dataclass(frozen=True)
class Difference(Interval):
    """Metric of model A minus metric of model B, on the same rows, with its bootstrap interval.

    names: what A and B are called. higher_is_better: of the metric; None when that is not known.
    share_better: the share of the resamples on which A did better.
    """

    names: tuple[str, str] = ("A", "B")
    higher_is_better: bool | None = None
    share_better: float = float("nan")

    @property
    def decided(self) -> bool:
        """Does the interval leave 0 out? Then the order is not an accident of these rows."""
        return self.low > 0 or self.high < 0

    @property
    def verdict(self) -> str:
        """ "Is model A better than B?" in plain words."""
        a, b = self.names
        if np.isnan(self.low):
            return f"No answer: {self._why()}."
        if not self.decided:
            return f"These rows do not decide between {a} and {b}: the interval holds 0."
        if self.higher_is_better is None:
            return f"{self.metric} of {a} is {'higher' if self.value > 0 else 'lower'} than of {b}."
        if (self.value > 0) == self.higher_is_better:
            return f"Yes: {a} is better than {b} on rows of this kind."
        return f"No: {b} is better than {a} on rows of this kind."

    def __str__(self) -> str:
        a, b = self.names
        answer = f"Is {a} better than {b}? {self.verdict}"
        if np.isnan(self.low):
            return answer
        digits = self.width
        return (
            f"{answer}\n{self.metric} of {a} minus that of {b}: {_signed(self.value, digits)} "
            f"({100 * self.level:g} % interval {_signed(self.low, digits)} to "
            f"{_signed(self.high, digits)}; {self.rows:,} rows, {a} ahead in "
            f"{100 * self.share_better:.1f} % of the resamples)"
        )


def bootstrap(
    metric: Metric,
    scores: Any,
    y: Any,
    *,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """A metric with its percentile bootstrap interval over the rows.

    metric: "auc", "logloss", "accuracy", "rmse", "mae", or a function of (scores, y) as in
        `fmteach.tasks` (that is slower: it is called once a resample, with tensors float64 [n]).
    scores, y: [n], arrays or tensors. Scores are logits, or predictions for rmse and mae.
    level: the share of the resamples within the interval.

    Time O(resamples · n) (20,000 rows, 1000 resamples: below a second); memory about 40 MB, or
    50 bytes a row. The interval is about the choice of the test rows alone: another seed of
    the training or another week is more uncertainty on top of it. Rows of one user, or of one
    hour, that resemble each other make it too narrow.

    NaN in the scores, or one class only for the AUC: value, low and high are NaN.
    Errors: InputError.

    >>> print(bootstrap("auc", [2.0, 0.5, 1.0, -1.0, -0.5, 0.7] * 50, [1, 1, 0, 0, 0, 1] * 50))
    AUC 0.78 (95 % interval 0.72 to 0.83; 300 rows)
    """
    name, _ = _describe(metric)
    resamples, seed, level = _checked(resamples, seed, level)
    scores, y = scores_and_targets(scores, y, labels=metric in _OF_LABELS)
    measure = by_weights(metric, scores, y)
    value = float(measure(np.ones((1, len(y))))[0])
    found = _measured(measure, len(y), resamples, seed, skip=np.isnan(value))
    low, high, undefined = _percentiles(found, level)
    return Interval(value, low, high, name, level, len(y), undefined)


def bootstrap_difference(
    metric: Metric,
    scores_a: Any,
    scores_b: Any,
    y: Any,
    *,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    names: tuple[str, str] = ("A", "B"),
    higher_is_better: bool | None = None,
) -> Difference:
    """Metric of A minus metric of B with its interval: is model A better than B?

    Both models are measured on the same resamples (paired). What is hard in a row is hard for
    both and falls out of the difference, so this interval is far narrower than a glance at the two
    single intervals suggests.

    names: of the two models, for the printed answer. higher_is_better: known for the metrics that
    have a name; say it for a function of your own. The rest as in `bootstrap`.

    >>> y = [1, 0, 0, 1, 0] * 40
    >>> a, b = [2.0, -1.0, 0.5, 1.0, -2.0] * 40, [1.0, 0.0, 1.5, -1.0, -2.0] * 40
    >>> print(bootstrap_difference("auc", a, b, y, names=("FM", "linear")).verdict)
    Yes: FM is better than linear on rows of this kind.
    """
    name, higher = _describe(metric)
    resamples, seed, level = _checked(resamples, seed, level)
    if len(names) != 2 or isinstance(names, str):
        raise InputError(f"names must be two names, such as ('FM', 'linear'); got {names!r}")
    labels = metric in _OF_LABELS
    scores_a, y = scores_and_targets(scores_a, y, labels=labels, name="scores_a")
    scores_b, _ = scores_and_targets(scores_b, y, labels=labels, name="scores_b")
    first, second = (by_weights(metric, scores, y) for scores in (scores_a, scores_b))

    def measure(weights: np.ndarray) -> np.ndarray:
        return first(weights) - second(weights)

    value = float(measure(np.ones((1, len(y))))[0])
    found = _measured(measure, len(y), resamples, seed, skip=np.isnan(value))
    low, high, undefined = _percentiles(found, level)
    higher = higher_is_better if higher is None else higher
    known = found[~np.isnan(found)]
    ahead = (known > 0 if higher is not False else known < 0) + 0.5 * (known == 0)
    share = float(ahead.mean()) if len(known) else float("nan")
    return Difference(
        value, low, high, name, level, len(y), undefined, (str(names[0]), str(names[1])),
        higher, share,
    )  # fmt: skip


def bootstrap_table(
    scores: Mapping[str, Any],
    y: Any,
    metrics: Sequence[str] = ("logloss", "auc"),
    *,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Table:
    """One row a model, for every metric its value and its interval.

    scores: model -> scores [n]. The same resamples serve every model.

    >>> scores = {"FM": [2.0, -1.0, 0.5, 1.0], "linear": [1.0, 0.0, 1.5, -1.0]}
    >>> print(bootstrap_table(scores, [1, 0, 0, 1], ["logloss"]).columns)
    ('model', 'logloss', 'logloss, 95 % interval')
    """
    columns = ["model"]
    for metric in metrics:
        label = _describe(metric)[0]
        columns += [label, f"{label}, {100 * level:g} % interval"]
    rows = []
    for model, values in scores.items():
        cells: list[object] = [model]
        for metric in metrics:
            found = bootstrap(metric, values, y, resamples=resamples, seed=seed, level=level)
            ends = (_number(end, found.width) for end in (found.low, found.high))
            cells += [found.value, "–" if np.isnan(found.low) else " to ".join(ends)]
        rows.append(tuple(cells))
    return Table(tuple(columns), tuple(rows))


def _measured(measure: Resampled, n: int, resamples: int, seed: int, skip: bool) -> np.ndarray:
    if skip:  # not defined on all rows: no resample would tell more
        return np.full(resamples, np.nan)
    return np.concatenate([measure(weights) for weights in resample_weights(n, resamples, seed)])


def _percentiles(found: np.ndarray, level: float) -> tuple[float, float, int]:
    known = found[~np.isnan(found)]
    if not len(known):
        return float("nan"), float("nan"), len(found)
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high), len(found) - len(known)


# ---- arguments and words ------------------------------------------------------------------------


def _describe(metric: Metric) -> tuple[str, bool | None]:
    """(name to show, whether higher is better)."""
    if callable(metric):
        return getattr(metric, "__name__", "metric"), None
    metric = one_of("metric", metric, METRICS)
    return _LABELS[metric], metric in _HIGHER


def _checked(resamples: Any, seed: Any, level: Any) -> tuple[int, int, float]:
    resamples = whole_number("resamples", resamples, least=10)
    if not isinstance(level, int | float) or not 0 < level < 1:
        raise InputError(f"level is {level!r}: give a share between 0 and 1, for example 0.95")
    return resamples, checked_seed(seed), float(level)


def _number(value: float, width: float) -> str:
    """With as many digits as an interval of this width deserves: two of the width."""
    if not np.isfinite(value):
        return "NaN" if np.isnan(value) else str(value)
    digits = 4 if not width > 0 else min(8, max(0, 1 - int(np.floor(np.log10(width)))))
    return f"{value:.{digits}f}"


def _signed(value: float, width: float) -> str:
    return f"{'+' if value >= 0 else ''}{_number(value, width)}".replace("-", "−")
