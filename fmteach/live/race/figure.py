"""The chart of the cost race: cost of each form against d, both axes logarithmic."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from fmteach.interaction import FORMS
from fmteach.live.figures import BLUE, GREEN, GREY, ORANGE, VERMILLION, Curve, house_style

TITLES = {
    "naive": "naive loop",
    "all_pairs": "all-pairs matrix",
    "reformulated": "reformulated",
    "sparse": "sparse",
}
_WORK = {"naive": "O(kd²)", "all_pairs": "O(kd²)", "reformulated": "O(kd)", "sparse": "O(km)"}
ORDERS = {
    "seconds": _WORK,
    "multiplications": _WORK,
    "bytes": {"naive": "O(1)", "all_pairs": "O(d²)", "reformulated": "O(kd)", "sparse": "O(km)"},
}
LOOKS = {  # colour, dash, marker: three differences, so that none of them is needed
    "naive": (VERMILLION, "dot", "square"),
    "all_pairs": (ORANGE, "dash", "diamond"),
    "reformulated": (BLUE, "solid", "circle"),
    "sparse": (GREEN, "dashdot", "triangle-up"),
}
AXES = {  # title, unit behind the tick labels
    "seconds": ("time for one row", "s"),
    "multiplications": ("multiplications for one row", ""),
    "bytes": ("memory on top of x and V", "B"),
}


def cost_figure(
    points: Sequence[Mapping],
    quantity: str,
    sizes: Sequence[int],
    *,
    k: int | None = None,
    guess: float | None = None,
    crossing: float | None = None,
) -> go.Figure:
    """Cost against d for the four forms.

    points: dicts with form, d and the quantity ("seconds", "multiplications" or "bytes"); points
    without that number are left out. sizes: all sizes of d, for the axis. k: for the title.
    guess, crossing: drawn as labelled vertical lines.
    """
    pieces = list(_pieces(points, quantity, guess, crossing))
    figure = go.Figure([go.Scatter(x=x, y=y, **look) for look, (x, y) in pieces])
    house_style(figure)
    title, unit = AXES[quantity]
    low, high = math.log10(min(sizes)), math.log10(max(sizes))
    x_title = "d, number of features" + (f" (k = {k})" if k else "")
    ticks = [d for d in sizes if round(math.log2(d)) % 2 == 0] or list(sizes)
    figure.update_layout(
        xaxis={
            "type": "log", "title": {"text": x_title},
            # Room at the right end for the names of the curves.
            "range": [low - 0.12, high + 0.19 * (high - low)],
            "tickvals": ticks, "ticktext": [f"{d:,}" for d in ticks],
        },
        yaxis={
            "type": "log", "title": {"text": title}, "dtick": 1, "tickformat": "~s",
            "ticksuffix": unit,
        },
        showlegend=False,
        margin={"t": 12},
    )  # fmt: skip
    return figure


def cost_curves(
    points: Sequence[Mapping],
    quantity: str,
    *,
    guess: float | None = None,
    crossing: float | None = None,
) -> list[Curve]:
    """The numbers of `cost_figure`, in the order of its traces."""
    return [curve for _, curve in _pieces(points, quantity, guess, crossing)]


def _pieces(points, quantity, guess, crossing) -> Iterator[tuple[dict, Curve]]:
    _, unit = AXES[quantity]
    ends = []
    for form in FORMS:
        known = [(p["d"], p[quantity]) for p in points if p["form"] == form and p.get(quantity)]
        x, y = np.asarray(known, dtype=np.float64).reshape(-1, 2).T
        colour, dash, marker = LOOKS[form]
        yield {
            "name": f"{TITLES[form]} {ORDERS[quantity][form]}", "mode": "lines+markers",
            "line": {"color": colour, "width": 3, "dash": dash},
            "marker": {"symbol": marker, "size": 9, "color": colour},
            "hovertemplate": f"{TITLES[form]}, d = %{{x:,}}: %{{y:.3~s}}{unit}<extra></extra>",
        }, (x, y)  # fmt: skip
        ends.append((form, x[-1:], y[-1:]))
    values = [p[quantity] for p in points if p.get(quantity)]
    low, high = (min(values), max(values)) if values else (1e-5, 1e-1)
    places = _apart(ends, 0.06 * math.log10(high / low) if values else 0.0)
    for form, x, _ in ends:
        words = f"\u2002{TITLES[form]} {ORDERS[quantity][form]}"
        yield {
            "name": "", "mode": "text", "text": [words], "textposition": "middle right",
            "hoverinfo": "skip", "cliponaxis": False,
            "line": {"color": LOOKS[form][0]},
        }, (x, places[form])  # fmt: skip
    # The names stand below the curves, each on the side that is away from the other line.
    heights = np.array([low / 3, high])
    first = guess is not None and crossing is not None and guess < crossing
    for at, name, words, colour, dash, left in (
        (guess, "your guess", "your guess", GREY, "dot", first),
        (crossing, "measured crossing", "measured", BLUE, "dash", not first),
    ):
        line = (np.full(2, float(at)), heights) if at is not None else (np.empty(0), np.empty(0))
        yield {
            "name": name, "mode": "lines+text", "line": {"color": colour, "width": 2, "dash": dash},
            "text": [f"{words}\u2002" if left else f"\u2002{words}", ""],
            "textposition": "middle left" if left else "middle right",
            "hovertemplate": f"{name}: d = %{{x:,.0f}}<extra></extra>",
        }, line  # fmt: skip


def _apart(ends, gap: float) -> dict[str, np.ndarray]:
    """The heights of the curves' names: beside the last point, but never one on another."""
    places: dict[str, np.ndarray] = {form: y for form, _, y in ends}
    for column in {float(x[0]) for _, x, _ in ends if len(x)}:
        mine = [(math.log10(y[0]), form) for form, x, y in ends if len(x) and x[0] == column]
        above = -math.inf
        for height, form in sorted(mine):
            above = max(height, above + gap)
            places[form] = np.array([10**above])
    return places
