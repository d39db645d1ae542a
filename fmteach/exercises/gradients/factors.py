"""Exercise 5.2: the gradient of the score by V."""

from __future__ import annotations

from typing import Any

import numpy as np

from fmteach.exercises.growth import grows_with_d_squared
from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip
from fmteach.interaction import pairwise_naive

_H = 0.5  # the pairwise term is a straight line in each v_il: any nudge gives the slope


def solution_grad_V(x, V):
    z = x[:, None] * V
    s = z.sum(0)
    return x[:, None] * (s - z)


def _by_nudges(x, V):
    x, V = [float(a) for a in x], [[float(v) for v in row] for row in V]

    def term(i, l, by):
        moved = [[v + by * (i == a and l == b) for b, v in enumerate(row)]
                 for a, row in enumerate(V)]  # fmt: skip
        return pairwise_naive(x, moved)

    return [
        [(term(i, l, _H) - term(i, l, -_H)) / (2 * _H) for l in range(len(V[0]))]
        for i in range(len(x))
    ]


def _rows() -> list[Trial]:
    rng = np.random.default_rng(52)
    trials = [
        Trial(f"d = {d}, k = {k}", (rng.normal(size=d), rng.normal(size=(d, k))))
        for d, k in ((3, 2), (1, 3), (6, 1), (5, 4))
    ]
    return [*trials, Trial("x with zeros", (np.array([1.0, 0.0, 2.0]), rng.normal(size=(3, 2))))]


def _own_term_kept(x, V):
    return x[:, None] * (x[:, None] * V).sum(0)


def _x_missing(x, V):
    z = x[:, None] * V
    return z.sum(0) - z


def _sum_over_factors(x, V):
    z = x[:, None] * V
    return x[:, None] * (z.sum(1, keepdims=True) - z)


def _twice(x, V):
    return 2 * solution_grad_V(x, V)


def _half(x, V):
    return 0.5 * solution_grad_V(x, V)


def _half_on_one_term(x, V):
    z = x[:, None] * V
    return x[:, None] * (z.sum(0) - 2 * z)


def _plus_own_term(x, V):
    z = x[:, None] * V
    return x[:, None] * (z.sum(0) + z)


def _turned(x, V):
    return -solution_grad_V(x, V)


def _by_x(x, V):
    z = x[:, None] * V
    return (V * (z.sum(0) - z)).sum(1)


def _times_v(x, V):
    z = x[:, None] * V
    return V * (z.sum(0) - z)


def _transposed(x, V):
    return solution_grad_V(x, V).T


def _own_x_once(x, V):
    z = x[:, None] * V
    return x[:, None] * z.sum(0) - z


def _own_without_x(x, V):
    return x[:, None] * (x[:, None] * V).sum(0) - V


def _sum_without_x(x, V):
    return x[:, None] * (V.sum(0) - x[:, None] * V)


def _v_for_z(x, V):
    return x[:, None] * (V.sum(0) - V)


def _own_squared(x, V):
    z = x[:, None] * V
    return x[:, None] * (z.sum(0) - z * z)


def _one_number_a_feature(x, V):
    return solution_grad_V(x, V).sum(1)


def _pairs_left(function: Any) -> str | None:
    if grows_with_d_squared(function):
        return (
            "the value is right, but the work grows with d²: each feature visits all others. Sum "
            "z once; then take each feature's own z away."
        )
    return None


GRAD_V = function_exercise(
    "5.2", "grad_V",
    solution=solution_grad_V,
    truth=_by_nudges,
    trials=_rows,
    against="nudges of the definition give",
    stub="""
def grad_V(x, V):
    # x: [d], V: [d, k]; return dŷ/dv_il for all i and l, in the shape [d, k]
    return ...
""",
    slips=(
        Slip("own term not subtracted", _own_term_kept,
             "that is x_i s_l. The sum s_l holds v_il x_i too, but feature i makes no pair with "
             "itself: subtract its own term."),
        Slip("x missing", _x_missing,
             "that is s_l − v_il x_i. The last link of the chain, dz_il/dv_il = x_i, is missing."),
        Slip("sum over factors", _sum_over_factors,
             "your s adds up over the factors of one feature. It must add up over the features, "
             "once for each factor: .sum(0)."),
        Slip("twice", _twice,
             "that is twice the truth. The 2 from the square and the ½ in front cancel."),
        Slip("half", _half,
             "that is half of the truth. The ½ in front is eaten by the 2 from the square."),
        Slip("half on one term", _half_on_one_term,
             "your own term is twice too large: −½ · 2 z_il · x_i, so the ½ acts on it as well."),
        Slip("plus", _plus_own_term,
             "the own term has the wrong sign: x_i s_l minus v_il x_i²."),
        Slip("turned", _turned,
             "the sign is turned: the sum comes first, then the own term is taken away."),
        Slip("by x", _by_x,
             "that is the slope by x_i: it has v_il in front and one number for each feature. Here "
             "v_il is nudged."),
        Slip("times v", _times_v,
             "you multiply by v_il. The chain ends in dz_il/dv_il, and that is x_i."),
        Slip("transposed", _transposed,
             "your numbers are right and lie in [k, d]. V is [d, k], and its gradient too."),
        Slip("own x once", _own_x_once,
             "the own term is v_il x_i². Yours has x_i once: does x_i multiply the whole bracket?"),
        Slip("own without x", _own_without_x,
             "the own term is v_il x_i². Yours is v_il alone."),
        Slip("sum without x", _sum_without_x,
             "your s adds up v_jl without x_j. Scale first: s_l = Σ_j v_jl x_j."),
        Slip("v for z", _v_for_z,
             "the bracket has v_jl where v_jl x_j belongs. Scale first, z = x[:, None] * V; then "
             "sum z and take the own z away."),
        Slip("own squared", _own_squared,
             "the own term is squared. The slope of z² is 2z, with no square left."),
        Slip("added over factors", _one_number_a_feature,
             "you added up over the factors. Each v_il has a slope of its own."),
    ),
    hints=(
        "One v_il meets all other features. What do they bring together, for this factor?",
        "z_il = v_il x_i and s_l = Σ_j z_jl. By v_il the slope is x_i times what the others "
        "bring; s_l holds one thing too many.",
        "z = x[:, None] * V; s adds z up over the features. Take z away from s, then multiply by "
        "x[:, None].",
    ),
    otherwise="try d = 2, k = 1 by hand: ŷ has the pair v_1 v_2 x_1 x_2, so dŷ/dv_1 = v_2 x_1 x_2.",
    right="equal to nudges of the definition on 5 rows, and the work grows with d, not with d².",
    also=(_pairs_left,),
)  # fmt: skip
