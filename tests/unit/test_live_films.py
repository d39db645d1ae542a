"""The film map and the waterfall, driven through their traits and messages."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

import fmteach
from fmteach import explain
from fmteach.datasets import Dataset, from_arrays
from fmteach.errors import InputError
from fmteach.live import film_map, waterfall
from fmteach.live.films.bars import axis, bars_of, plain
from fmteach.models import FactorizationMachine

TOY = "Toy Story (1995)"


@pytest.fixture(scope="module")
def films() -> Dataset:
    return fmteach.load("movielens", task="rating", features=("user", "film", "genres"))


@pytest.fixture(scope="module")
def model(films: Dataset) -> FactorizationMachine:
    made = FactorizationMachine(films.num_features, k=8, init_scale=0.2, seed=3)
    torch.manual_seed(0)
    with torch.no_grad():
        made.w0.fill_(3.5)
        made.w.normal_(0, 0.2)
    return made


@pytest.fixture(scope="module")
def clicks() -> Dataset:
    """No user and no film: 7 fields, so 28 groups of terms."""
    codes = [[(n * (j + 3) + j) % 5 for j in range(7)] for n in range(120)]
    return from_arrays(codes, [n % 2 for n in range(120)], objective="classification")


# ---- the map ------------------------------------------------------------------------------------


def test_the_map_tells_the_page_everything(films: Dataset, model: FactorizationMachine) -> None:
    shown = film_map(model, films, name="whole")
    drawn, sent = shown.map, json.loads(shown.data)
    assert sent["names"] == list(drawn.names) and shown.selected == TOY
    place = drawn.place(TOY)
    near, similar = drawn.nearest(8)
    assert sent["near"][place] == near[place].tolist()
    assert sent["similar"][place] == [round(1000 * s) for s in similar[place]]
    assert sent["sets"][sent["set"][place]] == ", ".join(drawn.groups[place])
    assert sent["kinds"][sent["main"][place]] == drawn.main[place]
    largest = abs(drawn.coordinates[:, :4]).max()
    for number, described in enumerate(sent["axes"]):
        there = drawn.coordinates[place, number] / largest * 1000
        assert abs(described["values"][place] - there) <= 0.5
        assert described["share"] == round(100 * drawn.shares[number])
        assert max(described["values"]) <= 1000


def test_a_film_is_chosen_by_name(films: Dataset, model: FactorizationMachine) -> None:
    shown = film_map(model, films, name="chosen").select("Heat (1995)")
    table = explain.nearest(model, films, "film=Heat (1995)", least_rows=30)
    assert [row[0::2] for row in shown.nearest.rows] == [row[0::2] for row in table.rows]
    with pytest.raises(InputError, match=r"'Heat \(1995\)'"):
        shown.select("heat (")
    with pytest.raises(InputError, match="not on the map"):
        shown.selected = "Nothing (1900)"
    with pytest.raises(InputError, match="axes go from 0 to 3"):
        shown.up = 4
    assert (shown.selected, shown.up) == ("Heat (1995)", 1)
    words = shown.text()
    assert "Nearest to Heat (1995)" in words and table.rows[0][0] in words
    assert "Axis 4 shows" in words


def test_running_the_cell_again_replaces_the_widget(
    films: Dataset, model: FactorizationMachine
) -> None:
    first = film_map(model, films, name="again").select("Heat (1995)")
    second = film_map(model, films, name="again")
    assert second.selected == "Heat (1995)" and first.comm is None
    assert film_map(model, films, name="another").selected == TOY
    old = waterfall(model, films, name="again")
    assert waterfall(model, films, name="again").comm is not old.comm is None
    assert second.comm is not None  # another kind of widget: not replaced


def test_the_saved_map_stays_small_and_has_other_forms(
    films: Dataset, model: FactorizationMachine
) -> None:
    shown = film_map(model, films, name="size")
    bundle, _ = shown._repr_mimebundle_()
    assert bundle["text/plain"] == shown.text()
    assert bundle["image/svg+xml"].startswith("<svg") and TOY in bundle["image/svg+xml"]
    size = len(json.dumps(shown.get_state())) + len(json.dumps(bundle))
    assert size < 150_000


def test_a_map_of_likes_says_so(model: FactorizationMachine) -> None:
    data = fmteach.load("movielens", task="like")
    shown = film_map(FactorizationMachine(data.num_features, k=4), data, name="likes")
    assert shown.payload["measure"] == "share of like"


# ---- bars ---------------------------------------------------------------------------------------


def test_bars_walk_from_w0_to_the_score(films: Dataset, model: FactorizationMachine) -> None:
    for number in range(0, 400, 40):
        row = explain.pick(films, number)
        found = explain.terms(model, films, row.ids, row.values)
        bars = bars_of(found)
        place = found.all[0].value
        for bar in bars:
            assert bar.before == pytest.approx(place, abs=1e-9)
            inside = bar.before
            for member in bar.members:
                assert member.before == pytest.approx(inside, abs=1e-9)
                inside = member.after
            assert not bar.members or inside == pytest.approx(bar.after, abs=1e-9)
            place = bar.after
        assert place == pytest.approx(found.score, abs=1e-9)


def test_the_smallest_terms_share_a_bar(clicks: Dataset) -> None:
    model = FactorizationMachine(clicks.num_features, k=3, init_scale=0.5, seed=1)
    found = explain.terms(model, clicks, clicks.test.ids[0])
    bars = bars_of(found, most=6)
    assert len(bars) == 6 and bars[-1].name == "the 23 smaller terms"
    assert bars[-1].after == pytest.approx(found.score)
    kept = min(abs(bar.value) for bar in bars[:-1])
    left = sorted(abs(g.value) for g in found.groups() if g.kind != "bias")[:23]
    assert kept >= max(left)
    assert len(bars_of(found, most=28)) == 28


def test_the_axis_covers_everything_and_has_round_ticks() -> None:
    made = axis([3.31, 4.02, 1.0], "regression")
    assert made["low"] < 1.0 and made["high"] > 4.02
    assert [text for _, text in made["ticks"]] == ["1.0", "1.5", "2.0", "2.5", "3.0", "3.5", "4.0"]
    made = axis([-2.2, 0.1], "classification")
    assert ("50 %") in [text for _, text in made["chances"]]
    still = axis([2.0, 2.0], "regression")  # nothing moves: still an axis
    assert still["high"] - still["low"] >= 1


def test_names_as_a_person_writes_them() -> None:
    assert plain("user=12 × film=Heat (1995)") == "user 12 × Heat (1995)"
    assert plain("genres=(unseen)") == "genres (unseen)"


# ---- the waterfall ------------------------------------------------------------------------------


def test_the_waterfall_of_a_known_row_marks_its_rating(
    films: Dataset, model: FactorizationMachine
) -> None:
    shown = waterfall(model, films, row=3, name="known")
    sent = json.loads(shown.data)
    assert sent["truth"] == float(films.test.y[3]) and sent["truth_on_axis"]
    assert sent["axis"]["low"] < sent["truth"] < sent["axis"]["high"]
    assert sent["score"] == pytest.approx(shown.terms.score)
    assert "True rating" in sent["verdict"] and "never seen this row" in sent["verdict"]
    assert shown.to_svg().startswith("<svg") and "true: " in shown.to_svg()
    words = shown.text()
    assert all(term.name in words for term in shown.terms) and sent["verdict"] in words


def test_any_user_and_any_film_give_a_prediction(
    films: Dataset, model: FactorizationMachine
) -> None:
    shown = waterfall(model, films, user=1, film="Heat (1995)", name="any")
    assert "nobody knows the true rating" in shown.payload["verdict"]
    assert not shown.payload["truth_on_axis"]
    shown.choose(film=TOY)
    assert shown.row.labels(films)["user"] == ("1",)
    assert "Animation" in shown.row.labels(films)["genres"]
    shown.choose(user=12)
    assert shown.row.labels(films)["film"] == (TOY,)
    before = shown.data
    with pytest.raises(InputError, match="no feature called 'film=Tyo Story"):
        shown.choose(film="Tyo Story (1995)")
    assert shown.data == before
    shown.opened = ["genres"]
    shown.reset()
    assert shown.payload["shown"] == {"user": "1", "film": "Heat (1995)"} and shown.opened == []


def test_likes_are_shown_in_log_odds_with_the_probability() -> None:
    data = fmteach.load("movielens", task="like")
    model = FactorizationMachine(data.num_features, k=4, init_scale=0.3, seed=2)
    shown = waterfall(model, data, name="like")
    assert shown.payload["unit"] == "log-odds" and not shown.payload["truth_on_axis"]
    proba = float(model.predict_proba(data.test.ids[:1])[0])
    assert shown.payload["probability"] == pytest.approx(proba, abs=1e-6)
    assert "What happened: like = " in shown.payload["verdict"]
    assert f"P(like = 1) = {proba:.2f}" in shown.to_svg()


def test_ranking_scores_are_not_called_ratings() -> None:
    data = fmteach.load("movielens", task="rank")
    model = FactorizationMachine(data.num_features, k=4, init_scale=0.3, seed=2)
    shown = waterfall(model, data, name="rank")
    assert "only beside the user's other scores" in shown.payload["verdict"]
    assert film_map(model, data, name="rank").payload["measure"] == ""


def test_other_data_is_chosen_by_row(clicks: Dataset) -> None:
    model = FactorizationMachine(clicks.num_features, k=3, seed=1)
    shown = waterfall(model, clicks, row=2, name="rows")
    assert [field for field, _, _ in shown.boxes] == ["row"]
    send(shown, kind="choose", field="row", value="5")
    assert shown.payload["shown"] == {"row": "5"} and shown.problem == ""
    send(shown, kind="choose", field="row", value="99999")
    assert "go from 0 to" in shown.problem and shown.payload["shown"] == {"row": "5"}
    assert suggestions(shown, "row", "11")[0]["text"] == "11"
    assert suggestions(shown, "row", "99999") == []


def test_the_page_searches_and_chooses(films: Dataset, model: FactorizationMachine) -> None:
    shown = waterfall(model, films, user=12, film="Heat (1995)", name="page")
    found = suggestions(shown, "film", "star wars iv")
    assert [item["text"] for item in found] == ["Star Wars: Episode IV - A New Hope (1977)"]
    assert suggestions(shown, "user", "15")[0]["text"] == "15"
    rated = explain.pick(films, 0, "train").labels(films)
    shown.choose(user=rated["user"][0])
    mine = suggestions(shown, "film", rated["film"][0])
    assert mine[0]["note"] == f"rating {float(films.train.y[0]):g}"
    send(shown, kind="choose", field="film", value=found[0]["value"])
    assert shown.row.labels(films)["film"] == (found[0]["text"],)
    send(shown, kind="random")
    assert shown.row.part == "test"
    send(shown, kind="reset")
    assert shown.payload["shown"]["film"] == "Heat (1995)"
    for nonsense in (None, "text", {}, {"kind": "choose", "field": "age", "value": 1}):
        shown._handle_custom_msg(nonsense, [])
    send(shown, kind="choose", field="film", value="No such film")
    assert shown.problem.startswith("There is no feature called 'film=No such film'")
    send(shown, kind="random")
    assert shown.problem == ""


def send(widget: Any, **content: Any) -> None:
    widget._handle_custom_msg(content, [])


def suggestions(widget: Any, field: str, value: str) -> list[dict]:
    sent = []
    widget.send = sent.append
    try:
        send(widget, kind="suggest", field=field, value=value, asked=7)
    finally:
        del widget.send
    assert sent[0]["asked"] == 7 and sent[0]["field"] == field
    return sent[0]["items"]
