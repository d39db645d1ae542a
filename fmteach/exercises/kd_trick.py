"""Checks of notebook 03: the two passes in code, and the slope of the cost."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.interaction import pairwise_naive

# (d, k) of the random rows that a solution must agree on with the definition.
_SHAPES = ((4, 2), (1, 3), (7, 1), (30, 5))


def solution_fm_fast(x, V):
    """The two passes; the model answer of exercise 3.1."""
    z = V * x[:, None]
    total = z.sum(0)
    return 0.5 * (total * total - (z * z).sum(0)).sum()


def _slips(x: np.ndarray, V: np.ndarray) -> dict[str, tuple[float, str]]:
    """The values that common slips give for these numbers, each with what to say."""
    z = V * x[:, None]
    square_of_sum, sum_of_squares = (z.sum(0) ** 2).sum(), (z**2).sum()
    return {
        "lost half": (
            square_of_sum - sum_of_squares,
            "that is exactly twice the truth. The square of the sum meets every pair twice; where "
            "is the 1/2?",
        ),
        "diagonal kept": (
            0.5 * square_of_sum,
            "that is half the square of the sum. It still holds the diagonal, the products of a "
            "feature with itself. Subtract the sum of the squares first.",
        ),
        "half on one term": (
            0.5 * square_of_sum - sum_of_squares,
            "the 1/2 stands before the square of the sum only. It belongs to the whole difference.",
        ),
        "stray half": (
            0.5 * (square_of_sum - 0.5 * sum_of_squares),
            "there is a second 1/2 before the sum of the squares. One 1/2, outside, is all.",
        ),
        "unsquared v": (
            0.5 * (square_of_sum - (V * x[:, None] ** 2).sum()),
            "in the sum of the squares only x is squared. Square the whole term: (v_il x_i)².",
        ),
        "unsquared x": (
            0.5 * (square_of_sum - (V**2 * x[:, None]).sum()),
            "in the sum of the squares only v is squared. Square the whole term: (v_il x_i)².",
        ),
        "swapped": (
            0.5 * (sum_of_squares - square_of_sum),
            "the sign is turned. It is the square of the sum minus the sum of the squares.",
        ),
        "summed over factors first": (
            0.5 * (z.sum() ** 2 - (z**2).sum()),
            "you summed over the factors before squaring. Each factor l has its own sum and its "
            "own square; add the factors up at the end.",
        ),
    }


def check_fm_fast(function: Callable[[Any, Any], Any]) -> Feedback:
    """Exercise 3.1. function(x, V): x [d], V [d, k], float64; returns the pairwise term.

    Any correct implementation passes, in loops, NumPy or torch. Two or more slips with the same
    value on some numbers are told apart on others: the first shape where all differ decides.

    >>> check_fm_fast(solution_fm_fast).verdict
    'correct'
    >>> check_fm_fast(lambda x, V: None).verdict
    'not attempted'
    """
    name = "3.1 fm_fast"
    rng = np.random.default_rng(0)
    for d, k in _SHAPES:
        x, V = rng.normal(size=d), rng.normal(size=(d, k))
        truth = pairwise_naive(x.tolist(), V.tolist())
        try:
            got = _call(function, x, V)
        except Exception as error:
            return Feedback(
                name, "not yet", f"your function stopped with {type(error).__name__}: {error}"
            )
        if got is None or got is Ellipsis:
            return not_attempted(name, "write the two passes in the cell above, then check again.")
        try:
            got = float(got)
        except (TypeError, ValueError, RuntimeError):
            return Feedback(
                name, "not yet",
                f"one number is wanted; your function returned {_shape_of(got)}. Add up what is "
                "left over, for example the k factors, with .sum().",
            )  # fmt: skip
        if not math.isclose(got, truth, rel_tol=1e-9, abs_tol=1e-9):
            said = f"for d = {d}, k = {k} you get {got:.4f}, the definition gives {truth:.4f}: "
            for value, explanation in _slips(x, V).values():
                if math.isclose(got, value, rel_tol=1e-6, abs_tol=1e-9):
                    return Feedback(name, "not yet", said + explanation)
            return Feedback(
                name, "not yet", said + "compare your two passes with the last line of the stepper."
            )
    if _is_quadratic(function):
        return Feedback(
            name, "not yet",
            "the value is right, but the work still grows with d²: twice the features, four times "
            "the multiplications. Use two sums over the features and no pair.",
        )  # fmt: skip
    return Feedback(
        name, "correct",
        f"equal to the definition on {len(_SHAPES)} random rows, and without a loop over pairs.",
    )  # fmt: skip


def check_slopes(naive: float | None, fast: float | None) -> Feedback:
    """Exercise 3.2. The slopes of log(multiplications) against log(d).

    >>> check_slopes(2.0, 1.0).verdict, check_slopes(None, None).verdict
    ('correct', 'not attempted')
    """
    name = "3.2 slopes"
    if naive in (None, ...) or fast in (None, ...):
        return not_attempted(name, "put your two slopes in the place of the dots.")
    if abs(naive - 2) < 0.1 and abs(fast - 1) < 0.1:
        return Feedback(
            name, "correct",
            f"{naive:.2f} and {fast:.2f}: ten times the features cost {_two_digits(10**naive)} "
            f"times the work by the definition, and {_two_digits(10**fast)} times by the "
            "two passes.",
        )  # fmt: skip
    if abs(naive - 1) < 0.1 and abs(fast - 2) < 0.1:
        return Feedback(
            name, "not yet", "the two slopes are right, but stand in each other's place."
        )
    if abs(naive - 4) < 0.4 or abs(fast - 10) < 1:
        return Feedback(
            name, "not yet",
            f"{naive:g} and {fast:g} look like ratios of the costs. The slope is the exponent: "
            "log(ratio of the costs) / log(ratio of the d).",
        )  # fmt: skip
    return Feedback(
        name, "not yet",
        f"{naive:.2f} and {fast:.2f} are not the exponents. Take the logarithm of both d and cost, "
        "then the rise over the run.",
    )  # fmt: skip


def _two_digits(number: float) -> str:
    return f"{float(f'{number:.2g}'):,.0f}"


def _call(function: Callable, x: np.ndarray, V: np.ndarray) -> Any:
    """Learners write in torch, NumPy or plain loops; the first that works counts."""
    try:
        return function(torch.from_numpy(x), torch.from_numpy(V))
    except Exception:
        return function(x, V)


def _shape_of(value: Any) -> str:
    shape = getattr(value, "shape", None)
    return f"an array of shape {list(shape)}" if shape is not None else repr(value)[:60]


class _Counted:
    """A number that counts the multiplications it takes part in."""

    count = 0

    def __init__(self, value: float):
        self.value = value

    def __mul__(self, other: Any) -> _Counted:
        _Counted.count += 1
        return _Counted(self.value * getattr(other, "value", other))

    def __add__(self, other: Any) -> _Counted:
        return _Counted(self.value + getattr(other, "value", other))

    def __sub__(self, other: Any) -> _Counted:
        return _Counted(self.value - getattr(other, "value", other))

    def __pow__(self, exponent: int) -> _Counted:
        _Counted.count += exponent - 1
        return _Counted(self.value**exponent)

    def __truediv__(self, other: Any) -> _Counted:
        return _Counted(self.value / getattr(other, "value", other))

    __rmul__, __radd__ = __mul__, __add__


def _is_quadratic(function: Callable) -> bool:
    """Whether the multiplications grow with d², counted; False where they cannot be counted."""
    rng = np.random.default_rng(1)
    wrap = np.vectorize(_Counted, otypes=[object])
    counts = []
    for d in (16, 32):
        _Counted.count = 0
        try:
            function(wrap(rng.normal(size=d)), wrap(rng.normal(size=(d, 2))))
        except Exception:
            return False  # written for torch alone; correct is enough
        counts.append(_Counted.count)
    return counts[1] > 3 * counts[0]
