"""Does a loss still give the right number at scores of a thousand, where exp() overflows?

A learner's formula may be right on paper and useless there. What it gives tells the way it fails.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from fmteach.exercises.answers import as_number
from fmteach.exercises.failing import explained

NO_NUMBER = (
    "the formula is right, but 0 · ∞ is no number. Never take ln of a p that may be 0: write "
    "-ln σ(x) as ln(1 + exp(-x))."
)
INFINITE = (
    "the formula is right, but there p is rounded to 0, or an exp() is infinite. Write -ln σ(x) as "
    "ln(1 + exp(-x)) for x > 0, and as -x + ln(1 + exp(x)) below."
)
LOG_OF_ZERO = (
    "the formula is right, but p is rounded to 0 or 1, and math.log(0) is an error. Write "
    "-ln σ(x) as ln(1 + exp(-x))."
)
CLIPPED = (
    "the formula is right, but a p kept away from 0 hides the worst mistakes, and there its slope "
    "is 0. Work from the score, not from p."
)
OVERFLOW = (
    "the formula is right, but exp(1000) is too large for a float. For large x, ln(1 + exp(x)) is "
    "x + ln(1 + exp(-x)): let the exponent never be positive."
)
_OFF = "the formula is right for small scores only. Work from the score, not from p."

Case = tuple[str, tuple[np.ndarray, ...], float]


def safe_far_out(cases: Sequence[Case]) -> Callable[[Any], str | None]:
    """A further check for `function_exercise`. cases: words, arguments, and the true loss.

    It is enough when the function is right with one kind of numbers: torch, NumPy or lists.
    """

    def problem(function: Any) -> str | None:
        found = [_worst(function, cases, convert) for convert in (torch.tensor, np.array, _list)]
        if None in found:
            return None
        # What a formula gives says more than a kind of numbers that it cannot take at all.
        return max(found, key=lambda each: each[0])[1]

    return problem


def _list(array: np.ndarray) -> list[float]:
    return array.tolist()


def _worst(function: Any, cases: Sequence[Case], convert: Callable) -> tuple[int, str] | None:
    """None when all is right, else a message, and how much it says."""
    for said, arguments, want in cases:
        there = f"for {said} "
        try:
            returned = function(*(convert(array) for array in arguments))
        except OverflowError:
            return 2, f"{there}your function stops with OverflowError: {OVERFLOW}"
        except Exception as error:
            if isinstance(error, ValueError) and "math domain" in str(error):
                return 2, f"{there}your function stops with “math domain error”: {LOG_OF_ZERO}"
            return 0, there + explained(error, function)
        got = as_number(returned)
        if got is None:
            return 1, f"{there}your function returns no number."
        if math.isnan(got):
            return 3, f"{there}you get nan, the true loss is {want:.4g}: {NO_NUMBER}"
        if math.isinf(got):
            return 3, f"{there}you get {got}, the true loss is {want:.4g}: {INFINITE}"
        if abs(got - want) > 1e-4 * max(1.0, abs(want)):
            why = CLIPPED if got < want else _OFF
            return 3, f"{there}you get {got:.4g}, the true loss is {want:.4g}: {why}"
    return None
