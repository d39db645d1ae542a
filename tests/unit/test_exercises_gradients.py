"""Exercises of notebook 05: slips written in another way, and what is asked beside the value."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
import torch

from fmteach.exercises import check
from fmteach.exercises.gradients import EXERCISES
from fmteach.exercises.gradients.nudge import cubes

BY_ID = {exercise.id: exercise for exercise in EXERCISES}


def own_term_kept_in_loops(x, V):
    d, k = len(x), len(V[0])
    return [[x[i] * sum(V[j][l] * x[j] for j in range(d)) for l in range(k)] for i in range(d)]


def own_term_kept_in_torch(x, V):
    return torch.outer(x, x @ V)


def twice_by_both_halves(x, V):
    s = x @ V
    return 2 * torch.outer(x, s) - 2 * V * x[:, None] ** 2


def by_x_in_loops(x, V):
    d = len(x)
    return [
        sum(sum(a * b for a, b in zip(V[i], V[j], strict=True)) * x[j] for j in range(d) if j != i)
        for i in range(d)
    ]


def over_factors_in_loops(x, V):
    return [[a * (sum(row) * a - v * a) for v in row] for a, row in zip(x, V, strict=True)]


def transposed_einsum(x, V):
    return (torch.outer(x, x @ V) - torch.einsum("i,il->il", x**2, V)).mT


def no_sigmoid_in_a_list(scores, y):
    return [s - t for s, t in zip(scores, y, strict=True)]


def sigmoid_twice_in_torch(scores, y):
    return torch.sigmoid(torch.sigmoid(scores)) - y


def averaged_by_autograd(scores, y):
    scores = scores.clone().requires_grad_()
    torch.nn.functional.binary_cross_entropy_with_logits(scores, y).backward()
    return scores.grad


def squared_by_autograd(scores, y):
    scores = scores.clone().requires_grad_()
    ((torch.sigmoid(scores) - y) ** 2).sum().backward()
    return scores.grad


def turned_in_loops(scores, y):
    return [t - 1 / (1 + math.exp(-s)) for s, t in zip(scores, y, strict=True)]


def loss_of(x, y, w0, w, V):
    z = x[:, None] * V
    return (w0 + w @ x + 0.5 * ((z.sum(0) ** 2).sum() - (z**2).sum()) - y) ** 2


def uphill_by_autograd(x, y, w0, w, V, lr):
    moved = [torch.tensor(w0, dtype=torch.float64), w.clone(), V.clone()]
    for parameter in moved:
        parameter.requires_grad_()
    loss_of(x, y, *moved).backward()
    return [p.detach() + lr * p.grad for p in moved]


def half_the_loss(x, y, w0, w, V, lr):
    moved = [torch.tensor(w0, dtype=torch.float64), w.clone(), V.clone()]
    for parameter in moved:
        parameter.requires_grad_()
    (0.5 * loss_of(x, y, *moved)).backward()
    return [p.detach() - lr * p.grad for p in moved]


def each_in_turn(x, y, w0, w, V, lr):
    """The error is computed anew for each of the three."""

    def g(w0, w):
        z = x[:, None] * V
        return 2 * (w0 + w @ x + 0.5 * ((z.sum(0) ** 2).sum() - (z**2).sum()) - y)

    z = x[:, None] * V
    w0 = w0 - lr * g(w0, w)
    w = w - lr * g(w0, w) * x
    return w0, w, V - lr * g(w0, w) * x[:, None] * (z.sum(0) - z)


def rows_in_turn(x, y, w0, w, V, lr):
    V = [list(map(float, row)) for row in V]
    z = [[v * a for v in row] for row, a in zip(V, x, strict=True)]
    s = [sum(c) for c in zip(*z, strict=True)]
    pair = 0.5 * (sum(a * a for a in s) - sum(v * v for row in z for v in row))
    g = 2 * (w0 + sum(a * b for a, b in zip(w, x, strict=True)) + pair - y)
    for i in range(len(x)):
        s = [sum(V[j][l] * x[j] for j in range(len(x))) for l in range(len(V[0]))]
        V[i] = [v - lr * g * x[i] * (s[l] - v * x[i]) for l, v in enumerate(V[i])]
    return w0 - lr * g, [a - lr * g * b for a, b in zip(w, x, strict=True)], V


def forward_in_a_list(f, v, h):
    here, out = f(v), []
    for i in range(len(v)):
        w = list(v)
        w[i] = w[i] + h
        out.append((f(w) - here) / h)
    return out


def drifting(f, v, h):
    slopes = []
    for i in range(len(v)):
        v[i] = v[i] + h
        up = f(v)
        v[i] = v[i] - h - h
        slopes.append((up - f(v)) / 2 / h)
    return slopes


def one_list_under_two_names(f, v, h):
    slopes = []
    for i in range(len(v)):
        up = down = v
        up[i] += h
        down[i] -= h
        slopes.append((f(up) - f(down)) / 2 / h)
    return slopes


def missing_brackets(f, v, h):
    e = np.eye(len(v))
    return [(f(np.asarray(v) + h * n) - f(np.asarray(v) - h * n)) / 2 * h for n in e]


@pytest.mark.parametrize(
    ("id", "function", "slip"),
    [
        ("5.1", lambda x, w0, w: [0, torch.clone(x)], "bias is constant"),
        ("5.1", lambda x, w0, w: (1, [1] * len(x)), "ones"),
        ("5.1", lambda x, w0, w: (1, torch.mul(w, x)), "whole term"),
        ("5.1", lambda x, w0, w: (list(x), 1), "exchanged"),
        ("5.2", own_term_kept_in_loops, "own term not subtracted"),
        ("5.2", own_term_kept_in_torch, "own term not subtracted"),
        ("5.2", twice_by_both_halves, "twice"),
        ("5.2", by_x_in_loops, "by x"),
        ("5.2", over_factors_in_loops, "sum over factors"),
        ("5.2", transposed_einsum, "transposed"),
        ("5.3", no_sigmoid_in_a_list, "no sigmoid"),
        ("5.3", sigmoid_twice_in_torch, "sigmoid twice"),
        ("5.3", averaged_by_autograd, "averaged"),
        ("5.3", squared_by_autograd, "as squared error, twice"),
        ("5.3", turned_in_loops, "turned"),
        ("5.6", uphill_by_autograd, "plus"),
        ("5.6", half_the_loss, "two lost"),
        ("5.6", each_in_turn, "one after the other"),
        ("5.6", rows_in_turn, "row after row"),
        ("5.7", forward_in_a_list, "forward difference"),
        ("5.7", drifting, "not put back"),
        ("5.7", missing_brackets, "brackets"),
        ("5.7", one_list_under_two_names, "two names for one v"),
        ("5.1", lambda x, w0, w: (0, torch.clone(torch.as_tensor(w))), "by x"),
        (
            "5.3",
            lambda scores, y: [2 * a - 2 * b for a, b in zip(scores, y, strict=True)],
            "of the squared error",
        ),
    ],
)
def test_a_slip_is_known_however_it_is_written(id: str, function, slip: str) -> None:
    started = time.perf_counter()
    feedback = check(id, function)
    assert time.perf_counter() - started < 1
    assert feedback.verdict == "not yet"
    assert [s.name for s in BY_ID[id].slips if s.says in feedback.message] == [slip], feedback


def test_work_that_grows_with_d_squared_is_told() -> None:
    def every_pair(x, V):
        d, k = len(x), len(V[0])
        out = [[0.0] * k for _ in range(d)]
        for i in range(d):
            for j in range(d):
                for l in range(k):
                    if i != j:
                        out[i][l] += x[i] * x[j] * V[j][l]
        return out

    def a_square(x, V):
        pairs = torch.outer(x, x)
        return (pairs - torch.diag(torch.diag(pairs))) @ V

    for function in (every_pair, a_square):
        feedback = check("5.2", function)
        assert feedback.verdict == "not yet" and "grows with d²" in feedback.message


def test_a_step_that_changes_what_it_is_given_is_told() -> None:
    def in_place(x, y, w0, w, V, lr):
        z = x[:, None] * V
        s = z.sum(0)
        g = 2 * (w0 + (w * x).sum() + 0.5 * ((s * s).sum() - (z * z).sum()) - y)
        w -= lr * g * x
        V -= lr * g * x[:, None] * (s - z)
        return w0 - lr * g, w, V

    feedback = check("5.6", in_place)
    assert feedback.verdict == "not yet" and "also changes the w and V" in feedback.message


def test_a_nudge_that_is_left_in_v_is_told() -> None:
    def left(f, v, h):
        slopes = [
            (f([*v[:i], v[i] + h, *v[i + 1 :]]) - f([*v[:i], v[i] - h, *v[i + 1 :]])) / (2 * h)
            for i in range(len(v))
        ]
        v[0] += h
        return slopes

    feedback = check("5.7", left)
    assert feedback.verdict == "not yet" and "another one afterwards" in feedback.message


def test_the_function_that_is_nudged_tells_a_forward_from_a_central_difference() -> None:
    v = [1.0, 2.0, -1.0]
    assert cubes(v) == pytest.approx(cubes(np.array(v))) == float(cubes(torch.tensor(v)))


def test_the_puzzles_are_true() -> None:
    """What 5.4 and 5.5 say, by autograd on the model itself."""
    x, w = torch.tensor([1.0, 1.0, 1.0, 0.0]), torch.zeros(4, requires_grad=True)
    for row, moving in ((None, []), (1, [0, 2])):
        V = torch.zeros(4, 2)
        if row is not None:
            V[row] = torch.tensor([0.3, -0.7])
        V.requires_grad_()
        loss_of(x, 1.0, torch.tensor(0.5), w, V).backward()
        assert (V.grad != 0).any(1).nonzero().flatten().tolist() == moving
        assert (w.grad != 0).tolist() == [True, True, True, False]
        w.grad = None


def step_by_autograd_on_what_was_given(x, y, w0, w, V, lr):
    w0, w, V = torch.tensor(w0, requires_grad=True), w.requires_grad_(), V.requires_grad_()
    pair = 0.5 * ((x @ V) ** 2 - x**2 @ V**2).sum()
    ((w0 + w @ x + pair - y) ** 2).backward()
    return tuple(part - lr * part.grad for part in (w0, w, V))


def test_a_step_may_ask_the_given_tensors_for_gradients() -> None:
    assert check("5.6", step_by_autograd_on_what_was_given).passed


def slopes_by_autograd(f, v, h):
    v = v.requires_grad_()
    f(v).backward()
    return v.grad


def slopes_with_a_step_of_their_own(f, v, h):
    unit = np.eye(len(v))
    return [(f(v + 1e-4 * e) - f(v - 1e-4 * e)) / 2e-4 for e in unit]


@pytest.mark.parametrize("function", [slopes_by_autograd, slopes_with_a_step_of_their_own])
def test_slopes_at_the_point_are_not_called_rounded(function) -> None:
    said = check("5.7", function).message
    assert "Here the step h is given" in said and "near everywhere" not in said
