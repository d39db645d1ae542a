"""Three kinds of exercises made from data: write a function, give a number, choose an answer."""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fmteach.exercises.answers import as_number, describe, not_given
from fmteach.exercises.comparing import Trial, compare
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.slip import Slip

__all__ = ["Trial", "choice_exercise", "function_exercise", "number_exercise"]


def function_exercise(
    id: str,
    title: str,
    *,
    solution: Callable[..., Any],
    truth: Callable[..., Any],
    trials: Callable[[], Sequence[Trial]],
    slips: Sequence[Slip],
    hints: tuple[str, str, str],
    stub: str,
    todo: str = "write your function in the cell above, then check again.",
    otherwise: str,
    right: str,
    parts: Sequence[str] = (),
    also: Sequence[Callable[[Any], str | None]] = (),
    against: str = "the definition gives",
    seconds: float = 5.0,
) -> Exercise:
    """An exercise that asks for a function.

    truth: the definition, computed in another way than `solution`. trials: makes the numbers to try
    it on; several seeds and shapes. The learner's function is given torch tensors, then NumPy
    arrays, then lists, and is right when it is right with one of these on all trials. What it
    returns may be a number, an array, a tensor or lists; with `parts`, a tuple of these, one for
    each name. A wrong function is compared with the slips on all trials; where none fits,
    `otherwise` is said. also: what else must hold, each a function of the learner's function that
    returns None, or what to say. right: said when all is well. against: stands between the
    learner's number and the true one.
    """

    def check(function: Any = None) -> Feedback:
        return compare(
            f"{id} {title}", function, trials(), truth, slips, todo=todo, otherwise=otherwise,
            right=right, parts=parts, also=also, against=against,
        )  # fmt: skip

    return Exercise(
        id, title, check, hints, solution, seconds=seconds, stub=stub.strip("\n"),
        slips=tuple(slips),
    )  # fmt: skip


def number_exercise(
    id: str,
    title: str,
    question: str,
    *,
    truth: float,
    slips: Sequence[Slip],
    hints: tuple[str, ...],
    solution: str,
    right: str,
    otherwise: str,
    unit: str = "",
    within: float = 0.01,
) -> Exercise:
    """An exercise that asks for one number.

    slips: their answers are tuples of one number. within: how far a number may be from the truth,
    or from a slip's, as a share of it (as it is, where that is 0). The feedback to a wrong number
    does not give the right one away.
    """
    name = f"{id} {title}"

    def near(got: float, at: float) -> bool:
        return abs(got - at) <= within * (abs(at) or 1.0)

    def check(answer: Any = None) -> Feedback:
        if not_given(answer):
            return not_attempted(name, "put your number in the place of the dots.")
        got = as_number(answer)
        if isinstance(answer, str):
            quoted = (
                f"a number without quotation marks is wanted, such as 0.5; got {answer[:40]!r}."
            )
            return Feedback(name, "not yet", quoted)
        if got is None or not math.isfinite(got):
            return Feedback(name, "not yet", f"one number is wanted; got {describe(answer)}.")
        if near(got, truth):
            return Feedback(name, "correct", right)
        for slip in slips:
            if near(got, slip.answer[0]):
                return Feedback(name, "not yet", f"{_typed(got)} is not it: {slip.says}")
        side = "too large" if got > truth else "too small"
        return Feedback(name, "not yet", f"{_typed(got)} is {side}. {otherwise}")

    return Exercise(
        id, title, check, hints, solution, seconds=10.0, slips=tuple(slips), kind="number",
        question=question, unit=unit,
    )  # fmt: skip


def _typed(number: float) -> str:
    """A number as its learner wrote it, not with four digits.

    >>> _typed(4.5), _typed(-0.25), _typed(47399716.0)
    ('4.5', '−0.25', '47,399,716')
    """
    return f"{number:,.10g}".replace("-", "−")


def choice_exercise(
    id: str,
    title: str,
    question: str,
    *,
    choices: Mapping[str, str],
    right: str,
    hints: tuple[str, ...],
    solution: str = "",
) -> Exercise:
    """An exercise with answers to choose from.

    choices: each answer with what is said when it is chosen. right: the one that is right.
    The learner gives the letter of an answer, "a" for the first, or its text.
    """
    name = f"{id} {title}"
    letters = dict(zip(string.ascii_lowercase, choices, strict=False))
    known = {_plain(text): text for text in choices} | letters

    def check(answer: Any = None) -> Feedback:
        if not_given(answer) or (isinstance(answer, str) and not answer.strip()):
            return not_attempted(name, "choose an answer first.")
        chosen = known.get(_plain(answer)) if isinstance(answer, str) else None
        if chosen is None:
            return Feedback(
                name, "not yet",
                f"{describe(answer)} is none of the answers. Give a letter from "
                f"“a” to “{list(letters)[-1]}”.",
            )  # fmt: skip
        return Feedback(name, "correct" if chosen == right else "not yet", choices[chosen])

    letter = next(letter for letter, text in letters.items() if text == right)
    return Exercise(
        id, title, check, hints, solution or f"{letter}) {right}: {choices[right]}", seconds=10.0,
        slips=tuple(Slip(c, (c,), says) for c, says in choices.items() if c != right),
        kind="choice", question=question, choices=tuple(choices),
    )  # fmt: skip


def _plain(text: str) -> str:
    """ "(B)", "b)" and "b" are one answer; so are two spellings of a text in capitals."""
    return " ".join(text.casefold().split()).strip("().: ")
