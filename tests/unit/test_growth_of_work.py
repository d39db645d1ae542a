"""Work is counted, whatever a learner's function computes with, and counting loads nothing."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from fmteach.exercises.growth import grows_with_columns, grows_with_d_squared


def single_numbers(x, V):
    total = 0.0
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            total += x[i].item() * x[j].item() * float(V[i] @ V[j])
    return total


def plain_floats(x, V):
    x, V = [float(a) for a in x], [[float(v) for v in row] for row in V]
    pairs = [[x[i] * x[j] for j in range(len(x))] for i in range(len(x))]
    return torch.tensor(pairs).sum() + V[0][0]


def negated(x, V):
    minus = [-a for a in x]
    return sum(minus[i] * minus[j] / 2 * V[i][0] for i in range(len(x)) for j in range(len(x)))


@pytest.mark.parametrize(
    "function",
    [
        single_numbers,
        plain_floats,
        negated,
        lambda x, V: np.outer(x, x) @ V,
        lambda x, V: torch.einsum("i,j,il,jl->", x, x, V, V),
        lambda x, V: torch.triu((V @ V.T) * torch.outer(x, x), 1).sum(),
    ],
    ids=["item", "floats", "negated", "numpy", "einsum", "triu"],
)
def test_all_pairs_are_seen(function) -> None:
    assert grows_with_d_squared(function) is True


@pytest.mark.parametrize(
    "function",
    [
        lambda x, V: torch.einsum("i,il->l", x, V),
        lambda x, V: (np.asarray(x)[:, None] * np.asarray(V)).sum(0),
        lambda x, V: [sum(a * row[l] for a, row in zip(x, V, strict=True)) for l in range(2)],
        lambda x, V: sum(x[i].item() * V[i, 0].item() for i in range(len(x))),
        lambda x, V: [a * (sum(x) - a) for a in x],  # many sums, few multiplications
    ],
    ids=["einsum", "numpy", "lists", "item", "sums"],
)
def test_two_passes_pass(function) -> None:
    assert grows_with_d_squared(function) is False


def test_views_of_the_table_are_no_work_and_a_dense_einsum_is() -> None:
    def a_view(ids, values, w0, w, V):
        columns = V.T
        return w0 + (columns[0][ids] * values).sum(1)

    def dense(ids, values, w0, w, V):
        x = torch.zeros(len(ids), len(w), dtype=torch.float64).scatter(1, ids, values)
        return w0 + torch.einsum("nd,dk->n", x, V)

    assert grows_with_columns(a_view) is False
    assert grows_with_columns(dense) is True


def test_what_takes_no_numbers_is_not_judged() -> None:
    def fails(*arguments):
        raise TypeError

    assert grows_with_d_squared(fails) is None
    assert grows_with_columns(fails) is None


def test_the_first_feedback_of_a_kernel_loads_nothing() -> None:
    # A learner waits for it: torch's compiler alone takes seconds.
    code = """
import sys
from fmteach.exercises.gradients.factors import GRAD_V, solution_grad_V
from fmteach.exercises.kd_trick.two_passes import FM_FAST, solution_fm_fast
from fmteach.exercises.sparse_rows.scores import FM_SPARSE, solution_fm_sparse
from fmteach.interaction import pairwise_all_pairs
before = set(sys.modules)
assert FM_FAST.check(solution_fm_fast).passed and GRAD_V.check(solution_grad_V).passed
assert FM_SPARSE.check(solution_fm_sparse).passed
assert "grows" in FM_FAST.check(pairwise_all_pairs).message
print(len(set(sys.modules) - before), "torch._dynamo" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    loaded, compiler = done.stdout.split()
    assert int(loaded) < 50 and compiler == "False"
