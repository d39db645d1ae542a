"""Exercise 6.12: five cases, and the fault of each."""

from __future__ import annotations

from typing import Any

from fmteach.exercises.answers import describe, not_given
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.slip import Slip

_NAME = "6.12 five cases"

# What each fault would show; said when it is given to a case that does not show it. In the order
# of the notebook, which numbers its faults like this too.
_WOULD_SHOW = {
    "two sigmoids": "behind two sigmoids the loss stops at a floor that you can compute by hand",
    "accuracy by equality": "a comparison by == leaves the training as it is, and only the "
    "accuracy is 0",
    "stray half": "a stray half leaves a pair term in a row without pairs, and no more than that",
    "wrong index": "with a wrong index the order of the features counts",
    "all at once": "a square over all coordinates mixes factors, so the sign of one of them counts",
    "loud start": "a loud start shows before the first step, as a loss far above the base rate",
}
FAULTS = tuple(_WOULD_SHOW)

_RIGHT = {
    "A": "loud start",
    "B": "two sigmoids",
    "C": "all at once",
    "D": "accuracy by equality",
    "E": "stray half",
}
# Where to look; said with every wrong answer.
_LOOK = {
    "A": "Look at its loss before any training",
    "B": "Look at where its loss stops",
    "C": "Look at its last line: a sign in V may change nothing",
    "D": "Look at its loss: is this model bad?",
    "E": "Look at its first line, and at the two zeros below it",
}


def check_cases(**faults: Any) -> Feedback:
    """Exercise 6.12. A, B, C, D, E: the fault of each case, one of FAULTS, or its number from 1.

    >>> check_cases(**{case: ... for case in "ABCDE"}).verdict
    'not attempted'
    """
    given = {case: faults.get(case) for case in _RIGHT}
    unknown = [name for name in faults if name not in _RIGHT]
    if unknown:
        return _not_yet(f"there is no case {unknown[0]!r}; the cases are {', '.join(_RIGHT)}.")
    if all(not_given(fault) for fault in given.values()):
        return not_attempted(_NAME, "give each case its fault.")
    named = {case: _known(fault) for case, fault in given.items() if not not_given(fault)}
    for case, fault in named.items():
        if fault is None:
            return _not_yet(
                f"{case}: {describe(given[case])} is none of the faults. They are: "
                f"{'; '.join(FAULTS)}."
            )
    right = sum(named[case] == _RIGHT[case] for case in named)
    for case, fault in named.items():
        if fault != _RIGHT[case]:
            return _not_yet(f"{right} of 5 are right. {_says(case, fault)}")
    if len(named) < len(_RIGHT):
        missing = ", ".join(case for case in _RIGHT if case not in named)
        return _not_yet(f"right so far. Still without a fault: {missing}.")
    return Feedback(
        _NAME, "correct",
        "all five. C and E show themselves only in a small test of the layer: their losses fall as "
        "they should. And in D the model was in order all the time.",
    )  # fmt: skip


def _says(case: str, fault: str) -> str:
    return f"{case} is not the fault “{fault}”: {_WOULD_SHOW[fault]}. {_LOOK[case]}."


def _known(fault: Any) -> str | None:
    if isinstance(fault, bool):
        return None
    text = " ".join(str(fault).casefold().replace("_", " ").split())
    if text.isdigit() and 1 <= int(text) <= len(FAULTS):
        return FAULTS[int(text) - 1]
    return text if text in FAULTS else None


def _not_yet(message: str) -> Feedback:
    return Feedback(_NAME, "not yet", message)


SLIPS = tuple(
    Slip(f"{case}: {fault}", {**_RIGHT, case: fault}, _says(case, fault))
    for case in _RIGHT
    for fault in FAULTS
    if fault != _RIGHT[case]
)

EXERCISE = Exercise(
    "6.12", "five cases", check_cases,
    hints=(
        "Sort the cases first: which three were trained, and which two were only asked?",
        "For the three that were trained: when does the trouble show, before the first step, at "
        "the end of the loss curve, or only in the metric?",
        "A shows before the first step. B stops near 0.503. C changes with a sign. D has a good "
        "loss. E keeps a pair term in a row without a pair.",
    ),
    solution="; ".join(f"{case}: {fault}" for case, fault in _RIGHT.items()) + ".",
    seconds=10.0, slips=SLIPS,
    stub='exercises.check("6.12", A=..., B=..., C=..., D=..., E=...)',
)  # fmt: skip
