"""Training losses of some runs in one chart, with lines that they cannot cross."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from fmteach.errors import InputError
from fmteach.live.figures import GREY, MARKERS, house_style, run_style
from fmteach.live.plot import LivePlot
from fmteach.training import History

LEVELS = ("dot", "dashdot", "longdash")  # a run may be dashed; a level is told apart by its dots


def loss_curves(
    histories: Mapping[str, History],
    *,
    levels: Mapping[str, float] | None = None,
    points: Mapping[str, tuple[float, float]] | None = None,
    loss_name: str = "training loss",
    height: int = 380,
) -> LivePlot:
    """Training loss against the epoch, all runs on the same axes.

    histories: name -> `History`, at most 6. levels: name -> loss, drawn as a dashed line over the
    whole width, such as a base rate or a floor. points: name -> (epoch, loss), single figures from
    elsewhere, drawn as stars. Raises InputError when there is no run, or more than 6.
    """
    if not 1 <= len(histories) <= 6:
        raise InputError(f"1 to 6 runs can share a chart; got {len(histories)}")
    figure = curves_figure(histories, levels or {}, points or {}, loss_name)
    label = f"{loss_name.capitalize()} of the runs {', '.join(histories)}"
    return LivePlot(figure, height=height, label=label)


def curves_figure(
    histories: Mapping[str, History],
    levels: Mapping[str, float],
    points: Mapping[str, tuple[float, float]],
    loss_name: str,
) -> go.Figure:
    """The figure of `loss_curves`."""
    figure = house_style(go.Figure())
    curves = {name: history.curve("train", "loss") for name, history in histories.items()}
    last = max([1.0, *(float(x[-1]) for x, _ in curves.values() if len(x))])
    for number, (name, (x, y)) in enumerate(curves.items()):
        colour, dash = run_style(number)
        figure.add_scatter(
            x=x, y=y, name=name, mode="lines+markers",
            line={"color": colour, "width": 3, "dash": dash},
            marker={"symbol": MARKERS[number], "size": 8, "color": colour},
            hovertemplate=f"{name}: %{{y:.4f}}<extra></extra>",
        )  # fmt: skip
    for number, (name, value) in enumerate(levels.items()):
        figure.add_scatter(
            x=[0, last], y=[value] * 2, name=f"{name} {value:.4f}", mode="lines",
            line={"color": GREY, "width": 2, "dash": LEVELS[number % len(LEVELS)]},
            hovertemplate=f"{name}: %{{y:.4f}}<extra></extra>",
        )  # fmt: skip
    for number, (name, (x, y)) in enumerate(points.items()):
        colour, _ = run_style(len(curves) + number)
        figure.add_scatter(
            x=[x], y=[y], name=f"{name} {y:.4f}", mode="markers",
            marker={"symbol": "star", "size": 17, "color": colour},
            hovertemplate=f"{name}: %{{y:.4f}}<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(title={"text": "epoch", "font": {"size": 14}, "standoff": 8})
    figure.update_yaxes(
        title={"text": f"{loss_name} (lower is better)", "font": {"size": 14}, "standoff": 8},
        rangemode="tozero",
    )
    return figure
