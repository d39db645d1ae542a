"""Faults of public factorization machine code, rebuilt small. ALL OF THIS IS BROKEN ON PURPOSE.

Each class is a `FactorizationMachine` with one fault, so that `fmteach.training.Trainer` trains it;
each function is a metric with one fault. They stand in notebook 06, where every fault is
reproduced, found by its fingerprint, and repaired. None of them is used anywhere else.
The code is written for this lab; the faults have stood, in one form or another, in a book that
many of us learned from and in packages that many people use. Such faults are easy to make.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from fmteach.models import FactorizationMachine


class SigmoidInside(FactorizationMachine):
    """BROKEN: the model ends in a sigmoid, and the loss applies another one.

    The loss sees sigmoid(sigmoid(ŷ)), which lies between 0.5 and 0.731. O(km) a row, as the model.

    >>> round(SigmoidInside(4, k=2)(torch.tensor([[0, 3]])).item(), 3)  # where ŷ is about 0
    0.5
    """

    def score(self, ids: Tensor, values: Tensor) -> Tensor:
        return torch.sigmoid(super().score(ids, values))


class StrayHalf(FactorizationMachine):
    """BROKEN: a second 1/2 before the sum of the squares, inside the bracket.

    1/2 [S² - 1/2 Q] where 1/2 [S² - Q] is right: a quarter of Q too much. O(km) a row.
    """

    def score(self, ids: Tensor, values: Tensor) -> Tensor:
        z = values[..., None] * self.V[ids]
        square_of_sum = z.sum(-2) ** 2
        sum_of_squares = (z**2).sum(-2)
        pairs = 0.5 * (square_of_sum - 0.5 * sum_of_squares)
        return self.w0 + (self.w[ids] * values).sum(-1) + pairs.sum(-1)


class WrongIndex(FactorizationMachine):
    """BROKEN: v_jl where v_il belongs, in the sum of the squares.

    No sum over j stands there, so j keeps the value that a loop before left: the last feature of
    the row. The sum of v_il v_jl x_i² takes the place of that of v_il² x_i². O(km) a row.
    """

    def score(self, ids: Tensor, values: Tensor) -> Tensor:
        v = self.V[ids]
        square_of_sum = (values[..., None] * v).sum(-2) ** 2
        last = v[..., -1:, :]  # v_j of the last feature
        sum_of_squares = (v * last * values[..., None] ** 2).sum(-2)
        pairs = 0.5 * (square_of_sum - sum_of_squares)
        return self.w0 + (self.w[ids] * values).sum(-1) + pairs.sum(-1)


class AllAtOnce(FactorizationMachine):
    """BROKEN: the sum that is squared runs over features and factors at once.

    z_il = v_il x_i is flattened to m·k numbers, and one sum is squared where each factor l has its
    own. The result holds z_il z_jl' of different factors, and z_il z_il' of one feature. With k = 1
    nothing is wrong. O(km) a row.
    """

    def score(self, ids: Tensor, values: Tensor) -> Tensor:
        z = (values[..., None] * self.V[ids]).flatten(-2)
        pairs = 0.5 * (z.sum(-1) ** 2 - (z**2).sum(-1))
        return self.w0 + (self.w[ids] * values).sum(-1) + pairs


class LoudStart(FactorizationMachine):
    """BROKEN: the linear weights start from N(0, 1), which an embedding layer does by itself.

    >>> LoudStart(10_000, k=2).w.std().item() > 0.9
    True
    """

    def __init__(self, num_features: int, k: int = 16, *, seed: int = 0, **settings: Any):
        super().__init__(num_features, k, seed=seed, **settings)
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            self.w.normal_(0, 1, generator=generator)


def accuracy_by_equality(p: Tensor, y: Tensor) -> float:
    """BROKEN: compares probabilities with labels. p, y: [n]. O(n).

    A probability is 0.83 or 0.12, hardly ever 0 or 1, so it equals no label.

    >>> accuracy_by_equality(torch.tensor([0.83, 0.12]), torch.tensor([1.0, 0.0]))
    0.0
    """
    return float((p == y).double().mean())


def accuracy_by_cutting(p: Tensor, y: Tensor) -> float:
    """BROKEN: makes whole numbers of the probabilities first. p, y: [n]. O(n).

    What stands behind the point is cut off, so every probability below 1 becomes 0, and what is
    counted is the share of the zeros among the labels.

    >>> accuracy_by_cutting(torch.tensor([0.83, 0.12]), torch.tensor([1.0, 0.0]))
    0.5
    """
    return float((p.int() == y.int()).double().mean())
