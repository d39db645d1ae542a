"""From good lines to typed columns. A cell that should be a number and is none makes its row bad.

A blank cell of a number is missing (null), not bad. White space around a number does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from fmteach.datasets.reading import clock
from fmteach.datasets.reading.layout import Column, Layout
from fmteach.datasets.reading.report import BadRow, excerpt
from fmteach.datasets.reading.screen import Lines

_NUMERIC = {
    "click": pl.Int64, "target": pl.Float64, "hour": pl.Int64, "integer": pl.Int64,
    "number": pl.Float64, "real": pl.Float64,
}  # fmt: skip
_NEEDED = ("click", "target", "hour", "time")  # a blank cell makes the row bad
NO_NUMBER, NO_LABEL, NO_TIME = "a cell is no number", "the label is not 0 or 1", "no valid time"
BLANK = {"click": "the label is blank", "target": "the target is blank"}


@dataclass(frozen=True, eq=False)
class Cells:
    """The good rows of a block. table: None when it was not asked for."""

    table: pl.DataFrame | None
    y: np.ndarray
    time: np.ndarray | None
    values: np.ndarray | None
    bad: list[BadRow]


def parse(lines: Lines, layout: Layout, file: str, *, table: bool = True) -> Cells:
    """Typed columns of the lines. table: False for y and time alone (the same rows are good)."""
    wanted = [
        place
        for place, column in enumerate(layout.columns)
        if column.role != "unused" and (table or column.role not in ("category", "multi"))
    ]
    columns = {layout.columns[place].name: layout.columns[place] for place in wanted}
    rows, faults = _typed(lines, layout, wanted)
    for name, column in columns.items():
        for mask, reason, detail in _faults(rows[name], column):
            _note(faults, mask, reason, f"column {name}" + (f": {detail}" if detail else ""))
    bad = _bad_rows(faults, lines, file)
    if faults:
        keep = np.ones(len(rows), dtype=bool)
        keep[list(faults)] = False
        rows = rows.filter(pl.Series(keep))
    first = {column.role: rows[name] for name, column in columns.items()}
    y = first.get("click", first.get("target"))
    time = clock.seconds(first["hour"].to_numpy()) if "hour" in first else None
    if "time" in first:
        time = first["time"].to_numpy()
    return Cells(
        _table(rows, columns, layout, time) if table else None,
        y.to_numpy().astype(np.float32),
        time,
        _values(rows, layout) if table else None,
        bad,
    )


def _read(data: bytes, layout: Layout, wanted: Sequence[int], text: bool = False) -> pl.DataFrame:
    """The wanted columns; PolarsError when a number cannot be read, unless all is read as text."""
    types = [pl.String if text else _NUMERIC.get(c.role, pl.String) for c in layout.columns]
    if not data:
        frame = pl.DataFrame(schema={str(i): types[i] for i in wanted})
    else:
        # scan_csv takes the bytes as they are; read_csv would copy them first.
        frame = pl.scan_csv(
            data,
            has_header=False,
            separator=layout.separator.decode(),
            quote_char=None,
            schema={str(i): type_ for i, type_ in enumerate(types)},
        )
        frame = frame.select(str(i) for i in wanted).collect()
    return frame.rename({str(i): layout.columns[i].name for i in wanted})


def _typed(
    lines: Lines, layout: Layout, wanted: Sequence[int]
) -> tuple[pl.DataFrame, dict[int, tuple[str, str]]]:
    try:
        return _read(lines.data, layout, wanted), {}
    except pl.exceptions.PolarsError:
        # Some cell is not as simple as nearly all are. Look at each column on its own.
        rows = _read(lines.data, layout, wanted, text=True)
    faults: dict[int, tuple[str, str]] = {}
    for place in wanted:
        column = layout.columns[place]
        if column.role in _NUMERIC:
            texts = rows[column.name]
            numbers, wrong = to_numbers(texts, _NUMERIC[column.role])
            rows = rows.with_columns(numbers)
            for row in np.flatnonzero(wrong).tolist():
                why = NO_LABEL if column.role == "click" else NO_NUMBER
                faults.setdefault(row, (why, f"column {column.name}: {_shown(texts[row])}"))
    return rows, faults


def to_numbers(texts: pl.Series, kind: type[pl.DataType]) -> tuple[pl.Series, np.ndarray]:
    """Texts as numbers, and where they are none (bool [n]); blank is null and not wrong.

    A whole number may be written as 5.0 or 5e3 too; it must fit into 64 bits.
    """
    texts = texts.str.strip_chars()
    texts = texts.set(texts == "", None) if (texts == "").any() else texts
    numbers = texts.cast(kind, strict=False)
    if kind == pl.Int64:
        missing = numbers.is_null() & texts.is_not_null()
        if missing.any():
            real = texts.cast(pl.Float64, strict=False)
            whole = (real == real.round()) & (real.abs() < 2.0**63)
            real = real.set(~whole.fill_null(False), None)
            numbers = numbers.fill_null(real.cast(pl.Int64, strict=False))
    wrong = numbers.is_null() & texts.is_not_null()
    return numbers.alias(texts.name), wrong.to_numpy()


def _faults(cells: pl.Series, column: Column) -> list[tuple[np.ndarray, str, str]]:
    """(which rows, reason, detail) of what is wrong in a typed column."""
    found = []
    if column.role in _NEEDED and cells.null_count():
        reason = BLANK.get(column.role, NO_TIME)
        found.append((cells.is_null().to_numpy(), reason, "blank"))
    if column.role == "click":
        wrong = ((cells != 0) & (cells != 1)).fill_null(False).to_numpy()
        found.append((wrong, NO_LABEL, ""))
    elif column.role == "hour":
        wrong = ~clock.is_hour(cells.fill_null(0).to_numpy())
        found.append((wrong, NO_TIME, "YYMMDDHH is wanted"))
    elif column.role in ("number", "real", "target"):
        # float32 is what a model computes with.
        finite = cells.cast(pl.Float32).is_finite() & cells.is_finite()
        wrong = (~finite).fill_null(False).to_numpy()
        found.append((wrong, NO_NUMBER, "not finite or too large"))
    return [fault for fault in found if fault[0].any()]


def _note(faults: dict[int, tuple[str, str]], mask: np.ndarray, reason: str, detail: str) -> None:
    for row in np.flatnonzero(mask).tolist():
        faults.setdefault(row, (reason, detail))


def _bad_rows(faults: dict[int, tuple[str, str]], lines: Lines, file: str) -> list[BadRow]:
    if not faults:
        return []
    stops = np.flatnonzero(np.frombuffer(lines.data, np.uint8) == 10)
    starts = np.append(0, stops[:-1] + 1)
    return [
        BadRow(
            file,
            int(lines.numbers[row]),
            *faults[row],
            excerpt(lines.data[starts[row] : min(stops[row], starts[row] + 400)]),
        )
        for row in sorted(faults)
    ]


def _table(
    rows: pl.DataFrame, columns: dict[str, Column], layout: Layout, time: np.ndarray | None
) -> pl.DataFrame:
    made = {}
    if any(column.role == "hour" for column in columns.values()):
        made = clock.derived(time)
    series = []
    for spec in layout.fields:
        cells = made[spec.name] if spec.name in made else rows[spec.name]
        if spec.kind == "multi":
            cells = cells.str.split(columns[spec.name].split)
        series.append(cells)
    return pl.DataFrame(series)


def _values(rows: pl.DataFrame, layout: Layout) -> np.ndarray | None:
    if all(spec.kind != "real" for spec in layout.fields):
        return None
    values = np.ones((len(rows), len(layout.fields)), dtype=np.float32)
    for place, spec in enumerate(layout.fields):
        if spec.kind == "real":
            values[:, place] = rows[spec.name].fill_null(0.0).to_numpy()
    return values


def _shown(text: str) -> str:
    return excerpt(text.encode()[:100])
