"""Exercises of notebook 02: slips as learners write them, and numbers in the notebook's text."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch

import fmteach
from fmteach import explain
from fmteach.exercises.definition import EXERCISES as TUPLE
from fmteach.exercises.definition.naive import FM_NAIVE, score_by_matrix
from fmteach.exercises.definition.signs import NAMES, WANTED, check_signs
from fmteach.interaction import pairwise_naive
from fmteach.training import TrainConfig, Trainer

EXERCISES = {exercise.id: exercise for exercise in TUPLE}


def starts_at_zero(w0, w, V, x):
    y = w0
    for i in range(len(x)):
        y += w[i] * x[i]
        for j in range(len(x)):
            for l in range(len(V[0])):
                y += V[i][l] * V[j][l] * x[i] * x[j]
    return y


def starts_at_i(w0, w, V, x):
    return w0 + torch.dot(w, x) + torch.triu((V @ V.T) * torch.outer(x, x)).sum()


def both_orders(w0, w, V, x):
    z = V * x[:, None]
    square = z @ z.T
    return w0 + (w * x).sum() + square.sum() - square.diagonal().sum()


def returns_in_the_loop(w0, w, V, x):
    y = w0
    for i in range(len(x)):
        y += w[i] * x[i]
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            y += float(np.dot(V[i], V[j])) * x[i] * x[j]
        return y


def neighbours(w0, w, V, x):
    y = w0 + np.dot(w, x)
    for i in range(len(x) - 1):
        y = y + np.dot(V[i], V[i + 1]) * x[i] * x[i + 1]
    return y


def x_forgotten(w0, w, V, x):
    d = len(x)
    y = w0 + sum(w[i] * x[i] for i in range(d))
    return y + sum((V[i] * V[j]).sum() for i in range(d) for j in range(i + 1, d))


def columns_of_V(w0, w, V, x):
    y = w0 + np.dot(w, x)
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            dot = 0
            for l in range(len(x)):
                dot += V[l][i] * V[l][j]
            y += dot * x[i] * x[j]
    return y


def dot_outside_of_the_loops(w0, w, V, x):
    y, dot = w0, 0.0
    for i in range(len(x)):
        y += w[i] * x[i]
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            for l in range(len(V[0])):
                dot += V[i][l] * V[j][l]
            y += dot * x[i] * x[j]
    return y


def no_bias(w0, w, V, x):
    return sum(a * b for a, b in zip(w, x, strict=True)) + pairwise_naive(x, V)


def one_over_two(w0, w, V, x):
    return w0 + w @ x + 0.5 * pairwise_naive(x, V)


@pytest.mark.parametrize(
    ("function", "slip"),
    [
        (starts_at_zero, "all pairs and the diagonal"),
        (starts_at_i, "diagonal included"),
        (both_orders, "both orders"),
        (returns_in_the_loop, "first row only"),
        (neighbours, "neighbours only"),
        (x_forgotten, "x missing in the pairs"),
        (columns_of_V, "dot product over features"),
        (dot_outside_of_the_loops, "dot product not set back"),
        (no_bias, "w0 missing"),
        (one_over_two, "halved"),
        (lambda w0, w, V, x: pairwise_naive(x, V), "pair term alone"),
    ],
)
def test_a_slip_is_known_however_it_is_written(function, slip: str) -> None:
    said = FM_NAIVE.check(function).message
    assert [s.name for s in FM_NAIVE.slips if s.says in said] == [slip], said


def test_a_function_that_spoils_its_numbers_is_told() -> None:
    def scales_in_place(w0, w, V, x):
        for i in range(len(x)):
            w[i] *= x[i]
        return w0 + sum(w) + pairwise_naive(x, V)

    def in_torch_alone(w0, w, V, x):
        z = V * x[:, None]
        score = w0 + w @ x + 0.5 * (z.sum(0) ** 2 - (z**2).sum(0)).sum()
        x.mul_(2)
        return score

    for function in (scales_in_place, in_torch_alone):
        assert "changes the numbers it is given" in FM_NAIVE.check(function).message


def test_an_unknown_fault_and_an_error_are_answered() -> None:
    assert "print the three parts" in FM_NAIVE.check(lambda w0, w, V, x: w0 + 1e3).message
    assert "ZeroDivisionError" in FM_NAIVE.check(lambda w0, w, V, x: 1 / 0).message


def test_the_truth_is_the_definition() -> None:
    rng = np.random.default_rng(5)
    w, V, x = rng.normal(size=4), rng.normal(size=(4, 3)), rng.normal(size=4)
    score = 0.5 + float(w @ x) + pairwise_naive(x.tolist(), V.tolist())
    assert score_by_matrix(0.5, w, V, x) == pytest.approx(score)


def test_the_numbers_of_the_questions_are_right() -> None:
    w0, w, x, V = 0.5, [3, 1, -1], [1, 2, 3], [[1, 2], [0, 1], [-1, 1]]
    truth = score_by_matrix(w0, np.array(w), np.array(V), np.array(x))
    assert EXERCISES["2.1"].check(truth).passed
    assert EXERCISES["2.4"].check(1 + 1000 + 1000 * 8).passed
    assert EXERCISES["2.6"].check((2000 * 1999 / 2) / (1000 * 999 / 2)).passed
    assert EXERCISES["2.a"].check(5 + 4).passed
    for id in ("2.1", "2.4", "2.6"):
        said = EXERCISES[id].check(1e9).message
        assert "too large" in said


def test_no_wrong_number_is_so_near_that_it_passes() -> None:
    for id in ("2.1", "2.4", "2.6", "2.a"):
        values = [slip.answer[0] for slip in EXERCISES[id].slips]
        assert len(set(values)) == len(values)


def test_the_learnt_arrows_are_as_the_notebook_tells() -> None:
    data = fmteach.load("movielens", task="rating")
    settings = TrainConfig(
        k=2, l2=0.05, batch_size=1024, learning_rate=0.01, epochs=6, device="cpu"
    )
    trainer = Trainer(data, settings)
    trainer.fit()
    V = trainer.model.V.detach().double()

    def product(user: str, film: str) -> float:
        i, j = (explain.find_feature(data, name) for name in (f"user={user}", f"film={film}"))
        return float(V[i] @ V[j])

    # Two users of unlike taste, and both sides of the plane; seen at once, so well away from 0.
    for film, likes in (("Pulp Fiction (1994)", -1), ("Batman Forever (1995)", 1)):
        assert likes * product("20", film) > 0.3 and likes * product("428", film) < -0.3
    for film in ("Jaws (1975)", "Titanic (1997)"):
        assert product("20", film) * product("428", film) < 0
    # Turned, mirrored and negated factors give the same scores; longer ones do not.
    ids = data.test.ids
    turn = torch.tensor([[0.8, -0.6], [0.6, 0.8]], dtype=torch.float64)
    pairs = (V[ids[:, 0]] * V[ids[:, 1]]).sum(1)
    for other, same in (
        (-V, True),
        (V * torch.tensor([-1, 1]), True),
        (V @ turn, True),
        (2 * V, False),
    ):
        there = (other[ids[:, 0]] * other[ids[:, 1]]).sum(1)
        assert torch.allclose(there, pairs, atol=1e-9) is same
    assert float(pairs.abs().median()) < 0.3 < float(pairs.abs().max())


# ---- signs --------------------------------------------------------------------------------------


def test_one_factor_cannot_have_the_signs() -> None:
    for bits in range(16):
        v = [1 if bits >> n & 1 else -1 for n in range(4)]
        assert any(v[i] * v[j] != sign for (i, j), sign in WANTED.items())


def test_every_wrong_pair_is_named_with_its_number() -> None:
    right = np.array([[0, 1], [-0.9, 0.5], [0.9, 0.5], [0, -1]])
    rng, told = np.random.default_rng(0), set()
    for _ in range(300):
        V = rng.normal(size=(4, 2))
        wrong = {p: V[p[0]] @ V[p[1]] for p, s in WANTED.items() if np.sign(V[p[0]] @ V[p[1]]) != s}
        said = check_signs(V)
        assert said.passed is not bool(wrong)
        if wrong:
            (i, j), value = next(iter(wrong.items()))
            told.add((i, j))
            if abs(value) >= 0.005:
                told_value = f"{NAMES[i]} × {NAMES[j]} is {value:+.2f}".replace("-", "−")
                assert told_value in said.message
            assert said.message.startswith(f"{6 - len(wrong)} of 6")
    assert len(told) >= 4
    for size in (1.0, 1e-4, 1e-200, 1e200):  # directions count, not lengths
        assert check_signs(size * right).passed
    assert (
        "right angle" in check_signs([[1e-5, 1e-5], [1e-5, 0], [0, 1e-5], [-1e-5, -1e-5]]).message
    )


@pytest.mark.parametrize(
    ("V", "says"),
    [
        ("ann", "four rows of two numbers"),
        (3, "four rows of two numbers"),
        ([[1, 2], [1]], "four rows of two numbers"),
        ([[1, 2]] * 3, r"shape \[3, 2\]"),
        ([[float("nan"), 2]] * 4, "not finite"),
        ([[0, 0]] * 4, "0 in every row"),
    ],
)
def test_what_is_no_plan_is_told(V: object, says: str) -> None:
    feedback = check_signs(V)
    assert feedback.verdict == "not yet" and re.search(says, feedback.message)


def test_dots_in_V_are_not_attempted() -> None:
    for V in (None, ..., [..., ..., ..., ...]):
        assert check_signs(V).verdict == "not attempted"
