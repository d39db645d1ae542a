"""Exercise 4.3: the score of sparse rows, by ids and values alone."""

from __future__ import annotations

import numpy as np

from fmteach.exercises.growth import grows_with_columns
from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip
from fmteach.interaction import pairwise_naive


def solution_fm_sparse(ids, values, w0, w, V):
    z = values[:, :, None] * V[ids]
    total = z.sum(1)
    pairs = 0.5 * (total**2 - (z**2).sum(1)).sum(1)
    return w0 + (w[ids] * values).sum(1) + pairs


def _by_definition(ids, values, w0, w, V):
    scores = []
    for row_ids, row_values in zip(ids, values, strict=True):
        x = np.zeros(len(w))
        for i, value in zip(row_ids, row_values, strict=True):
            x[i] += value
        scores.append(w0 + float(w @ x) + pairwise_naive(x.tolist(), V.tolist()))
    return np.array(scores)


def _rows() -> list[Trial]:
    rng = np.random.default_rng(44)
    trials = []
    for n, m, d, k, padded in ((1, 2, 6, 2, 0), (2, 3, 8, 1, 1), (3, 1, 5, 4, 0), (5, 6, 40, 3, 2)):
        ids = np.stack([rng.choice(d, size=m, replace=False) for _ in range(n)])
        ids[-1, 0] = 0 if 0 not in ids[-1] else ids[-1, 0]  # a feature like every other
        values = rng.normal(size=(n, m)).round(1) + 0.05
        if padded:  # the last places of the first row: value 0, and an id that exists
            ids[0, -padded:], values[0, -padded:] = 0, 0.0
        w, V = rng.normal(size=d), rng.normal(size=(d, k))
        said = f"{n} {'row' if n == 1 else 'rows'} with m = {m}, k = {k}"
        if padded:
            said += f" and {padded} padded {'place' if padded == 1 else 'places'}"
        z = values[..., None] * V[ids]
        scale = float(((z.sum(1) ** 2).sum(1) + (z**2).sum((1, 2))).max())
        trials.append(Trial(said, (ids, values, 0.7, w, V), scale))
    return trials


# -- slips -------------------------------------------------------------------------------------


def _pairs(z):
    return 0.5 * (z.sum(1) ** 2 - (z**2).sum(1)).sum(1)


def _linear(ids, values, w):
    return (w[ids] * values).sum(1)


def _values_ignored(ids, values, w0, w, V):
    return w0 + w[ids].sum(1) + _pairs(V[ids])


def _values_in_linear_only(ids, values, w0, w, V):
    return w0 + _linear(ids, values, w) + _pairs(V[ids])


def _values_in_pairs_only(ids, values, w0, w, V):
    return w0 + w[ids].sum(1) + _pairs(values[..., None] * V[ids])


def _padding_as_one(ids, values, w0, w, V):
    return solution_fm_sparse(ids, np.where(values == 0, 1.0, values), w0, w, V)


def _value_not_squared(ids, values, w0, w, V):
    z = values[..., None] * V[ids]
    second = (values[..., None] * V[ids] ** 2).sum(1)
    return w0 + _linear(ids, values, w) + 0.5 * (z.sum(1) ** 2 - second).sum(1)


def _value_missing_in_second(ids, values, w0, w, V):
    z = values[..., None] * V[ids]
    return w0 + _linear(ids, values, w) + 0.5 * (z.sum(1) ** 2 - (V[ids] ** 2).sum(1)).sum(1)


def _lost_half(ids, values, w0, w, V):
    return w0 + _linear(ids, values, w) + 2 * _pairs(values[..., None] * V[ids])


def _diagonal_kept(ids, values, w0, w, V):
    z = values[..., None] * V[ids]
    return w0 + _linear(ids, values, w) + 0.5 * (z.sum(1) ** 2).sum(1)


def _factors_first(ids, values, w0, w, V):
    z = values[..., None] * V[ids]
    return w0 + _linear(ids, values, w) + 0.5 * (z.sum((1, 2)) ** 2 - (z**2).sum((1, 2)))


def _all_of_V(ids, values, w0, w, V):
    z = values[..., None] * V[ids]
    return w0 + _linear(ids, values, w) + 0.5 * ((z.sum(1) ** 2).sum(1) - (V**2).sum())


def _by_place(ids, values, w0, w, V):
    m = ids.shape[1]
    return w0 + (w[:m] * values).sum(1) + _pairs(values[..., None] * V[:m])


def _no_w0(ids, values, w0, w, V):
    return solution_fm_sparse(ids, values, 0.0, w, V)


def _no_linear(ids, values, w0, w, V):
    return w0 + _pairs(values[..., None] * V[ids])


def _pairs_alone(ids, values, w0, w, V):
    return _pairs(values[..., None] * V[ids])


def _w0_each_feature(ids, values, w0, w, V):
    return solution_fm_sparse(ids, values, w0 * ids.shape[1], w, V)


def _rows_added_up(ids, values, w0, w, V):
    return w0 + (solution_fm_sparse(ids, values, w0, w, V) - w0).sum()


def _no_axis(ids, values, w0, w, V):
    return w0 + _linear(ids, values, w) + _pairs(values * V[ids])


