"""Patterns of signs that the products of pairs are to reach: targets of the plane of arrows.

A pattern is a list of d texts of d signs, such as ["0+-", "+0-", "--0"]: "+" and "-" for what is
wanted of a pair, "0" for what is free. Only the part above the diagonal counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sized
from typing import Any

from fmteach.errors import InputError

CAMPS = {2: "two camps", 3: "three camps", 4: "four camps"}
_SIGNS = {"+": "+", "-": "-", "−": "-", "0": "0", ".": "0", "·": "0", " ": "0"}


def camps(d: int, n: int) -> list[str]:
    """d features in n camps of neighbours: + inside a camp, - between two camps.

    One factor is enough for two camps, and n camps need n - 1 factors: no more than k + 1 arrows
    in k dimensions can all be more than 90 degrees apart.

    >>> camps(4, 2)
    ['0+--', '+0--', '--0+', '--+0']
    """
    camp = [i * n // d for i in range(d)]
    return [
        "".join("0" if i == j else "+" if camp[i] == camp[j] else "-" for j in range(d))
        for i in range(d)
    ]


def targets_of(d: int) -> dict[str, list[str]]:
    """The targets that every plane of d features offers.

    >>> list(targets_of(3))
    ['two camps', 'three camps']
    """
    return {name: camps(d, n) for n, name in CAMPS.items() if n <= d}


def read_pattern(pattern: Any, d: int) -> list[str]:
    """A learner's pattern in the form above: texts of signs, or rows of numbers, whose signs count.

    Raises InputError when it is not d x d or holds something else.

    >>> read_pattern([[0, 2, -1], [0, 0, -1], [0, 0, 0]], 3)
    ['0+-', '00-', '000']
    """
    rows = [] if isinstance(pattern, str) or not isinstance(pattern, Iterable) else list(pattern)
    if len(rows) != d or any(not isinstance(row, Sized) or len(row) != d for row in rows):
        raise InputError(
            f"challenge must be one of the names {', '.join(map(repr, targets_of(d)))}, or {d} "
            f"rows of {d} signs for {d} features; got {pattern!r}"
        )
    return ["".join(_sign(entry) for entry in row) for row in rows]


def _sign(entry: Any) -> str:
    if isinstance(entry, str):
        if entry not in _SIGNS:
            raise InputError(f"a sign of the challenge must be '+', '-' or '0'; got {entry!r}")
        return _SIGNS[entry]
    try:
        number = float(entry)
    except (TypeError, ValueError):
        raise InputError(f"a sign of the challenge must be a number; got {entry!r}") from None
    return "+" if number > 0 else "-" if number < 0 else "0"
