"""Which rows are for training, which for choosing settings, which for the last judgement.

Every split is disjoint, complete and reproducible: the same arguments give the same rows on every
machine and with every version of NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fmteach.datasets.choices import checked_fractions, checked_seed, one_of
from fmteach.errors import InputError

SPLITS = ("random", "time")


@dataclass(frozen=True, eq=False)
class Split:
    """Row numbers (int64) of the three parts. Together they hold every row exactly once."""

    train: np.ndarray
    valid: np.ndarray
    test: np.ndarray


def random_order(n: int, seed: int) -> np.ndarray:
    """The numbers 0 .. n-1 in a random order that depends on n and seed alone. O(n log n).

    The raw output of PCG64 is sorted, because NumPy promises that these bits never change between
    versions; it does not promise that for `Generator.permutation`.
    """
    bits = np.random.PCG64(checked_seed(seed)).random_raw(n)
    return np.argsort(bits, kind="stable")


def random_split(n: int, *, valid: float = 0.1, test: float = 0.1, seed: int = 0) -> Split:
    """Split n rows at random. `valid` and `test` are shares of all n rows.

    The test part is the end of the random order, the validation part comes just before it. So the
    test rows do not depend on `valid`: with `valid=0.0` the same test rows are kept and the
    training part takes the validation rows over.

    >>> split = random_split(10, valid=0.2, test=0.1, seed=0)
    >>> len(split.train), len(split.valid), len(split.test)
    (7, 2, 1)
    """
    valid, test = checked_fractions(valid, test)
    order = random_order(_checked_count(n), seed)
    first_valid, first_test = _borders(n, valid, test)
    return Split(order[:first_valid], order[first_valid:first_test], order[first_test:])


def time_split(times: np.ndarray, *, valid: float = 0.1, test: float = 0.1) -> Split:
    """Train on the earliest rows, choose on later ones, test on the last ones.

    times: [n], numbers. Rows of the same time are never torn apart: a border that falls among
    them moves to the nearer end of the tie. So the shares are met as nearly as the ties allow.

    >>> split = time_split(np.array([30, 10, 20, 40]), valid=0.25, test=0.25)
    >>> split.train.tolist(), split.valid.tolist(), split.test.tolist()
    ([1, 2], [0], [3])
    """
    times = _checked_times(times)
    _, counts = np.unique(times, return_counts=True)
    borders = time_borders(counts, valid=valid, test=test)
    first_valid, first_test = (int(counts[:border].sum()) for border in borders)
    order = np.argsort(times, kind="stable")
    return Split(order[:first_valid], order[first_valid:first_test], order[first_test:])


def time_borders(counts: np.ndarray, *, valid: float = 0.1, test: float = 0.1) -> tuple[int, int]:
    """Where valid and test begin in a split by time, as places among the different times.

    counts: int64 [different times], the rows of each time, in order of time.

    >>> time_borders(np.array([5, 1, 1, 1, 2]), valid=0.2, test=0.2)
    (2, 4)
    """
    valid, test = checked_fractions(valid, test)
    ends = np.cumsum(counts)
    n = _checked_count(int(counts.sum()))
    first_valid, first_test = (_off_ties(ends, b) for b in _borders(n, valid, test))
    for share, times, name in (
        (1.0, first_valid, "train"),
        (valid, first_test - first_valid, "valid"),
        (test, len(ends) - first_test, "test"),
    ):
        if share > 0 and not times:
            raise InputError(
                f"split by time leaves no rows for {name}: too many rows have the same time, or "
                f"there are too few rows ({n}). Use split='random'."
            )
    return first_valid, first_test


def leave_last_out(users: np.ndarray, times: np.ndarray, *, valid: bool = True) -> Split:
    """The last row of each user is for the test, the one before it for validation.

    users: [n], whole numbers. times: [n], numbers; of rows of one user with the same time, the one
    further down in the data counts as the later one. A user with fewer than three rows stays in
    train, whatever `valid` is; with `valid=False` the row before the last is trained on too, and
    the test rows are the same. So no training row of a user is later than this user's validation
    or test row; it can be later than those of other users. O(n log n).

    >>> split = leave_last_out(np.array([7, 7, 7, 8, 7]), np.array([20, 40, 30, 10, 10]))
    >>> split.train.tolist(), split.valid.tolist(), split.test.tolist()
    ([0, 3, 4], [2], [1])
    """
    times = _checked_times(times)
    users = np.asarray(users)
    if users.shape != times.shape or users.dtype.kind not in "iu":
        raise InputError(
            f"users has shape {users.shape} and type {users.dtype}: give one whole number a row, "
            f"as many as times has ({len(times)})."
        )
    n = _checked_count(len(times))
    order = np.lexsort((times, users))  # stable: rows of the same time keep their order
    ordered = users[order]
    last = np.append(ordered[1:] != ordered[:-1], True)
    # The row two before a user's last one is of the same user: then there are three or more.
    many = np.zeros(n, dtype=bool)
    many[2:] = ordered[2:] == ordered[:-2]
    tested = np.flatnonzero(last & many)
    if not len(tested):
        raise InputError(
            f"split='leave-last-out' leaves no rows for test: none of the {last.sum()} users has "
            "three rows or more. Use split='random'."
        )
    part = np.zeros(n, dtype=np.int8)
    part[order[tested]] = 2
    if valid:
        part[order[tested - 1]] = 1
    return Split(*(np.flatnonzero(part == number) for number in range(3)))


def split_off(test: np.ndarray, n: int, *, valid: float = 0.1, seed: int = 0) -> Split:
    """A split whose test rows are given, such as a published one; the others are the base.

    test: whole numbers, different, 0 .. n-1; the order is kept. valid: a share of the base, drawn
    at random; with `valid=0.0` the whole base is trained on.

    >>> split = split_off(np.array([3, 4]), 6, valid=0.25)
    >>> split.train.tolist(), split.valid.tolist(), split.test.tolist()
    ([1, 2, 5], [0], [3, 4])
    """
    valid, _ = checked_fractions(valid, 0.0)
    test = np.asarray(test)
    if test.ndim != 1 or test.dtype.kind not in "iu":
        raise InputError(f"test has type {test.dtype} and shape {test.shape}: give row numbers.")
    n = _checked_count(n)
    in_base = np.ones(n, dtype=bool)
    if len(test) and (test.min() < 0 or test.max() >= n):
        raise InputError(f"test has row numbers outside of 0 to {n - 1}: there are {n} rows.")
    in_base[test] = False
    base = np.flatnonzero(in_base)
    if len(base) + len(test) != n:
        raise InputError("test names a row more than once: give each row number once.")
    first_valid, _ = _borders(_checked_base(len(base)), valid, 0.0)
    order = random_order(len(base), seed)
    train, chosen = np.sort(order[:first_valid]), np.sort(order[first_valid:])
    return Split(base[train], base[chosen], test.astype(np.int64))


def make_split(
    kind: str,
    n: int,
    times: np.ndarray | None = None,
    *,
    valid: float = 0.1,
    test: float = 0.1,
    seed: int = 0,
) -> Split:
    """The split named `kind`: "random" or, for data with a time in every row, "time"."""
    one_of("split", kind, SPLITS)
    checked_seed(seed)
    if kind == "random":
        return random_split(n, valid=valid, test=test, seed=seed)
    if times is None:
        raise InputError("split='time' needs a time in every row, and this data set has none.")
    return time_split(times, valid=valid, test=test)


def own_split(split: Split, n: int) -> Split:
    """A split that somebody made, checked: InputError unless each of its numbers is a row, once.

    A row in two parts would be trained on and tested with. Rows in no part are left out.

    >>> own_split(Split(np.array([0, 2]), np.array([], int), np.array([1])), 4).test.tolist()
    [1]
    """
    parts = {"train": split.train, "valid": split.valid, "test": split.test}
    where = np.full(n, "", dtype="<U5")
    for name, rows in parts.items():
        rows = np.asarray(rows)
        if rows.ndim != 1 or rows.dtype.kind not in "iu":
            raise InputError(
                f"{name} of the split has type {rows.dtype} and shape {rows.shape}: give row "
                "numbers, int64 [rows]."
            )
        if len(rows) and (rows.min() < 0 or rows.max() >= n):
            raise InputError(f"{name} of the split has row numbers outside of 0 to {n - 1}.")
        if (met := where[rows] != "").any():
            row = int(rows[met][0])
            raise InputError(
                f"row {row} of the split is in {where[row]} and in {name}: what a model is "
                "trained on must not be what it is tested with. Give each row once."
            )
        where[rows] = name
        if len(np.unique(rows)) < len(rows):
            raise InputError(f"{name} of the split names a row more than once: give each once.")
        parts[name] = rows.astype(np.int64)
    return Split(**parts)


def _checked_count(n: int) -> int:
    if n < 1:
        raise InputError("there are no rows to split: give at least one row.")
    return int(n)


def _checked_base(n: int) -> int:
    if n < 1:
        raise InputError("all rows are test rows: nothing is left to train on.")
    return n


def _checked_times(times: np.ndarray) -> np.ndarray:
    times = np.asarray(times)
    if times.ndim != 1 or times.dtype.kind not in "iuf":
        raise InputError(
            f"times has shape {times.shape} and type {times.dtype}: give one number a row."
        )
    if times.dtype.kind == "f" and not np.isfinite(times).all():
        raise InputError("times holds NaN or infinity: every row needs a time.")
    return times


def _borders(n: int, valid: float, test: float) -> tuple[int, int]:
    """Where the validation rows and the test rows begin. Train always keeps one row."""
    first_test = max(1, n - round(n * test))
    first_valid = max(1, first_test - round(n * valid))
    return first_valid, first_test


def _off_ties(ends: np.ndarray, border: int) -> int:
    """The border (a number of rows) moved to the nearer end of the time in which it falls.

    ends: int64 [different times], the rows up to the end of each. The result is a place in it.
    """
    place = int(np.searchsorted(ends, border, side="right"))
    if place == len(ends):
        return place
    left, right = (int(ends[place - 1]) if place else 0), int(ends[place])
    return place if border - left <= right - border else place + 1
