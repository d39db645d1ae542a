"""Ids in a single pass over the text: values get draft numbers at once, and final ones at the end.

A text gets the next free number when it is first met, whatever row it stands in; only training
rows are counted. When all rows have been seen, the vocabulary is what training rows held often
enough, and the draft numbers are looked up in a table of final codes. The text is split, and a
compressed file is unpacked, once instead of twice.

The price is a dictionary of all values in memory, about 100 bytes each. When it has grown to
MOST_VALUES, the counts go over to `Fitting`, which needs a fifth of that and a second pass.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import polars as pl

from fmteach.datasets.encoder.bins import BinCounter, RealCounter, real_numbers
from fmteach.datasets.encoder.category import CategoryCounter, HashedField
from fmteach.datasets.encoder.encoder import Encoder, side_by_side
from fmteach.datasets.encoder.fitting import Fitting
from fmteach.datasets.encoder.numbers import BLANK_CODE, NumberCounter, whole_codes
from fmteach.datasets.encoder.vocabulary import copied

MOST_VALUES = 8_000_000
_THREADS = min(8, os.cpu_count() or 1)
_ROWS_AT_ONCE = 1024  # they stay in the processor's cache
_LOW, _HIGH = -(2**31) + 1, 2**31 - 1  # the number below them stands for a blank
Final = Callable[[np.ndarray], np.ndarray]


class Draft:
    """Draft numbers for frames of rows. `fits` says beforehand whether the fields allow it."""

    def __init__(self, fitting: Fitting) -> None:
        self._fitting = fitting
        self._fields = [_draft_of(counter) for counter in fitting.counters]

    @staticmethod
    def fits(fitting: Fitting) -> bool:
        """Whether each field has exactly one value a row."""
        return all(_draft_of(counter) is not None for counter in fitting.counters)

    @property
    def full(self) -> bool:
        """Whether the values have become too many, or one cannot be drafted: then `give_up`."""
        return (
            sum(field.values for field in self._fields) > MOST_VALUES
            or any(field.failed for field in self._fields)
        )  # fmt: skip

    def add(
        self, table: pl.DataFrame, train: np.ndarray, rows: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Draft numbers int32 [n, m] and values float32 [n, m] or None.

        train: bool [n], which rows are counted. rows: int64 [n], their numbers.
        """

        def one(field: Any) -> tuple[np.ndarray, np.ndarray | None]:
            return field.add(table[field.name], train, rows)

        with ThreadPoolExecutor(_THREADS) as pool:
            parts = list(pool.map(one, self._fields))
        zeros = [0] * len(parts)
        numbers = side_by_side([numbers for numbers, _ in parts], zeros, np.int32)
        if all(values is None for _, values in parts):
            return numbers, None
        ones = [np.ones(len(table), np.float32) if v is None else v for _, v in parts]
        return numbers, side_by_side(ones, zeros, np.float32)

    def give_up(self) -> None:
        """Hand the counts over to the Fitting: it goes on from here."""
        for field in self._fields:
            field.give_up()

    def finish(self) -> tuple[Encoder, Final]:
        """The encoder, and what turns draft numbers [n, m] into final ids int32 [n, m]."""
        made = [field.finish() for field in self._fields]
        encoder = Encoder(tuple(field for field, _ in made), dialect=self._fitting.dialect)

        def final(numbers: np.ndarray) -> np.ndarray:
            columns = np.empty(numbers.shape[::-1], dtype=np.int32)
            for first in range(0, len(numbers), _ROWS_AT_ONCE):
                rows = slice(first, first + _ROWS_AT_ONCE)
                columns[:, rows] = numbers[rows].T

            def one(place: int) -> np.ndarray:
                return made[place][1](columns[place])

            with ThreadPoolExecutor(_THREADS) as pool:
                coded = list(pool.map(one, range(len(made))))
            return side_by_side(coded, encoder.offsets, np.int32)

        return encoder, final


