"""Exercise 1.6: a table of clicks on which every linear score is wrong somewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fmteach.exercises.answers import describe, not_given
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.slip import Slip

_NAME = "1.6 the crossing"
_TODO = "put 1 and −1 into the table above, then check again."
FEWEST = 4


@dataclass(frozen=True)
class Weights:
    """A linear score w_row + w_column that has the right sign on every shown cell."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]


def linear_weights(table: Any) -> Weights | None:
    """Weights of a linear score that is right on all shown cells; None when there are none.

    table: [r, c] of 1, -1 and 0 (not shown). A click says w_row > -w_column, no click says the
    opposite. These are "above" and "below" between r + c numbers, and numbers that satisfy them
    exist exactly when nothing stands above itself. O(cells), by taking the lowest away again and
    again.

    >>> linear_weights([[1, 1], [1, -1]])
    Weights(rows=(3, 1), columns=(0, -2))
    >>> linear_weights([[1, -1], [-1, 1]]) is None
    True
    """
    table = np.asarray(table)
    r, c = table.shape
    below: dict[int, set[int]] = {place: set() for place in range(r + c)}
    for u, f in np.argwhere(table):
        high, low = (u, r + f) if table[u, f] > 0 else (r + f, u)
        below[int(high)].add(int(low))
    level: dict[int, int] = {}
    while len(level) < r + c:
        ready = [n for n, lower in below.items() if n not in level and lower <= level.keys()]
        if not ready:
            return None
        level |= {n: 1 + max((level[m] for m in below[n]), default=-1) for n in ready}
    return Weights(
        tuple(level[u] for u in range(r)), tuple(-level[r + f] for f in range(c))
    )  # fmt: skip


def check_crossing(table: Any = None) -> Feedback:
    """Exercise 1.6. table: rows of 1 (clicked), -1 (not clicked) and 0 (never shown); the click
    table of the notebook will do too.

    >>> check_crossing([[1, -1], [-1, 1]]).verdict
    'correct'
    """
    if not_given(table):
        return not_attempted(_NAME, _TODO)
    given = getattr(table, "clicks", table)
    try:
        found = np.array([[float(y) for y in row] for row in given])
    except (TypeError, ValueError):
        return _not_yet(
            f"a table of numbers is wanted, rows of 1, −1 and 0; got {describe(given)}."
        )
    if found.ndim != 2 or not found.size:
        return _not_yet("a table is wanted: rows of equal length, each with 1, −1 or 0.")
    odd = found[~np.isin(found, (-1, 0, 1))]
    if odd.size:
        return _not_yet(f"a cell holds 1, −1 or 0, and one of yours holds {odd[0]:g}.")
    if not found.any():
        return not_attempted(_NAME, _TODO)
    shown = int(np.abs(found).sum())
    weights = linear_weights(found.astype(int))
    if weights is not None:
        return _not_yet(
            f"a linear score is right on all {shown} shown cells, with "
            f"w_user = {_listed(weights.rows)} and w_film = {_listed(weights.columns)}. "
            + _why(found)
        )
    if not _has_square(found):
        return _not_yet(
            f"true, no linear score is right on all of it: {shown} cells contradict each other in "
            f"a ring of three users or more. But {FEWEST} are enough, of two users who disagree "
            "about the same two films."
        )
    if shown > FEWEST:
        return _not_yet(
            f"true, no linear score is right on all of it. But {shown} cells are shown, and "
            f"{FEWEST} are enough: which two users and which two films make the trouble? Hide the "
            "others with 0."
        )
    return Feedback(_NAME, "correct", f"{_crossing(found)} No weights can do that.")


def _not_yet(message: str) -> Feedback:
    return Feedback(_NAME, "not yet", message)


def _listed(numbers: tuple[int, ...]) -> str:
    return "(" + ", ".join(str(n).replace("-", "−") for n in numbers) + ")"


