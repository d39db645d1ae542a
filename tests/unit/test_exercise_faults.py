"""Exercises: answers of odd kinds. No answer is an error, and none that is right is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fmteach.exercises.kd_trick import FM_FAST
from fmteach.exercises.kd_trick.costs import check_slopes
from fmteach.exercises.live_training import check_should_stop
from fmteach.exercises.start_here import check_doctor


def in_float32_accumulators(x, V):
    total, squares = torch.zeros(V.shape[1]), torch.zeros(V.shape[1])
    for i in range(len(x)):
        total += V[i] * x[i]
        squares += (V[i] * x[i]) ** 2
    return 0.5 * (total**2 - squares).sum()


def in_place(x, V):
    V *= x[:, None]
    total = V.sum(0)
    V *= V
    return 0.5 * (total * total - V.sum(0)).sum()


def in_place_with_numpy_alone(x, V):
    V *= x[:, None]  # works on a tensor too, before the next line fails
    total = np.add.reduce(V, 0, dtype=np.float64, keepdims=False)
    return 0.5 * float(np.dot(total, total) - np.vdot(V, V))


def with_gradients(x, V):
    V = torch.nn.Parameter(V)
    return 0.5 * ((x @ V).square().sum() - (x[:, None] * V).square().sum())


@pytest.mark.parametrize(
    "function",
    [
        in_float32_accumulators,
        in_place,
        in_place_with_numpy_alone,
        with_gradients,
        lambda x, V: 0.5 * ((x @ V) ** 2 - x**2 @ V**2).sum(0, keepdims=True),
        lambda x, V: np.array(0.5 * (np.asarray(x @ V) ** 2 - np.asarray(x**2 @ V**2)).sum()),
        lambda x, V: 0.5 * ((x.float() @ V.float()) ** 2 - x.float() ** 2 @ V.float() ** 2).sum(),
    ],
)
def test_right_answers_of_every_kind_pass(function):
    feedback = FM_FAST.check(function)
    assert feedback.passed, feedback


@pytest.mark.parametrize(
    "function",
    [
        lambda x, V: torch.triu((x[:, None] * V) @ (x[:, None] * V).T, 1).sum(),
        lambda x, V: torch.einsum("i,il,jl,j->ij", x, V, V, x).triu(1).sum(),
    ],
)
def test_every_pair_at_once_in_torch_alone_is_still_every_pair(function):
    feedback = FM_FAST.check(function)
    assert not feedback.passed and "still grows with d²" in feedback.message


@pytest.mark.parametrize(
    "answer, says",
    [
        (lambda x, V: [1.0, 2.0], "one number is wanted"),
        (lambda x, V: V, r"array of shape \[4, 2\]"),
        (lambda x, V: "1.5", "returned '1.5'"),
        (lambda x, V: {}, "returned {}"),
        (lambda x, V: float("nan"), "you get nan"),
        (lambda x: 1.0, "TypeError"),
        (lambda x, V: torch.triangle(x), "torch.*triangle"),
    ],
)
def test_wrong_answers_of_every_kind_are_no_error(answer, says):
    feedback = FM_FAST.check(answer)
    assert feedback.verdict == "not yet"
    assert __import__("re").search(says, feedback.message), feedback


@pytest.mark.parametrize("answer", [None, ...])
def test_no_function_at_all_is_not_attempted(answer):
    assert FM_FAST.check(answer).verdict == "not attempted"
    assert check_should_stop(answer).verdict == "not attempted"


def says_nothing_when_it_goes_on(losses, patience):
    if len(losses) - 1 - losses.index(min(losses)) >= patience:
        return True


def fails_on_short_lists(losses, patience):
    if len(losses) == 3:
        raise IndexError("three")
    return len(losses) < 4


@pytest.mark.parametrize(
    "rule, says",
    [
        (says_nothing_when_it_goes_on, "return False for go on"),
        (fails_on_short_lists, "the answer is stop, yours is go on"),
        (lambda losses, patience: "stop", "Return True for stop"),
        (lambda losses, patience: np.array([True, False]), "Return True for stop"),
        (lambda losses, patience: losses.sort() or len(losses) > 9, "the answer is stop"),
    ],
)
def test_stopping_rules_of_odd_kinds(rule, says):
    feedback = check_should_stop(rule)
    assert feedback.verdict == "not yet" and says in feedback.message, feedback


@pytest.mark.parametrize(
    "rule",
    [
        lambda losses, p: np.argmin(losses) + p < len(losses),
        lambda losses, p: torch.tensor(len(losses) - 1 - int(np.argmin(losses)) >= p),
        lambda losses, p: int(len(losses) - 1 - losses.index(min(losses)) >= p),
        # The last of equal ones: the text of the exercise leaves that open.
        lambda losses, p: losses[::-1].index(min(losses)) >= p,
    ],
)
def test_right_stopping_rules_pass(rule):
    assert check_should_stop(rule).passed


@pytest.mark.parametrize("naive, fast", [("two", "one"), (np.ones(2), 1.0), (np.nan, 1), ([], {})])
def test_slopes_that_are_no_numbers_are_no_error(naive, fast):
    assert check_slopes(naive, fast).verdict == "not yet"
    assert check_slopes(torch.tensor(2.0), np.array(1.0)).passed


def test_the_doctor_itself_is_no_report():
    feedback = check_doctor(check_doctor)
    assert feedback.verdict == "not yet" and "Round brackets" in feedback.message
    assert check_doctor(...).verdict == "not attempted"
    assert "a report is wanted; got 3" in check_doctor(3).message
