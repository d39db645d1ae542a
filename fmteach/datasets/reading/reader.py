"""Readers of files of rows: open once, pass over as often as needed, in bounded memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from fmteach.arguments import whole_number
from fmteach.datasets.choices import one_of
from fmteach.datasets.reading import cells, dialects
from fmteach.datasets.reading.ahead import ahead
from fmteach.datasets.reading.blocks import BLOCK, Block, blocks, file_size
from fmteach.datasets.reading.frame import PARTS, FieldSpec, Frame
from fmteach.datasets.reading.layout import Layout
from fmteach.datasets.reading.report import BadRow, FileReport, ReadReport, Tally
from fmteach.datasets.reading.screen import screen
from fmteach.errors import DataFileError, InputError

DIALECTS = ("criteo", "criteo-x1", "avazu", "avazu-x1", "d2l", "libsvm", "table")
_VERSION = 1  # raise it when the same file gives other frames
Progress = Callable[[int, int], None]


class Reader:
    """Frames of checked rows out of files. Made by `open_reader`.

    dialect, fields, target: what the rows hold. paths: the files in order. published: True when
    each file is one of the parts train, valid, test. has_time: frames have a `time`.
    report: a ReadReport after a pass that came to its end, before that None.
    """

    def __init__(
        self,
        files: Sequence[tuple[str | None, Path]],
        dialect: str,
        layouts: Sequence[Layout],
        options: dict[str, Any],
        strict: bool,
        block: int = BLOCK,
    ) -> None:
        self._files, self._layouts, self._options = tuple(files), tuple(layouts), options
        self._strict, self._block = strict, block
        self.dialect = dialect
        self.fields: tuple[FieldSpec, ...] = layouts[0].fields
        self.target = layouts[0].target
        self.paths = tuple(path for _, path in files)
        self.published = files[0][0] is not None
        self.has_time = any(c.role in ("hour", "time") for c in layouts[0].columns)
        self.report: ReadReport | None = None

    def frames(
        self, *, progress: Progress | None = None, rows: int | None = None
    ) -> Iterator[Frame]:
        """All good rows, frame by frame; every call begins anew and gives the same frames.

        progress: called as progress(bytes done, bytes of all files) after every frame.
        rows: only the first so many good rows; with published parts, of each part.

        Memory does not grow with the files. Errors: DataFileError when a file cannot be read or
        all its rows are bad; InputError for a bad row when the reader was opened with strict=True.
        """
        for part, first_row, made in self._pass(progress, rows, table=True):
            yield Frame(made.table, made.y, made.time, made.values, part, first_row)

    def times(self, *, rows: int | None = None, progress: Progress | None = None) -> np.ndarray:
        """The time of every good row, int64 [rows]: seconds since 1970 (UTC).

        One pass that reads no more columns than it needs. InputError when the rows have no time.
        """
        if not self.has_time:
            raise InputError(
                f"the rows of {self.paths[0].name} have no time; a table has one when it is opened "
                "with time='name of the column'."
            )
        found = [made.time for _, _, made in self._pass(progress, rows, table=False)]
        return np.concatenate([np.empty(0, np.int64), *found])

    def determined_by(self) -> dict[str, Any]:
        """Everything that determines the frames, as plain values: dialect, options, files."""
        return {
            "reader": _VERSION,
            "dialect": self.dialect,
            "options": self._options,
            "files": [{"part": part, **_identity(path)} for part, path in self._files],
        }

    def _pass(
        self, progress: Progress | None, rows: int | None, table: bool
    ) -> Iterator[tuple[str | None, int, cells.Cells]]:
        limit = None if rows is None else whole_number("rows", rows)
        sizes = [file_size(path) for path in self.paths]
        tally, complete = Tally(), True
        left: dict[str | None, int | None] = {part: limit for part, _ in self._files}
        for place, (part, path) in enumerate(self._files):
            if left[part] == 0:
                complete = False
                continue
            before, bad_before = tally.rows, sum(tally.bad.values())
            blank, note = 0, ""
            for done, made, bad, empty, note in ahead(self._file(place, table)):  # noqa: B007
                self._count(tally, bad)
                blank += empty
                if left[part] is not None:
                    made = _first(made, left[part])
                    left[part] -= len(made.y)
                if len(made.y):
                    yield part, tally.rows, made
                    tally.rows += len(made.y)
                if progress is not None:
                    progress(sum(sizes[:place]) + done, sum(sizes))
                if left[part] == 0:
                    complete = False
                    break
            read, bad = tally.rows - before, sum(tally.bad.values()) - bad_before
            tally.files.append(FileReport(path.name, read, bad, blank, note))
            if not read:
                self._nothing(path, tally)
        self.report = tally.report(complete)

    def _file(
        self, place: int, table: bool
    ) -> Iterator[tuple[int, cells.Cells, list[BadRow], int, str]]:
        """Of every block: bytes done, its good rows, bad rows, empty lines, a note on the file."""
        path, layout = self.paths[place], self._layouts[place]
        line, header = 1, layout.header
        for block in ahead(blocks(path, self._block)):
            if header:
                block, passed, found = _without_header(block)
                line, header = line + passed, not found
            lines = screen(block, line, layout.separator, len(layout.columns), path.name)
            line += lines.count
            made = cells.parse(lines, layout, path.name, table=table)
            bad = sorted([*lines.bad, *made.bad], key=lambda row: row.line)
            yield block.done, made, bad, lines.blank, block.note

    def _count(self, tally: Tally, bad: list[BadRow]) -> None:
        if bad and self._strict:
            raise InputError(
                f"{bad[0]}. Repair this row, or read with strict=False to set bad rows aside."
            )
        tally.add(bad)

    def _nothing(self, path: Path, tally: Tally) -> None:
        """Say why a file has no good row."""
        here = [row for row in tally.first if row.file == path.name]
        if not here:
            raise DataFileError(f"{path.name} has a header and no rows. Check how it was made.")
        told = "; ".join(
            f"{row.reason} ({row.detail}), first in line {row.line:,}: {row.text}"
            for row in here[:3]
        )
        raise DataFileError(
            f"all {tally.files[-1].bad:,} rows of {path.name} are bad: {told}. Check that the "
            f"dialect {self.dialect!r} is the right one for this file."
        )

    def __repr__(self) -> str:
        names = ", ".join(path.name for path in self.paths)
        return f"<Reader {self.dialect}: {names}; {len(self.fields)} fields>"


def open_reader(
    paths: str | os.PathLike[str] | Sequence[Any] | Mapping[str, Any],
    dialect: str,
    *,
    columns: Sequence[str] | Mapping[str, str] | None = None,
    target: str | None = None,
    time: str | None = None,
    separator: str | None = None,
    strict: bool = False,
) -> Reader:
    """Look at the first lines of files of rows and make a Reader of them."""
    one_of("dialect", dialect, DIALECTS)
    files = _files(paths)
    if separator is not None and (not isinstance(separator, str) or len(separator.encode()) != 1):
        raise InputError(f"separator is {separator!r}: give one character, such as ',' or '\\t'.")
    mark = None if separator is None else separator.encode()
    layouts = [dialects.layout_of(path, dialect, mark) for _, path in files]
    for (_, path), layout in zip(files, layouts, strict=True):
        if set(layout.fields) != set(layouts[0].fields):
            raise DataFileError(f"{path.name} has other columns than {files[0][1].name}.")
    layouts = [replace(layout, fields=layouts[0].fields) for layout in layouts]
    options = {"columns": columns, "target": target, "time": time, "separator": separator}
    return Reader(files, dialect, layouts, options, strict)


def _files(paths: object) -> list[tuple[str | None, Path]]:
    if isinstance(paths, Mapping):
        if not paths or set(paths) - set(PARTS) or "train" not in paths:
            raise InputError(
                f"paths names the parts {', '.join(map(repr, paths)) or 'none'}: give 'train' and "
                "any of 'valid' and 'test'."
            )
        return [(part, path) for part in PARTS if part in paths for _, path in _files(paths[part])]
    several = [paths] if isinstance(paths, str | os.PathLike) else paths
    if not isinstance(several, Sequence) or not several:
        raise InputError(
            f"paths is {paths!r}: give the path of a file, a list of paths, or a dict such as "
            "{'train': path, 'valid': path, 'test': path}."
        )
    if not all(isinstance(path, str | os.PathLike) for path in several):
        raise InputError(f"paths holds something that is no path: {paths!r}.")
    return [(None, Path(path)) for path in several]


def _without_header(block: Block) -> tuple[Block, int, bool]:
    """The rest of a block behind its first line that is not empty, the number of lines passed
    over, and whether there was such a line."""
    start = passed = 0
    found = False
    while start < len(block.data) and not found:
        end = block.data.index(b"\n", start) + 1
        found = bool(block.data[start:end].strip())
        start, passed = end, passed + 1
    return replace(block, data=block.data[start:], fault=""), passed, found


def _first(made: cells.Cells, rows: int) -> cells.Cells:
    cut = {
        name: None if getattr(made, name) is None else getattr(made, name)[:rows]
        for name in ("table", "y", "time", "values")
    }
    return replace(made, **cut)


def _identity(path: Path) -> dict[str, Any]:
    """Name, size, time and a hash of the first and last MB of a file."""
    told = path.stat()
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        digest.update(file.read(1 << 20))
        file.seek(max(0, told.st_size - (1 << 20)))
        digest.update(file.read(1 << 20))
    return {
        "name": path.name,
        "size": told.st_size,
        "mtime_ns": told.st_mtime_ns,
        "sha256 of ends": digest.hexdigest(),
    }
