"""The figures: what is drawn, in which order, with which labels."""

from __future__ import annotations

import json
import re

import numpy as np
import plotly.graph_objects as go
import pytest

from fmteach.live import figures, svg
from fmteach.live.figures import RunCurves, overfitting_gap, run_style

BASELINES = {"base rate": {"loss": 0.69, "metric": 0.5}, "linear model": {"loss": 0.55}}


def a_run(name="k = 16", style=0, best=2.0, **more):
    x = np.linspace(0, 4, 9)
    return RunCurves(
        name,
        batch_loss=(np.linspace(0, 4, 50), np.linspace(1, 0.2, 50)),
        train_loss=(x, 1 - 0.2 * x),
        valid_loss=(x, 0.6 + 0.1 * (x - 2) ** 2),
        train_metric=(x, 0.5 + 0.1 * x),
        valid_metric=(x, 0.8 - 0.02 * (x - 2) ** 2),
        best=best,
        style=style,
        **more,
    )


def named(figure, part):
    found = [t for t in figure.data if part in (t.name or "")]
    assert found, f"no trace has {part!r} in its name"
    return found


def test_training_figure_names_axes_and_directions():
    figure = figures.training_figure([a_run()], "logloss", "AUC", baselines=BASELINES)
    assert figure.layout.yaxis.title.text == "logloss (lower is better)"
    assert figure.layout.yaxis2.title.text == "AUC (higher is better)"
    assert figure.layout.xaxis.title.text == figure.layout.xaxis2.title.text == "epoch"
    lower = figures.training_figure([], "MSE", "RMSE", metric_higher_is_better=False)
    assert lower.layout.yaxis2.title.text == "RMSE (lower is better)"


def test_validation_is_bold_training_is_thin_and_runs_differ_by_more_than_colour():
    figure = figures.training_figure([a_run("a"), a_run("b", style=1)], "logloss", "AUC")
    bold = [t for t in figure.data if t.name in ("a", "b") and t.yaxis == "y"]
    assert [t.line.width for t in bold] == [3.5, 3.5]
    assert all(t.line.width < 2 for t in named(figure, "training loss"))
    assert bold[0].line.color != bold[1].line.color
    assert bold[0].line.dash != bold[1].line.dash


def test_styles_do_not_repeat_for_24_runs():
    assert len({run_style(i) for i in range(24)}) == 24


def test_the_best_evaluation_is_marked_on_both_panels():
    figure = figures.training_figure([a_run(best=2.0)], "logloss", "AUC")
    loss, metric = named(figure, "best loss")[0], named(figure, "best metric")[0]
    assert (loss.x[0], loss.y[0]) == (2.0, pytest.approx(0.6))
    assert (metric.x[0], metric.y[0]) == (2.0, pytest.approx(0.8))


def test_the_gap_is_shaded_for_the_run_in_focus_only():
    runs = [a_run("a"), a_run("b", style=1)]
    figure = figures.training_figure(runs, "logloss", "AUC", focus=0)
    gaps = named(figure, "loss gap")
    assert len(gaps[0].x) == 10 and len(gaps[1].x) == 0
    # From the best evaluation on, and back: both edges are curves of the run.
    assert gaps[0].x.min() == 2.0 and gaps[0].x.max() == 4.0
    assert gaps[0].y[4] == pytest.approx(1.0) and gaps[0].y[5] == pytest.approx(0.2)
    assert overfitting_gap(runs[0])["loss"] == pytest.approx(0.8)
    assert overfitting_gap(RunCurves("empty")) == {"loss": None, "metric": None}


def test_baselines_are_labelled_and_may_miss_a_number():
    figure = figures.training_figure([a_run()], "logloss", "AUC", baselines=BASELINES)
    loss, metric = named(figure, "linear model")
    assert loss.y.tolist() == [0.55, 0.55] and loss.text[1].strip() == "linear model"
    assert loss.x.tolist() == [0, 4] and loss.line.dash != "solid"
    assert len(metric.x) == 0


def test_a_hidden_run_is_not_drawn():
    figure = figures.training_figure([a_run(hidden=True)], "logloss", "AUC")
    assert all(t.visible is False for t in figure.data if t.legendgroup)


@pytest.mark.parametrize("runs", [[], [RunCurves("new")], [a_run(), a_run("b", style=1)]])
def test_numbers_and_figure_agree_on_the_order(runs):
    figure = figures.training_figure(runs, "logloss", "AUC", baselines=BASELINES, focus=0)
    curves = figures.training_curves(runs, baselines=BASELINES, focus=0)
    assert len(curves) == len(figure.data)
    for trace, (x, y) in zip(figure.data, curves, strict=True):
        np.testing.assert_array_equal(np.asarray(trace.x, float), np.asarray(x, float))
        np.testing.assert_array_equal(np.asarray(trace.y, float), np.asarray(y, float))


def test_no_text_colour_is_set_so_that_the_theme_decides():
    figure = figures.training_figure([a_run()], "logloss", "AUC", baselines=BASELINES)
    assert figure.layout.font.color is None
    assert figure.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert figure.layout.font.size == 14


def draw(figure, **more):
    plain = figure.to_plotly_json()
    return svg.draw(plain["data"], plain["layout"], label="A <test>", **more)


def test_the_static_drawing_is_small_valid_and_complete():
    from xml.etree import ElementTree

    figure = figures.training_figure([a_run()], "logloss", "AUC", baselines=BASELINES)
    text = draw(figure)
    root = ElementTree.fromstring(text)
    assert root.attrib["aria-label"] == "A <test>"
    words = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    for wanted in ("k = 16", "logloss (lower is better)", "epoch", "validation"):
        assert wanted in words
    assert any("linear model" in (w or "") for w in words)
    assert "nan" not in text and len(text) < 20_000
    assert "var(--jp" in draw(figure, inline=True) and "var(--jp" not in text


def test_the_static_drawing_of_log_axes_and_of_nothing():
    figure = go.Figure(go.Scatter(name="a", x=[1, 10, 1000], y=[1e-6, 1e-3, 0.0]))
    figure.update_layout(xaxis_type="log", yaxis_type="log")
    text = draw(figure)
    assert "10⁻⁶" in text and ">1000<" in text and "nan" not in text
    assert draw(go.Figure()).endswith("</svg>")
    assert "nan" not in draw(go.Figure(go.Scatter(x=[1.0], y=[float("nan")], name="x")))


def test_two_drawings_in_one_page_do_not_share_their_clip_areas():
    one, two = draw(go.Figure(go.Scatter(x=[1], y=[2]))), draw(go.Figure(go.Scatter(x=[1], y=[3])))
    ids = [set(re.findall(r'clipPath id="(\w+)"', text)) for text in (one, two)]
    assert all(ids) and not ids[0] & ids[1]
    assert one == draw(go.Figure(go.Scatter(x=[1], y=[2])))


def test_figures_survive_json():
    figure = figures.training_figure([RunCurves("new")], "logloss", "AUC", baselines=BASELINES)
    json.loads(figure.to_json())
