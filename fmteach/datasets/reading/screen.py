"""Which lines of a block can be rows: each has all columns, is UTF-8 and holds no NUL byte.

A block without any fault, the usual case, is let through after a look at its separators.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fmteach.datasets.reading.blocks import LONGEST, TOO_LONG, Block
from fmteach.datasets.reading.report import BadRow, excerpt

COLUMNS = "wrong number of columns"
NUL = "a NUL byte"
NOT_UTF8 = "not UTF-8"


@dataclass(frozen=True, eq=False)
class Lines:
    """The good lines of a block. numbers: int64 [lines], their numbers in the file.

    bad: the others, in their order; empty lines are only counted.
    """

    data: bytes
    numbers: np.ndarray
    bad: list[BadRow]
    blank: int


def screen(block: Block, separator: bytes, width: int, file: str) -> Lines:
    """Set the bad lines of a block aside. O(bytes), without a loop over rows."""
    data = np.frombuffer(block.data, np.uint8)
    ends = np.flatnonzero((data == ord(separator)) | (data == 10))
    sane = not block.bad and b"\0" not in block.data and _is_utf8(block.data)
    if sane and len(ends) % width == 0:
        last = ends[width - 1 :: width]
        # Every width-th mark is a line end, and there are no other line ends: each line has
        # exactly width - 1 separators.
        if (data[last] == 10).all() and np.count_nonzero(data == 10) == len(last):
            if not len(last) or np.diff(last, prepend=-1).max() <= LONGEST:
                numbers = np.arange(block.first_line, block.first_line + len(last))
                return Lines(block.data, numbers, [], 0)
    return _sort_out(block, data, separator, width, file)


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _sort_out(block: Block, data: np.ndarray, separator: bytes, width: int, file: str) -> Lines:
    stops = np.flatnonzero(data == 10)
    starts = np.append(0, stops[:-1] + 1)[: len(stops)]
    marks = np.concatenate([[0], np.cumsum(data == ord(separator))])
    columns = marks[stops] - marks[starts] + 1
    blank = stops == starts
    wrong: dict[int, tuple[str, str]] = {
        place: (COLUMNS, f"{columns[place]} came, {width} wanted")
        for place in np.flatnonzero((columns != width) & ~blank).tolist()
    }
    # Later reasons replace earlier ones: damage explains a wrong number of columns.
    for place in _lines_with_non_utf8(block.data, data, starts, stops):
        wrong[place] = (NOT_UTF8, "save the file as UTF-8")
    for place in np.unique(np.searchsorted(stops, np.flatnonzero(data == 0))).tolist():
        wrong[place] = (NUL, "the file is damaged here")
    for place in np.flatnonzero(stops - starts >= LONGEST).tolist():
        wrong[place] = (TOO_LONG, f"more than {LONGEST:,} bytes")
    for place, why in block.bad.items():
        wrong[place] = (why, "only its start is shown" if why == TOO_LONG else "left out")
    good = ~blank
    good[list(wrong)] = False
    bad = [
        BadRow(
            file,
            block.first_line + place,
            *wrong[place],
            excerpt(block.data[starts[place] : min(stops[place], starts[place] + 400)]),
        )
        for place in sorted(wrong)
    ]
    kept = data[np.repeat(good, stops - starts + 1)].tobytes()
    return Lines(kept, block.first_line + np.flatnonzero(good), bad, int(blank.sum()))


def _lines_with_non_utf8(
    text: bytes, data: np.ndarray, starts: np.ndarray, stops: np.ndarray
) -> Iterator[int]:
    if _is_utf8(text):
        return
    for place in np.unique(np.searchsorted(stops, np.flatnonzero(data >= 128))).tolist():
        if not _is_utf8(text[starts[place] : stops[place]]):
            yield place
