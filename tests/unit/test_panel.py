"""The training panel, driven without a page: from code, and by the messages a page would send."""

from __future__ import annotations

import csv
import json
import threading
import time

import numpy as np
import pytest
from ipywidgets import Widget

from fmteach.errors import DivergenceError, InputError
from fmteach.live.panel import panel as panel_module
from fmteach.live.panel import reference, settings, training_panel
from fmteach.live.panel.runbook import MOST_UNPINNED
from fmteach.live.panel.runs import FitGap
from fmteach.live.panel.settings import PRESETS, Settings
from tests.unit.conftest import small_data

QUICK = {
    "k": 2, "learning_rate": 0.05, "batch_size": 64, "epochs": 3, "device": "cpu",
    "init_scale": 0.1,
}  # fmt: skip
LONG = {**QUICK, "epochs": 100_000}


@pytest.fixture(autouse=True)
def small_panels(monkeypatch, tmp_path):
    """Small synthetic data behind the names "like" and "rating"; no panel and no thread stays."""
    data = {"like": small_data("classification"), "rating": small_data("regression")}
    monkeypatch.setattr(panel_module, "dataset_of", lambda _name, task: data[task])
    monkeypatch.setattr(panel_module, "_open_panels", {})
    monkeypatch.chdir(tmp_path)
    yield
    for panel in panel_module._open_panels.values():
        panel.close()
        panel._reference.wait()
    eventually(lambda: not [t for t in threading.enumerate() if t.name.startswith("fmteach")])
    Widget.close_all()


