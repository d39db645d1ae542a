"""A test period cut into parts: how click rate, predictions, logloss and AUC move along it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from fmteach.datasets.table import Table
from fmteach.live.clicks import controls
from fmteach.live.clicks.panel import ClickPanel, apart
from fmteach.live.clicks.periods import Part, Period
from fmteach.live.figures import BLUE, GREEN, GREY, VERMILLION, Curve, house_style
from fmteach.live.sheet import mark

PARTS = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 30)
_MOST_TICKS = 7
_CLICKS = (GREY, "solid", "square")
_AS_IS = (VERMILLION, "solid", "circle")
_REPAIRED = (BLUE, "dash", "diamond")
_AUC = (GREEN, "dashdot", "square")


class ByTime(ClickPanel):
    """The panel. Made by `by_time`. `parts()` gives the numbers that are shown."""

    def __init__(self, times: Any, scores: Any, y: Any, parts: str | int | None, name: str) -> None:
        self._name = name
        self._period = Period(times, scores, y, parts)
        span, count = self._period.span, self._period.parts
        self._known: dict[int, list[Part]] = {}
        spec, first = [], {"correct": False}
        if span is None:
            stops = [n for n in sorted({*PARTS, count}) if n <= len(self._period)]
            spec = [controls.slider("parts", "Parts", stops, [str(n) for n in stops])]
            first["parts"] = count
        spec.append(controls.switch("correct", "Correct each part by the part before it"))
        label = f"{name}: the test period, {f'by {span}' if span else 'part by part'}"
        super().__init__(label, spec, first, height=430)

    def parts(self) -> list[Part]:
        """The parts in order of time."""
        count = self.controls.values.get("parts", 0)
        with self._lock:
            if count not in self._known:
                self._known[count] = self._period.cut(count)
            return self._known[count]

    # ---- showing ---------------------------------------------------------------------------

    @property
    def _correct(self) -> bool:
        return bool(self.controls.values["correct"])

    def _figure(self) -> go.Figure:
        parts = self.parts()
        pieces = [*self._rates(parts), *self._measures(parts)]
        figure = house_style(go.Figure([go.Scatter(x=x, y=y, **look) for look, (x, y) in pieces]))
        across, up = (figure.layout[axis].to_plotly_json() for axis in ("xaxis", "yaxis"))
        top = 112 * max(max(p.high, p.mean_predicted, p.mean_next) for p in parts)
        step = -(-len(parts) // _MOST_TICKS)
        places = list(range(0, len(parts), step))
        title = f"{self._period.span or 'part'} of the test period"

        def titled(text: str) -> dict:
            return {"title": {"text": text, "font": {"size": 14}, "standoff": 8}}

        common = {
            "range": [-0.4, len(parts) - 0.6], "tickvals": places, "tickangle": 0,
            "ticktext": [_short(parts[p].label) for p in places], **titled(title),
        }  # fmt: skip
        figure.update_layout(
            xaxis={**common, "domain": [0, 0.44]},
            yaxis={"range": [0, top], "ticksuffix": " %", **titled("share of rows")},
            xaxis2={**across, **common, "domain": [0.57, 1], "anchor": "y2"},
            yaxis2={**up, "anchor": "x2", "range": [0, 1], **titled("AUC and logloss")},
            margin={"r": 110},
        )  # fmt: skip
        return figure

    def _rates(self, parts: Sequence[Part]) -> Iterator[tuple[dict, Curve]]:
        x = np.arange(len(parts), dtype=float)
        low, high = (np.array([100 * getattr(p, end) for p in parts]) for end in ("low", "high"))
        yield {
            "name": "95 % interval of the click rate", "mode": "lines", "fill": "toself",
            "line": {"width": 0, "color": GREY}, "fillcolor": "rgba(140,140,140,0.25)",
            "hoverinfo": "skip", "showlegend": False,
        }, (np.concatenate([x, x[::-1]]), np.concatenate([high, low[::-1]]))  # fmt: skip
        lines = [
            ("click rate", "click_rate", _CLICKS),
            ("mean prediction", "mean_predicted", _AS_IS),
        ]
        if self._correct:
            lines.append(("corrected", "mean_next", _REPAIRED))
        for name, attribute, (colour, dash, symbol) in lines:
            yield {
                "name": name, "mode": "lines+markers",
                "line": {"color": colour, "width": 3, "dash": dash},
                "marker": {"symbol": symbol, "size": 9, "color": colour},
                "hovertemplate": f"{name}: %{{y:.2f}} %<extra></extra>",
            }, (x, np.array([100 * getattr(p, attribute) for p in parts]))  # fmt: skip

    def _measures(self, parts: Sequence[Part]) -> Iterator[tuple[dict, Curve]]:
        x = np.arange(len(parts), dtype=float)
        lines = [("AUC", "auc", _AUC), ("logloss", "logloss", _AS_IS)]
        if self._correct:
            lines.append(("corrected", "logloss_next", _REPAIRED))
        axes = {"xaxis": "x2", "yaxis": "y2", "showlegend": False}
        values = {name: np.array([getattr(p, of) for p in parts]) for name, of, _ in lines}
        ends = apart({name: _last(value) for name, value in values.items()}, 0.055)
        for name, _, (colour, dash, symbol) in lines:
            yield {
                "name": name, "mode": "lines+markers", **axes,
                "line": {"color": colour, "width": 3, "dash": dash},
                "marker": {"symbol": symbol, "size": 9, "color": colour},
                "hovertemplate": f"{name}: %{{y:.4f}}<extra></extra>",
            }, (x, values[name])  # fmt: skip
            yield {
                "name": "", "mode": "text", "text": [f"\u2002{name}"], "cliponaxis": False,
                "textposition": "middle right", "hoverinfo": "skip", **axes,
            }, (x[-1:], np.array([ends[name]]))  # fmt: skip

    def _sentence(self) -> str:
        parts = self.parts()
        rates = [p.click_rate for p in parts]
        ratios = [p.ratio for p in parts if not np.isnan(p.ratio)] or [float("nan")]
        aucs = [p.auc for p in parts if not np.isnan(p.auc)]
        weights = [p.rows for p in parts]
        words = (
            f"{len(parts)} parts: click rate from {100 * min(rates):.1f} % to "
            f"{100 * max(rates):.1f} %, mean prediction over click rate from "
            f"{min(ratios):.2f} to {max(ratios):.2f}"
        )
        if aucs:
            words += f", AUC from {min(aucs):.3f} to {max(aucs):.3f}"
        words += (
            f". Logloss of all rows {np.average([p.logloss for p in parts], weights=weights):.4f}"
        )
        if self._correct:
            mended = np.average([p.logloss_next for p in parts], weights=weights)
            words += f"; with each part corrected by the part before it {mended:.4f}"
        return f"{words}."

    def _tables(self) -> list[tuple[str, Table]]:
        columns = ["", "rows", "click rate", "mean prediction", "ratio", "logloss", "AUC", "shift"]
        columns += ["corrected mean", "corrected logloss"] if self._correct else []
        rows = []
        for p in self.parts():
            cells = [p.label, f"{p.rows:,}", f"{p.click_rate:.4f}", f"{p.mean_predicted:.4f}",
                     _finite(p.ratio, ".3f"), f"{p.logloss:.4f}",
                     _finite(p.auc, ".4f"), _finite(p.shift, "+.3f")]  # fmt: skip
            if self._correct:
                cells += [f"{p.mean_next:.4f}", f"{p.logloss_next:.4f}"]
            rows.append(tuple(cells))
        every = Table(tuple(columns), tuple(rows))
        return [("", self._summary()), ("Part by part:", every)]

    def _summary(self) -> Table:
        parts = self.parts()
        weights = [p.rows for p in parts]
        rows = []
        for name, attribute, percent, _ in self._lines():
            values = np.array([getattr(p, attribute) for p in parts])
            there = values[~np.isnan(values)]
            whole = (
                self._period.auc
                if attribute == "auc"
                else float(np.average(values, weights=weights))
            )
            ends = (there.min(), there.max(), whole) if len(there) else (np.nan,) * 3
            rows.append((name, *(f"{100 * v:.2f} %" if percent else f"{v:.4f}" for v in ends)))
        return Table(("", "lowest part", "highest part", "all rows"), tuple(rows))

    def _lines(self) -> list[tuple[str, str, bool, tuple[str, str, str]]]:
        """(name, attribute of a part, a share?, look) of the rows of the summary."""
        lines = [
            ("click rate", "click_rate", True, _CLICKS),
            ("mean prediction", "mean_predicted", True, _AS_IS),
            ("AUC", "auc", False, _AUC),
            ("logloss", "logloss", False, _AS_IS),
        ]
        if self._correct:
            lines.append(("mean prediction, corrected", "mean_next", True, _REPAIRED))
            lines.append(("logloss, corrected", "logloss_next", False, _REPAIRED))
        return lines

    def _marks(self) -> list[str]:
        return [mark(*look) for *_, look in self._lines()]


def by_time(
    times: Any, scores: Any, y: Any, *, parts: str | int | None = None, name: str = "model"
) -> ByTime:
    """Click rate, mean prediction, logloss and AUC of every part of the test period.

    times: [n], seconds since 1970 (UTC), or any numbers that put the rows in order; None: the rows
    are in order. scores: [n] logits; y: [n] of 0 and 1.
    parts: "day", "hour", or a number of parts with equally many rows. Left out: by day or by hour
    where the times are seconds and long enough, else ten parts.

    "Correct each part by the part before it" adds to the logits of each part the constant that was
    right for the part before it. That needs no look ahead: yesterday's clicks are known today. It
    helps against a drift; where nothing drifts, or a part has few rows, it adds noise.

    O(n log n). Errors: InputError.

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> scores = rng.normal(size=4000) - 1.5
    >>> drifted = scores + np.linspace(0, 1, 4000)
    >>> y = rng.random(4000) < 1 / (1 + np.exp(-drifted))
    >>> panel = by_time(None, scores, y, parts=4)
    >>> [round(part.shift, 1) for part in panel.parts()]
    [0.1, 0.5, 0.6, 0.9]
    """
    return ByTime(times, scores, y, parts, str(name))


def _finite(value: float, form: str) -> str:
    return format(value, form) if np.isfinite(value) else "–"


def _last(values: np.ndarray) -> float:
    there = values[~np.isnan(values)]
    return float(there[-1]) if len(there) else 0.5


def _short(label: str) -> str:
    """Of "21 Oct 04:00" the hour, at midnight the day: there is little room below an axis."""
    day, _, hour = label.rpartition(" ")
    return label if ":" not in hour else (day if hour == "00:00" else hour)
