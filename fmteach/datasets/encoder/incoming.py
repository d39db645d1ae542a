"""New rows in whatever form they come, as the table that an encoder reads."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from fmteach.datasets.reading.frame import Frame
from fmteach.errors import InputError

_NUMERIC = ("number", "bins", "real")


def as_table(rows: object, fields: Sequence[Any], dialect: str = "") -> pl.DataFrame:
    """rows: a dict, a list of dicts, a dict of columns, a table, or a Frame; -> pl.DataFrame.

    One column a field, with the type that the field reads. Errors: InputError.
    """
    columns = _columns_of(rows, fields)
    wanted = [name for field in fields for name in _names(field)]
    made_of_hour = {"weekday", "is_weekend"}.intersection(wanted)
    if dialect == "avazu" and "hour" in columns and not made_of_hour & columns.keys():
        # A raw row, with the hour as it stands in the file; the fields made of it are wanted.
        told = _told_by_hour(columns) if made_of_hour else columns
        columns = {name: told[name] for name in told if name in wanted or name in columns}
    missing = [name for name in wanted if name not in columns]
    unknown = [name for name in columns if name not in wanted]
    if missing or unknown:
        raise InputError(_mismatch(missing, unknown, wanted))
    made = [series for field in fields for series in _typed(field, columns)]
    try:
        return pl.DataFrame(made)
    except pl.exceptions.PolarsError as error:
        raise InputError(f"the columns do not go together: {error}.") from error


def _typed(field: Any, columns: Mapping[str, Any]) -> list[pl.Series]:
    """The columns that a field reads, with their types."""
    if field.kind == "entries":
        return [
            _lists(columns["ids"], "ids", pl.Int64),
            _lists(columns["values"], "values", pl.Float64),
        ]
    if field.kind in _NUMERIC or (field.kind == "hashed" and field.rule):
        return [_numbers(columns[field.name], field.name)]
    try:
        if field.kind == "multi":
            return [_lists(columns[field.name], field.name, pl.String)]
        return [_texts(columns[field.name], field.name)]
    except UnicodeEncodeError as error:
        raise InputError(
            f"field {field.name!r} holds {error.object!r}, which cannot be written in UTF-8: take "
            f"out the character {error.object[error.start]!r}."
        ) from None


def _names(field: Any) -> tuple[str, ...]:
    return ("ids", "values") if field.kind == "entries" else (field.name,)


def _columns_of(rows: object, fields: Sequence[Any]) -> Mapping[str, Any]:
    """The rows as columns: name -> list, array or Series."""
    wanted = {name for field in fields for name in _names(field)}
    if isinstance(rows, Frame):
        rows = rows.table
    if isinstance(rows, pl.LazyFrame):
        rows = rows.collect()
    if isinstance(rows, pl.DataFrame):
        # A table may have more columns, such as the target; a name that is missing is told.
        return {name: rows[name] for name in rows.columns if name in wanted}
    if isinstance(rows, Mapping):
        several = {name for f in fields if f.kind in ("multi", "entries") for name in _names(f)}
        return rows if _is_columns(rows, several) else {k: [v] for k, v in rows.items()}
    if hasattr(rows, "columns") and hasattr(rows, "__getitem__"):  # pandas and the like
        return {name: rows[name] for name in map(str, rows.columns) if name in wanted}
    if isinstance(rows, Iterable) and not isinstance(rows, str | bytes):
        return _of_dicts(list(rows))
    raise InputError(
        f"rows is a {type(rows).__name__}: give a dict (field -> value), a list of dicts, a dict "
        "of columns, or a polars or pandas table."
    )


def _of_dicts(rows: Sequence[Any]) -> dict[str, list[Any]]:
    """A list of dicts as columns. All must have the same fields."""
    for place, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise InputError(
                f"row {place} is a {type(row).__name__}: give every row as a dict, field -> value."
            )
        if row.keys() != rows[0].keys():
            odd = sorted(map(str, row.keys() ^ rows[0].keys()))
            raise InputError(
                f"row {place} does not have the same fields as row 0: {_listed(odd)} stands in one "
                "of them only. Give None for a blank cell."
            )
    if not rows:
        raise InputError("rows is empty: give at least one row.")
    return {name: [row[name] for row in rows] for name in rows[0]}


def _told_by_hour(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Avazu's hour, YYMMDDHH, as the fields that are made of it."""
    from fmteach.datasets.reading import clock

    hours = [_text(cell) or "" for cell in columns["hour"]]
    numbers = np.array([int(text) if text.isdecimal() else 0 for text in hours], dtype=np.int64)
    if not clock.is_hour(numbers).all():
        odd = hours[int(np.flatnonzero(~clock.is_hour(numbers))[0])]
        raise InputError(
            f"the hour {odd!r} is not written YYMMDDHH, such as 14102100. Or give the fields "
            "hour (0 to 23), weekday (Mon to Sun) and is_weekend (yes, no) themselves."
        )
    return {**columns, **clock.derived(clock.seconds(numbers))}


