"""Exercise 4.1: from the codes of the fields to the ids of the features."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from fmteach.exercises.answers import plain
from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip


def solution_to_ids(sizes, codes):
    ends = np.cumsum(sizes)
    starts = np.append(0, ends[:-1])
    return np.asarray(codes) + starts


def _one_after_another(sizes, codes):
    ids = []
    for row in codes:
        start, found = 0, []
        for size, code in zip(sizes, row, strict=True):
            found.append(start + code)
            start = start + size
        ids.append(found)
    return ids


def _rows() -> list[Trial]:
    rng = np.random.default_rng(4)
    trials = []
    for sizes, n in (((3, 2, 4), 2), ((5,), 3), ((2, 7), 1), ((4, 1, 6, 3, 9), 8)):
        # Not every code occurs: the last code of a field stands in no row.
        codes = [rng.integers(0, max(1, size - 1), size=n) for size in sizes]
        named = f"sizes {list(sizes)} and {n} {'row' if n == 1 else 'rows'}"
        trials.append(Trial(named, (np.array(sizes), np.stack(codes, axis=1))))
    return trials


def _no_offsets(sizes, codes):
    return codes


def _ends(sizes, codes):
    return codes + np.cumsum(sizes)


def _field_before(sizes, codes):
    return codes + np.append(0, sizes[:-1])


def _own_size(sizes, codes):
    return codes + sizes


def _from_one(sizes, codes):
    return 1 + np.array(_one_after_another(sizes, codes))


def _codes_that_occur(sizes, codes):
    return np.array(_one_after_another(codes.max(0) + 1, codes))


def _one_width(sizes, codes):
    return codes + np.arange(len(sizes)) * max(sizes)


def _field_number(sizes, codes):
    return codes + np.arange(len(sizes))


def _one_id_a_row(sizes, codes):
    id = 0
    for f in range(len(sizes)):
        id = id * sizes[f] + codes[:, f]
    return id


def _product(sizes, codes):
    return codes + np.append(1, np.cumprod(sizes)[:-1])


def _whole(function: Any) -> str | None:
    sizes, codes = np.array([3, 2]), np.array([[2, 1]])
    for convert in (torch.tensor, np.array, np.ndarray.tolist):
        try:
            ids = function(convert(sizes), convert(codes))
            if np.asarray(plain(ids)).dtype.kind != "f":
                return None
        except Exception:
            continue  # it does not take this kind of numbers
    return (
        "the ids are right, but they came back as real numbers, and V[ids] needs whole ones. Make "
        "that array with dtype=int."
    )


TO_IDS = function_exercise(
    "4.1", "to_ids",
    solution=solution_to_ids,
    truth=_one_after_another,
    trials=_rows,
    against="wanted is",
    also=(_whole,),
    stub="""
def to_ids(sizes, codes):
    # sizes: [fields], codes: [rows, fields]; return ids: [rows, fields]
    return ...
""",
    slips=(
        Slip("no offsets", _no_offsets,
             "these are still the codes. Code 1 of two fields would share one row of V. Add the "
             "start of each field."),
        Slip("ends for starts", _ends,
             "you added where each field ends. A field starts where the one before ends, and the "
             "first at 0."),
        Slip("field before only", _field_before,
             "you added the size of the field before. A field starts after all fields before it, "
             "so their sizes are added up."),
        Slip("own size", _own_size,
             "you added the size of the field itself. Add the sizes of the fields before it."),
        Slip("counted from one", _from_one,
             "every id is one too large. The first row of V is row 0."),
        Slip("sizes from the codes", _codes_that_occur,
             "you took the sizes from the largest code that occurs. In another batch the ids would "
             "move. Use sizes."),
        Slip("one width for all", _one_width,
             "you gave every field the width of the largest one, so V would have rows that nobody "
             "uses. Add up the sizes."),
        Slip("number of the field", _field_number,
             "you added the number of the field. Then code 1 of one field and code 0 of the next "
             "get the same id."),
        Slip("one id a row", _one_id_a_row,
             "you made one id out of the whole row. Wanted is one for each field: the FM makes the "
             "combinations."),
        Slip("product", _product,
             "you multiplied the sizes. Fields lie one after another, so their sizes are added."),
    ),
    hints=(
        "Lay the fields one after another. How many columns lie before the first, the second, the "
        "third field?",
        "Sizes 3, 2, 4: the fields start at columns 0, 3 and 5. Each start is the one before plus "
        "the size of the field before.",
        "starts = [0, sizes[0], sizes[0] + sizes[1], ...]; then id = code + start of its field. "
        "With NumPy: np.append(0, np.cumsum(sizes)[:-1]).",
    ),
    right="the ids are right on 4 tables of 1 to 5 fields; every feature has a row of V of its "
    "own.",
    otherwise="the id is the code plus the number of columns that lie before the field. Try sizes "
    "3, 2, 4 by hand.",
)  # fmt: skip
