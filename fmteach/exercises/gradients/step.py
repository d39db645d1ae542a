"""Exercise 5.6: one step of gradient descent on one row."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from fmteach.exercises.answers import plain
from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip
from fmteach.interaction import pairwise_naive

_H = 1e-4


def solution_step(x, y, w0, w, V, lr):
    z = x[:, None] * V
    s = z.sum(0)
    score = w0 + (w * x).sum() + 0.5 * ((s * s).sum() - (z * z).sum())
    g = 2 * (score - y)  # dloss/dŷ
    return w0 - lr * g, w - lr * g * x, V - lr * g * x[:, None] * (s - z)


def _by_nudges(x, y, w0, w, V, lr):
    def loss(at):
        w, V = at[1 : 1 + len(x)], at[1 + len(x) :].reshape(len(x), -1)
        return (at[0] + float(w @ x) + pairwise_naive(x.tolist(), V.tolist()) - y) ** 2

    at = np.concatenate([[w0], w, V.ravel()])
    slopes = [(loss(at + e) - loss(at - e)) / (2 * _H) for e in _H * np.eye(len(at))]
    new = at - lr * np.array(slopes)
    return new[0], new[1 : 1 + len(x)], new[1 + len(x) :].reshape(V.shape)


def _rows() -> list[Trial]:
    rng = np.random.default_rng(56)
    trials = []
    for d, k, lr in ((3, 2, 0.1), (1, 2, 0.3), (4, 1, 0.05), (5, 3, 0.2)):
        x, w, V = rng.normal(size=d), rng.normal(size=d), rng.normal(size=(d, k))
        trials.append(Trial(f"d = {d}, k = {k}, lr = {lr}", (x, 1.5, 0.2, w, V, lr)))
    one_hot = np.array([0.0, 1.0, 1.0, 0.0])
    numbers = (one_hot, 4.0, 0.5, rng.normal(size=4), rng.normal(size=(4, 2)), 0.1)
    return [*trials, Trial("a row of zeros and ones", numbers)]


def _parts(x, y, w0, w, V):
    z = x[:, None] * V
    s = z.sum(0)
    score = w0 + (w * x).sum() + 0.5 * ((s * s).sum() - (z * z).sum())
    return score, x[:, None] * (s - z)


def _moved(x, w0, w, V, by_V, size):
    return w0 - size, w - size * x, V - size * by_V


def _plus(x, y, w0, w, V, lr):
    score, by_V = _parts(x, y, w0, w, V)
    return _moved(x, w0, w, V, by_V, -lr * 2 * (score - y))


def _rate_twice(x, y, w0, w, V, lr):
    score, by_V = _parts(x, y, w0, w, V)
    return _moved(x, w0, w, V, by_V, lr * lr * 2 * (score - y))


def _no_rate(x, y, w0, w, V, lr):
    score, by_V = _parts(x, y, w0, w, V)
    return _moved(x, w0, w, V, by_V, 2 * (score - y))


def _no_loss(x, y, w0, w, V, lr):
    return _moved(x, w0, w, V, _parts(x, y, w0, w, V)[1], lr)


def _two_lost(x, y, w0, w, V, lr):
    score, by_V = _parts(x, y, w0, w, V)
    return _moved(x, w0, w, V, by_V, lr * (score - y))


def _as_logloss(x, y, w0, w, V, lr):
    score, by_V = _parts(x, y, w0, w, V)
    return _moved(x, w0, w, V, by_V, lr * (1 / (1 + np.exp(-score)) - y))


def _one_after_the_other(x, y, w0, w, V, lr):
    w0 = w0 - lr * 2 * (_parts(x, y, w0, w, V)[0] - y)
    w = w - lr * 2 * (_parts(x, y, w0, w, V)[0] - y) * x
    score, by_V = _parts(x, y, w0, w, V)
    return w0, w, V - lr * 2 * (score - y) * by_V


def _score_again_before_V(x, y, w0, w, V, lr):
    g = 2 * (_parts(x, y, w0, w, V)[0] - y)
    w0, w = w0 - lr * g, w - lr * g * x
    score, by_V = _parts(x, y, w0, w, V)
    return w0, w, V - lr * 2 * (score - y) * by_V


def _row_after_row(x, y, w0, w, V, lr):
    g = 2 * (_parts(x, y, w0, w, V)[0] - y)
    new = V.copy()
    for i in range(len(x)):
        s = (x[:, None] * new).sum(0)
        new[i] = new[i] - lr * g * x[i] * (s - x[i] * new[i])
    return w0 - lr * g, w - lr * g * x, new


def _own_term_kept(x, y, w0, w, V, lr):
    score, _ = _parts(x, y, w0, w, V)
    return _moved(x, w0, w, V, x[:, None] * (x[:, None] * V).sum(0), lr * 2 * (score - y))


def _linear_score(x, y, w0, w, V, lr):
    by_V = _parts(x, y, w0, w, V)[1]
    return _moved(x, w0, w, V, by_V, lr * 2 * (w0 + (w * x).sum() - y))


def _bias_left(x, y, w0, w, V, lr):
    return w0, *solution_step(x, y, w0, w, V, lr)[1:]


def _factors_left(x, y, w0, w, V, lr):
    return *solution_step(x, y, w0, w, V, lr)[:2], V


def _lost_half(x, y, w0, w, V, lr):
    score, by_V = _parts(x, y, w0, w, V)
    pair = score - w0 - (w * x).sum()
    return _moved(x, w0, w, V, by_V, lr * 2 * (score + pair - y))


def _loss_for_its_slope(x, y, w0, w, V, lr):
    score, by_V = _parts(x, y, w0, w, V)
    return _moved(x, w0, w, V, by_V, lr * (score - y) ** 2)


def _weights_without_x(x, y, w0, w, V, lr):
    score, by_V = _parts(x, y, w0, w, V)
    size = lr * 2 * (score - y)
    return w0 - size, w - size, V - size * by_V


def _gradients_returned(x, y, w0, w, V, lr):
    score, by_V = _parts(x, y, w0, w, V)
    g = 2 * (score - y)
    return g, g * x, g * by_V


def _inputs_changed(function: Any) -> str | None:
    (x, y, w0, w, V, lr) = next(iter(_rows())).arguments
    for convert in (np.array, torch.tensor):
        given = [convert(w), convert(V)]
        try:
            function(convert(x), y, w0, *given, lr)
        except Exception:
            continue  # not this kind of numbers
        kept = [np.array_equal(plain(a), b) for a, b in zip(given, (w, V), strict=True)]
        if not all(kept):
            names = " and ".join(n for n, same in zip(("w", "V"), kept, strict=True) if not same)
            return (
                f"the new values are right, but your function also changes the {names} that it is "
                "given: w -= ... works in place. Write w = w - ..., so that the old ones stay."
            )
    return None


STEP = function_exercise(
    "5.6", "step",
    solution=solution_step,
    truth=_by_nudges,
    trials=_rows,
    parts=("w0", "w", "V"),
    against="nudges of the loss give",
    stub="""
