"""Calibration: the bins, the intervals, and the constant that repairs the mean."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from fmteach import tasks
from fmteach.errors import InputError
from fmteach.training import calibration, platt, shift_to, wilson


def clicks(n: int = 40_000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=n) - 1.0
    return scores, (rng.random(n) < 1 / (1 + np.exp(-scores))).astype(float)


def test_true_probabilities_fit_and_their_error_is_noise():
    scores, y = clicks()
    found = calibration(scores, y, bins=20)
    inside = (found.low <= found.predicted) & (found.predicted <= found.high)
    assert inside.sum() >= 17
    assert found.ece < 0.01 and abs(found.shift) < 0.05
    assert found.ratio == pytest.approx(1, abs=0.03)


def test_bins_of_equal_count_hold_every_row_once():
    scores, y = clicks(1003)
    found = calibration(scores, y, bins=10)
    assert len(found) == 10 and found.rows.sum() == 1003
    assert found.rows.max() - found.rows.min() <= 1
    assert found.clicks.sum() == y.sum()
    assert (np.diff(found.predicted) > 0).all()
    assert (found.edges[1:, 0] >= found.edges[:-1, 1]).all()
    mean = np.average(found.predicted, weights=found.rows)
    assert mean == pytest.approx(found.mean_predicted)


def test_the_order_of_the_rows_and_tensors_make_no_difference():
    scores, y = clicks(500)
    a = calibration(scores, y)
    turn = np.random.default_rng(0).permutation(500)
    b = calibration(torch.tensor(scores[turn]), torch.tensor(y[turn]))
    np.testing.assert_allclose(a.observed, b.observed)
    np.testing.assert_allclose(a.predicted, b.predicted)


def test_rows_of_one_score_stay_together():
    found = calibration([0.0] * 50 + [1.0] * 3 + [2.0] * 47, [0, 1] * 50, bins=10)
    assert found.rows.tolist() == [50, 3, 47]
    constant = calibration([0.5] * 30, [1] * 10 + [0] * 20)
    assert len(constant) == 1 and constant.observed[0] == pytest.approx(1 / 3)


def test_bins_of_equal_width():
    logit = lambda p: math.log(p / (1 - p))  # noqa: E731
    p = [0.05, 0.09, 0.11, 0.55, 0.97]
    found = calibration([logit(v) for v in p], [0, 0, 1, 1, 1], bins=10, by="width")
    assert found.rows.tolist() == [2, 1, 1, 1]
    np.testing.assert_allclose(found.predicted, [0.07, 0.11, 0.55, 0.97])


def test_error_measures_by_hand():
    found = calibration([0.0] * 10 + [math.log(3)] * 30, [1] * 2 + [0] * 8 + [1] * 24 + [0] * 6)
    assert found.predicted.tolist() == pytest.approx([0.5, 0.75])
    assert found.observed.tolist() == pytest.approx([0.2, 0.8])
    assert found.ece == pytest.approx((10 * 0.3 + 30 * 0.05) / 40)
    assert found.in_the_large == pytest.approx((5 + 22.5) / 40 - 26 / 40)
    assert found.ratio == pytest.approx(27.5 / 26)


def test_the_table_says_where_the_model_promises_too_much():
    found = calibration([0.0] * 200 + [2.0] * 200, [0] * 150 + [1] * 50 + [1] * 176 + [0] * 24)
    assert found.table().columns[-1] == "fits"
    assert [row[-1] for row in found.table().rows] == ["too high", "yes"]
    assert "ratio" in str(found) and "<table>" in found._repr_html_()


def test_wilson_against_known_values():
    low, high = wilson(np.array([0, 1, 50]), np.array([10, 10, 100]))
    np.testing.assert_allclose(low, [0.0, 0.0179, 0.4038], atol=1e-4)
    np.testing.assert_allclose(high, [0.2775, 0.4042, 0.5962], atol=1e-4)
    low, high = wilson([0], [0])
    assert (low[0], high[0]) == (0, 1)  # no rows, no knowledge


def test_wilson_covers_a_small_share():
    rng = np.random.default_rng(0)
    low, high = wilson(rng.binomial(100, 0.03, size=4000), np.full(4000, 100))
    assert 0.93 < ((low <= 0.03) & (0.03 <= high)).mean() < 0.985


# ---- repairing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("drift", [-8.0, -1.0, 0.0, 0.4, 8.0])
def test_the_shift_makes_the_mean_right_and_leaves_the_order(drift):
    scores, y = clicks(5000)
    constant = shift_to(scores + drift, y)
    repaired = torch.tensor(scores + drift + constant)
    assert float(torch.sigmoid(repaired).mean()) == pytest.approx(y.mean(), abs=1e-9)
    assert constant == pytest.approx(-drift, abs=0.1)
    labels = torch.tensor(y)
    assert tasks.auc(repaired, labels) == pytest.approx(tasks.auc(torch.tensor(scores), labels))


def test_the_shift_survives_scores_at_the_ends():
    scores = np.array([-800.0, -30.0, 0.0, 30.0, 800.0])
    for wanted in (1e-6, 0.3, 0.5, 1 - 1e-6):
        constant = shift_to(scores, wanted)
        p = 1 / (1 + np.exp(-np.clip(scores + constant, -700, 700)))
        assert p.mean() == pytest.approx(wanted, abs=1e-7)
    assert shift_to([0.0, 1.0], [0, 0]) == -math.inf
    assert shift_to([0.0, 1.0], [1, 1]) == math.inf


def test_weights_of_the_shift_count_like_repeated_rows():
    scores, y = clicks(50)
    weights = np.random.default_rng(0).integers(0, 4, size=50)
    repeated = shift_to(np.repeat(scores, weights), np.repeat(y, weights))
    assert shift_to(scores, y, weights=weights) == pytest.approx(repeated, abs=1e-8)


def test_platt_finds_slope_and_intercept_and_says_when_there_is_none():
    scores, y = clicks()
    a, b = platt(3.0 * scores + 2.0, y)
    assert b == pytest.approx(1 / 3, abs=0.02) and a == pytest.approx(-2 / 3, abs=0.05)
    p = 1 / (1 + np.exp(-(a + b * (3.0 * scores + 2.0))))
    assert p.mean() == pytest.approx(y.mean(), abs=1e-6)  # of any fit with an intercept
    for bad in (([1.0, 2.0], [1, 1]), ([1.0, 1.0], [0, 1]), ([0.0, 1.0, 2.0], [0, 1, 1])):
        assert all(math.isnan(v) for v in platt(*bad))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: calibration([0.0, float("nan")], [0, 1]), "NaN in 1 of 2 rows"),
        (lambda: calibration([0.0, 1.0], [0, 0.5]), "labels 0 and 1"),
        (lambda: calibration([0.0, 1.0], [0, 1], bins=0), "bins"),
        (lambda: calibration([0.0, 1.0], [0, 1], by="counts"), "did you mean 'count'"),
        (lambda: calibration([0.0, 1.0], [0, 1], level=2), "between 0 and 1"),
        (lambda: shift_to([0.0, 1.0], 1.7), "share between 0 and 1"),
        (lambda: shift_to([0.0, float("nan")], 0.5), "NaN"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()
