"""The click table in words and numbers: how often a model is right, and the plain-text twin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fmteach.live.clicktable.fits import Fit
from fmteach.live.written import fixed

UNDECIDED = 0.05  # a score that rounds to 0.0 has no sign: it is right about nothing
_STATES = {1: "clicked", -1: "not clicked", 0: "never shown"}

Clicks = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Counts:
    """wrong of `shown` cells; right of `hidden` ones, whose truth is known."""

    wrong: int
    shown: int
    right: int
    hidden: int


def says(score: float) -> int:
    """1 or -1, the sign; 0 for a score that rounds to 0.0.

    >>> says(0.3), says(-0.06), says(0.02)
    (1, -1, 0)
    """
    return 0 if abs(score) < UNDECIDED else (1 if score > 0 else -1)


def count(fit: Fit, clicks: Clicks, truth: Clicks) -> Counts:
    """How often the sign of the score is that of the cell. O(cells)."""
    wrong = shown = right = hidden = 0
    for u, row in enumerate(clicks):
        for f, y in enumerate(row):
            told = says(fit.score(u, f))
            if y != 0:
                shown += 1
                wrong += told != y
            elif truth[u][f] != 0:
                hidden += 1
                right += told == truth[u][f]
    return Counts(wrong, shown, right, hidden)


def signed(score: float, digits: int = 2) -> str:
    """A number with its sign, as the page writes it.

    >>> signed(0.5), signed(-1.234), signed(-0.001)
    ('+0.50', '−1.23', '0.00')
    """
    return fixed(score, digits, plus=True)


def factor_lines(
    fit: Fit, rows: Sequence[str], columns: Sequence[str], fields: Sequence[str]
) -> list[str]:
    """The factors of every row and every column, a line for each field.

    >>> fit = Fit(0.0, [0.0], [0.0], [[-0.1]], [[0.5, 0.0]], [[-0.2, 1.0]])
    >>> print("\\n".join(factor_lines(fit, ["Ana"], ["Dune"], ["user", "film"])))
    v of each user: Ana (+0.500, 0.000)
    v of each film: Dune (−0.200, +1.000)
    """
    lines = []
    for field, names, factors in (
        (fields[0], rows, fit.row_factors),
        (fields[1], columns, fit.column_factors),
    ):
        told = (", ".join(signed(number, 3) for number in v) for v in factors)
        each = (f"{name} ({v})" for name, v in zip(names, told, strict=True))
        lines.append(f"v of each {field}: {', '.join(each)}")
    return lines


def text_table(
    clicks: Clicks,
    truth: Clicks,
    fits: Mapping[str, Fit],
    k: int,
    rows: Sequence[str],
    columns: Sequence[str],
    fields: Sequence[str],
) -> str:
    """A line for each cell, with the three scores; then how often each model is right, and the
    factors of the FM."""
    lines = [[*fields, "click", *fits]]
    for u, row in enumerate(clicks):
        for f, y in enumerate(row):
            scores = (signed(fit.score(u, f)) for fit in fits.values())
            lines.append([rows[u], columns[f], _STATES[y], *scores])
    widths = [max(len(line[n]) for line in lines) for n in range(len(lines[0]))]
    told = [
        "  ".join(
            cell.rjust(width) if n > 2 else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    told.append("")
    for name, fit in fits.items():
        of = count(fit, clicks, truth)
        title = f"FM, k = {k}" if name == "FM" else name
        sentence = f"{title}: wrong on {of.wrong} of {of.shown} shown cells"
        if of.hidden:
            sentence += f"; right on {of.right} of {of.hidden} hidden cells"
        told.append(f"{sentence}.")
    return "\n".join([*told, "", *factor_lines(fits["FM"], rows, columns, fields)])
