"""A field with several values a row: genres of a film, or the entries of a libsvm line.

All rows get the same number of places. A row with fewer values is padded with features that it
does not have, at value 0: so no feature stands twice in a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from fmteach.datasets.encoder.category import CategoryCounter, CategoryField, HashedField
from fmteach.datasets.encoder.counted import Counted
from fmteach.datasets.encoder.numbers import EXACT, NumberCounter, NumberField


@dataclass(frozen=True, eq=False)
class SeveralField:
    """A set of texts a row, each with the value 1 / size of the set, so that they add up to 1.

    one: how a single text is encoded. width: places of a row, which is the largest set in train;
    rows with more values get more places. Values of one set that share a code (all unseen ones do)
    are one entry with their values added up. An empty set is the text "", a blank.

    >>> from fmteach.datasets.encoder.vocabulary import Vocabulary
    >>> field = SeveralField("genres", CategoryField("", Vocabulary(pl.Series(["a", "b"]))), 2)
    >>> codes, values = field.encode(pl.Series([["b"], ["b", "x"], ["x", "y"]]))
    >>> codes.tolist(), values.tolist()
    ([[1, 0], [1, 2], [2, 0]], [[1.0, 0.0], [0.5, 0.5], [1.0, 0.0]])
    """

    kind: ClassVar[str] = "multi"
    name: str
    one: CategoryField | HashedField
    width: int
    counted: Counted | None = None

    @property
    def size(self) -> int:
        return self.one.size

    @property
    def labels(self) -> Sequence[str]:
        return self.one.labels

    def encode(self, column: pl.Series, width: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Codes int32 [n, w] and values float32 [n, w] of pl.List(pl.String) [n]."""
        texts, sizes = flat_sets(column)
        codes, _ = self.one.encode(texts)
        # Counts first, shares later: 2 of 3 is then the same number in whatever order it is met.
        codes, counts = padded(
            codes, np.ones(len(codes)), sizes, self.size, self.width if width is None else width
        )
        return codes, (counts / sizes[:, None]).astype(np.float32)


