"""LivePlot without a browser: its state, its messages, its other forms."""

from __future__ import annotations

import json
import threading

import numpy as np
import plotly.graph_objects as go
import pytest

from fmteach.errors import InputError
from fmteach.live.plot import _PLOTLY_JS, MOST_POINTS, FrozenPlot, LivePlot


@pytest.fixture
def plot(monkeypatch):
    figure = go.Figure(
        [go.Scatter(name="train", x=[0, 1], y=[1.0, 0.5]), go.Scatter(name="valid", x=[], y=[])]
    )
    plot = LivePlot(figure, label="Loss")
    plot.sent = []
    monkeypatch.setattr(
        plot, "send", lambda content, buffers=None: plot.sent.append((content, buffers))
    )
    return plot


def unpack(message):
    header, buffers = message
    numbers = np.frombuffer(buffers[0], np.float32)
    out, at = {}, 0
    for index, count in header["traces"]:
        out[index] = numbers[at : at + count], numbers[at + count : at + 2 * count]
        at += 2 * count
    assert at == len(numbers)
    return out


def test_an_update_is_one_message_with_one_binary_buffer(plot):
    plot.update({1: ([0, 1, 2], [0.9, 0.8, 0.7])})
    assert len(plot.sent) == 1
    assert set(unpack(plot.sent[0])) == {1}
    x, y = unpack(plot.sent[0])[1]
    assert x.tolist() == [0, 1, 2] and y.tolist() == pytest.approx([0.9, 0.8, 0.7])
    json.dumps(plot.sent[0][0])


def test_a_front_end_that_comes_late_gets_everything(plot):
    plot.update({1: ([0, 1], [0.9, 0.8])})
    plot.update({0: ([0, 1, 2], [1, 2, 3])})
    plot.sent.clear()
    plot._on_message(plot, {"kind": "ready"}, [])
    whole = unpack(plot.sent[0])
    assert whole[0][1].tolist() == [1, 2, 3]
    assert whole[1][1].tolist() == pytest.approx([0.9, 0.8])
    assert plot.sent[0][0]["rev"] == plot.figure["rev"]


def test_plotly_comes_from_the_installed_package(plot):
    plot._on_message(plot, {"kind": "plotly"}, [])
    header, buffers = plot.sent[0]
    assert header == {"kind": "plotly"}
    assert buffers[0] == _PLOTLY_JS.read_bytes() and len(buffers[0]) > 1_000_000


def test_unknown_messages_are_ignored(plot):
    for content in ({}, {"kind": "?"}, "text", None):
        plot._on_message(plot, content, [])
    assert plot.sent == []


def test_a_new_structure_gets_a_new_revision_and_forgets_old_numbers(plot):
    before = plot.figure["rev"]
    plot.set_figure(go.Figure(go.Scatter(name="only", x=[1.0], y=[2.0])))
    assert plot.figure["rev"] == before + 1
    assert plot.sent[-1][0]["rev"] == before + 1
    assert [name for name, _, _ in plot.curves()] == ["only"]
    with pytest.raises(InputError, match="traces 0 to 0, and trace 1"):
        plot.update({1: ([0], [0])})


def test_wrong_updates_are_named_and_change_nothing(plot):
    with pytest.raises(InputError, match="has 2 traces, and 1 curves"):
        plot.update_all([([0], [0])])
    with pytest.raises(InputError, match="x has 1 points and y has 2"):
        plot.update({0: ([0], [0, 1])})
    assert plot.curves()[0][2].tolist() == [1.0, 0.5] and plot.sent == []
    with pytest.raises(InputError, match="must be a plotly Figure"):
        LivePlot({"data": []})


def test_a_closed_connection_does_not_reach_the_caller(plot, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("comm is closed")

    monkeypatch.setattr(plot, "send", broken)
    plot.update({0: ([0], [7])})
    plot.set_figure(go.Figure(go.Scatter(x=[1.0], y=[2.0])))
    plot._on_message(plot, {"kind": "plotly"}, [])
    assert plot.curves()[0][2].tolist() == [2.0]


def test_a_closed_widget_can_still_be_updated(plot):
    plot.close()
    plot.update({0: ([0], [7])})
    assert "7" in plot.text()


def test_long_curves_are_bounded_and_keep_their_spike(plot):
    y = np.zeros(200_000)
    y[123_456] = 5
    plot.update({0: (np.arange(200_000), y)})
    x, kept = unpack(plot.sent[0])[0]
    assert len(x) <= MOST_POINTS and kept.max() == 5
    assert len(plot.sent[0][1][0]) <= 8 * MOST_POINTS


def test_the_state_stays_small_whatever_the_data():
    x = np.arange(50_000.0)
    plot = LivePlot(go.Figure([go.Scatter(name=f"run {i}", x=x, y=np.sin(x)) for i in range(5)]))
    state = {k: v for k, v in plot.get_state().items() if k in ("spec", "svg", "status")}
    assert len(json.dumps(state)) < 25_000
    assert state["svg"].startswith("<svg") and "run 4" in state["svg"]
    bundle, _ = plot._repr_mimebundle_()
    assert len(json.dumps(bundle)) < 25_000


def test_the_stored_drawing_follows_the_data(plot):
    before = plot.get_state("svg")["svg"]
    plot.update({0: ([0, 1, 2], [3, 9, 4])})
    assert plot.get_state("svg")["svg"] != before


def test_every_form_names_the_curves(plot):
    bundle, _ = plot._repr_mimebundle_()
    assert bundle["text/plain"] == plot.text()
    assert "train" in plot.text() and "Loss" in plot.text()
    assert bundle["image/svg+xml"].startswith("<svg")
    assert "application/vnd.jupyter.widget-view+json" in bundle
    frozen = plot.freeze()
    plot.update({0: ([0, 1], [8, 9])})
    assert isinstance(frozen, FrozenPlot)
    assert "0.5" in frozen.text() and set(frozen._repr_mimebundle_()) == {
        "image/svg+xml",
        "text/plain",
    }


def test_updates_from_many_threads(plot):
    def work(trace):
        for step in range(200):
            plot.update({trace: (np.arange(step + 1), np.full(step + 1, trace))})

    threads = [threading.Thread(target=work, args=(i,)) for i in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(plot.sent) == 400
    for message in plot.sent:
        for trace, (_, y) in unpack(message).items():
            assert set(y.tolist()) == {trace}


def test_the_stored_figure_is_one_compact_string(plot):
    assert json.loads(plot.spec) == plot.figure
    assert ": " not in plot.spec and "\n" not in plot.spec
