"""The plane of arrows as one still picture: arrows on the left, the square on the right."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from fmteach.live import svg
from fmteach.live.vectors import words

INK, FAINT, RULE = "#212121", "#5c5c5c", "#e0e0e0"
FIRST, SECOND = "#00704f", "#9c3f75"
_SIZE, _UNIT = 400, 88  # of the plane, and pixels of one unit


def picture(
    names: Sequence[str],
    tips: Sequence[Sequence[float]],
    x: Sequence[float],
    k: int,
    chosen: Sequence[int],
) -> str:
    """An SVG element as text. O(kd²)."""
    d = len(names)
    cell = 62
    width, height = max(_SIZE + 190 + cell * d, 860), max(_SIZE, 130 + 44 * d) + 44
    label = f"{d} arrows and what each pair adds: {words.sum_line(tips, x, k)}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" font-family="{svg.FONT}" font-size="15" '
        f'aria-label="{escape(label, quote=True)}">',
        f'<rect width="{width}" height="{height}" rx="4" fill="#ffffff"/>',
        *_plane(names, tips, k, chosen),
        *_square(names, tips, x, k, chosen, _SIZE + 170, cell),
        _word(20, height - 16, f"Pair term: {words.sum_line(tips, x, k)}", weight=700),
    ]
    return "".join(parts) + "</svg>"


def _plane(names, tips, k, chosen) -> list[str]:
    middle, d = _SIZE / 2, len(names)
    parts = [f'<path d="M{middle} 14V{_SIZE - 14}M14 {middle}H{_SIZE - 14}" stroke="{RULE}"/>']
    if k == 2:
        parts += [
            f'<circle cx="{middle}" cy="{middle}" r="{n * _UNIT}" fill="none" stroke="{RULE}"/>'
            for n in (1, 2)
        ]
    for n, tip in enumerate(tips):
        # With one factor every arrow gets a line of its own, or they would cover each other.
        base = middle if k == 2 else 50 + n * (_SIZE - 100) / max(1, d - 1)
        at = middle + tip[0] * _UNIT, base - (tip[1] * _UNIT if k == 2 else 0)
        colour = {chosen[0]: FIRST, chosen[1]: SECOND}.get(n, FAINT)
        parts.append(
            f'<path d="M{middle} {base:.1f}L{at[0]:.1f} {at[1]:.1f}" stroke="{colour}" '
            f'stroke-width="{4 if n in chosen else 2}"/>'
            f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="6" fill="{colour}"/>'
        )
        text = f"v{words.sub(n)} {names[n]}"
        half = 4 * len(text)
        parts.append(
            _word(
                min(max(at[0], half), _SIZE - half),
                at[1] + (24 if at[1] > base else -13),
                text,
                "middle",
                colour=colour,
                weight=700 if n in chosen else 400,
            )
        )
    return parts


def _square(names, tips, x, k, chosen, left, cell) -> list[str]:
    square = words.products(tips, x, k)
    parts = []
    for i, name in enumerate(names):
        y = 84 + 44 * i
        parts.append(_word(left - 12, y, f"v{words.sub(i)} {name}", "end"))
        parts.append(_word(left + cell * (i + 0.5), 50, f"v{words.sub(i)}", "middle"))
        for j in range(len(names)):
            middle = left + cell * (j + 0.5)
            text = words.fixed(square[i][j], 2, plus=True)
            if j <= i:
                parts.append(_word(middle, y, text, "middle", colour=FAINT, size=14))
                continue
            mark = words.sign(square[i][j])
            fill = {"+": "#cfe3f1", "-": "#f9dcc6", "0": "#ffffff"}[mark]
            edge = INK if [i, j] == list(chosen) else RULE
            parts.append(
                f'<rect x="{left + cell * j + 2}" y="{y - 25}" width="{cell - 4}" height="38" '
                f'rx="4" fill="{fill}" stroke="{edge}" '
                f'stroke-width="{2.5 if edge == INK else 1}"/>'
            )
            parts.append(_word(middle, y, text, "middle", weight=700))
    under = 84 + 44 * len(names) + 6
    parts.append(_word(left, under, "Above the diagonal: the pairs i < j, which count.", size=14))
    return parts


def _word(x, y, text, anchor="start", *, colour=INK, weight=400, size=15) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}" '
        f'font-weight="{weight}" font-size="{size}">{escape(text)}</text>'
    )
