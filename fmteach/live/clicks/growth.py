"""Time, memory, features and disk space as the rows grow: measured points, slopes, and words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from fmteach.datasets.table import Table
from fmteach.errors import InputError
from fmteach.live.clicks import controls
from fmteach.live.clicks.panel import ClickPanel, apart
from fmteach.live.figures import COLOURS, DASHES, GREY, MARKERS, Curve, house_style
from fmteach.live.race.costs import fit_slope
from fmteach.live.race.text import in_units
from fmteach.live.sheet import mark

QUANTITIES = {
    "seconds": ("time", "s", "time to read and encode"),
    "peak_bytes": ("memory", "B", "peak memory above the imports"),
    "features": ("features", "", "features"),
    "cache_bytes": ("disk", "B", "encoded rows on disk"),
}
MOST_SERIES = len(COLOURS)
_PROPORTIONAL = "in proportion to the rows"


class Growth(ClickPanel):
    """The panel. Made by `growth`. `slopes` gives the slope of each series that is shown."""

    def __init__(self, points: Mapping[str, list[dict[str, Any]]], title: str) -> None:
        self._points = dict(points)
        there = {
            name: words[0]
            for name, words in QUANTITIES.items()
            if any(p.get(name) for series in self._points.values() for p in series)
        }
        if not there:
            raise InputError(
                f"the measurements hold none of {', '.join(QUANTITIES)} above 0: nothing to draw"
            )
        spec = [
            controls.choice("show", "Show", there),
            controls.choice("axes", "Axes", {"log": "logarithmic", "linear": "linear"}),
        ]
        super().__init__(title, spec, {"show": next(iter(there)), "axes": "log"}, height=420)

    @property
    def slopes(self) -> dict[str, float | None]:
        """The slope of log(quantity) against log(rows) of each series; None below three sizes.

        1: in proportion to the rows. 0: it does not grow.
        """
        return {name: fit_slope(x, y) for name, (x, y) in self._curves().items()}

    @property
    def _quantity(self) -> str:
        return self.controls.values["show"]

    def _curves(self) -> dict[str, tuple[list[float], list[float]]]:
        found = {}
        for name, series in self._points.items():
            pairs = [(p["rows"], p[self._quantity]) for p in series if p.get(self._quantity)]
            if pairs:
                found[name] = ([float(a) for a, _ in pairs], [float(b) for _, b in pairs])
        return found

    def _figure(self) -> go.Figure:
        log = self.controls.values["axes"] == "log"
        _, unit, title = QUANTITIES[self._quantity]
        pieces = list(self._pieces(log, unit))
        figure = house_style(go.Figure([go.Scatter(x=x, y=y, **look) for look, (x, y) in pieces]))
        rows = sorted({n for x, _ in self._curves().values() for n in x})
        kind = "log" if log else "linear"
        across: dict[str, Any] = {"type": kind, "title": {"text": "rows"}}
        up: dict[str, Any] = {"type": kind, "title": {"text": title}}
        if log:
            low, high = np.log10(rows[0]), np.log10(rows[-1])
            room = 0.06 * max(high - low, 0.3)
            across |= {"range": [low - room, high + room], "tickvals": rows,
                       "ticktext": [f"{int(n):,}" for n in rows]}  # fmt: skip
            ticks = _ticks([v for _, (_, y) in pieces for v in y])
            up |= {"tickvals": ticks, "ticktext": [_shown(v, unit) for v in ticks]}
        else:
            across |= {"range": [0, 1.05 * rows[-1]], "tickformat": "~s"}
            up |= {"rangemode": "tozero", "tickformat": "~s", "ticksuffix": unit}
        figure.update_layout(
            xaxis=across, yaxis=up, showlegend=False, margin={"t": 14, "r": 190}
        )  # fmt: skip
        return figure

    def _pieces(self, log: bool, unit: str) -> Iterator[tuple[dict, Curve]]:
        curves = self._curves()
        places = {name: place for place, name in enumerate(self._points)}
        last = max(x[-1] for x, _ in curves.values())
        ends = {name: y[-1] for name, (_, y) in curves.items()}
        if log:
            # From the lowest first point on. On linear axes this line would need all the room.
            rows, cost = min(((x[0], y[0]) for x, y in curves.values()), key=lambda one: one[1])
            guide = np.array([rows, last])
            ends[_PROPORTIONAL] = float(cost * last / rows)
            yield {
                "name": _PROPORTIONAL, "mode": "lines", "hoverinfo": "skip",
                "line": {"color": GREY, "width": 2, "dash": "dot"},
            }, (guide, cost * guide / rows)  # fmt: skip
        heights = _spread(ends, log)
        for name, (x, y) in curves.items():
            colour, dash, symbol = _look(places[name])
            yield {
                "name": name, "mode": "lines+markers",
                "line": {"color": colour, "width": 3, "dash": dash},
                "marker": {"symbol": symbol, "size": 10, "color": colour},
                "hovertemplate": f"{name}, %{{x:,}} rows: %{{y:.3~s}}{unit}<extra></extra>",
            }, (np.array(x), np.array(y))  # fmt: skip
        for name, height in heights.items():
            yield {
                "name": "", "mode": "text", "text": [f"\u2002{name}"], "cliponaxis": False,
                "textposition": "middle right", "hoverinfo": "skip",
            }, (np.array([last]), np.array([height]))  # fmt: skip

    def _sentence(self) -> str:
        word, unit, title = QUANTITIES[self._quantity]
        parts = []
        for name, (x, y) in self._curves().items():
            slope = self.slopes[name]
            grown = f"rows × {_times(x[-1] / x[0])}, {word} × {_times(y[-1] / y[0])}"
            steep = "" if slope is None else f" (slope {_slope(slope)})"
            parts.append(f"{name}: {_shown(y[-1], unit)} for {x[-1]:,.0f} rows; {grown}{steep}.")
        return f"{title[0].upper()}{title[1:]}. {' '.join(parts)}"

    def _tables(self) -> list[tuple[str, Table]]:
        _, unit, _ = QUANTITIES[self._quantity]
        rows = []
        slopes = self.slopes
        told = any(slope is not None for slope in slopes.values())  # needs three sizes
        for name, (x, y) in self._curves().items():
            slope = slopes[name]
            more = (y[-1] - y[-2]) / (x[-1] - x[-2]) * 1e6 if len(x) > 1 else None
            rows.append((
                name,
                *(["–" if slope is None else _slope(slope)] if told else []),
                f"{x[-1]:,.0f}",
                _shown(y[-1], unit),
                # Below 0 for a cost that cannot fall: the clock's noise, and no figure.
                "–" if more is None or more < 0 else _shown(more, unit),
                *([f"{x[-1] / y[-1]:,.0f}"] if self._quantity == "seconds" else []),
            ))  # fmt: skip
        columns = ["series", *(["slope"] if told else []), "rows", "cost there"]
        columns += ["a million rows more"]
        columns += ["rows a second"] if self._quantity == "seconds" else []
        every = []
        for name, series in self._points.items():
            for p in series:
                cells = (_shown(p[q], QUANTITIES[q][1]) if p.get(q) else "–" for q in QUANTITIES)
                every.append((name, f"{p['rows']:,}", *cells))
        names = ("series", "rows", *(words[0] for words in QUANTITIES.values()))
        return [("", Table(tuple(columns), tuple(rows))),
                ("All measurements:", Table(names, tuple(every)))]  # fmt: skip

    def _marks(self) -> list[str]:
        places = {name: place for place, name in enumerate(self._points)}
        return [mark(*_look(places[name])) for name in self._curves()]


def growth(
    measurements: Iterable[Any] | Mapping[str, Iterable[Any]], *, title: str = "Growth with rows"
) -> Growth:
    """Time and memory as the rows grow, for one or more series, such as vocabulary and hashing.

    measurements: what `fmteach.datasets.growth.measure_growth` gives (lists can be added up), or
    dicts with rows and any of seconds, peak_bytes, features, cache_bytes, and with series; or
    series -> such a list. At most 6 series.

    On logarithmic axes a straight line of slope 1 grows in proportion to the rows, a flat one does
    not grow; the dotted line shows proportion. Errors: InputError.

    >>> points = [{"rows": n, "seconds": 1e-5 * n, "series": "s"} for n in (1000, 10_000, 100_000)]
    >>> growth(points).slopes
    {'s': 1.0}
    """
    named: dict[str, list[dict[str, Any]]] = {}
    if isinstance(measurements, Mapping):
        pairs = [(str(name), one) for name, series in measurements.items() for one in series]
    else:
        pairs = [("", one) for one in measurements]
    for name, one in pairs:
        point = _point(one)
        named.setdefault(name or str(point.get("series") or "measured"), []).append(point)
    if not 1 <= len(named) <= MOST_SERIES:
        raise InputError(f"there are {len(named)} series: give 1 to {MOST_SERIES}")
    ordered = {name: sorted(s, key=lambda point: point["rows"]) for name, s in named.items()}
    return Growth(ordered, title)


def _point(one: Any) -> dict[str, Any]:
    point = asdict(one) if is_dataclass(one) and not isinstance(one, type) else one
    if not isinstance(point, Mapping) or not isinstance(point.get("rows"), int | float):
        raise InputError(
            f"a measurement is {one!r}: give what measure_growth returns, or a dict with 'rows'"
        )
    if not point["rows"] > 0:
        raise InputError(f"a measurement has {point['rows']} rows: give a number above 0")
    return dict(point)


def _look(number: int) -> tuple[str, str, str]:
    return COLOURS[number], DASHES[number % len(DASHES)], MARKERS[number]


def _spread(ends: dict[str, float], log: bool) -> dict[str, float]:
    """Heights of the names at the right end, so that none lies on another."""
    values = list(ends.values())
    if not log:
        return apart(ends, 0.06 * max(values))
    logs = {name: float(np.log10(value)) for name, value in ends.items()}
    reach = max(logs.values()) - min(logs.values())
    return {name: 10**height for name, height in apart(logs, 0.06 * max(reach, 0.5)).items()}


def _slope(slope: float) -> str:
    return f"{slope + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")


def _times(ratio: float) -> str:
    return f"{ratio:.2g}" if ratio < 100 else f"{ratio:,.0f}"


def _shown(value: float, unit: str) -> str:
    return in_units(value, unit) if unit else f"{value:,.0f}"


def _ticks(values: list[float]) -> list[float]:
    """1, 2, 5, 10, 20 ... around the values; of many decades, only the powers of ten."""
    low, high = np.log10(min(values)), np.log10(max(values))
    leads = (1, 2, 5) if high - low < 3 else (1,)
    powers = range(int(np.floor(low)) - 1, int(np.ceil(high)) + 1)
    ticks = [float(f"{lead}e{power}") for power in powers for lead in leads]
    return [t for t in ticks if low - 0.2 <= np.log10(t) <= high + 0.2]
