"""A class at a glance: the exports of many learners, one line an exercise."""

from __future__ import annotations

import csv
import html
import io
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fmteach.datasets.table import Table
from fmteach.errors import DataFileError, InputError
from fmteach.exercises.catalogue import EXERCISES
from fmteach.jsonfile import short

_COLUMNS = ("exercise", "passed", "tried", "tries", "hints", "most common slips")


@dataclass(frozen=True)
class Gathered:
    """A class. table: one line an exercise; learners: how many exports are in it; unread: files
    that are none, each with the reason."""

    table: Table
    learners: int
    unread: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "\n".join([f"{self.learners} learners", *self.unread, str(self.table)])

    def _repr_html_(self) -> str:
        notes = "".join(f"<p>{html.escape(text)}</p>" for text in self.unread)
        return f"<p><b>{self.learners} learners</b></p>{notes}{self.table._repr_html_()}"


def gather(where: str | Path | Iterable[str | Path]) -> Gathered:
    """What a class has passed and where it slipped, from exported progress.

    where: a folder of files that `progress().export(...)` wrote, .csv or .json, one a learner, in
    it or in folders of it; or the files themselves. A learner who is there twice counts once. A
    table that a spreadsheet has saved again is read too. Exercises that nobody tried are left out.
    tries and hints are means over those who tried. A file that is no export is named and left out.
    Errors: InputError when there is no file at all.
    """
    paths = _paths(where)
    if not paths:
        raise InputError(
            f"there is no .csv or .json file in {where}: each learner writes one with "
            'exercises.progress().export("name.csv")'
        )
    found: list[dict[str, dict[str, Any]]] = []
    names: list[str] = []  # of the files in found
    unread: list[str] = []
    for name, path in paths:
        try:
            learner = _read(path)
        except OSError as problem:
            unread.append(f"{name} was left out ({short(problem)}).")
        except Exception:  # a file from elsewhere may hold anything
            unread.append(f"{name} was left out (it is no export).")
        else:
            if learner in found and any(of["first"] for of in learner.values()):
                twin = names[found.index(learner)]
                unread.append(f"{name} was left out (the same learner as {twin}).")
                continue
            found.append(learner)
            names.append(name)
    tried = [id for id in EXERCISES if any(of[id]["tries"] for of in found if id in of)]
    table = Table(_COLUMNS, tuple(_row(id, found) for id in tried))
    return Gathered(table, len(found), tuple(unread))


def _paths(where: str | Path | Iterable[str | Path]) -> list[tuple[str, Path]]:
    """Each file with its name in messages."""
    if not isinstance(where, str | Path):
        return [(str(path), Path(path)) for path in where]
    folder = Path(where).expanduser()
    if folder.is_file():
        return [(folder.name, folder)]
    if not folder.is_dir():
        raise DataFileError(f"{folder} is no folder. Give the folder in which the exports lie.")
    near = [*sorted(folder.glob("*")), *sorted(folder.glob("*/*"))]
    return [
        (str(path.relative_to(folder)), path)
        for path in near
        if path.suffix.lower() in (".csv", ".json") and path.is_file()
    ]


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """One learner: id of the exercise -> tries, hints, passed, slips."""
    text = _text(path.read_bytes())
    rows = json.loads(text) if path.suffix.lower() == ".json" else _table(text)
    learner = {
        _id(row): {
            "tries": int(row["tries"]),
            "hints": int(row["hints"]),
            "passed": bool(row["passed"]),
            "first": row.get("first", ""),
            "slips": [name for name in row.get("slips", "").split("; ") if name],
        }
        for row in rows
        if _id(row) in EXERCISES
    }
    if not learner:
        raise ValueError("no exercise in it")
    return learner


def _id(row: dict[str, Any]) -> str:
    """By the title first: a spreadsheet makes 6.1 of 6.10, and a date of 3.1."""
    return next((e.id for e in EXERCISES.values() if e.title == row.get("title")), row["id"])


def _text(content: bytes) -> str:
    """Also as a spreadsheet writes it when it saves a table again."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")  # ids and figures are the same in all of these


def _table(text: str) -> list[dict[str, Any]]:
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))


def _row(id: str, found: list[dict[str, dict[str, Any]]]) -> tuple[object, ...]:
    tried = [of[id] for of in found if id in of and of[id]["tries"]]
    slips = Counter(name for of in tried for name in of["slips"]).most_common(3)
    return (
        EXERCISES[id].name,
        sum(of["passed"] for of in tried),
        len(tried),
        round(sum(of["tries"] for of in tried) / len(tried), 1),
        round(sum(of["hints"] for of in tried) / len(tried), 1),
        ", ".join(f"{name} ({count})" for name, count in slips),
    )