def _why(table: np.ndarray) -> str:
    """What kind of table it is that a linear score can follow."""
    users, films = (int(np.abs(table).any(axis=axis).sum()) for axis in (1, 0))
    if not (table < 0).any():
        return "There is no −1 in it. A 0 means never shown; “not clicked” is −1."
    if not (table > 0).any():
        return "Nobody clicks anything, and w₀ alone can say that. Where is a 1?"
    if users == 1:
        return "Only one user is shown, and the weights of the films can follow one user freely."
    if films == 1:
        return "Only one film is shown, and the weights of the users can follow one film freely."
    rows = [row for row in table if row.any()]
    if all(len(set(row[row != 0])) == 1 for row in rows):
        return "Each user says the same of all films: the weight of the user says it all."
    if all(len(set(column[column != 0])) <= 1 for column in table.T):
        return "All users agree on each film: the weight of the film says it all."
    if np.abs(table).sum() < FEWEST:
        return "With three cells there is always a way. A fourth one must close the square."
    # It holds of every table that a linear score can follow: the user with the larger weight.
    return (
        "Of any two users, one clicks whatever the other clicks of the films that both have seen. "
        "Let each of two users click a film that the other does not."
    )


def _has_square(table: np.ndarray) -> bool:
    """Whether two users disagree about the same two films, both ways."""
    likes, dislikes = table > 0, table < 0
    # [u, v]: on how many films user u says yes and user v says no
    yes_no = likes.astype(int) @ dislikes.T.astype(int)
    return bool(((yes_no > 0) & (yes_no.T > 0)).any())


def _crossing(table: np.ndarray) -> str:
    """The square of four cells, in words."""
    (a, b), (f, g) = np.flatnonzero(table.any(1)), np.flatnonzero(table.any(0))
    if table[a, f] < 0:
        a, b = b, a
    return (
        f"User {a} clicks film {f} and not film {g}, so film {f} needs the larger weight. User {b} "
        f"does the opposite, so film {g} needs it."
    )


_CROSSED = [[1, -1, 0], [-1, 1, 0], [0, 0, 0]]

CROSSING = Exercise(
    "1.6", "the crossing", check_crossing,
    seconds=10.0,
    hints=(
        "Which pattern of the click table makes the linear score wrong?",
        "Two users and two films are enough. A linear score puts the films in one order, the same "
        "for every user.",
        "Let two users disagree about two films, both ways: each clicks the film that the other "
        "does not click. Leave all else at 0.",
    ),
    solution="table = [[1, −1, 0], [−1, 1, 0], [0, 0, 0]]. User 0 wants w_film 0 above w_film 1, "
    "user 1 wants the opposite.",
    stub="""
table = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
]
""".strip("\n"),
    slips=(
        Slip("0 for not clicked", ([[1, 0, 0], [0, 1, 0], [0, 0, 1]],), "There is no −1 in it."),
        Slip("nobody clicks", ([[-1, -1, 0], [-1, -1, 0], [0, 0, 0]],), "Nobody clicks anything"),
        Slip("one user", ([[1, -1, 1], [0, 0, 0], [0, 0, 0]],), "Only one user is shown"),
        Slip("one film", ([[1, 0, 0], [-1, 0, 0], [1, 0, 0]],), "Only one film is shown"),
        Slip("kind and unkind users", ([[1, 1, 0], [-1, -1, 0], [0, 0, 0]],),
             "Each user says the same of all films"),
        Slip("good and bad films", ([[1, -1, 0], [1, -1, 0], [0, 0, 0]],),
             "All users agree on each film"),
        Slip("three corners", ([[1, -1, 0], [-1, 0, 0], [0, 0, 0]],),
             "A fourth one must close the square"),
        Slip("one odd cell", ([[1, 1, 0], [1, -1, 0], [0, 0, 0]],),
             "one clicks whatever the other clicks"),
        Slip("too many cells", ([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]],),
             "which two users and which two films make the trouble"),
    ),
)  # fmt: skip
