"""Decimation keeps what the eye would miss, whatever the curve."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmteach.errors import InputError
from fmteach.live.decimate import Decimator, decimate

heights = st.lists(st.floats(min_value=-1e6, max_value=1e6, width=32), min_size=1, max_size=500)
sizes = st.integers(min_value=8, max_value=80)


@given(heights, sizes)
def test_a_growing_curve_keeps_extremes_ends_and_order(ys, points):
    curve = Decimator(points)
    for step, value in enumerate(ys):
        curve.append(step, value)
        x, y = curve.curve()
        assert len(x) == len(y) <= points
        assert x[-1] == step and y[-1] == np.float32(value)
    assert x.dtype == y.dtype == np.float32
    assert y.max() == np.float32(max(ys)) and y.min() == np.float32(min(ys))
    assert x[0] == 0 and y[0] == np.float32(ys[0])
    assert (np.diff(x) > 0).all()
    assert all(y_ == np.float32(ys[int(x_)]) for x_, y_ in zip(x, y, strict=True))
    assert len(curve) == len(ys)


@given(heights, sizes)
def test_a_whole_curve_keeps_extremes_ends_and_order(ys, points):
    x, y = decimate(np.arange(len(ys)), ys, points)
    assert len(x) == len(y) <= max(points, 1)
    assert x[0] == 0 and x[-1] == len(ys) - 1
    assert y.max() == max(ys) and y.min() == min(ys)
    assert (np.diff(x) > 0).all()


def test_memory_is_bounded_and_merging_goes_on():
    curve = Decimator(points=40)
    size = curve._buckets.nbytes
    curve.extend(range(100_000), np.sin(np.arange(100_000) / 1000))
    assert curve._buckets.nbytes == size
    x, _ = curve.curve()
    # Merged buckets still cover the whole history, not only its end.
    assert 10 <= len(x) <= 40
    assert np.diff(x).max() < 100_000 / 4


def test_points_that_are_no_number_are_left_out_and_counted():
    curve = Decimator()
    curve.extend([0, 1, 2, 3], [1.0, float("nan"), float("inf"), 2.0])
    x, y = curve.curve()
    assert x.tolist() == [0, 3] and y.tolist() == [1, 2]
    assert curve.skipped == 2 and len(curve) == 2


def test_an_empty_curve_and_clear():
    curve = Decimator()
    assert [len(a) for a in curve.curve()] == [0, 0]
    assert curve.last is None
    curve.append(1, 2)
    assert curve.last == (1.0, 2.0)
    curve.clear()
    assert len(curve) == 0 and [len(a) for a in curve.curve()] == [0, 0]


def test_decimate_does_not_lose_a_spike_among_gaps():
    y = np.zeros(10_000)
    y[::7] = np.nan
    y[5_003] = 4.0
    _, kept = decimate(np.arange(10_000), y, 100)
    assert np.nanmax(kept) == 4.0


def test_bad_input_is_named():
    with pytest.raises(InputError, match="at least 8"):
        Decimator(points=3)
    with pytest.raises(InputError, match="x has 3 points and y has 2"):
        decimate([1, 2, 3], [1, 2])