def step(x, y, w0, w, V, lr):
    # loss = (ŷ - y)²; x: [d], w: [d], V: [d, k]; return the new w0, w and V
    return ..., ..., ...
""",
    todo="put the new w0, w and V in the place of the dots.",
    slips=(
        Slip("plus", _plus,
             "your step goes uphill. The gradient shows where the loss grows, so subtract it."),
        Slip("rate twice", _rate_twice,
             "the learning rate is multiplied in twice. Once is enough."),
        Slip("no rate", _no_rate,
             "the learning rate is missing: your step is 1/lr times as long."),
        Slip("no loss", _no_loss,
             "you move by dŷ/dθ alone. Multiply by dloss/dŷ = 2(ŷ − y): it says how wrong the row "
             "is, and in which direction."),
        Slip("two lost", _two_lost,
             "your step is half as long: the slope of (ŷ − y)² is 2(ŷ − y)."),
        Slip("as logloss", _as_logloss,
             "you used p − y, which belongs to the logloss. Here the loss is (ŷ − y)²."),
        Slip("one after the other", _one_after_the_other,
             "after each update you computed ŷ again, with parameters that had already moved. All "
             "slopes belong to one point: compute them first, then move everything."),
        Slip("score again before V", _score_again_before_V,
             "V is moved with a score that the new w0 and w gave. Compute ŷ once, before anything "
             "moves."),
        Slip("row after row", _row_after_row,
             "the rows of V move one after the other, and s_l is summed again with rows that have "
             "already moved. Compute s_l once, from the old V."),
        Slip("own term kept", _own_term_kept,
             "w0 and w are right. In the slope by V the own term is not subtracted: "
             "x_i (s_l − v_il x_i)."),
        Slip("linear score", _linear_score,
             "the pairwise term is missing in your ŷ, so the error ŷ − y is another one."),
        Slip("bias left", _bias_left, "w0 stays where it was. Its slope is 1 · dloss/dŷ."),
        Slip("factors left", _factors_left,
             "w0 and w are right, and V stays where it was. Its slope is x_i (s_l − v_il x_i) · "
             "dloss/dŷ."),
        Slip("lost half in the score", _lost_half,
             "the ½ before the pairwise term is lost in your ŷ, so the error ŷ − y is another "
             "one."),
        Slip("loss for its slope", _loss_for_its_slope,
             "you multiply by the loss (ŷ − y)² itself, which is never negative. Its slope "
             "2(ŷ − y) says in which direction to go."),
        Slip("weights without x", _weights_without_x,
             "every w_i moves by the same amount. Its slope has x_i: a feature that is not in the "
             "row must not move."),
        Slip("gradients returned", _gradients_returned,
             "these are the gradients. Return the new parameters: old − lr · gradient."),
    ),
    hints=(
        "Four parts: the score, dloss/dŷ, the gradients, the update. All gradients come before any "
        "update.",
        "One number g = dloss/dŷ serves all. Each parameter moves by −lr · g · (its own slope of "
        "ŷ).",
        "g = 2 * (score - y). Then w0 - lr * g, w - lr * g * x, and V - lr * g * grad_V(x, V) with "
        "your exercise 5.2.",
    ),
    otherwise="print ŷ and 2(ŷ − y) first: the score needs w0, the linear part and the pairs.",
    right="equal to old − lr · slope, with slopes from nudges of the loss, on 5 rows.",
    also=(_inputs_changed,),
)  # fmt: skip
