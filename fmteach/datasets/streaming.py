"""Which part each row of a stream belongs to, told frame by frame, before all rows have been seen.

A row's part depends on nothing but its number, its time, or the file that it stands in. So parts
are disjoint and complete, and what other rows hold can move no row from one part to another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

import numpy as np

from fmteach.datasets.choices import checked_fractions, checked_seed, one_of
from fmteach.datasets.splits import time_borders
from fmteach.errors import InputError

if TYPE_CHECKING:
    from fmteach.datasets.reading import Frame

STREAM_SPLITS = ("random", "time", "published")
TRAIN, VALID, TEST = range(3)
_CODES = {"train": TRAIN, "valid": VALID, "test": TEST}

PartOf = Callable[["Frame"], np.ndarray]
"""From a frame to the part of each of its rows: 0 train, 1 valid, 2 test; uint8 [n]."""


def random_parts(first_row: int, n: int, *, seed: int, valid: float, test: float) -> np.ndarray:
    """The parts of rows number first_row .. first_row+n-1, uint8 [n]: 0 train, 1 valid, 2 test.

    Row number r is placed by the r-th raw word of PCG64(seed), taken as a number from 0 to 1: the
    upper end is test, valid lies below it, the rest is train. So a row's part depends on the seed
    and on r alone, and the test rows do not depend on `valid`. In return the shares are met only
    nearly: of N rows, the number in test is N · test, give or take sqrt(N · test · (1 - test)).

    >>> random_parts(0, 8, seed=0, valid=0.25, test=0.25).tolist()
    [1, 0, 0, 0, 2, 2, 1, 1]
    """
    words = np.random.PCG64(seed).advance(first_row).random_raw(n)
    u = (words >> np.uint64(11)) * 2.0**-53
    return (u >= 1.0 - test).astype(np.uint8) + (u >= 1.0 - test - valid)


def random_stream(*, seed: int = 0, valid: float = 0.1, test: float = 0.1) -> PartOf:
    """Split at random, see `random_parts`."""
    seed = checked_seed(seed)
    valid, test = checked_fractions(valid, test)
    return lambda frame: random_parts(
        frame.first_row, len(frame.y), seed=seed, valid=valid, test=test
    )


def time_stream(
    times: np.ndarray, counts: np.ndarray, *, valid: float = 0.1, test: float = 0.1
) -> PartOf:
    """Split by time, as `splits.time_split` does: rows of the same time stay together.

    times, counts: int64 [different times], all times in order and the rows of each; the rows
    themselves need not be in order.
    """
    borders = time_borders(counts, valid=valid, test=test)

    def part_of(frame: Frame) -> np.ndarray:
        if frame.time is None:
            raise InputError("split='time' needs a time in every row, and this data set has none.")
        # No tie is torn: a border lies between two times, and the place of a time tells its part.
        place = np.searchsorted(times, frame.time)
        return np.searchsorted(borders, place, side="right").astype(np.uint8)

    return part_of


def published_stream(
    published: Collection[str], *, seed: int = 0, valid: float = 0.1, test: float = 0.1
) -> PartOf:
    """The part that the file says.

    published: the parts that have files. A part that has none is cut from the rows of train at
    random: `valid` and `test` are then shares of those. Of a part that has files, the share makes
    no difference, except that with valid=0.0 the validation rows are trained on.
    """
    seed = checked_seed(seed)
    valid, test = checked_fractions(valid, test)
    own_valid = 0.0 if "valid" in published else valid
    own_test = 0.0 if "test" in published else test

    def part_of(frame: Frame) -> np.ndarray:
        n = len(frame.y)
        if frame.part is None:
            raise InputError("split='published' needs files that are parts of a published split.")
        if frame.part == "train":
            return random_parts(frame.first_row, n, seed=seed, valid=own_valid, test=own_test)
        code = TRAIN if frame.part == "valid" and valid == 0 else _CODES[frame.part]
        return np.full(n, code, dtype=np.uint8)

    return part_of


def best_split(kind: str | None, published: bool, has_time: bool) -> str:
    """The kind of split; for None the best that the rows allow: published, time, random."""
    if kind is None:
        return "published" if published else "time" if has_time else "random"
    one_of("split", kind, STREAM_SPLITS)
    if kind == "published" and not published:
        raise InputError(
            "split='published' needs one file for each part: give paths as a dict such as "
            "{'train': path, 'test': path}. Other splits: 'random', 'time'."
        )
    if kind == "time" and not has_time:
        raise InputError(
            "split='time' needs a time in every row, and these files have none. Use "
            "split='random'; of a table, name the column: time='...'."
        )
    return kind