class _Texts:
    """A field of texts: a dictionary of polars gives the numbers, in the order of appearance."""

    failed = False

    def __init__(self, counter: CategoryCounter) -> None:
        self.name, self._counter = counter.name, counter
        self._type = pl.Categorical(pl.Categories.random())
        self._alive = pl.Series("", [], dtype=self._type)  # the dictionary lives while this does
        self._texts: list[pl.Series] = []
        self._numbers: list[np.ndarray] = []  # of the texts
        self._rows = np.zeros(1024, dtype=np.int64)  # training rows by number
        self.values = self._train = self._blank = 0

    def add(
        self, column: pl.Series, train: np.ndarray, rows: np.ndarray
    ) -> tuple[np.ndarray, None]:
        texts = column.fill_null("")
        numbers = texts.cast(self._type).to_physical().to_numpy()
        self._note(texts, numbers)
        counted = np.bincount(numbers[train])
        self._rows[: len(counted)] += counted
        self._train += int(train.sum())
        if column.null_count():
            self._blank += int(column.is_null().to_numpy()[train].sum())
        return numbers.view(np.int32), None

    def _note(self, texts: pl.Series, numbers: np.ndarray) -> None:
        """Keep the texts that have a new number."""
        first = np.flatnonzero(numbers >= self.values)
        if not len(first):
            return
        new = numbers[first].astype(np.int64)
        highest = np.maximum.accumulate(new)
        # Numbers are given in the order of appearance: a new one is above all that came before.
        place = np.flatnonzero(np.diff(highest, prepend=-1) > 0)
        if len(place) != int(highest[-1]) + 1 - self.values:
            place = np.unique(new, return_index=True)[1]  # in case that polars changes its ways
        self._texts.append(copied(texts.gather(first[place])))
        self._numbers.append(new[place])
        self.values = int(highest[-1]) + 1
        if self.values > len(self._rows):
            grown = np.zeros(2 * self.values, dtype=np.int64)
            grown[: len(self._rows)] = self._rows
            self._rows = grown

    def give_up(self) -> None:
        texts, numbers = self._all()
        self._counter.take_over(texts, self._rows[numbers], self._train, self._blank)

    def finish(self) -> tuple[Any, Final]:
        texts, numbers = self._all()
        rows = self._rows[numbers]
        self._counter.take_over(texts, rows, self._train, self._blank)
        field = self._counter.field()
        often = rows >= self._counter.min_count
        order = texts.filter(often).arg_sort().to_numpy()
        codes = np.full(self.values, len(order), dtype=np.int32)
        codes[numbers[often][order]] = np.arange(len(order), dtype=np.int32)
        return field, lambda drafted: codes[drafted]

    def _all(self) -> tuple[pl.Series, np.ndarray]:
        """All texts that were met, and their numbers. The dictionary is given up."""
        texts = pl.concat(self._texts) if self._texts else pl.Series([], dtype=pl.String)
        numbers = np.concatenate([np.empty(0, np.int64), *self._numbers])
        del self._alive, self._texts, self._numbers
        return texts, numbers


class _Numbers:
    """A field of whole codes: a code is its own draft number, as long as it has 32 bits."""

    values = 0

    def __init__(self, counter: NumberCounter) -> None:
        self.name, self._counter, self.failed = counter.name, counter, False

    def add(
        self, column: pl.Series, train: np.ndarray, rows: np.ndarray
    ) -> tuple[np.ndarray, None]:
        codes = whole_codes(column, self._counter.rule)
        self._counter.add_codes(codes[train], int(train.sum()))
        blank = codes == BLANK_CODE
        self.failed |= bool(((codes < _LOW) & ~blank | (codes > _HIGH)).any())
        return np.where(blank, _LOW - 1, np.clip(codes, _LOW, _HIGH)).astype(np.int32), None

    def give_up(self) -> None:
        pass  # the counts are in the counter already

    def finish(self) -> tuple[Any, Final]:
        field = self._counter.field()

        def final(numbers: np.ndarray) -> np.ndarray:
            codes = numbers.astype(np.int64)
            return field.place(np.where(codes < _LOW, BLANK_CODE, codes))

        return field, final


class _Bins:
    """A field that is cut into bins: the bits of the number are kept until the edges are known."""

    values, failed = 0, False

    def __init__(self, counter: BinCounter) -> None:
        self.name, self._counter = counter.name, counter

    def add(
        self, column: pl.Series, train: np.ndarray, rows: np.ndarray
    ) -> tuple[np.ndarray, None]:
        x, blank = real_numbers(column)
        self._counter.add_numbers(x[train], blank[train], rows[train])
        x[blank] = np.nan
        return x.view(np.int32), None

    def give_up(self) -> None:
        pass

    def finish(self) -> tuple[Any, Final]:
        field = self._counter.field()

        def final(numbers: np.ndarray) -> np.ndarray:
            x = numbers.view(np.float32)
            return field.place(x, np.isnan(x))

        return field, final


class _Given:
    """A field whose codes depend on no other row: they are final at once."""

    values, failed = 0, False

    def __init__(self, counter: HashedField | RealCounter) -> None:
        self.name, self._counter = counter.name, counter
        self._field = counter if isinstance(counter, HashedField) else None

    def add(
        self, column: pl.Series, train: np.ndarray, rows: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray | None]:
        if self._field is None:
            self._counter.add(column.filter(train), rows[train])
            return self._counter.encode(column)
        return self._field.encode(column)

    def give_up(self) -> None:
        pass

    def finish(self) -> tuple[Any, Final]:
        return self._field or self._counter.field(), lambda numbers: numbers


def _draft_of(counter: Any) -> Any:
    match counter:
        case CategoryCounter():
            return _Texts(counter)
        case NumberCounter():
            return _Numbers(counter)
        case BinCounter():
            return _Bins(counter)
        case HashedField() | RealCounter():
            return _Given(counter)
    return None  # several values a row
