"""One row of controls above a chart: sliders over given values, switches, choices, and Reset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from fmteach.errors import InputError
from fmteach.live.frontend import script, style

_HERE = Path(__file__).parent


def slider(name: str, label: str, values: Sequence[Any], texts: Sequence[str]) -> dict[str, Any]:
    """A slider that stops at `values`, each shown as its text."""
    return {"kind": "slider", "name": name, "label": label, "values": list(values),
            "texts": list(texts)}  # fmt: skip


def choice(name: str, label: str, titles: Mapping[str, str]) -> dict[str, Any]:
    """One of several: value -> title."""
    return {"kind": "choice", "name": name, "label": label, "values": list(titles),
            "texts": list(titles.values())}  # fmt: skip


def several(name: str, label: str, titles: Mapping[str, str]) -> dict[str, Any]:
    """Any of several, at least one: value -> title."""
    return {**choice(name, label, titles), "kind": "several"}


def switch(name: str, label: str) -> dict[str, Any]:
    """On or off."""
    return {"kind": "switch", "name": name, "label": label, "values": [False, True], "texts": []}


class Controls(anywidget.AnyWidget):
    """The row. The kernel owns every value: a front end asks {"set": {name: value}} or
    {"do": "reset"}, and `listener` is called when a value has changed."""

    _esm = script(_HERE / "clicks.js")
    _css = style(_HERE / "clicks.css", _HERE.parent / "knobs.css")

    spec = traitlets.List(help="The controls from left to right").tag(sync=True)
    values = traitlets.Dict(help="name -> value").tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        label: str,
        spec: list[dict[str, Any]],
        first: Mapping[str, Any],
        listener: Callable[[], None],
    ) -> None:
        self._first = dict(first)
        self._listener = listener
        super().__init__(spec=spec, values=dict(first), label=label)
        self.on_msg(self._on_message)

    def set(self, **wanted: Any) -> None:
        """Change values, and tell the listener once. InputError for what a control cannot be."""
        checked = {name: self._fitting(name, value) for name, value in wanted.items()}
        values = {**self.values, **checked}
        if values != self.values:
            self.values = values
            self._listener()

    def reset(self) -> None:
        """Back to the first values."""
        self.set(**self._first)

    def _fitting(self, name: str, value: Any) -> Any:
        spec = next((one for one in self.spec if one["name"] == name), None)
        if spec is None:
            names = ", ".join(one["name"] for one in self.spec)
            raise InputError(f"there is no control {name!r}; there are {names}")
        allowed = spec["values"]
        if spec["kind"] == "several":
            chosen = [value] if isinstance(value, str) else list(value)
            wrong = [one for one in chosen if one not in allowed]
            if chosen and not wrong:
                return [one for one in allowed if one in chosen]
            raise InputError(f"{name} must be some of {allowed}; got {value!r}")
        if value in allowed:
            return allowed[allowed.index(value)]
        if spec["kind"] == "slider" and isinstance(value, int | float):
            return min(allowed, key=lambda stop: abs(stop - value))
        raise InputError(f"{name} must be one of {allowed}; got {value!r}")

    def _on_message(self, _widget, content, _buffers) -> None:
        if not isinstance(content, dict):
            return
        try:
            if content.get("do") == "reset":
                self.reset()
            elif isinstance(content.get("set"), dict):
                self.set(**content["set"])
        except (InputError, TypeError) as problem:  # a page of an older kernel, or a damaged one
            self.log.debug("a control could not be set: %r", problem)
