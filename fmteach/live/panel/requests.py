"""What the page asks of a training panel: each message becomes one call of the panel.

Nothing may be raised in here, for nobody would see it: a refusal is shown in the panel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fmteach.errors import FMTeachError

if TYPE_CHECKING:
    from fmteach.live.panel import TrainingPanel

_BUTTONS = ("start", "pause", "resume", "step", "stop")


class PageRequests:
    """The handlers of the panel's three widgets: settings form, run bar, run table."""

    def __init__(self, panel: TrainingPanel) -> None:
        self._panel = panel

    def form(self, content: dict[str, Any]) -> None:
        """{"set": {name: value}}, {"preset": name} or {"reset": True}."""
        panel = self._panel
        try:
            if isinstance(content.get("set"), dict):
                panel.set(**content["set"])
            elif "preset" in content:
                panel.preset(content["preset"])
            elif "reset" in content:
                panel.reset()
        except Exception as error:
            panel.view.refuse(_words(error))

    def bar(self, content: dict[str, Any]) -> None:
        """{"do": one of the buttons}."""
        try:
            if content.get("do") in _BUTTONS:
                getattr(self._panel, content["do"])()
        except Exception as error:
            self._panel.view.say(_words(error))

    def table(self, content: dict[str, Any]) -> None:
        """{"do": "pin" or another action, "run": number, ...}."""
        panel, does, run = self._panel, content.get("do"), content.get("run")
        try:
            if does == "close-up":
                panel.view.zoom(content.get("on", False))
            elif does == "text":
                panel.view.show_text(panel.text())
            elif does in ("pin", "show"):
                getattr(panel, does)(run, on=bool(content.get("on", True)))
            elif does == "rename":
                panel.rename(run, content.get("name", ""))
            elif does in ("delete", "export"):
                getattr(panel, does)(run)
        except Exception as error:
            panel.view.say(_words(error))


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, FMTeachError) else f"{type(error).__name__}: {error}"
