"""The words of the derivation stepper: one sentence a line, the cost, and the plain-text twin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fmteach.derivation import Step, multiplications, show

SCALE_D = 1000  # "what would this line cost with a thousand features"

SENTENCES = {
    1: "The definition meets every pair i < j once: the cells above the diagonal. "
    "For each pair it computes a whole dot product.",
    2: "Every pair appears twice in the full square, once above and once below the diagonal. "
    "Each diagonal cell has no partner, so take it away, then halve.",
    3: "A dot product is a sum over l. Pull this sum to the front: the square becomes k layers. "
    "Every cell of a layer is (v_il x_i) · (v_jl x_j).",
    4: "In a layer every cell is a product of its row number and its column number. So the sum "
    "of all cells is the sum of the rows times the sum of the columns. No cell is needed.",
    5: "Both sums are the same number, so square one of them. What remains are two passes over "
    "the features: a running sum and a running sum of squares.",
}


def cost_sentence(step: Step, d: int, k: int) -> str:
    """How many multiplications this line makes, now and with a thousand features."""
    line = step.line
    count = f"{line.cost_formula} = {step.multiplications:,} multiplications"
    return count.replace(" 1 multiplications", " 1 multiplication")


def scale_sentence(step: Step, k: int) -> str:
    """What this line would cost with d = 1,000 features and the same k."""
    number = step.line.number
    count, first = (multiplications(n, SCALE_D, k) for n in (number, 1))
    text = f"With d = {SCALE_D:,} and k = {k}, this line makes {count:,} multiplications"
    if number == 1:
        return text + "."
    if count > first:
        return f"{text}, {count / first:.1f} times those of line 1."
    return f"{text}, {first / count:,.0f} times fewer than line 1."


def text_table(
    steps: Sequence[Step], x: Sequence[float], V: Sequence[Sequence[float]], line: int
) -> str:
    """The plain-text twin of the stepper: numbers, the five lines, and the current line."""
    d, k = len(x), len(V[0])
    head = ["line", "formula", "value", "multiplications", f"with d = {SCALE_D:,}"]
    rows: list[list[Any]] = [
        [
            ("> " if step.line.number == line else "  ") + str(step.line.number),
            step.line.formula,
            show(step.value, 2, 4),
            f"{step.multiplications:,}",
            f"{multiplications(step.line.number, SCALE_D, k):,}",
        ]
        for step in steps
    ]
    widths = [max(len(row[n]) for row in [head, *rows]) for n in range(len(head))]
    lines = [
        f"x = ({', '.join(show(value, 0, 4) for value in x)})",
        *(
            f"v_{i} = ({', '.join(show(value, 0, 4) for value in row)})"
            for i, row in enumerate(V, start=1)
        ),
        "",
    ]
    for row in [head, *rows]:
        cells = [
            text.rjust(width) if n > 1 else text.ljust(width)
            for n, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    equal = all(step.equal for step in steps)
    lines += [
        "",
        "All five values are equal." if equal else "The values are not all equal.",
        f"Line {line}, d = {d}, k = {k}. {SENTENCES[line]}",
    ]
    return "\n".join(lines)
