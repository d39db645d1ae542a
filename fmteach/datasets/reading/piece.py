"""What one block of a file gives: its good rows, typed, and the rows that were set aside."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from fmteach.datasets.reading.report import BadRow

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class Piece:
    """Good rows: table (None when it was not asked for), y, time and values as in a Frame.

    bad: the bad rows of the block, by line. blank: its empty lines. done: bytes of the file read
    so far. note: what is wrong with the file as a whole; on its last piece only.
    """

    table: pl.DataFrame | None
    y: np.ndarray
    time: np.ndarray | None
    values: np.ndarray | None
    bad: list[BadRow] = field(default_factory=list)
    blank: int = 0
    done: int = 0
    note: str = ""

    def __len__(self) -> int:
        return len(self.y)

    def rows(self, start: int, stop: int) -> Piece:
        """The same piece with these rows alone."""
        cut = {
            name: None if (part := getattr(self, name)) is None else part[start:stop]
            for name in ("table", "y", "time", "values")
        }
        return replace(self, **cut)
