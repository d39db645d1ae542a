"""Words for the axes of a map: what lies at each end of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fmteach.datasets import Table
from fmteach.explain.principal import FactorMap

_YEAR = re.compile(r"\((\d{4})\)")
LEAST_MEMBERS = 8
_CLEAR = 2.5  # standard errors by which a group's mean must differ from the mean of all
_NOTABLE = 0.3  # a correlation from here on is worth a word


@dataclass(frozen=True)
class AxisWords:
    """What correlates with one axis.

    share: of the variance. low, high: groups whose mean coordinate lies clearly (2.5 standard
    errors) towards that end, the furthest first, with that mean in standard deviations of the
    axis. correlations: with the mean target, the logarithm of the number of rows, and the year in
    the name where names have one. low_names, high_names: the three outermost features.
    """

    axis: int
    share: float
    low: tuple[tuple[str, float], ...]
    high: tuple[tuple[str, float], ...]
    correlations: dict[str, float]
    low_names: tuple[str, ...]
    high_names: tuple[str, ...]

    def sentence(self) -> str:
        """The axis in one or two sentences of plain English."""
        parts = [f"Axis {self.axis + 1} shows {100 * self.share:.0f} % of the variance."]
        low, high = (", ".join(name for name, _ in end[:3]) for end in (self.low, self.high))
        if low or high:
            parts.append(f"Low: {low or 'no clear group'}. High: {high or 'no clear group'}.")
        notable = [(n, r) for n, r in self.correlations.items() if abs(r) >= _NOTABLE]
        if notable:
            words = ", ".join(f"{name} ({r:+.2f})" for name, r in notable)
            parts.append(f"It correlates with {words}.")
        return " ".join(parts)


def axis_words(factor_map: FactorMap, axis: int | None = None) -> Table | AxisWords:
    """What lies at the ends of the axes of a map: a Table of the first four, or one in detail.

    The words are found afterwards: nobody told the model about genres at the ends of an axis, and
    an axis need not have a meaning. A group is named only where its mean is clearly off.
    """
    if axis is not None:
        return _words(factor_map, axis)
    rows = []
    for number in range(min(4, factor_map.coordinates.shape[1])):
        words = _words(factor_map, number)
        low, high = (", ".join(n for n, _ in end[:3]) or "-" for end in (words.low, words.high))
        notable = [f"{n} {r:+.2f}" for n, r in words.correlations.items() if abs(r) >= _NOTABLE]
        share = f"{100 * words.share:.0f} %"
        rows.append((number + 1, share, low, high, ", ".join(notable) or "-"))
    return Table(("axis", "variance", "low end", "high end", "correlates with"), tuple(rows))


def _words(map: FactorMap, axis: int) -> AxisWords:
    x = map.coordinates[:, axis]
    spread = float(x.std()) or 1.0
    means = []
    for group in sorted({g for groups in map.groups for g in groups}):
        members = np.array([group in groups for groups in map.groups])
        if members.sum() >= LEAST_MEMBERS:
            error = x[members].std(ddof=1) / np.sqrt(members.sum())
            mean = float(x[members].mean())
            if abs(mean) > _CLEAR * error:
                means.append((group, mean / spread))
    order = np.argsort(x, kind="stable")
    return AxisWords(
        axis=axis,
        share=float(map.shares[axis]),
        low=tuple(sorted((m for m in means if m[1] < 0), key=lambda m: m[1])),
        high=tuple(sorted((m for m in means if m[1] > 0), key=lambda m: -m[1])),
        correlations={name: round(r, 4) for name, r in _correlations(map, x)},
        low_names=tuple(map.names[i] for i in order[:3]),
        high_names=tuple(map.names[i] for i in order[::-1][:3]),
    )


def _correlations(map: FactorMap, x: np.ndarray) -> Iterator[tuple[str, float]]:
    years = [_YEAR.findall(name) for name in map.names]
    quantities = {f"mean {map.task}": map.mean, "number of rows": np.log(map.rows)}
    if all(years):
        quantities["year"] = np.array([float(found[-1]) for found in years])
    for name, values in quantities.items():
        if x.std() > 0 and values.std() > 0:
            yield name, float(np.corrcoef(x, values)[0, 1])
