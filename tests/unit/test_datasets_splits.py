"""Splits are disjoint, complete, reproducible; the one by time keeps order and ties."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmteach.datasets import from_arrays, from_pairs, movielens
from fmteach.datasets.splits import (
    Split,
    leave_last_out,
    make_split,
    random_order,
    random_split,
    split_off,
    time_split,
)
from fmteach.errors import InputError

PINNED = [3, 2, 1, 8, 6, 0, 7, 4, 5, 9]

fractions = st.tuples(st.floats(0, 0.6), st.floats(0, 0.39))


def assert_partition(split: Split, n: int) -> None:
    together = np.concatenate([split.train, split.valid, split.test])
    assert together.dtype == np.int64
    assert sorted(together.tolist()) == list(range(n))
    assert len(split.train) >= 1


@given(n=st.integers(1, 200), shares=fractions, seed=st.integers(0, 2**63 - 1))
def test_random_split_is_a_partition_of_the_asked_sizes(
    n: int, shares: tuple[float, float], seed: int
) -> None:
    valid, test = shares
    split = random_split(n, valid=valid, test=test, seed=seed)
    assert_partition(split, n)
    assert len(split.test) in (round(n * test), n - 1)
    assert len(split.valid) <= round(n * valid)
    order = random_order(n, seed)
    assert split.test.tolist() == order[n - len(split.test) :].tolist()


@given(
    times=st.lists(st.integers(0, 15), min_size=20, max_size=200),
    valid=st.floats(0.0, 0.3),
    test=st.floats(0.0, 0.3),
)
def test_time_split_is_ordered_and_tears_no_tie(
    times: list[int], valid: float, test: float
) -> None:
    array = np.array(times)
    try:
        split = time_split(array, valid=valid, test=test)
    except InputError as error:
        assert "leaves no rows" in str(error)
        return
    assert_partition(split, len(times))
    parts = [part for part in (split.train, split.valid, split.test) if len(part)]
    for earlier, later in pairwise(parts):
        assert array[earlier].max() < array[later].min()


def test_time_split_moves_the_border_to_the_nearer_end_of_a_tie() -> None:
    # The border wanted is at 8 of 10 rows; the tie of the 5s covers rows 2 to 8.
    split = time_split(np.array([1, 2, 5, 5, 5, 5, 5, 5, 5, 9]), valid=0.0, test=0.2)
    assert split.test.tolist() == [9]
    # The same tie, with its other end nearer.
    split = time_split(np.array([1, 2, 5, 5, 5, 5, 5, 5, 5, 9]), valid=0.0, test=0.7)
    assert split.train.tolist() == [0, 1]


def test_time_split_of_the_films_meets_the_shares() -> None:
    times = movielens.ratings().timestamp
    split = time_split(times)
    assert [len(split.train), len(split.valid), len(split.test)] == [80_004, 10_000, 10_000]
    assert times[split.train].max() < times[split.valid].min()
    assert times[split.valid].max() < times[split.test].min()


@given(
    rows=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4)), min_size=1, max_size=80),
    valid=st.booleans(),
)
def test_leave_last_out_takes_the_last_two_rows_of_each_user(
    rows: list[tuple[int, int]], valid: bool
) -> None:
    users, times = (np.array(column) for column in zip(*rows, strict=True))
    of_user: dict[int, list[int]] = {}
    for row in sorted(range(len(rows)), key=lambda row: (times[row], row)):
        of_user.setdefault(int(users[row]), []).append(row)
    enough = {user: own for user, own in of_user.items() if len(own) >= 3}
    if not enough:
        with pytest.raises(InputError, match="leaves no rows for test"):
            leave_last_out(users, times, valid=valid)
        return
    split = leave_last_out(users, times, valid=valid)
    assert_partition(split, len(rows))
    assert sorted(split.test.tolist()) == sorted(own[-1] for own in enough.values())
    assert sorted(split.valid.tolist()) == sorted(own[-2] for own in enough.values() if valid)
    for user, own in enough.items():
        last = own[-1]
        assert times[last] >= max(times[row] for row in split.train if users[row] == user)


def test_leave_last_out_of_the_films_leaves_one_row_of_each_user() -> None:
    table = movielens.ratings()
    split = leave_last_out(table.user, table.timestamp)
    assert len(split.test) == len(split.valid) == 671
    assert sorted(table.user[split.test].tolist()) == list(range(1, 672))


@given(
    n=st.integers(2, 60), valid=st.floats(0, 0.9), seed=st.integers(0, 2**63 - 1), data=st.data()
)
def test_split_off_keeps_the_test_rows_and_draws_valid_from_the_others(
    n: int, valid: float, seed: int, data: st.DataObject
) -> None:
    test = data.draw(st.lists(st.integers(0, n - 1), unique=True, max_size=n - 1))
    split = split_off(np.array(test, dtype=np.int64), n, valid=valid, seed=seed)
    assert_partition(split, n)
    assert split.test.tolist() == test
    assert len(split.valid) == min(round(valid * (n - len(test))), n - len(test) - 1)
    assert len(split_off(np.array(test, dtype=np.int64), n, valid=0.0).valid) == 0


def test_random_order_is_the_same_on_every_machine() -> None:
    # Pinned: a change here changes every score of the course.
    assert random_order(10, seed=0).tolist() == PINNED
    assert random_order(10, seed=1).tolist() != PINNED


def test_test_rows_do_not_depend_on_the_validation_share() -> None:
    tests = [random_split(1000, valid=share, seed=7).test.tolist() for share in (0, 0.1, 0.4)]
    assert tests[0] == tests[1] == tests[2]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: random_split(0), "no rows"),
        (lambda: random_split(10, valid=0.5, test=0.5), "nothing to train on"),
        (lambda: random_split(10, seed=-3), "seed is -3"),
        (lambda: time_split(np.array([])), "no rows"),
        (lambda: time_split(np.ones((3, 2))), "shape"),
        (lambda: time_split(np.array(["a", "b"])), "one number a row"),
        (lambda: time_split(np.array([1.0, np.nan])), "NaN"),
        (lambda: time_split(np.ones(50)), "leaves no rows for"),
        (lambda: leave_last_out(np.array([]), np.array([])), "no rows|whole number"),
        (lambda: leave_last_out(np.ones(3, int), np.ones(4)), "whole number a row, as many"),
        (lambda: leave_last_out(np.ones(3), np.ones(3)), "whole number a row"),
        (lambda: leave_last_out(np.arange(9), np.arange(9)), "none of the 9 users has three"),
        (lambda: leave_last_out(np.ones(3, int), np.array([1, 2, np.nan])), "NaN"),
        (lambda: split_off(np.array([1, 1]), 4), "more than once"),
        (lambda: split_off(np.array([4]), 4), "outside of 0 to 3"),
        (lambda: split_off(np.array([0.5]), 4), "give row numbers"),
        (lambda: split_off(np.arange(4), 4), "nothing is left to train on"),
        (lambda: split_off(np.array([1]), 4, valid=1.5), "valid is 1.5"),
        (lambda: make_split("time", 10), "needs a time"),
        (lambda: make_split("user", 10), "Choices: 'random', 'time'"),
    ],
)
def test_bad_input(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


@pytest.mark.parametrize(
    "parts, says",
    [
        (([0, 1], [2], [1]), "row 1 of the split is in train and in test"),
        (([0, 1], [3, 2], [3]), "row 3 of the split is in valid and in test"),
        (([0, 0], [1], [2]), "train of the split names a row more than once"),
        (([0], [1], [-1]), "test of the split has row numbers outside of 0 to 3"),
        (([0], [4], [1]), "valid of the split has row numbers outside of 0 to 3"),
        (([True, False], [1], [2]), "train of the split has type bool"),
        (([[0], [1]], [2], [3]), r"train of the split has type int64 and shape \(2, 1\)"),
    ],
)
def test_a_split_of_your_own_cannot_leak(parts: tuple, says: str) -> None:
    split = Split(*map(np.array, parts))
    with pytest.raises(InputError, match=says):
        from_arrays([[0], [1], [0], [1]], [1, 2, 3, 4], split=split)
    with pytest.raises(InputError, match=says):
        from_pairs([0, 1, 0, 1], [0, 1, 2, 3], split=split)


def test_a_split_of_your_own_may_leave_rows_out() -> None:
    split = Split(np.array([3, 0], np.uint8), np.array([], int), np.array([1]))
    data = from_arrays([[0], [1], [0], [1]], [1, 2, 3, 4], split=split)
    assert data.train.y.tolist() == [4, 1] and data.test.y.tolist() == [2]
    assert len(data.valid) == 0 and data.split.train.dtype == np.int64
