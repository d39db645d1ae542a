"""Three tests of an FM layer that need no data and no training, and a fault that each can see.

A right layer gives 0 in all three, up to rounding. The layer is asked, not read: the tests work on
any `FactorizationMachine`, and would work on a layer of which only the scores can be seen.
"""

from __future__ import annotations

import torch
from torch import Tensor

from fmteach.exercises.bug_lab.broken import AllAtOnce, StrayHalf, WrongIndex
from fmteach.models import FactorizationMachine

LAYERS = (FactorizationMachine, StrayHalf, WrongIndex, AllAtOnce)
"""The right pair term, and three wrong ones."""

_ROW = torch.tensor([[0, 1, 2, 3]]), torch.tensor([[1.0, -2.0, 0.5, 3.0]], dtype=torch.float64)


def _layer(kind: type[FactorizationMachine], seed: int) -> FactorizationMachine:
    """A small one with factors of size 1 and no linear part: its scores are its pair terms."""
    layer = kind(4, k=3, init_scale=1.0, seed=seed).double()
    torch.nn.init.zeros_(layer.w)
    return layer


def _score(layer: FactorizationMachine, ids: Tensor, values: Tensor) -> float:
    # As the trainer calls it: the row is known to be good, and its order is kept.
    with torch.no_grad():
        return layer(ids, values, unique=True).item()


def one_feature(kind: type[FactorizationMachine], seed: int = 1) -> float:
    """The pair term of a row with one feature. There is no pair, so it must be 0.

    seed: of the factors, here and in the other two tests.

    >>> one_feature(FactorizationMachine)
    0.0
    """
    ids, values = (part[:, :1] for part in _ROW)
    return _score(_layer(kind, seed), ids, values)


def reversed_row(kind: type[FactorizationMachine], seed: int = 1) -> float:
    """How much the score changes when the features of the row are listed in another order.

    >>> abs(reversed_row(FactorizationMachine)) < 1e-12
    True
    """
    layer = _layer(kind, seed)
    return _score(layer, *(part.flip(1) for part in _ROW)) - _score(layer, *_ROW)


def flipped_factor(kind: type[FactorizationMachine], seed: int = 1) -> float:
    """How much the score changes when one factor changes its sign in every row of V.

    (-v_i1)(-v_j1) = v_i1 v_j1: no dot product changes, so the score must not.

    >>> abs(flipped_factor(FactorizationMachine)) < 1e-12
    True
    """
    layer = _layer(kind, seed)
    before = _score(layer, *_ROW)
    with torch.no_grad():
        layer.V[:, 0] *= -1
    return _score(layer, *_ROW) - before


TESTS = (one_feature, reversed_row, flipped_factor)
