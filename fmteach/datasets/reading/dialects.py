"""The columns of each published click set, and how a file is known to be laid out so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fmteach.datasets.reading.frame import FieldSpec
from fmteach.datasets.reading.layout import (
    SEPARATORS,
    Column,
    Layout,
    find_separator,
    in_order_of,
    look,
    match_header,
    split_line,
)
from fmteach.errors import DataFileError

_NUMBERS = tuple(f"I{i}" for i in range(1, 14))
_CODES = tuple(f"C{i}" for i in range(1, 27))
_AVAZU = (
    "C1", "banner_pos", "site_id", "site_domain", "site_category", "app_id", "app_domain",
    "app_category", "device_id", "device_ip", "device_model", "device_type", "device_conn_type",
    *(f"C{i}" for i in range(14, 22)),
)  # fmt: skip
_KINDS = {"integer": "number", "real": "real", "category": "category"}


def layout_of(path: Path, dialect: str, separator: bytes | None) -> Layout:
    """How the file is laid out, from its first lines. DataFileError when it is not this dialect."""
    return _LAYOUTS[dialect](path, separator)


def _made(columns: list[Column], separator: bytes, header: bool, target: str) -> Layout:
    fields = []
    for column in columns:
        if column.role == "hour":
            fields += [FieldSpec(name, "category") for name in ("hour", "weekday", "is_weekend")]
        elif column.role in _KINDS:
            fields.append(FieldSpec(column.name, _KINDS[column.role]))
    return Layout(tuple(columns), separator, header, tuple(fields), target)


def _criteo_columns(role: str) -> list[Column]:
    return [
        Column("label", "click"),
        *(Column(name, role) for name in _NUMBERS),
        *(Column(name, "category") for name in _CODES),
    ]


def _criteo(path: Path, separator: bytes | None) -> Layout:
    lines = look(path)
    columns = _criteo_columns("integer")
    if _header_separator(lines[0], separator, columns) is not None:
        return _with_header(path, lines, separator, columns, "Criteo")
    separator = separator or b"\t"
    find_separator(path, lines, separator, len(columns))
    return _made(columns, separator, False, "label")


def _criteo_x1(path: Path, separator: bytes | None) -> Layout:
    return _with_header(path, look(path), separator, _criteo_columns("real"), "Criteo x1")


def _avazu(path: Path, separator: bytes | None) -> Layout:
    lines = look(path)
    columns = [
        Column("id", "unused"),
        Column("click", "click"),
        Column("hour", "hour"),
        *(Column(name, "category") for name in _AVAZU),
    ]
    return _with_header(path, lines, separator, columns, "Avazu")


def _avazu_x1(path: Path, separator: bytes | None) -> Layout:
    lines = look(path)
    columns = [Column("label", "click"), *(Column(f"feat_{i}", "category") for i in range(1, 23))]
    mark = _header_separator(lines[0], separator, columns)
    if mark is not None:
        # The names of the fields are taken as they come; the label must be there.
        header = split_line(lines[0], mark)
        if "label" in header and len(header) == len(columns):
            columns = [Column(n, "click" if n == "label" else "category") for n in header]
        return _with_header(path, lines, separator, columns, "Avazu x1")
    separator = separator or b","
    find_separator(path, lines, separator, len(columns))
    return _made(columns, separator, False, "label")


def _d2l(path: Path, separator: bytes | None) -> Layout:
    separator = separator or b"\t"
    columns = [Column("label", "click"), *(Column(f"field {j}", "category") for j in range(1, 35))]
    find_separator(path, look(path), separator, len(columns))
    return _made(columns, separator, False, "label")


def _with_header(
    path: Path, lines: list[bytes], separator: bytes | None, columns: list[Column], what: str
) -> Layout:
    names = [column.name for column in columns]
    mark = separator or _header_separator(lines[0], separator, columns)
    if mark is None:
        mark = max((b",", b"\t", b";", b"|"), key=lines[0].count)
        if mark != b"," and lines[0].count(mark) == 0:
            mark = b","
    header = split_line(lines[0], mark)
    if len(set(header) & set(names)) == 0:
        raise DataFileError(
            f"the first line of {path.name} is not the header of {what}. Came: "
            f"{', '.join(header[:6])}, ... ({len(header)} columns at each {SEPARATORS[mark]}). "
            f"Wanted: {', '.join(names[:6])}, ... ({len(names)} columns)."
        )
    match_header(path, header, names, extra_is_fine=False, what=what)
    known = {column.name: column for column in columns}
    target = next(column.name for column in columns if column.role == "click")
    return in_order_of(header, _made([known[name] for name in header], mark, True, target))


def _header_separator(line: bytes, wanted: bytes | None, columns: list[Column]) -> bytes | None:
    """What separates the names of a header; None when the line is no header."""
    names = {column.name for column in columns}
    for mark in (wanted,) if wanted else SEPARATORS:
        if names & set(split_line(line, mark)):
            return mark
    return None


_LAYOUTS: dict[str, Callable[[Path, bytes | None], Layout]] = {
    "criteo": _criteo,
    "criteo-x1": _criteo_x1,
    "avazu": _avazu,
    "avazu-x1": _avazu_x1,
    "d2l": _d2l,
}
