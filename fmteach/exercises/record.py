"""How far the learner is: one small file, shown as a map of the course."""

from __future__ import annotations

import csv
import datetime
import html
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fmteach.errors import DataFileError, InputError
from fmteach.exercises import stored
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback
from fmteach.exercises.predictions import Predictions, chapter_of, predictions
from fmteach.jsonfile import short, write_whole


def entry(id: str) -> dict[str, Any]:
    """What is known of an exercise: tries, hints (how many were shown), first and passed (dates),
    solution (whether it was shown) and slips (the names of those that were made)."""
    return {**_fresh(), **stored.read("exercises").get(id, {})}


def note(exercise: Exercise, feedback: Feedback) -> str:
    """Keep the outcome of a check. Returns a message when it could not be kept, else ""."""
    if feedback.verdict == "not attempted":
        return ""
    now = datetime.datetime.now().isoformat(timespec="seconds")

    slip = next((s.name for s in exercise.slips if s.says in feedback.message), None)

    def change(of: dict[str, Any]) -> None:
        of["tries"] += 1
        if slip and not feedback.passed and slip not in of["slips"]:
            of["slips"] = [*of["slips"], slip]
        of["first"] = of["first"] or now
        if feedback.passed:
            of["passed"] = of["passed"] or now

    return stored.change("exercises", exercise.id, _fresh, change)


def note_hint(exercise: Exercise, shown: int) -> str:
    """Keep that the first `shown` hints have been seen."""
    return stored.change(
        "exercises", exercise.id, _fresh, lambda of: of.update(hints=max(of["hints"], shown))
    )


def note_solution(exercise: Exercise) -> str:
    """Keep that the solution has been seen."""
    return stored.change("exercises", exercise.id, _fresh, lambda of: of.update(solution=True))


