"""Every way of computing the pairwise term against the definition, and every stated count
against a number that counts."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fmteach.errors import InputError
from fmteach.interaction import (
    FORMS,
    has_repeated,
    merge_repeated,
    multiplications,
    pairwise_all_pairs,
    pairwise_naive,
    pairwise_reformulated,
    pairwise_sparse,
)

moderate = st.floats(-10, 10, allow_subnormal=False).map(lambda number: round(number, 3))


def definition(x, V) -> float:
    """Written once more, apart from the package: sum over i < j of <v_i, v_j> x_i x_j."""
    d = len(x)
    return sum(float(np.dot(V[i], V[j])) * x[i] * x[j] for i in range(d) for j in range(i + 1, d))


@st.composite
def numbers(draw):
    d, k = draw(st.integers(0, 8)), draw(st.integers(1, 5))
    x = draw(arrays(np.float64, d, elements=st.one_of(st.just(0.0), moderate)))
    return x, draw(arrays(np.float64, (d, k), elements=moderate))


@st.composite
def sparse_rows(draw):
    d, k = draw(st.integers(1, 9)), draw(st.integers(1, 4))
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 7))
    ids = draw(arrays(np.int64, (n, m), elements=st.integers(0, d - 1)))
    values = draw(arrays(np.float64, (n, m), elements=st.one_of(st.just(0.0), moderate)))
    return ids, values, draw(arrays(np.float64, (d, k), elements=moderate))


def close(got, wanted):
    # Cancellation between the square of the sum and the sum of the squares costs digits.
    np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-7)


@given(numbers())
def test_all_forms_equal_the_definition(given_numbers):
    x, V = given_numbers
    wanted = definition(x, V)
    close(pairwise_naive(x.tolist(), V.tolist()), wanted)
    close(pairwise_naive(x, V), wanted)
    for arrays_of in (np.asarray, torch.as_tensor):
        close(float(pairwise_all_pairs(arrays_of(x), arrays_of(V))), wanted)
        close(float(pairwise_reformulated(arrays_of(x), arrays_of(V))), wanted)
    nonzero = np.flatnonzero(x)[None, :]
    got = pairwise_sparse(torch.as_tensor(nonzero), torch.as_tensor(x[nonzero]), torch.as_tensor(V))
    close(float(got[0]), wanted)


@given(sparse_rows())
def test_sparse_rows_with_repeats_zeros_and_padding(rows):
    ids, values, V = rows
    merged = merge_repeated(torch.as_tensor(ids), torch.as_tensor(values))
    assert not has_repeated(*merged)
    got = pairwise_sparse(*merged, torch.as_tensor(V))
    for row in range(len(ids)):
        x = np.zeros(len(V))
        np.add.at(x, ids[row], values[row])
        close(float(got[row]), definition(x, V))


@pytest.mark.parametrize("shape", [(3,), (2, 3), (4, 2, 3)])
def test_dense_forms_take_batches(shape):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(*shape, 6, generator=generator, dtype=torch.float64)
    V = torch.randn(6, 2, generator=generator, dtype=torch.float64)
    wanted = [definition(row.numpy(), V.numpy()) for row in x.reshape(-1, 6)]
    for form in (pairwise_all_pairs, pairwise_reformulated):
        got = form(x, V)
        assert got.shape == shape
        close(got.reshape(-1).numpy(), wanted)


def test_an_empty_row_and_a_single_feature_have_no_pairs():
    V = torch.ones(3, 2)
    assert pairwise_sparse(torch.zeros(1, 0, dtype=torch.int64), torch.zeros(1, 0), V).item() == 0
    assert pairwise_sparse(torch.tensor([[1]]), torch.tensor([[5.0]]), V).item() == 0
    assert pairwise_naive([5.0], [[1.0, 2.0]]) == 0
    assert pairwise_naive([], []) == 0


@pytest.mark.parametrize(
    "form", [pairwise_naive, pairwise_all_pairs, pairwise_reformulated], ids=lambda f: f.__name__
)
def test_gradients_against_finite_differences(form):
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(5, generator=generator, dtype=torch.float64, requires_grad=True)
    V = torch.randn(5, 3, generator=generator, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(form, (x, V))


def test_gradients_of_the_sparse_form_with_a_repeated_id():
    generator = torch.Generator().manual_seed(2)
    ids = torch.tensor([[0, 3, 3, 1], [2, 2, 2, 4]])
    values = torch.randn(2, 4, generator=generator, dtype=torch.float64, requires_grad=True)
    V = torch.randn(5, 3, generator=generator, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda values, V: pairwise_sparse(*merge_repeated(ids, values), V), (values, V)
    )


def test_padding_is_no_repetition():
    ids = torch.tensor([[4, 4, 0], [1, 2, 0]])
    assert has_repeated(ids)
    assert not has_repeated(ids, torch.tensor([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]]))
    assert has_repeated(ids, torch.tensor([[1.0, 2.0, 0.0], [1.0, 1.0, 0.0]]))


class Counting:
    """A number that counts how often numbers of its kind are multiplied."""

    multiplied = 0

    def __init__(self, value):
        self.value = value

    def __mul__(self, other):
        Counting.multiplied += 1
        return Counting(self.value * getattr(other, "value", other))

    __rmul__ = __mul__

    def __add__(self, other):
        return Counting(self.value + getattr(other, "value", other))

    __radd__ = __add__

    def __sub__(self, other):
        return Counting(self.value - getattr(other, "value", other))


def counting(values):
    return np.vectorize(Counting, otypes=[object])(values)


@pytest.mark.parametrize("d, k", [(1, 1), (2, 1), (3, 4), (6, 2), (5, 5)])
@pytest.mark.parametrize("form", FORMS)
def test_the_stated_counts_are_what_the_code_multiplies(form, d, k):
    rng = np.random.default_rng(0)
    x, V = rng.normal(size=d), rng.normal(size=(d, k))
    wanted = definition(x, V)
    m = max(1, d - 1)
    Counting.multiplied = 0
    if form == "sparse":
        ids = np.arange(m)[None, :]
        got = pairwise_sparse(ids, counting(x[None, :m]), counting(V))[0]
        wanted = definition(x[:m], V[:m])
    else:
        function = {
            "naive": pairwise_naive,
            "all_pairs": pairwise_all_pairs,
            "reformulated": pairwise_reformulated,
        }[form]
        got = function(counting(x), counting(V))
    assert Counting.multiplied == multiplications(form, d=d, k=k, m=m)
    close(getattr(got, "value", got), wanted)


def test_the_counts_refuse_what_they_cannot_count():
    with pytest.raises(InputError, match="naive, all_pairs, reformulated, sparse"):
        multiplications("fast", d=3, k=2)
    with pytest.raises(InputError, match="d must be a whole number, 0 or more; got -1"):
        multiplications("naive", d=-1, k=2)
    with pytest.raises(InputError, match="d must be a whole number"):
        multiplications("naive", d=2.5, k=2)


def test_counts_of_numpy_integers_do_not_overflow():
    d = np.int64(10**10)
    assert multiplications("naive", d=d, k=16) == multiplications("naive", d=10**10, k=16) > 2**63


def test_beside_one_large_feature_float32_loses_the_pairs_of_the_others() -> None:
    """What notebook 03 says can go wrong; notebook 11 comes back to it."""
    x = torch.tensor([10_000.0, 1, 1, 1, 1, 1])
    V = torch.randn(6, 8, generator=torch.Generator().manual_seed(0)) * 0.3
    rest = pairwise_reformulated(x[1:].double(), V[1:].double())
    exact = pairwise_reformulated(x.double(), V.double())
    assert abs(pairwise_reformulated(x, V) - exact) > abs(rest)
