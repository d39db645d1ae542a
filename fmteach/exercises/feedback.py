"""What a check answers: a verdict in a word, and one or two sentences that help."""

from __future__ import annotations

import html
from dataclasses import dataclass

_MARKS = {"correct": "✓", "not yet": "✗", "not attempted": "○"}
_COLOURS = {"correct": "#009E73", "not yet": "#D55E00", "not attempted": "#7f7f7f"}


@dataclass(frozen=True)
class Feedback:
    """verdict: "correct", "not yet" or "not attempted". message: what was seen, what to do next.

    >>> Feedback("3.1", "correct", "Equal to the definition.")
    ✓ 3.1 correct: Equal to the definition.
    """

    exercise: str
    verdict: str
    message: str

    @property
    def passed(self) -> bool:
        return self.verdict == "correct"

    def __repr__(self) -> str:
        return f"{_MARKS[self.verdict]} {self.exercise} {self.verdict}: {self.message}"

    def _repr_html_(self) -> str:
        colour = _COLOURS[self.verdict]
        message = self.message[:1].upper() + self.message[1:]  # it begins a line here
        return (
            f'<div role="status" style="border-left:5px solid {colour};padding:8px 14px;'
            "margin:4px 0;font-size:15px;line-height:1.5;"
            "background:var(--jp-layout-color2,#f5f5f5);"
            'color:var(--jp-ui-font-color1,#222)">'
            f"<b>{_MARKS[self.verdict]} {html.escape(self.exercise)} "
            f"{html.escape(self.verdict)}</b><br>{html.escape(message)}</div>"
        )


def not_attempted(exercise: str, what: str) -> Feedback:
    """The answer to a stub that was not touched."""
    return Feedback(exercise, "not attempted", what)
