"""Prediction capture: commit to an answer first, see the truth afterwards."""

from __future__ import annotations

import math
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import anywidget
import traitlets

from fmteach.errors import InputError
from fmteach.exercises.predictions import keep, keep_truth
from fmteach.live.frontend import script, style

_HERE = pathlib.Path(__file__).parent

# One store a kernel: running the cell again shows the answer that was given, and does not ask anew.
_ANSWERS: dict[str, Any] = {}
_SKIPPED = object()


class Prediction(anywidget.AnyWidget):
    """A question that waits for a guess, and later shows the guess beside the truth.

    Made by `predict`. `answer` is None until there is one; `commit(value)` and `skip()` do from
    code what the buttons do. Nothing has to be answered: `reveal` works without a guess too, so a
    notebook that runs unattended gets to its end.
    """

    _esm = script(_HERE / "predict.js", _HERE / "typed.js")
    _css = style(_HERE / "predict.css")

    question = traitlets.Unicode().tag(sync=True)
    choices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    lowest = traitlets.Float(None, allow_none=True).tag(sync=True)
    highest = traitlets.Float(None, allow_none=True).tag(sync=True)
    state = traitlets.Enum(("open", "committed", "skipped"), "open").tag(sync=True)
    guess = traitlets.Unicode("").tag(sync=True)
    problem = traitlets.Unicode("").tag(sync=True)
    revealed = traitlets.Bool(False).tag(sync=True)
    truth = traitlets.Unicode("").tag(sync=True)
    verdict = traitlets.Unicode("").tag(sync=True)
    explanation = traitlets.Unicode("").tag(sync=True)

    def __init__(self, key: str, question: str, **traits) -> None:
        self.key = key
        self._listeners: list[Callable[[Prediction], None]] = []
        super().__init__(question=question, **traits)
        self.on_msg(self._on_message)
        if key in _ANSWERS:
            kept = _ANSWERS[key]
            try:
                self.skip() if kept is _SKIPPED else self._lock_in(kept)
            except InputError:
                # The question under this key is now another one; the old answer does not fit it.
                del _ANSWERS[key]

    @property
    def answer(self) -> Any:
        """The guess: one of the choices, or a float; None as long as there is none."""
        kept = _ANSWERS.get(self.key)
        return None if kept is _SKIPPED else kept

    @property
    def skipped(self) -> bool:
        """True when the learner chose to go on without a guess."""
        return self.state == "skipped"

    def commit(self, value: Any) -> Prediction:
        """Enter a guess; it then stays. InputError when it does not fit the question."""
        if self.state == "committed" and self._read(value) != self.answer:
            raise InputError(
                f"the guess {self.guess} is already entered and stays; forget({self.key!r}) "
                "removes it"
            )
        self._lock_in(value)
        return self

    def skip(self) -> Prediction:
        """Go on without a guess."""
        if self.state == "open":
            _ANSWERS[self.key] = _SKIPPED
            self.state = "skipped"
            self._tell()
        return self

    def reveal(self, truth: Any, explanation: str = "") -> Prediction:
        """Show the truth beside the guess, with one or two sentences of explanation.

        truth: one of the choices, or a number; for a number that does not exist, words instead
        ("no crossing"), which are shown and not compared. Returns the widget, so that it can be
        the last line of a cell.
        """
        in_words = not self.choices and isinstance(truth, str)
        value = truth if in_words else self._read(truth)
        answer = self.answer
        if answer is None:
            verdict = "No guess was made."
        else:
            verdict = "" if in_words else self._compare(answer, value)
        with self.hold_sync():
            self.truth = value if in_words else self._show(value)
            self.explanation = explanation
            self.verdict = verdict
            self.revealed = True
        if answer is not None:
            right = None if in_words else self._is_right(answer, value)
            keep_truth(self.key, self.truth, verdict, right)
        return self

    def hide(self) -> Prediction:
        """Take the truth away again (before another try)."""
        self.revealed = False
        return self

    def on_commit(self, listener: Callable[[Prediction], None]) -> None:
        """Call `listener(prediction)` when a guess is entered or skipped."""
        self._listeners.append(listener)

    def text(self) -> str:
        """Question, guess and truth as plain text."""
        lines = [self.question]
        if self.choices and not self.revealed:
            lines += [f"  ({number}) {choice}" for number, choice in enumerate(self.choices, 1)]
        lines.append(f"Your guess: {self.guess or 'none'}")
        if self.revealed:
            lines += [f"The truth:  {self.truth}"]
            lines += [words for words in (self.verdict, self.explanation) if words]
        return "\n".join(lines)

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/plain": self.text()}, metadata

    # ---- inside ----------------------------------------------------------------------------

    def _lock_in(self, value: Any) -> None:
        value = self._read(value)
        if _ANSWERS.get(self.key, _SKIPPED) != value:
            keep(self.key, self.question, self._show(value))
        _ANSWERS[self.key] = value
        with self.hold_sync():
            self.problem = ""
            self.guess = self._show(value)
            self.state = "committed"
        self._tell()

    def _read(self, value: Any) -> Any:
        if self.choices:
            if value in self.choices:
                return value
            raise InputError(f"{value!r} is not one of the choices: {', '.join(self.choices)}")
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise InputError(f"a number is wanted here, and {value!r} is none") from None
        if not math.isfinite(number):
            raise InputError("a finite number is wanted here")
        if self.lowest is not None and number < self.lowest:
            raise InputError(f"the smallest possible answer is {self.lowest:g}; got {number:g}")
        if self.highest is not None and number > self.highest:
            raise InputError(f"the largest possible answer is {self.highest:g}; got {number:g}")
        return number

    def _show(self, value: Any) -> str:
        if self.choices:
            return value
        return f"{plain_number(value)} {self.unit}".strip()

    def _compare(self, answer: Any, truth: Any) -> str:
        if self.choices:
            return "Your guess is right." if answer == truth else "Another answer is right."
        if answer == truth:
            return "Your guess is exact."
        if answer > 0 and truth > 0:
            ratio = max(answer / truth, truth / answer)
            side = "above" if answer > truth else "below"
            if ratio < 1.1:
                return f"Close: your guess is {100 * (ratio - 1):.0f} % {side} the truth."
            times = f"{ratio:.2g}" if ratio < 100 else f"{ratio:,.0f}"
            return f"Your guess is {times} times too {'large' if side == 'above' else 'small'}."
        return f"Your guess is off by {plain_number(abs(answer - truth))}."

    def _is_right(self, answer: Any, truth: Any) -> bool:
        """Numbers within a tenth count as right: a guess is no measurement."""
        if self.choices or answer == truth:
            return answer == truth
        return answer * truth > 0 and max(answer / truth, truth / answer) < 1.1

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener(self)

    def _on_message(self, _widget, content, _buffers) -> None:
        kind = content.get("kind") if isinstance(content, dict) else None
        try:
            if kind == "commit":
                self.commit(content.get("value"))
            elif kind == "skip":
                self.skip()
        except InputError as problem:
            text = str(problem)
            self.problem = f"{text[0].upper()}{text[1:]}."


