"""The widgets of the training panel: the settings form, the run bar, and the run table.

They only show and ask. Each request of the learner arrives as a message, is handed to one
function, and what follows from it comes back through the widget's traits.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from fmteach.live.frontend import script, style

_HERE = Path(__file__).parent
Handler = Callable[[dict[str, Any]], None]


class _Asking(anywidget.AnyWidget):
    """A widget that hands every message of its front end to one function."""

    def __init__(self, handler: Handler, **traits: Any) -> None:
        super().__init__(**traits)
        self._handler = handler
        self.on_msg(self._on_message)

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        if isinstance(content, dict):
            self._handler(content)


class SettingsForm(_Asking):
    """The settings of the next run, by section. Asks {"set": {name: value}}, {"preset": name},
    {"reset": True}."""

    _esm = script(_HERE / "controls.js")
    _css = style(_HERE / "panel.css")

    sections = traitlets.List(help="see fmteach.live.panel.settings.form").tag(sync=True)
    values = traitlets.Dict(help="the settings as they are").tag(sync=True)
    presets = traitlets.List(help="[value, title] of each preset").tag(sync=True)
    preset = traitlets.Unicode("", help="the preset that the settings are").tag(sync=True)
    note = traitlets.Unicode("").tag(sync=True)
    problem = traitlets.Unicode("", help="why the last change was refused").tag(sync=True)
    closed = traitlets.Bool(False).tag(sync=True)


class RunBar(_Asking):
    """Start, Pause, Step, Stop, the status and the progress. Asks {"do": "start"} and so on."""

    _esm = script(_HERE / "runbar.js")

    status = traitlets.Unicode("ready").tag(sync=True)
    headline = traitlets.Unicode("").tag(sync=True)
    detail = traitlets.Unicode("").tag(sync=True)
    numbers = traitlets.Unicode("").tag(sync=True)
    progress = traitlets.Float(0.0, help="0 to 1").tag(sync=True)


class RunTable(_Asking):
    """The runs. Asks {"do": "pin" | "show" | "rename" | "export" | "delete", "run": number},
    {"do": "close-up", "on": bool}, {"do": "text"}."""

    _esm = script(_HERE / "runtable.js")

    rows = traitlets.List(help="one dict a run, ready to be shown").tag(sync=True)
    baselines = traitlets.List(help="[name, score, loss] of each baseline").tag(sync=True)
    metric = traitlets.Unicode("").tag(sync=True)
    message = traitlets.Unicode("", help="what the last action did").tag(sync=True)
    close_up = traitlets.Bool(False).tag(sync=True)
    text = traitlets.Unicode("", help="the panel as plain text").tag(sync=True)
    closed = traitlets.Bool(False).tag(sync=True)
