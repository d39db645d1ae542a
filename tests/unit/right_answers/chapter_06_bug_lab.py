"""Correct answers to the exercises of the bug lab, notebook 06."""

from __future__ import annotations

import functools
import math
import random
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

# -- 6.8: loss, probability, decision ------------------------------------------------------------


def softplus(score, y):
    loss = (F.softplus(score) - y * score).mean()
    return loss, score.sigmoid(), score > 0


def logsigmoid(score, y):
    loss = -(y * F.logsigmoid(score) + (1 - y) * F.logsigmoid(-score)).mean()
    return loss, torch.sigmoid(score), torch.sigmoid(score) > 0.5


def module(score, y):
    p = nn.Sigmoid()(score)
    return nn.BCEWithLogitsLoss()(score, y), p, (p > 0.5).float()


def numpy_logaddexp(score, y):
    s, y = np.asarray(score), np.asarray(y)
    p = np.exp(-np.logaddexp(0, -s))
    return np.logaddexp(0, np.where(y == 1, -s, s)).mean(), p, (s > 0).astype(int)


def rows_in_a_loop(score, y):
    total, p, yes = 0.0, [], []
    for s, label in zip(score, y, strict=True):
        total += max(s, 0) - s * label + math.log1p(math.exp(-abs(s)))
        p.append(float(torch.sigmoid(torch.as_tensor(float(s)))))
        yes.append(bool(s > 0))
    return total / len(y), p, yes


def two_classes(score, y):
    both = torch.stack([torch.zeros_like(score), score], 1)
    return F.cross_entropy(both, y.long()), both.softmax(1)[:, 1], both.argmax(1)


def tanh_form(score, y):
    p = (1 + torch.tanh(score / 2)) / 2
    return F.binary_cross_entropy_with_logits(score, y, reduction="sum") / len(y), p, p.round()


def in_float32(score, y):
    score, y = score.float(), y.float()
    return F.binary_cross_entropy_with_logits(score, y), score.sigmoid(), score.sign() > 0


def signs(score, y):
    margin = (2 * y - 1) * score
    return (
        torch.log1p(torch.exp(-margin.abs())).mean() + F.relu(-margin).mean(),
        F.sigmoid(score),
        torch.where(score > 0, 1.0, 0.0),
    )


def as_dict(score, y):
    loss = torch.logsumexp(torch.stack([torch.zeros_like(score), score]), 0) - y * score
    return {"yes": score.gt(0), "p": torch.special.expit(score), "loss": loss.mean()}


# -- 6.9: accuracy -------------------------------------------------------------------------------


def acc_mean(scores, y):
    return ((scores > 0) == (y > 0.5)).double().mean()


def acc_numpy(scores, y):
    return np.mean((np.asarray(scores) > 0) == np.asarray(y))


def acc_probabilities(scores, y):
    return ((torch.sigmoid(scores) > 0.5) == y.bool()).float().mean().item()


def acc_rounded_probabilities(scores, y):
    return (torch.sigmoid(scores).round() == y).double().mean()


def acc_loop(scores, y):
    right = 0
    for i in range(len(y)):
        said = 1 if scores[i] >= 0 else 0
        right += said == int(y[i])
    return right / len(y)


def acc_margins(scores, y):
    return (scores * (2 * y - 1) > 0).double().mean()


def acc_errors(scores, y):
    return 1 - ((scores > 0).double() - y).abs().mean()


def acc_matrix(scores, y):
    table = Counter((float(s) > 0, bool(label)) for s, label in zip(scores, y, strict=True))
    return Fraction(table[True, True] + table[False, False], sum(table.values()))


def acc_filter(scores, y):
    rows = list(zip(scores, y, strict=True))
    return len([1 for s, t in rows if (s > 0) == (t == 1)]) / len(rows)


def acc_heaviside(scores, y):
    return np.equal(np.heaviside(np.asarray(scores), 1), np.asarray(y)).sum() / len(y)


def acc_classes(scores, y):
    both = torch.stack([-scores, scores], 1).argmax(1)
    return torch.eq(both, y.long()).sum() / y.numel()


# -- 6.10: the pair term of z --------------------------------------------------------------------


def pairs_reformulated(z):
    return ((z.sum(0) ** 2 - (z * z).sum(0)) / 2).sum()


def pairs_norms(z):
    return (torch.linalg.norm(z.sum(0)) ** 2 - torch.linalg.norm(z) ** 2) / 2


def pairs_loop(z):
    total = 0.0
    for l in range(len(z[0])):
        s = sum(row[l] for row in z)
        total += s * s - sum(row[l] * row[l] for row in z)
    return total / 2


def pairs_triangle(z):
    return torch.triu(z @ z.T, diagonal=1).sum()


def pairs_gram(z):
    gram = np.asarray(z) @ np.asarray(z).T
    return (gram.sum() - np.trace(gram)) / 2


def pairs_combinations(z):
    return sum((np.asarray(a) * np.asarray(b)).sum() for a, b in combinations(z, 2))


def pairs_running(z):
    total, before = 0.0, np.zeros(len(z[0]))
    for row in np.asarray(z):
        total, before = total + before @ row, before + row
    return total


