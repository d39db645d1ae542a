"""Synthetic clicks as a Dataset: the registry, the split, the vocabulary, and the oracle."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fmteach import datasets
from fmteach.datasets import synthetic
from fmteach.datasets.encoding import UNSEEN
from fmteach.errors import InputError


@pytest.fixture(scope="module")
def clicks() -> datasets.Dataset:
    return datasets.load("clicks", task="click")


def test_it_is_registered_and_called_synthetic(clicks: datasets.Dataset) -> None:
    assert "synthetic" in datasets.DATASETS["clicks"]
    assert list(datasets.TASKS["clicks"]) == ["click"]
    assert set(datasets.TASKS["movielens"]) == {"like", "rating", "rank"}
    assert datasets.TASKS.keys() == datasets.DATASETS.keys()
    generated = {"criteo-synthetic", "avazu-synthetic", "d2l-synthetic"}
    assert {"clicks", *generated} == datasets.SYNTHETIC
    assert not clicks.real and "synthetic" in clicks.title
    assert clicks.objective == "classification" and clicks.task == "click"
    assert (len(clicks.train), len(clicks.valid), len(clicks.test)) == (160_000, 20_000, 20_000)
    assert 20_000 < clicks.num_features < 30_000
    assert clicks.train.y.mean() == pytest.approx(0.2, abs=0.01)


def test_real_data_has_no_oracle() -> None:
    assert datasets.load("movielens", task="like").oracle is None
    assert datasets.from_arrays([[0], [1], [0]], [1, 2, 3]).oracle is None


def test_loading_again_gives_the_same_object(clicks: datasets.Dataset) -> None:
    assert datasets.load("clicks") is clicks
    assert datasets.load("clicks", features=list(clicks.fields)).fingerprint == clicks.fingerprint
    other = datasets.load("clicks", seed=1)
    assert other.fingerprint != clicks.fingerprint
    assert other.train.y.sum() != clicks.train.y.sum()


def test_what_is_kept_in_memory_is_bounded() -> None:
    from fmteach.datasets.synthetic import memory, truth

    for cached in (memory._load, memory._generate, truth._plant):
        assert 1 <= cached.cache_info().maxsize <= 8


def test_wrong_names_are_explained() -> None:
    with pytest.raises(InputError, match=r"unknown task 'like'.*'click'"):
        datasets.load("clicks", task="like")
    with pytest.raises(InputError, match="features is 'user'"):
        datasets.load("clicks", features="user")
    with pytest.raises(InputError, match="unknown split"):
        datasets.load("clicks", split=["time"])
    with pytest.raises(InputError, match="features"):
        datasets.load("clicks", features=["user", []])
    with pytest.raises(InputError, match="seed"):
        datasets.load("clicks", seed=-1)


def test_rows_say_what_was_drawn() -> None:
    data = synthetic.dataset("criteo", rows=2000, seed=4, split="time")
    truth = synthetic.plant("criteo", seed=4)
    drawn = synthetic.generate(truth, 2000)
    assert data.split.test.tolist() == list(range(1800, 2000))
    row = 5
    for j, (field, number) in enumerate(zip(data.fields, data.train.ids[row], strict=True)):
        name, _, label = data.feature_name(int(number)).partition("=")
        kind = truth.dialect.fields[j]
        assert name == field == kind.name
        group = kind.group[drawn.cells[j, row]]
        texts = [t.decode() or "(blank)" for t in kind.texts[kind.first[kind.group == group]]]
        assert label in texts


def test_the_vocabulary_is_that_of_train_and_rare_values_share_a_feature() -> None:
    data = synthetic.dataset("clicks", rows=3000, min_count=3)
    truth = synthetic.plant("clicks")
    drawn = synthetic.generate(truth, 3000)
    for j, labels in enumerate(data.labels):
        _, counts = np.unique(drawn.cells[j, data.split.train], return_counts=True)
        assert len(labels) == (counts >= 3).sum() + 1
        assert labels[-1] == UNSEEN
    last = data.offsets[0] + data.field_dims[0] - 1
    seen = set(drawn.cells[0, data.split.train].tolist())
    fresh = [i for i, r in enumerate(data.split.test) if drawn.cells[0, r] not in seen]
    assert fresh and all(int(data.test.ids[i, 0]) == last for i in fresh)


def test_features_choose_columns_and_leave_the_clicks_as_they_are() -> None:
    whole = synthetic.dataset("clicks", rows=2000)
    some = synthetic.dataset("clicks", rows=2000, features=("hour", "ad"))
    assert some.fields == ("hour", "ad")
    assert torch.equal(some.test.y, whole.test.y)
    assert some.oracle == whole.oracle
    assert some.fingerprint != whole.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"rows": 2001}, {"seed": 1}, {"strength": 0.5}, {"rank": 2}, {"linear": 0.5}, {"ctr": 0.3},
        {"drift": 0.1}, {"trend": 0.1}, {"split": "time"}, {"split_seed": 1}, {"min_count": 2},
        {"valid": 0.2}, {"test": 0.2}, {"dialect": "d2l"},
    ],
)  # fmt: skip
def test_the_fingerprint_tells_different_data_apart(change: dict) -> None:
    base = synthetic.dataset("clicks", rows=2000)
    assert synthetic.dataset(**{"dialect": "clicks", "rows": 2000, **change}).fingerprint != (
        base.fingerprint
    )


def test_the_oracle_is_given_for_every_part(clicks: datasets.Dataset) -> None:
    assert set(clicks.oracle) == {"train", "valid", "test"}
    for scores in clicks.oracle.values():
        assert 0.8 < scores["auc"] < 0.87
        assert 0.3 < scores["logloss"] < 0.42
    empty = synthetic.dataset("clicks", rows=1000, valid=0.0)
    assert np.isnan(empty.oracle["valid"]["loss"])


def test_with_drift_the_split_by_time_is_another_task() -> None:
    data = synthetic.dataset("clicks", rows=20_000, split="time", trend=2.0)
    assert data.test.y.mean() > data.train.y.mean() + 0.1
    assert max(data.split.train) < min(data.split.valid) < min(data.split.test)
