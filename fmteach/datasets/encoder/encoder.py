"""A fitted encoder: it turns rows into feature numbers, and says what each number means."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl
import torch
from torch import Tensor

from fmteach.datasets.encoder import saving
from fmteach.datasets.encoder.incoming import as_table
from fmteach.datasets.table import Table
from fmteach.errors import InputError

_THREADS = min(8, os.cpu_count() or 1)
_MOST = 2**31 - 1  # ids of large sets are int32
_ROWS_AT_ONCE = 1024  # they stay in the processor's cache


@dataclass(frozen=True, eq=False)
class Encoder:
    """What was learnt on training rows: for each field, which value has which feature number.

    The features of a field follow those of the one before it. `len(encoder.fields)` is the number
    of fields; each has a name, a size (the number of its features) and labels.

    >>> import polars as pl
    >>> from fmteach.datasets.encoder.category import CategoryField
    >>> from fmteach.datasets.encoder.vocabulary import Vocabulary
    >>> shop = CategoryField("shop", Vocabulary(pl.Series(["north", "south"])))
    >>> hour = CategoryField("hour", Vocabulary(pl.Series(["08", "20"])))
    >>> encoder = Encoder((shop, hour))
    >>> encoder.encode({"shop": "south", "hour": "12"})
    (tensor([[1, 5]]), None)
    >>> encoder.feature_name(5)
    'hour=(unseen)'
    """

    VERSION: ClassVar[int] = 2  # part of a cache's key: raise it when the same rows get other ids
    fields: tuple[Any, ...]
    dialect: str = ""

    def __post_init__(self) -> None:
        if self.num_features > _MOST:
            raise InputError(
                f"{self.num_features:,} features are more than {_MOST:,}: raise min_count, or "
                "give fewer buckets."
            )

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    @cached_property
    def field_dims(self) -> tuple[int, ...]:
        return tuple(field.size for field in self.fields)

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """The number of the first feature of each field."""
        return tuple(sum(self.field_dims[:j]) for j in range(len(self.fields)))

    @property
    def num_features(self) -> int:
        return sum(self.field_dims)

    @property
    def labels(self) -> tuple[Sequence[str], ...]:
        return tuple(field.labels for field in self.fields)

    def encode(self, rows: object) -> tuple[Tensor, Tensor | None]:
        """Feature numbers of new rows, as a model takes them: ids int64 [n, m], values or None.

        rows: one row as a dict (field -> value), a list of such dicts, a polars or pandas table, a
            dict of columns (field -> list or array), or a Frame of a reader. Every field must be
            there. None, "" and NaN are a blank cell. A field with several values takes a list.
        values: float32 [n, m], or None when they are all 1 (every field has one plain value).

        A value that no training row has gets the unseen feature of its field. Rows of the files
        that the encoder was learnt on get the numbers that the data set holds. m is the number of
        fields; a field with several values takes as many places as its largest set.

        Errors: InputError for missing and unknown fields, and for values that are no numbers where
        numbers are wanted. O(1) a cell.
        """
        ids, values = self.encode_table(as_table(rows, self.fields, self.dialect))
        return (
            torch.from_numpy(ids.astype(np.int64)),
            None if values is None else torch.from_numpy(values),
        )

    def encode_table(
        self, table: pl.DataFrame, widths: Sequence[int] | None = None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """The same of a checked table: ids int32 [n, m] and values float32 [n, m] or None.

        widths: the least number of places of each field, default as in train.
        """

        def one(place: int) -> tuple[np.ndarray, np.ndarray | None]:
            field = self.fields[place]
            if field.kind == "entries":
                columns = [table["ids"], table["values"]]
            else:
                columns = [table[field.name]]
            if field.kind in ("entries", "multi"):
                codes, values = field.encode(*columns, None if widths is None else widths[place])
            else:
                codes, values = field.encode(*columns)
            return codes, values

        with ThreadPoolExecutor(_THREADS) as pool:
            parts = list(pool.map(one, range(len(self.fields))))
        ids = side_by_side([codes for codes, _ in parts], self.offsets, np.int32)
        if all(values is None for _, values in parts):
            return ids, None
        ones = [np.ones(c.shape, np.float32) if v is None else v for c, v in parts]
        return ids, side_by_side(ones, [0] * len(ones), np.float32)

    @cached_property
    def one_place_a_field(self) -> bool:
        """Whether every row has exactly one feature of each field."""
        return all(field.kind not in ("entries", "multi") for field in self.fields)

    def feature_name(self, id: int) -> str:
        """What feature number `id` stands for, such as "I5=(blank)" or "C9=a73ee510".

        Errors: InputError for a number out of range.
        """
        number = int(id)
        if not 0 <= number < self.num_features or number != id:
            raise InputError(
                f"there is no feature {id}: features go from 0 to {self.num_features - 1}."
            )
        # A field always has features, so the last one that begins at or before `id` is it.
        place = bisect_right(self.offsets, number) - 1
        return f"{self.names[place]}={self.labels[place][number - self.offsets[place]]}"

    def describe(self) -> Table:
        """One line a field: kind, values kept, rare values, shares of training rows, features.

        kept: values with a code of their own. rare: values below min_count, which share the unseen
        code; rare rows: the share of training rows that hold one. blank: of those with an empty
        cell. "-": not counted, as for fields that are only hashed.
        """
        columns = ("field", "kind", "kept", "rare", "rare rows", "blank", "features")
        rows = []
        for field in self.fields:
            told = field.counted
            cells: tuple[object, ...] = ("-", "-", "-", "-")
            if told is not None and told.rows:
                shares = [f"{100 * n / told.rows:.1f} %" for n in (told.rare_rows, told.blank)]
                cells = (told.kept or "-", told.rare, *shares)
            rows.append((field.name, field.kind, *cells, field.size))
        return Table(columns, tuple(rows))

    def to_json(self) -> str:
        """All of it as one JSON text, vocabularies included; `from_json` takes it back."""
        return saving.to_json(self)

    @classmethod
    def from_json(cls, text: str) -> Encoder:
        """Errors: DataFileError when the text is not an encoder of this version."""
        return cls(*saving.from_json(text, None, cls.VERSION))

    def save(self, path: str | Path) -> None:
        """Write it to a JSON file; vocabularies above 1,000 texts go into a folder beside it."""
        saving.save(self, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> Encoder:
        """Read what `save` wrote. Large vocabularies are read when they are first used.

        Errors: DataFileError when the file is missing, damaged or of another version.
        """
        return cls(*saving.load(Path(path), cls.VERSION))

    def __repr__(self) -> str:
        return f"<Encoder: {len(self.fields)} fields, {self.num_features:,} features>"

    def _repr_html_(self) -> str:
        return self.describe()._repr_html_()


def side_by_side(
    columns: Sequence[np.ndarray], plus: Sequence[int], dtype: type[np.generic]
) -> np.ndarray:
    """Columns [n] or [n, w] as one table [n, m] in row order, with a number added to each."""
    ends = np.cumsum([1 if column.ndim == 1 else column.shape[1] for column in columns])
    n = len(columns[0])
    out = np.empty((n, int(ends[-1])), dtype=dtype)
    # Some rows at a time: a whole column at a time would walk through all of the table m times.
    for first in range(0, n, _ROWS_AT_ONCE):
        rows = slice(first, first + _ROWS_AT_ONCE)
        for column, end, number in zip(columns, ends, plus, strict=True):
            width = 1 if column.ndim == 1 else column.shape[1]
            place = end - 1 if column.ndim == 1 else slice(end - width, end)
            np.add(column[rows], dtype(number), out=out[rows, place])
    return out
