"""The click table as one still SVG, for pages that show no widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from fmteach.live.clicktable.fits import Fit
from fmteach.live.clicktable.text import count, says, signed

_CELL, _ROW, _LEFT, _TOP, _GAP = 46, 30, 70, 60, 46
_BLUE, _ORANGE, _RED, _INK = "#0072B2", "#D55E00", "#b71c1c", "#1b1b1b"


def still(
    clicks: Sequence[Sequence[int]],
    truth: Sequence[Sequence[int]],
    fits: Mapping[str, Fit],
    k: int,
    rows: Sequence[str],
    columns: Sequence[str],
) -> str:
    """Four grids, two by two: the clicks, and the scores of the three models."""
    wide = _LEFT + len(columns) * _CELL + _GAP
    high = _TOP + len(rows) * _ROW + _GAP
    marks = {1: "+1", -1: "−1", 0: "?"}
    shown = [[(float(y), marks[y], y == 0, False) for y in row] for row in clicks]
    parts = [_grid(0, 0, "clicks: +1, −1, ? never shown", "", shown, rows, columns)]
    for n, (name, fit) in enumerate(fits.items(), start=1):
        of = count(fit, clicks, truth)
        cells = [
            [
                (
                    score,
                    signed(score, 1),
                    y == 0,
                    says(score) != (y or truth[u][f]) and (y or truth[u][f]) != 0,
                )
                for f, (y, score) in enumerate(zip(row, fit.scores[u], strict=True))
            ]
            for u, row in enumerate(clicks)
        ]
        told = f"wrong on {of.wrong} of {of.shown} shown cells"
        if of.hidden:
            told += f", right on {of.right} of {of.hidden} hidden"
        title = f"FM, k = {k}" if name == "FM" else name
        parts.append(_grid(n % 2 * wide, n // 2 * high, title, told, cells, rows, columns))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * wide} {2 * high}" '
        f'width="{2 * wide}" height="{2 * high}" role="img" font-family="sans-serif" '
        'aria-label="A table of clicks, and the scores of three models for every cell">'
        '<rect width="100%" height="100%" fill="#fff"/>' + "".join(parts) + "</svg>"
    )


def _grid(left, top, title, told, cells, rows, columns) -> str:
    parts = [_text(left + 8, top + 24, title, size=16, weight="bold")]
    for f, name in enumerate(columns):
        parts.append(_text(left + _LEFT + (f + 0.5) * _CELL, top + 50, name, 12, anchor="middle"))
    for u, row in enumerate(cells):
        y = top + _TOP + u * _ROW
        parts.append(_text(left + _LEFT - 8, y + 20, rows[u], 13, anchor="end"))
        for f, (score, words, hidden, wrong) in enumerate(row):
            x = left + _LEFT + f * _CELL
            edge = f'stroke="{_RED}" stroke-width="2.5"' if wrong else 'stroke="#999"'
            dashes = ' stroke-dasharray="4 3"' if hidden else ""
            strength = 0.4 * min(1.0, abs(score)) if says(score) else 0.0
            parts.append(
                f'<rect x="{x + 1.5}" y="{y + 1.5}" width="{_CELL - 3}" height="{_ROW - 3}" '
                f'fill="{_BLUE if score > 0 else _ORANGE}" fill-opacity="{strength:.2f}" '
                f"{edge}{dashes}/>"
                + _text(x + _CELL / 2, y + 20, words + (" ✗" if wrong else ""), 13, anchor="middle")
            )
    parts.append(_text(left + 8, top + _TOP + len(cells) * _ROW + 20, told, 14))
    return "".join(parts)


def _text(x, y, text, size=14, weight="normal", anchor="start") -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{_INK}">{escape(text)}</text>'
    )
