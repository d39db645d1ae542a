"""A plotly chart whose data can change ten times a second, at hardly any cost to the kernel.

The front end draws with the plotly.js of the installed plotly package: the first chart on a page
asks the kernel for it, so nothing comes from a network and no widget carries it as state. Every
update sends whole curves of a few hundred points as one binary buffer. There is no history to
lose: a front end that has just been drawn (page reloaded, second view, cell shown again) asks for
the last curves and is complete.
"""

from __future__ import annotations

import json
import pathlib
import threading
from collections.abc import Iterable, Mapping
from typing import Any

import anywidget
import numpy as np
import plotly
import plotly.graph_objects as go
import traitlets
from plotly.utils import PlotlyJSONEncoder

from fmteach.errors import InputError
from fmteach.live import svg as svg_drawing
from fmteach.live.decimate import decimate
from fmteach.live.frontend import script, style

_HERE = pathlib.Path(__file__).parent
_PLOTLY_JS = pathlib.Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
MOST_POINTS = 1200

Curve = tuple[Any, Any]


class LivePlot(anywidget.AnyWidget):
    """A chart of `figure` that is redrawn in place.

    figure: a plotly Figure; its numeric traces become the first data.
    height: in CSS pixels; the width follows the page.
    label:  what the chart shows, for screen readers and for the text form.

    `update` and `update_all` take new data, `set_figure` takes a new structure (other traces,
    names or axes). All three may be called from any thread and do not raise when no browser
    listens. Curves of more than 1200 points are decimated (see `fmteach.live.decimate`). Two
    panels side by side (xaxis and xaxis2) stand one above the other on a narrow page.

    >>> import plotly.graph_objects as go
    >>> plot = LivePlot(go.Figure(go.Scatter(name="loss", x=[0, 1], y=[1.0, 0.5])), label="Loss")
    >>> plot.update({0: ([0, 1, 2], [1.0, 0.5, 0.25])})
    >>> print(plot.text())
    Loss
    curve  points  last x  last y
    loss   3       2       0.25
    """

    _esm = script(_HERE / "plot.js")
    _css = style(_HERE / "plot.css")

    # One string: nested objects would be indented in a saved notebook, and far larger there.
    spec = traitlets.Unicode(help="{rev, data, layout} as JSON: the figure without numbers").tag(
        sync=True
    )
    height = traitlets.Int(360).tag(sync=True)
    label = traitlets.Unicode("Chart").tag(sync=True)
    status = traitlets.Unicode("", help="One line of text under the chart").tag(sync=True)
    svg = traitlets.Unicode("", help="The drawing to show where no kernel answers").tag(sync=True)

    def __init__(self, figure: go.Figure, *, height: int = 360, label: str = "Chart", **traits):
        self._lock = threading.RLock()
        self._curves: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self._revision = 0
        self._figure, self._curves = _split(figure, self._revision)
        super().__init__(spec=_json(self._figure), height=height, label=label, **traits)
        self.on_msg(self._on_message)

    @property
    def figure(self) -> dict[str, Any]:
        """{"rev", "data", "layout"}: the figure that is drawn, without its numbers."""
        return self._figure

    # ---- new data --------------------------------------------------------------------------

    def update(self, traces: Mapping[int, Curve]) -> None:
        """New data for some traces: {trace index: (x, y)}, x and y numeric arrays [n].

        The other traces stay as they are. O(points given). InputError for a trace that the
        figure has not, or for x and y of different length.
        """
        with self._lock:
            known = len(self.figure["data"])
            fresh = {}
            for index, (x, y) in traces.items():
                if not 0 <= index < known:
                    raise InputError(
                        f"this chart has traces 0 to {known - 1}, and trace {index} was to be "
                        "updated: call set_figure first when the number of traces changes"
                    )
                fresh[int(index)] = _as_curve(x, y)
            self._curves.update(fresh)
            self._send_curves(fresh)

    def update_all(self, curves: Iterable[Curve]) -> None:
        """New data for all traces, in the order of the figure."""
        curves = list(curves)
        if len(curves) != len(self.figure["data"]):
            raise InputError(
                f"this chart has {len(self.figure['data'])} traces, and {len(curves)} curves came: "
                "call set_figure first when the number of traces changes"
            )
        self.update(dict(enumerate(curves)))

    def set_figure(self, figure: go.Figure) -> None:
        """Another structure: number of traces, names, axes. The data come from `figure`."""
        with self._lock:
            self._revision += 1
            self._figure, self._curves = _split(figure, self._revision)
            self._quietly(lambda: setattr(self, "spec", _json(self._figure)))
            self._send_curves(self._curves)

    def settle(self) -> None:
        """Store the present drawing in the widget's state, for pages without a kernel.

        Call it when a run ends; it is not needed for the live picture.
        """
        self._quietly(lambda: self.send_state("svg"))

    # ---- other forms -----------------------------------------------------------------------

    def curves(self) -> list[tuple[str, np.ndarray, np.ndarray]]:
        """(name, x, y) of every trace as it is shown now. x, y: float32 arrays."""
        with self._lock:
            names = [trace.get("name") or "" for trace in self.figure["data"]]
            empty = np.empty(0, np.float32)
            found = [self._curves.get(i, (empty, empty)) for i in range(len(names))]
        return [(name, x, y) for name, (x, y) in zip(names, found, strict=True)]

    def text(self) -> str:
        """The chart as a plain table: every named curve with its length and its last point."""
        rows = [("curve", "points", "last x", "last y")]
        for name, x, y in self.curves():
            good = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
            if name and len(good):
                end = good[-1]
                rows.append((name, str(len(good)), f"{x[end]:.6g}", f"{y[end]:.4g}"))
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        table = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        head = [self.label] + ([self.status] if self.status else [])
        return "\n".join(head + (table if len(rows) > 1 else ["no data yet"]))

    def to_svg(self, *, width: int = 900, inline: bool = False) -> str:
        """A static drawing of the chart, a few KB.

        inline: colours from the page's theme and no background, for use inside a widget.
        """
        with self._lock:
            data = [dict(trace) for trace in self.figure["data"]]
            for index, (x, y) in self._curves.items():
                data[index].update(x=x, y=y)
            layout = self.figure["layout"]
        return svg_drawing.draw(
            data, layout, width=width, height=self.height, label=self.label, inline=inline
        )

    def freeze(self) -> FrozenPlot:
        """A copy that never changes and needs no kernel: display it to keep a result."""
        return FrozenPlot(self.to_svg(), self.text())

    def get_state(self, key=None, drop_defaults=False):
        # Drawn on demand: a picture kept up to date at every update would cost more than the plot.
        state = super().get_state(key, drop_defaults)
        if "svg" in state:
            state["svg"] = self.to_svg(inline=True)
        return state

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/plain": self.text(), "image/svg+xml": self.to_svg()}, metadata

    # ---- messages --------------------------------------------------------------------------

    def _on_message(self, _widget, content, _buffers) -> None:
        kind = content.get("kind") if isinstance(content, dict) else None
        if kind == "plotly":
            source = _PLOTLY_JS.read_bytes()
            self._quietly(lambda: self.send({"kind": "plotly"}, buffers=[source]))
        elif kind == "ready":
            with self._lock:
                self._send_curves(self._curves)

    def _send_curves(self, curves: Mapping[int, tuple[np.ndarray, np.ndarray]]) -> None:
        header = {
            "kind": "data",
            "rev": self._revision,
            "traces": [[index, len(x)] for index, (x, _) in curves.items()],
        }
        parts = [part for curve in curves.values() for part in curve]
        buffer = np.concatenate(parts).tobytes() if parts else b""
        self._quietly(lambda: self.send(header, buffers=[buffer]))

    def _quietly(self, send) -> None:
        """Run `send`; a browser that has gone away is no reason to end a training run."""
        try:
            send()
        except Exception as problem:
            # The data are kept, and a front end that comes back asks for them.
            self.log.debug("a chart could not reach its front end: %r", problem)


