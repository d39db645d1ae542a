"""Still pictures of the map and of the waterfall, for pages without widgets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from fmteach.explain import FactorMap
from fmteach.live import svg
from fmteach.live.figures import BLUE, COLOURS, GREY, MARKERS, VERMILLION

_POINTS = 200  # of the films, those with the most ratings: a saved notebook stays small
_PLACES = (
    ("middle right", 1, 0), ("middle left", -1, 0), ("top center", 0, 1), ("bottom center", 0, -1)
)  # fmt: skip


def still_map(map: FactorMap, across: int, up: int, chosen: int, near: Sequence[int]) -> str:
    """The map with one feature chosen. O(points drawn)."""
    x, y = map.coordinates[:, across], map.coordinates[:, up]
    traces = []
    kinds = [*map.kinds, "other"]
    for number, kind in enumerate(kinds):
        members = [i for i in range(min(len(map), _POINTS)) if map.main[i] == kind]
        if not members:
            continue
        other = kind == "other"
        colour = GREY if other else COLOURS[number]
        look = "circle-open" if other else MARKERS[number % 5]
        traces.append(
            {
                # With texts (empty ones), so that no point is thinned out.
                "name": kind, "mode": "markers+text", "x": x[members], "y": y[members],
                "text": [""] * len(members), "showlegend": bool(map.kinds), "opacity": 0.55,
                "marker": {"symbol": look, "size": 7, "color": colour},
            }
        )  # fmt: skip
    ink = "#333333"
    for other in near:
        ends = [chosen, other]
        traces.append(
            {
                "name": "", "mode": "lines", "x": x[ends], "y": y[ends],
                "line": {"color": ink, "width": 1}, "opacity": 0.6,
            }
        )  # fmt: skip
    traces += _named(map, x, y, [chosen, *near], ink)
    layout = {
        "xaxis": {"title": {"text": _title(map, across)}},
        "yaxis": {"title": {"text": _title(map, up)}},
    }
    label = f"Map of the factors of {len(map)} {map.field}s; {map.names[chosen]} is chosen"
    return svg.draw(traces, layout, height=520, label=label)


def _named(map: FactorMap, x, y, members: Sequence[int], ink: str) -> Iterator[dict[str, Any]]:
    """Rings around the members, with those of their names that cover no other one."""
    across, along = 800 / max(float(np.ptp(x)), 1e-9), 430 / max(float(np.ptp(y)), 1e-9)
    taken: list[tuple[float, float, float]] = []  # middle, half the width, height of each name
    for i in members:
        name, place = map.names[i], "top center"
        room = 3.6 * len(name)
        for where, right, up in _PLACES:
            spot = (x[i] * across + right * (room + 14), y[i] * along + up * 15)
            if all(abs(spot[0] - a) > room + b or abs(spot[1] - c) > 14 for a, b, c in taken):
                taken.append((spot[0], room, spot[1]))
                place = where
                break
        else:
            name = ""
        beside = {"middle right": f"\u2002{name}", "middle left": f"{name}\u2002"}
        yield {
            "name": "", "mode": "markers+text", "x": x[[i]], "y": y[[i]],
            "text": [beside.get(place, name)], "textposition": place, "showlegend": False,
            "marker": {"symbol": "circle-open", "size": 11, "color": ink},
        }  # fmt: skip


def _title(map: FactorMap, axis: int) -> str:
    return f"axis {axis + 1} ({100 * map.shares[axis]:.0f} % of the variance)"


def still_waterfall(shown: Mapping[str, Any]) -> str:
    """The waterfall of a `Waterfall`'s payload. O(bars)."""
    bars, axis = shown["bars"], shown["axis"]
    line, left, right, top = 34, 330, 250, 62
    width, height = 960, top + line * (len(bars) + 2) + 44

    def at(value: float) -> float:
        share = (value - axis["low"]) / (axis["high"] - axis["low"])
        return left + share * (width - left - right)

    def word(x: float, y: float, text: str, anchor: str = "start", more: str = "") -> str:
        return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{more}>{escape(text)}</text>'

    bottom = height - 40
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" font-family="{svg.FONT}" font-size="14" '
        f'aria-label="{escape("Waterfall: " + shown["verdict"], quote=True)}">',
        f'<rect width="{width}" height="{height}" rx="4" fill="#ffffff"/>',
        word(14, 24, shown["title"][:110], more=' font-weight="700"'),
    ]
    for value, text in axis["ticks"]:
        out.append(f'<path d="M{at(value):.1f} {top - 14}V{bottom}" stroke="#e0e0e0"/>')
        out.append(word(at(value), bottom + 18, text, "middle"))
    if shown["truth_on_axis"]:
        x = at(shown["truth"])
        out.append(
            f'<path d="M{x:.1f} {top - 10}V{bottom}" stroke="#333333" stroke-width="2" '
            'stroke-dasharray="6 4"/>'
        )
        out.append(word(x, top - 16, f"true: {shown['truth']:g}", "middle"))
    y = top
    rows = [("w0, the same in every row", None), *((bar["name"], bar) for bar in bars)]
    for name, bar in rows:
        out.append(word(left - 12, y + 21, name if len(name) < 46 else f"{name[:44]}…", "end"))
        if bar is None:
            x = at(shown["w0"])
            out.append(f'<circle cx="{x:.1f}" cy="{y + 16}" r="6" fill="#333333"/>')
            out.append(word(width - right + 14, y + 21, _signed(shown["w0"], False)))
        else:
            a, b = sorted((at(bar["before"]), at(bar["after"])))
            colour = BLUE if bar["value"] >= 0 else VERMILLION
            out.append(
                f'<rect x="{a:.1f}" y="{y + 6}" width="{max(b - a, 1.5):.1f}" height="20" '
                f'fill="{colour}"/>'
            )
            words = f"{_signed(bar['value'])}   = {_signed(bar['after'], False)}"
            out.append(word(width - right + 14, y + 21, words))
        x = at(shown["w0"] if bar is None else bar["after"])
        out.append(f'<path d="M{x:.1f} {y + 26}V{y + line + 6}" stroke="#8c8c8c"/>')
        y += line
    x = at(shown["score"])
    out.append(f'<path d="M{x:.1f} {y + 6}l8 10l-8 10l-8 -10Z" fill="#333333"/>')
    bold = ' font-weight="700"'
    out.append(word(left - 12, y + 21, "score", "end", bold))
    end = _signed(shown["score"], False)
    if shown["probability"] is not None:
        end += f": P({shown['task']} = 1) = {shown['probability']:.2f}"
    out.append(word(width - right + 14, y + 21, end, more=bold))
    return "".join(out) + "</svg>"


def _signed(value: float, plus: bool = True) -> str:
    """A number with a real minus sign.

    >>> _signed(0.261), _signed(-0.5)
    ('+0.261', '−0.500')
    """
    return f"{value:{'+' if plus else ''}.3f}".replace("-", "−")
