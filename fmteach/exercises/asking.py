"""What a learner calls: check, hint, solution, progress. None of them ever stops a notebook."""

from __future__ import annotations

import difflib
import html
import inspect
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from fmteach.datasets.table import Table
from fmteach.errors import InputError
from fmteach.exercises import record as kept
from fmteach.exercises.catalogue import CHAPTERS, EXERCISES
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.failing import named as failure
from fmteach.exercises.feedback import Feedback
from fmteach.exercises.fence import fenced
from fmteach.exercises.guard import TooLong, in_time


def check(id: str, *answers: Any, **named: Any) -> Feedback:
    """Check an exercise, such as check("3.1", fm_fast).

    id: of the exercise. answers, named: what the exercise asks for; the notebook's cell shows it.
    The answer is Feedback: "correct", "not yet" with what was seen and what to try, or "not
    attempted" for a stub that was not touched. Code that fails is explained, code that runs on
    without end is stopped. The outcome is kept, see `progress`.

    >>> check("3.2", 2.0, 1.0).verdict
    'correct'
    """
    exercise = question(id)
    if exercise is None:
        return Feedback(str(id), "not attempted", _unknown(id))
    feedback = _misfit(exercise, answers, named) or _looked_at(exercise, answers, named)
    problem = kept.note(exercise, feedback)
    if problem:
        return Feedback(feedback.exercise, feedback.verdict, f"{feedback.message} ({problem})")
    return feedback


def _looked_at(exercise: Exercise, answers: tuple, named: dict[str, Any]) -> Feedback:
    try:
        # An answer to a question runs no code of the learner's, and may come while a cell runs:
        # what that cell prints and draws is its own.
        with fenced() if exercise.kind == "code" else nullcontext():
            return in_time(lambda: exercise.check(*answers, **named), exercise.seconds)
    except TooLong as late:
        what = (
            f"your code had not ended after {exercise.seconds:g} seconds, and it does not let "
            "itself be stopped: it waits, or an except without a name catches the stop too. "
            "Restart the kernel before you go on."
            if late.left
            else f"your code was stopped after {exercise.seconds:g} seconds. Is there a loop that "
            "does not end? Try it by hand on two or three numbers first."
        )
    except SystemExit:
        what = (
            "your code wanted to end Python, with exit() or quit(). End the function with return."
        )
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        what = (
            f"the check stopped with {failure(error)}. Look at what the cell gives to check(...): "
            "names and number must be those of the exercise."
        )
    return Feedback(exercise.name, "not yet", what)


def _misfit(exercise: Exercise, answers: tuple, named: dict[str, Any]) -> Feedback | None:
    """What is said when the answers are too many, too few, or have other names."""
    wanted = inspect.signature(exercise.check)
    try:
        wanted.bind(*answers, **named)
    except TypeError:
        pass
    else:
        return None
    if exercise.kind == "number":
        what = (
            f"one number is wanted, and {len(answers) + len(named)} came. Python writes a point "
            "and no comma inside a number: 0.5, 10000."
        )
    else:
        call = ", ".join((f'"{exercise.id}"', *wanted.parameters))
        what = (
            f"{len(answers) + len(named)} answers came, or one of another name. Call it as the "
            f"notebook's cell does: check({call})."
        )
    return Feedback(exercise.name, "not yet", what)


@dataclass(frozen=True)
class Told:
    """A hint or a solution. code: shown as it is, in a fixed-width font."""

    title: str
    text: str = ""
    code: str = ""

    def __repr__(self) -> str:
        return "\n".join(part for part in (f"{self.title}: {self.text}", self.code) if part)

    def _repr_html_(self) -> str:
        code = (
            f'<pre style="font-size:14px;line-height:1.5">{html.escape(self.code)}</pre>'
            if self.code
            else ""
        )
        return (
            '<div role="note" style="border-left:5px solid #0072B2;padding:8px 14px;margin:4px 0;'
            "font-size:15px;line-height:1.5;background:var(--jp-layout-color2,#f5f5f5);"
            'color:var(--jp-ui-font-color1,#222)">'
            f"<b>{html.escape(self.title)}</b><br>{html.escape(self.text)}{code}</div>"
        )