def eventually(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "this never came true"
        time.sleep(0.005)


def press(panel, **content):
    """What the page sends when a button of the bar is pressed."""
    panel.view.bar._handle_custom_msg(content, [])


def form(panel, **content):
    panel.view.form._handle_custom_msg(content, [])


def table(panel, **content):
    panel.view.table._handle_custom_msg(content, [])


# -- from code, unattended -----------------------------------------------------------------------


def test_it_runs_unattended_and_gives_back_what_came_out():
    panel = training_panel(**QUICK)
    assert panel.status == "ready" and panel.model is None and panel.best is None
    history = panel.start().wait()
    run = panel.runs[0]
    assert panel.status == run.status == "finished"
    assert history is run.history and panel.model is run.model and panel.best is run
    assert run.session.listener_error is None
    assert set(panel.baselines) == {"base rate", "linear model"}
    assert panel.baselines["base rate"]["auc"] == 0.5


def test_two_runs_with_the_same_seed_have_the_same_curve_and_another_seed_another():
    panel = training_panel(**QUICK)
    panel.start().wait()
    panel.start().wait()
    panel.set(seed=1).start().wait()
    one, two, three = (run.history.losses.tolist() for run in panel.runs)
    assert one == two != three


def test_pause_step_resume_stop():
    panel = training_panel(**LONG)
    panel.step(4)
    assert (panel.status, len(panel.current.history)) == ("paused", 4)
    panel.step().resume()
    eventually(lambda: len(panel.current.history) > 10)
    panel.pause()
    steps = len(panel.current.history)
    time.sleep(0.05)
    assert panel.status == "paused" and len(panel.current.history) == steps
    panel.stop()
    assert panel.status == "stopped" and len(panel.wait()) == steps
    for call in (panel.pause, panel.resume):
        with pytest.raises(InputError, match="no run is going"):
            call()


def test_waiting_for_nothing_is_an_error_and_not_a_hang():
    panel = training_panel(**LONG)
    with pytest.raises(InputError, match=r"panel\.start\(\)"):
        panel.wait()
    panel.start().pause()
    with pytest.raises(InputError, match="paused"):
        panel.wait()


def test_start_stops_the_run_that_is_going():
    panel = training_panel(**LONG)
    panel.start()
    eventually(lambda: len(panel.current.history) > 2)
    panel.set(epochs=1).start().wait()
    assert [run.status for run in panel.runs] == ["stopped", "finished"]


def test_a_run_that_diverges_is_told_in_the_panel_and_keeps_its_model():
    panel = training_panel(task="rating", **{**QUICK, "optimizer": "sgd", "learning_rate": 1e6})
    with pytest.raises(DivergenceError):
        panel.start().wait()
    bar = panel.view.bar
    assert (bar.status, bar.headline) == ("failed", "Run 1 diverged.")
    assert "smaller learning rate" in bar.detail
    low, high = panel.view.plot.figure["layout"]["yaxis"]["range"]
    assert (low, high) == (0, pytest.approx(4 * panel.baselines["base rate"]["loss"]))
    assert all(np.isfinite(p.detach().numpy()).all() for p in panel.model.parameters())
    panel.set(optimizer="adam", learning_rate=0.01).start().wait()
    assert panel.status == "finished"


def test_a_fault_in_the_worker_reaches_status_and_wait(monkeypatch):
    panel = training_panel(**QUICK)

    def broken(self):
        raise MemoryError("no room")

    monkeypatch.setattr(panel_module.Trainer, "_next_batch", broken)
    with pytest.raises(MemoryError):
        panel.start().wait()
    assert panel.view.bar.headline == "Run 1 failed."
    assert panel.view.bar.detail == "MemoryError: no room"


def test_a_newer_panel_of_the_same_name_takes_the_place():
    old = training_panel("lesson", **LONG).start()
    other = training_panel("another", **LONG).start()
    new = training_panel("lesson", **QUICK)
    assert old.status == "replaced" and old.current.status == "stopped"
    assert "replaced by a newer panel" in old.view.bar.headline
    assert old.view.form.closed and old.view.table.closed
    assert other.status == "running" and new.status == "ready"
    for call in (old.start, old.step, old.reset, lambda: old.set(k=3)):
        with pytest.raises(InputError, match="replaced"):
            call()
    assert len(old.runs) == 1 and "Run 1" in old.text()


def test_a_panel_that_cannot_be_made_leaves_the_old_one_alone():
    old = training_panel(**LONG).start()
    with pytest.raises(InputError):
        training_panel(**{**QUICK, "k": 0})
    assert old.status == "running"


# -- settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"data": "netflix"}, ["netflix", "movielens"]),
        ({"task": "watch"}, ["watch", "like", "rating"]),
        ({"optimizer": "adamw"}, ["adamw", "adam", "sgd", "adagrad"]),
        ({"model": "cnn"}, ["cnn", "fm", "linear"]),
        ({"device": "tpu"}, ["tpu", "cpu"]),
        ({"rate": 1}, ["rate", "learning_rate", "batch_size"]),
        ({"k": 0}, ["k", "1 or more"]),
        ({"k": 2.5}, ["k", "whole number"]),
        ({"epochs": "many"}, ["epochs", "whole number"]),
        ({"learning_rate": -1}, ["learning_rate", "above 0"]),
        ({"learning_rate": "quick"}, ["learning_rate", "number"]),
        ({"l2": float("nan")}, ["l2"]),
    ],
)
def test_a_wrong_setting_is_refused_as_a_whole_and_says_what_there_is(changes, words):
    panel = training_panel(**QUICK)
    before = panel.settings
    with pytest.raises(InputError) as caught:
        panel.set(seed=5, **changes)
    assert all(word in str(caught.value) for word in words)
    assert panel.settings == before
    with pytest.raises(InputError):
        training_panel(**{**QUICK, **changes})


def test_settings_reach_the_run_and_the_form():
    panel = training_panel(**QUICK).set(k=3, l2="0,5", optimizer="adagrad", batch_size=128.0)
    assert panel.view.form.values == panel.settings
    panel.start().wait()
    config = panel.current.config
    assert (config.k, config.l2, config.optimizer, config.batch_size) == (3, 0.5, "adagrad", 128)
    panel.reset()
    assert panel.settings["k"] == 2 and len(panel.runs) == 1


