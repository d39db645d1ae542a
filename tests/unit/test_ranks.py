"""The metrics of ranking against their definitions, ties and all."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fmteach.errors import InputError
from fmteach.ranks import Places, find_places, list_metrics

# Few distinct scores, so that ties are common; -1 is no candidate.
cells = st.tuples(st.sampled_from([-1.0, 0.0, 0.5, 2.0]), st.sampled_from([-1, 0, 0, 1]))
lists = st.integers(1, 6).flatmap(
    lambda items: st.lists(st.lists(cells, min_size=items, max_size=items), min_size=1, max_size=3)
)


def orders(scores: list[float]):
    """Every order of the items in which no score stands below a lower one."""
    for order in itertools.permutations(range(len(scores))):
        if all(scores[a] >= scores[b] for a, b in itertools.pairwise(order)):
            yield order


def by_definition(row, at: int) -> tuple[float, float, float]:
    """AUC, hit rate and NDCG of one user: the mean over all orders that the scores allow."""
    kept = [(score, y) for score, y in row if y != -1]
    positives = sum(y == 1 for _, y in kept)
    if positives == 0:
        return math.nan, math.nan, math.nan
    auc, hit, ndcg = [], [], []
    for order in orders([score for score, _ in kept]):
        liked = [kept[place][1] == 1 for place in order]
        pairs = [
            float(p < n)
            for p, n in itertools.product(range(len(liked)), repeat=2)
            if liked[p] and not liked[n]
        ]
        auc.append(sum(pairs) / len(pairs) if pairs else math.nan)
        hit.append(float(any(liked[:at])))
        gain = sum(1 / math.log2(place + 2) for place, like in enumerate(liked[:at]) if like)
        ndcg.append(gain / sum(1 / math.log2(p + 2) for p in range(min(at, positives))))
    return tuple(sum(values) / len(values) for values in (auc, hit, ndcg))


def places_of(rows) -> Places:
    scores = torch.tensor([[score for score, _ in row] for row in rows])
    y = torch.tensor([[label for _, label in row] for row in rows])
    return find_places(scores, *(y == 1).nonzero(as_tuple=True), (y == -1).nonzero(as_tuple=True))


@given(lists, st.integers(1, 4))
def test_a_metric_is_the_mean_over_all_orders_of_what_is_tied(rows, at):
    places = places_of(rows)
    for row, *got in zip(rows, places.auc(), places.hit_rate(at), places.ndcg(at), strict=True):
        wanted = by_definition(row, at)
        assert [float(value) for value in got] == pytest.approx(wanted, abs=1e-9, nan_ok=True)


def test_long_lists_by_loops():
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(7, 200, generator=generator, dtype=torch.float64)
    y = torch.randint(-1, 8, (7, 200), generator=generator)
    y[y > 1] = 0
    auc, hit, ndcg = [], [], []
    for row, labels in zip(scores.tolist(), y.tolist(), strict=True):
        order = sorted((i for i in range(200) if labels[i] != -1), key=lambda i: -row[i])
        liked = [labels[i] == 1 for i in order]
        wins = [p < n for p in range(len(liked)) for n in range(len(liked))
                if liked[p] and not liked[n]]  # fmt: skip
        auc.append(sum(wins) / len(wins))
        hit.append(any(liked[:10]))
        best = sum(1 / math.log2(p + 2) for p in range(min(10, sum(liked))))
        ndcg.append(sum(1 / math.log2(p + 2) for p in range(10) if liked[p]) / best)
    wanted = {"ndcg@10": ndcg, "hr@10": hit, "auc": auc}
    got = list_metrics(scores, y)
    assert got == pytest.approx({name: sum(v) / len(v) for name, v in wanted.items()})


def test_a_constant_score_knows_nothing():
    y = torch.zeros(3, 500, dtype=torch.int64)
    y[0, :7], y[1, 40], y[2, :400] = 1, 1, -1
    y[2, 450] = 1
    got = list_metrics(torch.full((3, 500), 0.3), y)
    hit = [1 - math.comb(493, 10) / math.comb(500, 10), 10 / 500, 10 / 100]
    assert got["auc"] == 0.5
    assert got["hr@10"] == pytest.approx(sum(hit) / 3, rel=1e-9)


def test_users_for_whom_a_metric_is_not_defined_are_left_out():
    scores = torch.tensor([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0], [1.0, 2.0, 3.0]])
    y = torch.tensor([[0, 1, 0], [0, 0, 0], [1, 1, 1]])  # one place, no positive, all positive
    places = find_places(scores, *(y == 1).nonzero(as_tuple=True))
    assert places.auc().tolist() == pytest.approx([0.5, math.nan, math.nan], nan_ok=True)
    assert places.hit_rate().tolist() == pytest.approx([1, math.nan, 1], nan_ok=True)
    assert places.ndcg()[2] == pytest.approx(1)
    assert list_metrics(scores, y)["auc"] == 0.5
    nobody = list_metrics(scores, torch.zeros(3, 3))
    assert all(math.isnan(value) for value in nobody.values())


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_no_number_gives_no_number(broken):
    scores = torch.tensor([[0.1, broken, 0.9], [0.1, 0.2, 0.3]])
    got = list_metrics(scores, torch.tensor([[1, 0, 0], [1, 0, 0]]))
    assert all(math.isnan(value) for value in got.values())
    # The same beside a score that is left out, and in the score of the positive itself.
    got = list_metrics(torch.tensor([[0.1, broken, 0.9, 7.0]]), torch.tensor([[1, 0, 0, -1]]))
    assert all(math.isnan(value) for value in got.values())
    got = list_metrics(torch.tensor([[broken, 0.5]]), torch.tensor([[1, 0]]))
    assert all(math.isnan(value) for value in got.values())


@pytest.mark.parametrize("score", [5.0, math.nan, math.inf, -math.inf])
def test_what_is_left_out_cannot_change_a_metric(score):
    scores, y = torch.tensor([score, 1.0, 0.0, score]), torch.tensor([-1, 1, 0, -1])
    assert list_metrics(scores, y) == pytest.approx({"ndcg@10": 1, "hr@10": 1, "auc": 1})


def test_lists_without_an_item_have_no_metric():
    got = list_metrics(torch.zeros(2, 0), torch.zeros(2, 0))
    assert all(math.isnan(value) for value in got.values())


def test_other_shapes_are_refused_and_gradients_are_not_needed():
    with pytest.raises(InputError, match=r"\[users, items\]; got \[3\] and \[3, 1\]"):
        list_metrics(torch.zeros(3), torch.zeros(3, 1))
    scores = torch.zeros(3, requires_grad=True)
    assert list_metrics(scores, torch.tensor([1, 0, 0]))["auc"] == 0.5


def test_blocks_are_joined_user_by_user():
    scores = torch.arange(12.0).view(4, 3).sin()
    y = torch.tensor([[1, 0, 0], [0, 1, 1], [0, 0, 1], [0, 1, 0]])
    parts = [find_places(s, *(b == 1).nonzero(as_tuple=True))
             for s, b in zip(scores.split(2), y.split(2), strict=True)]  # fmt: skip
    whole = find_places(scores, *(y == 1).nonzero(as_tuple=True))
    assert torch.equal(Places.join(parts).ndcg(), whole.ndcg())
