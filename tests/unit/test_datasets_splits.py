"""Splits are disjoint, complete, reproducible; the one by time keeps order and ties."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmteach.datasets import movielens
from fmteach.datasets.splits import Split, make_split, random_order, random_split, time_split
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
        (lambda: make_split("time", 10), "needs a time"),
        (lambda: make_split("user", 10), "Choices: 'random', 'time'"),
    ],
)
def test_bad_input(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()
