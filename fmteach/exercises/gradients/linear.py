"""Exercise 5.1: the derivatives of the score by the bias and by the linear weights."""

from __future__ import annotations

import numpy as np

from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip

_H = 1e-3  # the score is linear in w0 and w: any nudge gives the slope


def solution_linear_gradients(x, w0, w):
    d_w0 = 1.0
    d_w = x
    return d_w0, d_w


def _by_nudges(x, w0, w):
    def score(w0, w):
        return w0 + sum(a * b for a, b in zip(w, x, strict=True))

    def nudged(i, by):
        return [a + by * (i == j) for j, a in enumerate(w)]

    d_w0 = (score(w0 + _H, w) - score(w0 - _H, w)) / (2 * _H)
    d_w = [(score(w0, nudged(i, _H)) - score(w0, nudged(i, -_H))) / (2 * _H) for i in range(len(x))]
    return d_w0, d_w


def _rows() -> list[Trial]:
    rng = np.random.default_rng(51)
    trials = [
        Trial(f"d = {d}", (rng.normal(size=d), float(rng.normal()), rng.normal(size=d)))
        for d in (3, 1, 6)
    ]
    one_hot = np.array([0.0, 1.0, 0.0, 1.0])
    return [*trials, Trial("a row of zeros and ones", (one_hot, 0.3, rng.normal(size=4)))]


LINEAR = function_exercise(
    "5.1", "linear_gradients",
    solution=solution_linear_gradients,
    truth=_by_nudges,
    trials=_rows,
    parts=("dŷ/dw0", "dŷ/dw"),
    against="nudges give",
    stub="""
def linear_gradients(x, w0, w):
    d_w0 = ...  # dŷ/dw0, one number
    d_w = ...  # dŷ/dw_i for every i, in the shape of x
    return d_w0, d_w
""",
    todo="put your two derivatives in the place of the dots.",
    slips=(
        Slip("bias is constant", lambda x, w0, w: (0.0, x),
             "w0 is the same for all rows, but it is a parameter: raise it by 0.1 and every score "
             "rises by 0.1."),
        Slip("bias itself", lambda x, w0, w: (w0, x),
             "that is w0 itself. How fast does ŷ grow when w0 grows?"),
        Slip("bias for each feature", lambda x, w0, w: (np.ones(len(x)), x),
             "there is one bias for the row, not one for each feature: one number."),
        Slip("bias with x", lambda x, w0, w: (np.asarray(x).sum(), x),
             "no x_i stands beside w0. Its slope does not depend on the row."),
        Slip("weight itself", lambda x, w0, w: (1.0, w),
             "that is w, the slope by x. By w_i the slope is what w_i is multiplied with."),
        Slip("whole term", lambda x, w0, w: (1.0, np.asarray(w) * np.asarray(x)),
             "that is the term w_i x_i itself. Its slope by w_i has no w_i left."),
        Slip("ones", lambda x, w0, w: (1.0, np.ones(len(x))),
             "1 is right where x_i is 1. In general a nudge of w_i arrives multiplied by x_i."),
        Slip("only where not zero", lambda x, w0, w: (1.0, (np.asarray(x) != 0) * 1.0),
             "that says which features are there. How much of them is there counts too: x_i."),
        Slip("summed", lambda x, w0, w: (1.0, np.asarray(x).sum()),
             "each w_i has a slope of its own. Do not add them up."),
        Slip("squared", lambda x, w0, w: (1.0, np.asarray(x) ** 2),
             "x_i stands beside w_i once, so it is not squared."),
        Slip("by x", lambda x, w0, w: (0.0, w),
             "these are the slopes by x. Here x stays as it is, and the parameters are nudged: w0, "
             "then each w_i."),
        Slip("parameters returned", lambda x, w0, w: (w0, w),
             "these are w0 and w themselves. Nudge one of them by 0.1: by how much does ŷ move?"),
        Slip("exchanged", lambda x, w0, w: (x, 1.0),
             "the two results stand in each other's place: the one for w0 first."),
    ),
    hints=(
        "Raise one parameter by 0.1 and leave all others. By how much does ŷ rise?",
        "w0 stands alone in the score. w_i stands in one term, beside one x.",
        "The slope of w0 + ... by w0 is 1. The slope of w_i x_i by w_i is x_i, for each i.",
    ),
    otherwise="write ŷ for two features, and nudge one parameter after the other.",
    right="equal to nudges of the score on 4 rows. The parameters themselves do not matter here.",
)  # fmt: skip
