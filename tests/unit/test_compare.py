"""Finished runs side by side: every curve is there, each run in a chart of its own."""

from __future__ import annotations

import pytest

from fmteach.errors import InputError
from fmteach.live import LivePlot, draw_runs
from fmteach.live.compare import runs_figure
from fmteach.training import History, TrainConfig, Trainer


def test_a_chart_a_run_with_both_curves_and_the_start(clicks):
    config = TrainConfig(k=2, batch_size=64, epochs=2, device="cpu")
    histories = {
        name: Trainer(clicks, config.replace(learning_rate=rate)).fit()
        for name, rate in (("A", 0.001), ("B", 0.1))
    }
    figure = runs_figure(histories, "logloss")
    traces = {trace.name: trace for trace in figure.data}
    for place, (name, history) in enumerate(histories.items()):
        for label, split in (("training", "train"), ("validation", "valid")):
            x, y = history.curve(split, "loss")
            trace = traces[f"{name} {label}"]
            assert list(trace.x) == x.tolist() and list(trace.y) == y.tolist()
            assert trace.xaxis == ("x" if place == 0 else f"x{place + 1}")
        start = history.curve("valid", "loss")[1][0]
        assert set(traces[f"{name} before training"].y) == {start}
    left, right = figure.layout.xaxis.domain, figure.layout.xaxis2.domain
    assert left[1] < right[0] and right[1] <= 1
    assert {note.text for note in figure.layout.annotations} >= {"<b>run A</b>", "<b>run B</b>"}
    plot = draw_runs(histories)
    assert isinstance(plot, LivePlot) and "runs A, B" in plot.label


def test_a_run_without_an_evaluation_leaves_an_empty_chart():
    assert len(runs_figure({"A": History()}).data) == 2


@pytest.mark.parametrize("names", ["", "ABCDE"])
def test_none_or_too_many_runs_are_refused(names):
    with pytest.raises(InputError, match=f"1 to 4 runs.*got {len(names)}"):
        draw_runs({name: History() for name in names})
