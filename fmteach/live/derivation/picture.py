"""The stepper as one still SVG, for pages that show no widgets."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fmteach.derivation import Step, show

CELL = 62
COLOURS = {"t-cross": "#009E73", "t-diag": "#CC79A7", "t-half": "#F0E442", "t-layer": "#56B4E9"}

SHORT = {
    1: "Every pair with i &lt; j once.",
    2: "Half of all cells without the dashed diagonal.",
    3: "One layer for each l; the dashed diagonal is taken away.",
    4: "The sum of a layer is the row sum times the column sum.",
    5: "Two passes: the sum, and the sum of the squares.",
}


def picture(
    steps: Sequence[Step],
    x: Sequence[float],
    V: Sequence[Sequence[float]],
    line: int,
    layer: int,
    formula: str,
) -> str:
    """The current line: its formula, its cells, its value and its cost. layer counts from 1."""
    step, d = steps[line - 1], len(x)
    numbers = _cells(step, layer - 1)
    largest = max((abs(n) for row in numbers for n in row if n is not None), default=0.0) or 1.0
    top, left = 190, 60
    parts = [
        _text(20, 32, f"Line {line}: {step.line.title}", size=20, weight="bold"),
        _place(formula, 20, 50),
        _text(
            20,
            158,
            f"= {show(step.value, 2, 4)}   {step.multiplications:,} multiplications"
            + ("   equal to the definition" if step.equal and line > 1 else ""),
            size=18,
            weight="bold",
        ),
    ]
    for n in range(d):
        parts.append(_text(left - 12, top + (n + 0.58) * CELL, f"{n + 1}", anchor="end"))
    heads = [str(n + 1) for n in range(len(numbers[0]))]
    if line == 5:
        heads = ["v·x", "sum", "squares"]
    for n, head in enumerate(heads):
        parts.append(_text(left + (n + 0.5) * CELL, top - 8, head, anchor="middle"))
    for i, row in enumerate(numbers):
        for j, number in enumerate(row):
            parts.append(
                _cell(
                    left + j * CELL,
                    top + i * CELL,
                    number,
                    largest,
                    dashed=line in (2, 3, 4) and i == j,
                )
            )
    right = left + len(numbers[0]) * CELL + 24
    for n, (value, row) in enumerate(zip(x, V, strict=True)):
        factors = ", ".join(show(v, 0, 4) for v in row)
        own = f"x_{n + 1} = {show(value, 0, 4)},  v_{n + 1} = ({factors})"
        parts.append(_text(right, top + (n + 0.58) * CELL, own))
    note = SHORT[line] + (f"  Layer l = {layer} of {len(V[0])}." if line >= 3 else "")
    height = top + d * CELL + 44
    parts.append(_text(20, height - 14, note))
    width = max(640, right + 190 + 46 * len(V[0]))
    label = f"Line {line} of the derivation, value {show(step.value, 2, 4)}"
    return _sheet(width, height, label, parts)


def _sheet(width: float, height: float, label: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{label}" color="#1b1b1b" font-family="sans-serif">'
        f'<title>{label}</title><rect width="100%" height="100%" fill="#fff"/>'
        + "".join(parts)
        + "</svg>"
    )


def _cells(step: Step, layer: int) -> list[list[float | None]]:
    work = step.work
    if work.cells is not None:
        return work.cells
    if work.layers is not None:
        return work.layers[layer]
    left = work.left[layer]
    if work.right is not None:
        return [[a * b for b in work.right[layer]] for a in left]
    total, squares, rows = 0.0, 0.0, []
    for value, square in zip(left, work.squares[layer], strict=True):
        total, squares = total + value, squares + square
        rows.append([value, total, squares])
    return rows


def _cell(x: float, y: float, number: float | None, largest: float, dashed: bool) -> str:
    fill = "#0072B2" if (number or 0) > 0 else "#E69F00"
    alpha = 0.0 if not number else 0.07 + 0.5 * abs(number) / largest
    stroke = (
        'stroke="#CC79A7" stroke-width="3" stroke-dasharray="6 3"' if dashed else 'stroke="#bbb"'
    )
    text = "·" if number is None else show(number)
    return (
        f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="{fill}" '
        f'fill-opacity="{alpha:.3f}" {stroke}/>'
        + _text(x + CELL / 2, y + CELL * 0.58, text, anchor="middle")
    )


def _text(
    x: float, y: float, text: str, *, size: int = 15, weight: str = "normal", anchor: str = "start"
) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="#1b1b1b" xml:space="preserve">{text}</text>'
    )


def _place(formula: str, x: float, y: float, size: float = 22, pens: bool = True) -> str:
    """The formula's own SVG as a part of this one, its terms coloured without a style sheet."""
    width, height = (
        float(n) for n in re.search(r"width:([\d.]+)em;height:([\d.]+)em", formula).groups()
    )
    placed = re.sub(
        r' style="[^"]*"',
        f' x="{x}" y="{y}" width="{width * size:.0f}" height="{height * size:.0f}"',
        formula.strip(),
        count=1,
    )
    for name, colour in COLOURS.items() if pens else ():
        placed = re.sub(
            rf'(class=" ?{name}".*?class="hl" fill=")none"',
            rf'\1{colour}" fill-opacity="0.3"',
            placed,
            count=1,
        )
    return placed


def column(title: str, formulas: Sequence[str], note: str) -> str:
    """Numbered formulas under each other as one still SVG."""
    step, width = 74, 640
    height = 96 + step * len(formulas)
    parts = [_text(20, 32, title, size=18, weight="bold")]
    for n, formula in enumerate(formulas):
        y = 52 + n * step
        parts += [
            _text(20, y + 38, f"{n + 1}  {'=' if n else ''}", size=18),
            _place(formula, 66, y, size=18, pens=False),
        ]
    parts.append(_text(20, height - 14, note))
    return _share_glyphs(_sheet(width, height, title, parts))


def _share_glyphs(svg: str) -> str:
    """The same picture with each letter's outline stored once: about half the size."""
    first: dict[str, str] = {}

    def define(found: re.Match[str]) -> str:
        whole, name, glyph = found[0], found[1], found[2]
        return whole if first.setdefault(glyph, name) == name else ""

    svg = re.sub(r'<path id="(\w+-(TEX-[^"]+))" d="[^"]*"></path>', define, svg)
    return re.sub(r'href="#\w+-(TEX-[^"]+)"', lambda use: f'href="#{first[use[1]]}"', svg)
