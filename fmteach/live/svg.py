"""A small static drawing of a chart, for saved notebooks and pages without a kernel.

It draws what the figures of this course consist of: scatter traces (lines, markers, dashes,
filled areas, text at points) on linear or logarithmic axes, tick labels, titles and a legend.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from fmteach.live.decimate import decimate

POINTS = 160
FONT = "system-ui, 'Segoe UI', Helvetica, Arial, sans-serif"
DASHES = {"dash": "7 5", "dot": "2 4", "dashdot": "7 4 2 4", "longdash": "12 6"}
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9")
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def draw(
    data: Sequence[Mapping],
    layout: Mapping,
    *,
    width: int = 900,
    height: int = 360,
    label: str = "Chart",
    inline: bool = False,
) -> str:
    """An SVG element as text.

    data, layout: as in a plotly figure's JSON; x and y may be numpy arrays. Other trace types
    than scatter are left out. inline: theme colours and no background (for use inside a page).
    """
    if inline:
        ink, faint, grid = (
            "var(--jp-ui-font-color1, #212121)",
            "var(--jp-ui-font-color2, #616161)",
            "var(--jp-border-color2, #e0e0e0)",
        )
    else:
        ink, faint, grid = "#212121", "#616161", "#e0e0e0"
    traces = [_read(trace, i) for i, trace in enumerate(data) if _drawn(trace)]
    legend, legend_height = _legend(traces, layout, width, ink)
    right = (layout.get("margin") or {}).get("r") or 18
    box = (62.0, 14.0 + legend_height, width - right, height - 48.0)
    size = "" if inline else f'width="{width}" height="{height}" '
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(label, quote=True)}" font-family="{FONT}" font-size="13">',
        f"<title>{escape(label)}</title>",
    ]
    if not inline:
        parts.append(f'<rect width="{width}" height="{height}" rx="4" fill="#ffffff"/>')
    parts.append(legend)
    for number, (x_name, y_name) in enumerate(_panels(traces)):
        inside = [t for t in traces if (t["xaxis"], t["yaxis"]) == (x_name, y_name)]
        panel = _Panel(layout, x_name, y_name, inside, box, f"c{number}")
        parts += [panel.axes(ink, faint, grid), *(panel.trace(t, ink) for t in inside)]
    return "".join(parts) + "</svg>"


class _Axis:
    """From numbers to pixels on one axis."""

    def __init__(self, spec: Mapping, values: list[np.ndarray], start: float, end: float) -> None:
        self.log = spec.get("type") == "log"
        self.start, self.end = start, end
        self.spec = spec
        given = spec.get("range")
        if given and None not in given:
            low, high = (float(v) for v in given)
        else:
            low, high = self._span(values, spec)
        self.low, self.high = low, high

    def _span(self, values, spec) -> tuple[float, float]:
        flat = np.concatenate([v.ravel() for v in values]) if values else np.empty(0)
        flat = flat[np.isfinite(flat)]
        if self.log:
            flat = np.log10(flat[flat > 0])
        if spec.get("rangemode") == "tozero" and not self.log:
            flat = np.append(flat, 0.0)
        if not len(flat):
            return 0.0, 1.0
        low, high = float(flat.min()), float(flat.max())
        if low == high:
            low, high = low - 0.5, high + 0.5
        margin = 0.04 * (high - low)
        return low - margin, high + margin

    def at(self, values) -> np.ndarray:
        values = np.asarray(values, dtype=np.float64)
        if self.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.log10(np.where(values > 0, values, np.nan))
        return self.start + (values - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[tuple[float, str]]:
        """(value, label) of the grid lines."""
        if self.spec.get("tickvals") is not None:
            names = self.spec.get("ticktext") or self.spec["tickvals"]
            return [(float(v), str(n)) for v, n in zip(self.spec["tickvals"], names, strict=True)]
        suffix = self.spec.get("ticksuffix") or ""
        if self.spec.get("tickformat") == "~s":
            return [(value, _prefixed(value) + suffix) for value, _ in self._places()]
        return [(value, name + suffix) for value, name in self._places()]

    def _places(self) -> list[tuple[float, str]]:
        if self.log:
            first, last = math.ceil(self.low - 1e-9), math.floor(self.high + 1e-9)
            step = max(1, math.ceil((last - first + 1) / 7))
            if last > first:
                return [(10.0**p, _power(p)) for p in range(first, last + 1, step)]
            powers = np.linspace(self.low, self.high, 4)
            return [(10.0**p, f"{10.0**p:.3g}") for p in powers]
        wanted = max(2, abs(self.end - self.start) / 75)
        raw = (self.high - self.low) / wanted
        scale = 10.0 ** math.floor(math.log10(raw))
        step = next(m * scale for m in (1, 2, 2.5, 5, 10) if m * scale >= raw * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        digits = max(0, -math.floor(math.log10(step) + 1e-9) + (step / scale == 2.5))
        return [(i * step, f"{i * step:.{min(digits, 8)}f}") for i in range(first, last + 1)]


class _Panel:
    """One pair of axes and what is drawn between them."""

    def __init__(self, layout, x_name, y_name, traces, box, clip) -> None:
        left, top, right, bottom = box
        x_spec = layout.get("xaxis" + x_name[1:], {})
        y_spec = layout.get("yaxis" + y_name[1:], {})
        x0, x1 = x_spec.get("domain", (0, 1))
        y0, y1 = y_spec.get("domain", (0, 1))
        width, height = right - left, bottom - top
        self.left, self.right = left + x0 * width, left + x1 * width
        self.top, self.bottom = top + (1 - y1) * height, top + (1 - y0) * height
        self.x = _Axis(x_spec, [t["x"] for t in traces], self.left, self.right)
        self.y = _Axis(y_spec, [t["y"] for t in traces], self.bottom, self.top)
        self.clip = clip

    def axes(self, ink: str, faint: str, grid: str) -> str:
        out = [
            f'<clipPath id="{self.clip}"><rect x="{self.left:.0f}" y="{self.top - 4:.0f}" '
            f'width="{self.right - self.left:.0f}" height="{self.bottom - self.top + 8:.0f}"/>'
            "</clipPath>"
        ]
        for value, name in self.x.ticks():
            at = float(self.x.at(value))
            out.append(_line(at, self.top, at, self.bottom, grid))
            out.append(_text(at, self.bottom + 17, name, faint, "middle"))
        for value, name in self.y.ticks():
            at = float(self.y.at(value))
            out.append(_line(self.left, at, self.right, at, grid))
            out.append(_text(self.left - 7, at + 4, name, faint, "end"))
        title = _title(self.x.spec)
        out.append(_text((self.left + self.right) / 2, self.bottom + 37, title, ink, "middle"))
        middle, edge = (self.top + self.bottom) / 2, self.left - 44
        title = _title(self.y.spec)
        out.append(
            f'<text transform="translate({edge:.0f} {middle:.0f}) rotate(-90)" '
            f'text-anchor="middle" fill="{ink}">{escape(title)}</text>'
        )
        return "".join(out)

    def trace(self, trace: Mapping, ink: str) -> str:
        x, y = self.x.at(trace["x"]), self.y.at(trace["y"])
        good = np.isfinite(x) & np.isfinite(y)
        if not good.any():
            return ""
        out = []
        if trace["fill"]:
            out.append(f'<path d="{_path(x, y, good)}Z" fill="{trace["fill"]}" stroke="none"/>')
        if "lines" in trace["mode"] and trace["width"] > 0:
            out.append(
                f'<path d="{_path(x, y, good)}" fill="none" {_stroke(trace)} '
                'stroke-linejoin="round"/>'
            )
        if "markers" in trace["mode"]:
            out += [_marker(a, b, trace) for a, b in zip(x[good], y[good], strict=True)]
        drawing = f'<g clip-path="url(#{self.clip})" opacity="{trace["opacity"]:g}">'
        drawing += "".join(out) + "</g>"
        return drawing + "".join(self._words(trace, x, y, good, ink))

    def _words(self, trace, x, y, good, ink) -> list[str]:
        if "text" not in trace["mode"]:
            return []
        words = trace["text"]
        words = [words] * len(x) if isinstance(words, str) else list(words or [])
        place = trace["textposition"]
        rise = {"top": -8, "middle": 4, "bottom": 18}[place.split()[0]]
        # plotly names the side of the point on which the text stands.
        anchor, shift = {"left": ("end", -4), "center": ("middle", 0), "right": ("start", 2)}[
            place.split()[1]
        ]
        return [
            _text(a + shift, b + rise, str(word), ink, anchor)
            for a, b, word, ok in zip(x, y, words, good, strict=False)
            if word and ok
        ]


def _drawn(trace: Mapping) -> bool:
    return trace.get("type", "scatter") in ("scatter", "scattergl") and trace.get(
        "visible", True
    ) in (True, None)


def _read(trace: Mapping, index: int) -> dict:
    """The parts of a plotly trace that are drawn, with plotly's defaults filled in."""
    x, y = _array(trace.get("x")), _array(trace.get("y"))
    size = min(len(x), len(y))
    x, y = x[:size], y[:size]
    line, marker = trace.get("line") or {}, trace.get("marker") or {}
    mode = trace.get("mode") or "lines"
    filled = trace.get("fill") in ("toself", "tozeroy", "tonext", "tonexty")
    if "text" not in mode and not filled:
        x, y = decimate(x, y, POINTS)
    colour = line.get("color") or marker.get("color") or PALETTE[index % len(PALETTE)]
    return {
        "x": x, "y": y, "mode": mode, "name": trace.get("name") or "",
        "xaxis": trace.get("xaxis") or "x", "yaxis": trace.get("yaxis") or "y",
        "colour": colour if isinstance(colour, str) else PALETTE[index % len(PALETTE)],
        "width": float(line.get("width", 2)), "dash": DASHES.get(line.get("dash"), ""),
        "symbol": marker.get("symbol") or "circle", "size": float(marker.get("size", 6)),
        "opacity": float(trace.get("opacity") or 1),
        "fill": (trace.get("fillcolor") or colour) if filled else "",
        "text": trace.get("text"), "textposition": trace.get("textposition") or "middle center",
        "legend": trace.get("showlegend", True) is not False and bool(trace.get("name")),
    }  # fmt: skip


