"""No split of MovieLens leaks: parts are apart and complete, train knows nothing of the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from fmteach import datasets
from fmteach.datasets import movielens
from fmteach.datasets.movielens.parts import make_parts
from fmteach.errors import DataFileError, InputError
from tests.unit.movielens_files import make, write

ROWS = 100_000
PUBLISHED = ("u1", "u2", "u3", "u4", "u5", "ua", "ub")
EVERY = ("random", "time", "leave-last-out", *PUBLISHED)
ALL = movielens.EDITIONS["ml-100k"].features


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up ml-100k of the official size: 943 users, each with 20 ratings or more."""
    folder = write(
        "ml-100k", make("ml-100k", users=943, films=1_682, share=0), tmp_path_factory.mktemp("ml")
    )
    rng = np.random.default_rng(0)
    # 20 films of every user, and more of the active ones; popular films more often.
    user = np.concatenate(
        [np.repeat(np.arange(943), 20), (943 * rng.random(260_000) ** 2).astype(int)]
    )
    film = np.concatenate(
        [np.tile(np.arange(20) * 84, 943), (1_682 * rng.random(260_000) ** 2).astype(int)]
    )
    pair, first = np.unique(user * 2_000 + film, return_index=True)
    pair = pair[np.argsort(first)][:ROWS]
    assert len(pair) == ROWS
    rng.shuffle(pair)
    frame = pl.DataFrame(
        {
            "user": pair // 2_000 + 1,
            "film": (pair % 2_000 + 1) * 7,
            "rating": rng.integers(1, 6, ROWS),
            "timestamp": 874_724_710 + rng.integers(0, 50_000, ROWS) * 60,  # with ties
        }
    )  # fmt: skip
    frame.write_csv(folder / "u.data", separator="\t", include_header=False)
    return folder


@pytest.fixture(scope="module")
def table(folder: Path) -> movielens.Ratings:
    return movielens.ratings("ml-100k", folder)


def load(folder: Path, split: str, **options: object) -> datasets.Dataset:
    return datasets.load("ml-100k", split=split, folder=folder, **options)


def parts_of(table: movielens.Ratings, split: str, valid: float = 0.1) -> datasets.Split:
    edition = movielens.EDITIONS["ml-100k"]
    return make_parts(table, edition, split, None, valid=valid, test=0.1, seed=0)


@pytest.mark.parametrize("split", EVERY)
def test_parts_are_apart_and_complete(split: str, table: movielens.Ratings) -> None:
    for valid in (0.1, 0.0):
        parts = parts_of(table, split, valid)
        together = np.concatenate([parts.train, parts.valid, parts.test])
        assert (np.sort(together) == np.arange(ROWS)).all()
        assert (len(parts.valid) > 0) == (valid > 0) and len(parts.test) > 0
        other = parts_of(table, split, 0.3)
        assert (np.sort(other.test) == np.sort(parts.test)).all(), "test does not depend on valid"


