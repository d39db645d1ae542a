"""A small static drawing of a chart, for saved notebooks and pages without a kernel.

It draws what the figures of this course consist of: scatter traces (lines, markers, dashes,
filled areas, text at points) on linear or logarithmic axes, tick labels, titles and a legend.
"""

from __future__ import annotations

import base64
import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape

import numpy as np

from fmteach.live.decimate import decimate
from fmteach.live.svg_axis import Axis

POINTS, FEWEST_POINTS, ALL_POINTS = 120, 40, 1500  # of a line, and of all lines together
FONT = "system-ui, 'Segoe UI', Helvetica, Arial, sans-serif"
DASHES = {"dash": "7 5", "dot": "2 4", "dashdot": "7 4 2 4", "longdash": "12 6"}
PALETTE = ("#0072B2", "#BD8200", "#009E73", "#D55E00", "#CC79A7", "#2F93CC")


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
    drawn = [(i, trace) for i, trace in enumerate(data) if _drawn(trace)]
    # Many curves in one picture get fewer points each: a saved notebook stays small.
    points = min(POINTS, max(FEWEST_POINTS, ALL_POINTS // max(1, len(drawn))))
    traces = [_read(trace, i, points) for i, trace in drawn]
    legend, legend_height = _legend(traces, layout, width, ink)
    margin = (layout.get("margin") or {}).get("r") or 18
    box = (62.0, 14.0 + legend_height, width - margin, height - 48.0)
    names = _panels(traces)
    widest = max(_Panel(layout, *name, traces, box, "").label_width for name in names)
    box = (max(62.0, 36.0 + widest), *box[1:])
    # Ids are shared by all drawings of a page, so they must differ where the drawings do.
    own = f"fm{zlib.crc32(repr([traces, box]).encode()):x}"
    size = "" if inline else f'width="{width}" height="{height}" '
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(label, quote=True)}" font-family="{FONT}" font-size="13">',
        f"<title>{escape(label)}</title>",
    ]
    if not inline:
        parts.append(f'<rect width="{width}" height="{height}" rx="4" fill="#ffffff"/>')
    parts.append(legend)
    for number, name in enumerate(names):
        panel = _Panel(layout, *name, traces, box, f"{own}{number}")
        parts += [panel.axes(ink, faint, grid), *(panel.trace(t, ink) for t in panel.traces)]
    return "".join(parts) + "</svg>"


class _Panel:
    """One pair of axes and what is drawn between them."""

    def __init__(self, layout, x_name, y_name, traces, box, clip) -> None:
        self.traces = [t for t in traces if (t["xaxis"], t["yaxis"]) == (x_name, y_name)]
        left, top, right, bottom = box
        x_spec = layout.get("xaxis" + x_name[1:], {})
        y_spec = layout.get("yaxis" + y_name[1:], {})
        x0, x1 = x_spec.get("domain", (0, 1))
        y0, y1 = y_spec.get("domain", (0, 1))
        width, height = right - left, bottom - top
        self.left, self.right = left + x0 * width, left + x1 * width
        self.top, self.bottom = top + (1 - y1) * height, top + (1 - y0) * height
        self.x = Axis(x_spec, [t["x"] for t in self.traces], self.left, self.right)
        self.y = Axis(y_spec, [t["y"] for t in self.traces], self.bottom, self.top)
        self.clip = clip

    @property
    def label_width(self) -> float:
        """The width of the widest tick label of the vertical axis, about."""
        return 7.4 * max((len(name) for _, name in self.y.ticks()), default=0)

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
        middle, edge = (self.top + self.bottom) / 2, self.left - 16 - self.label_width
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
            out.append(_markers(x[good], y[good], trace))
        drawing = f'<g clip-path="url(#{self.clip})"{_opacity(trace)}>'
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


def _read(trace: Mapping, index: int, points: int) -> dict:
    """The parts of a plotly trace that are drawn, with plotly's defaults filled in."""
    x, y = _array(trace.get("x")), _array(trace.get("y"))
    size = min(len(x), len(y))
    x, y = x[:size], y[:size]
    line, marker = trace.get("line") or {}, trace.get("marker") or {}
    mode = trace.get("mode") or "lines"
    filled = trace.get("fill") in ("toself", "tozeroy", "tonext", "tonexty")
    if "text" not in mode and not filled:
        x, y = decimate(x, y, points)
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
                f'<path d="M{left:.0f} {top - 4:.0f}h26" fill="none"{_opacity(trace)} '
                f"{_stroke(trace)}/>"
            )
        if "markers" in trace["mode"]:
            out.append(_markers([left + 13], [top - 4], trace))
        out.append(_text(left + 32, top, trace["name"], ink, "start"))
        left += room
    return "".join(out), top + 4


def _opacity(trace) -> str:
    return "" if trace["opacity"] == 1 else f' opacity="{trace["opacity"]:g}"'


def _stroke(trace) -> str:
    dash = f' stroke-dasharray="{trace["dash"]}"' if trace["dash"] else ""
    return f'stroke="{trace["colour"]}" stroke-width="{trace["width"]:g}"{dash}'


def _path(x, y, good) -> str:
    """Lines through the good points, in tenths of a pixel; each point relative to the last: short.

    A gap begins a new line.
    """
    out, place, again = [], None, ""
    for a, b, ok in zip(x, y, good, strict=True):
        if not ok:
            place = None
            continue
        last, place = place, (round(10 * float(a)), round(10 * float(b)))
        if last is None:
            out.append(f"M{place[0] / 10:g} {place[1] / 10:g}")
            again = "l"
        else:
            right, down = (now - then for now, then in zip(place, last, strict=True))
            before = again or ("" if right < 0 else " ")
            out.append(f"{before}{right / 10:g}{'' if down < 0 else ' '}{down / 10:g}")
            again = ""
    return "".join(out)


def _markers(x: Iterable[float], y: Iterable[float], trace) -> str:
    """The points of a trace; their colour stands once, in the group around them."""
    colour = trace["colour"]
    is_open = trace["symbol"].endswith("-open")
    look = f'fill="none" stroke="{colour}" stroke-width="2"' if is_open else f'fill="{colour}"'
    points = "".join(_marker(a, b, trace) for a, b in zip(x, y, strict=True))
    return f"<g {look}>{points}</g>"


def _marker(x: float, y: float, trace) -> str:
    r, symbol = trace["size"] / 2, trace["symbol"]
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
    return f"{shape}/>"


def _line(x1, y1, x2, y2, colour) -> str:
    return f'<path d="M{x1:.0f} {y1:.0f}L{x2:.0f} {y2:.0f}" stroke="{colour}" fill="none"/>'


def _text(x, y, words, colour, anchor) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}">'
        f"{escape(words)}</text>"
    )


def _title(spec: Mapping) -> str:
    title = spec.get("title") or ""
    return title if isinstance(title, str) else title.get("text") or ""
