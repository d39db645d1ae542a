"""The ANOVA kernel: the term of any order t, of which the pairwise term is t = 2.

    A_t(z) = sum over i_1 < i_2 < ... < i_t of z_i1 z_i2 ... z_it

z holds the scaled features of one factor, z_i = v_i x_i; a factorization machine of order t adds
A_t up over its k factors. As it is written the sum has C(d, t) products. Dynamic programming fills
a triangle instead: a[j][s], the sum of order s over the first j features, is

    a[j][s] = a[j-1][s] + z_j a[j-1][s-1]        a[j][0] = 1

(either feature j is not in the product, or it is, with s - 1 features before it). Time O(t d).

Only ``*``, ``+``, ``-``, indexing and stacking are used, so that the same lines run on floats, on
NumPy arrays and on torch tensors, with gradients.

Source: S. Rendle, Factorization Machines, ICDM 2010, section III-E; M. Blondel, A. Fujino, N. Ueda,
M. Ishihata, Higher-Order Factorization Machines, NeurIPS 2016, algorithms 1 and 2.
"""

from __future__ import annotations

import itertools
from typing import Any

import torch
from torch import Tensor

from fmteach.arguments import whole_number


def anova_naive(z: Any, order: int) -> Any:
    """The definition: one product for every choice of `order` features.

    z: d numbers, or [d, ...] (then everything behind the first axis is done at once).
    Time C(d, order) · order, memory O(1).

    >>> anova_naive([1.0, 2.0, 3.0, 4.0], 3)  # 1·2·3 + 1·2·4 + 1·3·4 + 2·3·4
    50.0
    """
    order = whole_number("order", order, least=0)
    total: Any = 0.0
    for chosen in itertools.combinations(range(len(z)), order):
        product: Any = 1.0
        for i in chosen:
            product = product * z[i]
        total = total + product
    return total


def anova_triangle(z: Any, order: int) -> list[list[Any]]:
    """The whole triangle a[j][s], j = 0..d, s = 0..order; the corner a[d][order] is A_t(z).

    z: d numbers, or [d, ...]. Time and memory O(order · d). For s > j there is no choice: 0.

    >>> for row in anova_triangle([1.0, 2.0, 3.0, 4.0], 2): print(row)
    [1.0, 0.0, 0.0]
    [1.0, 1.0, 0.0]
    [1.0, 3.0, 2.0]
    [1.0, 6.0, 11.0]
    [1.0, 10.0, 35.0]
    """
    order = whole_number("order", order, least=0)
    rows: list[list[Any]] = [[1.0] + [0.0] * order]
    for j in range(len(z)):
        above = rows[-1]
        rows.append([1.0] + [above[s] + z[j] * above[s - 1] for s in range(1, order + 1)])
    return rows


def anova_kernel(z: Tensor, order: int) -> Tensor:
    """A_t for each factor. z: [..., m, k], row i is x_i v_i. Returns [..., k].

    Time O(order · m · k) a row. Between forward and backward only z is kept, O(m k) a row; the
    triangle, O(order · m · k), is made again for the gradient. It may be differentiated once.

    >>> z = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    >>> [anova_kernel(z, t).item() for t in (0, 1, 2, 3, 4, 5)]
    [1.0, 10.0, 35.0, 50.0, 24.0, 0.0]
    """
    return anova_orders(z, order)[..., -1, :]


def anova_orders(z: Tensor, order: int) -> Tensor:
    """A_0, A_1, ..., A_order at once, for the price of the last. z: [..., m, k].

    Returns [..., order + 1, k]. Time O(order · m · k) a row.

    >>> anova_orders(torch.tensor([[1.0], [2.0], [3.0]]), 3).squeeze(-1)
    tensor([ 1.,  6., 11.,  6.])
    """
    return _AnovaOrders.apply(z, whole_number("order", order, least=0))


class _AnovaOrders(torch.autograd.Function):
    """The last row of the triangle, with a gradient that does not keep the triangle.

    The derivative of A_s by z_j is the sum of order s - 1 over all features but j. It could be had
    from A_s by a difference, step by step, which loses digits where z_j is large. Two triangles
    give it by sums and products alone: one over the features before j, one over those behind it.
    """

    @staticmethod
    def forward(ctx: Any, z: Tensor, order: int) -> Tensor:
        ctx.save_for_backward(z)
        ctx.order = order
        a = z.new_zeros((*z.shape[:-2], order + 1, z.shape[-1]))
        a[..., 0, :] = 1
        for j in range(z.shape[-2]):
            # The product is made of the old row before any of it is written over.
            a[..., 1:, :] += z[..., j, None, :] * a[..., :-1, :]
        return a

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        """Reverse the recursion. grad: [..., order + 1, k], of each order.

        g[j][s], the derivative by a[j][s], obeys g[j-1][s] = g[j][s] + z_j g[j][s+1]: a triangle
        again, run from the last feature to the first. And dz_j = sum_s g[j][s+1] a[j-1][s].
        """
        (z,) = ctx.saved_tensors
        order, m = ctx.order, z.shape[-2]
        if order == 0:
            return torch.zeros_like(z), None
        # The rows a[j-1] are needed from the last to the first: kept, one row a feature.
        before = z.new_zeros((m, *z.shape[:-2], order, z.shape[-1]))
        a = z.new_zeros((*z.shape[:-2], order, z.shape[-1]))
        a[..., 0, :] = 1
        for j in range(m):
            before[j] = a
            a[..., 1:, :] += z[..., j, None, :] * a[..., :-1, :]
        g = grad[..., 1:, :].clone()
        dz = torch.empty_like(z)
        for j in reversed(range(m)):
            dz[..., j, :] = (g * before[j]).sum(-2)
            g[..., :-1, :] += z[..., j, None, :] * g[..., 1:, :]
        return dz, None
