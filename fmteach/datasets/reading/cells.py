"""From good lines to typed columns. A cell that should be a number and is none makes its row bad.

A blank cell of a number is missing (null), not bad. White space around a number does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

from fmteach.datasets.reading import clock, quoted
from fmteach.datasets.reading.layout import Column, Layout
from fmteach.datasets.reading.piece import Piece
from fmteach.datasets.reading.report import BadRow, excerpt
from fmteach.datasets.reading.screen import Lines

NUMERIC = {
    "click": pl.Int64, "target": pl.Float64, "hour": pl.Int64, "integer": pl.Int64,
    "number": pl.Float64, "real": pl.Float64,
}  # fmt: skip
BOM = b"\xef\xbb\xbf"
NO_NUMBER, NO_TARGET = "a cell is no number", "no target"
NO_LABEL, NO_TIME = "the label is not 0 or 1", "no valid time"
# Name of a column -> (which rows, reason, texts of these rows) of what could not be read in it.
Unread = dict[str, tuple[np.ndarray, str, list[str]]]


def parse(lines: Lines, layout: Layout, file: str, *, table: bool = True) -> Piece:
    """Typed columns of the lines. table: False for y and time alone (the same rows are good)."""
    wanted = needed(layout, table)
    rows, unread = _typed(lines, layout, wanted)
    if layout.quoted and quoted.to_restore(lines.data):
        rows = rows.with_columns(
            quoted.restore(rows[column.name], layout.separator)
            for column in layout.columns
            if column.role in ("category", "multi") and column.name in rows.columns
        )

    def shown(places: Sequence[int]) -> list[bytes]:
        stops = np.flatnonzero(np.frombuffer(lines.data, np.uint8) == 10)
        starts = np.append(0, stops[:-1] + 1)
        texts = [lines.data[starts[row] : stops[row]][:400] for row in places]
        return [quoted.restored(t, layout.separator) for t in texts] if layout.quoted else texts

    return finish(rows, unread, layout, lines.numbers, file, shown, table=table)


def needed(layout: Layout, table: bool) -> list[int]:
    """The places of the columns that are read."""
    return [
        place
        for place, column in enumerate(layout.columns)
        if column.role != "unused" and (table or column.role not in ("category", "multi"))
    ]


def finish(
    rows: pl.DataFrame,
    unread: Unread,
    layout: Layout,
    numbers: np.ndarray,
    file: str,
    shown: Callable[[Sequence[int]], list[bytes]],
    *,
    table: bool,
) -> Piece:
    """Check typed columns, take the bad rows out, and make what a frame holds of the others.

    numbers: int64 [rows], the line of each row. shown: the texts of some rows. A row with several
    faults is counted for the one that stands first in it.
    """
    faults: dict[int, tuple[str, str]] = {}
    columns = [column for column in layout.columns if column.name in rows.columns]
    for column in columns:
        if column.role == "time":
            rows = rows.with_columns(clock.from_texts(rows[column.name]))
        which, reason, texts = unread.get(column.name, (np.empty(0, np.int64), "", []))
        for row, text in zip(which.tolist(), texts, strict=True):
            faults.setdefault(row, (reason, f"column {column.name}: {text}"))
        for wrong, reason, detail in _faults(rows[column.name], column):
            for row in np.flatnonzero(wrong).tolist():
                faults.setdefault(row, (reason, f"column {column.name}{detail}"))
    bad = []
    if faults:
        places = sorted(faults)
        texts = shown(places)
        bad = [
            BadRow(file, int(numbers[row]), *faults[row], excerpt(text))
            for row, text in zip(places, texts, strict=True)
        ]
        keep = np.ones(len(rows), dtype=bool)
        keep[places] = False
        rows = rows.filter(pl.Series(keep))
    time = None
    for column in columns:
        if column.role == "hour":
            time = clock.seconds(rows[column.name].to_numpy())
        elif column.role == "time":
            time = rows[column.name].to_numpy()
    y = rows[layout.target].to_numpy().astype(np.float32)
    if not table:
        return Piece(None, y, time, None, bad)
    return Piece(_table(rows, columns, layout, time), y, time, _values(rows, layout), bad)


def _read(data: bytes, layout: Layout, wanted: Sequence[int], text: bool = False) -> pl.DataFrame:
    """The wanted columns; PolarsError when a number cannot be read, unless all is read as text."""
    types = [pl.String if text else NUMERIC.get(c.role, pl.String) for c in layout.columns]
    if not data:
        frame = pl.DataFrame(schema={str(i): types[i] for i in wanted})
    else:
        if data.startswith(BOM):  # part of a cell; polars would pass over one at the start
            data = BOM + data
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


def _typed(lines: Lines, layout: Layout, wanted: Sequence[int]) -> tuple[pl.DataFrame, Unread]:
    try:
        return _read(lines.data, layout, wanted), {}
    except pl.exceptions.PolarsError:
        # Some cell is not as simple as nearly all are. Look at each column on its own.
        rows = _read(lines.data, layout, wanted, text=True)
    unread: Unread = {}
    for place in wanted:
        column = layout.columns[place]
        if column.role in NUMERIC:
            numbers, wrong = to_numbers(rows[column.name], NUMERIC[column.role])
            unread[column.name] = not_read(rows[column.name], wrong, column.role)
            rows = rows.with_columns(numbers)
    return rows, unread


def not_read(cells: pl.Series, wrong: np.ndarray, role: str) -> tuple[np.ndarray, str, list[str]]:
    """What is told of the cells that are no numbers. wrong: bool [rows]."""
    which = np.flatnonzero(wrong)
    texts = [excerpt(str(text).encode()[:100]) for text in cells.gather(which)]
    return which, NO_LABEL if role == "click" else NO_NUMBER, texts


def to_numbers(texts: pl.Series, kind: type[pl.DataType]) -> tuple[pl.Series, np.ndarray]:
    """Texts as numbers, and where they are none (bool [n]); blank is null and not wrong.

    A whole number may be written as 5.0 or 5e3 too; it must fit into 64 bits.
    """
    numbers = texts.cast(kind, strict=False)
    wrong = (numbers.is_null() & texts.is_not_null()).to_numpy()
    # Only few cells, as a rule, have to be looked at again.
    which = np.flatnonzero(wrong)
    if len(which):
        again = texts.gather(which).str.strip_chars()
        blank = (again == "").to_numpy()
        found = again.cast(kind, strict=False)
        if kind == pl.Int64:
            real = again.cast(pl.Float64, strict=False)
            whole = ((real == real.round()) & (real.abs() < 2.0**63)).fill_null(False)
            found = found.fill_null(real.set(~whole, None).cast(pl.Int64, strict=False))
        numbers = numbers.scatter(which, found)
        wrong[which] = found.is_null().to_numpy() & ~blank
    return numbers.alias(texts.name), wrong


def _faults(cells: pl.Series, column: Column) -> list[tuple[np.ndarray, str, str]]:
    """(which rows, reason, detail) of what is wrong in a typed column."""
    blank = cells.is_null().to_numpy()
    if column.role == "click":
        wrong = ((cells != 0) & (cells != 1)).fill_null(False).to_numpy()
        found = [(blank, NO_LABEL, " is blank"), (wrong, NO_LABEL, "")]
    elif column.role == "hour":
        wrong = ~clock.is_hour(cells.fill_null(0).to_numpy())
        found = [(wrong, NO_TIME, ": YYMMDDHH is wanted")]
    elif column.role == "time":
        found = [(blank, NO_TIME, ": seconds since 1970 or a date is wanted")]
    elif column.role in ("number", "real", "target"):
        # float32 is what a model computes with.
        finite = cells.cast(pl.Float32, strict=False).is_finite() & cells.is_finite()
        found = [((~finite).fill_null(False).to_numpy(), NO_NUMBER, ": not finite or too large")]
        if column.role == "target":
            found.append((blank, NO_TARGET, " is blank"))
    else:
        return []
    return [fault for fault in found if fault[0].any()]


def _table(
    rows: pl.DataFrame, columns: Sequence[Column], layout: Layout, time: np.ndarray | None
) -> pl.DataFrame:
    by_hour = any(column.role == "hour" for column in columns)
    made = clock.derived(time) if by_hour else {}
    splits = {column.name: column.split for column in columns}
    series = []
    for spec in layout.fields:
        cells = made[spec.name] if spec.name in made else rows[spec.name]
        if spec.kind == "multi" and cells.dtype == pl.String:
            cells = cells.str.split(splits[spec.name])
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