def _over_the_rows(ids, values, w0, w, V):
    z = values[..., None] * V[ids]
    return w0 + _linear(ids, values, w) + 0.5 * (z.sum(0) ** 2 - (z**2).sum(0)).sum(1)


def _factors_left(ids, values, w0, w, V):
    z = values[..., None] * V[ids]
    return w0 + _linear(ids, values, w) + 0.5 * (z.sum(1) ** 2 - (z**2).sum(1))


def _with_itself(ids, values, w0, w, V):
    z = values[..., None] * V[ids]
    return w0 + _linear(ids, values, w) + 0.5 * (z.sum(1) ** 2 + (z**2).sum(1)).sum(1)


def _sigmoid(ids, values, w0, w, V):
    return 1 / (1 + np.exp(-solution_fm_sparse(ids, values, w0, w, V)))


SLIPS = (
    Slip("values ignored", _values_ignored,
         "values is not used. That is right only where every value is 1. x_i stands in the linear "
         "part and in the pairs."),
    Slip("values in the linear part only", _values_in_linear_only,
         "values stands in the linear part but not in the pairs. There the scaled row is "
         "z = value · V[id]."),
    Slip("values in the pairs only", _values_in_pairs_only,
         "values stands in the pairs but not in the linear part. That is the sum of w[id] · "
         "value."),
    Slip("padding taken as 1", _padding_as_one,
         "a place of value 0 counts as if it were 1. Value 0 says that the feature is not there."),
    Slip("value not squared", _value_not_squared,
         "in the second sum V is squared and the value is not. Square the whole term: "
         "(value · V[id])²."),
    Slip("no value in the second sum", _value_missing_in_second,
         "the second sum has V[id]² without the value. Square the same z that you add up in the "
         "first sum."),
    Slip("lost half", _lost_half,
         "the pairs count twice. The square of the sum meets every pair two times; where is the "
         "1/2?"),
    Slip("diagonal kept", _diagonal_kept,
         "the second sum is missing. The square of the sum also holds each feature beside itself."),
    Slip("factors added first", _factors_first,
         "you added up the factors before squaring. Sum over the features of a row only, square, "
         "and add up the k factors at the end."),
    Slip("all of V", _all_of_V,
         "the second sum runs over all d rows of V. It runs over the m rows that were looked up."),
    Slip("rows by place", _by_place,
         "you took the first m rows of V. The id says which row belongs to a feature: V[ids]."),
    Slip("w0 missing", _no_w0, "each score is off by w0. Every row starts with it."),
    Slip("linear part missing", _no_linear,
         "the linear part is missing: the sum of w[id] · value."),
    Slip("pairs alone", _pairs_alone,
         "these are the pairs alone. The score also has w0 and the linear part."),
    Slip("w0 for each feature", _w0_each_feature,
         "w0 is added for every feature. It comes once a row."),
    Slip("rows added up", _rows_added_up,
         "one number came for all rows. Each row has its own score: sum over the features (axis "
         "1), not over the rows."),
    Slip("values without an axis for the factors", _no_axis,
         "V[ids] has three axes and values has two, so values met the wrong one. Give it one more: "
         "values[:, :, None]."),
    Slip("sums over the rows", _over_the_rows,
         "z is added up over axis 0, the rows. Each row has its own sums: over its features, axis "
         "1."),
    Slip("factors not added up", _factors_left,
         "each row still has one number for each factor. Add up the k factors at the end: "
         ".sum(1)."),
    Slip("each feature with itself", _with_itself,
         "each feature is paired with itself too. Pairs are i < j: in the fast form the second sum "
         "is subtracted."),
    Slip("a probability", _sigmoid,
         "that is the sigmoid of the score. Wanted is the score itself; a loss or "
         "predict_proba applies the sigmoid later."),
)  # fmt: skip


def _dense_inside(function) -> str | None:
    if grows_with_columns(function):
        return (
            "the scores are right, but the work grows with d: somewhere all rows of V or a dense "
            "x are gone through. Look up V[ids] and use nothing else of V."
        )
    return None


FM_SPARSE = function_exercise(
    "4.3", "fm_sparse",
    solution=solution_fm_sparse,
    truth=_by_definition,
    trials=_rows,
    stub="""
def fm_sparse(ids, values, w0, w, V):
    # ids, values: [n, m], w0: a number, w: [d], V: [d, k]; return the scores: [n]
    return ...
""",
    slips=SLIPS,
    also=(_dense_inside,),
    hints=(
        "What did each stage of the picture do: look up, scale, two sums? Write one line for each.",
        "V[ids] has the shape [n, m, k]: m looked up rows for each of n rows. Scale them by "
        "values[:, :, None]; both sums then run over axis 1.",
        "z = values[:, :, None] * V[ids]. The pairs are half of (z.sum(1)**2 − (z**2).sum(1)), "
        "added up over the factors. Add w0 and (w[ids] * values).sum(1).",
    ),
    right="equal to the definition on 11 rows with padding and real values, and the work follows "
    "m, not d.",
    otherwise="go through one row by hand: look up, scale, sum and square, subtract, halve; then "
    "w0 and the linear part.",
)  # fmt: skip