def predict(
    key: str,
    question: str,
    choices: Sequence[str] | None = None,
    *,
    unit: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
) -> Prediction:
    """Ask for a guess before a surprise.

    key: names the answer; it is kept as long as the kernel runs, also when the cell runs again.
    choices: the possible answers; left out, a number is asked for (`unit`, `minimum`, `maximum`).

    >>> p = predict("doc.pairs", "How many pairs have 1000 features?", unit="pairs")
    >>> p.commit(1_000_000).reveal(499_500, "d (d - 1) / 2").verdict
    'Your guess is 2 times too large.'
    >>> predict("doc.pairs", "How many pairs have 1000 features?", unit="pairs").answer
    1000000.0
    """
    if not isinstance(key, str) or not key:
        raise InputError(f"key must be a short name such as '03.crossing', and it is {key!r}")
    names = [str(choice) for choice in choices or ()]
    if choices is not None and len(set(names)) < 2:
        raise InputError(f"at least two different choices are needed, and these came: {names}")
    return Prediction(key, question, choices=names, unit=unit, lowest=minimum, highest=maximum)


def forget(key: str | None = None) -> None:
    """Remove the answer kept under `key`, or all answers. Unknown keys are fine."""
    if key is None:
        _ANSWERS.clear()
    else:
        _ANSWERS.pop(key, None)


def plain_number(value: float) -> str:
    """A number as one writes it: 1,234 / 0.25 / 1.2e-05.

    >>> plain_number(499500), plain_number(0.25), plain_number(12.5)
    ('499,500', '0.25', '12.5')
    """
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
