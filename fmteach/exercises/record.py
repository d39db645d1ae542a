"""How far the learner is: one small file, shown as a map of the course."""

from __future__ import annotations

import csv
import datetime
import html
import io
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fmteach.errors import DataFileError, InputError
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback
from fmteach.jsonfile import JsonFile, short, write_whole

_COUNTS = ("tries", "hints")
_TEXTS = ("first", "passed")
_unsaved: dict[str, dict[str, Any]] = {}  # where the file cannot be written: for this kernel


def progress_path() -> Path:
    """The file of the progress: FMTEACH_PROGRESS, or in the data folder of the learner's system."""
    named = os.environ.get("FMTEACH_PROGRESS")
    if named:
        return Path(named).expanduser()
    import platformdirs

    return platformdirs.user_data_path("fmteach", appauthor=False) / "progress.json"


def entry(id: str) -> dict[str, Any]:
    """What is known of an exercise: tries, hints (how many were shown), first and passed (dates)
    and solution (whether it was shown)."""
    return {**_fresh(), **_stored(lambda text: None).get(id, {})}


def note(exercise: Exercise, feedback: Feedback) -> str:
    """Keep the outcome of a check. Returns a message when it could not be kept, else ""."""
    if feedback.verdict == "not attempted":
        return ""
    now = datetime.datetime.now().isoformat(timespec="seconds")

    def change(of: dict[str, Any]) -> None:
        of["tries"] += 1
        of["first"] = of["first"] or now
        if feedback.passed:
            of["passed"] = of["passed"] or now

    return _change(exercise.id, change)


def note_hint(exercise: Exercise, shown: int) -> str:
    """Keep that the first `shown` hints have been seen."""
    return _change(exercise.id, lambda of: of.update(hints=max(of["hints"], shown)))


def note_solution(exercise: Exercise) -> str:
    """Keep that the solution has been seen."""
    return _change(exercise.id, lambda of: of.update(solution=True))


