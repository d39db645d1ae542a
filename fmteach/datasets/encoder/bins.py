"""A field of real numbers: cut into bins that hold about as many rows each, or kept as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

import numpy as np
import polars as pl

from fmteach.datasets.encoder.counted import Counted
from fmteach.datasets.encoder.hashing import row_words
from fmteach.datasets.encoder.vocabulary import BLANK

SAMPLE = 1 << 18  # training rows from which the edges of bins are told
_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True, eq=False)
class BinnedField:
    """Code 0 is a blank, code 1 + b is bin number b. No number is unseen: the ends are open.

    edges: float32, sorted; bin b holds edges[b-1] <= x < edges[b].

    >>> field = BinnedField("age", np.array([18, 65], dtype=np.float32))
    >>> field.encode(pl.Series([17.5, 18.0, None, 80.0]))[0].tolist(), list(field.labels)
    ([1, 2, 0, 3], ['(blank)', 'below 18', '18 to below 65', '65 or more'])
    """

    kind: ClassVar[str] = "bins"
    name: str
    edges: np.ndarray
    counted: Counted | None = None

    @property
    def size(self) -> int:
        return len(self.edges) + 2

    @cached_property
    def labels(self) -> Sequence[str]:
        at = [f"{edge:.6g}" for edge in self.edges.tolist()]
        if not at:
            return (BLANK, "any number")
        between = [f"{low} to below {high}" for low, high in pairwise(at)]
        return (BLANK, f"below {at[0]}", *between, f"{at[-1]} or more")

    def encode(self, column: pl.Series) -> tuple[np.ndarray, None]:
        """Codes int32 [n] of numbers [n]. O(n log bins)."""
        return self.place(*real_numbers(column)), None

    def place(self, x: np.ndarray, blank: np.ndarray) -> np.ndarray:
        """The same of numbers float32 [n] and of which of them are blank, bool [n]."""
        codes = 1 + np.searchsorted(self.edges, x, side="right").astype(np.int32)
        codes[blank] = 0
        return codes


@dataclass(frozen=True, eq=False)
class RealField:
    """Feature 0 has the number itself as its value; a blank is feature 1 with the value 1.

    >>> codes, values = RealField("age").encode(pl.Series([0.5, None]))
    >>> codes.tolist(), values.tolist()
    ([0, 1], [0.5, 1.0])
    """

    kind: ClassVar[str] = "real"
    size: ClassVar[int] = 2
    labels: ClassVar[Sequence[str]] = ("(number)", BLANK)
    name: str
    counted: Counted | None = None

    def encode(self, column: pl.Series) -> tuple[np.ndarray, np.ndarray]:
        """Codes int32 [n] and values float32 [n] of numbers [n]."""
        x, blank = real_numbers(column)
        x[blank] = 1.0
        return blank.astype(np.int32), x


class BinCounter:
    """Tells the edges of a field's bins from training rows, and makes its BinnedField.

    The edges are quantiles of at most SAMPLE rows. Which rows they are depends on the row numbers
    alone; so the edges are the same in whatever frames the rows come.
    """

    def __init__(self, name: str, bins: int) -> None:
        self.name, self.bins = name, bins
        self._x = np.empty(0, dtype=np.float32)
        self._words = np.empty(0, dtype=np.uint64)
        self._rows = self._blank = 0

    def add(self, column: pl.Series, rows: np.ndarray) -> None:
        """column: numbers [n] of training rows. rows: int64 [n], their numbers."""
        self.add_numbers(*real_numbers(column), rows)

    def add_numbers(self, x: np.ndarray, blank: np.ndarray, rows: np.ndarray) -> None:
        """The same of numbers float32 [n] and of which of them are blank, bool [n]."""
        self._rows += len(x)
        self._blank += int(blank.sum())
        self._x = np.concatenate([self._x, x[~blank]])
        self._words = np.concatenate([self._words, row_words(rows[~blank])])
        if len(self._x) > SAMPLE:
            kept = np.argpartition(self._words, SAMPLE)[:SAMPLE]
            self._x, self._words = self._x[kept], self._words[kept]

    def field(self) -> BinnedField:
        edges = np.empty(0, dtype=np.float32)
        if len(self._x):
            shares = np.arange(1, self.bins) / self.bins
            edges = np.unique(np.quantile(self._x, shares, method="inverted_cdf"))
            edges = edges[edges > self._x.min()]  # no bin without rows
        counted = Counted(self._rows, len(edges) + 1, 0, 0, self._blank)
        return BinnedField(self.name, edges, counted)


class RealCounter:
    """Counts rows and blanks only: there is nothing to be learnt."""

    def __init__(self, name: str) -> None:
        self.name, self._rows, self._blank = name, 0, 0

    def add(self, column: pl.Series, rows: np.ndarray) -> None:
        self._rows += len(column)
        self._blank += int(real_numbers(column)[1].sum())

    def encode(self, column: pl.Series) -> tuple[np.ndarray, np.ndarray]:
        return RealField(self.name).encode(column)

    def field(self) -> RealField:
        return RealField(self.name, Counted(self._rows, 1, 0, 0, self._blank))


def real_numbers(column: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """Numbers as float32 [n] (0 where blank; what is too large becomes the largest), and which are
    blank, bool [n]."""
    x = column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    blank = np.isnan(x)
    return np.clip(np.where(blank, 0.0, x), -_LARGEST, _LARGEST).astype(np.float32), blank
