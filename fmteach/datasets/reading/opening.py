"""Opening files: which they are, what their first lines say, and whether the arguments fit."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from fmteach.datasets.choices import one_of
from fmteach.datasets.reading import dialects, libsvm, tables
from fmteach.datasets.reading.frame import PARTS
from fmteach.datasets.reading.layout import Layout
from fmteach.datasets.reading.reader import Reader
from fmteach.errors import DataFileError, InputError

DIALECTS = ("criteo", "criteo-x1", "avazu", "avazu-x1", "d2l", "libsvm", "table")
PathLike = str | os.PathLike[str]


def open_reader(
    paths: PathLike | Sequence[PathLike] | Mapping[str, PathLike | Sequence[PathLike]],
    dialect: str,
    *,
    columns: Sequence[str] | Mapping[str, str] | None = None,
    target: str | None = None,
    time: str | None = None,
    separator: str | None = None,
    strict: bool = False,
) -> Reader:
    """Look at the first lines of files of rows, and make a Reader of them.

    paths: a file, several of the same columns, or a dict from "train", "valid" and "test" to
        files, when a data set comes with its parts. Plain, gzip, or zip: an archive of one file by
        its own name, a member as "archive.zip/train.csv".
    dialect: one of DIALECTS:
        "criteo": label, I1..I13 (kind "number", pl.Int64), C1..C26; tabs and no header (the
            challenge's own files), or with a header (x4; commas or tabs);
        "criteo-x1": with a header; I1..I13 are scaled already (kind "real");
        "avazu": with the header of the challenge; id is left out, hour becomes the fields hour,
            weekday and is_weekend, and the time of the row;
        "avazu-x1": label and 22 whole numbers as categories, with or without a header;
        "d2l": label and 34 columns, tabs, no header;
        "libsvm": target index:value ..., comments behind #, "qid:" left out. Indices are given as
            they are written, whether they begin with 0 or 1. Targets that are all -1 or 1 become 0
            and 1;
        "table": any CSV with a header, or Parquet.
    columns, target, time: of a "table" only. columns: the names of its fields, or a dict from
        names to kinds: "category", "number", "real", "multi" (values separated by "|") or "multi;"
        (by another character). target: a column of numbers; 0 and 1 for clicks. time: a column of
        seconds since 1970, or of dates such as 2014-10-21 or 2014-10-21 05:00:00.
    separator: the character between cells, where a file has another one than its dialect.
    strict: raise InputError at the first bad row. Otherwise bad rows are set aside and counted.

    Rows are bad that have a wrong number of columns, a cell that is no number where one is wanted
    (blank is missing, not bad), a label other than 0 and 1, no valid time, bytes that are not
    UTF-8, or a NUL byte. The report of a pass lists them.

    Errors: InputError for arguments that do not fit; DataFileError for a file that is not there,
    is empty, or is not of this dialect: it says what came and what was wanted.

    >>> import tempfile
    >>> from fmteach.datasets import synthetic
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = synthetic.write(folder + "/train.gz", "avazu", 1000)
    ...     reader = open_reader(folder + "/train.gz", "avazu")
    ...     print(sum(len(frame) for frame in reader.frames()), reader.fields[0])
    ...     print(reader.report)
    1000 FieldSpec(name='hour', kind='category')
    1,000 rows read, no bad rows.
    """
    one_of("dialect", dialect, DIALECTS)
    files = _files(paths)
    if separator is not None and not _separates(separator):
        raise InputError(
            f"separator is {separator!r}: give one character, such as ',' or '\\t'; no letter, "
            "digit or quote."
        )
    if dialect == "table":
        wanted = tables.wanted(columns, target, time)
        layouts = [tables.layout_of(path, wanted, separator) for _, path in files]
    else:
        for name, value in (("columns", columns), ("target", target), ("time", time)):
            if value is not None:
                raise InputError(
                    f"{name} belongs to the dialect 'table'; the columns of {dialect!r} are known. "
                    f"Leave {name} out, or say dialect='table'."
                )
        if dialect == "libsvm":
            layouts = [libsvm.layout_of(path, separator) for _, path in files]
            layouts = libsvm.agreed(layouts)
        else:
            mark = None if separator is None else separator.encode()
            layouts = [dialects.layout_of(path, dialect, mark) for _, path in files]
    options = {
        "columns": dict(columns) if isinstance(columns, Mapping) else columns and list(columns),
        "target": target,
        "time": time,
        "separator": separator,
    }
    return Reader(files, dialect, _same_fields(files, layouts), options, strict=strict)


def _separates(mark: object) -> bool:
    """Whether cells can be told apart by it: one byte that no name or number is written with."""
    return (
        isinstance(mark, str)
        and len(mark) == 1
        and mark.isascii()
        and (mark.isprintable() or mark == "\t")
        and not mark.isalnum()
        and mark != '"'
    )


def _same_fields(
    files: Sequence[tuple[str | None, Path]], layouts: Sequence[Layout]
) -> list[Layout]:
    """The layouts, all with their fields in the order of the first."""
    first = {spec.name for spec in layouts[0].fields}
    for (_, path), layout in zip(files, layouts, strict=True):
        other = {spec.name for spec in layout.fields} ^ first
        if other:
            raise DataFileError(
                f"{path.name} and {files[0][1].name} have different columns: only one of them has "
                f"{', '.join(sorted(other)[:10])}. Read them apart, or give them the same columns."
            )
    return [replace(layout, fields=layouts[0].fields) for layout in layouts]


def _files(paths: object) -> list[tuple[str | None, Path]]:
    if isinstance(paths, Mapping):
        if set(paths) - set(PARTS) or "train" not in paths:
            raise InputError(
                f"paths is a dict with {', '.join(map(repr, paths)) or 'nothing'}: give 'train', "
                "and any of 'valid' and 'test'."
            )
        return [(part, p) for part in PARTS if part in paths for _, p in _files(paths[part])]
    several = [paths] if isinstance(paths, str | os.PathLike) else paths
    if (
        not isinstance(several, Sequence)
        or not several
        or not all(isinstance(path, str | os.PathLike) for path in several)
    ):
        raise InputError(
            f"paths is {paths!r}: give the path of a file, a list of paths, or a dict such as "
            "{'train': path, 'valid': path, 'test': path}."
        )
    return [(None, Path(path)) for path in several]
