"""Lines of MovieLens files as columns: vectorised, with every bad line counted by its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl

from fmteach.datasets.movielens.editions import Layout
from fmteach.datasets.reading.blocks import blocks, file_size, first_lines
from fmteach.datasets.reading.report import SHOWN, BadRow, FileReport, Tally, excerpt
from fmteach.errors import DataFileError

COLUMNS = "wrong number of columns"
NOT_UTF8 = "not UTF-8"
NO_NUMBER = "a cell is no whole number from 1 on"
NO_STARS = "no number of stars"
NO_TIME = "no valid time"
TWICE = "the number stands in an earlier line"
BLOCK = 32 << 20  # bytes that are parsed at once
_MARK = "\ufffd"  # what takes the place of bytes that cannot be decoded
RATING = ("user", "film", "rating", "timestamp")
HEADERS = {"ratings.csv": "userId,movieId,rating,timestamp", "movies.csv": "movieId,title,genres"}
_TYPES = {"user": pl.Int32, "film": pl.Int32, "rating": pl.Float32, "timestamp": pl.Int32}
Progress = Callable[[float], None]


class TextFile:
    """One file of an edition, in blocks of whole lines. Its bad lines go into a tally."""

    def __init__(self, path: Path, layout: Layout, tally: Tally) -> None:
        self.path, self.layout, self.tally = path, layout, tally
        self.rows = self.bad = self.blank = 0
        self.header = HEADERS[path.name] if layout.header else ""
        self._check_start()

    def blocks(self, progress: Progress | None = None) -> Iterator[tuple[bytes, int]]:
        """(lines, the number of the first one), without the header. The report is made at the end.

        Errors: DataFileError when the file cannot be read, or when no line is a good row.
        """
        number, note = 1, ""
        header = bool(self.header)
        for block in blocks(self.path, BLOCK):
            data, first = block.data, number
            number += data.count(b"\n")
            if header and data:
                data, first, header = data[data.index(b"\n") + 1 :], first + 1, False
            if data:
                yield data, first
            note = block.note
            if progress is not None:
                progress(block.done)
        if not note and self._is_cut():
            note = "the last line has no line end: the file may be cut off"
        self.tally.files.append(FileReport(self.path.name, self.rows, self.bad, self.blank, note))
        if not self.rows:
            self._nothing()

    def text(self, data: bytes) -> pl.Series:
        """The lines of a block as texts; bytes that cannot be decoded become a mark."""
        text = data.decode("latin-1" if self.layout.latin1 else "utf-8", "replace")
        return pl.Series("line", text.removesuffix("\n").split("\n"), dtype=pl.String)

    def set_aside(
        self, lines: pl.Series, first: int, faults: list[tuple[np.ndarray, str, str]]
    ) -> np.ndarray:
        """Count the lines with a fault, and say which are good (bool [lines]).

        faults: (which lines, the reason, more about it); the first that holds for a line counts.
        Of each reason the first few lines are kept as they are, and all are counted.
        Empty lines are no rows and no faults.
        """
        good = np.ones(len(lines), dtype=bool)
        empty = (lines.str.strip_chars() == "").to_numpy()
        undecoded = np.zeros(len(lines), dtype=bool)
        if not self.layout.latin1:
            undecoded = lines.str.contains(_MARK, literal=True).to_numpy()
        bad, more = [], {}
        for mask, reason, detail in ((undecoded, NOT_UTF8, "save the file as UTF-8"), *faults):
            places = np.flatnonzero(mask & good & ~empty)
            for place in places[:SHOWN].tolist():
                shown = excerpt(lines[place][:200].encode())
                bad.append(BadRow(self.path.name, first + place, reason, detail, shown))
            more[reason] = more.get(reason, 0) + max(0, len(places) - SHOWN)
            good &= ~mask
        good &= ~empty
        self.tally.add(sorted(bad, key=lambda row: row.line))
        for reason, count in more.items():
            if count:  # all are counted, and no object is made of those that nobody will see
                self.tally.bad[reason] += count
        self.bad += len(bad) + sum(more.values())
        self.blank += int(empty.sum())
        self.rows += int(good.sum())
        return good

    def _check_start(self) -> None:
        """Is this the file that it should be? DataFileError that shows its first line, if not."""
        start = first_lines(self.path)
        if not start.strip():
            raise DataFileError(f"{self.path} is empty. {_AGAIN}")
        if not self.header:
            return
        came = start[: start.index(b"\n")].decode("utf-8", "replace").strip()
        if came != self.header:
            raise DataFileError(
                f"the first line of {self.path} is {excerpt(came.encode())!r}, and "
                f"{self.header!r} is wanted. {_AGAIN}"
            )
        if not start[start.index(b"\n") :].strip():
            raise DataFileError(f"{self.path} has a header and no rows. {_AGAIN}")

    def _nothing(self) -> None:
        here = [row for row in self.tally.first if row.file == self.path.name]
        told = "; ".join(
            f"{row.reason}, first in line {row.line}: {row.text!r}" for row in here[:3]
        )
        raise DataFileError(
            f"all {self.bad:,} lines of {self.path} are bad: {told}. The columns are separated by "
            f"{self.layout.separator!r} in this edition. {_AGAIN}"
        )

    def _is_cut(self) -> bool:
        if not self.path.is_file() or not file_size(self.path):  # in a zip archive
            return False
        with open(self.path, "rb") as file:
            file.seek(-1, 2)
            return file.read(1) not in (b"\n", b"\r")


_AGAIN = "Fetch the data set again, or check which edition the file is of."


def rating_columns(file: TextFile, data: bytes, first: int) -> tuple[pl.DataFrame, np.ndarray]:
    """The good ratings of a block, and their line numbers (int64).

    Columns: user, film int32, rating float32, timestamp int32. A block in which every line is as
    it should be is parsed at once; only where something is amiss, each line is looked at.
    """
    count = data.count(b"\n")
    frame = _at_once(data, file.layout.separator)
    if frame is not None and len(frame) == count and not _faults(frame, file.layout):
        file.rows += count
        return frame, np.arange(first, first + count)
    lines = file.text(data)
    cells = lines.str.split(file.layout.separator)
    width = cells.list.len().to_numpy()
    frame = pl.DataFrame(
        [
            cells.list.get(place, null_on_oob=True)
            .str.strip_chars()
            .cast(_TYPES[name], strict=False)
            .alias(name)
            for place, name in enumerate(RATING)
        ]
    )
    faults = [(width != len(RATING), COLUMNS, f"{len(RATING)} are wanted")]
    good = file.set_aside(lines, first, faults + _faults(frame, file.layout))
    return frame.filter(pl.Series(good)), first + np.flatnonzero(good)


def _at_once(data: bytes, separator: str) -> pl.DataFrame | None:
    if len(separator) > 1:
        # The reader takes one byte. This one does not stand in any line of numbers.
        data, separator = data.replace(separator.encode(), b"\x1f"), "\x1f"
    try:
        return pl.read_csv(
            data, has_header=False, separator=separator, quote_char=None, schema=_TYPES
        )
    except pl.exceptions.PolarsError:
        return None


def _faults(frame: pl.DataFrame, layout: Layout) -> list[tuple[np.ndarray, str, str]]:
    """Which rows hold what cannot be: (which, reason, more about it). Empty when all are good."""
    rating, step = pl.col("rating"), layout.step
    stars = rating.is_between(layout.least, 5.0) & (rating / step == (rating / step).round())
    checks = (
        (pl.col("user") >= 1, NO_NUMBER, "column user"),
        (pl.col("film") >= 1, NO_NUMBER, "column film"),
        (stars, NO_STARS, f"{layout.least:g} to 5 in steps of {step:g} are wanted"),
        (pl.col("timestamp") >= 0, NO_TIME, "seconds since 1970 are wanted"),
    )
    found = []
    for right, reason, detail in checks:
        wrong = ~frame.select(right.fill_null(False)).to_series().to_numpy()
        if wrong.any():
            found.append((wrong, reason, detail))
    return found
