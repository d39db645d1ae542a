"""What stands below a chart, as HTML: the marks of its lines in a table, and all numbers as text.

The style is that of knobs.css.
"""

from __future__ import annotations

from html import escape


def mark(colour: str, dash: str, symbol: str) -> str:
    """A line with a marker, as in the chart. On a dark page the page's style lifts its colour."""
    strokes = {"solid": "", "dash": "7 4", "dot": "2 3", "dashdot": "7 3 2 3"}.get(dash, "12 5")
    shape = {
        "square": "<rect x='14' y='3' width='8' height='8'/>",
        "diamond": "<path d='M18 1l6 6l-6 6l-6-6Z'/>",
        "triangle-up": "<path d='M18 2l5 10h-10Z'/>",
        "": "",
    }.get(symbol, "<circle cx='18' cy='7' r='4.5'/>")
    fill = "none" if symbol.endswith("-open") else "currentColor"
    return (
        f"<svg class='c{colour.lstrip('#').lower()}' style='color:{colour}' width='36' height='14' "
        "viewBox='0 0 36 14' aria-hidden='true'>"
        f"<path d='M0 7h36' stroke='currentColor' stroke-width='3' stroke-dasharray='{strokes}'/>"
        f"<g fill='{fill}' stroke='currentColor'>{shape}</g></svg>"
    )


def folded(text: str, family: str) -> str:
    """The text form, folded. family: the class of the widgets that it belongs to."""
    return (
        f"<div class='fmteach-figures {family}'><details><summary>All numbers as text</summary>"
        f"<pre tabindex='0'>{escape(text)}</pre></details></div>"
    )
