"""Exercise 13.3: which of three fields leaks, and why."""

from __future__ import annotations

from typing import Any

from fmteach.exercises.answers import as_number, describe, not_given
from fmteach.exercises.avazu.suspects import LEAK, SUSPECTS
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.slip import Slip

_RIGHT = "the clicks of the test rows are in it"
REASONS = (
    "it has too many values",
    "it differs from day to day",
    _RIGHT,
    "it says nothing about a new device",
)
_CLEAN = {
    "rows of the device": "“rows of the device” is clean: it counts earlier training rows and "
    "looks at no click. A model may know how often it has met a device.",
    "rate of the site": "“rate of the site” is clean: it is the click rate of earlier training "
    "rows. Neither the row's own click nor any test click is in it.",
}
_NO_LEAK = {
    REASONS[0]: "Many values make a field weak on new rows, and the test score worse. Here it is "
    "too good.",
    REASONS[1]: "Drift makes yesterday's rate wrong tomorrow, and the test score worse. Here it is "
    "too good.",
    REASONS[3]: "That is true of any field about devices, and it lowers a score. What could lift "
    "it?",
}


def check_leak(field: Any = None, reason: Any = None) -> Feedback:
    """Exercise 13.3. field: one of SUSPECTS; reason: one of REASONS, or its number from 1 on.

    >>> check_leak(None, None).verdict
    'not attempted'
    """
    name = "13.3 find the leak"
    if not_given(field) or not_given(reason):
        return not_attempted(
            name, "name one of the three fields, and the number of a reason from the list."
        )
    named, because = _plain(field, SUSPECTS), _reason(reason)
    if named is None and (_reason(field) or _plain(reason, SUSPECTS)):
        return Feedback(
            name, "not yet",
            "field and reason stand in each other's place: field is a name as printed, reason a "
            "number from 1 to 4.",
        )  # fmt: skip
    for value, found, known in ((field, named, SUSPECTS), (reason, because, REASONS)):
        if found is None:
            return Feedback(name, "not yet", f"{describe(value)} is not among: {'; '.join(known)}.")
    if named != LEAK:
        return Feedback(
            name, "not yet",
            f"{_CLEAN[named]} Which field lifts the test AUC far above that of the others?",
        )  # fmt: skip
    if because != _RIGHT:
        return Feedback(
            name, "not yet",
            f"the field is the right one, the reason not yet. {_NO_LEAK[because]} Ask which rows "
            "were counted when the rate of a device was computed.",
        )  # fmt: skip
    return Feedback(
        name, "correct",
        "the rate of a device was computed over all rows, so the clicks of the test rows are in "
        "it. Many devices have only a few rows: a large part of such a rate is the row's own "
        "click. Compute a rate over earlier rows only.",
    )  # fmt: skip


def _plain(given: Any, known: tuple[str, ...]) -> str | None:
    """The known text that is meant: capitals, blanks and quotation marks do not matter."""
    if not isinstance(given, str):
        return None
    text = " ".join(given.casefold().split()).strip("“”\"'. ")
    return text if text in known else None


def _reason(given: Any) -> str | None:
    if isinstance(given, str):
        text = given.strip().strip("(). ")
        number = int(text) if text.isdecimal() else None
    else:
        number = as_number(given)
    if number is None:
        return _plain(given, REASONS)
    return REASONS[int(number) - 1] if number in range(1, len(REASONS) + 1) else None


FIND_LEAK = Exercise(
    "13.3", "find the leak", check_leak,
    hints=(
        "Compare each AUC with the first line.",
        "May a rate that is used for tomorrow know tomorrow's clicks?",
        "Ask of each field which rows were counted for it, and whether their clicks were.",
    ),
    solution="The rate of the device; reason 3: the clicks of the test rows are in it.",
    stub="exercises.check(\"13.3\", field=..., reason=...)  # field: a name as printed; reason: 1 "
    "to 4",
    slips=(
        *(Slip(f"blamed: {field}", {"field": field, "reason": 3}, says)
          for field, says in _CLEAN.items()),
        *(Slip(f"reason: {reason}", {"field": LEAK, "reason": reason}, says)
          for reason, says in _NO_LEAK.items()),
        Slip("places exchanged", {"field": 3, "reason": LEAK},
             "field and reason stand in each other's place"),
    ),
)  # fmt: skip
