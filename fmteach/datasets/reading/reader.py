"""A reader: passes over files of rows as often as needed, in bounded memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fmteach.arguments import whole_number
from fmteach.datasets.reading import delimited, libsvm, parquet
from fmteach.datasets.reading.ahead import ahead
from fmteach.datasets.reading.blocks import BLOCK
from fmteach.datasets.reading.frame import FieldSpec, Frame
from fmteach.datasets.reading.layout import Layout
from fmteach.datasets.reading.piece import Piece
from fmteach.datasets.reading.report import BadRow, FileReport, ReadReport, Tally
from fmteach.datasets.reading.streams import archive_of, file_size
from fmteach.errors import DataFileError, InputError

FRAME = 500_000  # rows of a frame at most
_VERSION = 2  # raise it when the same file gives other frames
_ENDS = 16 << 20  # bytes of either end of a file that are hashed to know it again
_FORMS = {"lines": delimited.pieces, "libsvm": libsvm.pieces, "parquet": parquet.pieces}
Progress = Callable[[int, int], None]


class Reader:
    """Frames of checked rows out of files. Made by `open_reader`.

    dialect, fields, target: what the rows hold. paths: the files, in the order in which they are
    read. published: whether each file is one of the parts train, valid, test. has_time: whether
    frames have a `time`. report: after a pass that came to its end, its ReadReport; before, None.
    """

    def __init__(
        self,
        files: Sequence[tuple[str | None, Path]],
        dialect: str,
        layouts: Sequence[Layout],
        options: dict[str, Any],
        *,
        strict: bool = False,
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
        """All good rows, frame by frame. Every call begins anew and gives the same frames.

        progress: called as progress(bytes done, bytes of all files) after every block.
        rows: only the first so many good rows; with published parts, so many of each part.

        Memory does not grow with the files: at most three frames exist at a time, of some 32 MB of
        text each. Errors: DataFileError when a file cannot be read or has no good row; InputError
        at the first bad row when the reader was opened with strict=True.
        """
        for part, first_row, piece in self._pass(progress, rows, table=True):
            yield Frame(piece.table, piece.y, piece.time, piece.values, part, first_row)

    def times(self, *, rows: int | None = None, progress: Progress | None = None) -> np.ndarray:
        """The time of every good row, int64 [rows]: seconds since 1970 (UTC).

        One pass that types no more columns than it needs. InputError when the rows have no time.
        """
        found = [piece.time for _, _, piece in self._timed(progress, rows)]
        return np.concatenate([np.empty(0, np.int64), *found])

    def time_counts(
        self, *, rows: int | None = None, progress: Progress | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The different times in order, and the good rows of each: int64 [times] twice.

        As `times`, but memory grows with the different times alone: Avazu has 240.
        """
        times, counts = np.empty(0, np.int64), np.empty(0, np.int64)
        waiting: list[tuple[np.ndarray, np.ndarray]] = []
        for _, _, piece in self._timed(progress, rows):
            waiting.append(np.unique(piece.time, return_counts=True))
            # Merging costs as much as all times so far: so wait until as many have come.
            if sum(len(new) for new, _ in waiting) > len(times):
                times, counts = _merged([(times, counts), *waiting])
                waiting = []
        return _merged([(times, counts), *waiting])

    def determined_by(self) -> dict[str, Any]:
        """All that determines the frames, as values that JSON can hold: dialect, options, files.

        Of every file: its part, name, size, time of the last change, and a hash of its first and
        last 16 MB. The name of a file in an archive is that in the archive.
        """
        return {
            "reader": _VERSION,
            "dialect": self.dialect,
            "options": self._options,
            "files": [{"part": part, **_identity(path)} for part, path in self._files],
        }

    def _timed(
        self, progress: Progress | None, rows: int | None
    ) -> Iterator[tuple[str | None, int, Piece]]:
        if not self.has_time:
            raise InputError(
                f"the rows of {self.paths[0].name} have no time. Rows of the dialect 'avazu' have "
                "one, and a table when it is opened with time='name of the column'."
            )
        return self._pass(progress, rows, table=False)

    def _pass(
        self, progress: Progress | None, rows: int | None, *, table: bool
    ) -> Iterator[tuple[str | None, int, Piece]]:
        """(part, number of the first row, rows) of every frame."""
        limit = None if rows is None else whole_number("rows", rows)
        sizes = [file_size(path) for path in self.paths]
        tally, complete = Tally(), True
        left = dict.fromkeys((part for part, _ in self._files), limit)
        for place, (part, path) in enumerate(self._files):
            if left[part] == 0:
                complete = False
                continue
            rows_before, bad_before = tally.rows, tally.bad_rows
            blank, note = 0, ""
            for piece in ahead(self._pieces(place, table)):
                self._count(tally, piece.bad)
                blank, note = blank + piece.blank, piece.note
                if left[part] is not None:
                    piece = piece.rows(0, left[part])
                    left[part] -= len(piece)
                for start in range(0, len(piece), FRAME):
                    some = piece.rows(start, start + FRAME) if len(piece) > FRAME else piece
                    yield part, tally.rows, some
                    tally.rows += len(some)
                if progress is not None:
                    progress(sum(sizes[:place]) + piece.done, sum(sizes))
                if left[part] == 0:
                    complete = False
                    break
            read, bad = tally.rows - rows_before, tally.bad_rows - bad_before
            tally.files.append(FileReport(path.name, read, bad, blank, note))
            if not read:
                raise self._nothing(path, bad, note, tally)
        self.report = tally.report(complete, self._layouts[0].notes)

    def _pieces(self, place: int, table: bool) -> Generator[Piece, None, None]:
        layout = self._layouts[place]
        return _FORMS[layout.form](self.paths[place], layout, self._block, table=table)

    def _count(self, tally: Tally, bad: list[BadRow]) -> None:
        if bad and self._strict:
            raise InputError(
                f"{bad[0]}. Repair this row, or read with strict=False to set bad rows aside."
            )
        tally.add(bad)

    def _nothing(self, path: Path, bad: int, note: str, tally: Tally) -> DataFileError:
        """Why a file has no good row."""
        behind = f" ({note})" if note else ""
        if not bad:
            what = "a header and no rows" if note == "" else "no rows"
            return DataFileError(f"{path.name} has {what}{behind}. Check how it was made.")
        told = "; ".join(
            f"{row.reason} ({row.detail}), first in line {row.line:,}: {row.text}"
            for reason in tally.bad
            for row in [r for r in tally.first if (r.reason, r.file) == (reason, path.name)][:1]
        )
        return DataFileError(
            f"{path.name} has no good row: {bad:,} bad rows{behind}: {told}. "
            f"Check that dialect {self.dialect!r}, target and columns are right for this file."
        )

    def __repr__(self) -> str:
        names = ", ".join(path.name for path in self.paths)
        return f"<Reader {self.dialect}: {names}; {len(self.fields)} fields>"


def _merged(counted: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of different numbers and how often each comes, as one such pair, in order."""
    numbers, place = np.unique(np.concatenate([n for n, _ in counted]), return_inverse=True)
    counts = np.zeros(len(numbers), np.int64)
    np.add.at(counts, place, np.concatenate([c for _, c in counted]))
    return numbers, counts


def _identity(path: Path) -> dict[str, Any]:
    archive = archive_of(path)
    told = (archive or path).stat()
    digest = hashlib.sha256()
    with open(archive or path, "rb") as file:
        digest.update(file.read(_ENDS))
        file.seek(max(file.tell(), told.st_size - _ENDS))
        digest.update(file.read(_ENDS))
    return {
        "name": path.relative_to(archive).as_posix() if archive else path.name,
        "size": told.st_size,
        "mtime_ns": told.st_mtime_ns,
        "sha256 of both ends": digest.hexdigest(),
    }