@pytest.mark.parametrize("split", EVERY)
def test_nothing_outside_train_changes_how_train_is_encoded(
    split: str, folder: Path, table: movielens.Ratings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One user and one film more, which have no rating at first.
    more = (
        (table.users, {"id": 944, "age": 99, "gender": "X", "occupation": "astronaut"}),
        (table.films, {"id": 99_999, "title": "Never", "year": 1850, "genres": "Comedy|Rare"}),
    )
    users, films = (
        replace(part, **{name: np.append(getattr(part, name), new[name]) for name in new})
        for part, new in more
    )
    start = replace(table, users=users, films=films)
    monkeypatch.setattr(movielens.loading, "ratings", lambda *_, **__: start)
    before = load(folder, split, features=ALL)
    train, outside = before.split.train, np.concatenate([before.split.valid, before.split.test])
    # Then they have all ratings outside of train. ua, ub and leave-last-out count the rows of a
    # user, so the users stay as they are there.
    user, film_row, rating = table.user.copy(), table.film_row.copy(), table.rating.copy()
    film_row[outside] = len(films) - 1
    rating[outside] = 1 + rating[outside] % 5
    if split not in ("leave-last-out", "ua", "ub"):
        user[outside] = 944
    changed = replace(start, user=user, film_row=film_row, rating=rating)
    monkeypatch.setattr(movielens.loading, "ratings", lambda *_, **__: changed)
    after = load(folder, split, features=ALL)
    assert (after.split.train == train).all()
    assert torch.equal(before.train.ids, after.train.ids)
    assert torch.equal(before.train.values, after.train.values)
    assert torch.equal(before.train.y, after.train.y)
    assert before.labels == after.labels
    for text in ("944", "Never", "1850", "Rare", "56 or more", "=X", "astronaut"):
        assert after.find_features(text) == before.find_features(text)
    assert (after.test.ids[:, 1] == after.feature_id("film=(unseen)")).all()
    assert not (after.train.ids == after.feature_id("film=(unseen)")).any()
    assert not torch.equal(before.test.y, after.test.y)


@pytest.mark.parametrize("edition", ["movielens", "ml-100k"])
def test_leave_last_out_trains_on_the_past_of_each_user(edition: str, folder: Path) -> None:
    options = {} if edition == "movielens" else {"folder": folder}
    table = movielens.ratings(edition, **options)
    parts = datasets.load(edition, split="leave-last-out", **options).split
    users = np.unique(table.user)
    latest = {part: np.full(users.max() + 1, -1) for part in ("train", "valid")}
    for part, times in latest.items():
        numbers = getattr(parts, part)
        np.maximum.at(times, table.user[numbers], table.timestamp[numbers])
    assert (table.timestamp[parts.valid] >= latest["train"][table.user[parts.valid]]).all()
    assert (table.timestamp[parts.test] >= latest["valid"][table.user[parts.test]]).all()
    assert sorted(table.user[parts.test].tolist()) == users.tolist()


def test_the_split_by_time_trains_on_the_past_of_all(
    folder: Path, table: movielens.Ratings
) -> None:
    parts = load(folder, "time").split
    assert table.timestamp[parts.train].max() < table.timestamp[parts.valid].min()
    assert table.timestamp[parts.valid].max() < table.timestamp[parts.test].min()


def test_u1_to_u5_are_the_fifths_of_the_file_in_its_order(table: movielens.Ratings) -> None:
    for fold in range(1, 6):
        test = parts_of(table, f"u{fold}").test
        assert test.tolist() == list(range(20_000 * (fold - 1), 20_000 * fold))


def test_ua_and_ub_have_the_first_and_the_second_ten_lines_of_each_user(folder: Path) -> None:
    lines = (folder / "u.data").read_text().splitlines()
    count: Counter[str] = Counter()
    wanted: dict[str, list[int]] = {"ua": [], "ub": []}
    for row, line in enumerate(lines):
        user = line.split("\t")[0]
        if count[user] < 20:
            wanted["ua" if count[user] < 10 else "ub"].append(row)
        count[user] += 1
    for split, rows in wanted.items():
        assert load(folder, split).split.test.tolist() == rows
        assert len(rows) == 9_430


def test_valid_is_a_random_share_of_the_base_and_depends_on_the_seed(folder: Path) -> None:
    first, again, other = (load(folder, "u2", seed=seed) for seed in (0, 0, 1))
    assert len(first.valid) == 8_000 and len(first.train) == 72_000
    assert (first.split.valid == again.split.valid).all()
    assert not (first.split.valid == other.split.valid).all()
    assert first.fingerprint == again.fingerprint != other.fingerprint
    whole = load(folder, "u2", valid=0.0)
    assert len(whole.train) == 80_000 and len(whole.valid) == 0
    # Nothing is drawn, so the seed makes no difference; nor does `test`, which is published.
    assert load(folder, "u2", valid=0.0, seed=1).fingerprint == whole.fingerprint
    assert load(folder, "u2", valid=0.0, test=0.3).fingerprint == whole.fingerprint


def test_ranking_keeps_the_published_test_rows_that_are_likes(
    folder: Path, table: movielens.Ratings
) -> None:
    data = load(folder, "u3", task="rank")
    likes = np.flatnonzero(table.rating >= 4)
    test = data.split.test
    assert test.tolist() == likes[(likes >= 40_000) & (likes < 60_000)].tolist()
    both = np.concatenate([data.split.train, data.split.valid, test])
    assert (np.sort(both) == likes).all()


def test_a_published_split_needs_the_whole_file(folder: Path, tmp_path: Path) -> None:
    for name in ("u.item", "u.user"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    lines = (folder / "u.data").read_text().splitlines()
    lines[500] = "damaged"
    (tmp_path / "u.data").write_text("\n".join(lines) + "\n")
    with pytest.raises(DataFileError, match=r"'u1'.*100,000 ratings\), and this table has 99,999"):
        load(tmp_path, "u1")
    assert len(load(tmp_path, "random").test) == 10_000
    with pytest.raises(InputError, match=r"unknown split 'u6'.*'leave-last-out', 'u1'"):
        load(folder, "u6")
    with pytest.raises(InputError, match="unknown split 'u1'"):
        datasets.load("movielens", split="u1")
