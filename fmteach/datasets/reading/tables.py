"""Any table: the columns that its owner names, out of a CSV with a header or a Parquet file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fmteach.datasets.choices import one_of
from fmteach.datasets.reading import parquet
from fmteach.datasets.reading.frame import KINDS, FieldSpec
from fmteach.datasets.reading.layout import (
    Column,
    Layout,
    in_order_of,
    look,
    match_header,
    split_line,
)
from fmteach.errors import InputError

_EXAMPLE = "columns={'town': 'category', 'age': 'number'}, target='bought'"


@dataclass(frozen=True)
class Wanted:
    """The columns that a table must have."""

    columns: tuple[Column, ...]
    target: str

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        return tuple(
            FieldSpec(column.name, column.role) for column in self.columns if column.role in KINDS
        )

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


def wanted(columns: object, target: object, time: object) -> Wanted:
    """Check the column list of a table.

    >>> wanted({"town": "category", "tags": "multi;"}, "bought", None).columns[1]
    Column(name='tags', role='multi', split=';')
    """
    if columns is None or target is None or not isinstance(target, str):
        raise InputError(
            "a table needs columns and target: the names of the columns that describe a row, and "
            f"of the one to predict. For example {_EXAMPLE}."
        )
    if isinstance(columns, str) or not isinstance(columns, Sequence | Mapping) or not columns:
        raise InputError(f"columns is {columns!r}: give names or a dict, for example {_EXAMPLE}.")
    kinds = columns if isinstance(columns, Mapping) else dict.fromkeys(columns, "category")
    found = [_column(name, kind) for name, kind in kinds.items()]
    if not isinstance(columns, Mapping) and len(found) != len(list(columns)):
        raise InputError(f"columns names a column twice: {list(columns)}. Give each name once.")
    others = [(target, "target", "target")]
    if time is not None:
        others.append((time, "time", "time"))
    for name, role, what in others:
        if not isinstance(name, str):
            raise InputError(f"{what} is {name!r}: give the name of a column.")
        if name in [column.name for column in found]:
            raise InputError(
                f"the column {name!r} is the {what} and something else too: a field that tells the "
                "answer would teach nothing. Take it out of columns."
                if role == "target"
                else f"the column {name!r} is the time and something else too. Name it once."
            )
        found.append(Column(name, role))
    return Wanted(tuple(found), target)


def layout_of(path: Path, what: Wanted, separator: str | None) -> Layout:
    """How the file is laid out. DataFileError when a column is missing."""
    if parquet.is_parquet(path):
        match_header(path, parquet.names(path), what.names, extra_is_fine=True, what="the list")
        return Layout(what.columns, b"", False, what.fields, what.target, form="parquet")
    line = look(path)[0]
    marks = [separator] if separator else [",", "\t", ";", "|"]
    header, mark = max(
        ((split_line(line, mark.encode()), mark) for mark in marks),
        # The separator that shows the most of the wanted columns, then the most columns.
        key=lambda found: (len(set(found[0]) & set(what.names)), len(found[0])),
    )
    match_header(path, header, what.names, extra_is_fine=True, what="the list")
    layout = Layout(what.columns, mark.encode(), True, what.fields, what.target, quoted=True)
    return in_order_of(header, layout)


def _column(name: object, kind: object) -> Column:
    if not isinstance(name, str):
        raise InputError(f"columns holds {name!r}: give names of columns.")
    if isinstance(kind, str) and kind.startswith("multi") and len(kind) == len("multi") + 1:
        return Column(name, "multi", split=kind[-1])
    return Column(name, one_of(f"kind of the column {name!r}", kind, KINDS))
