"""The widgets of the training panel: the settings form, the run bar, and the run table.

They only show and ask. Each request of the learner arrives as a message, is handed to one
function, and what follows from it comes back through the widget's traits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

_HERE = Path(__file__).parent
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_SPACE = re.compile(r"\s*([{};])\s*")
Handler = Callable[[dict[str, Any]], None]


def _slim(name: str) -> str:
    """A front end's source without comments and indentation: every saved notebook carries it."""
    source = (_HERE / name).read_text(encoding="utf-8")
    if name.endswith(".css"):
        source = _CSS_SPACE.sub(r"\1", _CSS_COMMENT.sub("", source))
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


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

    _esm = _slim("controls.js")
    _css = _slim("panel.css")

    sections = traitlets.List(help="see fmteach.live.panel.settings.form").tag(sync=True)
    values = traitlets.Dict(help="the settings as they are").tag(sync=True)
    presets = traitlets.List(help="[value, title] of each preset").tag(sync=True)
    preset = traitlets.Unicode("", help="the preset that the settings are").tag(sync=True)
    note = traitlets.Unicode("").tag(sync=True)
    problem = traitlets.Unicode("", help="why the last change was refused").tag(sync=True)
    closed = traitlets.Bool(False).tag(sync=True)


class RunBar(_Asking):
    """Start, Pause, Step, Stop, the status and the progress. Asks {"do": "start"} and so on."""

    _esm = _slim("runbar.js")

    status = traitlets.Unicode("ready").tag(sync=True)
    headline = traitlets.Unicode("").tag(sync=True)
    detail = traitlets.Unicode("").tag(sync=True)
    numbers = traitlets.Unicode("").tag(sync=True)
    progress = traitlets.Float(0.0, help="0 to 1").tag(sync=True)


class RunTable(_Asking):
    """The runs. Asks {"do": "pin" | "show" | "rename" | "export" | "delete", "run": number},
    {"do": "close-up", "on": bool}, {"do": "text"}."""

    _esm = _slim("runtable.js")

    rows = traitlets.List(help="one dict a run, ready to be shown").tag(sync=True)
    baselines = traitlets.List(help="[name, score, loss] of each baseline").tag(sync=True)
    metric = traitlets.Unicode("").tag(sync=True)
    message = traitlets.Unicode("", help="what the last action did").tag(sync=True)
    close_up = traitlets.Bool(False).tag(sync=True)
    text = traitlets.Unicode("", help="the panel as plain text").tag(sync=True)
    closed = traitlets.Bool(False).tag(sync=True)