def _array(values) -> np.ndarray:
    if values is None:
        return np.empty(0)
    if isinstance(values, Mapping):  # plotly's binary form of an array
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).astype(float)
    try:
        return np.asarray(values, dtype=np.float64).ravel()
    except (TypeError, ValueError):  # names or dates: no place on a numeric axis
        return np.empty(0)


def _panels(traces) -> list[tuple[str, str]]:
    return list(dict.fromkeys((t["xaxis"], t["yaxis"]) for t in traces)) or [("x", "y")]


def _legend(traces, layout, width, ink) -> tuple[str, float]:
    named = [t for t in traces if t["legend"]]
    if not named or layout.get("showlegend") is False:
        return "", 6.0
    out, left, top = [], 62.0, 20.0
    for trace in named:
        room = 44 + 7.2 * len(trace["name"])
        if left > 62 and left + room > width - 10:
            left, top = 62.0, top + 20
        if trace["fill"]:
            out.append(
                f'<rect x="{left:.0f}" y="{top - 9:.0f}" width="26" height="10" '
                f'fill="{trace["fill"]}"/>'
            )
        elif "lines" in trace["mode"]:
            out.append(
                f'<path d="M{left:.0f} {top - 4:.0f}h26" fill="none" '
                f'opacity="{trace["opacity"]:g}" {_stroke(trace)}/>'
            )
        if "markers" in trace["mode"]:
            out.append(_marker(left + 13, top - 4, trace))
        out.append(_text(left + 32, top, trace["name"], ink, "start"))
        left += room
    return "".join(out), top + 4


