"""Correct answers to the exercises of notebook 05."""

from __future__ import annotations

import copy
import itertools
import math
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F

# -- 5.1 ---------------------------------------------------------------------------------------


def by_autograd(x, w0, w):
    w0 = torch.tensor(w0, requires_grad=True)
    w = w.clone().requires_grad_()
    (w0 + (w * x).sum()).backward()
    return w0.grad, w.grad


def by_jacobian(x, w0, w):
    return torch.autograd.functional.jacobian(
        lambda a, b: a + b @ x, (torch.tensor(w0, dtype=torch.float64), w)
    )


def by_nudges(x, w0, w):
    def score(a, b):
        return a + np.dot(b, x)

    x, w = np.asarray(x), np.asarray(w)
    e = np.eye(len(w)) * 1e-3
    return (
        (score(w0 + 1e-3, w) - score(w0, w)) / 1e-3,
        np.array([(score(w0, w + n) - score(w0, w - n)) / 2e-3 for n in e]),
    )


LINEAR = [
    lambda x, w0, w: (1, x),
    lambda x, w0, w: (1.0, [float(a) for a in x]),
    lambda x, w0, w: (np.float32(1), np.array(x, dtype=np.float32)),
    lambda x, w0, w: (torch.tensor(1.0), torch.as_tensor(x).clone()),
    lambda x, w0, w: [True, list(x)],
    lambda x, w0, w: (np.array([1.0]), np.einsum("i,i->i", x, np.ones(len(x)))),
    lambda x, w0, w: {"dŷ/dw0": 1, "dŷ/dw": x},
    by_autograd,
    by_jacobian,
    by_nudges,
]

# -- 5.2 ---------------------------------------------------------------------------------------


def in_loops(x, V):
    d, k = len(x), len(V[0])
    gradient = [[0.0] * k for _ in range(d)]
    for l in range(k):
        s = 0.0
        for j in range(d):
            s += V[j][l] * x[j]
        for i in range(d):
            gradient[i][l] = x[i] * (s - V[i][l] * x[i])
    return gradient


def outer_minus(x, V):
    return torch.outer(x, x @ V) - V * x[:, None] ** 2


def einsum(x, V):
    s = np.einsum("j,jl->l", x, V)
    return np.einsum("i,l->il", x, s) - np.einsum("i,i,il->il", x, x, V)


def autograd(x, V):
    V = V.clone().requires_grad_()
    z = x[:, None] * V
    (0.5 * (z.sum(0).square() - z.square().sum(0)).sum()).backward()
    return V.grad


def vjp(x, V):
    def pair(V):
        z = x[:, None] * V
        return 0.5 * ((z.sum(0) ** 2).sum() - (z**2).sum())

    return torch.func.grad(pair)(V)


def in_place(x, V):
    V *= x[:, None]
    V -= V.sum(0)
    V *= -x[:, None]
    return V


def single_precision(x, V):
    x, V = torch.as_tensor(x).float(), torch.as_tensor(V).float()
    z = x.unsqueeze(1).mul(V)
    return (z.sum(0, keepdim=True).expand_as(z) - z).mul(x.unsqueeze(1))


def columns(x, V):
    out = []
    for column in zip(*V, strict=True):
        z = [a * v for a, v in zip(x, column, strict=True)]
        out.append([a * (sum(z) - one) for a, one in zip(x, z, strict=True)])
    return [list(row) for row in zip(*out, strict=True)]


def before_and_after(x, V):
    """The others are those before and those after: no own term to take away."""
    z = np.asarray(x)[:, None] * np.asarray(V)
    nothing = np.zeros((1, z.shape[1]))
    before = np.vstack([nothing, z.cumsum(0)[:-1]])
    after = np.vstack([z[::-1].cumsum(0)[::-1][1:], nothing])
    return np.asarray(x)[:, None] * (before + after)


