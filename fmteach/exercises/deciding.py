"""A learner's rule that answers yes or no, beside the right one, on many cases.

The sister of `comparing`: there numbers are compared, here decisions. A slip is named only when the
rule decides as the slip's own code does on every case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fmteach.exercises.answers import as_number, describe, no_function, not_given
from fmteach.exercises.comparing import NO_RETURN, Trial
from fmteach.exercises.failing import explained, still_dots
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.slip import Slip


@dataclass(frozen=True)
class _Decision:
    """What a rule gave back: yes, no, or None for anything else; or its error."""

    value: bool | None
    returned: Any = None
    error: Exception | None = None


def decide(
    name: str,
    rule: Any,
    trials: Sequence[Trial],
    truth: Callable[..., bool],
    slips: Sequence[Slip],
    *,
    yes: str,
    no: str,
    todo: str,
    otherwise: Callable[[int], str],
    right: str,
    also: Sequence[Callable[[Any], str | None]] = (),
) -> Feedback:
    """Feedback on a rule that returns True or False (or 1 and 0, of any library).

    truth: the right rule. yes, no: what True and False mean, in words. otherwise: place of the
    first wrong case -> what to say where no slip fits. also: what else must hold, each a function
    of the rule that returns None, or what to say. Every call gets arguments of its own, so a rule
    that changes them hurts nobody. O(trials · slips) calls at most.

    >>> trials = [Trial("1", (1,)), Trial("2", (2,)), Trial("3", (3,))]
    >>> said = dict(yes="even", no="odd", todo="", otherwise=lambda at: "", right="all three.")
    >>> decide("0.9 even", lambda n: n % 2 == 0, trials, lambda n: n != 1 and n != 3, (), **said)
    ✓ 0.9 even correct: all three.
    >>> decide("0.9 even", lambda n: n > 1, trials, lambda n: n == 2, (), **said)
    ✗ 0.9 even not yet: for 3 the answer is odd, yours is even.
    """
    if not_given(rule):
        return not_attempted(name, todo)
    if not callable(rule):
        return Feedback(name, "not yet", no_function(rule))
    taken = [_decision(rule, trial) for trial in trials]
    if any(map(_is_stub, taken)):
        return not_attempted(name, todo)
    if all(each.error is None and each.returned is None for each in taken):
        return not_attempted(name, NO_RETURN)
    wanted = [bool(truth(*trial.fresh())) for trial in trials]
    if [each.value for each in taken] == wanted:
        problem = next((said for further in also if (said := further(rule))), None)
        return Feedback(name, "not yet" if problem else "correct", problem or right)
    slip = _recognised(taken, trials, slips)
    words = {True: yes, False: no}
    for at, (each, want, trial) in enumerate(zip(taken, wanted, trials, strict=True)):
        if each.value is want:
            continue
        if each.value is not None:
            said = (
                f"for {trial.said} the answer is {words[want]}, yours is {words[each.value]}. "
                f"{slip.says if slip else otherwise(at)}"
            )
        elif slip:
            what = type(each.error).__name__
            said = f"for {trial.said} your function stopped with {what}. {slip.says}"
        elif each.error is not None:
            said = f"for {trial.said} {explained(each.error, rule)}"
        else:
            what = "nothing" if each.returned is None else describe(each.returned)
            said = (
                f"for {trial.said} your function returned {what}. Return True for {yes}, and "
                f"return False for {no}."
            )
        return Feedback(name, "not yet", said.strip())
    raise AssertionError("no decision differs")


def _decision(rule: Callable[..., Any], trial: Trial) -> _Decision:
    try:
        returned = rule(*trial.fresh())
    except Exception as error:
        return _Decision(None, error=error)
    number = None if not_given(returned) else as_number(returned)
    return _Decision(bool(number) if number in (0, 1) else None, returned)


def _is_stub(decision: _Decision) -> bool:
    if decision.error is not None:
        return still_dots(decision.error)
    return decision.returned is Ellipsis


def _recognised(
    taken: Sequence[_Decision], trials: Sequence[Trial], slips: Sequence[Slip]
) -> Slip | None:
    for slip in slips:
        theirs = [_decision(slip.answer, trial) for trial in trials]
        if all(
            mine.value is other.value and type(mine.error) is type(other.error)
            and (mine.value is not None or mine.error is not None)
            for mine, other in zip(taken, theirs, strict=True)
        ):  # fmt: skip
            return slip
    return None
