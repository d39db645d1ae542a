"""Questions that answer at once: a choice or a number, with feedback for each answer."""

from __future__ import annotations

import math
import pathlib
from typing import Any

import anywidget
import traitlets

from fmteach.errors import InputError
from fmteach.exercises import asking
from fmteach.exercises import record as kept
from fmteach.exercises.answers import as_number, describe
from fmteach.live.frontend import script, style
from fmteach.live.predict import plain_number

_HERE = pathlib.Path(__file__).parent

# What was answered in this kernel, by exercise: running the cell again shows it again.
_STATES: dict[str, dict[str, Any]] = {}


class Questions(anywidget.AnyWidget):
    """One or more questions of the course below one another. Made by `ask`.

    `answer(id, value)` and `hint(id)` do from code what the buttons do. Traits: `questions` (id,
    title, question, choices, unit, and how many hints there are) and `states` (by id: answer,
    verdict, message, hints that were shown, and times, how often it was answered: the same answer
    twice is news too).
    """

    _esm = script(_HERE / "ask.js", _HERE / "typed.js")
    _css = style(_HERE / "ask.css", _HERE / "predict.css")

    questions = traitlets.List(traitlets.Dict()).tag(sync=True)
    states = traitlets.Dict().tag(sync=True)

    def __init__(self, ids: tuple[str, ...]) -> None:
        exercises = [asking.question(id) for id in ids]
        super().__init__(
            questions=[
                {
                    "id": e.id, "title": e.title, "question": e.question, "unit": e.unit,
                    "choices": list(e.choices), "hints": len(e.hints), "warmUp": e.warm_up,
                }
                for e in exercises
            ],
            states={e.id: _STATES.get(e.id, _fresh()) for e in exercises},
        )  # fmt: skip
        self.on_msg(self._on_message)

    def answer(self, id: str, value: Any) -> str:
        """Give an answer: a number, a letter or the text of a choice. Returns the feedback."""
        feedback = asking.check(id, value)
        if feedback.verdict != "not attempted":
            self._set(id, answer=self._text_of(id, value), verdict=feedback.verdict,
                      message=feedback.message, times=self.states[id]["times"] + 1)  # fmt: skip
        return feedback.message

    def hint(self, id: str) -> str:
        """Show the next hint. Returns it."""
        exercise, shown = asking.question(id), self.states[id]["hints"]
        if len(shown) < len(exercise.hints):
            shown = [*shown, exercise.hints[len(shown)]]
            kept.note_hint(exercise, len(shown))
            self._set(id, hints=shown)
        return shown[-1] if shown else ""

    def text(self) -> str:
        """The questions, what was answered and what was said, as plain text."""
        lines = []
        for of in self.questions:
            state = self.states[of["id"]]
            lines.append(f"{of['id']} {of['question']}")
            lines += [
                f"  {letter}) {text}"
                for letter, text in zip("abcdefghij", of["choices"], strict=False)
            ]
            if state["verdict"]:
                lines.append(f"Your answer: {state['answer']}. {state['verdict']}: "
                             f"{state['message']}")  # fmt: skip
            else:
                example = '"a"' if of["choices"] else "12.5"
                lines.append(f'Answer above, or in code: exercises.check("{of["id"]}", {example})')
            lines += [f"Hint {n}: {text}" for n, text in enumerate(state["hints"], 1)]
        return "\n".join(lines)

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/plain": self.text()}, metadata

    # ---- inside ----------------------------------------------------------------------------

    def _of(self, id: str) -> dict[str, Any]:
        return next(of for of in self.questions if of["id"] == id)

    def _text_of(self, id: str, answer: Any) -> str:
        """An answer as it is shown: a number as one writes it, the text of a letter's choice."""
        if not isinstance(answer, str):
            number = as_number(answer)
            known = number is not None and math.isfinite(number)
            return plain_number(number) if known else describe(answer)
        letter = answer.strip("(). ").lower()
        by_letter = dict(zip("abcdefghij", self._of(id)["choices"], strict=False))
        return by_letter.get(letter, answer)

    def _set(self, id: str, **change: Any) -> None:
        _STATES[id] = {**self.states[id], **change}
        self.states = {**self.states, id: _STATES[id]}

    def _on_message(self, _widget, content, _buffers) -> None:
        if not isinstance(content, dict) or content.get("id") not in self.states:
            return
        if content.get("kind") == "answer":
            self.answer(content["id"], content.get("value"))
        elif content.get("kind") == "hint":
            self.hint(content["id"])


def ask(*ids: str) -> Questions:
    """Ask one or more questions of the course, with feedback for every answer.

    ids: of exercises that are a choice or a number, such as "3.4". Errors: InputError for an id
    that is none of these.

    >>> q = ask("3.a", "3.b")
    >>> q.answer("3.a", 12)
    '12 is not it: that counts every pair in both orders. i < j takes one.'
    >>> q.answer("3.a", 6), q.states["3.a"]["verdict"]
    ('d(d − 1)/2 = 4 · 3/2 = 6.', 'correct')
    """
    if not ids:
        raise InputError('name at least one question: live.ask("3.4")')
    for id in ids:
        exercise = asking.question(id)
        if exercise is None:
            raise InputError(asking.check(id).message.rstrip("."))
        if exercise.kind == "code":
            raise InputError(
                f"exercise {exercise.name} is answered in code: exercises.check({id!r}, ...)"
            )
    return Questions(ids)


def _fresh() -> dict[str, Any]:
    return {"answer": "", "verdict": "", "message": "", "hints": [], "times": 0}
