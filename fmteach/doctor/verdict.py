"""The doctor's report as text, as a table in a terminal, and as HTML in a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from fmteach.doctor.check import FAIL, OK, WARN, Check

if TYPE_CHECKING:
    from rich.table import Table

# The word says it; the sign and the colour only help to find it.
_WORDS = {OK: "✓ ok", WARN: "▲ look", FAIL: "✗ wrong"}
_RICH = {OK: "green", WARN: "yellow", FAIL: "bold red"}
_HTML = {OK: "#009E73", WARN: "#BD8200", FAIL: "#D55E00"}


@dataclass(frozen=True)
class Report:
    """All checks with a verdict. Shows itself in a notebook; `print` gives plain text.

    >>> print(Report([Check("Python", OK, "3.12.1")]))
    ✓ ok     Python  3.12.1
    <BLANKLINE>
    Ready. Everything that the course needs is here.
    """

    checks: Iterable[Check]

    @property
    def failed(self) -> bool:
        """Does something keep the course from working?"""
        return any(check.status == FAIL for check in self.checks)

    @property
    def verdict(self) -> str:
        wrong = [check for check in self.checks if check.status == FAIL]
        remarks = [check for check in self.checks if check.status == WARN]
        if wrong:
            return f"Not ready. First: {wrong[0].name}. {wrong[0].advice}".strip()
        if remarks:
            names = ", ".join(check.name for check in remarks)
            return f"Ready, but look at: {names}."
        return "Ready. Everything that the course needs is here."

    def text(self) -> str:
        """The same content as plain text."""
        width = max((len(check.name) for check in self.checks), default=0)
        lines = [f"{_WORDS[c.status]:8} {c.name:{width}}  {c.value}" for c in self.checks]
        lines += ["", self.verdict, *(f"- {c.name}: {c.advice}" for c in self._advised())]
        return "\n".join(lines)

    __str__ = text

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        yield self._rich_table()
        yield f"[bold]{_rich_escape(self.verdict)}[/]"

    def _rich_table(self) -> Table:
        from rich.box import SIMPLE_HEAD
        from rich.table import Table

        table = Table(box=SIMPLE_HEAD, title="Is this machine ready for the course?")
        table.add_column("", no_wrap=True)
        table.add_column("what", no_wrap=True)
        table.add_column("found, and what to do")
        for check in self.checks:
            found = _rich_escape(check.value)
            if check.advice:
                found += f"\n[bold]{_rich_escape(check.advice)}[/]"
            colour = _RICH[check.status]
            table.add_row(f"[{colour}]{_WORDS[check.status]}[/]", check.name, found)
        return table

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}

    def html(self) -> str:
        """A table that follows the theme of the page."""
        cell = "text-align:left; padding:4px 16px 4px 0; vertical-align:top; white-space:normal"
        rows = []
        for check in self.checks:
            advice = f"<br><strong>{escape(check.advice)}</strong>" if check.advice else ""
            mark = (
                f'<span style="border-left:5px solid {_HTML[check.status]}; padding-left:8px">'
                f"{_WORDS[check.status]}</span>"
            )
            rows.append(
                f'<tr><td style="{cell}; white-space:nowrap">{mark}</td>'
                f'<th scope="row" style="{cell}; font-weight:normal">{escape(check.name)}</th>'
                f'<td style="{cell}">{escape(check.value)}{advice}</td></tr>'
            )
        colour = _HTML[self._worst()]
        return (
            f'<div style="font-size:1.1em; margin:8px 0; padding:8px 12px; '
            f'border-left:8px solid {colour}"><strong>{escape(self.verdict)}</strong></div>'
            '<table style="margin:0"><thead><tr>'
            f'<th scope="col" style="{cell}">status</th><th scope="col" style="{cell}">what</th>'
            f'<th scope="col" style="{cell}">found, and what to do</th>'
            f"</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        )

    def _advised(self) -> list[Check]:
        return [check for check in self.checks if check.advice]

    def _worst(self) -> str:
        found = {check.status for check in self.checks}
        return next((status for status in (FAIL, WARN) if status in found), OK)


def _rich_escape(text: str) -> str:
    from rich.markup import escape as rich_escape

    return rich_escape(text)
