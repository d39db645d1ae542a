"""The click table as one still SVG, for pages that show no widgets.

A saved notebook carries it, so what cells have in common is said once, in the groups around them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from fmteach.live.clicktable.fits import Fit
from fmteach.live.clicktable.text import count, says, signed

_CELL, _ROW, _LEFT, _TOP, _GAP = 46, 30, 70, 60, 46
_BLUE, _ORANGE = (0, 114, 178), (213, 94, 0)
_INK = "#1b1b1b"
_EDGES = {  # (never shown, wrong) -> how the cell is edged
    (False, False): 'stroke="#999"',
    (True, False): 'stroke="#777" stroke-width="2" stroke-dasharray="4 3"',
    (False, True): 'stroke="#b71c1c" stroke-width="2.5"',
    (True, True): 'stroke="#b71c1c" stroke-width="2.5" stroke-dasharray="4 3"',
}

Cell = tuple[float, str, bool, bool]  # the colour as a score, what is written, never shown, wrong


def still(
    clicks: Sequence[Sequence[int]],
    truth: Sequence[Sequence[int]],
    fits: Mapping[str, Fit],
    k: int,
    rows: Sequence[str],
    columns: Sequence[str],
) -> str:
    """Four grids, two by two: the clicks, and the scores of the three models. About 12 KB."""
    wide = _LEFT + len(columns) * _CELL + _GAP
    high = _TOP + len(rows) * _ROW + _GAP
    marks = {1: "+1", -1: "−1", 0: "?"}
    shown = [[(float(y), marks[y], y == 0, False) for y in row] for row in clicks]
    parts = [_grid(0, 0, "clicks: +1, −1, ? never shown", "", shown, rows, columns)]
    for n, (name, fit) in enumerate(fits.items(), start=1):
        of = count(fit, clicks, truth)
        told = f"wrong on {of.wrong} of {of.shown} shown cells"
        if of.hidden:
            told += f", right on {of.right} of {of.hidden} hidden"
        title = f"FM, k = {k}" if name == "FM" else name
        cells = _cells(fit, clicks, truth, borrowed=name == "poly-2")
        parts.append(_grid(n % 2 * wide, n // 2 * high, title, told, cells, rows, columns))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * wide} {2 * high}" '
        f'width="{2 * wide}" height="{2 * high}" role="img" font-family="sans-serif" '
        f'font-size="13" fill="{_INK}" '
        'aria-label="A table of clicks, and the scores of three models for every cell">'
        '<path fill="#fff" d="M0 0h9999v9999h-9999z"/>' + "".join(parts) + "</svg>"
    )


def _cells(fit: Fit, clicks, truth, *, borrowed: bool) -> list[list[Cell]]:
    """borrowed: a cell that was never shown has no colour, as the model has no weight for it."""
    cells = []
    for u, row in enumerate(clicks):
        cells.append([])
        for f, y in enumerate(row):
            score, known = fit.score(u, f), y or truth[u][f]
            tint = 0.0 if borrowed and y == 0 else score
            cells[-1].append((tint, signed(score, 1), y == 0, known not in (0, says(score))))
    return cells


def _grid(left, top, title, told, cells, rows, columns) -> str:
    boxes: dict[tuple[bool, bool], list[str]] = {}
    words = []
    for u, row in enumerate(cells):
        for f, (score, text, hidden, wrong) in enumerate(row):
            x, y = left + _LEFT + f * _CELL, top + _TOP + u * _ROW
            box = f'<path d="M{x + 2} {y + 2}h{_CELL - 4}v{_ROW - 4}h{4 - _CELL}z" '
            boxes.setdefault((hidden, wrong), []).append(f'{box}fill="{_tint(score)}"/>')
            words.append(_text(x + _CELL // 2, y + 20, text + (" ✗" if wrong else "")))
    heads = [
        _text(left + _LEFT + f * _CELL + _CELL // 2, top + 50, name)
        for f, name in enumerate(columns)
    ]
    names = [
        _text(left + _LEFT - 8, top + _TOP + u * _ROW + 20, name) for u, name in enumerate(rows)
    ]
    return (
        f'<g font-size="16" font-weight="bold">{_text(left + 8, top + 24, title)}</g>'
        + "".join(f"<g {_EDGES[kind]}>{''.join(made)}</g>" for kind, made in boxes.items())
        + f'<g text-anchor="middle">{"".join(words + heads)}</g>'
        + f'<g text-anchor="end">{"".join(names)}</g>'
        + _text(left + 8, top + _TOP + len(cells) * _ROW + 20, told)
    )


def _tint(score: float) -> str:
    """Blue or orange on white, as strong as the score."""
    strength = 0.4 * min(1.0, abs(score)) if says(score) else 0.0
    colour = _BLUE if score > 0 else _ORANGE
    return "#" + "".join(f"{round(255 - (255 - part) * strength):02x}" for part in colour)


def _text(x, y, text) -> str:
    return f'<text x="{x}" y="{y}">{escape(text)}</text>'
