"""Long curves in few points: what a live plot draws of a history of any length."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from fmteach.errors import InputError

FEWEST_POINTS = 8


def decimate(x, y, points: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """A curve with at most `points` points that looks like the whole one.

    x, y: arrays [n] of any real dtype. Returned: two float64 arrays of equal length. The curve is
    cut into equal runs of points; of each run its lowest and its highest point are kept, and the
    first and the last point of the curve too, so no spike is lost. Curves that are short enough
    come back as they are, points that are no finite number included. O(n).

    >>> x, y = decimate(range(10_000), [0.0] * 5_000 + [9.0] + [0.0] * 4_999, points=50)
    >>> len(x) <= 50, float(y.max()), float(x[-1])
    (True, 9.0, 9999.0)
    """
    x = np.asarray(x, dtype=np.float64).reshape(-1)
    y = np.asarray(y, dtype=np.float64).reshape(-1)
    if len(x) != len(y):
        raise InputError(
            f"x has {len(x)} points and y has {len(y)}: they must have the same length"
        )
    _check_points(points)
    n = len(x)
    if n <= points:
        return x, y
    runs = (points - 2) // 2
    edges = np.linspace(0, n, runs + 1).astype(np.int64)
    longest = int(np.diff(edges).max())
    # One row a run, short rows filled up with their own last index: argmin and argmax in one go.
    index = np.minimum(edges[:-1, None] + np.arange(longest), edges[1:, None] - 1)
    values = y[index]
    low = np.where(np.isfinite(values), values, np.inf).argmin(axis=1)
    high = np.where(np.isfinite(values), values, -np.inf).argmax(axis=1)
    rows = np.arange(runs)
    keep = np.unique(np.concatenate([[0, n - 1], index[rows, low], index[rows, high]]))
    return x[keep], y[keep]


class Decimator:
    """A growing curve, kept in at most `points` points.

    Points are gathered in buckets of equal length; a bucket remembers its lowest and its highest
    point. When all buckets are full, neighbours are merged and the buckets become twice as long.
    So memory is O(points), `append` is O(1) on average, and the cost of `curve` does not depend
    on how long the history is. The first point, the last point and the extremes are always kept.

    Points whose x or y is not a finite number are left out (and counted in `skipped`).
    It has no lock: one thread at a time.

    >>> curve = Decimator(points=100)
    >>> for step in range(100_000):
    ...     curve.append(step, -1.0 if step == 77_777 else 0.5)
    >>> x, y = curve.curve()
    >>> len(x) <= 100, float(y.min()), int(x[-1]), len(curve)
    (True, -1.0, 99999, 100000)
    """

    __slots__ = (
        "points", "skipped", "_count", "_stride", "_filled", "_buckets", "_inside",
        "_low_x", "_low_y", "_high_x", "_high_y", "_first", "_last",
    )  # fmt: skip

    def __init__(self, points: int = 600) -> None:
        _check_points(points)
        self.points = points
        # Two points a bucket, and room for the open bucket, the first point and the last one.
        capacity = (points - 4) // 2
        capacity -= capacity % 2
        self._buckets = np.empty((capacity, 4))  # low x, low y, high x, high y
        self.clear()

    def clear(self) -> None:
        """Forget all points."""
        self.skipped = 0
        self._count = 0
        self._stride = 1
        self._filled = 0
        self._inside = 0
        self._low_x = self._low_y = self._high_x = self._high_y = 0.0
        self._first = self._last = (0.0, 0.0)

    def __len__(self) -> int:
        """How many points were appended (not how many are kept)."""
        return self._count

    @property
    def last(self) -> tuple[float, float] | None:
        """The newest point, or None."""
        return self._last if self._count else None

    def append(self, x: float, y: float) -> None:
        """Add one point at the right end. O(1) on average."""
        x = float(x)
        y = float(y)
        if not (math.isfinite(x) and math.isfinite(y)):
            self.skipped += 1
            return
        if self._count == 0:
            self._first = (x, y)
        self._count += 1
        self._last = (x, y)
        if self._inside == 0:
            self._low_x = self._high_x = x
            self._low_y = self._high_y = y
        elif y < self._low_y:
            self._low_x, self._low_y = x, y
        elif y > self._high_y:
            self._high_x, self._high_y = x, y
        self._inside += 1
        if self._inside == self._stride:
            self._close_bucket()

    def extend(self, xs: Iterable[float], ys: Iterable[float]) -> None:
        """Add many points: the same as `append` for each."""
        for x, y in zip(xs, ys, strict=True):
            self.append(x, y)

    def curve(self) -> tuple[np.ndarray, np.ndarray]:
        """The curve now: x and y, float32 arrays of one length, at most `points` long."""
        if self._count == 0:
            return np.empty(0, np.float32), np.empty(0, np.float32)
        rows = self._buckets[: self._filled]
        low, high = rows[:, 0:2], rows[:, 2:4]
        low_first = (low[:, 0] <= high[:, 0])[:, None]
        pairs = np.stack([np.where(low_first, low, high), np.where(low_first, high, low)], axis=1)
        ends = []
        if self._inside:
            ends = sorted([(self._low_x, self._low_y), (self._high_x, self._high_y)])
        path = np.concatenate(
            [[self._first], pairs.reshape(-1, 2), *[[point] for point in ends], [self._last]]
        )
        # A bucket of one point, or of a flat run, names the same point twice.
        fresh = np.ones(len(path), dtype=bool)
        fresh[1:] = (path[1:] != path[:-1]).any(axis=1)
        path = path[fresh].astype(np.float32)
        return path[:, 0].copy(), path[:, 1].copy()

    def _close_bucket(self) -> None:
        self._buckets[self._filled] = (self._low_x, self._low_y, self._high_x, self._high_y)
        self._filled += 1
        self._inside = 0
        if self._filled == len(self._buckets):
            self._merge_neighbours()

    def _merge_neighbours(self) -> None:
        left, right = self._buckets[0::2], self._buckets[1::2]
        merged = np.empty_like(left)
        merged[:, 0:2] = np.where((left[:, 1] <= right[:, 1])[:, None], left[:, :2], right[:, :2])
        merged[:, 2:4] = np.where((left[:, 3] >= right[:, 3])[:, None], left[:, 2:], right[:, 2:])
        self._filled = len(merged)
        self._buckets[: self._filled] = merged
        self._stride *= 2


def _check_points(points: int) -> None:
    if not isinstance(points, int | np.integer) or points < FEWEST_POINTS:
        raise InputError(
            f"points must be a whole number of at least {FEWEST_POINTS}, and it is {points!r}"
        )
