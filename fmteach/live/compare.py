"""Finished runs side by side: one small chart a run, each with its own scale."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from fmteach.errors import InputError
from fmteach.live.figures import house_style, run_style
from fmteach.live.plot import LivePlot
from fmteach.training import History

_SPACE = 0.12  # between two charts, as a share of the whole width


def draw_runs(
    histories: Mapping[str, History], *, loss_name: str = "loss", height: int = 300
) -> LivePlot:
    """Training and validation loss of some runs, one chart a run.

    histories: name -> `History`, at most 4. The scales differ, so that the shape of every curve
    can be seen; the dashed line is the loss before the first step.

    Raises InputError when there is no run, or more than 4.
    """
    if not 1 <= len(histories) <= 4:
        raise InputError(f"1 to 4 runs can stand side by side; got {len(histories)}")
    label = f"Training and validation loss of the runs {', '.join(histories)}"
    return LivePlot(runs_figure(histories, loss_name), height=height, label=label)


def runs_figure(histories: Mapping[str, History], loss_name: str = "loss") -> go.Figure:
    """The figure of `draw_runs`."""
    figure = house_style(go.Figure())
    width = (1 - _SPACE * (len(histories) - 1)) / len(histories)
    for place, (name, history) in enumerate(histories.items()):
        colour, _ = run_style(place)
        number = "" if place == 0 else str(place + 1)
        axes = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
        train, valid = (history.curve(split, "loss") for split in ("train", "valid"))
        curves = {
            "validation": (valid, {"color": colour, "width": 3}),
            "training": (train, {"color": colour, "width": 1.5}),
        }
        for label, ((x, y), line) in curves.items():
            figure.add_scatter(
                x=x, y=y, name=f"{name} {label}", mode="lines", line=line, showlegend=False,
                hovertemplate=f"{label}: %{{y:.3f}}<extra></extra>", **axes,
            )  # fmt: skip
            if len(x):
                figure.add_annotation(
                    x=x[-1], y=y[-1], text=label, xref=axes["xaxis"], yref=axes["yaxis"],
                    showarrow=False, xanchor="left", xshift=6, font={"size": 13},
                )  # fmt: skip
        if len(valid[1]):
            figure.add_scatter(
                x=[0, valid[0][-1]], y=[valid[1][0]] * 2, mode="lines", showlegend=False,
                name=f"{name} before training", hoverinfo="skip",
                line={"color": "#8C8C8C", "width": 1.5, "dash": "dash"}, **axes,
            )  # fmt: skip
        left = place * (width + _SPACE)
        across, up = (figure.layout[axis].to_plotly_json() for axis in ("xaxis", "yaxis"))
        across |= {"domain": [left, min(1.0, left + width)], "anchor": axes["yaxis"]}
        up |= {"anchor": axes["xaxis"]}
        across["title"], up["title"] = (
            {"text": text, "font": {"size": 14}, "standoff": 8} for text in ("epoch", loss_name)
        )
        figure.update_layout({f"xaxis{number}": across, f"yaxis{number}": up})
        figure.add_annotation(
            x=left, y=1, text=f"<b>run {name}</b>", xref="paper", yref="paper", showarrow=False,
            xanchor="left", yanchor="bottom", font={"size": 15},
        )  # fmt: skip
    return figure
