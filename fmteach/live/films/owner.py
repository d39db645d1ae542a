"""One widget a name: running a cell again replaces the widget that it made before."""

from __future__ import annotations

from typing import TypeVar

import anywidget

Widget = TypeVar("Widget", bound=anywidget.AnyWidget)

_CURRENT: dict[tuple[type, str], anywidget.AnyWidget] = {}


def replace(kind: type[Widget], name: str) -> Widget | None:
    """Takes the widget of this kind and name out of use, and returns it for its settings."""
    earlier = _CURRENT.pop((kind, name), None)
    if earlier is not None:
        earlier.close()
    return earlier


def keep(kind: type[Widget], name: str, widget: Widget) -> Widget:
    """Makes `widget` the one of this kind and name. (Its own type is a class made for it alone.)"""
    _CURRENT[kind, name] = widget
    return widget
