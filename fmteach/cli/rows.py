"""Which rows a command works on: a data set by name, or files of one's own."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fmteach.errors import InputError

if TYPE_CHECKING:
    from fmteach.datasets import Dataset

PANEL = "Rows"
# Every option below, as typer declares it. `--split` and the rest say the same rows to `--resume`.
Data = Annotated[
    str, typer.Option(help="Data set: fmteach data list shows them.", rich_help_panel=PANEL)
]
Task = Annotated[
    str | None,
    typer.Option(
        help="What to predict: like, rating or rank (films), click (clicks).",
        rich_help_panel=PANEL,
    ),
]
Split = Annotated[
    str | None,
    typer.Option(
        help="Test rows: random, time (train on the past, test on the rest), published, "
        "leave-last-out, u1 ... Left out: what is usual for the data.",
        rich_help_panel=PANEL,
    ),
]
Features = Annotated[
    str | None,
    typer.Option(help="Fields to use, such as user,film,genres.", rich_help_panel=PANEL),
]
File = Annotated[
    list[Path] | None,
    typer.Option(
        help="Rows of your own, instead of --data; may be given several times.",
        rich_help_panel=PANEL,
    ),
]
Dialect = Annotated[
    str | None,
    typer.Option(
        help="Layout of --file: criteo, criteo-x1, avazu, avazu-x1, d2l, libsvm or table.",
        rich_help_panel=PANEL,
    ),
]
Target = Annotated[
    str | None, typer.Option(help="Of a table: the column to predict.", rich_help_panel=PANEL)
]
Column = Annotated[
    list[str] | None,
    typer.Option(
        help="Of a table: a column to use, such as user, price:number or tags:multi; may be "
        "given several times.",
        rich_help_panel=PANEL,
    ),
]
Time = Annotated[
    str | None, typer.Option(help="Of a table: the column of the time.", rich_help_panel=PANEL)
]
MinCount = Annotated[
    int | None,
    typer.Option(
        help="Rarer values of a field share one feature (data from files).",
        rich_help_panel=PANEL,
    ),
]
Buckets = Annotated[
    int | None,
    typer.Option(
        help="Hashing: so many features a field, no vocabulary (data from files).",
        rich_help_panel=PANEL,
    ),
]
Rows = Annotated[
    int | None,
    typer.Option(help="Only the first so many rows (data from files).", rich_help_panel=PANEL),
]
Download = Annotated[
    bool,
    typer.Option("--download", help="Fetch --data when it is not here.", rich_help_panel=PANEL),
]

_OF_FILES = ("dialect", "target", "column", "time")
NAMES = ("data", "task", "split", "features", "file", *_OF_FILES, "min_count", "buckets", "rows")


def load(options: Mapping[str, Any], *, progress: bool) -> Dataset:
    """The rows that the options name. options: the values of a command, by parameter name."""
    from fmteach import datasets

    more = {
        name: options[name]
        for name in ("min_count", "buckets", "rows")
        if options[name] is not None
    }
    if options["features"] is not None:
        more["features"] = [name.strip() for name in options["features"].split(",")]
    if options["file"]:
        return _own(options, progress, more)
    for name in _OF_FILES:
        if options[name]:
            raise InputError(f"--{name} describes a file of yours: name the file with --file.")
    data = options["data"]
    task = options["task"] or next(iter(datasets.TASKS.get(data, ())), None)
    download = options["download"]
    return datasets.load(
        data, task=task, split=options["split"], download=download, progress=progress, **more
    )


def _own(options: Mapping[str, Any], progress: bool, more: dict[str, Any]) -> Dataset:
    from fmteach.datasets import from_files
    from fmteach.datasets.reading import DIALECTS

    if options["dialect"] is None:
        raise InputError(
            f"--file needs --dialect, the layout of the file: one of {', '.join(DIALECTS)}."
        )
    if options["task"] is not None:
        raise InputError("--task goes with --data; of a file the targets tell it. Leave it out.")
    files: Sequence[Path] = options["file"]
    columns = dict(_column(text) for text in options["column"] or ())
    return from_files(
        files[0] if len(files) == 1 else files, options["dialect"],
        split=options["split"], columns=columns or None, target=options["target"],
        time=options["time"], progress=progress, **more,
    )  # fmt: skip


def _column(text: str) -> tuple[str, str]:
    name, colon, kind = text.rpartition(":")
    return (name, kind) if colon else (kind, "category")


def repeat(options: Mapping[str, Any]) -> str:
    """The options that name the same rows again, as they are typed in a shell."""
    words: list[str] = []
    for name in NAMES:
        value = options[name]
        if value is None or (name == "data" and options["file"]):
            continue
        for one in value if isinstance(value, list | tuple) else [value]:
            words += ["--" + name.replace("_", "-"), str(one)]
    return shlex.join(words)
