"""Losses and metrics against their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fmteach.errors import InputError
from fmteach.tasks import TASKS, accuracy, auc, get_task, logloss, mae, rmse

# Few distinct scores, so that ties are common.
pairs = st.lists(
    st.tuples(st.sampled_from([-2.0, -0.5, 0.0, 0.25, 3.0]), st.booleans()), min_size=1, max_size=40
)


def columns(rows):
    return (
        torch.tensor([score for score, _ in rows], dtype=torch.float64),
        torch.tensor([float(label) for _, label in rows]),
    )


@given(pairs)
def test_auc_is_the_share_of_ordered_pairs(rows):
    scores, y = columns(rows)
    wins = [
        1.0 if p > n else 0.5 if p == n else 0.0
        for p in scores[y == 1].tolist()
        for n in scores[y == 0].tolist()
    ]
    got = auc(scores, y)
    if wins:
        assert got == pytest.approx(sum(wins) / len(wins), abs=1e-12)
    else:
        assert math.isnan(got)


@given(pairs)
def test_logloss_and_accuracy_by_hand(rows):
    scores, y = columns(rows)
    p = 1 / (1 + np.exp(-scores.numpy()))
    wanted = -np.mean(y.numpy() * np.log(p) + (1 - y.numpy()) * np.log(1 - p))
    assert logloss(scores, y) == pytest.approx(wanted, rel=1e-9)
    for threshold in (0.5, 0.3):
        share = np.mean((p > threshold) == (y.numpy() == 1))
        assert accuracy(scores, y, threshold) == pytest.approx(share)


def test_regression_metrics_by_hand():
    scores, y = torch.tensor([1.0, 2.0, 5.0]), torch.tensor([2.0, 2.0, 2.0])
    assert rmse(scores, y) == pytest.approx(math.sqrt(10 / 3))
    assert mae(scores, y) == pytest.approx(4 / 3)


@pytest.mark.parametrize(
    "name, y", [("regression", [1.0, 4.0, 2.5]), ("classification", [1, 0, 1])]
)
def test_no_constant_score_is_better_than_the_base_rate(name, y):
    task, y = get_task(name), torch.tensor(y, dtype=torch.float32)
    best = task.constant_score(y)
    at = [float(task.loss(torch.full_like(y, best + delta), y)) for delta in (-0.1, 0.0, 0.1)]
    assert at[1] < at[0] and at[1] < at[2]


def test_a_single_class_has_a_finite_base_rate():
    assert math.isfinite(get_task("classification").constant_score(torch.ones(5)))


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_gradient_of_the_loss_against_finite_differences(task):
    scores = torch.linspace(-3, 3, 6, dtype=torch.float64, requires_grad=True)
    y = torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0, 0.0], dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda s: task.loss(s, y), (scores,))


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_every_metric_is_named_and_the_primary_among_them(task):
    y = torch.tensor([0.0, 1.0, 1.0])
    metrics = task.metrics(y.clone(), y)
    assert set(metrics) == set(task.metric_labels)
    assert task.primary in metrics
    assert task.better(2, 1) == task.higher_is_better
    assert not task.better(math.nan, 1)


def test_the_classification_loss_can_fall_below_the_double_sigmoid_floor():
    # A sigmoid in the model and one in the loss cannot go below 0.5032 on balanced classes.
    y = torch.tensor([0.0, 1.0] * 50)
    assert float(get_task("classification").loss((y - 0.5) * 20, y)) < 1e-4


def test_an_unknown_task_lists_the_known_ones():
    with pytest.raises(InputError, match=r"'clicks'.*regression, classification"):
        get_task("clicks")


@pytest.mark.parametrize("metric", [rmse, mae, logloss, auc, accuracy])
def test_a_score_that_is_no_number_gives_no_number(metric):
    scores, y = torch.tensor([0.1, math.nan, 0.9]), torch.tensor([0.0, 1.0, 1.0])
    assert math.isnan(metric(scores, y))


@pytest.mark.parametrize("metric", [rmse, mae, logloss, auc, accuracy])
def test_metrics_take_scores_with_gradients_and_refuse_other_shapes(metric):
    y = torch.tensor([0.0, 1.0, 1.0])
    scores = torch.tensor([0.1, 0.2, 0.9], requires_grad=True)
    assert math.isfinite(metric(scores, y))  # and no warning, which would be an error here
    with pytest.raises(InputError, match=r"\[3, 1\].*\[3\]"):
        metric(scores[:, None], y)


def test_metrics_of_many_rows_keep_their_digits():
    # Float32 would add 3 million times 0.01 to 29,9xx or so; the ranks go up to 3e6 and their sum
    # far beyond what float32 can hold.
    n = 3_000_000
    scores, y = torch.full((n,), 0.1), torch.zeros(n)
    assert rmse(scores, y) == pytest.approx(0.1, rel=1e-7)
    assert mae(scores, y) == pytest.approx(0.1, rel=1e-7)
    y[: n // 3] = 1.0
    scores = torch.arange(n, dtype=torch.float32)
    assert auc(scores, y) == 0.0 and auc(-scores, y) == 1.0
