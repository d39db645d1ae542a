"""A field with one text a row: by its vocabulary, or by the hashing trick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import polars as pl

from fmteach.datasets.encoder.counted import Counted
from fmteach.datasets.encoder.hashing import buckets_of
from fmteach.datasets.encoder.numbers import whole_codes
from fmteach.datasets.encoder.vocabulary import Labels, Named, TextCounter, Vocabulary


@dataclass(frozen=True, eq=False)
class CategoryField:
    """Texts of the vocabulary have the codes 0 .. n-1 in sorted order, all others share n.

    A blank cell is the text "", one value like any other: it sorts first.

    >>> field = CategoryField("site", Vocabulary(pl.Series(["", "a", "c"])))
    >>> field.encode(pl.Series(["c", None, "b", "a"]))[0].tolist()
    [2, 0, 3, 1]
    """

    kind: ClassVar[str] = "category"
    name: str
    vocabulary: Vocabulary
    counted: Counted | None = None

    @property
    def size(self) -> int:
        return len(self.vocabulary) + 1

    @cached_property
    def labels(self) -> Sequence[str]:
        return Labels(self.vocabulary)

    def encode(self, column: pl.Series) -> tuple[np.ndarray, None]:
        """Codes int32 [n] of pl.String [n]."""
        return self.vocabulary.codes(column), None


@dataclass(frozen=True, eq=False)
class HashedField:
    """Every text has the bucket of its hash, and no value is unseen.

    rule: "" for texts; else the column holds numbers, and the text is the code that this rule of
    `numbers.whole_codes` gives. A blank is the text "".
    """

    kind: ClassVar[str] = "hashed"
    name: str
    size: int
    rule: str = ""
    counted: Counted | None = None

    @cached_property
    def labels(self) -> Sequence[str]:
        return Named(self.size, lambda bucket: f"bucket {bucket}")

    def encode(self, column: pl.Series) -> tuple[np.ndarray, None]:
        """Codes int32 [n] of pl.String [n], or of numbers [n] when there is a rule."""
        if self.rule:
            codes = pl.Series(whole_codes(column, self.rule)).cast(pl.String)
            column = pl.select(pl.when(column.is_null()).then(None).otherwise(codes)).to_series()
        return buckets_of(column, self.size), None


class CategoryCounter:
    """Counts the texts of a field in training rows, and makes its CategoryField."""

    def __init__(self, name: str, min_count: int) -> None:
        self.name, self.min_count = name, min_count
        self._texts, self._rows, self._blank = TextCounter(), 0, 0

    def add(self, column: pl.Series, rows: np.ndarray) -> None:
        """column: pl.String [n] of training rows. rows: int64 [n], their numbers (not needed)."""
        self._texts.add(column)
        self._rows += len(column)
        self._blank += column.null_count()

    def take_over(self, texts: pl.Series, counts: np.ndarray, rows: int, blank: int) -> None:
        """Add what was counted elsewhere: different texts, the rows of each, and all rows."""
        self._texts.take_over(texts, counts)
        self._rows += rows
        self._blank += blank

    def field(self) -> CategoryField:
        texts, rows = self._texts.result()
        kept = rows >= self.min_count
        counted = Counted(
            self._rows, int(kept.sum()), int((~kept).sum()), int(rows[~kept].sum()), self._blank
        )
        return CategoryField(self.name, Vocabulary(texts.filter(kept)), counted)
