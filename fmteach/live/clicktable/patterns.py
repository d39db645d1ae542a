"""The tables of clicks that one starts from: who clicks what, and which cells are hidden."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

USERS = ("Ana", "Ben", "Cem", "Dina", "Eva")
FILMS = ("Alien", "Dune", "Tron", "Emma", "Ghost", "Gigi")

Clicks = list[list[int]]

_SPACE, _LOVE = [1, 1, 1, -1, -1, -1], [-1, -1, -1, 1, 1, 1]

PATTERNS: Mapping[str, Clicks] = MappingProxyType(
    {
        "taste groups": [_SPACE, _SPACE, _SPACE, _LOVE, _LOVE],
        "additive taste": [[1] * 6, [1] * 6, _SPACE, _SPACE, [-1] * 6],
        "one odd cell": [[1] * 6, [1] * 6, _SPACE, _SPACE, [-1, -1, -1, -1, 1, -1]],
        "random": [
            [1, -1, -1, 1, 1, -1],
            [-1, 1, 1, 1, -1, -1],
            [1, 1, -1, -1, 1, 1],
            [-1, -1, 1, -1, 1, -1],
            [1, -1, 1, 1, -1, 1],
        ],
    }
)
"""Of 5 users and 6 films. In "additive taste" a kind user clicks more and a popular film is clicked
more, and that is all; "one odd cell" is the same but for Eva, who clicks one of the less popular
films alone; in "taste groups" who the user is decides which films."""


def hide(clicks: Clicks, count: int) -> Clicks:
    """The table with `count` more of its shown cells hidden (0); always the same ones.

    The front end draws in the same way (table.js).

    >>> hide([[1, 1], [-1, -1]], 2)
    [[1, 0], [0, -1]]
    """
    hidden = [list(row) for row in clicks]
    state = 11 + 3 * sum(row.count(0) for row in clicks)
    for _ in range(count):
        shown = [(u, f) for u, row in enumerate(hidden) for f, y in enumerate(row) if y]
        if not shown:
            break
        state = state * 16807 % 2147483647
        u, f = shown[state % len(shown)]
        hidden[u][f] = 0
    return hidden
