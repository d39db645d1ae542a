"""A field of whole numbers that are treated as categories, and the rule that bins Criteo's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from fmteach.datasets.encoding import UNSEEN

if TYPE_CHECKING:
    import polars as pl

    from fmteach.datasets.encoder.counted import Counted

LOG, EXACT = "log-squared", "exact"
BLANK_CODE = np.iinfo(np.int64).min  # the code of a blank cell: it sorts before all others
_MOST = 2**62
_TABLE = 1 << 16  # numbers below it are looked up, not computed
_DENSE = 1 << 20  # a range of codes up to this wide is counted and looked up in an array


def numeric_code(x: np.ndarray) -> np.ndarray:
    """The usual code of Criteo's numbers: floor(ln(x)²) above 2, else x cut to a whole number.

    x: numbers [n], none NaN; int64 [n]. So did the winners of the contest of 2014 (Juan et al.),
    and so does the BARS benchmark. 3 and 4 share the code of 1, and 5 that of 2.

    >>> numeric_code(np.array([-1, 0, 1, 2, 3, 5, 6, 1000])).tolist()
    [-1, 0, 1, 2, 1, 2, 3, 47]
    """
    x = np.asarray(x)
    high = np.floor(np.log(np.maximum(x, 1)) ** 2)
    return np.where(x > 2, high, np.clip(x, -_MOST, 2)).astype(np.int64)


def whole_codes(column: pl.Series, rule: str) -> np.ndarray:
    """The code of every number, int64 [n]; that of a blank is the smallest int64.

    rule: "log-squared" (`numeric_code`) or "exact" (the number itself, cut to a whole one).
    """
    blank = column.is_null().to_numpy()
    if column.dtype.is_float():
        blank = blank | column.fill_null(0).is_nan().to_numpy()
        x = np.where(blank, 0.0, column.fill_null(0).to_numpy())
    else:
        x = column.fill_null(0).to_numpy()
    if rule == EXACT:
        codes = np.clip(x, -_MOST, _MOST).astype(np.int64)
    elif x.dtype.kind == "f":
        codes = numeric_code(x)
    else:
        codes = _looked_up(x)
    return np.where(blank, BLANK_CODE, codes) if blank.any() else codes


def _looked_up(x: np.ndarray) -> np.ndarray:
    """`numeric_code` of whole numbers: those below _TABLE by one look-up."""
    if not _kept:
        _kept.append(numeric_code(np.arange(_TABLE)))
    inside = (x >= 0) & (x < _TABLE)
    codes = _kept[0][np.where(inside, x, 0)]
    if not inside.all():
        codes[~inside] = numeric_code(x[~inside])
    return codes


_kept: list[np.ndarray] = []


@dataclass(frozen=True, eq=False)
class NumberField:
    """The codes of the vocabulary, in numeric order, are 0 .. n-1; all others share n.

    vocabulary: int64 [n], sorted; a blank, when it is in it, stands first. rule: how a number
    becomes the code that is looked up, see `whole_codes`.

    >>> import polars as pl
    >>> field = NumberField("I1", np.array([0, 1, 47]), LOG)
    >>> field.encode(pl.Series([1000, 3, None, 0]))[0].tolist(), list(field.labels)
    ([2, 1, 3, 0], ['0', '1, 3, 4', '950 to 1020', '(unseen)'])
    """

    kind: ClassVar[str] = "number"
    name: str
    vocabulary: np.ndarray
    rule: str
    counted: Counted | None = None

    @property
    def size(self) -> int:
        return len(self.vocabulary) + 1

    @cached_property
    def labels(self) -> Sequence[str]:
        return (*(_label(int(code), self.rule) for code in self.vocabulary), UNSEEN)

    def encode(self, column: pl.Series) -> tuple[np.ndarray, None]:
        """Codes int32 [n] of numbers [n] (pl.Int64 or pl.Float64)."""
        return self.place(whole_codes(column, self.rule)), None

    def place(self, codes: np.ndarray) -> np.ndarray:
        """The place of each code in the vocabulary, int32 [n]; n for one that is not in it."""
        n = len(self.vocabulary)
        if self._table is not None:
            low, table = self._table
            inside = (codes >= low) & (codes < low + len(table))
            places = table[np.where(inside, codes - low, 0)]
            places[~inside] = n
        else:
            places = np.searchsorted(self.vocabulary, codes).astype(np.int32)
            places[places == n] = 0
            if n:
                places[self.vocabulary[places] != codes] = n
        if n and self.vocabulary[0] == BLANK_CODE:
            places[codes == BLANK_CODE] = 0
        return places

    @cached_property
    def _table(self) -> tuple[int, np.ndarray] | None:
        """The place of every code from the lowest to the highest, where they lie close together."""
        first = int(len(self.vocabulary) > 0 and self.vocabulary[0] == BLANK_CODE)
        known = self.vocabulary[first:]
        if not len(known) or int(known[-1]) - int(known[0]) >= _DENSE:
            return None
        table = np.full(int(known[-1] - known[0]) + 1, len(self.vocabulary), dtype=np.int32)
        table[known - known[0]] = np.arange(first, len(self.vocabulary))
        return int(known[0]), table


class NumberCounter:
    """Counts the codes of a field in training rows, and makes its NumberField."""

    def __init__(self, name: str, min_count: int, rule: str) -> None:
        self.name, self.min_count, self.rule = name, min_count, rule
        self._values = np.empty(0, dtype=np.int64)
        self._counts = np.empty(0, dtype=np.int64)
        self._rows = 0

    def add(self, column: pl.Series, rows: np.ndarray) -> None:
        """column: numbers [n] of training rows. rows: int64 [n], their numbers (not needed)."""
        self.add_codes(whole_codes(column, self.rule), len(column))

    def add_codes(self, codes: np.ndarray, rows: int) -> None:
        """The same of codes of `whole_codes`. rows: how many rows they are of."""
        self._rows += rows
        values, counts = _unique(codes)
        together, place = np.unique(np.concatenate([self._values, values]), return_inverse=True)
        total = np.zeros(len(together), dtype=np.int64)
        np.add.at(total, place, np.concatenate([self._counts, counts]))
        self._values, self._counts = together, total

    def field(self) -> NumberField:
        from fmteach.datasets.encoder.counted import Counted

        kept = self._counts >= self.min_count
        blank = int(self._counts[0]) if len(self._values) and self._values[0] == BLANK_CODE else 0
        counted = Counted(
            self._rows, int(kept.sum()), int((~kept).sum()), int(self._counts[~kept].sum()), blank
        )
        return NumberField(self.name, self._values[kept], self.rule, counted)


def _unique(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Different codes, sorted, and how often each comes; without sorting when they lie close."""
    blank = codes == BLANK_CODE
    blanks = int(blank.sum())
    known = codes[~blank] if blanks else codes
    if len(known) and int(known.max()) - int(known.min()) < _DENSE:
        low = known.min()
        counts = np.bincount(known - low)
        values = np.flatnonzero(counts)
        counts, values = counts[values], values + low
    else:
        values, counts = np.unique(known, return_counts=True)
    if blanks:
        values, counts = np.append(BLANK_CODE, values), np.append(blanks, counts)
    return values, counts


def _label(code: int, rule: str) -> str:
    """The numbers that have this code, as a person would write them."""
    if code == BLANK_CODE:
        return "(blank)"
    if rule == EXACT or code <= 0:
        return str(code)
    if code <= 2:
        return ("1, 3, 4", "2, 5")[code - 1]
    first, last = _first_above(code), _first_above(code + 1) - 1
    return str(first) if first >= last else f"{first} to {last}"


def _first_above(code: int) -> int:
    """The smallest whole number whose ln² is at least `code`."""
    return int(np.ceil(np.exp(np.sqrt(code))))
