"""The row of controls of the cost race."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

from fmteach.live.frontend import script, style

_HERE = Path(__file__).parent


class RaceControls(anywidget.AnyWidget):
    """Start or Stop, what to show, k and the device. Asks {"do": ...} and {"set": {...}}."""

    _esm = script(_HERE / "race.js")
    _css = style(_HERE / "race.css", _HERE.parent / "knobs.css")

    quantities = traitlets.List(help="[value, title] of each").tag(sync=True)
    quantity = traitlets.Unicode("multiplications").tag(sync=True)
    ks = traitlets.List().tag(sync=True)
    k = traitlets.Int(16).tag(sync=True)
    devices = traitlets.List().tag(sync=True)
    device = traitlets.Unicode("cpu").tag(sync=True)
    running = traitlets.Bool(False).tag(sync=True)
    may_start = traitlets.Bool(False).tag(sync=True)
    start_text = traitlets.Unicode("Guess first").tag(sync=True)
    message = traitlets.Unicode("").tag(sync=True)
    progress = traitlets.Float(0.0).tag(sync=True)
