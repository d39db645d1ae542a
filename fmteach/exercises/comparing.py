"""A learner's function beside the definition, on many numbers; a wrong one beside every slip.

The function is judged by what it computes. A slip is named only when the function computes the
same as the slip's own code on all trials, so that two slips with one value on some numbers are told
apart on others.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch

from fmteach.exercises.answers import describe, no_function, not_given, plain
from fmteach.exercises.failing import explained, still_dots
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.slip import Slip

# What single precision may cost, as a share of the largest number: adding up in float32 is fine.
_TOLERANCE = 2e-5
# What rounding to two digits, or half precision, costs.
_ROUNDED = 5e-3
_ROUNDING = (
    "that is near everywhere, as rounding or float16 leave it. Hand in all digits. If you round "
    "nothing: "
)

NO_RETURN = "your function returned nothing. If it computes already, end it with a return."


@dataclass(frozen=True)
class Trial:
    """Numbers on which a function is tried. said: in words, "d = 4, k = 2".

    arguments: float64 or int64 NumPy arrays, Python numbers, lists. scale: the size of the numbers
    that meet on the way to the answer, where it is far above the answer itself.
    """

    said: str
    arguments: tuple[Any, ...]
    scale: float = 1.0

    def fresh(self) -> tuple[Any, ...]:
        """Copies of the arguments, to be spoiled at will; functions among them as they are."""
        return tuple(each if callable(each) else copy.deepcopy(each) for each in self.arguments)


@dataclass(frozen=True)
class _Outcome:
    """What came back: arrays (one for each part), or an error, or something that is no number."""

    arrays: tuple[np.ndarray, ...] | None = None
    error: Exception | None = None
    returned: Any = None


def compare(
    name: str,
    function: Any,
    trials: Sequence[Trial],
    truth: Callable[..., Any],
    slips: Sequence[Slip],
    *,
    todo: str,
    otherwise: str,
    right: str,
    parts: Sequence[str] = (),
    also: Sequence[Callable[[Any], str | None]] = (),
    against: str = "the definition gives",
) -> Feedback:
    """Feedback on `function`. See `making.function_exercise` for what the names mean."""
    if not_given(function):
        return not_attempted(name, todo)
    if not callable(function):
        return Feedback(name, "not yet", no_function(function))
    with np.errstate(all="ignore"):
        wanted = [_arrays(truth(*trial.fresh()), parts) for trial in trials]
        attempts = []
        for convert in (torch.tensor, np.asarray, np.ndarray.tolist):
            tried = [_outcome(function, _given(trial, convert), parts) for trial in trials]
            if all(map(_is_stub, tried)):
                nothing = all(each.returned is None and each.error is None for each in tried)
                return not_attempted(name, NO_RETURN if nothing else todo)
            if all(map(_near, tried, wanted, trials)):
                break
            attempts.append(tried)
        else:
            message = _diagnosis(
                function, attempts, wanted, trials, slips, parts, otherwise, against
            )
            return Feedback(name, "not yet", message)
        for further in also:
            problem = further(function)
            if problem:
                return Feedback(name, "not yet", problem)
    return Feedback(name, "correct", right)


def _diagnosis(function, attempts, wanted, trials, slips, parts, otherwise, against) -> str:
    for tried in attempts:
        for slip in slips:
            theirs = [_outcome(slip.answer, trial.fresh(), parts) for trial in trials]
            if all(map(_same, tried, theirs, trials)):
                return _numbers(tried, wanted, trials, parts, against)[0] + slip.says
    # The kind of numbers that went furthest says most: torch first, when they are even.
    tried = max(attempts, key=lambda tried: sum(each.error is None for each in tried))
    dots = [each for each in tried if _is_stub(each)]
    for each, trial in zip(tried, trials, strict=True):
        if each.error is not None and not dots:
            return f"for {trial.said} {explained(each.error, function)}"
        if each.arrays is None and each.error is None and not_given(each.returned):
            return (
                f"for {trial.said} your function returned nothing. Does every way through it end "
                "in a return?"
            )
        if each.arrays is None and each.error is None:
            return (
                f"for {trial.said} your function returned {describe(each.returned)}; "
                f"{_what(wanted[0], parts)} wanted."
            )
    seen, shape_advice = _numbers(tried, wanted, trials, parts, against)
    near = all(map(partial(_near, tolerance=_ROUNDED), tried, wanted, trials))
    return seen + (_ROUNDING if near else "") + (shape_advice or otherwise)


def _numbers(tried, wanted, trials, parts, against) -> tuple[str, str]:
    """ "for d = 4, k = 2 you get 1.2340, the definition gives 0.6170: ", and advice on a shape."""
    for each, truth, trial in zip(tried, wanted, trials, strict=True):
        if _near(each, truth, trial):
            continue
        if each.arrays is None:
            if each.error is None:
                return "", ""
            return f"for {trial.said} {explained(each.error).rstrip('.')}: ", ""
        for at, (got, want) in enumerate(zip(each.arrays, truth, strict=True)):
            part = f"{parts[at]}: " if parts else ""
            if want.shape == () and got.size == 1:
                got = got.reshape(())  # as in _near: one number in an array is one number
            if got.shape != want.shape:
                return (
                    f"for {trial.said} {part}your function returned {describe(got)}; "
                    f"{_shape(want)} is wanted: "
                ), _shape_advice(got, want)
            off = ~np.isclose(got, want, rtol=0, atol=_room(truth, trial), equal_nan=True)
            if not off.any():
                continue
            if want.size <= 6:
                return f"for {trial.said} {part}you get {show(got)}, {against} {show(want)}: ", ""
            place = tuple(int(i) for i in np.argwhere(off)[0])
            where = place[0] if len(place) == 1 else list(place)
            return (
                f"for {trial.said} {part}at {where} you get {show(got[place])}, {against} "
                f"{show(want[place])} ({off.sum()} of {off.size} places differ): "
            ), ""
    return "", ""


def _shape_advice(got: np.ndarray, want: np.ndarray) -> str:
    if want.shape == ():
        return "one number is left to make of them: their sum, their mean, or one of them?"
    if got.shape == want.shape[::-1]:
        return "rows and columns stand in each other's place."
    if got.size == want.size:
        return "the numbers are as many, but they lie in another shape."
    return "print the shape of each step to see where an axis is lost or too many."


def show(numbers: Any) -> str:
    """Numbers as a message shows them: four digits behind the point, whole ones whole.

    >>> show(2.0), show(0.61728), show([1.0, 2.5]), show(1e-7)
    ('2', '0.6173', '[1, 2.5000]', '1e-07')
    """
    array = np.asarray(numbers, dtype=np.float64)
    if array.ndim:
        return "[" + ", ".join(show(each) for each in array) + "]"
    value = float(array)
    if not np.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e9:
        return f"{int(value):,}"
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e5 else f"{value:.3g}"


def _what(wanted: tuple[np.ndarray, ...], parts: Sequence[str]) -> str:
    if parts:
        return f"{len(parts)} results, {', '.join(parts)}, are"
    return f"{_shape(wanted[0])} is"


def _shape(array: np.ndarray) -> str:
    return "one number" if array.shape == () else f"an array of shape {list(array.shape)}"


# -- calling -----------------------------------------------------------------------------------


def _outcome(function: Callable[..., Any], arguments: tuple, parts: Sequence[str]) -> _Outcome:
    try:
        returned = function(*arguments)
    except Exception as error:
        return _Outcome(error=error)
    try:
        return _Outcome(arrays=_arrays(returned, parts))
    except Exception:  # whatever an object that was returned does when it is looked at
        if inspect.iscoroutine(returned):
            returned.close()  # it would warn that nobody waited for it
        return _Outcome(returned=returned)


def _is_stub(outcome: _Outcome) -> bool:
    if outcome.error is not None:
        return still_dots(outcome.error)
    returned = outcome.returned
    if isinstance(returned, tuple | list) and returned:
        return any(each is Ellipsis for each in returned)
    return outcome.arrays is None and not_given(returned)


def _arrays(returned: Any, parts: Sequence[str]) -> tuple[np.ndarray, ...]:
    if not parts:
        return (_array(returned),)
    if isinstance(returned, dict):
        returned = [returned[part] for part in parts if part in returned]
    if not isinstance(returned, tuple | list) or len(returned) != len(parts):
        raise TypeError(f"{len(parts)} results are wanted")
    return tuple(_array(each) for each in returned)


def _array(answer: Any) -> np.ndarray:
    if isinstance(answer, list | tuple):
        return np.asarray([_array(each) for each in answer]).astype(np.float64)
    array = np.asarray(plain(answer))
    if array.dtype.kind in "UScV" or not_given(answer):
        raise TypeError("no number")
    return array.astype(np.float64)


def _given(trial: Trial, convert: Callable[[np.ndarray], Any]) -> tuple[Any, ...]:
    """The arguments of a trial, the arrays among them as tensors, arrays or lists."""
    return tuple(convert(a) if isinstance(a, np.ndarray) else a for a in trial.fresh())


# -- near --------------------------------------------------------------------------------------


def _room(truth: tuple[np.ndarray, ...], trial: Trial, tolerance: float = _TOLERANCE) -> float:
    sizes = [np.abs(array[np.isfinite(array)]).max(initial=0.0) for array in truth]
    return tolerance * max(trial.scale, *sizes)


def _near(
    outcome: _Outcome,
    truth: tuple[np.ndarray, ...],
    trial: Trial,
    tolerance: float = _TOLERANCE,
) -> bool:
    if outcome.arrays is None:
        return False
    room = _room(truth, trial, tolerance)
    for got, want in zip(outcome.arrays, truth, strict=True):
        if want.shape == () and got.size == 1:
            got = got.reshape(())
        if got.shape != want.shape or not np.allclose(got, want, rtol=0, atol=room, equal_nan=True):
            return False
    return True


def _same(outcome: _Outcome, slip: _Outcome, trial: Trial) -> bool:
    if slip.arrays is None:
        return outcome.error is not None and _kind(outcome.error) is _kind(slip.error)
    return _near(outcome, slip.arrays, trial)


def _kind(error: Exception | None) -> type:
    """Shapes that do not fit: torch says RuntimeError where NumPy says ValueError."""
    return ValueError if type(error) is RuntimeError else type(error)
