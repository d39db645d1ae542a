"""Questions that answer at once: a choice or a number, with feedback for each answer."""

from __future__ import annotations

import pathlib
from typing import Any

import anywidget
import traitlets

from fmteach.errors import InputError
from fmteach.exercises import asking
from fmteach.live.frontend import script, style

_HERE = pathlib.Path(__file__).parent

# What was answered in this kernel, by exercise: running the cell again shows it again.
_STATES: dict[str, dict[str, Any]] = {}


class Questions(anywidget.AnyWidget):
    """One or more questions of the course below one another. Made by `ask`.

    `answer(id, value)` and `hint(id)` do from code what the buttons do. Traits: `questions` (id,
    title, question, choices, unit, and how many hints there are) and `states` (by id: answer,
    verdict, message, hints that were shown).
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
            shown = value if isinstance(value, str) else f"{value:g}"
            self._set(id, answer=self._text_of(id, shown), verdict=feedback.verdict,
                      message=feedback.message)  # fmt: skip
        return feedback.message

    def hint(self, id: str) -> str:
        """Show the next hint. Returns it."""
        shown = self.states[id]["hints"]
        if len(shown) < self._of(id)["hints"]:
            self._set(id, hints=[*shown, asking.hint(id, len(shown) + 1).text])
        return self.states[id]["hints"][-1] if self.states[id]["hints"] else ""

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

    def _text_of(self, id: str, answer: str) -> str:
        """The text of a choice that was given by its letter."""
        choices = self._of(id)["choices"]
        place = "abcdefghij".find(answer.strip("() ").lower()) if len(answer) < 4 else -1
        return choices[place] if 0 <= place < len(choices) else answer

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
    return {"answer": "", "verdict": "", "message": "", "hints": []}
