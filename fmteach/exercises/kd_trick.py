"""Checks of notebook 03: the two passes in code, and the slope of the cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from fmteach.exercises.answers import as_number, describe, not_given
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.growth import grows_with_d_squared
from fmteach.interaction import pairwise_naive

# (d, k) of the random rows that a solution must agree on with the definition.
_SHAPES = ((4, 2), (1, 3), (7, 1), (30, 5))

# What single precision may cost, as a share of the two sums: torch.zeros(k) to add up in is fine.
_TOLERANCE = 1e-5


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
    todo = "write the two passes in the cell above, then check again."
    if not_given(function):
        return not_attempted(name, todo)
    rng = np.random.default_rng(0)
    for d, k in _SHAPES:
        x, V = rng.normal(size=d), rng.normal(size=(d, k))
        truth = pairwise_naive(x.tolist(), V.tolist())
        try:
            answer = _call(function, x, V)
        except _Stopped as stopped:
            return Feedback(name, "not yet", f"your function stopped with {stopped}")
        if not_given(answer):
            return not_attempted(name, todo)
        got = as_number(answer)
        if got is None:
            return Feedback(
                name, "not yet",
                f"one number is wanted; your function returned {describe(answer)}. Add up what is "
                "left over, for example the k factors, with .sum().",
            )  # fmt: skip
        z = V * x[:, None]
        near = _TOLERANCE * float((z.sum(0) ** 2).sum() + (z**2).sum())
        if not abs(got - truth) <= near:
            said = f"for d = {d}, k = {k} you get {got:.4f}, the definition gives {truth:.4f}: "
            for value, explanation in _slips(x, V).values():
                if abs(got - value) <= near:
                    return Feedback(name, "not yet", said + explanation)
            return Feedback(
                name, "not yet", said + "compare your two passes with the last line of the stepper."
            )
    quadratic = grows_with_d_squared(function)
    if quadratic:
        return Feedback(
            name, "not yet",
            "the value is right, but the work still grows with d²: twice the features, four times "
            "the multiplications. Use two sums over the features and no pair.",
        )  # fmt: skip
    praise = "" if quadratic is None else ", and its work grows with d, not with d²"
    return Feedback(
        name, "correct", f"equal to the definition on {len(_SHAPES)} random rows{praise}."
    )


def check_slopes(naive: float | None, fast: float | None) -> Feedback:
    """Exercise 3.2. The slopes of log(multiplications) against log(d).

    >>> check_slopes(2.0, 1.0).verdict, check_slopes(None, None).verdict
    ('correct', 'not attempted')
    """
    name = "3.2 slopes"
    if not_given(naive) or not_given(fast):
        return not_attempted(name, "put your two slopes in the place of the dots.")
    answers = (naive, fast)
    naive, fast = (as_number(answer) for answer in answers)
    if naive is None or fast is None:
        got = " and ".join(describe(answer) for answer in answers)
        return Feedback(name, "not yet", f"two numbers are wanted, such as 1.5; got {got}.")
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


class _Stopped(Exception):
    """The learner's function raised; the text says what."""


def _call(function: Callable[[Any, Any], Any], x: np.ndarray, V: np.ndarray) -> Any:
    """Learners write in torch, NumPy or plain loops; the first that works counts.

    Each try gets numbers of its own, because some functions work in place.
    """
    errors = []
    for kind, convert in (("torch tensors", torch.tensor), ("NumPy arrays", np.array)):
        try:
            return function(convert(x), convert(V))
        except Exception as error:
            errors.append((kind, f"{type(error).__name__}: {error}"))
    if len({text for _, text in errors}) == 1:
        raise _Stopped(errors[0][1])
    raise _Stopped("; ".join(f"{text} (given {kind})" for kind, text in errors))


EXERCISES = (
    Exercise(
        "3.1", "fm_fast", check_fm_fast,
        hints=(
            "Which two numbers do you need for each factor l?",
            "Scale the rows first: z[i, l] = x[i] · V[i, l]. Then sum over i, once as it is and "
            "once squared.",
            "One pass sums z over i and squares the result. The other squares z and sums over i. "
            "Subtract, add up over l, halve.",
        ),
        solution=solution_fm_fast,
    ),
    Exercise(
        "3.2", "slopes", check_slopes,
        hints=(
            "A slope on log-log axes is an exponent: cost grows like d to that power.",
            "When d grows ten times and the cost a hundred times, the exponent is 2.",
            "log(cost ratio) / log(d ratio), once for the definition and once for the two passes; "
            "round to whole numbers to see the law.",
        ),
        solution="2 for the definition, since it visits every pair, and 1 for the two passes, "
        "since they visit every feature twice.",
    ),
)  # fmt: skip