def row_by_row(x, V):
    s = sum(a * np.asarray(v) for a, v in zip(x, V, strict=True))
    return np.stack([a * (s - a * np.asarray(v)) for a, v in zip(x, V, strict=True)])


# -- 5.3 ---------------------------------------------------------------------------------------


def logloss_by_autograd(scores, y):
    scores = scores.clone().requires_grad_()
    F.binary_cross_entropy_with_logits(scores, y, reduction="sum").backward()
    return scores.grad


def two_cases(scores, y):
    p = 1 / (1 + np.exp(-np.asarray(scores)))
    return np.where(np.asarray(y) == 1, p - 1, p)


def with_math(scores, y):
    return [1 / (1 + math.exp(-s)) - t for s, t in zip(scores, y, strict=True)]


def chain(scores, y):
    p = torch.sigmoid(scores)
    by_p = -y / p + (1 - y) / (1 - p)
    return by_p * p * (1 - p)


def safe_sigmoid(scores, y):
    def one(s):
        return 1 / (1 + math.exp(-s)) if s >= 0 else math.exp(s) / (1 + math.exp(s))

    return np.array([one(float(s)) for s in scores]) - np.array(y)


def signs(scores, y):
    """With t = ±1: -t sigmoid(-t score)."""
    t = 2 * y - 1
    return -t / (1 + np.exp(t * scores))


GRAD_SCORE = [
    logloss_by_autograd,
    two_cases,
    with_math,
    chain,
    safe_sigmoid,
    signs,
    lambda scores, y: torch.sigmoid(scores) - y,
    lambda scores, y: scores.sigmoid_().sub_(y),
    lambda scores, y: 0.5 * (1 + np.tanh(np.asarray(scores) / 2)) - y,
    lambda scores, y: (np.exp(scores) / (1 + np.exp(scores)) - y).astype(np.float32),
]

# -- 5.4, 5.5 ----------------------------------------------------------------------------------

ALL_ZERO = [
    ("c",), ("C",), ("(c)",), ("c)",), ("c.",), (" c ",), ({"answer": "c"}["answer"],),
    ("w0, w_1, w_2 and w_3",), ("W0, w_1, w_2 AND w_3",), ("w0, w_1,  w_2 and w_3.",),
]  # fmt: skip
ONE_ROW = [
    ("b",), ("B",), ("(b)",), ("b)",), ("b.",), (" b",), ("B)",),
    ("v_1 and v_3",), ("V_1 and V_3",), (" v_1  and v_3.",),
]  # fmt: skip

# -- 5.6 ---------------------------------------------------------------------------------------


def step_by_autograd(x, y, w0, w, V, lr):
    w0 = torch.tensor(w0, dtype=torch.float64, requires_grad=True)
    w, V = w.clone().requires_grad_(), V.clone().requires_grad_()
    z = x[:, None] * V
    loss = (w0 + w @ x + 0.5 * (z.sum(0).square() - z.square().sum(0)).sum() - y) ** 2
    loss.backward()
    with torch.no_grad():
        return tuple(p - lr * p.grad for p in (w0, w, V))


def step_by_optimizer(x, y, w0, w, V, lr):
    parameters = [torch.tensor(p, dtype=torch.float64) for p in (w0, w.tolist(), V.tolist())]
    for p in parameters:
        p.requires_grad_()
    bias, weights, factors = parameters
    z = x[:, None] * factors
    score = bias + (weights * x).sum() + 0.5 * ((z.sum(0) ** 2) - (z**2).sum(0)).sum()
    optimizer = torch.optim.SGD(parameters, lr=lr)
    F.mse_loss(score, torch.tensor(y, dtype=torch.float64)).backward()
    optimizer.step()
    return parameters


