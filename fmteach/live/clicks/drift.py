"""AUC against logloss when the click rate drifts, and the constant that repairs it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go

from fmteach.datasets.table import Table
from fmteach.live.clicks import controls
from fmteach.live.clicks.panel import ClickPanel, apart
from fmteach.live.clicks.prior_shift import AtRate, PriorShift, odds_steps
from fmteach.live.figures import BLUE, GREEN, GREY, VERMILLION, Curve, house_style
from fmteach.live.sheet import mark

_BINS = 10
_AS_IS = (VERMILLION, "solid", "circle")
_REPAIRED = (BLUE, "dash", "diamond")
_BEFORE = (GREY, "dot", "circle-open")
_AUC = (GREEN, "dashdot", "square")


class Drift(ClickPanel):
    """The panel. Made by `drift`. `now` and `repaired` give the numbers at the slider's rate."""

    def __init__(self, scores: Any, y: Any, name: str) -> None:
        self._name = name
        self.shift = PriorShift(scores, y)
        self._rates = odds_steps(self.shift.rate)
        self._curve = [self.shift.at(rate) for rate in self._rates]
        self._curve_repaired = [self.shift.at(rate, corrected=True) for rate in self._rates]
        texts = [f"{100 * rate:.1f} %" for rate in self._rates]
        spec = [
            controls.slider("rate", "Click rate", self._rates, texts),
            controls.switch("correct", "Correct the intercept"),
        ]
        first = {"rate": self.shift.rate, "correct": False}
        super().__init__("AUC and logloss when the click rate drifts", spec, first, height=430)

    @property
    def now(self) -> AtRate:
        """The scores as they are, at the slider's click rate."""
        return self._curve[self._place]

    @property
    def repaired(self) -> AtRate:
        """The same with the constant added that makes their mean right."""
        return self._curve_repaired[self._place]

    @property
    def _place(self) -> int:
        return self._rates.index(self.controls.values["rate"])

    @property
    def _correct(self) -> bool:
        return bool(self.controls.values["correct"])

    def _figure(self) -> go.Figure:
        pieces = [*self._diagram(), *self._curves()]
        figure = house_style(go.Figure([go.Scatter(x=x, y=y, **look) for look, (x, y) in pieces]))
        across, up = (figure.layout[axis].to_plotly_json() for axis in ("xaxis", "yaxis"))
        end = self._end()

        def titled(text: str) -> dict:
            return {"title": {"text": text, "font": {"size": 14}, "standoff": 8}}

        figure.update_layout(
            xaxis={"domain": [0, 0.42], "range": [0, end], **titled("predicted probability")},
            yaxis={"range": [0, end], **titled("share of clicks")},
            xaxis2={**across, "domain": [0.56, 1], "anchor": "y2", "ticksuffix": " %",
                    "range": [0, 100 * self._rates[-1]], **titled("click rate of the test rows")},
            yaxis2={**up, "anchor": "x2", "range": [0, self._top()], **titled("AUC and logloss")},
            margin={"r": 195},
        )  # fmt: skip
        return figure

    def _diagram(self) -> Iterator[tuple[dict, Curve]]:
        end = self._end()
        yield {
            "name": "calibrated", "mode": "lines", "hoverinfo": "skip",
            "line": {"color": GREY, "width": 2, "dash": "dash"}, "showlegend": False,
        }, (np.array([0.0, end]), np.array([0.0, end]))  # fmt: skip
        shown = [
            ("before the drift", self.shift.rate, 0.0, _BEFORE),
            ("now", self.now.rate, 0.0, _AS_IS),
        ]
        if self._correct:
            shown.append(
                ("now, intercept corrected", self.now.rate, self.repaired.shift, _REPAIRED)
            )
        for name, rate, shift, (colour, dash, symbol) in shown:
            yield {
                "name": name, "mode": "lines+markers",
                "line": {"color": colour, "width": 2.5, "dash": dash},
                "marker": {"symbol": symbol, "size": 9, "color": colour},
                "hovertemplate": f"{name}: predicted %{{x:.3f}}, clicks %{{y:.3f}}<extra></extra>",
            }, self.shift.bins(rate, shift, _BINS)  # fmt: skip

    def _curves(self) -> Iterator[tuple[dict, Curve]]:
        """Right: each measure against the click rate, a mark at the slider, a name at its end."""
        rates = 100 * np.array(self._rates)
        constant = np.array([at.best_constant for at in self._curve])
        lines = [
            ("AUC", np.full(len(rates), self.shift.auc), _AUC),
            ("logloss", np.array([at.logloss for at in self._curve]), _AS_IS),
            ("best constant", constant, (GREY, "dot", "")),
        ]
        if self._correct:
            mended = np.array([at.logloss for at in self._curve_repaired])
            lines.insert(2, ("corrected", mended, _REPAIRED))
        axes = {"xaxis": "x2", "yaxis": "y2", "showlegend": False}
        here = slice(self._place, self._place + 1)
        ends = apart({name: float(y[-1]) for name, y, _ in lines}, 0.055 * self._top())
        for name, y, (colour, dash, symbol) in lines:
            yield {
                "name": name, "mode": "lines", **axes,
                "line": {"color": colour, "width": 3 if symbol else 2, "dash": dash},
                "hovertemplate": f"{name} at %{{x:.1f}} %: %{{y:.4f}}<extra></extra>",
            }, (rates, y)  # fmt: skip
            if symbol:
                yield {
                    "name": f"{name} at the slider", "mode": "markers", **axes,
                    "marker": {"symbol": symbol, "size": 13, "color": colour},
                    "hovertemplate": f"{name}: %{{y:.4f}}<extra></extra>",
                }, (rates[here], y[here])  # fmt: skip
            yield {
                "name": "", "mode": "text", "text": [f"\u2002{name}, now {y[self._place]:.3f}"],
                "textposition": "middle right", "cliponaxis": False, "hoverinfo": "skip", **axes,
            }, (rates[-1:], np.array([ends[name]]))  # fmt: skip

    def _end(self) -> float:
        """Of the axes of the diagram: fixed, so that only the points move."""
        last = self._rates[-1]
        reach = max(
            float(np.max(self.shift.bins(last, 0.0, _BINS))),
            float(np.max(self.shift.bins(last, self._curve_repaired[-1].shift, _BINS))),
        )
        return min(1.0, 0.1 * np.ceil(10 * reach))

    def _top(self) -> float:
        highest = max(self.shift.auc, *(at.logloss for at in self._curve))
        return 0.2 * np.ceil(5 * (highest + 0.02))

    def _sentence(self) -> str:
        now, before = self.now, self.shift.at(self.shift.rate)
        if self._place == len(self._rates) // 2:
            start = f"Click rate {100 * now.rate:.1f} %, as in the test rows."
        else:
            start = f"Click rate {100 * before.rate:.1f} % → {100 * now.rate:.1f} %."
        words = (
            f"{start} AUC {self.shift.auc:.4f}, as before. Logloss {now.logloss:.4f}; the best "
            f"constant has {now.best_constant:.4f}. Mean prediction {now.mean_predicted:.3f}, "
            f"{now.ratio:.2f} times the click rate."
        )
        if now.logloss > now.best_constant:
            words += " As it is, the model is worse than a constant that knows the click rate."
        if self._correct:
            words += (
                f" With {self.repaired.shift:+.3f} added to every logit: logloss "
                f"{self.repaired.logloss:.4f}, AUC the same."
            )
        return words.replace("+-", "-")

    def _tables(self) -> list[tuple[str, Table]]:
        rows = [
            _line("before the drift", self.shift.at(self.shift.rate), self.shift.auc),
            _line("now", self.now, self.shift.auc),
        ]
        if self._correct:
            rows.append(_line("now, intercept corrected", self.repaired, self.shift.auc))
        columns = (self._name, "click rate", "mean prediction", "ratio", "AUC", "logloss",
                   "best constant", "shift")  # fmt: skip
        found = [("", Table(columns, tuple(rows)))]
        every = Table(
            ("click rate", "logloss", "logloss, corrected", "best constant"),
            tuple(
                (f"{100 * at.rate:.1f} %", f"{at.logloss:.4f}", f"{mended.logloss:.4f}",
                 f"{at.best_constant:.4f}")
                for at, mended in list(zip(self._curve, self._curve_repaired, strict=True))[::4]
            ),
        )  # fmt: skip
        return [*found, (f"At other click rates (AUC {self.shift.auc:.4f} at all of them):", every)]

    def _marks(self) -> list[str]:
        return [mark(*look) for look in (_BEFORE, _AS_IS, _REPAIRED)]


