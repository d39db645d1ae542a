"""Correct answers to the exercises of notebook 02."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import torch


def three_loops(w0, w, V, x):
    y = w0
    for i in range(len(x)):
        y += w[i] * x[i]
        for j in range(len(x)):
            if i < j:
                for l in range(len(V[0])):
                    y += V[i][l] * V[j][l] * x[i] * x[j]
    return y


def with_combinations(w0, w, V, x):
    total = w0 + sum(a * b for a, b in zip(w, x, strict=True))
    for i, j in combinations(range(len(x)), 2):
        total += sum(a * b for a, b in zip(V[i], V[j], strict=True)) * x[i] * x[j]
    return total


def j_before_i(w0, w, V, x):
    score = w0
    for i in range(len(x)):
        score = score + w[i] * x[i]
        for j in range(i):
            score = score + x[i] * x[j] * (V[i] @ V[j])
    return score


def upper_triangle_in_torch(w0, w, V, x):
    products = (V @ V.T) * torch.outer(x, x)
    return w0 + w @ x + torch.triu(products, diagonal=1).sum()


def half_without_diagonal(w0, w, V, x):
    z = V * x[:, None]
    square = z @ z.T
    return w0 + (w * x).sum() + 0.5 * (square.sum() - square.diagonal().sum())


def twice_and_halved(w0, w, V, x):
    d = len(x)
    pairs = sum(
        float(np.dot(V[i], V[j])) * x[i] * x[j] for i in range(d) for j in range(d) if i != j
    )
    return w0 + np.dot(w, x) + pairs / 2


def two_passes(w0, w, V, x):
    s = x @ V
    return w0 + w @ x + 0.5 * (s @ s - ((x[:, None] * V) ** 2).sum())


def einsum_and_indices(w0, w, V, x):
    x, V = np.asarray(x), np.asarray(V)
    i, j = np.triu_indices(len(x), 1)
    return np.array([w0 + np.dot(w, x) + np.einsum("pl,pl,p,p->", V[i], V[j], x[i], x[j])])


def by_recursion(w0, w, V, x):
    if len(x) == 0:
        return w0
    rest = sum(V[0] @ V[j] * x[j] for j in range(1, len(x)))
    return by_recursion(w0 + w[0] * x[0] + x[0] * rest, w[1:], V[1:], x[1:])


def adds_up_in_float32(w0, w, V, x):
    score = torch.zeros(1, dtype=torch.float32)
    score[0] = w0 + torch.dot(w, x)
    for i in range(len(x) - 1):
        for j in range(i + 1, len(x)):
            score += torch.dot(V[i], V[j]) * x[i] * x[j]
    return score


def scales_a_copy(w0, w, V, x):
    rows = [[v * x[i] for v in row] for i, row in enumerate(V)]
    y, seen = w0, []
    for i, row in enumerate(rows):
        y += w[i] * x[i] + sum(
            math.fsum(a * b for a, b in zip(row, old, strict=True)) for old in seen
        )
        seen.append(row)
    return y


def skips_absent_features(w0, w, V, x):
    there = [i for i in range(len(x)) if x[i] != 0]
    y = w0
    while there:
        i = there.pop()
        y = y + w[i] * x[i]
        for j in there:
            y = y + (V[i] * V[j]).sum() * x[i] * x[j]
    return y


wheel = [[0, 1], [-0.9, 0.5], [0.9, 0.5], [0, -1]]


def turned(degrees, scale=1.0):
    a = math.radians(degrees)
    c, s = scale * math.cos(a), scale * math.sin(a)
    return [[c * p - s * q, s * p + c * q] for p, q in wheel]


FOUR_TIMES = (2000 * 1999) / (1000 * 999)

RIGHT = {
    "2.1": [
        (15.5,), (Fraction(31, 2),), (Decimal("15.5"),), (np.float64(15.5),), (np.array(15.5),),
        (np.array([15.5]),), (torch.tensor(15.5),), (torch.tensor([15.5], requires_grad=True),),
        (np.float32(15.5),), (15.499999999999998,), (0.5 + 2 + 13,), ([15.5],),
    ],
    "2.2": [
        three_loops, with_combinations, j_before_i, upper_triangle_in_torch, half_without_diagonal,
        twice_and_halved, two_passes, einsum_and_indices, by_recursion, adds_up_in_float32,
        scales_a_copy, skips_absent_features,
        lambda w0, w, V, x: w0 + w @ x + sum(
            V[i] @ V[j] * x[i] * x[j] for i in range(len(x)) for j in range(i + 1, len(x))
        ),
    ],
    "2.3": [
        (wheel,), (tuple(map(tuple, wheel)),), (np.array(wheel),), (torch.tensor(wheel),),
        (torch.tensor(wheel, requires_grad=True),), (turned(30),), (turned(211),),
        (turned(90, 100.0),), (np.array(wheel, dtype=np.float32) * 0.01,),
        ([[0.1, 2], [-1.5, 0.4], [1.2, 1], [0.3, -1.9]],), ([[-a, b] for a, b in wheel],),
        (SimpleNamespace(V=wheel),),
    ],
    "2.4": [
        (9001,), (9001.0,), (1 + 1000 + 1000 * 8,), (np.int64(9001),), (np.array([9001]),),
        (torch.tensor(9001),), (Fraction(9001),), (Decimal(9001),), (np.float64(9001),),
        (sum(p.numel() for p in (torch.zeros(1), torch.zeros(1000), torch.zeros(1000, 8))),),
    ],
    "2.5": [
        ("c",), ("C",), ("c)",), ("(c)",), (" c ",), ("C.",),
        ("turn all v_i by the same angle",), ("Turn all v_i by the same angle",),
        ("TURN ALL V_I BY THE SAME ANGLE",), ("turn all  v_i by the same angle ",),
    ],
    "2.6": [
        (4,), (4.0,), (4.002,), (FOUR_TIMES,), (2**2,), (np.float64(4),), (np.array([4.002]),),
        (torch.tensor(4.0),), (Fraction(3998, 999),), (Decimal("4.002"),),
    ],
}  # fmt: skip