def test_the_page_can_set_and_is_told_why_not():
    panel = training_panel(**QUICK)
    form(panel, set={"k": 8})
    assert panel.settings["k"] == 8 and panel.view.form.problem == ""
    form(panel, set={"k": "eight"})
    assert panel.settings["k"] == 8 and "whole number" in panel.view.form.problem
    form(panel, preset="overfits")
    assert panel.settings["k"] == PRESETS["overfits"].changes["k"]
    assert panel.view.form.preset == "overfits" and panel.view.form.problem == ""
    form(panel, reset=True)
    assert panel.settings["k"] == 2 and panel.view.form.preset == ""
    form(panel, nonsense=1)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_recognised_again(name):
    panel = training_panel().preset(name)
    assert panel.view.form.preset == name
    assert panel._preset_of(panel._settings) == name
    with pytest.raises(InputError, match="first run"):
        panel.preset("none such")


def test_the_learning_rate_steers_a_run_that_is_going():
    panel = training_panel(**LONG).step(3)
    form(panel, set={"learning_rate": 0.001})
    panel.set(k=9).step(2)
    run = panel.current
    rates = run.history.column("learning_rate").tolist()
    assert rates == [0.05] * 3 + [0.001] * 2 and run.config.k == 2
    assert "0.05 → 0.001" in run.settings_text()
    eventually(lambda: panel.view.plot.figure["layout"].get("shapes"))
    notes = [note["text"] for note in panel.view.plot.figure["layout"]["annotations"]]
    assert "lr 0.001" in notes


def test_the_form_offers_every_control_of_the_course():
    fields = [field for section in settings.form() for field in section["fields"]]
    assert [field["name"] for field in fields] == [
        "data", "task", "model", "k", "optimizer", "learning_rate", "l2", "batch_size",
        "epochs", "seed", "device",
    ]  # fmt: skip
    first = Settings.first("movielens", "like")
    for field in fields:
        if field["kind"] == "slider":
            assert field["stops"] == sorted(set(field["stops"]))
            assert getattr(first.config, field["name"]) in field["stops"]
            for stop in field["stops"]:
                first.replace(**{field["name"]: stop})
        elif field["kind"] == "choice" and field["name"] != "data":
            for value, _label in field["options"]:
                first.replace(**{field["name"]: value})


# -- the picture, the table, the words -----------------------------------------------------------


def curves_of(panel):
    return {name: (x, y) for name, x, y in panel.view.plot.curves()}


def test_before_the_first_run_there_is_something_to_see():
    panel = training_panel(**QUICK)
    panel._reference.wait()
    curves = curves_of(panel)
    assert {"base", "linear"} <= set(curves)
    layout = panel.view.plot.figure["layout"]
    assert any("Start" in note["text"] for note in layout["annotations"])
    assert "logloss" in layout["yaxis"]["title"]["text"]
    assert panel.view.bar.headline == "Ready. Press Start."
    low, high = layout["yaxis2"]["range"]
    assert all(low < curve[1][0] < high for name, curve in curves.items() if name == "linear")


def test_the_picture_shows_the_whole_run_when_it_is_over():
    panel = training_panel(**QUICK)
    history = panel.start().wait()
    curves = curves_of(panel)
    epochs, losses = history.curve("valid", "loss")
    assert np.allclose(curves["Run 1"][0], epochs) and np.allclose(curves["Run 1"][1], losses)
    assert np.allclose(curves["Run 1, training metric"][1], history.curve("train", "auc")[1])
    assert curves["Run 1, minibatch"][0][-1] == 3
    best = panel.current.best
    assert curves["Run 1, best metric"][1][0] == pytest.approx(best.valid["auc"], rel=1e-5)
    assert panel.view.bar.progress == 1.0
    assert f"Best AUC {best.valid['auc']:.3f}" in panel.view.bar.headline


