"""The embedded data is the right data, and load() encodes and splits it as it says."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from fmteach import datasets
from fmteach.datasets import embedded, movielens
from fmteach.errors import InputError

ALL = ("user", "film", "genres", "year")


@pytest.fixture(scope="module")
def table() -> movielens.Ratings:
    return movielens.ratings()


@pytest.fixture(scope="module", params=["random", "time"])
def full(request: pytest.FixtureRequest) -> datasets.Dataset:
    return datasets.load("movielens", split=request.param, features=ALL)


def test_the_file_is_the_edition_of_october_2016(table: movielens.Ratings) -> None:
    assert len(table) == 100_004
    assert len(np.unique(table.user)) == 671
    assert table.user.min() == 1 and table.user.max() == 671
    assert len(table.films) == len(np.unique(table.film)) == 9_066
    assert round(float(table.rating.astype(np.float64).mean()), 4) == 3.5436
    assert set(np.unique(table.rating * 2)) == set(range(1, 11))
    assert len(np.unique(table.user * 1_000_000 + table.film)) == len(table), "a pair twice"
    first, last = table.timestamp[[0, -1]].astype("datetime64[s]").astype(str)
    assert first.startswith("1995-01-09") and last.startswith("2016-10-16")
    packed = embedded.find().read_bytes()
    assert hashlib.sha256(packed).hexdigest() == embedded.SHA256
    assert len(packed) < 800_000


def test_readme_states_the_hash_and_the_size_of_the_file() -> None:
    folder = Path(__file__).parents[2] / "data"
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert embedded.SHA256 in readme
    assert f"{(folder / embedded.FILE_NAME).stat().st_size:,} bytes" in readme
    notice = " ".join((folder / "NOTICE.md").read_text(encoding="utf-8").split())
    for part in ("10.1145/2827872", "Harper", "commercial", "same conditions", "October 2016"):
        assert part in notice


def test_rows_are_in_order_of_time_and_films_in_order_of_number(table: movielens.Ratings) -> None:
    keys = np.stack([table.timestamp, table.user, table.film])
    order = np.lexsort(keys[::-1])
    assert (order == np.arange(len(table))).all()
    assert (np.diff(table.films.id) > 0).all()


def test_titles_years_and_genres_are_as_in_the_source(table: movielens.Ratings) -> None:
    films = table.films
    place = {int(number): i for i, number in enumerate(films.id)}
    toy = place[1]
    assert (films.title[toy], films.year[toy]) == ("Toy Story", 1995)
    assert films.genres[toy] == "Adventure|Animation|Children|Comedy|Fantasy"
    assert films.title[place[293]].startswith("Léon: The Professional")
    assert "Blind Side, The " in films.title.tolist(), "the blank at the end is the source's own"
    unknown = films.title == ""
    assert films.id[unknown].tolist() == [108548, 108583, 143410, 151307, 162376]
    assert (films.year[unknown] == 0).all() and (films.year[~unknown] >= 1902).all()
    assert (films.genres == "(no genres listed)").sum() == 17
    assert all(text for text in films.genres)
    assert (table.title == films.title[table.film_row]).all()
    assert len(table.year) == len(table.genres) == len(table)


def test_table_is_read_only_and_shows_itself(table: movielens.Ratings) -> None:
    for array in (table.user, table.rating, table.films.title):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[1]
    text = str(table.head(2))
    assert "Get Shorty" in text and "1995-01-09 11:46:49" in text
    assert len(table.head(2)) == 2
    assert repr(table) == "<Ratings: 100,004 ratings by 671 users of 9,066 films>"
    assert repr(table.films) == "<Films: 9,066 films>"


def test_every_film_has_a_label_of_its_own(table: movielens.Ratings) -> None:
    labels = movielens.film_labels(table.films)
    assert len(set(labels)) == len(labels)
    assert labels[0] == "Toy Story (1995)"
    assert {"Hamlet (2000) [film 3598]", "(no title) [film 108548]"} <= set(labels)
    assert sum("[film " in label for label in labels) == 4 + 5


@pytest.mark.parametrize("split", ["random", "time"])
def test_sizes_and_targets(split: str, table: movielens.Ratings) -> None:
    rating = datasets.load("movielens", task="rating", split=split)
    like = datasets.load("movielens", task="like", split=split)
    assert (rating.objective, like.objective) == ("regression", "classification")
    assert [len(getattr(rating, part)) for part in ("train", "valid", "test")] == [
        80_004,
        10_000,
        10_000,
    ]
    for part in ("train", "valid", "test"):
        stars, liked = getattr(rating, part), getattr(like, part)
        assert torch.equal(stars.ids, liked.ids)
        assert torch.equal(liked.y, (stars.y >= 4).float())
        assert (stars.y.numpy() == table.rating[getattr(rating.split, part)]).all()
        assert stars.values is None and stars.ids.shape[1] == 2


def test_ids_are_different_in_a_row_and_lie_within_their_field(full: datasets.Dataset) -> None:
    assert full.fields == ALL
    assert full.num_features == sum(full.field_dims)
    assert full.offsets == (0, *np.cumsum(full.field_dims)[:-1].tolist())
    for rows in (full.train, full.valid, full.test):
        ordered = rows.ids.sort(dim=1).values
        assert (ordered[:, 1:] != ordered[:, :-1]).all(), "not even padding repeats an id"
        field = torch.bucketize(rows.ids, torch.tensor(full.offsets), right=True) - 1
        expected = torch.tensor([0, 1, *[2] * (rows.ids.shape[1] - 3), 3])
        assert (field == expected).all()
        genres = rows.values[:, 2:-1]
        assert torch.allclose(genres.sum(dim=1), torch.ones(len(rows)))
        assert (rows.values[:, [0, 1, -1]] == 1).all()


def test_every_id_names_the_value_of_its_row(
    full: datasets.Dataset, table: movielens.Ratings
) -> None:
    labels = movielens.film_labels(table.films)
    seen_users = set(table.user[full.split.train].tolist())
    seen_films = set(table.film_row[full.split.train].tolist())
    for part in ("train", "valid", "test"):
        rows, numbers = getattr(full, part), getattr(full.split, part)
        for i in range(0, len(rows), 997):
            user, film = int(table.user[numbers[i]]), int(table.film_row[numbers[i]])
            present = [
                full.feature_name(j)
                for j, value in zip(rows.ids[i].tolist(), rows.values[i].tolist(), strict=True)
                if value
            ]
            year = int(table.films.year[film])
            assert present == [
                f"user={user if user in seen_users else '(unseen)'}",
                f"film={labels[film] if film in seen_films else '(unseen)'}",
                *(f"genres={name}" for name in sorted(table.films.genres[film].split("|"))),
                f"year={year // 10 * 10}s" if year else "year=(no year)",
            ]


def test_vocabulary_is_that_of_train_and_unseen_values_share_one_code(
    full: datasets.Dataset, table: movielens.Ratings
) -> None:
    train = full.split.train
    assert full.field_dims[0] == len(np.unique(table.user[train])) + 1
    assert full.field_dims[1] == len(np.unique(table.film[train])) + 1
    unseen = full.offsets[1] + full.field_dims[1] - 1
    assert full.feature_name(unseen) == "film=(unseen)"
    assert not (full.train.ids == unseen).any()
    known = np.isin(table.film[full.split.test], table.film[train])
    assert ((full.test.ids[:, 1] == unseen).numpy() == ~known).all()
    assert (~known).any()


def test_nothing_outside_train_can_change_how_train_is_encoded(
    monkeypatch: pytest.MonkeyPatch, table: movielens.Ratings
) -> None:
    before = datasets.load("movielens", features=ALL)
    rng = np.random.default_rng(5)
    outside = np.concatenate([before.split.valid, before.split.test])
    user, film_row, rating = table.user.copy(), table.film_row.copy(), table.rating.copy()
    user[outside] = rng.integers(1, 10_000, len(outside))
    film_row[outside] = rng.integers(0, len(table.films), len(outside))
    rating[outside] = 0.5
    changed = replace(table, user=user, film_row=film_row, rating=rating)
    monkeypatch.setattr(movielens.loading, "ratings", lambda *_, **__: changed)
    after = datasets.load("movielens", features=ALL)
    assert not torch.equal(before.test.ids, after.test.ids)
    assert torch.equal(before.train.ids, after.train.ids)
    assert torch.equal(before.train.values, after.train.values)
    assert torch.equal(before.train.y, after.train.y)
    assert before.labels == after.labels


def test_unseen_users_at_test_time_are_the_rule_in_the_split_by_time(
    table: movielens.Ratings,
) -> None:
    data = datasets.load("movielens", split="time")
    new = ~np.isin(table.user[data.split.test], table.user[data.split.train])
    unseen = data.feature_id("user=(unseen)")
    assert ((data.test.ids[:, 0] == unseen).numpy() == new).all()
    assert new.mean() > 0.5


def test_valid_zero_keeps_the_test_rows_and_trains_on_the_rest() -> None:
    small, whole = datasets.load("movielens"), datasets.load("movielens", valid=0.0)
    assert len(whole.train) == 90_004 and len(whole.valid) == 0
    assert (small.split.test == whole.split.test).all()
    both = np.concatenate([small.split.train, small.split.valid])
    assert (both == whole.split.train).all()
    assert whole.valid.ids.shape == (0, 2), "an empty part has the columns of the others"
    assert "-" in str(whole.describe()).splitlines()[2].split()


def test_same_arguments_same_rows_other_seed_other_rows() -> None:
    first, again = datasets.load("movielens", seed=3), datasets.load("movielens", seed=3)
    other = datasets.load("movielens", seed=4)
    assert torch.equal(first.train.ids, again.train.ids)
    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert not np.array_equal(first.split.test, other.split.test)


def test_fingerprint_tells_every_option_apart() -> None:
    options = [
        {},
        {"task": "like"},
        {"split": "time"},
        {"seed": 1},
        {"features": ("film", "user")},
        {"features": ALL},
        {"valid": 0.2},
        {"test": 0.2},
    ]
    prints = [datasets.load("movielens", **option).fingerprint for option in options]
    assert len(set(prints)) == len(prints)
    by_time = datasets.load("movielens", split="time", seed=1).fingerprint
    assert by_time == prints[2], "the split by time draws nothing, so the seed is no part of it"


def test_default_features_and_order_of_features_as_asked() -> None:
    assert datasets.load().fields == ("user", "film")
    assert datasets.load().name == "movielens" and datasets.load().real
    data = datasets.load(features=["year", "user"])
    assert data.fields == ("year", "user")
    assert data.feature_name(0).startswith("year=")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "movielns"}, r"unknown data set 'movielns': did you mean 'movielens'\?"),
        ({"name": None}, "unknown data set None"),
        ({"task": "likes"}, r"did you mean 'like'\? Choices: 'rating', 'like'"),
        ({"task": ["like"]}, "unknown task"),
        ({"split": "tme"}, r"did you mean 'time'\? Choices: 'random', 'time'"),
        ({"features": ("user", "movie")}, "unknown features 'movie'.*'film'"),
        ({"features": "film"}, r"give a tuple of names, for example \(\"user\",\)"),
        ({"features": 3}, "give a tuple of names"),
        ({"features": ()}, "features is empty"),
        ({"features": ("film", "film")}, "'film' more than once"),
        ({"seed": -1}, "from 0 to"),
        ({"seed": 1.5}, "whole number"),
        ({"seed": True}, "whole number"),
        ({"seed": "0"}, "whole number"),
        ({"valid": -0.1}, "valid is -0.1"),
        ({"valid": float("nan")}, "valid is nan"),
        ({"test": 1}, "test is 1"),
        ({"test": "0.1"}, "test is '0.1'"),
        ({"valid": 0.6, "test": 0.4}, "leave nothing to train on"),
    ],
)
def test_bad_arguments_are_named_and_the_choices_listed(
    options: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        datasets.load(**options)


def test_registry_describes_and_cannot_be_changed() -> None:
    assert "real" in datasets.DATASETS["movielens"]
    with pytest.raises(TypeError):
        datasets.DATASETS["movielens"] = "other"  # type: ignore[index]


def test_titles_agree_with_another_official_edition(table: movielens.Ratings) -> None:
    sample = Path(__file__).parents[3] / "shared" / "data" / "ml-latest-small.zip"
    if not sample.is_file():
        pytest.skip("the 2018 edition of the data is not here to compare with")
    with zipfile.ZipFile(sample) as archive:
        lines = archive.read("ml-latest-small/movies.csv").decode("utf-8").splitlines()[1:]
    titles = {int(line.split(",")[0]): line for line in lines}
    same = [
        f"{title.strip()} ({year})" in titles[number].replace('""', '"')
        for number, title, year in zip(
            table.films.id.tolist(),
            table.films.title.tolist(),
            table.films.year.tolist(),
            strict=True,
        )
        if number in titles and title
    ]
    assert len(same) > 7_000
    assert sum(same) / len(same) > 0.98
