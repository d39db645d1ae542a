"""The training panel and its data sets: tasks follow the data, the oracle stands by."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from fmteach.datasets import DATASETS, TASKS, from_arrays, from_pairs, load, sources, synthetic
from fmteach.errors import FMTeachError, InputError
from fmteach.live.panel import offered, settings, training_panel
from fmteach.live.panel import panel as panel_module
from fmteach.live.panel.overlay import Overlay
from fmteach.live.panel.settings import Settings
from fmteach.training import ORACLE
from tests.unit.conftest import small_data

QUICK = {"k": 2, "batch_size": 64, "epochs": 1, "device": "cpu"}


@pytest.fixture(autouse=True)
def small_panels(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    data = {
        ("movielens", "like"): small_data("classification"),
        ("movielens", "rating"): small_data("regression"),
        ("movielens", "rank"): from_pairs(
            *np.divmod(np.random.default_rng(0).permutation(600)[:300], 30)
        ),
        ("clicks", "click"): synthetic.dataset("clicks", rows=2000),
    }
    monkeypatch.setattr(
        offered, "_loaded", lambda name, task: data.get((name, task)) or load(name, task)
    )
    monkeypatch.setattr(panel_module, "_open_panels", {})
    yield
    for panel in panel_module._open_panels.values():
        panel.close()
        panel._reference.wait()


def test_tasks_follow_the_data_set() -> None:
    panel = training_panel(**QUICK)
    assert (panel.settings["data"], panel.settings["task"]) == ("movielens", "like")
    panel.set(data="clicks")
    assert (panel.settings["data"], panel.settings["task"]) == ("clicks", "click")
    panel.set(data="movielens")
    assert panel.settings["task"] == "like"
    panel.set(task="rating").set(data="movielens")
    assert panel.settings["task"] == "rating"
    with pytest.raises(InputError, match="unknown task 'like'"):
        panel.set(data="clicks", task="like")
    with pytest.raises(InputError, match="unknown task 'click'"):
        panel.set(task="click")
    assert panel.settings["data"] == "movielens"
    assert training_panel("other", data="clicks", **QUICK).settings["task"] == "click"


def test_the_form_offers_the_tasks_of_each_data_set() -> None:
    fields = {field["name"]: field for part in settings.form() for field in part["fields"]}
    here = [name for name in DATASETS if name not in sources.SOURCES]  # nothing was fetched
    assert [value for value, _ in fields["data"]["options"]] == here
    assert "movielens" in here and "criteo-synthetic" in here
    assert ["clicks", "clicks (synthetic)"] in fields["data"]["options"]
    other, offered = fields["task"]["by"]
    assert other == "data"
    first = Settings.first("movielens", None)
    for data, options in offered.items():
        assert [value for value, _ in options] == list(TASKS[data])
        for value, words in options:
            assert words.startswith(f"{value}: ")
            first.replace(data=data, task=value)


def test_the_oracle_stands_beside_the_baselines_of_synthetic_data_only() -> None:
    panel = training_panel(data="clicks", **QUICK)
    panel.start().wait()
    assert list(panel.baselines) == ["base rate", "linear model", ORACLE]
    scores = panel.baselines[ORACLE]
    assert scores == dict(panel.current.trainer.dataset.oracle["valid"])
    assert [ORACLE, f"{scores['auc']:.3f}", f"{scores['loss']:.3f}"] in panel.view.table.baselines
    assert ORACLE in panel.text() and "clicks (synthetic), task click" in panel.text()
    names = [trace["name"] for trace in panel.view.plot.figure["data"] if "name" in trace]
    assert "oracle" in names
    panel.set(data="movielens")
    panel._reference.wait()
    assert ORACLE not in panel.baselines


def test_the_picture_has_room_for_the_oracle_before_there_is_a_run() -> None:
    panel = training_panel(data="clicks", **QUICK)
    state = panel._state()
    overlay = Overlay((), state.task, state.baselines, epochs=5)
    low, high = overlay.figure().layout.yaxis.range
    assert low < state.baselines[ORACLE]["loss"] < high


def test_ranking_runs_in_the_panel_and_its_curves_are_drawn() -> None:
    panel = training_panel(task="rank", **{**QUICK, "epochs": 3})
    assert ["rank", "rank: likes first"] in [
        option
        for part in settings.form()
        for field in part["fields"] if field["name"] == "task"
        for option in field["by"][1]["movielens"]
    ]  # fmt: skip
    panel.start().wait()
    assert panel.current.status == "finished" and panel.best is panel.current
    assert list(panel.baselines) == ["base rate", "popularity", "linear model"]
    assert panel.view.table.metric == "NDCG@10"
    curves = {name: (x, y) for name, x, y in panel.view.plot.curves()}
    history = panel.current.history
    for name, part in (("training", "train"), ("validation", "valid")):
        wanted = history.curve(part, "ndcg@10")[1]
        assert np.allclose(curves[f"Run 1, {name} metric"][1], wanted) and len(wanted) > 3
    assert "linear" in curves and "popularity" not in curves
    axes = panel.view.plot.figure["layout"]
    assert "NDCG@10" in str(axes["yaxis2"]) and "BPR loss" in str(axes["yaxis"])
    assert "popularity" in panel.text() and "NDCG@10" in panel.text()


def test_a_data_set_of_ones_own_is_trained_in_the_panel() -> None:
    rows = [[i % 5, i % 3] for i in range(300)]
    own = from_arrays(rows, [float(a == b) for a, b in rows], objective="classification",
                      fields=("left", "right"), name="tea")  # fmt: skip
    panel = training_panel("own", data=own, **QUICK)
    assert (panel.settings["data"], panel.settings["task"]) == ("tea", "classification")
    panel.start().wait()
    assert panel.current.trainer.dataset is own
    fields = {field["name"]: field for part in settings.form() for field in part["fields"]}
    assert ["tea", "tea"] in fields["data"]["options"]
    panel.set(data="movielens")
    panel.set(data=own)
    assert panel.settings["data"] == "tea"
    with pytest.raises(InputError, match="is a list"):
        panel.set(data=rows)


def test_a_data_set_that_is_not_here_says_how_to_fetch_it() -> None:
    panel = training_panel("far", **QUICK)
    with pytest.raises(FMTeachError, match="fmteach data fetch ml-1m"):
        panel.set(data="ml-1m")
    assert panel.settings["data"] == "movielens"


def test_a_fetched_set_joins_the_menu_unless_it_is_very_large(monkeypatch) -> None:
    monkeypatch.setattr(sources, "here", lambda name: True)
    names = offered.offered()
    assert "ml-100k" in names and "criteo-100k" in names
    assert "criteo-full" not in names
