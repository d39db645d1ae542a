"""The curves as one still picture, for pages without widgets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fmteach.live import svg
from fmteach.live.figures import BLUE, GREEN, PURPLE, VERMILLION
from fmteach.live.losses.words import RANGES, State, lines, percent, sentence
from fmteach.live.written import fixed

TITLES = {
    "mse": ("prediction ŷ in stars", "squared error"),
    "logloss": ("score ŷ", "logloss"),
    "bpr": ("difference of the two scores", "BPR loss"),
}
_STYLES = {"1": (BLUE, "solid"), "0": (VERMILLION, "dash"), "all": (GREEN, "solid")}
_LEVELS = {"base rate": (PURPLE, "dashdot"), "floor": ("#B71C1C", "solid")}
_POINTS = 121


def still(s: State) -> str:
    """The curves with the point and the level lines. O(points)."""
    x = np.linspace(*RANGES[s.loss], _POINTS)
    shown = ("1", "0", *(("all",) if s.rows == "all" else ())) if s.loss == "logloss" else ("",)
    traces = []
    for rows in shown:
        state = replace(s, rows=rows) if rows else s
        colour, dash = _STYLES.get(rows, (BLUE, "solid"))
        name = {
            "": f"label {fixed(s.stars, 1)} stars" if s.loss == "mse" else "−ln σ(difference)",
            "all": f"all rows, CTR {percent(s.ctr)}",
        }.get(rows, f"row with y = {rows}")
        y = [state.curve(float(at))[0] for at in x]
        traces.append(_line(name, x, y, colour, dash, 4 if rows in ("", s.rows) else 1.5))
    for name, level in lines(s):
        label = f"{name} {fixed(level, 4)}"
        traces.append(_line(label, x[[0, -1]], [level, level], *_LEVELS[name], 2))
    here = s.curve(s.at)[0]
    traces.append(
        {
            "name": f"loss {fixed(here, 4)}", "mode": "markers", "x": [s.at], "y": [here],
            "marker": {"size": 13, "color": "#333333"},
        }
    )  # fmt: skip
    across, up = TITLES[s.loss]
    layout = {
        "xaxis": {"title": {"text": across}, "range": list(RANGES[s.loss])},
        "yaxis": {"title": {"text": up}, "range": [0, max_loss(s)]},
    }
    return svg.draw(traces, layout, height=460, label=sentence(s))


def max_loss(s: State) -> float:
    """The top of the picture: closer for all rows, whose lines lie near to each other."""
    if s.loss == "mse":
        return 20.5
    return 2.6 if s.loss == "logloss" and s.rows == "all" else 6.4


def _line(name: str, x, y, colour: str, dash: str, width: float) -> dict:
    return {
        "name": name, "mode": "lines", "x": np.asarray(x), "y": np.asarray(y, dtype=float),
        "line": {"color": colour, "dash": dash, "width": width},
    }  # fmt: skip
