"""How a pass over files went: rows, bad rows by reason with their line numbers, files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from fmteach.datasets.table import Table

SHOWN = 5  # bad rows of each reason that are kept with their line number
EXCERPT = 60  # characters of a bad row that are shown


@dataclass(frozen=True)
class BadRow:
    """A row that was set aside. line: in its file, from 1 (in Parquet: the number of the row)."""

    file: str
    line: int
    reason: str
    detail: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line:,}: {self.reason} ({self.detail}): {self.text}"


@dataclass(frozen=True)
class FileReport:
    """One file of a pass. note: what is wrong with the file as a whole, "" when nothing is."""

    name: str
    rows: int
    bad: int
    blank_lines: int
    note: str = ""


@dataclass(frozen=True)
class ReadReport:
    """What a whole pass over the files found.

    rows: good rows. bad: reason -> number of rows set aside for it. first: the first rows of each
    reason, in the order of the files. complete: False when only the first rows were asked for.

    >>> row = BadRow("a.txt", 7, "wrong number of columns", "2 came, 40 wanted", "0;1")
    >>> report = ReadReport(9, {row.reason: 1}, (row,), (FileReport("a.txt", 9, 1, 0),))
    >>> report.bad_rows
    1
    >>> print(report)
    9 rows read, 1 bad row set aside (10 % of all).
      wrong number of columns: 1 row, first in line 7 of a.txt (2 came, 40 wanted)
    """

    rows: int
    bad: Mapping[str, int]
    first: tuple[BadRow, ...]
    files: tuple[FileReport, ...]
    complete: bool = True
    notes: tuple[str, ...] = field(default=())

    @property
    def bad_rows(self) -> int:
        return sum(self.bad.values())

    def table(self) -> Table:
        """The first bad rows of each reason: reason, rows, file, line, what came, its text."""
        lines = [
            (row.reason, self.bad[row.reason], row.file, row.line, row.detail, row.text)
            for row in sorted(self.first, key=lambda row: -self.bad[row.reason])
        ]
        columns = ("reason", "rows", "file", "line", "what came", "text")
        return Table(columns, tuple(lines))

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values that JSON can hold; `from_dict` takes it back."""
        return {**asdict(self), "bad": dict(self.bad)}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> ReadReport:
        return cls(
            int(told["rows"]),
            dict(told["bad"]),
            tuple(BadRow(**row) for row in told["first"]),
            tuple(FileReport(**file) for file in told["files"]),
            bool(told["complete"]),
            tuple(told["notes"]),
        )

    def __str__(self) -> str:
        everything = self.rows + self.bad_rows
        lines = [f"{self.rows:,} rows read, no bad rows."]
        if self.bad_rows:
            share = 100 * self.bad_rows / everything
            lines = [
                f"{self.rows:,} rows read, {_rows(self.bad_rows, 'bad row')} set aside "
                f"({share:.2g} % of all)."
            ]
        for reason, count in sorted(self.bad.items(), key=lambda item: -item[1]):
            row = next(row for row in self.first if row.reason == reason)
            lines.append(
                f"  {reason}: {_rows(count, 'row')}, first in line {row.line:,} of {row.file} "
                f"({row.detail})"
            )
        lines += [f"  {file.name}: {file.note}" for file in self.files if file.note]
        blank = sum(file.blank_lines for file in self.files)
        if blank:
            lines.append(f"  {_rows(blank, 'empty line')} passed over")
        lines += [f"  {note}" for note in self.notes]
        if not self.complete:
            lines.append("  only the first rows were asked for; the rest was not read")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        import html

        rows = self.table()._repr_html_() if self.first else ""
        return f"<div><pre>{html.escape(str(self))}</pre>{rows}</div>"


class Tally:
    """Collects the bad rows of one pass. Bad rows of one file come in the order of their lines."""

    def __init__(self) -> None:
        self.bad: dict[str, int] = {}
        self.first: list[BadRow] = []
        self.files: list[FileReport] = []
        self.rows = 0

    @property
    def bad_rows(self) -> int:
        return sum(self.bad.values())

    def add(self, bad: Iterable[BadRow]) -> None:
        for row in bad:
            count = self.bad.get(row.reason, 0)
            self.bad[row.reason] = count + 1
            if count < SHOWN:
                self.first.append(row)

    def report(self, complete: bool, notes: tuple[str, ...] = ()) -> ReadReport:
        return ReadReport(
            self.rows, dict(self.bad), tuple(self.first), tuple(self.files), complete, notes
        )


def excerpt(line: bytes) -> str:
    """The start of a line as text that can be printed: control bytes and others escaped."""
    text = line[: 4 * EXCERPT].decode("utf-8", "backslashreplace")
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shown if len(shown) <= EXCERPT else shown[:EXCERPT] + "…"


def _rows(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")
