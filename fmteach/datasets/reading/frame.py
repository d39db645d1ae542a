"""What a reader hands over: some rows of a file, checked, one column a field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import polars as pl

KINDS = ("category", "number", "real", "multi")
PARTS = ("train", "valid", "test")


@dataclass(frozen=True)
class FieldSpec:
    """One field of the rows, and what its column in `Frame.table` holds.

    kind: "category": pl.String, every value is a feature of its own;
        "number": pl.Int64 (dialect "criteo") or pl.Float64 (dialect "table"), to be cut into bins;
        "real": pl.Float64, one feature a field whose value is the number itself (see
        `Frame.values`): the numbers of "criteo-x1", and columns that a "table" keeps as numbers;
        "multi": pl.List(pl.String), several values in one cell. (In the dialect "libsvm" the
        one field "features" is of this kind, and its lists hold whole numbers.)
    In every kind null stands for a blank cell.
    """

    name: str
    kind: str


@dataclass(frozen=True, eq=False)
class Frame:
    """Some rows of a file, about 100,000 of them, all good.

    table: polars DataFrame, one column a field, in the order of `Reader.fields`. Of the dialect
        "libsvm": the columns "ids" (pl.List(pl.Int64), as written in the file) and "values"
        (pl.List(pl.Float32), of the same lengths).
    y: float32 [n], the targets. time: int64 [n], seconds since 1970 (UTC), or None.
    values: float32 [n, fields], where a field is of the kind "real", else None: the number of a
        real cell, 0 of a blank one, and 1 for every cell of another kind.
    part: "train", "valid" or "test" when the file is of a published part, else None.
    first_row: the number of the frame's first row among all good rows of all files, from 0. It is
        the same in every pass.
    """

    table: pl.DataFrame
    y: np.ndarray
    time: np.ndarray | None
    values: np.ndarray | None
    part: str | None
    first_row: int

    def __len__(self) -> int:
        return len(self.y)
