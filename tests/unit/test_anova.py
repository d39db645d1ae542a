"""The ANOVA kernel of any order against the definition, its gradient against differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fmteach.anova import anova_kernel, anova_naive, anova_orders, anova_triangle
from fmteach.errors import InputError
from fmteach.interaction import half_square_of_sum_minus_sum_of_squares, pairwise_naive

small = st.floats(-2, 2, allow_nan=False)


def definition(z: torch.Tensor, order: int) -> torch.Tensor:
    """z: [n, m, k] -> [n, k], by all subsets."""
    found = anova_naive(z.movedim(-2, 0), order)
    return found if isinstance(found, torch.Tensor) else torch.full_like(z[:, 0], found)


@pytest.mark.parametrize("order", range(6))
@pytest.mark.parametrize("m", [1, 2, 3, 5, 9])
def test_the_kernel_is_the_sum_over_all_subsets(m: int, order: int) -> None:
    for seed in range(3):
        generator = torch.Generator().manual_seed(seed)
        z = torch.randn(4, m, 3, generator=generator, dtype=torch.float64)
        z[0, : m // 2] = 0  # padding
        assert torch.allclose(anova_kernel(z, order), definition(z, order), atol=1e-12)
        assert torch.equal(anova_kernel(z, order), anova_orders(z, order)[:, order])


@settings(max_examples=60, deadline=None)
@given(st.lists(small, min_size=0, max_size=8), st.integers(0, 5))
def test_the_corner_of_the_triangle_is_the_definition(z: list[float], order: int) -> None:
    triangle = anova_triangle(z, order)
    assert [len(row) for row in triangle] == [order + 1] * (len(z) + 1)
    assert math.isclose(triangle[-1][order], anova_naive(z, order), rel_tol=1e-9, abs_tol=1e-9)
    for j, row in enumerate(triangle):  # every place is the sum of its order over the first j
        for s, value in enumerate(row):
            assert math.isclose(value, anova_naive(z[:j], s), rel_tol=1e-9, abs_tol=1e-9)


def test_the_triangle_takes_arrays_and_tensors() -> None:
    z = np.random.default_rng(0).normal(size=(5, 4))
    for numbers in (z, torch.tensor(z)):
        corner = anova_triangle(numbers, 3)[-1][3]
        assert np.allclose(corner, anova_kernel(torch.tensor(z), 3))


def test_order_two_is_the_pairwise_term() -> None:
    rng = np.random.default_rng(1)
    x, V = rng.normal(size=7), rng.normal(size=(7, 3))
    z = torch.tensor(V * x[:, None])
    wanted = pairwise_naive(x.tolist(), V.tolist())
    assert float(anova_kernel(z, 2).sum()) == pytest.approx(wanted, rel=1e-12)
    assert float(half_square_of_sum_minus_sum_of_squares(z)) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("order", range(6))
@pytest.mark.parametrize("m", [1, 2, 4, 6])
def test_the_gradient_is_that_of_finite_differences(m: int, order: int) -> None:
    generator = torch.Generator().manual_seed(m)
    z = torch.randn(2, m, 2, generator=generator, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda z: anova_orders(z, order), (z,))


@pytest.mark.parametrize("order", [2, 3, 5])
def test_the_gradient_is_that_of_autograd_through_the_triangle(order: int) -> None:
    generator = torch.Generator().manual_seed(order)
    z = torch.randn(8, 2, generator=generator, dtype=torch.float64, requires_grad=True)
    (ours,) = torch.autograd.grad(anova_kernel(z, order).sum(), z)
    (theirs,) = torch.autograd.grad(anova_triangle(z, order)[-1][order].sum(), z)
    assert torch.allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def test_the_gradient_keeps_its_digits_where_one_feature_is_large() -> None:
    z = torch.tensor([[1e6], [1.0], [2.0], [3.0]], dtype=torch.float32, requires_grad=True)
    (gradient,) = torch.autograd.grad(anova_kernel(z, 3).sum(), z)
    # By the large one: 1·2 + 1·3 + 2·3. Taken as a difference of large numbers it would be lost.
    assert gradient[0].item() == 11.0


def test_order_and_numbering_of_the_features_do_not_matter() -> None:
    z = torch.randn(6, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    turned = z[torch.tensor([3, 0, 5, 1, 4, 2])]
    assert torch.allclose(anova_orders(z, 4), anova_orders(turned, 4), atol=1e-12)


def test_fewer_features_than_the_order_have_no_choice() -> None:
    z = torch.ones(2, 3, 1)
    assert anova_kernel(z, 4).tolist() == [[0.0], [0.0]]
    assert anova_kernel(z, 3).tolist() == [[1.0], [1.0]]
    assert anova_kernel(z[:, :0], 1).tolist() == [[0.0], [0.0]]


@pytest.mark.parametrize("order", [-1, 1.5, "2", True])
def test_an_order_that_is_none_is_refused(order: object) -> None:
    for function in (anova_naive, anova_triangle):
        with pytest.raises(InputError, match="order"):
            function([1.0], order)
    with pytest.raises(InputError, match="order"):
        anova_kernel(torch.ones(1, 1), order)