def step_in_loops(x, y, w0, w, V, lr):
    d, k = len(x), len(V[0])
    s = [sum(V[j][l] * x[j] for j in range(d)) for l in range(k)]
    score = w0
    for i in range(d):
        score += w[i] * x[i]
        for j in range(i + 1, d):
            score += sum(V[i][l] * V[j][l] for l in range(k)) * x[i] * x[j]
    g = 2 * (score - y)
    new_V = []
    for i in range(d):
        new_V.append([V[i][l] - lr * g * x[i] * (s[l] - V[i][l] * x[i]) for l in range(k)])
    return w0 - lr * g, [w[i] - lr * g * x[i] for i in range(d)], new_V


def step_on_copies(x, y, w0, w, V, lr):
    w, V = copy.deepcopy(w), copy.deepcopy(V)
    s = V.T @ x
    e = w0 + w @ x + (s @ s - (V.T**2 @ x**2).sum()) / 2 - y
    V -= 2 * lr * e * (x[:, None] * s - V * (x**2)[:, None])
    w -= 2 * lr * e * x
    return w0 - 2 * lr * e, w, V


def step_where_not_zero(x, y, w0, w, V, lr):
    x, w, V = np.asarray(x), np.array(w), np.array(V)
    at = np.flatnonzero(x)
    z = x[at, None] * V[at]
    s = z.sum(0)
    g = 2 * (w0 + w[at] @ x[at] + 0.5 * (s @ s - (z * z).sum()) - y)
    w[at] -= lr * g * x[at]
    V[at] -= lr * g * x[at, None] * (s - z)
    return w0 - lr * g, w, V


def step_factor_by_factor(x, y, w0, w, V, lr):
    x, w, V = (np.asarray(a, dtype=float) for a in (x, w, V))
    score, slopes = w0 + float(np.dot(w, x)), []
    for column in V.T:
        z = column * x
        score += 0.5 * (z.sum() ** 2 - (z**2).sum())
        slopes.append(x * (z.sum() - z))
    move = -lr * 2 * (score - y)
    return w0 + move, w + move * x, V + move * np.array(slopes).T


def step_single_precision(x, y, w0, w, V, lr):
    x, w, V = (torch.as_tensor(a).float() for a in (x, w, V))
    pairs = itertools.combinations(range(len(x)), 2)
    score = w0 + torch.dot(w, x) + sum((V[i] @ V[j]) * x[i] * x[j] for i, j in pairs)
    g = 2 * float(score - y)
    others = (x @ V)[None] - x[:, None] * V
    return (
        w0 - lr * g,
        torch.add(w, x, alpha=-lr * g),
        V - lr * g * torch.einsum("i,il->il", x, others),
    )


def step_with_func(x, y, w0, w, V, lr):
    def loss(p):
        z = x[:, None] * p["V"]
        score = p["w0"] + p["w"] @ x + 0.5 * ((z.sum(0) ** 2).sum() - (z**2).sum())
        return (score - y).square()

    old = {"w0": torch.tensor(w0, dtype=torch.float64), "w": w, "V": V}
    slopes = torch.func.grad(loss)(old)
    return {name: old[name] - lr * slopes[name] for name in old}


def step_numerically(x, y, w0, w, V, lr):
    d = len(x)

    def loss(p):
        z = x[:, None] * p[1 + d :].reshape(V.shape)
        return (p[0] + p[1 : 1 + d] @ x + 0.5 * ((z.sum(0) ** 2).sum() - (z**2).sum()) - y) ** 2

    p = np.concatenate([[w0], w, np.ravel(V)])
    e = np.eye(len(p)) * 1e-4
    new = p - lr * np.array([(loss(p + n) - loss(p - n)) / 2e-4 for n in e])
    return [new[0], new[1 : 1 + d], new[1 + d :].reshape(V.shape)]


def step_as_one_vector(x, y, w0, w, V, lr):
    x, w, V = np.asarray(x), np.asarray(w), np.asarray(V)
    s = x @ V
    by = np.hstack([1, x, (np.outer(x, s) - V * x[:, None] ** 2).ravel()])
    old = np.hstack([w0, w, V.ravel()])
    score = w0 + w @ x + 0.5 * (s @ s - (x**2 @ V**2).sum())
    new = old - lr * 2 * (score - y) * by
    return new[0], new[1 : 1 + len(x)], new[1 + len(x) :].reshape(V.shape)


