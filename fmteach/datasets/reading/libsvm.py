"""Rows in the libsvm form: a target and entries index:value, separated by blanks."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from fmteach.datasets.reading.ahead import ahead
from fmteach.datasets.reading.blocks import Block, blocks
from fmteach.datasets.reading.cells import BOM, NO_NUMBER, to_numbers
from fmteach.datasets.reading.frame import FieldSpec
from fmteach.datasets.reading.layout import Column, Layout, look
from fmteach.datasets.reading.piece import Piece
from fmteach.datasets.reading.report import BadRow, excerpt
from fmteach.datasets.reading.screen import Text, count_marks, screen
from fmteach.errors import DataFileError, InputError

_LF, _BLANK, _COLON, _HASH = 10, 32, 58, 35
_QID = re.compile(rb"(?<= )qid:[^ \n]*")
_ENTRY = re.compile(rb"\d+:[-+.\deE]+")
_SPACES = bytes.maketrans(b"\t\x0b\x0c", b"   ")
NO_ENTRY = "an entry is not index:value"
TWICE = "an index stands twice in a row"
NO_TARGET = "the target is no number"
NOT_SIGNED = "the target is not -1 or 1"


def layout_of(path: Path, separator: str | None) -> Layout:
    """Look at the first lines: targets that are all -1 or 1 become 0 and 1."""
    if separator is not None:
        raise InputError("libsvm files are separated by blanks: leave separator out.")
    lines = [line.split(b"#")[0].split() for line in look(path)]
    lines = [line for line in lines if line]
    if not any(_ENTRY.fullmatch(entry) for line in lines for entry in line[1:]):
        raise DataFileError(
            f"{path.name} is not in the libsvm form: none of its first lines has an entry "
            f"index:value. Came: {excerpt(look(path)[0])}. Wanted: 1 3:0.5 17:1"
        )
    targets = {_number(line[0]) for line in lines}
    notes = []
    if signed := targets == {-1.0, 1.0} or targets == {-1.0}:
        notes.append("targets -1 and 1 were read as 0 and 1")
    if any(entry.startswith(b"qid:") for line in lines for entry in line[1:2]):
        notes.append("qid was left out")
    fields = (FieldSpec("features", "multi"),)
    columns = (Column("target", "target"), Column("features", "multi"))
    return Layout(
        columns, b" ", False, fields, "target", form="libsvm", signed=signed, notes=tuple(notes)
    )


def agreed(layouts: Sequence[Layout]) -> list[Layout]:
    """All files or none are read with targets -1 and 1."""
    signed = any(layout.signed for layout in layouts)
    notes = tuple(dict.fromkeys(note for layout in layouts for note in layout.notes))
    return [replace(layout, signed=signed, notes=notes) for layout in layouts]


def pieces(
    path: Path, layout: Layout, size: int, *, table: bool = True
) -> Generator[Piece, None, None]:
    """The rows of a file, with the columns "ids" and "values" for a table."""
    line = 1
    for block in ahead(blocks(path, size)):
        text = _plain(block)
        # One column at each NUL, which no good line holds: all other faults are found.
        lines = screen(text, line, b"\0", 1, path.name)
        line += lines.count
        piece = _parse(lines.data, lines.numbers, layout, path.name)
        bad = sorted([*lines.bad, *piece.bad], key=lambda row: row.line)
        yield replace(piece, bad=bad, blank=lines.blank, done=block.done, note=block.note)


def _plain(block: Block) -> Text:
    """The lines without comments and qid, with single blanks between their parts."""
    data = block.data.translate(_SPACES)
    if b"#" in data:
        data = _without_comments(np.frombuffer(data, np.uint8))
    if b"qid:" in data:
        data = _QID.sub(b"", data)
    bytes_ = np.frombuffer(data, np.uint8)
    following = np.append(bytes_[1:], np.uint8(_LF))
    before = np.append(np.uint8(_LF), bytes_[:-1])
    idle = (bytes_ == _BLANK) & ((following == _BLANK) | (following == _LF) | (before == _LF))
    while idle.any():
        bytes_ = bytes_[~idle]
        following = np.append(bytes_[1:], np.uint8(_LF))
        before = np.append(np.uint8(_LF), bytes_[:-1])
        idle = (bytes_ == _BLANK) & ((following == _BLANK) | (following == _LF) | (before == _LF))
    return Text(bytes_.tobytes(), None, [], block.fault)


def _without_comments(data: np.ndarray) -> bytes:
    stops = np.flatnonzero(data == _LF)
    marks = np.flatnonzero(data == _HASH)
    ends = stops[np.searchsorted(stops, marks)]
    first = np.append(True, ends[1:] != ends[:-1])  # the first mark of its line
    step = np.zeros(len(data), dtype=np.int8)
    step[marks[first]] = 1
    step[ends[first]] = -1
    return data[np.cumsum(step, dtype=np.int8) == 0].tobytes()


def _parse(text: bytes, numbers: np.ndarray, layout: Layout, file: str) -> Piece:
    data = np.frombuffer(text, np.uint8)
    stops, blanks = count_marks(data, _BLANK)
    entries = np.diff(blanks, prepend=0)  # of each row
    # Every part of a row on a line of its own: the target, then index:value.
    parts = (BOM if text.startswith(BOM) else b"") + text.replace(b" ", b"\n")  # as in cells.py
    left, right, odd = _numbers(parts)
    rows = np.repeat(np.arange(len(stops)), entries + 1)
    heads = np.cumsum(entries + 1) - (entries + 1)
    is_head = np.zeros(len(rows), dtype=bool)
    is_head[heads] = True
    y, ids = left[heads], left[~is_head]
    with np.errstate(over="ignore"):  # too large for float32: infinite, and found below
        y_single, values = y.astype(np.float32), right[~is_head].astype(np.float32)
    owner = rows[~is_head]
    wrong: dict[int, tuple[str, str]] = {}

    def note(which: np.ndarray, reason: str, detail: str) -> None:
        for row in np.unique(which).tolist():
            wrong.setdefault(row, (reason, detail))

    colons = np.where(is_head, 0, 1)
    note(rows[odd != colons], NO_ENTRY, "wanted: target index:value index:value")
    note(np.flatnonzero(~np.isfinite(y_single)), NO_TARGET, "a finite one is wanted")
    if layout.signed:
        note(np.flatnonzero(np.abs(y) != 1), NOT_SIGNED, "as in the first lines of the file")
        y = np.where(y == -1, 0.0, y)
    index = (ids >= 0) & (ids < 2.0**53) & (ids == np.floor(ids))
    note(owner[~index], NO_ENTRY, "the index is no whole number from 0 on")
    note(owner[~np.isfinite(values)], NO_NUMBER, "a value is no finite number")
    note(_twice(owner, ids), TWICE, "the values would have to be added up")
    good = np.ones(len(stops), dtype=bool)
    good[list(wrong)] = False
    starts = np.append(0, stops[:-1] + 1)
    bad = [
        BadRow(file, int(numbers[row]), *wrong[row], excerpt(text[starts[row] : stops[row]][:400]))
        for row in sorted(wrong)
    ]
    kept = good[owner]
    ids = np.where(index, ids, 0)[kept].astype(np.int64)
    table = _lists(ids, values[kept], entries[good])
    return Piece(table, y[good].astype(np.float32), None, None, bad)


def _numbers(parts: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What stands left and right of the colon of each part, float64 (NaN for what is none), and
    the number of its colons."""
    stops, colons = count_marks(np.frombuffer(parts, np.uint8), _COLON)
    count = np.diff(colons, prepend=0)
    if not len(stops):
        return np.empty(0), np.empty(0), count

    def read(kind: type[pl.DataType]) -> pl.DataFrame:
        return pl.scan_csv(
            parts,
            has_header=False,
            separator=":",
            quote_char=None,
            schema={"left": kind, "right": kind},
            truncate_ragged_lines=True,
        ).collect()

    try:
        found = read(pl.Float64)
    except pl.exceptions.PolarsError:
        found = read(pl.String)
        found = found.with_columns(to_numbers(column, pl.Float64)[0] for column in found)
    left, right = (found[name].fill_null(np.nan).to_numpy() for name in ("left", "right"))
    return left, right, count


def _twice(owner: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """The rows in which an index stands more than once. owner: the row of each entry."""
    same = owner[1:] == owner[:-1]
    if bool((ids[1:] > ids[:-1])[same].all()):  # in rising order, as nearly all files are
        return np.empty(0, np.int64)
    order = np.lexsort((ids, owner))
    owner, ids = owner[order], ids[order]
    return owner[1:][(owner[1:] == owner[:-1]) & (ids[1:] == ids[:-1])]


def _lists(ids: np.ndarray, values: np.ndarray, lengths: np.ndarray) -> pl.DataFrame:
    """The columns ids and values: row i has the next lengths[i] of each."""
    rows = np.arange(len(lengths))
    flat = pl.DataFrame({"row": np.repeat(rows, lengths), "ids": ids, "values": values})
    lists = flat.group_by("row", maintain_order=True).agg("ids", "values")
    if len(lists) < len(rows):  # some rows have no entry
        lists = pl.DataFrame({"row": rows}).join(lists, "row", "left", maintain_order="left")
        lists = lists.with_columns(pl.col("ids", "values").fill_null([]))
    return lists.select("ids", "values")


def _number(text: bytes) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