def test_the_run_in_focus_is_drawn_live_beside_older_ones():
    panel = training_panel(**QUICK)
    panel.start().wait()
    panel.set(**LONG).start()
    eventually(lambda: len(curves_of(panel)["Run 2, minibatch"][0]) > 5)
    eventually(lambda: "samples/s" in panel.view.bar.numbers)
    panel.stop()
    traces = {trace["name"]: trace for trace in panel.view.plot.figure["data"]}
    widths = {name: trace.get("line", {}).get("width") for name, trace in traces.items()}
    assert widths["Run 1"] < widths["Run 2"]
    assert traces["Run 1, minibatch"]["visible"] is False  # the band of an old run is in the way
    assert len(curves_of(panel)["Run 1, minibatch"][0]) == 0


def test_single_steps_can_be_seen_and_the_scale_comes_back():
    panel = training_panel(**LONG).step(5)
    layout = lambda: panel.view.plot.figure["layout"]  # noqa: E731
    eventually(lambda: layout()["xaxis"]["range"][1] < 5)
    assert len(curves_of(panel)["Run 1, minibatch"][0]) == 5
    eventually(lambda: "loss of this minibatch" in panel.view.bar.numbers)
    panel.resume()
    # A long run that has just begun: its first part is drawn.
    eventually(lambda: layout()["xaxis"]["range"][1] >= 10_000)


def test_the_picture_of_a_long_run_widens_until_it_holds_all():
    panel = training_panel(**{**QUICK, "epochs": 60})
    panel.start().wait()
    eventually(lambda: panel.view.plot.figure["layout"]["xaxis"]["range"][1] >= 60)


def test_only_runs_of_the_same_task_share_a_picture():
    panel = training_panel(**QUICK)
    panel.start().wait()
    panel.set(task="rating").start().wait()
    assert "Run 2" in curves_of(panel) and "Run 1" not in curves_of(panel)
    assert panel.best.number == 2
    rows = {row["run"]: row for row in panel.view.table.rows}
    assert rows[1]["best"].startswith("AUC ") and "like" in rows[1]["state"]
    panel.set(task="like")
    assert "Run 1" in curves_of(panel) and panel.best.number == 1


def test_pin_hide_show_rename_delete_by_number_name_or_run():
    panel = training_panel(**QUICK)
    for _ in range(2):
        panel.start().wait()
    panel.hide(1)
    assert "Run 1" not in curves_of(panel)
    panel.pin("Run 1")
    assert panel.runs[0].pinned and "Run 1" in curves_of(panel)
    panel.rename(panel.runs[1], "  my   run ")
    assert "my run" in curves_of(panel) and panel.runs[1].name == "my run"
    for wrong in ("", "Run 1"):
        with pytest.raises(InputError):
            panel.rename(2, wrong)
    panel.delete("my run")
    assert [run.number for run in panel.runs] == [1] and panel.current.number == 1
    assert [row["run"] for row in panel.view.table.rows] == [1]
    with pytest.raises(InputError, match=r"1 \(Run 1\)"):
        panel.pin("my run")


def test_the_buttons_of_the_page_do_the_same():
    panel = training_panel(**LONG)
    press(panel, do="start")
    eventually(lambda: panel.status == "running")
    press(panel, do="pause")
    assert panel.status == "paused" and panel.view.bar.status == "paused"
    steps = len(panel.current.history)
    press(panel, do="step")
    assert len(panel.current.history) == steps + 1
    press(panel, do="resume")
    press(panel, do="stop")
    assert panel.status == "stopped"
    eventually(lambda: panel.view.bar.status == "stopped")
    table(panel, do="pin", run=1, on=True)
    table(panel, do="show", run=1, on=False)
    table(panel, do="rename", run=1, name="first")
    row = panel.view.table.rows[0]
    assert (row["pinned"], row["visible"], row["name"]) == (True, False, "first")
    table(panel, do="rename", run=7, name="x")
    assert "there is no run 7" in panel.view.table.message
    table(panel, do="close-up", on=True)
    assert panel.view.table.close_up
    table(panel, do="text")
    assert "first" in panel.view.table.text
    press(panel, do="resume")
    assert "no run is going" in panel.view.table.message
    table(panel, do="delete", run=1)
    assert panel.runs == () and panel.status == "ready"