@dataclass(frozen=True)
class Progress:
    """The map of the course. `exercises`: all of them, in order; `entries`: what is known of each.

    Shows as a table in a notebook. Made by `progress()`.
    """

    exercises: tuple[Exercise, ...]
    entries: Mapping[str, Mapping[str, Any]]
    titles: Mapping[int, str]
    messages: tuple[str, ...] = ()

    @property
    def passed(self) -> int:
        return sum(bool(self.entries[e.id]["passed"]) for e in self.exercises)

    def rows(self) -> list[dict[str, Any]]:
        """One dict an exercise: id, title, state, tries, hints, solution, first, passed."""
        return [
            {"id": e.id, "title": e.title, "state": self.state(e), **self.entries[e.id]}
            for e in self.exercises
        ]

    def state(self, exercise: Exercise) -> str:
        """ "passed", "tried" or "open"."""
        of = self.entries[exercise.id]
        return "passed" if of["passed"] else "tried" if of["tries"] else "open"

    def export(self, path: str | Path) -> Path:
        """Write the progress for a teacher: a table (.csv) or the same as JSON (.json)."""
        path = Path(path)
        if path.suffix not in (".csv", ".json"):
            raise InputError(f"{path.name} must end in .csv or .json")
        rows = self.rows()
        if path.suffix == ".json":
            text = json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
        else:
            page = io.StringIO()
            writer = csv.DictWriter(page, list(rows[0]) if rows else ["id"], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
            text = page.getvalue()
        try:
            write_whole(path, text)
        except OSError as error:
            raise DataFileError(f"{path} cannot be written ({short(error)}).") from None
        return path

    def reset(self, sure: bool = False) -> Progress:
        """Forget all of it. It asks first: call reset(sure=True)."""
        if not sure:
            raise InputError(
                f"this forgets {self.passed} passed exercises for good; export them first if you "
                "like, then call reset(sure=True)."
            )
        _unsaved.clear()
        _file(lambda text: None).change(lambda stored: stored["exercises"].clear())
        return progress(self.exercises, self.titles)

    def __repr__(self) -> str:
        lines = [f"{self.passed} of {len(self.exercises)} exercises passed", *self.messages]
        for chapter, members in self._chapters():
            marks = "  ".join(f"{_MARKS[self.state(e)]} {e.name}" for e in members)
            lines.append(f"{chapter:02}  {marks}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = []
        for chapter, members in self._chapters():
            cells = "".join(self._cell(e) for e in members)
            title = html.escape(self.titles.get(chapter, ""))
            rows.append(
                f'<tr><th scope="row" style="text-align:left;padding:6px 16px 6px 0">{chapter:02} '
                f'{title}</th><td style="text-align:left">{cells}</td></tr>'
            )
        notes = "".join(f"<p>{html.escape(text)}</p>" for text in self.messages)
        return (
            f'<div role="group" aria-label="Progress" style="font-size:15px"><b>{self.passed} of '
            f"{len(self.exercises)} exercises passed</b>{notes}<table>{''.join(rows)}</table></div>"
        )

    def _cell(self, exercise: Exercise) -> str:
        state = self.state(exercise)
        of = self.entries[exercise.id]
        more = f", {of['hints']} hints" if of["hints"] else ""
        more += ", solution seen" if of["solution"] else ""
        return (
            f'<span style="display:inline-block;margin:2px 8px 2px 0;padding:3px 10px;'
            f'border-radius:12px;border:2px {_BORDERS[state]};white-space:nowrap" '
            f'title="{state}{more}">{_MARKS[state]} {html.escape(exercise.name)}</span>'
        )

    def _chapters(self) -> list[tuple[int, list[Exercise]]]:
        numbers = dict.fromkeys(e.chapter for e in self.exercises)
        return [(n, [e for e in self.exercises if e.chapter == n]) for n in numbers]


_MARKS = {"passed": "✓", "tried": "◐", "open": "○"}
_BORDERS = {"passed": "solid #009E73", "tried": "dashed #D55E00", "open": "dotted #7f7f7f"}


def progress(exercises: Sequence[Exercise], titles: Mapping[int, str]) -> Progress:
    """The map of these exercises, as far as they are known. titles: of the chapters."""
    said: list[str] = []
    stored = _stored(said.append)
    entries = {e.id: {**_fresh(), **stored.get(e.id, {})} for e in exercises}
    return Progress(tuple(exercises), entries, titles, tuple(said))


def _fresh() -> dict[str, Any]:
    return {"tries": 0, "hints": 0, "solution": False, "first": "", "passed": ""}


def _file(say: Callable[[str], None]) -> JsonFile:
    return JsonFile(
        progress_path(), what="progress", format=1, empty=lambda: {"exercises": {}},
        check=_checked, say=say,
    )  # fmt: skip


def _checked(stored: dict[str, Any]) -> dict[str, Any]:
    of = stored.get("exercises")
    if not isinstance(of, dict):
        raise ValueError("it holds no exercises")
    for known in of.values():
        good = (
            isinstance(known, dict)
            and all(isinstance(known.get(name, 0), int) for name in _COUNTS)
            and all(isinstance(known.get(name, ""), str) for name in _TEXTS)
        )
        if not good:
            raise ValueError("an exercise in it has another form")
    return stored


def _stored(say: Callable[[str], None]) -> dict[str, dict[str, Any]]:
    try:
        kept = _file(say).read()["exercises"]
    except DataFileError as error:
        say(str(error))
        kept = {}
    return {**kept, **_unsaved}


def _change(id: str, change: Callable[[dict[str, Any]], Any]) -> str:
    said: list[str] = []

    def whole(stored: dict[str, Any]) -> None:
        of = {**_fresh(), **stored["exercises"].get(id, {})}
        change(of)
        stored["exercises"][id] = of

    try:
        _file(said.append).change(whole)
    except (OSError, DataFileError) as error:
        of = entry(id)
        change(of)
        _unsaved[id] = of
        reason = short(error) if isinstance(error, OSError) else str(error)
        said.append(f"your progress could not be kept in {progress_path()} ({reason})")
    return " ".join(said)
