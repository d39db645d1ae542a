"""Exercise 4.2: rows of different lengths become a rectangle."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from fmteach.exercises.comparing import Trial, compare
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback
from fmteach.exercises.slip import Slip
from fmteach.exercises.sparse_rows.reading import TURNED, Read, is_stub, two_arrays, whole_values

NAME = "4.2 pad"

_NOT_PADDED = (
    "the rows still have different lengths. A tensor is a rectangle: fill the short rows up to "
    "the longest one."
)
_DROPPED = (
    "a row without features is a row all the same, with the score w0. Give it places of value 0."
)
_ROW_EACH = "each row of data needs a row of its own in both tables."
_PAIRS = (
    "these are still rows of pairs (id, value). Take them apart into two tables of one shape: "
    "return ids, values."
)
_REAL_IDS = (
    "the ids came back as real numbers, and V[ids] needs whole ones. Make that array with "
    "dtype=int."
)
_NEGATIVE = (
    "a negative id is in your table, and V has no such row: nn.Embedding stops at it. With value "
    "0 any id will do, so take one that exists."
)
_NEW_ID = (
    "your padding has an id that is in none of the rows. Does V have a row of that number? With "
    "value 0 any id will do, so take one that surely exists, such as 0."
)


def solution_pad(rows):
    m = max(len(row) for row in rows)
    ids = np.zeros((len(rows), m), dtype=int)
    values = np.zeros((len(rows), m))
    for n, row in enumerate(rows):
        for place, (i, value) in enumerate(row):
            ids[n, place], values[n, place] = i, value
    return ids, values


def _trials() -> list[Trial]:
    rng = np.random.default_rng(2)
    trials = [
        Trial("the rows of the notebook", ([[(0, 1.0), (4, 1.0), (7, 0.5)], [(2, 1.0)]],)),
        Trial("a row without features", ([[(3, 2.0)], [], [(0, -1.0), (5, 0.5)]],)),
        Trial("one row", ([[(6, 1.5), (1, 1.0)]],)),
    ]
    for sizes in ((2, 5, 1, 4), (3, 14)):
        rows = []
        for size in sizes:
            ids = rng.choice(16, size=size, replace=False).tolist()
            rows.append([(i, round(float(rng.normal()), 2)) for i in ids])
        said = f"{', '.join(map(str, sizes[:-1]))} and {sizes[-1]}"
        trials.append(Trial(f"rows of {said} features", (rows,)))
    return trials


def _truth(rows: list) -> np.ndarray:
    x = np.zeros((len(rows), _columns(rows)))
    for n, row in enumerate(rows):
        for i, value in row:
            x[n, i] += value
    return x


def _columns(rows: list) -> int:
    return 1 + max(i for row in rows for i, _ in row)


def _dense(answer: Any, rows: list) -> np.ndarray:
    ids, values = two_arrays(answer)
    x = np.zeros((len(rows), _columns(rows)))
    np.add.at(x, (np.arange(len(rows))[:, None], ids), values)
    return x


def _malformed(function: Any) -> str | None:
    """What is wrong with the two tables themselves; None when they can be read."""
    # A pair (ids, values) for each of two rows would be taken for the two tables.
    for trial in sorted(_trials(), key=lambda trial: len(trial.arguments[0]) == 2):
        (rows,) = copy.deepcopy(trial.arguments)
        try:
            answer = function(rows)
        except Exception:
            return None  # explained when it is compared
        if is_stub(answer):
            return None
        if _still_pairs(answer, trial.arguments[0]):
            return f"for {trial.said} {_PAIRS}"
        try:
            problem = _problem(answer, rows)
        except (ValueError, TypeError):
            return f"for {trial.said} {_NOT_PADDED}"
        if problem:
            return f"for {trial.said} {problem}"
    return None


def _still_pairs(answer: Any, rows: list) -> bool:
    """Whether every (id, value) still stands in its row."""
    if not isinstance(answer, list | tuple) or len(answer) != len(rows):
        return False
    return all(
        isinstance(mine, list | tuple) and all(pair in _pairs_of(mine) for pair in row)
        for mine, row in zip(answer, rows, strict=True)
    )


def _pairs_of(row: list | tuple) -> list[tuple]:
    """What in a row is a pair of two single numbers."""
    listed = [tuple(place) for place in row if isinstance(place, list | tuple)]
    return [pair for pair in listed if all(np.ndim(number) == 0 for number in pair)]


def _problem(answer: Any, rows: list) -> str | None:
    tables = two_arrays(answer)
    if tables is None:
        return "two results are wanted, ids and values: return ids, values."
    ids, values = tables
    if ids.ndim != 2 or ids.shape != values.shape:
        return (
            f"ids has shape {list(ids.shape)} and values {list(values.shape)}; wanted are two "
            f"tables of one shape, [rows, features], here with {len(rows)} rows."
        )
    if len(ids) != len(rows):
        came = f"{len(rows)} rows came in and {len(ids)} came out: "
        if ids.shape == (max(map(len, rows)), len(rows)):
            return came + "rows and columns stand in each other's place."
        return came + (_DROPPED if len(ids) == sum(map(bool, rows)) else _ROW_EACH)
    if ids.size and ids.dtype.kind not in "iu":
        return TURNED if whole_values(answer) else _REAL_IDS
    if ids.size and ids.min() < 0:
        return _NEGATIVE
    if ids.size and ids.max() >= _columns(rows):
        return _NEW_ID
    return None


# -- slips -------------------------------------------------------------------------------------


def _fill(rows, value=0.0, id=0, dtype=int):
    m = max(len(row) for row in rows)
    filled = [row + [(id, value)] * (m - len(row)) for row in rows]
    ids = np.array([[i for i, _ in row] for row in filled]).astype(dtype)
    return ids, np.array([[x for _, x in row] for row in filled])


def _value_one(rows):
    return _fill(rows, value=1.0)


def _not_padded(rows):
    return [[i for i, _ in row] for row in rows], [[x for _, x in row] for row in rows]


def _shortest(rows):
    m = min(len(row) for row in rows)
    ids, values = _fill(rows)
    return ids[:, :m], values[:, :m]


def _first_row(rows):
    ids, values = _fill(rows)
    return ids[:, : len(rows[0])], values[:, : len(rows[0])]


def _dropped(rows):
    return _fill([row for row in rows if row])


def _values_lost(rows):
    ids, values = _fill(rows)
    return ids, (values != 0).astype(float)


def _values_whole(rows):
    ids, values = _fill(rows)
    return ids, values.astype(int)


def _last_again(rows):
    m = max(len(row) for row in rows)
    filled = [row + (row[-1:] or [(0, 0.0)]) * (m - len(row)) for row in rows]
    return _fill(filled)


def _real_ids(rows):
    return _fill(rows, dtype=float)


def _minus_one(rows):
    return _fill(rows, id=-1)


def _one_behind(rows):
    return _fill(rows, id=_columns(rows))


SLIPS = (
    Slip("padding of value 1", _value_one,
         "your padding has a value other than 0, so the row gets a feature that it does not have. "
         "Give it value 0."),
    Slip("not padded", _not_padded, _NOT_PADDED),
    Slip("cut to the shortest", _shortest,
         "you cut all rows to the shortest one, and features are lost. Fill the short rows up "
         "instead."),
    Slip("as wide as the first", _first_row,
         "you took the width of the first row, so longer rows are cut. Take the longest."),
    Slip("empty row dropped", _dropped, _DROPPED),
    Slip("values lost", _values_lost,
         "every value became 1. A feature is an id and a value; keep both."),
    Slip("values cut to whole numbers", _values_whole,
         "the values were cut to whole numbers: 0.5 became 0. Make that array with dtype=float."),
    Slip("last feature again", _last_again,
         "you filled up with the last feature and its value, so it counts more than once. Its id "
         "may stay, its value must be 0."),
    Slip("real ids", _real_ids, _REAL_IDS),
    Slip("id -1", _minus_one, _NEGATIVE),
    Slip("an id of its own", _one_behind, _NEW_ID),
)  # fmt: skip


def check_pad(function: Any = None) -> Feedback:
    """Exercise 4.2. function(rows): rows is a list of lists of (id, value); returns ids [n, m]
    and values [n, m]. Padding may stand anywhere and have any id of the rows, with value 0.

    >>> check_pad(solution_pad).verdict
    'correct'
    """
    if callable(function):
        problem = _malformed(function)
        if problem:
            return Feedback(NAME, "not yet", problem)
        function = Read(function, _dense)
    return compare(
        NAME, function, _trials(), _truth,
        [Slip(s.name, Read(s.answer, _dense), s.says) for s in SLIPS if not _malformed(s.answer)],
        todo="return ids and values from your function in the cell above, then check again.",
        otherwise="write your two tables for these rows on paper, and read them back: which "
        "feature has which value?",
        right="5 sets of rows come back unchanged, the empty row among them. Padding in front, "
        "behind, or with another id would be just as right: its value is 0.",
        against="the row has",
    )  # fmt: skip


PAD = Exercise(
    "4.2", "pad", check_pad,
    hints=(
        "How wide must the rectangle be, so that no feature is lost?",
        "Begin with two tables that are full of padding already: ids 0, values 0. Then write the "
        "features of each row over it.",
        "m = max(len(row) for row in rows); ids = np.zeros((n, m), dtype=int) and values = "
        "np.zeros((n, m)); then a loop over the rows and their (id, value).",
    ),
    solution=solution_pad,
    stub="""
def pad(rows):
    # rows: lists of (id, value); return ids [n, m] and values [n, m]
    return ..., ...
""".strip("\n"),
    slips=SLIPS,
    seconds=10.0,
)  # fmt: skip
