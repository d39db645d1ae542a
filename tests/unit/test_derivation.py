"""The five lines are one number, their counts are true, and every slip is a slip."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fmteach import interaction
from fmteach.derivation import (
    LARGEST,
    LINES,
    as_numbers,
    derive,
    multiplications,
    random_numbers,
    show,
)
from fmteach.errors import InputError
from fmteach.slips import HISTORY, SLIPS, compare, get_slip, hunting_numbers, visible

numbers = st.one_of(
    st.just(0.0), st.floats(-100, 100, allow_nan=False), st.integers(-3, 3).map(float)
)


@st.composite
def rows(draw, min_d=1):
    d, k = draw(st.integers(min_d, 8)), draw(st.integers(1, 6))
    x = draw(st.lists(numbers, min_size=d, max_size=d))
    V = [draw(st.lists(numbers, min_size=k, max_size=k)) for _ in range(d)]
    return x, V


def size_of_terms(x, V):
    z = np.abs(np.asarray(x)[:, None] * np.asarray(V))
    return float((z.sum(0) ** 2).sum())


@given(rows())
def test_all_lines_give_the_same_number(row):
    x, V = row
    steps = derive(x, V)
    truth = interaction.pairwise_naive(x, V)
    allowed = 1e-12 * size_of_terms(x, V) + 1e-300
    for step in steps:
        assert abs(step.value - truth) <= allowed
        assert step.equal
    for form in (interaction.pairwise_all_pairs, interaction.pairwise_reformulated):
        assert abs(float(form(np.array(x), np.array(V))) - truth) <= allowed


def test_a_line_that_differs_is_not_called_equal(monkeypatch):
    import fmteach.derivation as module

    slip = module.Line(5, "", "", lambda x, V: module.Work(1.0), LINES[4].cost, "")
    wrong = (*LINES[:4], slip)
    monkeypatch.setattr(module, "LINES", wrong)
    assert [step.equal for step in module.derive([1.0, 2.0], [[3.0], [0.5]])] == [True] * 4 + [
        False
    ]


class Counted:
    """A number that counts the multiplications made with it."""

    made = 0

    def __init__(self, value):
        self.value = value

    def __mul__(self, other):
        Counted.made += 1
        return Counted(self.value * getattr(other, "value", other))

    __rmul__ = __mul__

    def __add__(self, other):
        return Counted(self.value + getattr(other, "value", other))

    __radd__ = __add__

    def __sub__(self, other):
        return Counted(self.value - getattr(other, "value", other))


@pytest.mark.parametrize("line", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("d", [1, 2, 5, 8])
@pytest.mark.parametrize("k", [1, 2, 6])
def test_counts_are_what_the_loops_make(line, d, k):
    x = [Counted(1.5)] * d
    V = [[Counted(0.5)] * k] * d
    Counted.made = 0
    LINES[line - 1].compute(x, V)
    assert Counted.made == multiplications(line, d, k)


def test_counts_of_first_and_last_line_are_those_of_the_interaction_forms():
    for d, k in [(2, 1), (8, 6), (1000, 16)]:
        assert multiplications(1, d, k) == interaction.multiplications("naive", d, k)
        assert multiplications(5, d, k) == interaction.multiplications("reformulated", d, k)


def test_the_parts_that_are_drawn_add_up_to_the_value():
    x, V = random_numbers(5, 3, seed=4)
    one, two, three, four, five = (step.work for step in derive(x, V))
    assert math.isclose(sum(c for row in one.cells for c in row if c is not None), one.value)
    assert one.cells[2][1] is None and one.cells[1][1] is None
    assert math.isclose((two.full_sum - two.diagonal_sum) / 2, two.value)
    assert math.isclose((sum(three.full_sums) - sum(three.square_sums)) / 2, three.value)
    for l in range(3):
        assert math.isclose(four.left_sums[l] * four.right_sums[l], three.full_sums[l])
        assert math.isclose(five.left_sums[l] ** 2, three.full_sums[l])
        assert np.allclose(np.outer(four.left[l], four.right[l]), three.layers[l])
    assert np.allclose(np.sum(three.layers, axis=0), two.cells)


@pytest.mark.parametrize(
    ("x", "V", "said"),
    [
        ([1, 2], [[1], [2], [3]], "shape"),
        ([1], [1], "shape"),
        ([1, 2], [[1, 2], [3]], "rows of equal length"),
        ([1, "a"], [[1], [2]], "numbers only"),
        ([], np.zeros((0, 2)), "d = 0"),
        (np.ones(9), np.ones((9, 1)), "d = 9"),
        (np.ones(2), np.ones((2, 7)), "k = 7"),
        ([1, float("nan")], [[1], [2]], r"x\[1\] is nan"),
        ([1, 2], [[1], [float("inf")]], r"V\[1\]\[0\] is inf"),
        ([1, 2e6], [[1], [2]], r"x\[1\] is 2000000"),
        ([1, None], [[1], [2]], "x"),
    ],
)
def test_bad_numbers_are_refused_with_the_place(x, V, said):
    with pytest.raises(InputError, match=said):
        as_numbers(x, V)


def test_the_largest_numbers_stay_finite():
    x, V = [LARGEST] * 8, [[-LARGEST] * 6] * 8
    assert all(math.isfinite(step.value) and step.equal for step in derive(x, V))


def test_unknown_line():
    with pytest.raises(InputError, match="lines 1 to 5"):
        multiplications(6, 2, 2)


def test_random_numbers_are_exact_on_the_screen_and_keep_their_start():
    for seed in range(20):
        x, V = random_numbers(8, 6, seed)
        assert all(value != 0 for value in x) and all(v != 0 for row in V for v in row)
        for step in derive(x, V)[:2]:
            for row in step.work.cells:
                assert all(c is None or abs(c * 100 - round(c * 100)) < 1e-9 for c in row)
        small_x, small_V = random_numbers(3, 2, seed)
        assert small_x == x[:3] and small_V == [row[:2] for row in V[:3]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.00"),
        (-0.0, "0.00"),
        (-1.5, "−1.50"),
        (2.7449999, "2.74"),
        (-0.004, "−4.0e−3"),
        (5e-17, "0.00"),
        (1234567.0, "1.2e6"),
        (999.999, "1000.00"),
    ],
)
def test_show(value, text):
    assert show(value) == text


def test_show_keeps_more_decimals_only_where_they_say_something():
    assert show(1.37, 2, 4) == "1.37"
    assert show(1.37251, 2, 4) == "1.3725"
    assert show(3.0, 0, 4) == "3"
    assert show(0.5, 0, 4) == "0.5"


@given(rows(min_d=2), st.sampled_from(SLIPS))
def test_a_slip_differs_from_the_truth_where_it_is_called_visible(row, slip):
    x, V = row
    assume(visible(slip, x, V))
    value, truth, said = compare(slip, x, V)
    assert abs(value - truth) > 0.1 and show(value, 2, 4) != show(truth, 2, 4)
    assert show(value, 2, 4) in said and show(truth, 2, 4) in said


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.name)
def test_every_slip_is_wrong_on_generic_numbers(slip):
    rng = np.random.default_rng(3)
    for _ in range(50):
        d, k = rng.integers(2, 9), rng.integers(1, 7)
        x, V = rng.normal(size=d), rng.normal(size=(d, k))
        value, truth, _ = compare(slip, x, V)
        assert not math.isclose(value, truth, rel_tol=1e-6)


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.name)
def test_the_hunt_never_offers_numbers_on_which_the_slip_is_right(slip):
    for seed in range(100):
        x, V = hunting_numbers(slip, seed)
        assert visible(slip, x, V)
        assert (x, V) == hunting_numbers(slip, seed)


def test_slips_by_closed_form():
    x, V = random_numbers(6, 3, seed=9)
    X, W = np.array(x), np.array(V)
    z, truth = X[:, None] * W, derive(x, V)[0].value
    S, D = z.sum(0), (z * z).sum()
    wanted = {
        "lost_half": 2 * truth,
        "wrong_index": ((S**2).sum() - sum(W[i] @ W[-1] * X[i] ** 2 for i in range(6))) / 2,
        "stray_half": truth + D / 4,
        "unsquared_x": ((S**2).sum() - (W**2 * X[:, None]).sum()) / 2,
        "unsquared_v": ((S**2).sum() - (W * X[:, None] ** 2).sum()) / 2,
        "inner_square": 0.0,
    }
    assert {slip.name for slip in SLIPS} == set(wanted)
    for slip in SLIPS:
        assert compare(slip, x, V)[0] == pytest.approx(wanted[slip.name], abs=1e-12)


def test_published_slips_have_their_history():
    assert {slip.name for slip in SLIPS if slip.published} == set(HISTORY)


def test_unknown_slip_and_too_few_features():
    with pytest.raises(InputError, match="lost_half"):
        get_slip("lost")
    with pytest.raises(InputError, match="no pair"):
        hunting_numbers(SLIPS[0], 0, d=1)