def drift(scores: Any, y: Any, *, name: str = "model") -> Drift:
    """Move the click rate of the test rows and watch AUC, logloss and calibration.

    scores: [n] logits. y: [n] of 0 and 1. name: of the model.

    The click rate is moved by weighing: a click counts more, another row less, and among clicks
    and among other rows nothing changes (prior shift; the formulas stand in prior_shift.py). The
    AUC compares clicks with other rows, so it stays to the last digit. The logloss does not, and
    may become worse than that of a constant. "Correct the intercept" adds one number to every
    logit, so that the mean prediction is the click rate again (`fmteach.training.shift_to`).

    O(n log n) once, a move of the slider does not depend on n. Errors: InputError.

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.normal(size=20_000) - 2
    >>> panel = drift(truth, rng.random(20_000) < 1 / (1 + np.exp(-truth)))
    >>> panel = panel.set(rate=0.5, correct=True)
    >>> panel.now.logloss > panel.now.best_constant > panel.repaired.logloss
    True
    """
    return Drift(scores, y, str(name))


def _line(name: str, at: AtRate, auc: float) -> tuple[str, ...]:
    return (
        name, f"{100 * at.rate:.1f} %", f"{at.mean_predicted:.4f}", f"{at.ratio:.3f}",
        f"{auc:.4f}", f"{at.logloss:.4f}", f"{at.best_constant:.4f}",
        f"{at.shift:+.3f}" if at.shift else "0",
    )  # fmt: skip
