"""The course's figures: data in, plotly Figure out, all in one style.

Backgrounds are transparent and no text colour is set, so that `LivePlot` can follow the page's
theme. Colours are Okabe and Ito's, safe for colour-blind readers, and never the only difference;
two are darker than theirs, so that each has 3:1 on white. On a dark page plot.js lifts them.
Every figure comes in two functions that agree on the order of the traces: one builds the figure,
the other only its numbers, for the ten updates a second of a live plot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import plotly.graph_objects as go

BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#BD8200", "#009E73", "#D55E00"
PURPLE, SKY, GREY = "#CC79A7", "#2F93CC", "#8C8C8C"
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
DASHES = ("solid", "dash", "dashdot", "longdash")
MARKERS = ("circle", "square", "diamond", "triangle-up", "star", "circle-open")

Curve = tuple[np.ndarray, np.ndarray]


def _nothing() -> Curve:
    return np.empty(0, np.float32), np.empty(0, np.float32)


@dataclass(frozen=True)
class RunCurves:
    """The curves of one training run; every curve is a pair (x, y) of arrays of one length.

    x is the same scale in all of them (epochs or steps). `best` is the x of the best evaluation;
    `style` picks colour and dash (see `run_style`).
    """

    name: str
    batch_loss: Curve = field(default_factory=_nothing)  # every step, noisy
    train_loss: Curve = field(default_factory=_nothing)  # evaluated on a sample of the rows
    valid_loss: Curve = field(default_factory=_nothing)
    train_metric: Curve = field(default_factory=_nothing)
    valid_metric: Curve = field(default_factory=_nothing)
    best: float | None = None
    style: int = 0
    hidden: bool = False


def run_style(number: int) -> tuple[str, str]:
    """(colour, dash) of run number 0, 1, 2, ...: 24 different ones before they repeat.

    >>> run_style(0)
    ('#0072B2', 'solid')
    >>> run_style(1)
    ('#D55E00', 'dash')
    """
    turn, place = divmod(number, len(COLOURS))
    return COLOURS[place], DASHES[(place + turn) % len(DASHES)]


def overfitting_gap(run: RunCurves) -> dict[str, float | None]:
    """How far training and validation are apart at the last evaluation: {"loss", "metric"}.

    Positive means that the training rows do better (metric: the absolute difference); None
    where a curve is missing.
    """
    loss = _last_difference(run.valid_loss, run.train_loss)
    metric = _last_difference(run.valid_metric, run.train_metric)
    return {"loss": loss, "metric": None if metric is None else abs(metric)}


def training_figure(
    runs: Sequence[RunCurves],
    loss_name: str,
    metric_name: str,
    *,
    baselines: Mapping[str, Mapping[str, float]] | None = None,
    x_title: str = "epoch",
    metric_higher_is_better: bool = True,
    focus: int = -1,
) -> go.Figure:
    """Loss and metric of one or more runs, side by side.

    baselines: {"linear model": {"loss": 0.52, "metric": 0.78}}, drawn as labelled dashed lines;
    either number may be missing. focus: the run whose overfitting gap is shaded (-1: the last).
    """
    pieces = _training_pieces(runs, baselines or {}, focus)
    figure = go.Figure([go.Scatter(x=x, y=y, **look) for look, (x, y) in pieces])
    better = "higher" if metric_higher_is_better else "lower"
    house_style(figure)
    figure.update_layout(
        xaxis={"domain": [0, 0.41], "rangemode": "tozero", **_axis(x_title)},
        xaxis2={"domain": [0.59, 1], "rangemode": "tozero", "anchor": "y2", **_axis(x_title)},
        yaxis=_axis(f"{loss_name} (lower is better)"),
        yaxis2={"anchor": "x2", **_axis(f"{metric_name} ({better} is better)")},
        margin={"r": 90},  # the names of the baselines stand there
        legend2={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top", "itemclick": False,
                 "itemdoubleclick": False, "font": {"size": 13}},
    )  # fmt: skip
    return figure


def training_curves(
    runs: Sequence[RunCurves],
    *,
    baselines: Mapping[str, Mapping[str, float]] | None = None,
    focus: int = -1,
) -> list[Curve]:
    """The numbers of `training_figure`, in the order of its traces, for `LivePlot.update_all`."""
    return [curve for _, curve in _training_pieces(runs, baselines or {}, focus)]


def _training_pieces(runs, baselines, focus) -> Iterator[tuple[dict, Curve]]:
    """(look of the trace, its numbers), in drawing order: the one place that knows this order."""
    runs = list(runs)
    shaded = focus % len(runs) if runs else None
    for number, run in enumerate(runs):
        yield from _run_pieces(run, number == shaded)
    ends = [c[0][-1] for r in runs for c in (r.batch_loss, r.valid_loss) if len(c[0])]
    span = np.array([0.0, max(ends, default=1.0) or 1.0])
    for number, (name, values) in enumerate(baselines.items()):
        line = {"color": GREY, "width": 2, "dash": ("dash", "dot", "dashdot")[number % 3]}
        for key, axes in (("loss", _LOSS), ("metric", _METRIC)):
            value = values.get(key)
            curve = _nothing() if value is None else (span, np.full(2, float(value)))
            # The name stands at the right end, beside the panel, where no curve covers it.
            yield {
                "name": name, "mode": "lines+text", "line": line, "text": ["", f"\u2002{name}"],
                "textposition": "middle right", "showlegend": False, "textfont": {"size": 13},
                "cliponaxis": False,
                "hovertemplate": f"{name}: %{{y:.4f}}<extra></extra>", **axes,
            }, curve  # fmt: skip
    for entry in _training_key():
        yield entry, _placeholder()


def _run_pieces(run: RunCurves, shaded: bool) -> Iterator[tuple[dict, Curve]]:
    colour, dash = run_style(run.style)
    base = {"legendgroup": f"run {run.style} {run.name}", "showlegend": False,
            "visible": not run.hidden}  # fmt: skip

    def line(what: str, axes: dict, width: float, **more) -> dict:
        return {
            **base, **axes, "name": f"{run.name}, {what}", "mode": "lines",
            "line": {"color": colour, "width": width, "dash": dash},
            "hovertemplate": f"{run.name}, {what}: %{{y:.4f}}<extra></extra>", **more,
        }  # fmt: skip

    batch = line("minibatch", _LOSS, 1, opacity=0.7)
    batch["line"] = {"color": colour, "width": 1}
    yield batch, run.batch_loss
    for axes, what, train, valid in (
        (_LOSS, "loss", run.train_loss, run.valid_loss),
        (_METRIC, "metric", run.train_metric, run.valid_metric),
    ):
        fill = {
            **base, **axes, "name": f"{run.name}, {what} gap", "mode": "lines", "fill": "toself",
            "line": {"width": 0, "color": colour}, "fillcolor": _pale(colour),
            "hoverinfo": "skip",
        }  # fmt: skip
        yield fill, _gap(train, valid, run.best) if shaded else _nothing()
        yield line(f"training {what}", axes, 1.5), train
        yield (
            line(
                f"validation {what}", axes, 3.5,
                **({"name": run.name, "showlegend": True} if what == "loss" else {}),
            ),
            valid if len(valid[0]) else _placeholder(),
        )  # fmt: skip
        star = {
            **base, **axes, "name": f"{run.name}, best {what}", "mode": "markers",
            "marker": {"symbol": "star", "size": 15, "color": colour},
            "hovertemplate": f"{run.name}, best evaluation: %{{y:.4f}}<extra></extra>",
        }  # fmt: skip
        yield star, _at(valid, run.best)


def _training_key() -> list[dict]:
    """Entries of the second legend: what thin, bold, star and shade mean."""
    entry = {"mode": "lines", "legend": "legend2", "showlegend": True}
    return [
        {**entry, "name": "validation", "line": {"color": GREY, "width": 3.5}},
        {**entry, "name": "training", "line": {"color": GREY, "width": 1.5}},
        {**entry, "name": "one minibatch", "line": {"color": GREY, "width": 1}},
        {**entry, "name": "best evaluation", "mode": "markers",
         "marker": {"symbol": "star", "size": 12, "color": GREY}},
        {**entry, "name": "overfitting gap since then", "fill": "toself",
         "fillcolor": _pale(GREY), "line": {"width": 1, "color": GREY}},
    ]  # fmt: skip


_LOSS = {"xaxis": "x", "yaxis": "y"}
_METRIC = {"xaxis": "x2", "yaxis": "y2"}


def _axis(title: str) -> dict:
    return {
        "showgrid": True, "zeroline": False, "ticks": "outside", "ticklen": 4, "automargin": True,
        "title": {"text": title, "font": {"size": 14}, "standoff": 8},
    }  # fmt: skip


def house_style(figure: go.Figure) -> go.Figure:
    """Give a figure the look of the course: transparent, 14 px text, legend above the plot.

    Returns the same figure. Theme colours are added by `LivePlot` in the browser.
    """
    figure.update_layout(
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"size": 14},
        margin={"l": 60, "r": 16, "t": 34, "b": 48},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        hovermode="closest",
        xaxis=_axis(figure.layout.xaxis.title.text or ""),
        yaxis=_axis(figure.layout.yaxis.title.text or ""),
    )
    return figure


def _gap(train: Curve, valid: Curve, best: float | None) -> Curve:
    """The outline of the area between two curves, from the best evaluation to the last."""
    x, y = valid
    if best is None or len(x) < 2 or not len(train[0]):
        return _nothing()
    after = np.asarray(x) >= np.float32(best) * (1 - 1e-6)
    x, y = np.asarray(x)[after], np.asarray(y)[after]
    if len(x) < 2:
        return _nothing()
    other = np.interp(x, *train)
    return np.concatenate([x, x[::-1]]), np.concatenate([y, other[::-1]])


def _at(curve: Curve, best: float | None) -> Curve:
    x, y = curve
    if best is None or not len(x):
        return _nothing()
    nearest = int(np.abs(np.asarray(x, dtype=np.float64) - best).argmin())
    return np.asarray(x)[nearest : nearest + 1], np.asarray(y)[nearest : nearest + 1]


def _last_difference(valid: Curve, train: Curve) -> float | None:
    if not len(valid[0]) or not len(train[0]):
        return None
    return float(valid[1][-1]) - float(train[1][-1])


def _placeholder() -> Curve:
    """One point that is no number: plotly leaves a trace without points out of the legend."""
    return np.full(1, np.nan, np.float32), np.full(1, np.nan, np.float32)


def _pale(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.24)"
