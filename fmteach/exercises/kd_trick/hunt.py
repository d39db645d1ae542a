"""Exercise 3.3: the hunt for the wrong line."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.slip import Slip

_ROUNDS, _TRIES = 3, 2
_NEXT, _AGAIN = "Another one", "Start over"  # what the buttons of the hunt say


def check_hunt(hunt: Any) -> Feedback:
    """Exercise 3.3. hunt: what `live.wrong_line()` returned, with the choices made in it.

    Three wrong lines are to be found, each with at most two tries, so that guessing does not help.

    >>> check_hunt(None).verdict
    'not attempted'
    """
    name = "3.3 the hunt"
    if not hasattr(hunt, "rounds") or not hasattr(hunt, "choices"):
        return not_attempted(name, "give the hunt itself: hunt = live.wrong_line(seed=0).")
    played = [
        (shown["answer"], list(chosen))
        for shown, chosen in zip(hunt.rounds, hunt.choices, strict=True)
        if chosen
    ]
    if not played:
        return not_attempted(name, "choose the line that is wrong in the hunt above.")
    found = [chosen for answer, chosen in played if answer in chosen]
    good = [chosen for chosen in found if len(chosen) <= _TRIES]
    if len(good) >= _ROUNDS:
        return Feedback(
            name, "correct",
            f"{len(good)} wrong lines found with at most {_TRIES} tries each. You know now which "
            "numbers give a slip away.",
        )  # fmt: skip
    if len(found) > len(good):
        most = max(map(len, found))
        return Feedback(
            name, "not yet",
            f"{len(good)} of {_ROUNDS}: one line was found only at try {most}, which is guessing. "
            "Compute first: with one feature alone, a right line gives 0, since there is no pair. "
            f"Then press “{_NEXT}”, or begin again with “{_AGAIN}”.",
        )  # fmt: skip
    if not found:
        return Feedback(
            name, "not yet",
            f"{sum(len(chosen) for _, chosen in played)} chosen, and the wrong line is not among "
            "them. Read what the hunt says about your choice: it gives the value of the line "
            "beside the true value.",
        )  # fmt: skip
    left = _ROUNDS - len(good)
    return Feedback(
        name, "not yet",
        f"{len(good)} of {_ROUNDS} wrong lines found, well done so far. Press “{_NEXT}” "
        f"for {'one more' if left == 1 else f'{left} more'}.",
    )  # fmt: skip


def _played(*chosen: list[int]) -> SimpleNamespace:
    """A hunt of six derivations, line 3 wrong in each, after these choices."""
    choices = [*chosen, *([] for _ in range(6 - len(chosen)))]
    return SimpleNamespace(rounds=[{"answer": 3}] * 6, choices=choices)


HUNT = Exercise(
    "3.3", "the hunt", check_hunt,
    hints=(
        "Do not read the lines: compute them on small numbers.",
        "Take one feature alone. There is no pair, so what must every right line give?",
        "Two tests catch nearly all slips: x = (1) alone must give 0, and the double loop on "
        "random numbers must give the same value as the line.",
    ),
    solution="There is a new derivation each time. Compare each line with the definition on "
    "numbers; the first line whose value differs is the wrong one.",
    stub="hunt = live.wrong_line(seed=0)",
    slips=(
        Slip("guessing", (_played([1, 2, 4, 5, 3]),), "which is guessing"),
        Slip("stopped early", (_played([3]),), "well done so far"),
        Slip("not found", (_played([1]),), "the wrong line is not among them"),
    ),
)  # fmt: skip
