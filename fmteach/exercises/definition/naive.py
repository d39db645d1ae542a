"""Exercise 2.2: the score straight from its definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip


def solution_fm_naive(w0, w, V, x):
    d, k = len(x), len(V[0])
    score = w0
    for i in range(d):
        score = score + w[i] * x[i]
    for i in range(d):
        for j in range(i + 1, d):
            dot = sum(V[i][l] * V[j][l] for l in range(k))
            score = score + dot * x[i] * x[j]
    return score


def score_by_matrix(w0, w, V, x):
    """The truth in another form: the part of a matrix product above the diagonal.

    >>> score_by_matrix(1.0, np.array([1.0, 0.0]), np.array([[3.0], [2.0]]), np.array([1.0, 2.0]))
    14.0
    """
    z = V * x[:, None]
    return float(w0 + w @ x + np.triu(z @ z.T, 1).sum())


def _rows() -> list[Trial]:
    rng = np.random.default_rng(2)
    trials = []
    for d, k in ((3, 4), (4, 2), (1, 3), (6, 1), (5, 3)):
        # Like a real row: numbers of both signs, and in the last one features that are absent.
        w0, w, V, x = rng.normal(), rng.normal(size=d), rng.normal(size=(d, k)), rng.normal(size=d)
        if d == 5:
            x[[1, 3]] = 0.0
        trials.append(Trial(f"d = {d}, k = {k}", (float(w0), w, V, x), scale=float(d)))
    return trials


def _linear(w0, w, x):
    return w0 + w @ x


def _pairs(V, x, js, weight=lambda V, x, i, j: (V[i] @ V[j]) * x[i] * x[j]):
    """The pairs (i, j) with j in js(i), each weighed."""
    d = len(x)
    return sum((weight(V, x, i, j) for i in range(d) for j in js(i, d)), 0.0)


def _after(i: int, d: int) -> range:
    return range(i + 1, d)


def _all_pairs(w0, w, V, x):
    return _linear(w0, w, x) + _pairs(V, x, lambda i, d: range(d))


def _diagonal(w0, w, V, x):
    return _linear(w0, w, x) + _pairs(V, x, lambda i, d: range(i, d))


def _twice(w0, w, V, x):
    return _linear(w0, w, x) + _pairs(V, x, lambda i, d: (j for j in range(d) if j != i))


def _halved(w0, w, V, x):
    return _linear(w0, w, x) + 0.5 * _pairs(V, x, _after)


def _half_of_all(w0, w, V, x):
    return _linear(w0, w, x) + 0.5 * _pairs(V, x, lambda i, d: range(d))


def _neighbours(w0, w, V, x):
    return _linear(w0, w, x) + _pairs(V, x, lambda i, d: range(i + 1, min(i + 2, d)))


def _without_last(w0, w, V, x):
    return _linear(w0, w, x) + _pairs(V, x, lambda i, d: range(i + 1, d - 1))


def _first_row(w0, w, V, x):
    return _linear(w0, w, x) + _pairs(V, x, lambda i, d: range(1, d) if i == 0 else ())


def _no_w0(w0, w, V, x):
    return w @ x + _pairs(V, x, _after)


def _no_linear(w0, w, V, x):
    return w0 + _pairs(V, x, _after)


def _pairs_alone(w0, w, V, x):
    return _pairs(V, x, _after)


def _no_pairs(w0, w, V, x):
    return _linear(w0, w, x)


def _linear_without_x(w0, w, V, x):
    return w0 + w.sum() + _pairs(V, x, _after)


def _x_j_missing(w0, w, V, x):
    return _linear(w0, w, x) + _pairs(V, x, _after, lambda V, x, i, j: (V[i] @ V[j]) * x[i])


def _x_i_missing(w0, w, V, x):
    return _linear(w0, w, x) + _pairs(V, x, _after, lambda V, x, i, j: (V[i] @ V[j]) * x[j])


def _x_missing(w0, w, V, x):
    return _linear(w0, w, x) + _pairs(V, x, _after, lambda V, x, i, j: V[i] @ V[j])


def _over_features(w0, w, V, x):
    d = len(x)
    return _linear(w0, w, x) + _pairs(
        V, x, _after, lambda V, x, i, j: sum(V[l][i] * V[l][j] for l in range(d)) * x[i] * x[j]
    )


def _first_factor(w0, w, V, x):
    return _linear(w0, w, x) + _pairs(
        V, x, _after, lambda V, x, i, j: V[i][0] * V[j][0] * x[i] * x[j]
    )


def _sums_of_rows(w0, w, V, x):
    return _linear(w0, w, x) + _pairs(
        V, x, _after, lambda V, x, i, j: V[i].sum() * V[j].sum() * x[i] * x[j]
    )


def _weights_for_factors(w0, w, V, x):
    return _linear(w0, w, x) + _pairs(w[:, None], x, _after)


def _dot_not_reset(w0, w, V, x):
    score, dot = _linear(w0, w, x), 0.0
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            dot = dot + V[i] @ V[j]
            score = score + dot * x[i] * x[j]
    return score


def _linear_in_the_pairs(w0, w, V, x):
    return w0 + _pairs(V, x, _after, lambda V, x, i, j: (V[i] @ V[j]) * x[i] * x[j] + w[i] * x[i])


def _unchanged(function: Any) -> str | None:
    arguments = _rows()[0].arguments
    given = [np.array(each) for each in arguments]
    for kind in (torch.tensor, np.array, np.ndarray.tolist):
        handed = [kind(a) if isinstance(a, np.ndarray) else a for a in arguments]
        try:
            function(*handed)
        except Exception:  # this kind of numbers is not the one that it is made for
            continue
        if not all(np.array_equal(a, b) for a, b in zip(handed, given, strict=True)):
            return (
                "the value is right, but your function changes the numbers it is given. Whoever "
                "calls it with the same row again gets another score. Work on a copy."
            )
    return None


FM_NAIVE = function_exercise(
    "2.2", "fm_naive",
    solution=solution_fm_naive,
    truth=score_by_matrix,
    trials=_rows,
    also=(_unchanged,),
    slips=(
        Slip("all pairs and the diagonal", _all_pairs,
             "j runs over all features. So each pair comes twice, and each feature meets itself. "
             "Let j start after i."),
        Slip("diagonal included", _diagonal,
             "the pairs of a feature with itself are in it. Let j start at i + 1, not at i."),
        Slip("both orders", _twice,
             "(i, j) and (j, i) are the same pair, and you add both. Keep those with i < j."),
        Slip("halved", _halved,
             "a 1/2 too many: with i < j every pair comes once already."),
        Slip("half of the whole square", _half_of_all,
             "half of the whole square still holds half of the diagonal. Take i < j alone."),
        Slip("neighbours only", _neighbours,
             "only neighbours are paired, (1, 2), (2, 3) and so on. Every feature meets every "
             "later one."),
        Slip("last feature left out", _without_last,
             "j never reaches the last feature. range(a, b) ends before b."),
        Slip("first row only", _first_row,
             "only the pairs of the first feature are in it. Does the return stand inside the "
             "loop over i?"),
        Slip("w0 missing", _no_w0, "everything is there but w0."),
        Slip("linear part missing", _no_linear,
             "w0 and the pairs are right. The linear part is missing: the sum of w_i x_i."),
        Slip("pair term alone", _pairs_alone,
             "that is the pair term alone. Add w0 and the sum of w_i x_i."),
        Slip("pairs missing", _no_pairs,
             "that is w0 and the linear part, and no pair at all."),
        Slip("linear part without x", _linear_without_x,
             "in the linear part x is missing: add w_i x_i, not w_i."),
        Slip("x_j missing", _x_j_missing,
             "the pair is multiplied by x_i, but not by x_j."),
        Slip("x_i missing", _x_i_missing,
             "the pair is multiplied by x_j, but not by x_i."),
        Slip("x missing in the pairs", _x_missing,
             "the pairs lack x: multiply each dot product by x_i and by x_j."),
        Slip("dot product over features", _over_features,
             "l runs down the features, V[l][i] · V[l][j]. A row of V is a feature, so the "
             "product is V[i][l] · V[j][l], l over the k factors."),
        Slip("first factor only", _first_factor,
             "only the first factor is used. The dot product adds up over all k factors."),
        Slip("sums of the rows multiplied", _sums_of_rows,
             "the two rows are added up first and multiplied then. Multiply factor by factor, "
             "then add."),
        Slip("w in the place of V", _weights_for_factors,
             "the pairs are weighed with w_i · w_j. Their weight is ⟨v_i, v_j⟩, from V."),
        Slip("dot product not set back", _dot_not_reset,
             "the dot product goes on growing from pair to pair. Set it to 0 at the start of each "
             "pair."),
        Slip("linear part inside the pairs", _linear_in_the_pairs,
             "w_i x_i is added once for each pair. It belongs in a loop over i of its own."),
    ),
    hints=(
        "Three parts, one after another: w0, then a loop over i, then a loop over pairs.",
        "For i < j, let j start one after i. The dot product of two rows is one more loop, over "
        "the k factors.",
        "for i in range(d): for j in range(i + 1, d): add (the sum over l of V[i][l] * V[j][l]) "
        "times x[i] times x[j].",
    ),
    stub="""
def fm_naive(w0, w, V, x):
    return ...
""",
    otherwise="try it on the example of exercise 2.1, and print the three parts: w0, linear part, "
    "pairs.",
    right="equal to the definition on 5 random rows, also with d = 1, where there is no pair.",
)  # fmt: skip