def hint(id: str, number: int | None = None) -> Told:
    """The next hint of an exercise; there are three, each says more than the one before.

    number: 1, 2 or 3 shows that one again, or the next. How many you have seen is kept, see
    `progress`.

    >>> hint("3.1", 1).title
    'Hint 1 of 3, 3.1 fm_fast'
    """
    exercise = question(id)
    if exercise is None:
        return Told("No such exercise", _unknown(id))
    if not exercise.hints:
        return Told(
            f"No hints, {exercise.name}",
            "This question looks back at an earlier chapter: read its card again, On one card. "
            f'exercises.solution("{exercise.id}") tells it.',
        )
    seen = kept.entry(exercise.id)["hints"]
    if number is None:
        if seen >= 3:
            return Told(
                f"All three hints, {exercise.name}",
                f"{exercise.hints[2]} (That was the last one. "
                f'exercises.solution("{exercise.id}") shows a way to do it.)',
            )
        number = seen + 1
    if number not in (1, 2, 3):
        return Told(f"Hints of {exercise.name}", "there are three: number is 1, 2 or 3.")
    number = int(number)
    if number > seen + 1:
        return Told(
            f"Hints of {exercise.name}",
            f"one after another: hint {seen + 1} comes next. See what it is enough for.",
        )
    kept.note_hint(exercise, number)
    return Told(f"Hint {number} of 3, {exercise.name}", exercise.hints[number - 1])


def solution(id: str, sure: bool = False) -> Told:
    """A solution, as real source. Before you have passed, it asks whether you want to see it.

    >>> solution("3.1", sure=True).code.splitlines()[0]
    'def solution_fm_fast(x, V):'
    """
    exercise = question(id)
    if exercise is None:
        return Told("No such exercise", _unknown(id))
    of = kept.entry(exercise.id)
    if not (sure or of["passed"] or of["solution"]):
        left = len(exercise.hints) - of["hints"]
        more = f"There {'is 1 hint' if left == 1 else f'are {left} hints'} left: "
        more += f'exercises.hint("{id}"). '
        return Told(
            f"Solution of {exercise.name}",
            f"{more if left > 0 else ''}What you find yourself stays longer. To see it now: "
            f'exercises.solution("{id}", sure=True).',
        )
    kept.note_solution(exercise)
    answer = exercise.answer()
    if isinstance(exercise.solution, str):
        return Told(f"Solution of {exercise.name}", answer)
    return Told(f"Solution of {exercise.name}", "one way among several.", answer)


def progress() -> kept.Progress:
    """The map of the course: which exercises you have passed, tried, or not met.

    .export("me.csv") writes it for a teacher, .reset(sure=True) forgets it. It is kept in one file
    on this machine; FMTEACH_PROGRESS names another.
    """
    return kept.progress(tuple(EXERCISES.values()), CHAPTERS)


def slips(id: str) -> Table:
    """The wrong answers that an exercise knows, and what each is told. For teachers.

    >>> slips("3.1").rows[0][0]
    'lost half'
    """
    exercise = question(id)
    if exercise is None:
        raise InputError(_unknown(id).rstrip("."))
    return Table(("slip", "what is said"), tuple((s.name, s.says) for s in exercise.slips))


def question(id: str) -> Exercise | None:
    """The exercise of that id, for those who show it; None when there is none.

    A number is taken for its text, but 6.1 is refused: Python cannot tell it from 6.10.
    """
    if isinstance(id, float) and f"{id}0" in EXERCISES:
        return None
    return EXERCISES.get(str(id))


def _unknown(id: object) -> str:
    if isinstance(id, float) and f"{id}0" in EXERCISES:
        return (
            f'for Python {id} and {id}0 are one number. Put quotation marks around it: "{id}" or '
            f'"{id}0".'
        )
    near = difflib.get_close_matches(str(id), EXERCISES, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    chapter = str(id).partition(".")[0]
    known = [e.id for e in EXERCISES.values() if str(e.chapter) == chapter and not e.warm_up]
    where = f" of chapter {chapter}" if known else ""
    known = known or [e.id for e in EXERCISES.values() if not e.warm_up]
    return f"there is no exercise {id!r}.{hint} The exercises{where} are {', '.join(known)}."


__all__ = ["Exercise", "check", "hint", "progress", "solution"]
