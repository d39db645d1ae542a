"""Which lines of a block can be rows: each has all columns, is UTF-8 and holds no NUL byte.

A block without any fault, the usual case, is let through after a look at its separators.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fmteach.datasets.reading.blocks import TOO_LONG
from fmteach.datasets.reading.report import BadRow, excerpt
from fmteach.datasets.reading.streams import LONGEST

COLUMNS = "wrong number of columns"
NUL = "a NUL byte"
CR = "a CR within a line"
NOT_UTF8 = "not UTF-8"


_STEP = 1 << 18  # bytes looked at at once: they stay in the cache of a core


@dataclass(frozen=True, eq=False)
class Text:
    """Lines to be screened, each ending in LF.

    numbers: int64 [lines], their numbers in the file; None when they follow one another. bad: rows
    that were set aside before. fault: why the first line is bad, else "".
    """

    data: bytes
    numbers: np.ndarray | None
    bad: list[BadRow]
    fault: str = ""


@dataclass(frozen=True, eq=False)
class Lines:
    """The good lines of a text. numbers: int64 [lines], their numbers in the file.

    bad: the others, in their order. blank: the number of empty lines; they are no rows.
    count: of all lines.
    """

    data: bytes
    numbers: np.ndarray
    bad: list[BadRow]
    blank: int
    count: int


def screen(text: Text, first_line: int, separator: bytes, width: int, file: str) -> Lines:
    """Set the bad lines of a text aside. O(bytes), without a loop over rows.

    first_line: the number of its first line. width: the columns of a good line.
    """
    data = np.frombuffer(text.data, np.uint8)
    stops, marks = count_marks(data, ord(separator))
    columns = np.diff(marks, prepend=0) + 1
    lengths = np.diff(stops, prepend=-1) - 1
    numbers = text.numbers
    if numbers is None:
        numbers = np.arange(first_line, first_line + len(stops))
    if (
        not text.fault
        and b"\0" not in text.data
        and b"\r" not in text.data
        and bool((columns == width).all())
        and (width > 1 or bool(lengths.all()))
        and int(lengths.max(initial=0)) < LONGEST
        and _is_utf8(text.data)
    ):
        return Lines(text.data, numbers, text.bad, 0, len(stops))
    return _sort_out(text, data, numbers, stops, columns, width, file)


def count_marks(data: np.ndarray, mark: int) -> tuple[np.ndarray, np.ndarray]:
    """(place of every LF in data, uint8 [n]; number of marks before it), both int64.

    Eight bytes are counted at a time: this is three times as fast as finding the marks.

    >>> count_marks(np.frombuffer(b"a,b\\n,c,\\n", np.uint8), ord(","))
    (array([3, 7]), array([1, 3]))
    """
    places, counts, before = [], [], 0
    hit = np.zeros(_STEP, np.uint8)
    words = hit.view("<u8")
    for start in range(0, len(data), _STEP):
        part = data[start : start + _STEP]
        hit[len(part) :] = 0
        np.equal(part, mark, out=hit[: len(part)].view(bool))
        stops = np.flatnonzero(part == 10)
        totals = np.cumsum(np.bitwise_count(words), dtype=np.int64)
        at, within = stops >> 3, ((stops & 7) << 3).astype(np.uint64)
        counts.append(before + totals[at] - np.bitwise_count(words[at] >> within))
        places.append(start + stops)
        before += int(totals[-1])
    nothing = np.empty(0, np.int64)
    return np.concatenate([nothing, *places]), np.concatenate([nothing, *counts])


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _sort_out(
    text: Text,
    data: np.ndarray,
    numbers: np.ndarray,
    stops: np.ndarray,
    columns: np.ndarray,
    width: int,
    file: str,
) -> Lines:
    starts = np.append(0, stops[:-1] + 1)[: len(stops)]
    blank = stops == starts
    wrong: dict[int, tuple[str, str]] = {
        place: (COLUMNS, f"{columns[place]} came, {width} wanted")
        for place in np.flatnonzero((columns != width) & ~blank).tolist()
    }
    # Later reasons replace earlier ones: damage explains a wrong number of columns.
    for place in _lines_with_non_utf8(text.data, data, starts, stops):
        wrong[place] = (NOT_UTF8, "save the file as UTF-8")
    for byte, why in ((13, CR), (0, NUL)):
        for place in np.unique(np.searchsorted(stops, np.flatnonzero(data == byte))).tolist():
            wrong[place] = (why, "the file is damaged here")
    for place in np.flatnonzero(stops - starts >= LONGEST).tolist():
        wrong[place] = (TOO_LONG, f"more than {LONGEST:,} bytes")
    if text.fault:
        wrong[0] = (text.fault, "left out")
    good = ~blank
    good[list(wrong)] = False
    bad = [
        BadRow(
            file,
            int(numbers[place]),
            *wrong[place],
            excerpt(text.data[starts[place] : min(stops[place], starts[place] + 400)]),
        )
        for place in sorted(wrong)
    ]
    kept = data[np.repeat(good, stops - starts + 1)].tobytes()
    return Lines(kept, numbers[good], [*text.bad, *bad], int(blank.sum()), len(stops))


def _lines_with_non_utf8(
    text: bytes, data: np.ndarray, starts: np.ndarray, stops: np.ndarray
) -> Iterator[int]:
    if _is_utf8(text):
        return
    for place in np.unique(np.searchsorted(stops, np.flatnonzero(data >= 128))).tolist():
        if not _is_utf8(text[starts[place] : stops[place]]):
            yield place