def _is_columns(rows: Mapping[str, Any], several: set[str]) -> bool:
    """Whether a dict holds columns, not one row: then its cells are lists, arrays or Series."""
    for name, cell in rows.items():
        held = isinstance(cell, list | tuple | np.ndarray | pl.Series) or hasattr(cell, "iloc")
        if name in several:
            held = held and len(cell) > 0 and isinstance(
                next(iter(cell)), list | tuple | np.ndarray | pl.Series
            )  # fmt: skip
        if not held:
            return False
    return bool(rows)


def _mismatch(missing: Sequence[str], unknown: Sequence[str], wanted: Sequence[str]) -> str:
    said = []
    if missing:
        said.append(f"missing: {_listed(missing)}")
    if unknown:
        near = difflib.get_close_matches(str(unknown[0]), wanted, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        said.append(f"unknown: {_listed(unknown)}{hint}")
    return (
        f"the row does not have the fields of this encoder; {'; '.join(said)}. "
        f"The fields are {', '.join(wanted)}. Give None for a blank cell."
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(map(repr, names[:10]))
    return shown if len(names) <= 10 else f"{shown} and {len(names) - 10} more"


def _texts(column: Any, name: str) -> pl.Series:
    if isinstance(column, pl.Series) and (column.dtype == pl.String or column.dtype.is_integer()):
        texts = column.cast(pl.String)
    else:
        texts = pl.Series(name, [_text(cell) for cell in column], dtype=pl.String)
    return texts.rename(name).set(texts == "", None)


def _text(cell: Any) -> str | None:
    """A cell as it would stand in a file; 5.0 is 5, as tables with blanks make 5.0 of it."""
    if cell is None or cell == "" or cell != cell:
        return None
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        return str(int(cell))
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    return str(cell)


def _numbers(column: Any, name: str) -> pl.Series:
    if isinstance(column, pl.Series) and column.dtype.is_float():
        column = column.fill_nan(None).rename(name)
        if column.is_infinite().any():
            raise InputError(_no_number(column.filter(column.is_infinite())[0], name))
        return column
    if isinstance(column, pl.Series) and column.dtype.is_signed_integer():
        return column.rename(name)
    cells = [_number(cell, name) for cell in column]
    whole = all(cell is None or isinstance(cell, int) for cell in cells)
    return pl.Series(name, cells, dtype=pl.Int64 if whole else pl.Float64, strict=False)


def _number(cell: Any, name: str) -> int | float | None:
    if cell is None or cell != cell or (isinstance(cell, str) and not cell.strip()):
        return None
    try:
        number = float(cell)
        if number != int(number) or abs(number) >= 2**63:
            return number
    except (TypeError, ValueError, OverflowError):
        raise InputError(_no_number(cell, name)) from None
    try:
        return int(cell)  # a float has not enough digits for some
    except ValueError:
        return int(number)  # a text such as "5.0"


def _no_number(cell: Any, name: str) -> str:
    return f"field {name!r} holds {cell!r}: a number is wanted, or None for a blank."


def _lists(column: Any, name: str, inner: Any) -> pl.Series:
    if isinstance(column, pl.Series) and column.dtype == pl.List(inner):
        return column.rename(name)
    cells = []
    for cell in column:
        if cell is None or cell == "":
            cells.append([])
        elif isinstance(cell, str | bytes) or not isinstance(cell, Iterable):
            raise InputError(
                f"field {name!r} holds {cell!r}: it takes a list of values, such as [{cell!r}]."
            )
        else:
            cells.append([_text(c) if inner == pl.String else c for c in cell])
    return pl.Series(name, cells, dtype=pl.List(inner))
