"""Parquet files of a table: slices of rows to typed columns."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from os.path import isfile
from pathlib import Path

import numpy as np
import polars as pl

from fmteach.datasets.reading import cells
from fmteach.datasets.reading.layout import Layout
from fmteach.datasets.reading.piece import Piece
from fmteach.datasets.reading.streams import check_file, unreadable
from fmteach.errors import DataFileError

ROWS = 200_000  # of a piece


def is_parquet(path: Path) -> bool:
    """Whether the file begins as a Parquet file does."""
    if not isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            return file.read(4) == b"PAR1"
    except OSError as error:
        raise unreadable(path, error) from error


def names(path: Path) -> list[str]:
    """The names of its columns. DataFileError when it is damaged."""
    return list(_scan(path).collect_schema())


def pieces(
    path: Path, layout: Layout, size: int, *, table: bool = True
) -> Generator[Piece, None, None]:
    """The rows of a file, some at a time. size: does not matter here, the rows are counted.

    A NaN is a blank cell, as the programs that write such files mean it.
    """
    places = cells.needed(layout, table)
    lazy = _scan(path).select(layout.columns[place].name for place in places)
    schema = lazy.collect_schema()
    total = _rows(path)
    for start in range(0, max(total, 1), ROWS):  # a file without rows gives an empty piece
        try:
            raw = lazy.slice(start, ROWS).collect()
        except pl.exceptions.PolarsError as error:
            raise _damaged(path, error) from error
        unread: cells.Unread = {}
        columns = []
        for place in places:
            column = layout.columns[place]
            typed, wrong = _typed(raw[column.name], column.role, schema[column.name])
            columns.append(typed)
            if wrong.any():
                unread[column.name] = cells.not_read(raw[column.name], wrong, column.role)

        def shown(rows: Sequence[int], raw: pl.DataFrame = raw) -> list[bytes]:
            return [", ".join(map(str, raw.row(row))).encode() for row in rows]

        numbers = np.arange(start + 1, start + 1 + len(raw))
        frame = pl.DataFrame(columns)
        piece = cells.finish(frame, unread, layout, numbers, path.name, shown, table=table)
        yield replace(piece, done=path.stat().st_size * (start + len(raw)) // max(total, 1))


def _typed(column: pl.Series, role: str, kind: pl.DataType) -> tuple[pl.Series, np.ndarray]:
    """A column as its role wants it, and where it is no number though it should be one."""
    fine = np.zeros(len(column), dtype=bool)
    if kind.is_float():
        column = column.fill_nan(None)
    if role == "multi" and isinstance(kind, pl.List):
        return column.cast(pl.List(pl.String)), fine
    if role == "time" and kind.is_temporal():
        return column.cast(pl.Datetime("ms")).dt.epoch("s").cast(pl.String), fine
    if role not in cells.NUMERIC:
        if role == "time" and kind.is_float():
            column = column.cast(pl.Int64, strict=False)
        return column.cast(pl.String), fine
    if kind in (pl.String, pl.Categorical):
        return cells.to_numbers(column.cast(pl.String), cells.NUMERIC[role])
    return column.cast(cells.NUMERIC[role], strict=False), fine


def _rows(path: Path) -> int:
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def _scan(path: Path) -> pl.LazyFrame:
    check_file(path)
    try:
        lazy = pl.scan_parquet(path)
        lazy.collect_schema()
    except pl.exceptions.PolarsError as error:
        raise _damaged(path, error) from error
    return lazy


def _damaged(path: Path, error: Exception) -> DataFileError:
    return DataFileError(
        f"{path.name} is a damaged Parquet file ({str(error).splitlines()[0]}). Make or fetch it "
        "again."
    )
