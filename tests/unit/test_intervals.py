"""Bootstrap intervals: the definition, the coverage, and what the printed answer says."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from fmteach import tasks
from fmteach.errors import InputError
from fmteach.training import bootstrap, bootstrap_difference, bootstrap_table
from fmteach.training.resampling import METRICS, resample_weights

TASK = {"auc": tasks.auc, "logloss": tasks.logloss, "accuracy": tasks.accuracy,
        "rmse": tasks.rmse, "mae": tasks.mae}  # fmt: skip


def clicks(n: int, seed: int = 0, strength: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    scores = strength * rng.normal(size=n) - 1.0
    return scores, (rng.random(n) < 1 / (1 + np.exp(-scores))).astype(float)


def loop(metric, scores, y, resamples, seed, level=0.95):
    """The definition: every resample is written out, and the metric measured on it."""
    found = []
    for block in resample_weights(len(y), resamples, seed):
        for weights in block:
            at = np.repeat(np.arange(len(y)), weights)
            found.append(metric(torch.tensor(scores[at]), torch.tensor(y[at])))
    return np.quantile(found, [(1 - level) / 2, (1 + level) / 2])


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("digits", [1, 8])  # with one digit most scores are tied
def test_the_interval_is_that_of_the_metric_on_each_resample(metric, digits):
    scores, y = clicks(300)
    scores = scores.round(digits)
    found = bootstrap(metric, scores, y, resamples=200, seed=3)
    expected = TASK[metric](torch.tensor(scores), torch.tensor(y))
    assert found.value == pytest.approx(expected, abs=1e-12)
    low, high = loop(TASK[metric], scores, y, 200, seed=3)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)


def test_a_function_of_ones_own_gives_what_the_named_metric_gives():
    scores, y = clicks(200)
    named = bootstrap("auc", scores, y, resamples=50)
    own = bootstrap(tasks.auc, scores, y, resamples=50)
    assert (own.value, own.low, own.high) == pytest.approx((named.value, named.low, named.high))


def test_the_interval_of_a_mean_is_the_textbook_one():
    rng = np.random.default_rng(1)
    errors = rng.exponential(size=4000)
    found = bootstrap("mae", errors, np.zeros(4000), resamples=4000)
    half = 1.96 * errors.std() / math.sqrt(4000)
    assert found.low == pytest.approx(errors.mean() - half, abs=0.1 * half)
    assert found.high == pytest.approx(errors.mean() + half, abs=0.1 * half)


def test_it_covers_the_true_value_about_as_often_as_it_says():
    # Two normal distributions, one apart: the true AUC is Phi(1 / sqrt(2)).
    truth, hits, tries = 0.7602, 0, 200
    for seed in range(tries):
        rng = np.random.default_rng([9, seed])
        y = (np.arange(400) % 2).astype(float)
        hits += truth in bootstrap("auc", rng.normal(size=400) + y, y, resamples=200, seed=seed)
    assert 0.88 <= hits / tries <= 0.985


def test_weights_are_n_draws_and_the_same_for_the_same_seed():
    blocks = list(resample_weights(700_000, 3, seed=5))  # more than one block
    weights = np.concatenate(blocks)
    assert [len(block) for block in blocks] == [1, 1, 1]
    assert (weights.sum(axis=1) == 700_000).all()
    assert weights.var() == pytest.approx(1.0, rel=0.01)  # nearly Poisson(1)
    small = np.concatenate(list(resample_weights(50, 300, seed=5)))
    assert small.shape == (300, 50) and len(np.unique(small, axis=0)) == 300
    each = small.sum(axis=0)  # every row is drawn about 300 times, the first and the last too
    assert abs(each - 300).max() < 5 * math.sqrt(300)
    again = np.concatenate(list(resample_weights(50, 300, seed=5)))
    np.testing.assert_array_equal(small, again)


def test_memory_does_not_grow_with_the_resamples():
    import tracemalloc

    scores, y = clicks(20_000)
    tracemalloc.start()
    bootstrap("auc", scores, y, resamples=300)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6  # all weights at once would be 48 MB, and 48 MB more for the sums


def test_level_and_seed():
    scores, y = clicks(1000)
    narrow, wide = (bootstrap("auc", scores, y, level=level) for level in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.value < narrow.high < wide.high
    assert bootstrap("auc", scores, y) == bootstrap("auc", scores, y)
    assert bootstrap("auc", scores, y).low != bootstrap("auc", scores, y, seed=1).low
    assert "50 % interval" in str(narrow)


# ---- what is not defined -------------------------------------------------------------------------


def test_one_class_and_nan_give_nan_and_words():
    for scores, y in (([1.0, 2.0, 3.0], [1, 1, 1]), ([1.0, float("nan"), 3.0], [1, 0, 1])):
        found = bootstrap("auc", scores, y, resamples=20)
        assert math.isnan(found.value) and math.isnan(found.low) and math.isnan(found.high)
        assert "no interval" in str(found)
        answer = bootstrap_difference("auc", scores, scores, y, resamples=20)
        assert answer.verdict.startswith("No answer") and not answer.decided
    assert math.isnan(bootstrap("logloss", [0.0, float("nan")], [1, 0], resamples=20).value)
    assert bootstrap("logloss", [0.0, 1.0], [1, 1], resamples=20).value > 0


def test_resamples_without_a_click_are_left_out_and_counted():
    scores, y = np.linspace(-1, 1, 12), np.zeros(12)
    y[8] = 1
    found = bootstrap("auc", scores, y, resamples=400)
    # No draw hits the one click with chance (11/12)^12 = 0.35.
    assert 100 < found.undefined < 180
    assert found.low <= found.value <= found.high
    assert f"{found.undefined} resamples left out" in str(found)


# ---- is A better than B? -------------------------------------------------------------------------


def test_pairing_decides_what_two_single_intervals_do_not():
    rng = np.random.default_rng([1, 4])
    good, y = clicks(4000, seed=4, strength=1.5)
    poor = good + 0.4 * rng.normal(size=4000)
    a, b = (bootstrap("auc", scores, y) for scores in (good, poor))
    assert a.low < b.high  # they overlap
    found = bootstrap_difference("auc", good, poor, y, names=("FM", "linear"))
    assert found.value == pytest.approx(a.value - b.value)
    assert found.decided and found.low > 0 and found.share_better > 0.99
    assert str(found).startswith("Is FM better than linear? Yes: FM is better than linear")
    other = bootstrap_difference("auc", poor, good, y, names=("FM", "linear"))
    assert other.low == pytest.approx(-found.high)
    assert "No: linear is better than FM" in other.verdict


def test_of_a_loss_the_lower_is_better():
    good, y = clicks(3000, strength=2.0)
    found = bootstrap_difference("logloss", good, good * 0.2, y, names=("FM", "linear"))
    assert found.value < 0 and "Yes: FM is better" in found.verdict
    assert found.share_better == 1
    assert "−0." in str(found)


def test_equal_models_are_not_told_apart():
    scores, y = clicks(500)
    rng = np.random.default_rng(0)
    found = bootstrap_difference(
        "logloss", scores + 0.05 * rng.normal(size=500), scores + 0.05 * rng.normal(size=500), y
    )
    assert not found.decided and "do not decide between A and B" in found.verdict
    same = bootstrap_difference("auc", scores, scores, y, resamples=50)
    assert same.value == same.low == same.high == 0 and same.share_better == 0.5
    assert not same.decided and "+0.0000" in str(same)


def test_a_metric_of_unknown_direction_is_only_said_to_be_higher():
    scores, y = clicks(300)

    def mean_score(scores, y):
        return float(scores.mean())

    found = bootstrap_difference(mean_score, scores + 1, scores, y, resamples=20)
    assert found.verdict == "mean_score of A is higher than of B."
    known = bootstrap_difference(
        mean_score, scores + 1, scores, y, resamples=20, higher_is_better=False
    )
    assert "No: B is better than A" in known.verdict


def test_the_table_has_a_row_a_model_and_takes_tensors():
    scores, y = clicks(400)
    table = bootstrap_table(
        {"FM": torch.tensor(scores), "linear": scores / 2}, torch.tensor(y), ("auc", "logloss")
    )
    assert table.columns == (
        "model", "AUC", "AUC, 95 % interval", "logloss", "logloss, 95 % interval"
    )  # fmt: skip
    assert [row[0] for row in table.rows] == ["FM", "linear"]
    assert table.rows[0][1] == table.rows[1][1]  # halving the logits leaves the order
    assert " to " in table.rows[0][4]


@pytest.mark.parametrize(
    ("metric", "scores", "y", "options", "message"),
    [
        ("acu", [1.0], [1], {}, "did you mean 'auc'"),
        ("auc", [1.0, 2.0], [1], {}, "2 rows and y has 1"),
        ("auc", [[1.0]], [1], {}, "shape"),
        ("auc", [], [], {}, "no rows"),
        ("auc", [1.0, 2.0], [1, 3], {}, "labels 0 and 1, and it holds 3"),
        ("rmse", [1.0, 2.0], [1, float("nan")], {}, "finite numbers"),
        ("rmse", ["a", "b"], [1, 2], {}, "no number"),
        ("auc", [1.0, 2.0], [1, 0], {"resamples": 3}, "10 or more"),
        ("auc", [1.0, 2.0], [1, 0], {"level": 95}, "between 0 and 1"),
        ("auc", [1.0, 2.0], [1, 0], {"seed": -1}, "seed"),
    ],
)
def test_bad_input_is_named(metric, scores, y, options, message):
    with pytest.raises(InputError, match=message):
        bootstrap(metric, scores, y, **options)
