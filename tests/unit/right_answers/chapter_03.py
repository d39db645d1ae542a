"""Correct answers to the exercises of notebook 03."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import reduce
from types import SimpleNamespace

import numpy as np
import torch


def in_loops(x, V):
    total = 0.0
    for l in range(len(V[0])):
        s = q = 0.0
        for i in range(len(x)):
            s += V[i][l] * x[i]
            q += (V[i][l] * x[i]) ** 2
        total += s * s - q
    return total / 2


def matrix_products(x, V):
    return 0.5 * ((x @ V) ** 2 - (x**2) @ (V**2)).sum()


def einsum_in_torch(x, V):
    s = torch.einsum("i,il->l", x, V)
    q = torch.einsum("i,il->l", x * x, V * V)
    return (s.square() - q).sum().div(2)


def einsum_in_numpy(x, V):
    x, V = np.asarray(x), np.asarray(V)
    s = np.einsum("i,il->l", x, V)
    return float(s @ s - np.einsum("i,i,il,il->", x, x, V, V)) / 2


def zip_and_generators(x, V):
    columns = list(zip(*V, strict=True))
    sums = [sum(v * a for v, a in zip(c, x, strict=True)) for c in columns]
    squares = [sum((v * a) ** 2 for v, a in zip(c, x, strict=True)) for c in columns]
    return sum(s * s - q for s, q in zip(sums, squares, strict=True)) * 0.5


def one_feature_after_another(x, V):
    """Each feature meets the sum of those before it: no diagonal, no half."""
    before, total = V[0] * 0, 0
    for x_i, v_i in zip(x, V, strict=True):
        z = v_i * x_i
        total = total + (before * z).sum()
        before = before + z
    return total


def each_feature_with_the_rest(x, V):
    z = x[:, None] * V
    return ((z.sum(0) - z) * z).sum() / 2


def by_recursion(x, V):
    def split(z):
        if len(z) == 1:
            return z[0], 0.0
        middle = len(z) // 2
        (left, a), (right, b) = split(z[:middle]), split(z[middle:])
        return left + right, a + b + (left * right).sum()

    return split(np.asarray(x)[:, None] * np.asarray(V))[1]


def by_reduce(x, V):
    z = [[v * a for v in row] for row, a in zip(V, x, strict=True)]
    s = reduce(lambda a, b: [p + q for p, q in zip(a, b, strict=True)], z)
    return (sum(a * a for a in s) - sum(v * v for row in z for v in row)) / 2


def in_float32(x, V):
    s, q = torch.zeros(V.shape[1]), torch.zeros(V.shape[1])
    for i in range(len(x)):
        s += V[i] * x[i]
        q += (V[i] * x[i]) ** 2
    return 0.5 * (s**2 - q).sum()


def variance(x, V):
    """The variance over the features is the mean of squares minus the square of the mean."""
    z = np.asarray(x)[:, None] * np.asarray(V)
    d = len(z)
    return 0.5 * (d * d * z.mean(0) ** 2 - d * (z.var(0) + z.mean(0) ** 2)).sum()


def kept_shape(x, V):
    return 0.5 * ((x @ V) ** 2 - x**2 @ V**2).sum(0, keepdims=True)


def hunt(*chosen):
    return SimpleNamespace(
        rounds=[{"answer": 2}, {"answer": 3}, {"answer": 3}, {"answer": 4}, {"answer": 5}] * 2,
        choices=[list(each) for each in chosen] + [[] for _ in range(10 - len(chosen))],
    )


TWO_ONE = [(2, 1), (2.0, 1.0), (1.98, 0.96), (2.05, 1.05), (np.float64(2), np.float32(1)),
           (torch.tensor(2.0), torch.tensor(1.0)), (np.array([2.0]), [1.0]),
           (Fraction(2), Decimal(1)), (np.int64(2), True), (2.0004, 0.9998)]  # fmt: skip
FIVE = [(5,), (5.0,), (np.int64(5),), (np.float32(5),), (torch.tensor(5),), ([5],),
        (np.array([5.0]),), (Fraction(5),), (Decimal("5"),), (torch.tensor([5.0]),)]  # fmt: skip

RIGHT = {
    "3.1": [
        in_loops, matrix_products, einsum_in_torch, einsum_in_numpy, zip_and_generators,
        one_feature_after_another, each_feature_with_the_rest, by_recursion, by_reduce,
        in_float32, variance, kept_shape,
    ],
    "3.2": TWO_ONE,
    "3.3": [
        (hunt([2], [3], [3]),),
        (hunt([2], [3], [3], [4], [5]),),
        (hunt([1, 2], [3], [3]),),
        (hunt([1, 2], [2, 3], [4, 3]),),
        (hunt([1, 3, 4, 2], [3], [3], [4]),),
        (hunt([], [3], [3], [4]),),
        (hunt([1], [3], [3], [4]),),
        (hunt([5, 2], [], [3], [1, 2], [5]),),
        (hunt([2], [1, 3], [3], [5, 4], [4, 5]),),
        (hunt(*([n] for n in (2, 3, 3, 4, 5) * 2)),),
    ],
    "3.4": FIVE,
    "3.5": [
        ("b",), ("B",), (" b ",), ("b)",), ("(b)",), ("B.",),
        ("starting the operations at all",), ("Starting the operations at all",),
        ("  starting   the operations at all.",), ("STARTING THE OPERATIONS AT ALL",),
    ],
}  # fmt: skip
