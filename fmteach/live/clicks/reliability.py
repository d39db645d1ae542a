"""The reliability diagram: predicted probability against what happened."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
import torch

from fmteach import tasks
from fmteach.datasets.table import Table
from fmteach.errors import InputError
from fmteach.live.clicks import controls
from fmteach.live.clicks.panel import ClickPanel
from fmteach.live.figures import COLOURS, DASHES, GREY, MARKERS, Curve, house_style
from fmteach.live.sheet import mark
from fmteach.training.calibration import Calibration, Ordered, platt

MOST_MODELS = len(COLOURS)
BINS = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50)
_COLUMNS = 40  # of the histogram
_TITLES = {"count": "equal counts", "width": "equal steps"}
_LARGEST = 20  # bins for which the axes have room without being stretched


class Reliability(ClickPanel):
    """The diagram with its controls. Made by `reliability`.

    `calibrations()` gives the bins that are shown, model by model.
    """

    def __init__(self, scores: Mapping[str, Any], y: Any, bins: int) -> None:
        self._models: dict[str, Ordered] = {}
        self._facts: dict[str, tuple[object, ...]] = {}
        for name, values in scores.items():
            self._models[name] = Ordered(values, y)
            self._facts[name] = _facts(values, y, self._models[name])
        names = {name: name for name in self._models}
        stops = sorted({*BINS, bins})
        spec = [controls.several("models", "Models", names)] if len(names) > 1 else []
        spec += [
            controls.slider("bins", "Bins", stops, [str(n) for n in stops]),
            controls.choice("by", "Bins of", _TITLES),
        ]
        first = {"bins": bins, "by": "count"}
        first |= {"models": list(names)} if len(names) > 1 else {}
        super().__init__("Reliability diagram", spec, first, height=470)

    @property
    def shown(self) -> list[str]:
        """The models that are drawn."""
        return list(self._value("models", list(self._models)))

    def calibrations(self) -> dict[str, Calibration]:
        """model -> its bins, of the models that are drawn."""
        bins, by = self._value("bins", 10), self._value("by", "count")
        return {name: self._models[name].calibration(bins, by) for name in self.shown}

    def _value(self, name: str, otherwise: Any) -> Any:
        return self.controls.values.get(name, otherwise)

    def _figure(self) -> go.Figure:
        styles = {name: place for place, name in enumerate(self._models)}
        end = max(_end(self._models[name]) for name in self.shown)
        return reliability_figure(
            self.calibrations(), {name: self._models[name].p for name in self.shown},
            styles=styles, end=end,
        )  # fmt: skip

    def _sentence(self) -> str:
        parts = []
        for name, found in self.calibrations().items():
            fit = int(((found.low <= found.predicted) & (found.predicted <= found.high)).sum())
            parts.append(
                f"{name}: mean prediction {found.mean_predicted:.3f}, click rate "
                f"{found.mean_observed:.3f}; the diagonal passes through {fit} of {len(found)} "
                "intervals."
            )
        return " ".join(parts)

    def _tables(self) -> list[tuple[str, Table]]:
        found = self.calibrations()
        columns = ("model", "AUC", "logloss", "mean prediction", "click rate", "ratio", "ECE",
                   "shift", "slope")  # fmt: skip
        rows = []
        for name in self.shown:
            auc, logloss, slope = self._facts[name]
            c = found[name]
            rows.append((
                name, auc, logloss, f"{c.mean_predicted:.4f}", f"{c.mean_observed:.4f}",
                f"{c.ratio:.3f}", f"{c.ece:.4f}", c.shift_text, slope,
            ))  # fmt: skip
        return [("", Table(columns, tuple(rows)))] + [
            (f"{name}, bin by bin:", c.table()) for name, c in found.items()
        ]

    def _marks(self) -> list[str]:
        styles = {name: place for place, name in enumerate(self._models)}
        return [mark(*_look(styles[name])) for name in self.shown]


def reliability(
    scores: Mapping[str, Any] | Any, y: Any, bins: int = 10, *, name: str = "model"
) -> Reliability:
    """The reliability diagram of one model or of several, side by side in one chart.

    scores: model -> logits [n], at most 6 models; or the logits of one model, called `name`.
    y: [n] of 0 and 1. bins: to begin with.

    Every point is a bin of rows: their mean prediction against their share of clicks, with its
    95 % Wilson interval. On the diagonal the model is calibrated; below it, it promises too much.
    The histogram says how many rows each prediction stands for. Below: ratio is mean prediction
    over share of clicks, ECE the mean distance to the diagonal, shift what would have to be added
    to the logits, slope that of Platt's fit (below 1: too sure of itself).

    Time O(n log n) once, then O(bins) a move of the slider. Errors: InputError.

    >>> import numpy as np
    >>> truth = np.random.default_rng(0).normal(size=4000) - 1
    >>> y = np.random.default_rng(1).random(4000) < 1 / (1 + np.exp(-truth))
    >>> panel = reliability({"true": truth, "too sure": 2 * truth}, y).set(bins=4)
    >>> len(panel.calibrations()["true"]), panel.shown
    (4, ['true', 'too sure'])
    """
    if not isinstance(scores, Mapping):
        scores = {name: scores}
    if not 1 <= len(scores) <= MOST_MODELS:
        raise InputError(f"scores holds {len(scores)} models: give 1 to {MOST_MODELS}")
    if isinstance(bins, bool) or not isinstance(bins, int) or not 1 <= bins <= 200:
        raise InputError(f"bins must be a whole number from 1 to 200; got {bins!r}")
    return Reliability({str(key): value for key, value in scores.items()}, y, bins)


def reliability_figure(
    calibrations: Mapping[str, Calibration],
    predictions: Mapping[str, np.ndarray],
    *,
    styles: Mapping[str, int] | None = None,
    end: float = 1.0,
) -> go.Figure:
    """The diagram, and beside it a histogram of the predictions.

    calibrations: model -> bins; predictions: model -> probabilities [n]. styles: model -> number
    of its look. end: where both axes end.
    """
    styles = styles or {name: place for place, name in enumerate(calibrations)}
    pieces = [*_diagram(calibrations, styles, end), *_histogram(predictions, styles, end)]
    figure = house_style(go.Figure([go.Scatter(x=x, y=y, **look) for look, (x, y) in pieces]))
    across = figure.layout.xaxis.to_plotly_json()
    shown = [0.0, end]

    def titled(text: str) -> dict:
        return {"title": {"text": text, "font": {"size": 14}, "standoff": 8}}

    # Side by side: a diagram that is wider than high makes every curve look flat.
    figure.update_layout(
        xaxis={**across, "range": shown, "domain": [0, 0.52], **titled("predicted probability")},
        yaxis={"range": shown, **titled("observed share of clicks")},
        xaxis2={**across, "range": shown, "domain": [0.63, 1], "anchor": "y2", "matches": "x",
                **titled("predicted probability")},
        yaxis2={**across, "anchor": "x2", "rangemode": "tozero", "nticks": 6,
                "ticksuffix": " %", **titled("share of rows")},
    )  # fmt: skip
    return figure


def _diagram(calibrations, styles, end) -> Iterator[tuple[dict, Curve]]:
    line = {"color": GREY, "width": 2, "dash": "dash"}
    yield {
        "name": "calibrated: predicted = observed", "mode": "lines", "line": line,
        "hoverinfo": "skip",
    }, (np.array([0.0, end]), np.array([0.0, end]))  # fmt: skip
    for x, y, words, side in (
        (0.015, 0.93, "above the line: it predicts too little", "middle right"),
        (0.985, 0.07, "below the line: it predicts too much", "middle left"),
    ):
        yield {
            "name": "", "mode": "text", "text": [words], "textposition": side,
            "hoverinfo": "skip", "showlegend": False,
        }, (np.array([x * end]), np.array([y * end]))  # fmt: skip
    for name, found in calibrations.items():
        colour, dash, symbol = _look(styles[name])
        gap = np.full(len(found), np.nan)
        whiskers = (
            np.stack([found.predicted, found.predicted, gap], axis=1).ravel(),
            np.stack([found.low, found.high, gap], axis=1).ravel(),
        )
        # A filled outline without an area: the static drawing never thins those out.
        yield {
            "name": f"{name}, interval", "mode": "lines", "line": {"color": colour, "width": 2},
            "fill": "toself", "fillcolor": "rgba(0,0,0,0)", "showlegend": False,
            "hoverinfo": "skip",
        }, whiskers  # fmt: skip
        yield {
            "name": name, "mode": "lines+markers",
            "line": {"color": colour, "width": 2.5, "dash": dash},
            "marker": {"symbol": symbol, "size": 10, "color": colour},
            "hovertemplate": f"{name}: predicted %{{x:.3f}}, observed %{{y:.3f}}<extra></extra>",
        }, (found.predicted, found.observed)  # fmt: skip


def _histogram(predictions, styles, end) -> Iterator[tuple[dict, Curve]]:
    edges = np.linspace(0.0, end, _COLUMNS + 1)
    x = np.repeat(edges, 2)
    for name, p in predictions.items():
        colour, dash, _ = _look(styles[name])
        share = 100 * np.histogram(p, edges)[0] / max(1, len(p))
        y = np.concatenate([[0.0], np.repeat(share, 2), [0.0]])
        yield {
            "name": f"{name}, histogram", "mode": "lines", "showlegend": False,
            "line": {"color": colour, "width": 2, "dash": dash}, "fill": "toself",
            "fillcolor": _pale(colour), "xaxis": "x2", "yaxis": "y2",
            "hoverinfo": "skip",
        }, (x, y)  # fmt: skip


def _look(number: int) -> tuple[str, str, str]:
    """(colour, dash, marker) of model number 0, 1, ..."""
    return COLOURS[number], DASHES[number % len(DASHES)], MARKERS[number]


def _pale(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.2)"


def _end(model: Ordered) -> float:
    """Where the axes end: room for the last bin, and a round number."""
    found = model.calibration(_LARGEST)
    reach = max(float(found.predicted[-1]), float(found.observed.max()))
    step = 0.05 if reach < 0.4 else 0.1
    return min(1.0, step * math.ceil(1.05 * reach / step))


def _facts(scores: Any, y: Any, model: Ordered) -> tuple[object, ...]:
    """(AUC, logloss, Platt's slope) as texts."""
    scores = torch.as_tensor(np.asarray(scores, dtype=np.float64))
    labels = torch.as_tensor(np.asarray(y, dtype=np.float64))
    _, slope = platt(scores, labels)
    values = (tasks.auc(scores, labels), tasks.logloss(scores, labels), slope)
    return tuple(
        "–" if math.isnan(v) else f"{v:.{digits}f}"
        for v, digits in zip(values, (4, 4, 2), strict=True)
    )