# -- 5.7 ---------------------------------------------------------------------------------------


def rows_of_the_identity(f, v, h):
    v = np.asarray(v)
    return [(f(v + h * e) - f(v - h * e)) / (2 * h) for e in np.eye(len(v))]


def copies(f, v, h):
    slopes = []
    for i in range(len(v)):
        up, down = copy.copy(v), copy.copy(v)
        up[i] += h
        down[i] -= h
        slopes.append((f(up) - f(down)) / h / 2)
    return slopes


def clones(f, v, h):
    out = torch.zeros_like(v)
    for i in range(v.numel()):
        nudged = v.clone()
        nudged[i] += h
        out[i] = f(nudged)
        nudged[i] -= 2 * h
        out[i] -= f(nudged)
    return out / (2 * h)


def lists(f, v, h):
    v = [float(a) for a in v]
    return [
        (f([*v[:i], v[i] + h, *v[i + 1 :]]) - f([*v[:i], v[i] - h, *v[i + 1 :]])) / (2 * h)
        for i in range(len(v))
    ]


def forward_and_backward(f, v, h):
    """The mean of the two one-sided slopes is the central one."""
    v, here = np.array(v, dtype=float), float(f(v))
    e = h * np.eye(len(v))
    return np.mean([[(f(v + n) - here) / h, (here - f(v - n)) / h] for n in e], axis=1)


def put_back(f, v, h):
    slopes = np.empty(len(v))
    for i in range(len(v)):
        v[i] += h
        slopes[i] = f(v)
        v[i] -= 2 * h
        slopes[i] -= f(v)
        v[i] += h
    slopes /= 2 * h
    return slopes


def a_matrix_of_points(f, v, h):
    v = np.asarray(v)
    points = v + h * np.concatenate([np.eye(len(v)), -np.eye(len(v))])
    values = np.apply_along_axis(f, 1, points)
    return np.subtract(*values.reshape(2, -1)) / (2 * h)


def by_recursion(f, v, h):
    def rest(i):
        if i == len(v):
            return []
        at = lambda t: f([t if j == i else a for j, a in enumerate(v)])  # noqa: E731
        return [(at(v[i] + h) - at(v[i] - h)) / (2 * h), *rest(i + 1)]

    return rest(0)


def with_partial(f, v, h):
    def moved(i, by):
        w = list(v)
        w[i] = w[i] + by
        return f(w)

    def slope(g):
        return (g(h) - g(-h)) * (0.5 / h)

    return tuple(slope(partial(moved, i)) for i in range(len(v)))


def dictionary(f, v, h):
    v = np.asarray(v, dtype=np.float64)
    found = {}
    for i, sign in itertools.product(range(len(v)), (1, -1)):
        w = v.copy()
        w[i] += sign * h
        found[i] = found.get(i, 0.0) + sign * float(f(w))
    return np.array(list(found.values())) / (2.0 * h)


RIGHT = {
    "5.1": LINEAR,
    "5.2": [
        in_loops, outer_minus, einsum, autograd, vjp, in_place, single_precision, columns,
        before_and_after, row_by_row,
    ],
    "5.3": GRAD_SCORE,
    "5.4": ALL_ZERO,
    "5.5": ONE_ROW,
    "5.6": [
        step_by_autograd, step_by_optimizer, step_in_loops, step_on_copies, step_where_not_zero,
        step_factor_by_factor, step_single_precision, step_with_func, step_numerically,
        step_as_one_vector,
    ],
    "5.7": [
        rows_of_the_identity, copies, clones, lists, forward_and_backward, put_back,
        a_matrix_of_points, by_recursion, with_partial, dictionary,
    ],
}  # fmt: skip
