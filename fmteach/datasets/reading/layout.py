"""How the rows of a file are laid out: separator, header, and what each column is for."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fmteach.datasets.reading.blocks import first_lines
from fmteach.datasets.reading.frame import FieldSpec
from fmteach.errors import DataFileError

SEPARATORS = {b"\t": "tab", b",": "comma", b";": "semicolon", b"|": "bar", b" ": "blank"}


@dataclass(frozen=True)
class Column:
    """One column of a file.

    role: "click" (0 or 1), "target" (any number), "hour" (YYMMDDHH), "time", "integer", "number",
    "real", "category", "multi" or "unused". split: what stands between the values of a "multi".
    """

    name: str
    role: str
    split: str = "|"


@dataclass(frozen=True)
class Layout:
    """The columns of one file in its order, and the fields that its rows have.

    form: "lines", "libsvm" or "parquet". quoted: whether cells may stand in quotes. signed: the
    targets are -1 and 1, and become 0 and 1. notes: what the report of a pass shall say.
    """

    columns: tuple[Column, ...]
    separator: bytes
    header: bool
    fields: tuple[FieldSpec, ...]
    target: str
    quoted: bool = False
    form: str = "lines"
    signed: bool = False
    notes: tuple[str, ...] = ()


def split_line(line: bytes, separator: bytes) -> list[str]:
    """The cells of a header line, which may stand in quotes."""
    text, mark = line.decode("utf-8", "replace").strip("\r\n"), separator.decode()
    try:
        cells = next(csv.reader([text], delimiter=mark), [])
    except csv.Error:
        cells = text.split(mark)
    return [cell.strip() for cell in cells]


def look(path: Path) -> list[bytes]:
    """The first lines of a file, without empty ones; DataFileError when there is none."""
    lines = [line for line in first_lines(path).split(b"\n") if line.strip()]
    if not lines:
        raise DataFileError(f"{path.name} is empty: it holds no row. Check how it was made.")
    return lines


def find_separator(path: Path, lines: Sequence[bytes], wanted: bytes, width: int) -> None:
    """Check that some line has `width` columns; DataFileError that says what was found."""
    if any(line.count(wanted) == width - 1 for line in lines):
        return
    name = SEPARATORS.get(wanted, repr(wanted.decode()))
    for mark, other in SEPARATORS.items():
        if mark != wanted and any(line.count(mark) == width - 1 for line in lines):
            raise DataFileError(
                f"{path.name} has {width} columns separated by a {other}, and a {name} is wanted "
                f"here. Say separator={mark.decode()!r} to read it as it is."
            )
    counts = [line.count(wanted) + 1 for line in lines[:100]]
    usual = max(set(counts), key=counts.count)
    mark = max(SEPARATORS, key=lambda mark: min(line.count(mark) for line in lines[:100]))
    hint = ""
    if usual == 1 and lines[0].count(mark):
        hint = f" (split at each {SEPARATORS[mark]} it has {lines[0].count(mark) + 1})"
    raise DataFileError(
        f"the lines of {path.name} have {usual} column{'s' * (usual != 1)} separated by a {name}"
        f"{hint}; {width} are wanted. Check that the dialect is the right one, or give separator."
    )


def match_header(
    path: Path, came: Sequence[str], wanted: Sequence[str], *, extra_is_fine: bool, what: str
) -> None:
    """Check the names of a header; DataFileError that lists what came and what was wanted."""
    named = set(wanted) if extra_is_fine else set(came)
    repeated = sorted(name for name in named if came.count(name) > 1)
    if repeated:
        raise DataFileError(
            f"the header of {path.name} names {repeated[0]!r} more than once, so it is not clear "
            "which column is meant. Give each column a name of its own."
        )
    missing = [name for name in wanted if name not in came]
    extra = [] if extra_is_fine else [name for name in came if name not in wanted]
    if not missing and not extra:
        return
    parts = [f"the columns of {path.name} are not those of {what}."]
    if missing:
        near = {name: difflib.get_close_matches(name, came, 1) for name in missing}
        parts.append(
            "Missing: "
            + _listed(f"{n!r}" + (f" (is it {near[n][0]!r}?)" if near[n] else "") for n in missing)
        )
    if extra:
        parts.append(f"Not expected: {_listed(map(repr, extra))}")
    parts.append(f"Came: {_listed(came)}")
    parts.append(f"Wanted: {_listed(wanted)}")
    parts.append("Rename the columns, or read the file with the dialect 'table' and a column list.")
    raise DataFileError(" ".join(parts))


def in_order_of(header: Sequence[str], layout: Layout) -> Layout:
    """The layout with its columns in the order of a header; unknown ones are unused."""
    known = {column.name: column for column in layout.columns}
    columns = tuple(known.get(name, Column(name, "unused")) for name in header)
    return replace(layout, columns=columns, header=True)


def _listed(names: object, most: int = 50) -> str:
    names = list(names)  # type: ignore[call-overload]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(map(str, names[:most])) + more + "."
