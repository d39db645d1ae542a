"""Exercise 3.1: the pairwise term in two passes."""

from __future__ import annotations

from typing import Any

import numpy as np

from fmteach.exercises.growth import grows_with_d_squared
from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip
from fmteach.interaction import pairwise_naive


def solution_fm_fast(x, V):
    z = V * x[:, None]
    total = z.sum(0)
    return 0.5 * (total * total - (z * z).sum(0)).sum()


def _rows() -> list[Trial]:
    rng = np.random.default_rng(0)
    trials = []
    for d, k in ((4, 2), (1, 3), (7, 1), (30, 5)):
        x, V = rng.normal(size=d), rng.normal(size=(d, k))
        z = V * x[:, None]
        scale = float((z.sum(0) ** 2).sum() + (z**2).sum())  # the two sums whose difference it is
        trials.append(Trial(f"d = {d}, k = {k}", (x, V), scale))
    return trials


def _two_sums(x, V):
    z = V * x[:, None]
    return (z.sum(0) ** 2).sum(), (z**2).sum()


def _lost_half(x, V):
    square_of_sum, sum_of_squares = _two_sums(x, V)
    return square_of_sum - sum_of_squares


def _diagonal_kept(x, V):
    return 0.5 * _two_sums(x, V)[0]


def _half_on_one_term(x, V):
    square_of_sum, sum_of_squares = _two_sums(x, V)
    return 0.5 * square_of_sum - sum_of_squares


def _stray_half(x, V):
    square_of_sum, sum_of_squares = _two_sums(x, V)
    return 0.5 * (square_of_sum - 0.5 * sum_of_squares)


def _unsquared_v(x, V):
    return 0.5 * (((V * x[:, None]).sum(0) ** 2).sum() - (V * x[:, None] ** 2).sum())


def _unsquared_x(x, V):
    return 0.5 * (((V * x[:, None]).sum(0) ** 2).sum() - (V**2 * x[:, None]).sum())


def _swapped(x, V):
    square_of_sum, sum_of_squares = _two_sums(x, V)
    return 0.5 * (sum_of_squares - square_of_sum)


def _summed_over_factors_first(x, V):
    z = V * x[:, None]
    return 0.5 * (z.sum() ** 2 - (z**2).sum())


def _factors_left(x, V):
    z = V * x[:, None]
    return 0.5 * (z.sum(0) ** 2 - (z**2).sum(0))


def _x_forgotten(x, V):
    return 0.5 * ((V.sum(0) ** 2).sum() - (V**2).sum())


def _pairs_left(function: Any) -> str | None:
    if grows_with_d_squared(function):
        return (
            "the value is right, but the work still grows with d²: twice the features, four times "
            "the multiplications. Use two sums over the features and no pair."
        )
    return None


FM_FAST = function_exercise(
    "3.1", "fm_fast",
    solution=solution_fm_fast,
    truth=pairwise_naive,
    trials=_rows,
    stub="""
def fm_fast(x, V):
    # your two passes
    return ...
""",
    todo="write the two passes in the cell above, then check again.",
    slips=(
        Slip("lost half", _lost_half,
             "that is exactly twice the truth. The square of the sum meets every pair twice; "
             "where is the 1/2?"),
        Slip("diagonal kept", _diagonal_kept,
             "that is half the square of the sum. It still holds the diagonal, the products of a "
             "feature with itself. Subtract the sum of the squares first."),
        Slip("half on one term", _half_on_one_term,
             "the 1/2 stands before the square of the sum only. It belongs to the whole "
             "difference."),
        Slip("stray half", _stray_half,
             "there is a second 1/2 before the sum of the squares. One 1/2, outside, is all."),
        Slip("unsquared v", _unsquared_v,
             "in the sum of the squares only x is squared. Square the whole term: (v_il x_i)²."),
        Slip("unsquared x", _unsquared_x,
             "in the sum of the squares only v is squared. Square the whole term: (v_il x_i)²."),
        Slip("swapped", _swapped,
             "the sign is turned. It is the square of the sum minus the sum of the squares."),
        Slip("summed over factors first", _summed_over_factors_first,
             "you summed over the factors before squaring. Each factor l has its own sum and its "
             "own square; add the factors up at the end."),
        Slip("factors left", _factors_left,
             "these are the k factors, each for itself, and all are right. Add them up: .sum()."),
        Slip("x forgotten", _x_forgotten,
             "this does not change with x. Scale first: z_il = v_il x_i. Then sum z."),
    ),
    hints=(
        "Which two numbers do you need for each factor l?",
        "Scale the rows first: z[i, l] = x[i] · V[i, l]. Then sum over i, once as it is and "
        "once squared.",
        "One pass sums z over i and squares the result. The other squares z and sums over i. "
        "Subtract, add up over l, halve.",
    ),
    otherwise="compare your two passes with the last line of the stepper.",
    right="equal to the definition on 4 random rows, and no pair is visited.",
    also=(_pairs_left,),
)  # fmt: skip