@dataclass(frozen=True)
class Progress:
    """The map of the course. `exercises`: all of them, in order; `entries`: what is known of each.

    Shows as a table in a notebook. Made by `progress()`.
    """

    exercises: tuple[Exercise, ...]
    entries: Mapping[str, Mapping[str, Any]]
    titles: Mapping[int, str]
    messages: tuple[str, ...] = ()
    predictions: Predictions = field(default_factory=lambda: Predictions({}))

    @property
    def passed(self) -> int:
        """How many exercises are passed; the questions at the start of a chapter do not count."""
        return sum(bool(self.entries[e.id]["passed"]) for e in self.counted)

    @property
    def counted(self) -> tuple[Exercise, ...]:
        """The exercises without the questions at the start of a chapter."""
        return tuple(e for e in self.exercises if not e.warm_up)

    def rows(self) -> list[dict[str, Any]]:
        """One dict an exercise: id, title, state, tries, hints, solution, first, passed, slips.

        Then one a prediction: its key as id, the question as title, "guess" as state, and the
        guess, the truth and whether it was right.
        """
        empty = {"guess": "", "truth": "", "right": ""}
        known = [
            {"id": e.id, "title": e.title, "state": self.state(e)}
            | {name: self.entries[e.id][name] for name in _fresh()}
            | {"slips": "; ".join(self.entries[e.id]["slips"])}
            | empty
            for e in self.exercises
        ]
        guessed = [
            dict.fromkeys(known[0] if known else (), "")
            | {"id": of["key"], "title": of["question"], "state": "guess", "first": of["made"]}
            | {name: of.get(name, "") for name in empty}
            for of in self.predictions.rows()
        ]
        return known + guessed

    def state(self, exercise: Exercise) -> str:
        """ "passed", "tried" or "open"."""
        of = self.entries[exercise.id]
        return "passed" if of["passed"] else "tried" if of["tries"] else "open"

    def export(self, path: str | Path) -> Path:
        """Write the progress for a teacher: a table (.csv) or the same as JSON (.json)."""
        path = Path(path).expanduser()
        if path.suffix.lower() not in (".csv", ".json"):
            raise InputError(f"{path.name} must end in .csv or .json")
        rows = self.rows()
        if path.suffix.lower() == ".json":
            text = json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
        else:
            page = io.StringIO()
            writer = csv.DictWriter(page, list(rows[0]) if rows else ["id"], lineterminator="\n")
            writer.writeheader()
            writer.writerows({name: _harmless(cell) for name, cell in row.items()} for row in rows)
            text = f"\ufeff{page.getvalue()}"  # by this mark a spreadsheet knows UTF-8
        try:
            write_whole(path, text)
        except OSError as error:
            raise DataFileError(f"{path} cannot be written ({short(error)}).") from None
        return path

    def reset(self, sure: bool = False) -> Progress:
        """Forget all of it. It asks first: call reset(sure=True)."""
        if not sure:
            raise InputError(
                f"this forgets {self.passed} passed exercises and {len(self.predictions)} "
                "predictions for good; export them first if you like, then call "
                "reset(sure=True)."
            )
        stored.forget()
        return progress(self.exercises, self.titles)

    def __repr__(self) -> str:
        lines = [f"{self.passed} of {len(self.counted)} exercises passed", *self.messages]
        for chapter, members in self._chapters():
            marks = "  ".join(f"{_MARKS[self.state(e)]} {e.name}" for e in members if not e.warm_up)
            aside = self._aside(chapter, members)
            lines.append(f"{chapter:02}  {marks}{f'  ({aside})' if aside else ''}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = []
        for chapter, members in self._chapters():
            cells = "".join(self._cell(e) for e in members if not e.warm_up)
            aside = self._aside(chapter, members)
            more = f'<span style="white-space:nowrap">{html.escape(aside)}</span>' if aside else ""
            title = html.escape(self.titles.get(chapter, ""))
            rows.append(
                f'<tr><th scope="row" style="text-align:left;padding:6px 16px 6px 0;'
                f'white-space:nowrap">{chapter:02} {title}</th>'
                f'<td style="text-align:left">{cells}{more}</td></tr>'
            )
        notes = "".join(f"<p>{html.escape(text)}</p>" for text in self.messages)
        key = ", ".join(f"{mark} {state}" for state, mark in _MARKS.items())
        return (
            f'<div role="group" aria-label="Progress" style="font-size:15px"><b>{self.passed} of '
            f"{len(self.counted)} exercises passed</b> ({key}){notes}"
            f"<table>{''.join(rows)}</table></div>"
        )

    def _aside(self, chapter: int, members: Sequence[Exercise]) -> str:
        """What else was done in a chapter: its first questions, and the guesses."""
        asked = [e for e in members if e.warm_up]
        right = sum(self.state(e) == "passed" for e in asked)
        words = [f"warm-up {right} of {len(asked)}"] if asked else []
        guesses = [of for key, of in self.predictions.entries.items() if chapter_of(key) == chapter]
        if guesses:
            near = sum(of.get("right") is True for of in guesses)
            words.append(f"guesses {near} of {len(guesses)} right")
        return " · ".join(words)

    def _cell(self, exercise: Exercise) -> str:
        state = self.state(exercise)
        of = self.entries[exercise.id]
        more = f" · {of['hints']} hint{'s' * (of['hints'] > 1)}" if of["hints"] else ""
        more += " · solution seen" if of["solution"] else ""
        # The mark has a name: a screen reader says "passed" and not "check mark".
        return (
            f'<span style="display:inline-block;margin:2px 8px 2px 0;padding:3px 10px;'
            f'border-radius:12px;border:2px {_BORDERS[state]};white-space:nowrap">'
            f'<span role="img" aria-label="{state}">{_MARKS[state]}</span> '
            f"{html.escape(exercise.name + more)}</span>"
        )

    def _chapters(self) -> list[tuple[int, list[Exercise]]]:
        numbers = dict.fromkeys(e.chapter for e in self.exercises)
        return [(n, [e for e in self.exercises if e.chapter == n]) for n in numbers]


def _harmless(cell: Any) -> Any:
    """A spreadsheet takes a text that begins like a formula for one, and runs it."""
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{cell}"
    return cell


_MARKS = {"passed": "✓", "tried": "◐", "open": "○"}
_BORDERS = {"passed": "solid #009E73", "tried": "dashed #D55E00", "open": "dotted #7f7f7f"}


def progress(exercises: Sequence[Exercise], titles: Mapping[int, str]) -> Progress:
    """The map of these exercises, as far as they are known. titles: of the chapters."""
    said: list[str] = []
    known = stored.read("exercises", said.append)
    entries = {e.id: {**_fresh(), **known.get(e.id, {})} for e in exercises}
    return Progress(tuple(exercises), entries, titles, tuple(said), predictions())


def _fresh() -> dict[str, Any]:
    return {"tries": 0, "hints": 0, "solution": False, "first": "", "passed": "", "slips": []}