class FrozenPlot:
    """A static picture with its text form. Display it as the last line of a cell."""

    def __init__(self, svg: str, text: str) -> None:
        self.svg = svg
        self._text = text

    def text(self) -> str:
        """The picture as a plain table."""
        return self._text

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, **_kwargs):
        return {"image/svg+xml": self.svg, "text/plain": self._text}


def _as_curve(x, y) -> tuple[np.ndarray, np.ndarray]:
    x, y = decimate(x, y, MOST_POINTS)
    return x.astype(np.float32), y.astype(np.float32)


def _split(figure: go.Figure, revision: int) -> tuple[dict, dict[int, tuple]]:
    """The figure without its numbers (small, for the widget's state), and the numbers."""
    if not isinstance(figure, go.Figure):
        raise InputError(f"figure must be a plotly Figure, and it is a {type(figure).__name__}")
    plain = figure.to_plotly_json()
    # The default template is 6 KB of light-theme colours: the front end takes the page's instead.
    layout = {key: value for key, value in plain.get("layout", {}).items() if key != "template"}
    curves: dict[int, tuple] = {}
    data = []
    for index, (trace, given) in enumerate(zip(plain["data"], figure.data, strict=True)):
        x, y = getattr(given, "x", None), getattr(given, "y", None)
        if _numeric(x) and _numeric(y):
            curves[index] = _as_curve(x, y)
            trace = {key: value for key, value in trace.items() if key not in ("x", "y")}
        if trace.get("type") == "scatter":  # plotly's default
            trace = {key: value for key, value in trace.items() if key != "type"}
        data.append({key: value for key, value in trace.items() if not _empty(value)})
    return {"rev": revision, "data": data, "layout": layout}, curves


def _empty(value) -> bool:
    return isinstance(value, dict) and not value


def _json(figure: dict) -> str:
    return json.dumps(figure, cls=PlotlyJSONEncoder, separators=(",", ":"), ensure_ascii=False)


def _numeric(values) -> bool:
    if values is None:
        return False
    array = np.asarray(values)
    if array.dtype == object:  # None marks a gap
        return all(v is None or isinstance(v, int | float) for v in array.tolist())
    return array.dtype.kind in "iuf" or array.size == 0
