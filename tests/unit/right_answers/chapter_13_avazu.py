"""Correct answers to the exercises of notebook 13."""

from __future__ import annotations

import math

import numpy as np
import torch

from fmteach.exercises import small_runs
from fmteach.exercises.slip import Made

# -- 13.1 --------------------------------------------------------------------------------------


def newton(scores, y):
    b = 0.0
    for _ in range(20):
        p = torch.sigmoid(scores + b)
        b -= float((p.mean() - y.mean()) / (p * (1 - p)).mean())
    return b


def by_gradient(scores, y):
    b = torch.zeros((), dtype=scores.dtype, requires_grad=True)
    optimizer = torch.optim.LBFGS([b], max_iter=100, tolerance_change=1e-12)

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(scores + b, y)
        loss.backward()
        return loss

    optimizer.step(closure)
    return b


def gradient_steps(scores, y):
    b = torch.zeros(1, dtype=scores.dtype)
    for _ in range(400):
        b -= 4 * (torch.sigmoid(scores + b).mean() - y.mean())
    return b


def corrected_again_and_again(scores, y):
    """Add the difference of the logits of the means, until nothing is left of it."""
    scores, y = np.asarray(scores), np.asarray(y)
    b, rate = 0.0, y.mean()
    for _ in range(100):
        p = (1 / (1 + np.exp(-scores - b))).mean()
        b += np.log(rate / (1 - rate)) - np.log(p / (1 - p))
    return b


def halves_in_numpy(scores, y):
    scores, rate = np.array(scores), np.array(y).mean()
    low, high = np.float64(-10), np.float64(10)
    while high - low > 1e-8:
        middle = (low + high) / 2
        if (1 / (1 + np.exp(-(scores + middle)))).mean() < rate:
            low = middle
        else:
            high = middle
    return np.array([middle])


def halves_by_recursion(scores, y, low=-16.0, high=16.0):
    middle = (low + high) / 2
    if high - low < 1e-6:
        return middle
    if torch.sigmoid(scores + middle).mean() > y.mean():
        return halves_by_recursion(scores, y, low, middle)
    return halves_by_recursion(scores, y, middle, high)


def secant(scores, y):
    def off(b):
        return torch.sigmoid(scores + b).sum() - y.sum()

    a, b = -1.0, 1.0
    for _ in range(30):
        if off(b) == off(a):
            break
        a, b = b, b - off(b) * (b - a) / (off(b) - off(a))
    return b


def finer_and_finer_grid(scores, y):
    center, width = 0.0, 8.0
    for _ in range(8):
        grid = torch.linspace(center - width, center + width, 41, dtype=scores.dtype)
        off = (torch.sigmoid(scores[:, None] + grid).mean(0) - y.mean()).abs()
        center, width = float(grid[off.argmin()]), width / 10
    return center


def row_by_row(scores, y):
    scores, clicks = [float(s) for s in scores], float(sum(y))
    b = 0.0
    for _ in range(12):
        p = [1 / (1 + math.exp(-s - b)) for s in scores]
        b += (clicks - sum(p)) / sum(q * (1 - q) for q in p)
    return b


def in_float32(scores, y):
    scores, y = scores.float(), y.float()
    low, high = torch.tensor(-20.0), torch.tensor(20.0)
    for _ in range(40):
        middle = (low + high) / 2
        below = torch.sigmoid(scores + middle).mean() < y.mean()
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    return (low + high) / 2


def in_place(scores, y):
    """Moves the scores themselves and adds up the steps."""
    total = 0.0
    for _ in range(30):
        p = torch.sigmoid(scores)
        step = (y.mean() - p.mean()) / (p * (1 - p)).mean()
        scores += step
        total += float(step)
    return total


def only_doubling(scores, y):
    b, step = -20.0, 16.0
    while step > 1e-7:
        if torch.sigmoid(scores + b + step).mean() <= y.mean():
            b += step
        else:
            step /= 2
    return b


FIELD, REASON = "rate of the device", "the clicks of the test rows are in it"


def labels(**changes):
    return Made(lambda: (small_runs.trained("classification", **changes),))


RIGHT = {
    "13.1": [
        newton, by_gradient, gradient_steps, corrected_again_and_again, halves_in_numpy,
        halves_by_recursion, secant, finer_and_finer_grid, row_by_row, in_float32, in_place,
        only_doubling,
    ],
    "13.2": [
        labels(), labels(k=8, optimizer="adagrad", learning_rate=0.2),
        labels(batch_size=64, epochs=4),
        Made(lambda: {"trainer": small_runs.good("classification"), "margin": 0.04}),
        Made(lambda: (small_runs.with_times(small_runs.good("classification")),)),
    ],
    "13.3": [
        (FIELD, 3), (FIELD, "3"), (FIELD, REASON), {"field": FIELD, "reason": 3},
        {"reason": REASON, "field": FIELD}, (FIELD.upper(), 3.0), (f" {FIELD} ", np.int64(3)),
        (f"“{FIELD}”", torch.tensor(3)), (np.str_(FIELD), "3."), (FIELD.title(), "(3)"),
        (FIELD, f"{REASON.capitalize()}."),
    ],
}  # fmt: skip
