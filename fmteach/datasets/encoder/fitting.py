"""Learn an Encoder from training rows that come frame by frame."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from fmteach.arguments import whole_number
from fmteach.datasets.choices import one_of
from fmteach.datasets.encoder.bins import BinCounter, RealCounter
from fmteach.datasets.encoder.category import CategoryCounter, HashedField
from fmteach.datasets.encoder.encoder import Encoder
from fmteach.datasets.encoder.numbers import EXACT, LOG, NumberCounter
from fmteach.datasets.encoder.several import (
    EntriesCounter,
    SeveralCounter,
    flat_entries,
    flat_sets,
)
from fmteach.errors import InputError

if TYPE_CHECKING:
    from fmteach.datasets.reading import FieldSpec

NUMBERS = (LOG, EXACT, "bins", "real")
_MOST_BUCKETS = 2**31 - 1
_THREADS = min(8, os.cpu_count() or 1)


@dataclass(frozen=True)
class Encoding:
    """How values become features.

    min_count: a value with fewer training rows shares the unseen code of its field.
    buckets: for the hashing trick: a number for every field, or field -> number for some. Fields of
        numbers take part only when they are "log-squared" or "exact".
    numbers: how fields of numbers are encoded, all alike or field -> how: "log-squared" (Criteo's
        rule), "exact" (every whole number a value of its own), "bins" (about as many rows in
        each), "real" (one feature whose value is the number). Where nothing is said, a field that
        the reader calls "real" stays so, and the others are encoded by `usual`.
    bins: at most so many for a field.
    """

    min_count: int = 1
    buckets: int | Mapping[str, int] | None = None
    numbers: str | Mapping[str, str] | None = None
    bins: int = 32
    usual: str = "bins"

    def checked(self, specs: Sequence[FieldSpec]) -> Encoding:
        """The same with plain values, checked against the fields; InputError otherwise."""
        names = [spec.name for spec in specs]
        numeric = [spec.name for spec in specs if spec.kind in ("number", "real")]
        buckets, numbers = self.buckets, self.numbers
        if isinstance(buckets, Mapping):
            buckets = {
                one_of("field in buckets", name, names): whole_number(
                    f"buckets[{name!r}]", value, most=_MOST_BUCKETS
                )
                for name, value in buckets.items()
            }
        elif buckets is not None:
            buckets = whole_number("buckets", buckets, most=_MOST_BUCKETS)
        if isinstance(numbers, Mapping):
            numbers = {
                one_of("field of numbers", name, numeric): one_of("numbers", value, NUMBERS)
                for name, value in numbers.items()
            }
        elif numbers is not None:
            numbers = one_of("numbers", numbers, NUMBERS)
        encoding = Encoding(
            whole_number("min_count", self.min_count), buckets, numbers,
            whole_number("bins", self.bins, least=2, most=1 << 16),
            one_of("usual", self.usual, NUMBERS),
        )  # fmt: skip
        for spec in specs:
            how = encoding.number_rule(spec)
            if isinstance(buckets, dict) and spec.name in buckets and how in ("bins", "real"):
                raise InputError(
                    f"buckets names {spec.name!r}, a field of numbers that is encoded as {how!r}: "
                    f"there is nothing to hash. Leave it out, or give numbers={{{spec.name!r}: "
                    f"{EXACT!r}}}."
                )
        return encoding

    def number_rule(self, spec: FieldSpec) -> str:
        """How a field of numbers is encoded; "" for a field of another kind."""
        if spec.kind not in ("number", "real"):
            return ""
        usual = "real" if spec.kind == "real" else self.usual
        named = self.numbers
        return named.get(spec.name, usual) if isinstance(named, Mapping) else named or usual

    def buckets_of(self, name: str) -> int | None:
        return self.buckets.get(name) if isinstance(self.buckets, Mapping) else self.buckets

    def determined_by(self) -> dict[str, Any]:
        return {**asdict(self), "version": Encoder.VERSION}


class Fitting:
    """Counts training rows with `add`, any number of times, and makes the Encoder with `encoder`.

    specs: the fields, as a reader names them. The order and the size of the frames make no
    difference, and memory is bounded by the number of different values.
    """

    def __init__(self, specs: Sequence[FieldSpec], encoding: Encoding, dialect: str = "") -> None:
        self.specs = tuple(specs)
        encoding = encoding.checked(self.specs)
        self.dialect = dialect
        self.counters = [_counter(spec, encoding, dialect) for spec in self.specs]

    def add(self, table: pl.DataFrame, rows: np.ndarray) -> None:
        """Count training rows: their columns, and their numbers int64 [n]."""

        def count(counter: Any) -> None:
            if not isinstance(counter, HashedField):
                columns = [table[name] for name in columns_of(counter)]
                counter.add(*columns, rows)

        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(count, self.counters))

    def encoder(self) -> Encoder:
        """What was learnt. Call it once: the counts are given up on the way."""
        fields = []
        for place, counter in enumerate(self.counters):
            fields.append(counter if isinstance(counter, HashedField) else counter.field())
            self.counters[place] = None  # large vocabularies: free the counts of this field now
        return Encoder(tuple(fields), dialect=self.dialect)

    def widths(self, table: pl.DataFrame) -> list[int]:
        """The most values that a row of the table has in each field."""
        widths = []
        for counter in self.counters:
            columns = [table[name] for name in columns_of(counter)]
            if isinstance(counter, SeveralCounter):
                widths.append(int(flat_sets(*columns)[1].max(initial=1)))
            elif isinstance(counter, EntriesCounter):
                widths.append(int(flat_entries(*columns)[2].max(initial=1)))
            else:
                widths.append(1)
        return widths


def columns_of(field: Any) -> tuple[str, ...]:
    """The columns of a table that a field (or its counter) looks at."""
    entries = isinstance(field, EntriesCounter) or getattr(field, "kind", "") == "entries"
    return ("ids", "values") if entries else (field.name,)


def _counter(spec: FieldSpec, encoding: Encoding, dialect: str) -> Any:
    name, least, buckets = spec.name, encoding.min_count, encoding.buckets_of(spec.name)
    if spec.kind == "multi":
        several = EntriesCounter if dialect == "libsvm" else SeveralCounter
        return several(name, least, buckets)
    rule = encoding.number_rule(spec)
    if rule == "real":
        return RealCounter(name)
    if rule == "bins":
        return BinCounter(name, encoding.bins)
    if buckets is not None:
        return HashedField(name, buckets, rule)
    return NumberCounter(name, least, rule) if rule else CategoryCounter(name, least)
