"""What the interactives of the click notebooks have in common: controls, chart, table, words."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from html import escape
from typing import Any

import ipywidgets
import plotly.graph_objects as go

from fmteach.datasets.table import Table
from fmteach.live.clicks.controls import Controls
from fmteach.live.plot import LivePlot
from fmteach.live.sheet import folded

_FAMILY = "fmteach-clicks-table"


class ClickPanel(ipywidgets.VBox):
    """Controls above a chart, a table and the words below it.

    A subclass gives `_figure`, `_table` and `_sentence` for the present values of the controls;
    `set(...)` and `reset()` do from code what the controls do.
    """

    def __init__(
        self, label: str, spec: list[dict], first: dict[str, Any], *, height: int = 420
    ) -> None:
        self._label = label
        self._lock = threading.RLock()
        self.controls = Controls(f"{label}: controls", spec, first, self._refresh)
        self.plot = LivePlot(self._figure(), height=height, label=label)
        self.table, self.words = ipywidgets.HTML(), ipywidgets.HTML()
        self._show_words()
        super().__init__([self.controls, self.plot, self.table, self.words])

    # ---- from code -------------------------------------------------------------------------

    def set(self, **values: Any) -> ClickPanel:
        """Move the controls: set(bins=20). A slider goes to its nearest stop. InputError for a
        control or a value that there is not."""
        self.controls.set(**values)
        return self

    def reset(self) -> ClickPanel:
        """Back to how it began."""
        self.controls.reset()
        return self

    @property
    def values(self) -> dict[str, Any]:
        """Where the controls stand."""
        return dict(self.controls.values)

    def text(self) -> str:
        """All that is shown, as plain text."""
        parts = [f"{self._label}. {self._sentence()}"]
        for title, table in self._tables():
            parts += ([title] if title else []) + [str(table)]
        return "\n".join(parts)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        data = dict(super()._repr_mimebundle_(**kwargs) or {})
        return {**data, "text/plain": self.text(), "image/svg+xml": self.plot.to_svg()}

    # ---- of the subclass -------------------------------------------------------------------

    def _figure(self) -> go.Figure:
        raise NotImplementedError

    def _sentence(self) -> str:
        """One or two sentences: what the chart shows now."""
        raise NotImplementedError

    def _tables(self) -> list[tuple[str, Table]]:
        """All numbers, for the text form: (title, table); the first one is shown in full."""
        raise NotImplementedError

    def _marks(self) -> list[str]:
        """The mark of the chart in front of each row of the first table."""
        return []

    # ---- showing ---------------------------------------------------------------------------

    def _refresh(self) -> None:
        with self._lock:
            self.plot.set_figure(self._figure())
            self._show_words()
            self.plot.settle()

    def _show_words(self) -> None:
        self.plot.status = self._sentence()
        _, table = self._tables()[0]
        self.table.value = table_html(table, self._marks())
        self.words.value = folded(self.text(), _FAMILY)


def table_html(table: Table, marks: Sequence[str] = ()) -> str:
    """A table in the look of the panel, with the marks of the chart in its first column."""
    head = "".join(
        f"<th scope='col'>{escape(name)}</th>" if name else "<td></td>" for name in table.columns
    )
    lines = []
    for place, row in enumerate(table.rows):
        mark = marks[place] if place < len(marks) else ""
        first, *rest = (str(cell) for cell in row)
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        lines.append(f"<tr><th scope='row'>{mark}{escape(first)}</th>{cells}</tr>")
    return (
        f"<div class='fmteach-figures {_FAMILY}'><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def apart(heights: dict[str, float], gap: float) -> dict[str, float]:
    """Names beside the ends of their curves, never one on another."""
    places, above = {}, -math.inf
    for name in sorted(heights, key=heights.__getitem__):
        above = max(heights[name], above + gap)
        places[name] = above
    return places