def test_unpinned_runs_beyond_the_newest_leave_the_picture_and_pinned_ones_stay():
    panel = training_panel(**{**QUICK, "epochs": 1})
    panel.start().wait()
    panel.pin(1)
    for _ in range(MOST_UNPINNED + 2):
        panel.start().wait()
    shown = [run.number for run in panel.runs if run.visible]
    assert shown == [1, *range(4, MOST_UNPINNED + 4)]


def test_export_writes_files_that_can_be_read_and_overwrites_none(tmp_path):
    panel = training_panel(**QUICK)
    panel.start().wait()
    panel.rename(1, "a/b: my run")
    first, second = panel.export(1), panel.export(1)
    assert first != second and first.parent.name == "runs"
    assert str(second) in panel.view.table.message
    assert sorted(p.suffix for p in (tmp_path / "runs").iterdir()) == [".csv"] * 2 + [".json"] * 2
    content = json.loads(first.read_text())
    assert content["config"] == panel.current.config.to_dict()
    assert content["minibatches"]["loss"] == panel.current.history.losses.tolist()
    assert content["baselines"]["base rate"]["auc"] == 0.5
    assert content["data"]["fingerprint"] == panel.current.trainer.dataset.fingerprint
    rows = list(csv.DictReader(first.with_suffix(".csv").read_text().splitlines()))
    _epochs, scores = panel.current.history.curve("valid", "auc")
    assert [float(row["valid_auc"]) for row in rows] == scores.tolist()


def test_text_says_what_the_panel_shows():
    panel = training_panel(**QUICK)
    panel.start().wait()
    text, run = panel.text(), panel.current
    for words in (
        "task like", "Run 1", "base rate", "linear model", f"{run.score(run.best):.3f}",
        "Curve of Run 1", "validation loss", "best",
    ):  # fmt: skip
        assert words in text
    assert len([line for line in text.splitlines() if line.startswith(("0.", "1.", "2."))]) <= 14


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (FitGap(3, 0.550, 10, 0.4, 0.562), "rose by 0.012 since epoch 3: overfitting"),
        (FitGap(10, 0.550, 10, 0.5, 0.550), "still falling"),
        (FitGap(7.25, 0.550, 10, 0.5, 0.552), "level since epoch 7.25"),
    ],
)
def test_the_gap_in_words(gap, words):
    assert words in gap.words()
    assert f"{gap.valid_loss - gap.train_loss:.3f} above training loss" in gap.words()


def test_a_loss_that_only_rose_is_no_overfitting():
    gap = FitGap(0, 1.072, 2, 5.365, 3.625)
    assert gap.words().endswith("rose from its start, by 2.553: the learning rate is too high.")
    assert (gap.tag, gap.overfitting) == ("rate too high", False)


def test_a_validation_loss_below_the_training_loss_is_said_to_be_below():
    assert FitGap(2, 0.5, 2, 0.6, 0.5).words().endswith("It is 0.100 below training loss.")


def test_the_display_carries_text_and_a_drawing_and_stays_small():
    panel = training_panel(**QUICK)
    for _ in range(3):
        panel.start().wait()
    data, _metadata = panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "Run 3" in data["text/plain"] and data["image/svg+xml"].startswith("<svg")
    state = Widget.get_manager_state(drop_defaults=True)
    assert len(json.dumps(data)) + len(json.dumps(state)) < 100_000
    assert "svg" in panel.freeze()._repr_mimebundle_()["image/svg+xml"]


def test_baselines_are_computed_once_for_the_same_data(monkeypatch):
    calls, real = [], reference.linear_baseline
    monkeypatch.setattr(reference, "_known", {})
    monkeypatch.setattr(
        reference, "linear_baseline", lambda data: calls.append(data.task) or real(data)
    )
    for name in ("a", "b"):
        panel = training_panel(name, **QUICK)
        panel._reference.wait()
    panel.set(task="rating").set(task="like")
    panel._reference.wait()
    assert len(calls) == 2
    assert panel.baselines["linear model"]["auc"] > 0
