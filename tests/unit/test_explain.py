"""Explaining a model: terms that add up, nearest features, the map and its words."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import fmteach
from fmteach import explain
from fmteach.datasets import Dataset, from_arrays
from fmteach.datasets.rows import Rows
from fmteach.errors import InputError
from fmteach.explain.principal import principal_axes
from fmteach.explain.row_index import rows_with
from fmteach.models import FactorizationMachine, LinearModel
from tests.unit.movielens_files import make, write


def double_model(data: Dataset, k: int = 5, seed: int = 0) -> FactorizationMachine:
    """A model in float64 whose parameters are all far from 0."""
    torch.manual_seed(seed)
    model = FactorizationMachine(data.num_features, k=k, init_scale=0.7, seed=seed).double()
    with torch.no_grad():
        model.w0.fill_(0.3)
        model.w.normal_()
    return model


@pytest.fixture(scope="module")
def films() -> Dataset:
    """Real ratings with genres: several values in one field, and padding."""
    return fmteach.load("movielens", task="rating", features=("user", "film", "genres"))


@pytest.fixture(scope="module")
def planted() -> Dataset:
    """4 users, 6 films; film 5 has one row, the others at least 4."""
    pairs = [(u, f) for u in range(4) for f in range(5)] * 3 + [(0, 5)]
    y = [float(1 + (u * f) % 5) for u, f in pairs]
    return from_arrays(pairs, y, fields=("user", "film"), valid=0.0, test=0.0)


def with_factors(data: Dataset, vectors: list[list[float]]) -> FactorizationMachine:
    """A model of `planted` whose films have these factors."""
    model = FactorizationMachine(data.num_features, k=len(vectors[0]))
    with torch.no_grad():
        model.V[data.offsets[1] :] = torch.tensor(vectors)
    return model


# ---- terms --------------------------------------------------------------------------------------


def test_terms_add_up_to_the_score(films: Dataset) -> None:
    model = double_model(films)
    rows = films.test
    with torch.no_grad():
        scores = model(rows.ids, rows.values.double())
    for n in range(0, 3000, 60):
        found = explain.terms(model, films, rows.ids[n], rows.values[n])
        m = int((rows.values[n] != 0).sum())
        assert len(found) == 1 + m + m * (m - 1) // 2
        assert abs(found.score - float(scores[n])) < 1e-12
        assert math.fsum(g.value for g in found.groups()) == pytest.approx(found.score, abs=1e-12)


def test_terms_add_up_with_any_values_padding_and_repeated_ids(planted: Dataset) -> None:
    model = double_model(planted)
    draw = np.random.default_rng(3)
    for _ in range(60):
        ids = torch.as_tensor(draw.integers(0, planted.num_features, 7))
        values = torch.as_tensor(draw.normal(size=7) * (draw.random(7) < 0.7))
        with torch.no_grad():
            score = float(model(ids[None], values[None])[0])
        found = explain.terms(model, planted, ids, values)
        assert abs(found.score - score) < 1e-12
        used = [t.ids[0] for t in found if t.kind == "linear"]
        assert used == sorted(set(used))


def test_terms_have_names_weights_and_groups(films: Dataset) -> None:
    model = double_model(films)
    row = explain.compose(films, user=12, film="Heat (1995)")
    found = explain.terms(model, films, row.ids, row.values)
    names = [term.name for term in found]
    assert names[:3] == ["w0", "user=12", "film=Heat (1995)"]
    assert "user=12 × film=Heat (1995)" in names and "film=Heat (1995) × genres=Crime" in names
    groups = {group.name: group for group in found.groups()}
    assert list(groups) == [
        "w0", "user", "film", "genres", "user × film", "user × genres", "film × genres",
        "genres × genres",
    ]  # fmt: skip
    assert [t.name for t in groups["user × genres"].terms] == [
        f"user=12 × genres={g}" for g in ("Action", "Crime", "Thriller")
    ]
    crime = groups["user × genres"].terms[1]
    i, j = films.feature_id("user=12"), films.feature_id("genres=Crime")
    assert crime.weight == pytest.approx(
        float(model.V.detach()[i] @ model.V.detach()[j]), abs=1e-12
    )
    assert crime.x == pytest.approx(1 / 3) and crime.value == crime.weight * crime.x
    sizes = [abs(term.value) for term in found.by_size()[:-1]]
    assert sizes == sorted(sizes, reverse=True) and found.by_size()[-1].name == "w0"


def test_the_table_ends_in_the_sum_and_for_clicks_in_the_probability(planted: Dataset) -> None:
    model = double_model(planted)
    found = explain.terms(model, planted, planted.train.ids[0])
    assert found.table().rows[-1][0] == "sum = score"
    assert found.table().rows[-1][-1] == found.prediction == found.score
    likes = replace(found, objective="classification", task="like")
    end = likes.table(grouped=True, sort=True).rows[-1]
    assert end[0] == "sigmoid = P(like = 1)"
    assert end[-1] == likes.prediction == pytest.approx(1 / (1 + math.exp(-found.score)))


def test_a_linear_model_has_no_pairs(planted: Dataset) -> None:
    found = explain.terms(LinearModel(planted.num_features), planted, planted.train.ids[0])
    assert {term.kind for term in found} == {"bias", "linear"}


def test_a_model_of_other_data_and_bad_rows_are_refused(planted: Dataset) -> None:
    small = FactorizationMachine(3)
    with pytest.raises(InputError, match="the model has 3 features"):
        explain.terms(small, planted, [0, 1])
    model = double_model(planted)
    with pytest.raises(InputError, match="one row"):
        explain.terms(model, planted, planted.train.ids[:2])
    with pytest.raises(InputError, match="must lie in 0"):
        explain.terms(model, planted, [0, 99])
    with pytest.raises(InputError, match="FactorizationMachine or a LinearModel"):
        explain.terms(torch.nn.Linear(2, 1), planted, [0, 1])


def test_a_pair_opens_into_its_factors(planted: Dataset) -> None:
    model = double_model(planted)
    split = explain.factors_of_pair(model, planted, "user=1", "film=2")
    row = explain.compose(planted, user=1, film=2)
    pair = explain.terms(model, planted, row.ids, row.values).all[-1]
    assert split.products.sum() == pytest.approx(pair.weight, abs=1e-12)
    assert len(split.table().rows) == model.k + 1
    with pytest.raises(InputError, match="has no factors"):
        explain.factors_of_pair(LinearModel(planted.num_features), planted, "user=1", "film=2")


# ---- rows ---------------------------------------------------------------------------------------


def test_a_row_is_put_together_with_what_goes_with_it(films: Dataset) -> None:
    assert explain.owners(films) == {"genres": "film"}
    known = explain.pick(films, 7, "test")
    names = known.labels(films)
    again = explain.compose(films, user=names["user"][0], film=names["film"][0])
    assert (again.part, again.number, again.y) == ("test", 7, known.y)
    new = explain.compose(films, user=1, film="Heat (1995)")
    assert new.y is None and new.part == ""
    assert new.labels(films)["genres"] == ("Action", "Crime", "Thriller")
    assert float(new.values.sum()) == pytest.approx(3)


def test_rows_that_cannot_be_made_say_why(films: Dataset, planted: Dataset) -> None:
    with pytest.raises(InputError, match="Name user too"):
        explain.compose(films, film="Heat (1995)")
    with pytest.raises(InputError, match="Name film too"):
        explain.compose(films, user=12)
    with pytest.raises(InputError, match="unknown field 'movie'"):
        explain.compose(films, movie="Heat (1995)")
    with pytest.raises(InputError, match="the test part is empty"):
        explain.pick(planted)
    with pytest.raises(InputError, match="go from 0 to"):
        explain.pick(films, 10**6)


def test_an_unknown_name_offers_near_ones(films: Dataset) -> None:
    with pytest.raises(InputError, match=r"did you mean 'film=Toy Story \(1995\)'"):
        explain.find_feature(films, "film=Toy Stori (1995)")
    with pytest.raises(InputError, match=r"'film=Star Wars: Episode IV - A New Hope \(1977\)', "):
        explain.find_feature(films, "film=star wars")


# ---- nearest ------------------------------------------------------------------------------------


def test_nearest_is_by_the_angle_and_leaves_rare_ones_out(planted: Dataset) -> None:
    vectors = [[1.0, 0.0], [2.0, 0.2], [0.0, 1.0], [-1.0, 0.0], [9.0, 9.0], [1.0, 0.0]]
    model = with_factors(planted, vectors)
    found = explain.nearest(model, planted, "film=0", n=3, least_rows=4)
    assert [row[0] for row in found.rows] == ["1", "4", "2"]  # film 5 has one row
    assert found.rows[0][1] == pytest.approx(2 / math.hypot(2, 0.2))
    assert found.rows[0][2] == 12
    by_dot = explain.nearest(model, planted, "film=0", n=1, least_rows=4, measure="dot")
    assert by_dot.rows[0][:2] == ("4", 9.0)
    everything = explain.nearest(model, planted, "film=0", n=99, least_rows=1)
    assert [row[0] for row in everything.rows][:1] == ["5"] and len(everything) == 5
    with pytest.raises(InputError, match=r"'film=5' has 1 training rows, fewer than"):
        explain.nearest(model, planted, "film=5")
    with pytest.raises(InputError, match="unknown measure"):
        explain.nearest(model, planted, "film=0", measure="cosin")


def test_a_film_meets_a_user_together_with_its_genres(films: Dataset) -> None:
    model = double_model(films)
    together = explain.factor_vectors(model, films, "film")
    alone = explain.factor_vectors(model, films, "film", together=False)
    row = explain.compose(films, user=12, film="Heat (1995)")
    groups = {g.name: g.value for g in explain.terms(model, films, row.ids, row.values).groups()}
    user = model.V.detach()[films.feature_id("user=12")].numpy()
    heat = films.feature_id("film=Heat (1995)") - films.offsets[1]
    assert user @ alone[heat] == pytest.approx(groups["user × film"], abs=1e-12)
    # The values of the genres are float32.
    both = groups["user × film"] + groups["user × genres"]
    assert user @ together[heat] == pytest.approx(both, abs=1e-6)
    # A feature that brings nothing along keeps its own factors.
    users = explain.factor_vectors(model, films, "user")
    assert np.array_equal(users, model.V.detach()[: films.field_dims[0]].numpy())


# ---- map ----------------------------------------------------------------------------------------


def test_all_axes_together_keep_every_distance(films: Dataset) -> None:
    model = double_model(films, k=6)
    drawn = explain.factor_map(model, films, least_rows=60)
    assert drawn.shares.sum() == pytest.approx(1) and (np.diff(drawn.shares) <= 1e-12).all()
    a, b = drawn.factors[:50], drawn.coordinates[:50]
    for points in (a, b):
        assert points.shape == (50, 6)
    gaps = np.linalg.norm(a[:, None] - a[None], axis=-1)
    assert np.allclose(gaps, np.linalg.norm(b[:, None] - b[None], axis=-1))
    assert (np.diff(drawn.rows) <= 0).all() and drawn.rows.min() >= 60
    assert len(explain.factor_map(model, films, least_rows=60, most=40)) == 40


def test_the_map_does_not_depend_on_how_the_factors_are_turned() -> None:
    draw = np.random.default_rng(5)
    V, towards = draw.normal(size=(40, 4)) * [3, 2, 1, 0.5], draw.normal(size=40)
    turn = np.linalg.qr(draw.normal(size=(4, 4)))[0]
    first, shares = principal_axes(V, towards)
    second, again = principal_axes(-V @ turn, towards)
    assert np.allclose(first, second) and np.allclose(shares, again)
    assert ((towards - towards.mean()) @ first >= 0).all()
    flat, none = principal_axes(np.ones((5, 2)), np.ones(5))
    assert np.allclose(flat, 0) and np.allclose(none, 0)


def test_the_map_knows_groups_means_and_words(films: Dataset) -> None:
    model = FactorizationMachine(films.num_features, k=3, init_scale=0.01, seed=1)
    drawn = explain.factor_map(model, films, least_rows=50, together=False)
    horror = [i for i, groups in enumerate(drawn.groups) if "Horror" in groups]
    assert len(horror) >= 8
    with torch.no_grad():
        model.V[drawn.ids[horror], 1] += 1.0
    drawn = explain.factor_map(model, films, least_rows=50, together=False)
    words = explain.axis_words(drawn, 0)
    assert "Horror" in {name for name, _ in (words.low + words.high)[:1]}
    assert "Horror" in words.sentence() and set(words.correlations) >= {"mean rating", "year"}
    assert len(explain.axis_words(drawn)) == 3
    place = drawn.place("Toy Story (1995)")
    mine = films.train.ids[:, 1] == films.feature_id("film=Toy Story (1995)")
    assert drawn.mean[place] == pytest.approx(float(films.train.y[mine].double().mean()))
    assert drawn.rows[place] == int(mine.sum())
    assert "Animation" in drawn.groups[place] and drawn.main[place] in drawn.kinds
    assert len(drawn.kinds) <= 6
    with pytest.raises(InputError, match=r"These are: .*Toy Story 2 \(1999\)"):
        drawn.place("toy story")
    # The same groups from the embedded table, for a model that was not given genres.
    plain = fmteach.load("movielens", task="rating")
    other = explain.factor_map(FactorizationMachine(plain.num_features, k=3), plain, least_rows=50)
    assert other.groups[other.place("Toy Story (1995)")] == drawn.groups[place]


def test_the_map_of_another_edition_knows_its_genres(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FMTEACH_DATA", str(tmp_path))
    write("ml-1m", make("ml-1m"), tmp_path / "ml-1m")
    plain, rich = (
        fmteach.load("ml-1m", task="rating", features=features)
        for features in (("user", "film"), ("user", "film", "genres"))
    )
    drawn, known = (
        explain.factor_map(FactorizationMachine(data.num_features, k=3), data, least_rows=1)
        for data in (plain, rich)
    )
    assert any(drawn.groups)
    by_name = dict(zip(known.names, known.groups, strict=True))
    assert [sorted(g) for g in drawn.groups] == [sorted(by_name[name]) for name in drawn.names]
    # Files in a folder of the learner's own: not found again, and no reason to stop.
    monkeypatch.setenv("FMTEACH_DATA", str(tmp_path / "elsewhere"))
    model = FactorizationMachine(plain.num_features, k=3)
    assert not any(explain.factor_map(model, plain, least_rows=1).groups)


def test_the_nearest_on_the_map_are_those_of_nearest(films: Dataset) -> None:
    model = double_model(films)
    drawn = explain.factor_map(model, films, least_rows=40)
    near, similar = drawn.nearest(5)
    place = drawn.place("Heat (1995)")
    table = explain.nearest(model, films, "film=Heat (1995)", n=5, least_rows=40)
    assert [drawn.names[i] for i in near[place]] == [row[0] for row in table.rows]
    assert np.allclose(similar[place], [row[1] for row in table.rows])


def test_a_map_of_anything_and_of_too_little(planted: Dataset) -> None:
    model = double_model(planted)
    drawn = explain.factor_map(model, planted, "user", least_rows=1, groups={"0": "a", "1": ["b"]})
    assert len(drawn) == 4 and set(drawn.main) == {"a", "b", "other"}
    with pytest.raises(InputError, match="a map needs 3 or more; lower least_rows"):
        explain.factor_map(model, planted, least_rows=500)
    with pytest.raises(InputError, match="unknown field 'movie'"):
        explain.factor_map(model, planted, "movie")


def test_rows_on_disk_types_are_taken_too(films: Dataset) -> None:
    """int32 ids, as large sets keep them."""
    parts = {
        name: Rows(rows.ids.int(), rows.values, rows.y)
        for name, rows in (("train", films.train), ("valid", films.valid), ("test", films.test))
    }
    small = replace(films, **parts)
    model = double_model(films)
    one, two = (
        explain.nearest(model, data, "film=Heat (1995)", n=3, least_rows=40)
        for data in (films, small)
    )
    assert [row[0] for row in one.rows] == [row[0] for row in two.rows]
    assert explain.compose(small, user=12, film="Heat (1995)").ids.dtype == torch.int64


def test_rows_are_found_where_the_feature_is_not_padding() -> None:
    draw = np.random.default_rng(8)
    codes = draw.integers(0, 4, size=(80, 3))
    values = draw.choice([0.0, 0.5, 1.0], size=(80, 3))
    data = from_arrays(codes, draw.random(80), values=values)
    for part in ("train", "test"):
        rows = getattr(data, part)
        has = [
            {i for i, x in zip(ids, xs, strict=True) if x != 0}
            for ids, xs in zip(rows.ids.tolist(), rows.values.tolist(), strict=True)
        ]
        for ids in ([1], [0, 5], [2, 6, 9]):
            wanted = [n for n, mine in enumerate(has) if mine >= set(ids)]
            assert rows_with(data, part, ids).tolist() == wanted
