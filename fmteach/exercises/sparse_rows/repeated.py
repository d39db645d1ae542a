"""Exercise 4.4: an id that stands in a row more than once."""

from __future__ import annotations

import copy
from collections.abc import KeysView
from typing import Any

import numpy as np
import torch

from fmteach.exercises.comparing import Trial, compare
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback
from fmteach.exercises.slip import Slip
from fmteach.exercises.sparse_rows.reading import TURNED, Read, is_stub, two_arrays, whole_values

NAME = "4.4 merge"


def solution_merge(ids, values):
    total = {}
    for i, value in zip(ids.tolist(), values.tolist(), strict=True):
        total[i] = total.get(i, 0.0) + value
    return list(total), list(total.values())


def _trials() -> list[Trial]:
    rows = (
        ("ids 5, 2, 5 with values 1, 3, 1", [5, 2, 5], [1.0, 3.0, 1.0]),
        ("ids 1, 4 with values 2, 0.5", [1, 4], [2.0, 0.5]),
        ("one feature", [3], [-1.5]),
        ("id 2 three times", [2, 0, 2, 6, 2], [0.5, 1.0, -2.0, 1.5, 0.25]),
        ("values that cancel", [4, 1, 4], [1.0, 2.0, -1.0]),
        ("two ids twice", [7, 3, 3, 9, 7, 1], [0.5, 2.0, 1.0, -1.0, 4.0, 0.75]),
    )
    return [Trial(said, (np.array(ids), np.array(values))) for said, ids, values in rows]