@dataclass(frozen=True, eq=False)
class EntriesField:
    """Numbered features with a value each. In the table: columns "ids" and "values", two lists.

    one: how a single number is encoded. Entries of one row that share a code are added up; those
    with the value 0 are left out.
    """

    kind: ClassVar[str] = "entries"
    name: str
    one: NumberField | HashedField
    width: int
    counted: Counted | None = None

    @property
    def size(self) -> int:
        return self.one.size

    @property
    def labels(self) -> Sequence[str]:
        return self.one.labels

    def encode(
        self, ids: pl.Series, values: pl.Series, width: int | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Codes int32 [n, w] and values float32 [n, w] of two pl.List [n] of the same lengths."""
        numbers, amounts, sizes = flat_entries(ids, values)
        codes, _ = self.one.encode(numbers)
        codes, values = padded(
            codes, amounts, sizes, self.size, self.width if width is None else width
        )
        return codes, values.astype(np.float32)


class SeveralCounter:
    """Counts the texts of sets in training rows, and makes the field."""

    def __init__(self, name: str, min_count: int, buckets: int | None) -> None:
        self.name, self._buckets = name, buckets
        self._one = CategoryCounter(name, min_count)
        self._rows = self._blank = 0
        self.width = 1

    def add(self, column: pl.Series, rows: np.ndarray) -> None:
        texts, sizes = flat_sets(column)
        self._rows += len(column)
        self._blank += texts.null_count()
        self.width = max(self.width, int(sizes.max(initial=1)))
        if self._buckets is None:
            self._one.add(texts, rows)

    def field(self) -> SeveralField:
        if self._buckets is not None:
            counted = Counted(self._rows, 0, 0, 0, self._blank)
            one: CategoryField | HashedField = HashedField(self.name, self._buckets)
        else:
            one = self._one.field()
            kept, rare = one.counted.kept, one.counted.rare
            counted = Counted(self._rows, kept, rare, one.counted.rare_rows, self._blank)
        return SeveralField(self.name, one, min(self.width, one.size), counted)


class EntriesCounter:
    """Counts the numbers of libsvm entries in training rows, and makes the field."""

    def __init__(self, name: str, min_count: int, buckets: int | None) -> None:
        self.name, self._buckets = name, buckets
        self._one = NumberCounter(name, min_count, EXACT)
        self._rows = self._blank = 0
        self.width = 1

    def add(self, ids: pl.Series, values: pl.Series, rows: np.ndarray) -> None:
        numbers, _, sizes = flat_entries(ids, values)
        self._rows += len(ids)
        self._blank += int((sizes == 0).sum())
        self.width = max(self.width, int(sizes.max(initial=1)))
        if self._buckets is None:
            self._one.add(numbers, rows)

    def field(self) -> EntriesField:
        if self._buckets is not None:
            one: NumberField | HashedField = HashedField(self.name, self._buckets, EXACT)
            counted = Counted(self._rows, 0, 0, 0, self._blank)
        else:
            one = self._one.field()
            kept, rare = one.counted.kept, one.counted.rare
            counted = Counted(self._rows, kept, rare, one.counted.rare_rows, self._blank)
        return EntriesField(self.name, one, min(self.width, one.size), counted)


def flat_sets(column: pl.Series) -> tuple[pl.Series, np.ndarray]:
    """The different texts of all sets, one after another, and the size of each set, int64 [n].

    An empty set, and one that is missing, is a set of one blank (null).
    """
    sets = column.list.unique()
    sizes = sets.list.len().fill_null(0).to_numpy().astype(np.int64)
    return sets.explode(empty_as_null=True), np.maximum(sizes, 1)


def flat_entries(ids: pl.Series, values: pl.Series) -> tuple[pl.Series, np.ndarray, np.ndarray]:
    """The numbers and values of all entries but those of value 0, and how many a row has."""
    sizes = ids.list.len().fill_null(0).to_numpy().astype(np.int64)
    numbers = ids.explode(empty_as_null=True).drop_nulls()
    amounts = values.explode(empty_as_null=True).drop_nulls().to_numpy().astype(np.float64)
    present = amounts != 0
    row = np.repeat(np.arange(len(sizes)), sizes)
    sizes = np.bincount(row[present], minlength=len(sizes))
    return numbers.filter(pl.Series(present)), amounts[present], sizes


def padded(
    codes: np.ndarray, amounts: np.ndarray, sizes: np.ndarray, size: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Entries that lie one after another as a table: codes int32 [n, w], amounts float64 [n, w].

    sizes: entries of each row. size: number of codes. width: the least w, but w is at most `size`.
    In a row the codes that it has come first, in order; then the smallest codes that it does not
    have, with the amount 0.
    Codes that stand twice in a row are one, with their amounts added up. O(entries log entries).
    """
    n = len(sizes)
    width = min(width, size)
    row = np.repeat(np.arange(n, dtype=np.int64), sizes)
    keys, place = np.unique(row * size + codes, return_inverse=True)
    total = np.bincount(place, weights=amounts, minlength=len(keys))
    row, codes = np.divmod(keys, size)
    sizes = np.bincount(row, minlength=n)
    width = max(width, int(sizes.max(initial=1)))
    at = np.arange(len(keys)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    # A row has at most w of the codes 0 .. w-1, so those that it lacks fill it up.
    absent = np.ones((n, width), dtype=bool)
    low = codes < width
    absent[row[low], codes[low]] = False
    out = np.zeros((n, width), dtype=np.int32)
    values = np.zeros((n, width))
    empty = np.arange(width) >= sizes[:, None]
    # The first (w - size) absent codes of each row, in order: as many as it has empty places.
    spare = absent & (np.cumsum(absent, axis=1) <= (width - sizes)[:, None])
    out[empty] = np.nonzero(spare)[1]
    out[row, at], values[row, at] = codes, total
    return out, values