def pairs_einsum(z):
    return 0.5 * (torch.einsum("il,jl->", z, z) - torch.einsum("il,il->", z, z))


def pairs_leave_out(z):
    return ((z.sum(0, keepdims=True) - z) * z).sum() / 2


def pairs_in_float32(z):
    z = z.float()
    return (z.sum(0).square() - z.square().sum(0)).sum().mul(0.5).reshape(1)


def pairs_reduce(z):
    def add(state, row):
        total, before = state
        return total + sum(a * b for a, b in zip(before, row, strict=True)), [
            a + b for a, b in zip(before, row, strict=True)
        ]

    return functools.reduce(add, list(z), (0.0, [0.0] * len(z[0])))[0]


# -- 6.11: a start -------------------------------------------------------------------------------


def init_torch(d, k, seed):
    generator = torch.Generator().manual_seed(seed)
    return 0, torch.zeros(d), torch.randn(d, k, generator=generator) * 0.01


def init_global_torch(d, k, seed):
    torch.manual_seed(seed)
    return torch.zeros(()), torch.zeros(d), torch.nn.init.normal_(torch.empty(d, k), std=0.02)


def init_global_numpy(d, k, seed):
    np.random.seed(seed)  # noqa: NPY002
    return 0.0, np.zeros(d), np.random.randn(d, k) / 100  # noqa: NPY002


def init_uniform(d, k, seed):
    rng = np.random.default_rng(seed)
    return 0.0, np.zeros(d), rng.uniform(-0.05, 0.05, (d, k))


def init_lists(d, k, seed):
    draw = random.Random(seed)
    return 0, [0] * d, [[draw.gauss(0, 0.01) for _ in range(k)] for _ in range(d)]


def init_xavier(d, k, seed):
    torch.manual_seed(seed)
    return 0.0, torch.zeros(d), torch.nn.init.xavier_uniform_(nn.Parameter(torch.empty(d, k)))


def init_parameters(d, k, seed):
    g = torch.Generator().manual_seed(seed + 7)
    V = nn.Parameter(0.05 * torch.randn(d, k, generator=g, dtype=torch.float64))
    return nn.Parameter(torch.tensor(0.0)), nn.Parameter(torch.zeros(d)), V


def init_embedding(d, k, seed):
    torch.manual_seed(seed)
    w, V = nn.Embedding(d, 1), nn.Embedding(d, k)
    nn.init.zeros_(w.weight)
    nn.init.normal_(V.weight, 0, 0.01)
    return torch.zeros(1), w.weight, V.weight


def init_quiet_w(d, k, seed):
    rng = np.random.default_rng(seed)
    return -1.6, rng.normal(0, 0.001, d), rng.normal(0, 0.01, (d, k))


def init_scaled(d, k, seed):
    rng = np.random.default_rng([seed, d, k])
    V = rng.standard_normal((d, k), dtype=np.float32)
    V *= 0.1 / np.sqrt(k)
    return [0.0, np.zeros(d, np.float32), V]


def numbers(value: float) -> list[tuple]:
    return [
        (value,), (round(value, 3),), (np.float64(value),), (np.float32(value),),
        (torch.tensor(value),), (np.array([value]),), ([value],), (Fraction(value),),
        (Decimal(str(value)),), (torch.tensor([value], requires_grad=True),),
    ]  # fmt: skip


FIVE = {"A": "loud start", "B": "two sigmoids", "C": "all at once", "D": "accuracy by equality",
        "E": "stray half"}  # fmt: skip

RIGHT = {
    "6.6": numbers(0.5032),
    "6.7": numbers(0.6286),
    "6.8": [
        softplus, logsigmoid, module, numpy_logaddexp, rows_in_a_loop, two_classes, tanh_form,
        in_float32, signs, as_dict,
    ],
    "6.9": [
        acc_mean, acc_numpy, acc_probabilities, acc_rounded_probabilities, acc_loop, acc_margins,
        acc_errors, acc_matrix, acc_filter, acc_heaviside, acc_classes,
    ],
    "6.10": [
        pairs_reformulated, pairs_norms, pairs_loop, pairs_triangle, pairs_gram,
        pairs_combinations, pairs_running, pairs_einsum, pairs_leave_out, pairs_in_float32,
        pairs_reduce,
    ],
    "6.11": [
        init_torch, init_global_torch, init_global_numpy, init_uniform, init_lists, init_xavier,
        init_parameters, init_embedding, init_quiet_w, init_scaled,
    ],
    "6.12": [
        FIVE, dict(sorted(FIVE.items(), reverse=True)),
        {case: fault.upper() for case, fault in FIVE.items()},
        {case: fault.title() for case, fault in FIVE.items()},
        {case: f"  {fault} " for case, fault in FIVE.items()},
        {case: fault.replace(" ", "_") for case, fault in FIVE.items()},
        {"A": 6, "B": 1, "C": 5, "D": 2, "E": 3},
        {"A": "6", "B": "1", "C": "5", "D": "2", "E": "3"},
        {"A": np.int64(6), "B": 1, "C": "all at once", "D": 2, "E": "stray half"},
        {**FIVE, "B": "Two  sigmoids"},
    ],
}  # fmt: skip