def _truth(ids: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x = np.zeros(ids.max() + 1)
    for i, value in zip(ids, values, strict=True):
        x[i] += value
    return x, (x != 0).astype(float)


def _read(answer: Any, ids: Any, values: Any) -> tuple[np.ndarray, np.ndarray]:
    """The row x that an answer describes, and in how many places each feature stands."""
    mine, amounts = two_arrays(answer)
    if _keyed_by_tensors(answer) and len(set(mine.tolist())) < len(mine):
        raise TypeError("two tensors of the same number are two keys; take int(i)")
    d = int(max(_plain(ids))) + 1
    x, places = np.zeros(d), np.zeros(d)
    np.add.at(x, mine, amounts)
    np.add.at(places, mine, amounts != 0)
    return x, places


def _keyed_by_tensors(answer: Any) -> bool:
    """Whether the ids came out of a dictionary whose keys are tensors: then nothing was merged,
    and what the code means shows with NumPy's numbers only."""
    ids = answer[0] if isinstance(answer, tuple | list) else ()
    listed = isinstance(ids, list | tuple | KeysView)
    return listed and any(isinstance(i, torch.Tensor) for i in ids)


def _plain(ids: Any) -> list[int]:
    return ids.tolist() if isinstance(ids, torch.Tensor | np.ndarray) else list(ids)


def _malformed(function: Any) -> str | None:
    """What is wrong with the two lists themselves, in the kind of numbers that can be read."""
    problems = []
    for convert in (torch.tensor, np.array, np.ndarray.tolist):
        try:
            problem = _problem_with(function, convert)
        except Exception:
            continue  # it does not take such numbers, or is explained when it is compared
        if problem is None:
            return None
        problems.append(problem)
    return problems[0] if problems else None


def _problem_with(function: Any, convert: Any) -> str | None:
    # Two pairs (id, value) would be taken for the two lists: rows of other lengths come first.
    for trial in sorted(_trials(), key=lambda trial: len(set(trial.arguments[0].tolist())) == 2):
        ids, values = copy.deepcopy(trial.arguments)
        answer = function(convert(ids), convert(values))
        if is_stub(answer):
            return None
        if isinstance(answer, dict) and not {"ids", "values"} <= answer.keys():
            return (
                "a dictionary came. Take it apart into two lists: its keys are the ids, its values "
                "the values."
            )
        two = two_arrays(answer)
        if two and _keyed_by_tensors(answer) and len(set(two[0].tolist())) < len(two[0]):
            raise TypeError("nothing is merged: two tensors of one number are two keys")
        if two is None:
            return "two results are wanted, ids and values: return ids, values."
        mine, amounts = two
        if mine.ndim != 1 or mine.shape != amounts.shape:
            return (
                f"for {trial.said} ids has shape {list(mine.shape)} and values "
                f"{list(amounts.shape)}; wanted are two lists of one length. Where an id goes, "
                "its value goes too: the values of one id must become one, their sum."
            )
        if mine.dtype.kind not in "iu":
            if whole_values(answer):
                return TURNED
            return "the ids came back as real numbers; V[ids] needs whole ones."
        strange = set(mine.tolist()) - set(ids.tolist()) - {0}
        if strange:
            return f"for {trial.said} your ids hold {min(strange)}, which is not in the row."
    return None


# -- slips -------------------------------------------------------------------------------------


def _with(ids, values, choose):
    found = {}
    for i, value in zip(ids.tolist(), values.tolist(), strict=True):
        found.setdefault(i, []).append(value)
    return list(found), [choose(amounts) for amounts in found.values()]


def _as_it_is(ids, values):
    return ids, values


def _last_wins(ids, values):
    return _with(ids, values, lambda amounts: amounts[-1])


def _first_wins(ids, values):
    return _with(ids, values, lambda amounts: amounts[0])


def _averaged(ids, values):
    return _with(ids, values, lambda amounts: sum(amounts) / len(amounts))


def _largest(ids, values):
    return _with(ids, values, max)


def _counted(ids, values):
    return _with(ids, values, len)


def _multiplied(ids, values):
    return _with(ids, values, lambda amounts: float(np.prod(amounts)))


def _all_ones(ids, values):
    return _with(ids, values, lambda amounts: 1.0)


def _values_left_behind(ids, values):
    kept = np.unique(ids)
    return kept, values[: len(kept)]


def _sum_at_every_place(ids, values):
    return ids, np.array([values[ids == i].sum() for i in ids])


def _neighbours_only(ids, values):
    mine, amounts = [], []
    for i, value in zip(ids.tolist(), values.tolist(), strict=True):
        if mine and mine[-1] == i:
            amounts[-1] += value
        else:
            mine.append(i)
            amounts.append(value)
    return mine, amounts


def _both_dropped(ids, values):
    once = [n for n, i in enumerate(ids) if (ids == i).sum() == 1]
    return ids[once], values[once]


SLIPS = (
    Slip("not merged", _as_it_is,
         "an id still stands in two places, and the fast form would make a pair of them. Keep one "
         "place, with the sum."),
    Slip("last wins", _last_wins,
         "of a repeated id you kept the last value. x_i is one number, the sum of all that is "
         "said about feature i."),
    Slip("first wins", _first_wins,
         "of a repeated id you kept the first value only. Its values add up."),
    Slip("averaged", _averaged,
         "you took the mean of the values of an id. Two times (id 5, value 1) means x_5 = 2."),
    Slip("largest wins", _largest,
         "you kept the largest value of an id. Its values add up, the negative ones too."),
    Slip("counted", _counted,
         "you counted how often an id stands there. That is the sum only where every value is 1."),
    Slip("multiplied", _multiplied,
         "you multiplied the values of an id. Entries of one feature add up."),
    Slip("values become 1", _all_ones,
         "every value became 1. Keep the values, and add up those of one id."),
    Slip("values left behind", _values_left_behind,
         "you made the ids unique and sorted, but the values did not move with them."),
    Slip("sum at every place", _sum_at_every_place,
         "the sum stands in every place of its id, so it counts more than once. Keep one of the "
         "places."),
    Slip("neighbours only", _neighbours_only,
         "you merged ids that stand side by side. The same id may come again later: sort first, or "
         "use a dictionary."),
    Slip("all of them dropped", _both_dropped,
         "an id that stood there twice is gone. Keep it once, with the sum of its values."),
)  # fmt: skip


def check_merge(function: Any = None) -> Feedback:
    """Exercise 4.4. function(ids, values): ids [m], values [m] of one row; returns both with each
    id in one place, in any order. Further places with value 0 are allowed.

    >>> check_merge(solution_merge).verdict
    'correct'
    """
    if callable(function):
        problem = _malformed(function)
        if problem:
            return Feedback(NAME, "not yet", problem)
        function = Read(function, _read)
    return compare(
        NAME, function, _trials(), _truth,
        [Slip(slip.name, Read(slip.answer, _read), slip.says) for slip in SLIPS],
        parts=("x", "places of each id"),
        todo="return ids and values from your function in the cell above, then check again.",
        otherwise="write x as a dense vector first: what is x_i when id i stands there twice?",
        right="6 rows describe the same x as before, and each id stands in one place.",
        against="wanted is",
    )  # fmt: skip


MERGE = Exercise(
    "4.4", "merge", check_merge,
    hints=(
        "A row is a vector x. Which single number is x_5 when (5, 1) stands there twice?",
        "Go through the pairs (id, value) and keep a running sum for each id.",
        "total[i] = total.get(i, 0) + value in a dictionary; then its keys are the ids and its "
        "values the values. For tensors: i = int(i) first.",
    ),
    solution=solution_merge,
    stub="""
def merge(ids, values):
    # ids, values: [m], one row; return ids and values with each id once
    return ..., ...
""".strip("\n"),
    slips=SLIPS,
    seconds=10.0,
)  # fmt: skip
