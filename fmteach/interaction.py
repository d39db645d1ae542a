"""The pairwise term of a factorization machine, four ways.

    sum over i < j of <v_i, v_j> x_i x_j

x holds d features, V holds one row v_i of k factors for each of them. The four functions below
return the same number and differ in what they cost. Read them in this order: the definition, the
definition as a matrix product, the two passes, and the two passes over the non-zero features.

Only indexing, ``*``, ``+``, ``-``, ``@`` and ``.sum`` are used, so that the same lines run on torch
tensors (with gradients), on NumPy arrays, and on arrays of objects that count their operations,
which is how the tests prove the numbers that `multiplications` states.

Source: S. Rendle, Factorization Machines, ICDM 2010, equation 1 and lemma 3.1.
"""

from __future__ import annotations

import torch
from torch import Tensor

from fmteach.arguments import whole_number
from fmteach.errors import InputError

FORMS = ("naive", "all_pairs", "reformulated", "sparse")


def pairwise_naive(x, V):
    """The definition, as it is written: two loops over the pairs, one over the factors.

    x: [d] numbers. V: [d, k] numbers; lists, NumPy arrays and tensors all work.
    Returns one number. Time O(k d²), memory O(1).

    >>> pairwise_naive([1.0, 2.0, 3.0], [[1.0], [2.0], [0.5]])  # 1·2·2 + 0.5·3 + 2·0.5·6
    11.5
    """
    d, k = len(x), len(V[0]) if len(V) else 0
    total = 0.0
    for i in range(d):
        for j in range(i + 1, d):
            dot = 0.0
            for l in range(k):
                dot = dot + V[i][l] * V[j][l]
            total = total + dot * x[i] * x[j]
    return total


def pairwise_all_pairs(x, V):
    """Every pair at once: half of (the whole d x d matrix minus its diagonal).

    x: [..., d]. V: [d, k]. Returns [...]. Time O(k d²), memory O(d²) a row.
    The loops are gone, the work is not: a matrix product still meets every pair, and each twice.

    >>> pairwise_all_pairs(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([[1.0], [2.0], [0.5]]))
    tensor(11.5000)
    """
    z = x[..., None] * V  # z_i = x_i v_i
    products = z @ z.swapaxes(-1, -2)  # products[i, j] = <v_i, v_j> x_i x_j
    everything = products.sum(-1).sum(-1)
    diagonal = products.diagonal(0, -2, -1).sum(-1)
    return (everything - diagonal) * 0.5


def pairwise_reformulated(x, V):
    """Two passes over the features: half of (square of the sum minus sum of the squares).

    x: [..., d]. V: [d, k]. Returns [...]. Time O(k d), memory O(k d) a row.

    >>> pairwise_reformulated(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([[1.0], [2.0], [0.5]]))
    tensor(11.5000)
    """
    z = x[..., None] * V
    return half_square_of_sum_minus_sum_of_squares(z)


def pairwise_sparse(ids, values, V):
    """The two passes over the m features of a row that are not zero; d no longer matters.

    ids: [n, m] integers, each at most once in a row (`merge_repeated` makes it so).
    values: [n, m], the x_i of those ids; a padded place has value 0. V: [d, k]. Returns [n].
    Time and memory O(k m) a row.

    >>> V = torch.tensor([[1.0], [2.0], [0.5], [7.0]])
    >>> pairwise_sparse(torch.tensor([[0, 1, 2]]), torch.tensor([[1.0, 2.0, 3.0]]), V)
    tensor([11.5000])
    """
    z = values[..., None] * V[ids]
    return half_square_of_sum_minus_sum_of_squares(z)


def half_square_of_sum_minus_sum_of_squares(z):
    """The heart of it. z: [..., m, k], row i is x_i v_i. Returns [...], the sum over all pairs.

    >>> half_square_of_sum_minus_sum_of_squares(torch.tensor([[1.0], [4.0], [1.5]]))
    tensor(11.5000)
    """
    total = z.sum(-2)
    square_of_sum = total * total
    sum_of_squares = (z * z).sum(-2)
    return (square_of_sum - sum_of_squares).sum(-1) * 0.5


def merge_repeated(ids: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
    """Add up the values of an id that stands in a row more than once.

    A row is a vector x, and a vector has one x_i. So (id 5, value 1) twice means x_5 = 2, and
    feature 5 forms no pair with itself. ids, values: [n, m]. Returns the same shapes: each id
    once, in rising order, with its sum; the places set free at the end have value 0 and repeat an
    id of the row, which changes nothing. Time O(m log m) a row. Differentiable in values.

    >>> merge_repeated(torch.tensor([[5, 2, 5]]), torch.tensor([[1.0, 3.0, 1.0]]))
    (tensor([[2, 5, 2]]), tensor([[3., 2., 0.]]))
    """
    if ids.shape[-1] < 2:
        return ids, values
    ids, order = ids.sort(dim=-1, stable=True)
    values = values.gather(-1, order)
    starts_run = torch.ones_like(ids)
    starts_run[..., 1:] = ids[..., 1:] != ids[..., :-1]
    place = starts_run.cumsum(-1) - 1  # where the run of this entry goes
    merged_values = torch.zeros_like(values).scatter_add(-1, place, values)
    # A free place at the end keeps the row's smallest id: always a valid one to look up.
    merged_ids = ids[..., :1].repeat_interleave(ids.shape[-1], -1).scatter(-1, place, ids)
    return merged_ids, merged_values


def has_repeated(ids: Tensor, values: Tensor | None = None) -> bool:
    """Does any row of ids [n, m] hold an id twice? Entries of value 0 (padding) do not count.

    >>> has_repeated(torch.tensor([[1, 2], [3, 3]]))
    True
    >>> has_repeated(torch.tensor([[1, 2], [3, 3]]), torch.tensor([[1.0, 1.0], [1.0, 0.0]]))
    False
    """
    if ids.shape[-1] < 2:
        return False
    if values is not None:
        # Each padded place gets a negative id of its own, so that it can equal no other.
        own = -1 - torch.arange(ids.shape[-1], device=ids.device)
        ids = torch.where(values == 0, own, ids)
    ordered = ids.sort(-1).values
    return bool((ordered[..., 1:] == ordered[..., :-1]).any())


def multiplications(form: str, d: int, k: int, m: int | None = None) -> int:
    """How many multiplications one row costs. Exact; the tests count them in the code above.

    form: one of FORMS. d: features, k: factors, m: non-zero features ("sparse" only; d if left
    out). Additions are not counted: there are about as many, and they do not change the order.

    >>> multiplications("naive", d=1000, k=16), multiplications("reformulated", d=1000, k=16)
    (8991000, 32017)
    """
    # Python's own integers: the counts outgrow the 64 bits of NumPy's.
    d, k = whole_number("d", d, least=0), whole_number("k", k, least=0)
    if form == "naive":  # k for the dot product, 2 for x_i and x_j, a pair
        return (k + 2) * (d * (d - 1) // 2)
    if form == "all_pairs":  # scale V, then a d x k times k x d product, then the half
        return d * k + k * d * d + 1
    if form == "reformulated":  # scale V, square each term, square the sums, then the half
        return 2 * d * k + k + 1
    if form == "sparse":
        m = d if m is None else whole_number("m", m, least=0)
        return multiplications("reformulated", m, k)
    raise InputError(f"unknown form {form!r}; choose one of {', '.join(FORMS)}")
