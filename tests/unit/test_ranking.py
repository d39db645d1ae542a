"""Ranking with BPR: data, negatives, lists of unseen items, training."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from fmteach import datasets, models
from fmteach.datasets import Dataset, Split, encoding, from_arrays, from_pairs, movielens
from fmteach.datasets.candidates import Unseen
from fmteach.datasets.encoding import EncodedField, encode_category, encode_set
from fmteach.datasets.ranking import build_ranking
from fmteach.errors import InputError
from fmteach.models import FactorizationMachine, LinearModel
from fmteach.ranks import list_metrics
from fmteach.tasks import bpr, get_task
from fmteach.training import (
    TrainConfig,
    Trainer,
    base_rate,
    defaults,
    linear_baseline,
    popularity,
    recommend,
)
from fmteach.training import ranking as training_ranking
from fmteach.training.draws import chances, shuffled

QUICK = TrainConfig(k=4, learning_rate=0.03, batch_size=64, epochs=4, device="cpu", init_scale=0.1)
USERS, ITEMS = 40, 60


def likes(seed: int = 0, n: int = 700) -> tuple[np.ndarray, np.ndarray]:
    """Synthetic: two groups of users, each of which likes its own half of the items."""
    rng = np.random.default_rng([11, seed])
    user = rng.integers(0, USERS, n)
    item = rng.integers(0, ITEMS // 2, n) + (ITEMS // 2) * (user % 2)
    keys = rng.permutation(np.unique(user * ITEMS + item))
    return keys // ITEMS, keys % ITEMS


@pytest.fixture(scope="module")
def data() -> Dataset:
    return from_pairs(*likes(), test=0.2, name="planted likes", real=False)


def with_sides() -> Dataset:
    """The planted likes, with a group for each user and one or two kinds for each item."""
    users, items = likes()
    parts = datasets.splits.random_split(len(users), valid=0.1, test=0.2)
    kinds = np.stack([np.arange(ITEMS) % 3 == k for k in range(3)], axis=1)
    kinds[::4] = True
    columns = [
        encode_category("user", users, parts.train),
        encode_set("kinds", ["a", "b", "c"], kinds, items, parts.train),
        encode_category("group", users % 2, parts.train),
        encode_category("item", items, parts.train),
    ]
    return build_ranking(
        columns, users, items, parts, item_fields=("item", "kinds"), name="sides",
        title="sides (synthetic)", task="rank", real=False, determined_by={},
    )  # fmt: skip


def curve(trainer: Trainer) -> list:
    return [(r.step, r.loss, r.valid, r.train) for r in trainer]


# -- data ---------------------------------------------------------------------------------------


def test_rows_are_the_sides_put_together():
    data = with_sides()
    c = data.candidates
    for part in ("train", "valid", "test"):
        rows, pairs = getattr(data, part), getattr(c, part)
        ids, values = c.rows(pairs[:, 0], pairs[:, 1])
        got, wanted = torch.zeros(2, len(rows), data.num_features)
        got.scatter_add_(1, ids, values)
        wanted.scatter_add_(1, rows.ids, rows.values)
        assert torch.equal(got, wanted)
    assert data.fields == ("user", "kinds", "group", "item") and set(data.train.y.tolist()) == {1}
    of_user = {data.feature_name(int(i)).partition("=")[0] for i in c.users.ids.flatten()}
    assert of_user == {"user", "group"}


def test_films_to_rank_are_the_likes_among_all_films():
    data = datasets.load("movielens", task="rank")
    table, c = movielens.ratings(), data.candidates
    liked = table.rating >= movielens.LIKE_FROM
    rows = np.concatenate([data.split.train, data.split.valid, data.split.test])
    assert sorted(rows.tolist()) == np.flatnonzero(liked).tolist()
    assert data.objective == "ranking" and len(c.items) == 9066 and len(c.users) == 671
    user, item = c.test[5].tolist()
    row = data.split.test[5]
    assert c.user_names[user] == str(table.user[row])
    assert c.item_names[item] == movielens.film_labels(table.films)[table.film_row[row]]
    # A film without a like in train has the unseen feature, and is a candidate all the same.
    cold = (c.popularity == 0).nonzero()[:, 0]
    assert set(c.items.ids[cold].flatten().tolist()) == {data.feature_id("film=(unseen)")}
    assert c.cold("test") == int((c.popularity[c.test[:, 1]] == 0).sum()) > 0
    assert "positives" in str(data.describe()) and "mean" not in str(data.describe())
    assert datasets.load("movielens", task="like").fingerprint != data.fingerprint


def test_other_rows_in_the_test_part_change_nothing_in_train():
    users, items = likes()
    split = Split(*np.split(np.arange(len(users)), [400, 450]))
    other = items.copy()
    other[450:] = np.random.default_rng(0).permutation(other[450:])
    free = ~np.isin(users * ITEMS + other, (users * ITEMS + items)[:450])
    keep = np.concatenate([np.arange(450), 450 + np.flatnonzero(free[450:])])
    _, once = np.unique((users * ITEMS + other)[keep], return_index=True)
    keep = keep[np.sort(once)]
    cut = Split(split.train, split.valid, np.arange(450, len(keep)))
    one = from_pairs(users, items, split=split)
    two = from_pairs(users[keep], other[keep], split=cut)
    for name in ("train", "valid"):
        assert torch.equal(getattr(one, name).ids, getattr(two, name).ids)
    assert one.labels == two.labels


@pytest.mark.parametrize(
    "users, items, says",
    [
        ([1, 2], [1], r"users has shape \[2\] and items has \[1\]"),
        ([], [], "at least one"),
        (["ann", "bob", "ann"], ["tea", "tea", "tea"], "1 positive.*user ann and item tea"),
    ],
)
def test_bad_pairs_are_refused(users, items, says):
    with pytest.raises(InputError, match=says):
        from_pairs(users, items, valid=0.0, test=0.0)


def test_fields_must_belong_to_the_user_or_the_item():
    users, items = np.array([0, 0, 1]), np.array([0, 1, 1])
    train = np.arange(3)
    split = Split(train, train[:0], train[:0])
    about = {"name": "x", "title": "x", "task": "rank", "real": False, "determined_by": {}}
    hour = encode_category("hour", np.array([1, 2, 3]), train)
    columns = [encode_category("user", users, train), encode_category("item", items, train)]
    with pytest.raises(InputError, match=r"'hour' is not the same in all rows of a user \(row 1"):
        build_ranking([*columns, hour], users, items, split, item_fields=("item",), **about)
    with pytest.raises(InputError, match="no field describes the item: add one of item"):
        build_ranking(columns[:1], users, items, split, item_fields=("item",), **about)
    weights = EncodedField("mix", ("a", "b"), np.zeros((3, 1), int), np.ones((3, 1), np.float32))
    weights.values[2] = 0.5
    with pytest.raises(InputError, match=r"'mix' is not the same in all rows of an? item"):
        build_ranking(
            [*columns, weights], users, items, split, item_fields=("item", "mix"), **about
        )


def test_ranking_data_needs_candidates(data):
    with pytest.raises(InputError, match="from_pairs"):
        from_arrays([[0], [1]], [1, 1], objective="ranking")
    with pytest.raises(InputError, match="give each target 1"):
        bad = dataclasses.replace(data.train, y=torch.zeros(len(data.train)))
        dataclasses.replace(data, train=bad)


def test_the_fingerprint_of_pairs_follows_their_content():
    users, items = likes()
    split = Split(np.arange(2), np.arange(0), np.arange(0))
    names = np.array([f"user {u}" for u in users])
    for column in (users, names, names.astype(object)):
        other = column.copy()
        other[3] = other[4]
        pairs = [(column, items), (column.copy(), items), (other, items), (column, items + 1)]
        keys = [from_pairs(*p, split=split).fingerprint for p in pairs]
        assert keys[0] == keys[1] and len(set(keys)) == 3


def test_large_sets_with_small_numbers_train_alike(data, monkeypatch):
    monkeypatch.setattr(encoding, "LARGE", 100)
    small = from_pairs(*likes(), test=0.2, name="planted likes", real=False)
    assert small.train.ids.dtype == small.candidates.items.ids.dtype == torch.int32
    one, two = Trainer(data, QUICK.replace(l2=0.01)), Trainer(small, QUICK.replace(l2=0.01))
    assert curve(one) == curve(two) and one.evaluate() == two.evaluate()
    assert recommend(one.model, data, 3) == recommend(two.model, small, 3)
    batch = two._examples.batch(0, slice(0, 5))
    assert batch[0].dtype == batch[2].dtype == torch.int64


# -- negatives ----------------------------------------------------------------------------------


def test_negatives_are_unseen_and_uniform(data):
    c, unseen = data.candidates, data.candidates.unseen("train")
    per_user = 4000
    users = torch.arange(USERS).repeat_interleave(per_user)
    chance = torch.rand(len(users), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    counts = torch.zeros(USERS, len(c.items), dtype=torch.int64)
    counts.index_put_((users, unseen.draw(users, chance)), torch.tensor(1), accumulate=True)
    seen = torch.zeros_like(counts, dtype=torch.bool)
    seen[c.train[:, 0], c.train[:, 1]] = True
    assert int(counts[seen].sum()) == 0
    assert torch.equal(unseen.free, (~seen).sum(1))
    expected = (per_user / unseen.free)[:, None].expand_as(counts)[~seen]
    chi2 = float(((counts[~seen] - expected) ** 2 / expected).sum())
    freedom = int((~seen).sum()) - USERS
    assert abs(chi2 - freedom) < 4 * math.sqrt(2 * freedom)  # four standard deviations


def test_every_free_item_has_its_own_share_of_the_chance():
    for seen in ([], [0], [4], [1, 2], [0, 1, 2, 3], [0, 2, 4]):
        pairs = torch.tensor([[0, 3], *([1, i] for i in seen), [2, 0]])
        unseen = Unseen(pairs, users=3, items=5)
        free = [i for i in range(5) if i not in seen]
        middle = (torch.arange(len(free)) + 0.5).double() / len(free)
        assert unseen.draw(torch.full((len(free),), 1), middle).tolist() == free
        last = torch.tensor([1 - 2**-53], dtype=torch.float64)
        assert unseen.draw(torch.tensor([1]), last).tolist() == free[-1:]


def test_a_batch_pairs_each_row_with_the_same_user_and_an_unseen_item():
    data = with_sides()
    trainer, c = Trainer(data, QUICK), data.candidates
    seen = {tuple(pair) for pair in c.train.tolist()}

    def numbers(ids, side) -> list[list[int]]:
        """For each row, the entries of a side whose features it holds."""
        features = torch.zeros(len(ids), data.num_features).scatter_(1, ids, 1.0)
        own = torch.zeros(len(side), data.num_features).scatter_(1, side.ids, 1.0)
        whole = features @ own.T == own.sum(1)
        return [row.nonzero()[:, 0].tolist() for row in whole]

    met = []
    for _ in range(trainer.steps_per_epoch):
        ids, values, other, other_values = trainer._next_batch()
        trainer.step += 1
        assert values.shape == ids.shape == other.shape == other_values.shape
        users, same = numbers(ids, c.users), numbers(other, c.users)
        assert users == same and all(len(user) == 1 for user in users)
        for (user,), (item, *_), drawn in zip(
            users, numbers(ids, c.items), numbers(other, c.items), strict=True
        ):
            met.append((user, item))
            assert all((user, i) not in seen for i in drawn) and drawn
    assert sorted(met) == sorted(seen)


def test_what_is_liked_later_may_be_drawn(data):
    # Not to draw the positives of valid and test would tell the model which they are.
    c, examples = data.candidates, Trainer(data, QUICK)._examples
    drawn = set()
    for epoch in range(60):
        _, _, ids, _ = examples.batch(epoch, slice(None))
        drawn |= {tuple(row) for row in ids.tolist()}
    for part in (c.valid, c.test):
        rows = {tuple(row) for row in c.rows(part[:, 0], part[:, 1])[0].tolist()}
        assert len(rows & drawn) > 0.5 * len(rows)


# -- the loss -----------------------------------------------------------------------------------


def test_bpr_is_the_logloss_of_the_difference():
    positive, negative = torch.tensor([2.0, 0.0, -1.0]), torch.tensor([1.0, 0.0, 90.0])
    wanted = [math.log(1 + math.exp(-1)), math.log(2), 91.0]
    assert float(bpr(positive, negative)) == pytest.approx(sum(wanted) / 3)
    assert get_task("ranking").loss is bpr


@pytest.mark.parametrize("kind", ["linear", "fm"])
def test_gradient_of_a_step_against_finite_differences(kind):
    data = with_sides()
    trainer = Trainer(data, QUICK.replace(model=kind, batch_size=16))
    model = trainer.model.double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(generator=torch.Generator().manual_seed(1)).mul_(0.5)
    batch = [t.double() if t.is_floating_point() else t for t in trainer._next_batch()]

    def loss() -> float:
        with torch.no_grad():
            return float(trainer._examples.loss(model, *batch))

    trainer._examples.loss(model, *batch).backward()
    for name, parameter in model.named_parameters():
        touched = parameter.grad.flatten().nonzero()[:6, 0].tolist()
        assert touched or name == "w0"
        flat = parameter.data.view(-1)
        for place in touched:
            flat[place] += 1e-6
            up = loss()
            flat[place] -= 2e-6
            down = loss()
            flat[place] += 1e-6
            assert float(parameter.grad.view(-1)[place]) == pytest.approx(
                (up - down) / 2e-6, rel=1e-5, abs=1e-9
            )


def test_the_penalty_is_of_both_rows(data):
    trainer = Trainer(data, QUICK.replace(l2=0.5, optimizer="sgd", learning_rate=1.0))
    with torch.no_grad():
        trainer.model.w.fill_(0.1)
    ids, _, other, _ = trainer._next_batch()
    model = FactorizationMachine(data.num_features, 4)
    model.load_state_dict(trainer.model.state_dict())
    squares = [(model.w[x] ** 2 + (model.V[x] ** 2).sum(-1)).sum(1).mean() for x in (ids, other)]
    (bpr(model(ids), model(other)) + 0.5 * sum(squares) / 2).backward()
    before = model.V.detach().clone()
    records = iter(trainer)
    next(records), next(records)
    torch.testing.assert_close(trainer.model.V.detach(), before - model.V.grad)


def test_padding_is_no_part_of_the_penalty():
    trainer = Trainer(with_sides(), QUICK)
    model, (ids, x, other, z) = trainer.model, trainer._next_batch()
    assert not torch.equal(x == 0, z == 0)
    squares = (model.w**2 + (model.V**2).sum(1)).detach()
    wanted = ((squares[ids] * (x != 0)).sum() + (squares[other] * (z != 0)).sum()) / (2 * len(ids))
    penalty = trainer._examples.penalty(model, ids, x, other, z)
    assert float(penalty.detach()) == pytest.approx(float(wanted), rel=1e-5)


def test_what_both_rows_share_is_not_trained(data):
    trainer = Trainer(data, QUICK)
    trainer.fit()
    w0, w = trainer.model.w0.detach(), trainer.model.w.detach()
    users = w[data.offsets[0] : data.offsets[1]]
    assert float(w0) == 0 and float(users.abs().max()) == 0
    assert float(w.abs().max()) > 0.1


# -- lists --------------------------------------------------------------------------------------


def by_loops(model: LinearModel, data: Dataset, part: str) -> dict[str, float]:
    """NDCG@10, HR@10 and AUC, user by user and item by item."""
    c = data.candidates
    earlier = {"train": [], "valid": ["train"], "test": ["train", "valid"]}[part]
    seen = {tuple(p) for name in earlier for p in getattr(c, name).tolist()}
    liked = {tuple(p) for p in getattr(c, part).tolist()}
    scores, y = [], []
    for u in range(len(c.users)):
        row, labels = [], []
        for i in range(len(c.items)):
            ids, values = c.rows(torch.tensor([u]), torch.tensor([i]))
            row.append(float(model(ids, values).detach()))
            labels.append(1 if (u, i) in liked else -1 if (u, i) in seen else 0)
        scores.append(row)
        y.append(labels)
    return list_metrics(torch.tensor(scores), torch.tensor(y))


@pytest.mark.parametrize("kind", ["linear", "fm"])
@pytest.mark.parametrize("part", ["train", "valid", "test"])
def test_evaluation_is_the_loop_over_users_and_items(kind, part):
    data = with_sides()
    trainer = Trainer(data, QUICK.replace(model=kind))
    next(iter(trainer))
    with torch.no_grad():
        trainer.model.w.normal_(generator=torch.Generator().manual_seed(3))
    got = trainer.evaluate(part)
    assert set(got) == {"loss", "ndcg@10", "hr@10", "auc"}
    got.pop("loss")
    # Items without any side of their own tie; the loop computes their scores one by one.
    assert got == pytest.approx(by_loops(trainer.model, data, part), abs=1e-6)


def test_blocks_of_users_change_nothing(data, monkeypatch):
    trainer = Trainer(data, QUICK)
    trainer.fit()
    names = ("train", "valid", "test", "train sample")
    whole = [trainer._score(name) for name in names]
    monkeypatch.setattr(training_ranking, "SCORES_AT_ONCE", 7 * len(data.candidates.items))
    for one, name in zip(whole, names, strict=True):
        parts = trainer._score(name)
        assert one.pop("loss") == pytest.approx(parts.pop("loss"), rel=0.2)  # other draws
        assert parts == one


def test_what_was_seen_is_no_candidate():
    # One user; the items that were seen have the highest scores.
    split = Split(np.array([0, 1]), np.array([2]), np.array([3]))
    data = from_pairs(["u"] * 4 + ["v"], ["a", "b", "c", "d", "e"], split=split)
    model = LinearModel(data.num_features)
    trainer = Trainer(data, QUICK.replace(model="linear"), model=model)
    with torch.no_grad():
        model.w[data.feature_id("item=a")] = 9
        model.w[data.feature_id("item=b")] = 8
    # Left for valid: c, d, e, none of them in train, so all tied; for test: d and e.
    assert trainer.evaluate("valid")["auc"] == 0.5 and trainer.evaluate("valid")["hr@10"] == 1
    assert trainer.by_user("valid")["ndcg@10"].tolist() == pytest.approx(
        [(1 + 1 / math.log2(3) + 0.5) / 3]
    )
    assert trainer.by_user("test")["ndcg@10"].tolist() == pytest.approx(
        [(1 + 1 / math.log2(3)) / 2]
    )
    table = recommend(model, data, "u")
    assert [row[1] for row in table.rows] == ["d", "e"] and table.rows[0][4] == "yes"


@pytest.mark.parametrize("k", [5, 16, 33, 64])
def test_items_with_the_same_features_tie_exactly(k):
    # A matrix product may round equal columns differently: items with equal features are one.
    split = Split(np.arange(3), np.arange(3, 4), np.arange(4, 61))
    data = from_pairs([0] * 3 + [1] * 58, np.arange(61), split=split)
    c, model = data.candidates, FactorizationMachine(data.num_features, k, init_scale=1.0)
    block = training_ranking.model_block(model, c)
    with torch.no_grad():
        for some in (torch.tensor([0]), torch.tensor([1]), torch.arange(2)):
            scores = block(some)
            assert bool((scores[:, 3:] == scores[:, 3:4]).all())
            whole = model.score_all(*c.users.at(some), c.items.ids, None)
            torch.testing.assert_close(scores, whole)


def test_by_user_holds_what_evaluate_is_the_mean_of(data):
    trainer = Trainer(data, QUICK)
    trainer.fit()
    by_user, whole = trainer.by_user("test"), trainer.evaluate("test")
    assert {len(values) for values in by_user.values()} == {
        len(data.candidates.test[:, 0].unique())
    }
    for name, values in by_user.items():
        assert whole[name] == pytest.approx(float(values.nanmean()))
    with pytest.raises(InputError, match=r"by_user\(split\)"):
        trainer.scores("test")


def test_scores_of_the_other_tasks_are_the_rows_in_order(clicks):
    trainer = Trainer(clicks, QUICK)
    trainer.fit()
    with torch.no_grad():
        assert torch.equal(trainer.scores(), trainer.model(clicks.test.ids))
    with pytest.raises(InputError, match=r"by_user\(\) is for ranking"):
        trainer.by_user()
    with pytest.raises(InputError, match="unknown split 'dev'"):
        trainer.scores("dev")


# -- score_all ----------------------------------------------------------------------------------


class OwnModel(FactorizationMachine):
    kind = "own"

    def score(self, ids, values):
        return super().score(ids, values) ** 2


class OwnForward(LinearModel):
    kind = "own forward"

    def forward(self, ids, values=None, unique=False):
        return -super().forward(ids, values, unique)


class OwnForwardOfFM(FactorizationMachine):
    kind = "own forward of FM"

    def forward(self, ids, values=None, unique=False):
        return -super().forward(ids, values, unique)


@pytest.mark.parametrize(
    "kind", [LinearModel, FactorizationMachine, OwnModel, OwnForward, OwnForwardOfFM]
)
def test_score_all_is_every_pair(kind, monkeypatch):
    monkeypatch.setattr(models, "_PAIRS_AT_ONCE", 20)  # so that 7 items allow two rows a pass
    model = kind(30).double()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(generator=generator)
    left, right = torch.randint(0, 12, (5, 3)), torch.randint(12, 30, (7, 4))
    x, z = torch.rand(5, 3).double(), torch.rand(7, 4).double()
    x[0, 1] = z[2, 3] = 0  # padding
    for a, b in itertools.product((None, x), (None, z)):
        got = model.score_all(left, a, right, b)
        for u, i in itertools.product(range(5), range(7)):
            values = torch.cat([
                torch.ones(3) if a is None else a[u], torch.ones(4) if b is None else b[i]
            ])  # fmt: skip
            row = model(torch.cat([left[u], right[i]])[None], values[None].double())
            torch.testing.assert_close(got[u, i], row[0], rtol=1e-10, atol=1e-10)
    assert model.score_all(left[:0], None, right, None).shape == (0, 7)


def test_score_all_refuses_a_feature_on_both_sides():
    model = FactorizationMachine(5, k=2)
    with pytest.raises(InputError, match="on both sides"):
        model.score_all(torch.tensor([[0, 1]]), None, torch.tensor([[1, 2]]), None)
    padded = torch.tensor([[1.0, 0.0]])
    model.score_all(torch.tensor([[0, 1]]), padded, torch.tensor([[1, 2]]), None)


# -- training -----------------------------------------------------------------------------------


def test_the_fm_finds_the_taste_that_popularity_cannot(data):
    fm = Trainer(data, QUICK.replace(epochs=20))
    fm.fit()
    got, popular, base = fm.evaluate("test"), popularity(data, "test"), base_rate(data, "test")
    assert got["auc"] > 0.7 > 0.6 > popular["auc"]
    assert got["ndcg@10"] > 1.3 * popular["ndcg@10"]
    assert base["auc"] == 0.5 and base["loss"] == pytest.approx(math.log(2), rel=1e-6)
    assert fm.best.valid["ndcg@10"] == max(r.valid["ndcg@10"] for r in fm.history.evaluations)


def test_a_user_who_is_not_in_train_gets_the_items_in_order_of_their_weight():
    # As drawn, the factors of "(unseen)" would be a taste that nobody has, for ever.
    users, items = likes()
    order = np.argsort(users, kind="stable")  # the last users are in valid and test alone
    split = Split(*np.split(order, [500, 600]))
    data = from_pairs(users, items, split=split)
    trainer = Trainer(data, QUICK.replace(init_scale=1.0))
    trainer.fit()
    model, unseen = trainer.model, data.feature_id("user=(unseen)")
    c = data.candidates
    new = (c.users.ids[:, 0] == unseen).nonzero()[:, 0]
    assert 0 < len(new) < USERS and not model.V[unseen].any()
    with torch.no_grad():
        scores = training_ranking.model_block(model, c)(new)
        torch.testing.assert_close(
            scores, (model.w0 + model.w[c.items.ids[:, 0]]).expand_as(scores)
        )
    # All others have their draw, also items that are negatives only.
    data = with_sides()
    start = Trainer(data, QUICK).model.V.detach()
    drawn = FactorizationMachine(data.num_features, 4, init_scale=0.1).V.detach()
    met = start.any(1)
    assert torch.equal(start[met], drawn[met])
    assert {data.feature_name(int(i)) for i in (~met).nonzero()} == {
        f"{field}=(unseen)" for field in data.fields
    }


def test_same_seed_same_curve_and_new_negatives_in_every_epoch(data):
    one, same, other = (curve(Trainer(data, QUICK.replace(seed=s))) for s in (5, 5, 6))
    assert one == same
    assert one != other
    examples = Trainer(data, QUICK)._examples
    drawn = {}
    for epoch in (0, 0, 1):
        examples._chances = None
        drawn[epoch, len(drawn)] = examples.batch(epoch, slice(None))[2][:, 1].tolist()
    first, again, second = drawn.values()
    assert first == again and first != second
    assert not torch.equal(chances(50, 0, 0), chances(50, 0, 1))
    assert not torch.equal(chances(50, 0, 0), chances(50, 1, 0))
    # The negatives do not follow from the order of the rows: another place in the random numbers.
    order = torch.Generator().manual_seed(0)
    assert torch.equal(shuffled(50, 0, 0), torch.randperm(50, generator=order))
    order.manual_seed(0)
    assert not torch.equal(chances(50, 0, 0), torch.rand(50, generator=order, dtype=torch.float64))
    per_epoch, positives = [], []
    for epoch in (0, 1):
        positives.append(examples.batch(epoch, slice(0, 50))[0])
        per_epoch.append(examples._chances[1])
    assert not torch.equal(*per_epoch)
    assert not torch.equal(*positives)  # new batches, too


@pytest.mark.parametrize("stop_at", [0, 1, 11])
def test_a_resumed_run_gives_the_same_curve(data, tmp_path, stop_at):
    config = QUICK.replace(l2=0.01, patience=3)
    whole = curve(Trainer(data, config))
    trainer, before = Trainer(data, config), []
    for record in trainer:
        before.append((record.step, record.loss, record.valid, record.train))
        if record.step == stop_at:
            break
    path = trainer.save_checkpoint(tmp_path / "run.safetensors")
    assert before + curve(Trainer.resume(path, data)) == whole


def test_records_count_positives(data):
    records = list(Trainer(data, QUICK))
    assert records[-1].samples == 4 * len(data.train) and records[-1].epoch == 4
    assert all(math.isfinite(r.valid["loss"]) for r in records if r.valid)


def test_popularity_is_the_count_and_the_linear_model_comes_near(data):
    users, items = likes()
    keep = (items % 10 < 3) | (np.arange(len(items)) % 5 == 0)  # some items are liked by many
    skewed = from_pairs(users[keep], items[keep], test=0.3, name="skewed")
    counts = skewed.candidates.popularity
    model = LinearModel(skewed.num_features)
    with torch.no_grad():
        model.w[skewed.candidates.items.ids[:, 0]] = counts.float()
    by_hand = Trainer(skewed, model=model).evaluate("test")
    got = popularity(skewed, "test")
    assert {n: got[n] for n in ("auc", "hr@10", "ndcg@10")} == {
        n: by_hand[n] for n in ("auc", "hr@10", "ndcg@10")
    }
    scores = training_ranking.popularity_block(skewed.candidates)(torch.tensor([3, 0]))
    torch.testing.assert_close(scores.expm1(), counts.float().expand(2, -1))
    assert got["loss"] < math.log(2)  # of the counts themselves it would be far above
    assert linear_baseline(skewed).evaluate("test")["auc"] == pytest.approx(got["auc"], abs=0.05)
    with pytest.raises(InputError, match="baseline of ranking"):
        popularity(from_arrays([[0], [1], [0]], [1, 0, 1], valid=0, test=0), "train")


# -- odd data -----------------------------------------------------------------------------------


def test_users_who_like_everything_teach_nothing_and_are_left_out():
    users, items = [0, 0, 0, 1, 2], [0, 1, 2, 0, 1]
    data = from_pairs(users, items, valid=0.0, test=0.0)
    trainer = Trainer(data, QUICK.replace(batch_size=1, epochs=2))
    trainer.fit()
    assert trainer.steps_per_epoch == 2 and trainer.samples == 4
    got = trainer.evaluate("train")
    assert math.isfinite(got["loss"]) and 0 <= got["auc"] <= 1 and got["hr@10"] == 1
    everything = from_pairs([0, 0, 1, 1], [0, 1, 0, 1], valid=0.0, test=0.0, name="all liked")
    with pytest.raises(InputError, match="every user of all liked likes every item"):
        Trainer(everything, QUICK)
    with pytest.raises(InputError, match="likes every item"):
        Trainer(from_pairs([0], [0], valid=0.0, test=0.0), QUICK)


def test_one_user_and_users_without_test_positives():
    data = from_pairs(["a"] * 6 + ["b"], [*"uvwxyz", "u"], split=Split(
        np.array([0, 1, 6]), np.array([2]), np.array([3, 4])))  # fmt: skip
    trainer = Trainer(data, QUICK.replace(batch_size=2))
    trainer.fit()
    assert len(trainer.by_user("test")["auc"]) == 1
    assert trainer.evaluate("test")["hr@10"] == 1
    empty = from_pairs(*likes(), valid=0.0, test=0.0)
    trainer = Trainer(empty, QUICK)
    trainer.fit()
    assert trainer.best is None and trainer.history.evaluations[-1].train["auc"] > 0.5
    for call in (trainer.evaluate, trainer.by_user):
        with pytest.raises(InputError, match="has no rows to score"):
            call("test")
    assert math.isnan(base_rate(empty, "test")["auc"])


def test_where_nothing_is_left_to_rank_the_metric_is_not_a_number():
    # The last item of each user: it is first in a list of one.
    split = Split(np.array([0, 1, 4]), np.array([], int), np.array([2, 3]))
    data = from_pairs([0, 0, 0, 1, 1], [0, 1, 2, 2, 1], split=split)
    got = Trainer(data, QUICK).evaluate("test")
    assert got["hr@10"] == 1 and math.isfinite(got["loss"])
    only = from_pairs([0, 0, 1], [0, 1, 0], split=Split(
        np.array([0, 2]), np.array([], int), np.array([1])))  # fmt: skip
    with pytest.raises(InputError, match=r"every list of the test split .* positives only"):
        Trainer(only, QUICK).evaluate("test")
    base = base_rate(only, "test")
    assert base["ndcg@10"] == 1 and math.isnan(base["auc"]) and math.isnan(base["loss"])
    # The same in the validation part: as without one.
    part = only.split
    only = from_pairs([0, 0, 1], [0, 1, 0], split=Split(part.train, part.test, part.valid))
    trainer = Trainer(only, QUICK)
    trainer.fit()
    assert trainer.best is None and trainer.stop_reason == "finished"


def test_training_rows_are_scored_as_if_they_were_a_validation_part(data):
    trainer = Trainer(data, QUICK)
    trainer.fit()
    c, (sample, others) = data.candidates, trainer._examples._sample
    assert len(sample) == len(c.valid)
    assert sorted(c.train.tolist()) == sorted([*sample.tolist(), *others.tolist()])
    y = torch.zeros(len(c.users), len(c.items))
    y[others[:, 0], others[:, 1]] = -1
    y[sample[:, 0], sample[:, 1]] = 1
    scores = training_ranking.model_block(trainer.model, c)(torch.arange(len(c.users)))
    got = trainer._examples.measure(trainer.model, "train sample")
    assert {n: got[n] for n in ("auc", "hr@10", "ndcg@10")} == pytest.approx(
        list_metrics(scores, y), rel=1e-12
    )


def test_recommend_refuses_who_is_not_known(data, clicks):
    model = FactorizationMachine(data.num_features)
    with pytest.raises(InputError, match="there is no user 'nobody'; the users are 0, 1"):
        recommend(model, data, "nobody")
    with pytest.raises(InputError, match="is for ranking data"):
        recommend(model, clicks, 1)
    assert len(recommend(model, data, 3, n=1000)) == ITEMS - int(
        (torch.cat([data.candidates.train, data.candidates.valid])[:, 0] == 3).sum()
    )


# -- front ends ---------------------------------------------------------------------------------


def test_the_command_line_ends_in_a_table(data, monkeypatch):
    from fmteach.cli import app

    monkeypatch.setattr(datasets, "load", lambda *_, **__: data)
    options = ["--task", "rank", "-k", "2", "--epochs", "2", "--device", "cpu"]
    environment = {"COLUMNS": "200", "NO_COLOR": "1"}
    result = CliRunner().invoke(app, ["train", *options], env=environment)
    assert result.exit_code == 0, result.output
    for text in ("base rate", "popularity", "linear model", "FM, k = 2", "BPR loss ↓",
                 "NDCG@10 ↑", "HR@10 ↑", "AUC ↑"):  # fmt: skip
        assert text in result.output


def test_settings_that_do_well_exist():
    assert defaults("ranking").model == "fm"
    # NDCG@10 is noisy, and starts slowly where few are tested: no run may end for that.
    assert defaults("ranking").patience >= 20
    assert defaults("ranking", 4).l2 == defaults("ranking").l2 / 2
