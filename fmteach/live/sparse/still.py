"""The widget as one still SVG, for pages that show no widgets."""

from __future__ import annotations

import math

from fmteach.live.sparse.costs import costs, in_bytes
from fmteach.live.sparse.made_row import row_ids

INK, FAINT, RULE, BLUE, GREY = "#212121", "#5c5c5c", "#d0d0d0", "#006dab", "#8a8a8a"
WIDTH, HEIGHT = 900, 330
DECADES = 16  # of multiplications: 10 million columns, 64 factors
BYTES = 10


def still(d: int, m: int, k: int) -> str:
    """The strip of d columns with m lit, and the bars of the three forms."""
    parts = [
        _text(20, 28, f"One row: {d:,} columns, {m} of them not zero", 17, weight=600),
        f'<rect x="20" y="40" width="860" height="34" fill="#f3f3f3" stroke="{RULE}"/>',
    ]
    for i in row_ids(d, m):
        x = 20 + 857 * i / d
        parts.append(f'<rect x="{x:.1f}" y="36" width="3" height="42" fill="{BLUE}"/>')
    parts.append(_text(190, 116, "Multiplications (each step ×1,000)", 15, weight=600))
    parts.append(_text(560, 116, "Memory of one row (each step ×1,000)", 15, weight=600))
    for n, cost in enumerate(costs(d, m, k)):
        y = 132 + 58 * n
        fill = BLUE if n == 2 else GREY
        parts.append(_text(20, y + 18, cost.name, 15))
        parts.append(_text(20, y + 38, cost.order, 15, fill=FAINT))
        for left, shown, size, decades in (
            (190, f"{cost.multiplications:,}", cost.multiplications, DECADES),
            (560, in_bytes(cost.bytes), cost.bytes, BYTES),
        ):
            width = 320 * math.log10(max(size, 1)) / decades
            parts.append(_text(left, y + 18, shown, 16, weight=600))
            parts.append(
                f'<rect x="{left}" y="{y + 25}" width="{width:.1f}" height="13" fill="{fill}"/>'
            )
    parts.append(_text(20, HEIGHT - 14, f"k = {k} factors. Only the first two bars grow with d."))
    label = f"One row of {d} columns with {m} not zero, and what it costs in three forms"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}" '
        'font-family="system-ui, sans-serif">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#fff"/>{"".join(parts)}</svg>'
    )


def _text(
    x: float, y: float, text: str, size: int = 15, *, weight: int = 400, fill: str = INK
) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{fill}">'
        f"{text}</text>"
    )