def _stroke(trace) -> str:
    dash = f' stroke-dasharray="{trace["dash"]}"' if trace["dash"] else ""
    return f'stroke="{trace["colour"]}" stroke-width="{trace["width"]:g}"{dash}'


def _path(x, y, good) -> str:
    out, pen = [], "M"
    for a, b, ok in zip(x, y, good, strict=True):
        if ok:
            out.append(f"{pen}{a:.1f} {b:.1f}")
        pen = "L" if ok else "M"
    return "".join(out)


def _marker(x: float, y: float, trace) -> str:
    r, colour, symbol = trace["size"] / 2, trace["colour"], trace["symbol"]
    if symbol.startswith("square"):
        shape = f'<rect x="{x - r:.1f}" y="{y - r:.1f}" width="{2 * r:g}" height="{2 * r:g}"'
    elif symbol.startswith("diamond"):
        r *= 1.3
        corners = f"l{r:.1f} {r:.1f}l{-r:.1f} {r:.1f}l{-r:.1f} {-r:.1f}Z"
        shape = f'<path d="M{x:.1f} {y - r:.1f}{corners}"'
    elif symbol.startswith("triangle"):
        shape = f'<path d="M{x:.1f} {y - r:.1f}l{r:.1f} {2 * r:.1f}h{-2 * r:.1f}Z"'
    elif symbol.startswith("star"):
        angles = [(i * math.pi / 5, r * (1.2 if i % 2 == 0 else 0.5)) for i in range(10)]
        spots = [f"{x + s * math.sin(a):.1f} {y - s * math.cos(a):.1f}" for a, s in angles]
        shape = f'<path d="M{"L".join(spots)}Z"'
    else:
        shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:g}"'
    if symbol.endswith("-open"):
        return f'{shape} fill="none" stroke="{colour}" stroke-width="2"/>'
    return f'{shape} fill="{colour}"/>'


def _line(x1, y1, x2, y2, colour) -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}" fill="none"/>'


def _text(x, y, words, colour, anchor) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">'
        f"{escape(words)}</text>"
    )


def _title(spec: Mapping) -> str:
    title = spec.get("title") or ""
    return title if isinstance(title, str) else title.get("text") or ""


def _prefixed(value: float) -> str:
    power = math.floor(math.log10(abs(value)) / 3 + 1e-9) if value else 0
    power = min(max(power, -4), 4)
    return f"{value / 1000.0**power:.3g}" + "pnµm kMGT"[power + 4].strip()


def _power(p: int) -> str:
    return f"{10**p:g}" if 0 <= p <= 3 else "10" + str(p).translate(SUPERSCRIPTS)
