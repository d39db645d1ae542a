"""Exercises 6.1 to 6.5: slips in other words of code get the same message; what is no slip."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from fmteach.exercises.catalogue import EXERCISES
from fmteach.exercises.losses import METRICS


def says(id: str, slip: str) -> str:
    return next(s.says for s in EXERCISES[id].slips if s.name == slip)


def sigma(s: float) -> float:
    return 1 / (1 + math.exp(-s))


# -- the same slips, as other learners write them ------------------------------------------------


def loop_sum(scores, y):
    total = 0.0
    for s, label in zip(scores, y, strict=True):
        total += -math.log(sigma(s)) if label == 1 else -math.log(1 - sigma(s))
    return total


def loop_sign(scores, y):
    return -loop_sum(scores, y) / len(y) if len(y) else 0.0


def positives_by_mask(scores, y):
    return F.softplus(-scores[y == 1]).sum() / len(y)


def sigmoid_before_the_loss_with_one_inside(scores, y):
    return F.binary_cross_entropy_with_logits(torch.sigmoid(scores), y)


def both_signs_in_torch(scores, y):
    return F.soft_margin_loss(scores, y)


def mean_squared(scores, y):
    return F.mse_loss(torch.sigmoid(scores), y)


def in_bits(scores, y):
    return (np.logaddexp2(0, scores / np.log(2)) - y * scores / np.log(2)).mean()


def turned(scores, y):
    return F.binary_cross_entropy_with_logits(-scores, y)


def rows_in_a_list(scores, y):
    return [
        max(s, 0) - s * t + math.log1p(math.exp(-abs(s))) for s, t in zip(scores, y, strict=True)
    ]


def nan_in_torch(scores, y):
    p = scores.sigmoid()
    return (-y * p.log() - (1 - y) * (1 - p).log()).mean()


def infinite_in_torch(scores, y):
    p = scores.sigmoid()
    return -torch.where(y > 0, p, 1 - p).log().mean()


def ready_made_of_p(scores, y):
    return F.binary_cross_entropy(torch.sigmoid(scores), y)


def a_small_number_added(scores, y):
    p = 1 / (1 + np.exp(-scores))
    return -(y * np.log(p + 1e-12) + (1 - y) * np.log(1 - p + 1e-12)).mean()


def exp_of_the_score(scores, y):
    total = 0.0
    for s, label in zip(scores, y, strict=True):
        total += math.log(1 + math.exp(s)) - label * s
    return total / len(y)


def every_row_a_positive(scores, y):
    return F.softplus(-scores).mean()


def overflow_in_torch(scores, y):
    return torch.log(1 + torch.exp(-(2 * y - 1) * scores)).mean()


def of_a_difference(positive, negative):
    gap = [torch.sigmoid(p) - torch.sigmoid(n) for p, n in zip(positive, negative, strict=True)]
    return -torch.stack(gap).log().mean()


def reversed_pairs(positive, negative):
    return F.softplus(positive - negative).mean()


def one_minus(positive, negative):
    return (1 - torch.sigmoid(positive - negative)).mean()


def two_terms(positive, negative):
    return (F.softplus(-positive) + F.softplus(negative)).mean()


def outer(positive, negative):
    return F.softplus(negative.unsqueeze(0) - positive.unsqueeze(1)).mean()


def loop_of_pairs(positive, negative):
    total = 0.0
    for p, n in zip(positive, negative, strict=True):
        total += math.log(1 + math.exp(-(p - n)))
    return total / len(positive)


def at_least(scores, y):
    points = [float(a >= b) for a in scores[y == 1] for b in scores[y == 0]]
    return sum(points) / len(points)


def above_only(scores, y):
    return (scores[y == 1][:, None] > scores[y == 0]).double().mean()


def other_way_round(scores, y):
    gap = scores[y == 0][:, None] - scores[y == 1]
    return ((gap > 0) + 0.5 * (gap == 0)).sum() / (len(gap) * len(gap[0]))


def threshold(scores, y):
    right = [(s > 0.5) == bool(label) for s, label in zip(scores, y, strict=True)]
    return sum(right) / len(right)


@pytest.mark.parametrize(
    "id, slip, function",
    [
        ("6.1", "sum for mean", loop_sum),
        ("6.1", "sign lost", loop_sign),
        ("6.1", "labels not used", every_row_a_positive),
        ("6.1", "infinite at large scores", overflow_in_torch),
        ("6.2", "logarithm of a difference", of_a_difference),
        ("6.1", "only y = 1", positives_by_mask),
        ("6.1", "sigmoid twice", sigmoid_before_the_loss_with_one_inside),
        ("6.1", "labels as ±1", both_signs_in_torch),
        ("6.1", "squared error", mean_squared),
        ("6.1", "base 2", in_bits),
        ("6.1", "labels turned", turned),
        ("6.1", "not added up", rows_in_a_list),
        ("6.1", "nan at large scores", nan_in_torch),
        ("6.1", "infinite at large scores", infinite_in_torch),
        ("6.1", "p kept off 0 and 1", ready_made_of_p),
        ("6.1", "p kept off 0 and 1", a_small_number_added),
        ("6.1", "overflow", exp_of_the_score),
        ("6.2", "order reversed", reversed_pairs),
        ("6.2", "one minus sigmoid", one_minus),
        ("6.2", "each by itself", two_terms),
        ("6.2", "all with all", outer),
        ("6.2", "overflow", loop_of_pairs),
        ("6.5", "ties as 1", at_least),
        ("6.5", "ties as 0", above_only),
        ("6.5", "order reversed", other_way_round),
        ("6.5", "accuracy at 0.5", threshold),
    ],
)
def test_a_slip_is_known_however_it_is_written(id: str, slip: str, function) -> None:
    feedback = EXERCISES[id].check(function)
    assert feedback.verdict == "not yet"
    assert says(id, slip) in feedback.message, feedback


def test_what_is_wrong_in_another_way_gets_a_way_on() -> None:
    assert "score 0 and y = 1" in EXERCISES["6.1"].check(lambda scores, y: 3.0).message
    assert "equal scores" in EXERCISES["6.2"].check(lambda positive, negative: 3.0).message
    assert "3.5 points" in EXERCISES["6.5"].check(lambda scores, y: 3.0).message
    assert "too large" in EXERCISES["6.3"].check(0.52).message
    assert "Which metric is its root" in EXERCISES["6.4"].check(stars="MSE").message


def test_torch_says_itself_that_scores_are_no_probabilities() -> None:
    feedback = EXERCISES["6.1"].check(F.binary_cross_entropy)
    assert "between 0 and 1" in feedback.message


def test_a_function_that_fails_far_out_only_is_not_passed() -> None:
    def only_small(scores, y):
        if max(abs(float(s)) for s in scores) > 100:
            raise RuntimeError("not made for this")
        return F.binary_cross_entropy_with_logits(scores, y)

    feedback = EXERCISES["6.1"].check(only_small)
    assert feedback.verdict == "not yet" and "not made for this" in feedback.message


# -- 6.4 -----------------------------------------------------------------------------------------

ALL = {"stars": "RMSE", "bid": "logloss", "top_ten": "NDCG@10", "screening": "AUC"}


def test_the_metric_of_each_case() -> None:
    check = EXERCISES["6.4"].check
    assert check(**ALL).passed
    assert check().verdict == check(**dict.fromkeys(ALL, ...)).verdict == "not attempted"
    assert "Still without a metric: screening" in check(**ALL | {"screening": ...}).message
    assert "none of the metrics" in check(**ALL | {"bid": "F1"}).message
    assert "none of the metrics" in check(**ALL | {"bid": True}).message
    assert "there is no case 'bids'" in check(bids="AUC").message
    assert "5 answers came, for 4 cases" in check(*["AUC"] * 5).message
    trap = check(**ALL | {"screening": "accuracy"}).message
    assert "3 of 4 are right" in trap and "97 % accuracy" in trap


def test_every_wrong_metric_has_words_of_its_own() -> None:
    slips = EXERCISES["6.4"].slips
    assert len(slips) == len(ALL) * (len(METRICS) - 1)
    assert len({slip.says for slip in slips}) == len(slips)


def test_feedback_is_short_in_every_slip() -> None:
    for id in ("6.1", "6.2", "6.3", "6.4", "6.5", "6.a", "6.b"):
        for slip in EXERCISES[id].slips:
            assert len(slip.says.split()) <= 40, (id, slip.name)
