"""Lines whose cells may stand in quotes, as in most CSV files: to lines without any quote.

Rules of RFC 4180: a quoted cell may hold separators, line ends and doubled quotes. A quote within
a cell that does not begin with one stands for itself. The separators and line ends of quoted cells
become control characters, which `restore` takes back in the finished columns, so that all that
follows can split at every separator.
"""

from __future__ import annotations

import csv
import io

import numpy as np
import polars as pl

from fmteach.datasets.reading.blocks import Block
from fmteach.datasets.reading.report import BadRow, excerpt
from fmteach.datasets.reading.screen import Text, count_marks
from fmteach.datasets.reading.streams import LONGEST

_QUOTE, _LF = 34, 10
_IN_SEPARATOR, _IN_LF = 0x1F, 0x1E  # stand for a separator and a line end within a cell
NOT_CLOSED = "a quote that is not closed"
BEHIND = "text behind a closing quote"
CONTROL = "a control character"


class Unquoter:
    """Takes the blocks of one file in turn. A row that has not ended waits for the next block."""

    def __init__(self, separator: bytes, file: str) -> None:
        self.separator, self.file = separator, file
        self._waiting = b""

    def __call__(self, block: Block, first_line: int) -> Text:
        """first_line: the number of the block's first line."""
        waiting = self._waiting.count(b"\n")
        text, first_line = self._waiting + block.data, first_line - waiting
        self._waiting = b""
        data = np.frombuffer(text, np.uint8)
        stops, marks = count_marks(data, _QUOTE)
        numbers = np.arange(first_line, first_line + len(stops))
        odd = np.flatnonzero(np.diff(marks, prepend=0) % 2)
        wrong: dict[int, str] = {waiting: block.fault} if block.fault else {}
        for mark in (_IN_SEPARATOR, _IN_LF):
            if mark in text:
                for place in np.searchsorted(stops, np.flatnonzero(data == mark)).tolist():
                    wrong.setdefault(place, CONTROL)
        if not len(marks) or (marks[-1] == 0 and not wrong):
            return Text(text, numbers, [])
        starts = np.append(0, stops[:-1] + 1)
        joined, end = self._join(text, starts, stops, odd.tolist(), wrong, block.last)
        self._waiting = text[starts[end] :] if end < len(stops) else b""
        starts, stops, numbers = starts[:end], stops[:end], numbers[:end]
        keep = np.ones(end, dtype=bool)
        wrong = {place: why for place, why in wrong.items() if place < end}
        keep[list(wrong)] = False
        bad = [
            self._bad(int(numbers[place]), why, text[starts[place] : stops[place]])
            for place, why in sorted(wrong.items())
        ]
        inner = np.zeros(end, dtype=bool)  # lines that do not end their row
        for first, last in joined:
            inner[first:last] = True
        data = data[: int(stops[-1]) + 1 if end else 0].copy()
        data[stops[inner]] = _IN_LF
        data = data[np.repeat(keep, stops - starts + 1)]
        numbers = numbers[keep & ~np.append(False, inner[:-1])[:end]]
        return self._without_quotes(data, numbers, bad)

    def _join(
        self,
        text: bytes,
        starts: np.ndarray,
        stops: np.ndarray,
        odd: list[int],
        wrong: dict[int, str],
        last: bool,
    ) -> tuple[list[tuple[int, int]], int]:
        """(first, last) line of each row of several lines, and how many lines can be used now.

        odd: the lines with an odd number of quotes. Only they can begin or end such a row, so this
        looks at no other line.
        """
        joined, behind = [], 0
        for place, line in enumerate(odd):
            if line < behind or line in wrong:
                continue
            if self._cells(text[starts[line] : stops[line]]) is not None:
                continue  # a quote that stands for itself
            end = odd[place + 1] if place + 1 < len(odd) else None
            if end is None:
                if (
                    not last
                    and len(text) - int(starts[line]) <= LONGEST
                    and self._opens(text[starts[line] : stops[line]])
                ):
                    return joined, line
            elif int(stops[end] - starts[line]) <= LONGEST and not any(
                n in wrong for n in range(line, end + 1)
            ):
                if self._cells(text[starts[line] : stops[end]]) is not None:
                    joined.append((line, end))
                    behind = end + 1
                    continue
            opens = self._opens(text[starts[line] : stops[line]])
            wrong[line] = NOT_CLOSED if opens else BEHIND
        return joined, len(stops)

    def _without_quotes(self, data: np.ndarray, numbers: np.ndarray, bad: list[BadRow]) -> Text:
        """data: uint8, every row on one line."""
        quotes = np.flatnonzero(data == _QUOTE)
        if not len(quotes):
            return Text(data.tobytes(), numbers, bad)
        mark = ord(self.separator)
        stops, counts = count_marks(data, _QUOTE)
        each = np.diff(counts, prepend=0)
        row = np.repeat(np.arange(len(stops)), each)
        place = np.arange(len(quotes)) - np.repeat(counts - each, each)
        opening = place % 2 == 0
        before, after = np.append(_LF, data)[quotes], data[quotes + 1]
        doubled = opening & (before == _QUOTE) & (place > 0)
        fine = np.where(
            opening,
            doubled | (before == mark) | (before == _LF),
            (after == _QUOTE) | (after == mark) | (after == _LF),
        )
        strange = np.zeros(len(stops), dtype=bool)
        strange[row[~fine]] = True
        strange |= each % 2 == 1
        plain = ~strange[row]
        step = np.zeros(len(data), dtype=np.int8)
        step[quotes[plain]] = np.where(opening[plain], 1, -1)
        inside = np.cumsum(step, dtype=np.int8).view(bool)
        data = np.where(inside & (data == mark), np.uint8(_IN_SEPARATOR), data)
        keep = np.ones(len(data), dtype=bool)
        keep[quotes[plain & ~doubled]] = False
        if not strange.any():
            return Text(data[keep].tobytes(), numbers, bad)
        return self._by_csv(data, keep, stops, numbers, np.flatnonzero(strange), bad)

    def _by_csv(
        self,
        data: np.ndarray,
        keep: np.ndarray,
        stops: np.ndarray,
        numbers: np.ndarray,
        strange: np.ndarray,
        bad: list[BadRow],
    ) -> Text:
        """Rows with quotes in unusual places, one by one."""
        parts, start, good = [], 0, np.ones(len(numbers), dtype=bool)
        for row in strange.tolist():
            first = int(stops[row - 1]) + 1 if row else 0
            parts.append(data[start:first][keep[start:first]].tobytes())
            start = int(stops[row]) + 1
            text = data[first : start - 1].tobytes().replace(bytes([_IN_LF]), b"\n")
            cells = self._cells(text)
            if cells is None:
                good[row] = False
                bad.append(self._bad(int(numbers[row]), BEHIND, text))
                continue
            line = self.separator.join(
                cell.replace(self.separator, bytes([_IN_SEPARATOR])).replace(b"\n", bytes([_IN_LF]))
                for cell in cells
            )
            parts.append(line + b"\n")
        parts.append(data[start:][keep[start:]].tobytes())
        return Text(b"".join(parts), numbers[good], bad)

    def _cells(self, text: bytes) -> list[bytes] | None:
        """The cells of one row; None when its quotes do not fit together."""
        decoded = io.StringIO(text.decode("utf-8", "surrogateescape"), newline="")
        try:
            rows = list(csv.reader(decoded, delimiter=self.separator.decode(), strict=True))
        except csv.Error:
            return None
        if len(rows) != 1:
            return None
        return [cell.encode("utf-8", "surrogateescape") for cell in rows[0]]

    def _opens(self, line: bytes) -> bool:
        """Whether a quoted cell of the line goes on behind its end."""
        return self._cells(line + b'"') is not None

    def _bad(self, line: int, reason: str, text: bytes) -> BadRow:
        return BadRow(self.file, line, reason, "quotes must come in pairs", excerpt(text[:400]))


def restore(column: pl.Series, separator: bytes) -> pl.Series:
    """Texts with the separators and line ends of quoted cells put back."""
    return column.str.replace_all(
        chr(_IN_SEPARATOR), separator.decode(), literal=True
    ).str.replace_all(chr(_IN_LF), "\n", literal=True)


def restored(text: bytes, separator: bytes) -> bytes:
    """The same for one text."""
    return text.replace(bytes([_IN_SEPARATOR]), separator).replace(bytes([_IN_LF]), b"\n")


def to_restore(data: bytes) -> bool:
    """Whether some cell holds a separator or a line end."""
    return _IN_SEPARATOR in data or _IN_LF in data
