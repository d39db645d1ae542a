"""Wrong lines: slips that are easy to make in the derivation, each computed by its own loops.

A slip replaces one line of `fmteach.derivation`. Its value is really computed, so that a learner is
answered with numbers and not with a rule. Two of them stood on a published page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fmteach.derivation import HALF, Matrix, Vector, as_numbers, derive, random_numbers, show
from fmteach.errors import InputError


def lost_half(x: Vector, V: Matrix) -> Any:
    """Line 2 without the 1/2 in front."""
    d, k = len(x), len(V[0])
    value: Any = 0
    for i in range(d):
        for j in range(d):
            for l in range(k):
                value = value + V[i][l] * V[j][l] * x[i] * x[j]
        for l in range(k):
            value = value - V[i][l] * V[i][l] * x[i] * x[i]
    return value


def wrong_index(x: Vector, V: Matrix) -> Any:
    """Line 3 with v_jl in the diagonal sum.

    No sum over j stands around the diagonal, so j has no meaning there. What a program does with
    this formula is taken as its reading: the loop above has ended and left j at its last value.
    """
    d, k = len(x), len(V[0])
    value: Any = 0
    for l in range(k):
        for i in range(d):
            for j in range(d):
                value = value + V[i][l] * V[j][l] * x[i] * x[j]
        for i in range(d):
            value = value - V[i][l] * V[j][l] * x[i] * x[i]  # j is still d - 1
    return HALF * value


def stray_half(x: Vector, V: Matrix) -> Any:
    """Line 3 with a second 1/2 before the diagonal sum, inside the bracket."""
    d, k = len(x), len(V[0])
    value: Any = 0
    for l in range(k):
        for i in range(d):
            for j in range(d):
                value = value + V[i][l] * V[j][l] * x[i] * x[j]
            value = value - HALF * V[i][l] * V[i][l] * x[i] * x[i]
    return HALF * value


def unsquared_x(x: Vector, V: Matrix) -> Any:
    """Line 4 with v_il² x_i in place of v_il² x_i²."""
    d, k = len(x), len(V[0])
    value: Any = 0
    for l in range(k):
        left = sum(V[i][l] * x[i] for i in range(d))
        right = sum(V[j][l] * x[j] for j in range(d))
        value = value + left * right
        for i in range(d):
            value = value - V[i][l] * V[i][l] * x[i]
    return HALF * value


def unsquared_v(x: Vector, V: Matrix) -> Any:
    """Line 5 with v_il x_i² in place of v_il² x_i²."""
    d, k = len(x), len(V[0])
    value: Any = 0
    for l in range(k):
        total = sum(V[i][l] * x[i] for i in range(d))
        value = value + total * total
        for i in range(d):
            value = value - V[i][l] * x[i] * x[i]
    return HALF * value


def inner_square(x: Vector, V: Matrix) -> Any:
    """Line 5 with the square inside the first sum."""
    d, k = len(x), len(V[0])
    value: Any = 0
    for l in range(k):
        for i in range(d):
            term = V[i][l] * x[i]
            value = value + term * term
            value = value - V[i][l] * V[i][l] * x[i] * x[i]
    return HALF * value


@dataclass(frozen=True)
class Slip:
    """One wrong line. `line` is the line of the derivation that it replaces."""

    name: str
    line: int
    formula: str
    reason: str
    compute: Callable[[Vector, Matrix], Any]
    published: bool = False


SLIPS: tuple[Slip, ...] = (
    Slip(
        "lost_half",
        2,
        "[ Σ_i Σ_j ⟨v_i, v_j⟩ x_i x_j − Σ_i ⟨v_i, v_i⟩ x_i x_i ]",
        "The ½ in front is lost. The full square holds every pair twice, "
        "so its sum must be halved.",
        lost_half,
    ),
    Slip(
        "wrong_index",
        3,
        "½ Σ_l [ Σ_i Σ_j v_il v_jl x_i x_j − Σ_i v_il v_jl x_i x_i ]",
        "The diagonal sum has v_jl where v_il belongs. No sum over j stands around it, so j has "
        "no meaning there. A program would still hold the last j of the loop before, j = d. The "
        "value above is computed in this way. On the diagonal a feature meets itself, so both "
        "indices are i.",
        wrong_index,
        published=True,
    ),
    Slip(
        "stray_half",
        3,
        "½ Σ_l [ Σ_i Σ_j v_il v_jl x_i x_j − ½ Σ_i v_il v_il x_i x_i ]",
        "A second ½ stands before the diagonal sum. The ½ in front of the bracket halves both "
        "sums already. With the second ½, only a half of the diagonal is taken away.",
        stray_half,
        published=True,
    ),
    Slip(
        "unsquared_x",
        4,
        "½ Σ_l [ (Σ_i v_il x_i)(Σ_j v_jl x_j) − Σ_i v_il² x_i ]",
        "In the diagonal sum x_i is not squared. A diagonal cell is (v_il x_i)·(v_il x_i), so "
        "both factors are squared. When every x_i is 0 or 1 this slip cannot be seen, because "
        "there x_i² = x_i.",
        unsquared_x,
    ),
    Slip(
        "unsquared_v",
        5,
        "½ Σ_l [ (Σ_i v_il x_i)² − Σ_i v_il x_i² ]",
        "In the diagonal sum v_il is not squared. A diagonal cell is (v_il x_i)·(v_il x_i), so "
        "both factors are squared.",
        unsquared_v,
    ),
    Slip(
        "inner_square",
        5,
        "½ Σ_l [ Σ_i (v_il x_i)² − Σ_i v_il² x_i² ]",
        "The square stands inside the first sum. Then both sums are the same and "
        "cancel. The square of a sum is not the sum of the squares: the difference is exactly "
        "the pairs.",
        inner_square,
    ),
)

HISTORY = {
    "wrong_index": "This is real history. The first version of the factorization machine page of "
    "d2l.ai, a book that many of us have learned from, had this index in its third "
    "line. It was corrected later. Such a slip is easy to make, and hard to see "
    "without numbers.",
    "stray_half": "This is real history. An early version of the factorization machine page of "
    "d2l.ai, a book that many of us have learned from, had this ½ in its third "
    "line. Later versions do not have it. Such a slip is easy to make, and hard to "
    "see without numbers.",
}


def get_slip(name: str) -> Slip:
    """The slip of that name, or an InputError that lists the names."""
    for slip in SLIPS:
        if slip.name == name:
            return slip
    raise InputError(
        f"slip {name!r} is not known; choose from " + ", ".join(slip.name for slip in SLIPS)
    )


def compare(slip: Slip, x: Any, V: Any) -> tuple[float, float, str]:
    """What the wrong line gives, the true value, and a sentence with both.

    >>> compare(get_slip("lost_half"), [1.0, 2.0], [[3.0], [0.5]])
    (6.0, 3.0, 'This line gives 6.00, the truth is 3.00: exactly twice.')
    """
    x, V = as_numbers(x, V)
    value, truth = float(slip.compute(x, V)) + 0.0, derive(x, V)[0].value
    said = f"This line gives {show(value, 2, 4)}, the truth is {show(truth, 2, 4)}"
    off = show(abs(value - truth), 2, 4)
    if slip.name == "lost_half":
        how = ": exactly twice."
    elif slip.name == "stray_half":
        total = derive(x, V)[1].work.diagonal_sum
        how = f": too much by {off}, a quarter of the diagonal sum {show(total, 2, 4)}."
    elif slip.name == "inner_square":
        how = ". Nothing is left."
    else:
        how = f": {'too much' if value > truth else 'too little'} by {off}."
    return value, truth, said + how


def visible(slip: Slip, x: Vector, V: Matrix) -> bool:
    """Whether the slip shows on these numbers: far from the truth, on the screen as well."""
    value, truth, _ = compare(slip, x, V)
    return abs(value - truth) > max(0.1, 0.05 * abs(truth)) and abs(truth) > 0.1


def hunting_numbers(
    slip: Slip, seed: int, d: int = 4, k: int = 2
) -> tuple[list[float], list[list[float]]]:
    """Random numbers on which this slip is visible; the same for the same seed. d is at least 2."""
    if d < 2:
        raise InputError(f"d = {d}: with fewer than 2 features there is no pair; choose d from 2")
    seeds = np.random.default_rng(seed)
    while True:
        x, V = random_numbers(d, k, int(seeds.integers(2**31)))
        if visible(slip, x, V):
            return x, V
