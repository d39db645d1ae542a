"""How the work of a learner's function grows with d, counted and not timed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves


def grows_with_d_squared(function: Callable[[Any, Any], Any]) -> bool | None:
    """Whether function(x [d], V [d, k]) does four times the work for twice the features.

    Counted are the multiplications of numbers that count them; where a function does not take such
    numbers, the numbers that torch returns. None when neither can be counted.
    """
    for count in (_multiplications, _returned_by_torch):
        try:
            small, large = (count(function, d) for d in (16, 32))
        except Exception:
            continue
        return large > 3 * small
    return None


def _multiplications(function: Callable[[Any, Any], Any], d: int) -> int:
    rng = np.random.default_rng(1)
    wrap = np.vectorize(_Counted, otypes=[object])
    _Counted.count = 0
    function(wrap(rng.normal(size=d)), wrap(rng.normal(size=(d, 2))))
    return _Counted.count


class _Counted:
    """A number that counts the multiplications it takes part in."""

    count = 0

    def __init__(self, value: float):
        self.value = value

    def __mul__(self, other: Any) -> _Counted:
        _Counted.count += 1
        return _Counted(self.value * getattr(other, "value", other))

    def __add__(self, other: Any) -> _Counted:
        return _Counted(self.value + getattr(other, "value", other))

    def __sub__(self, other: Any) -> _Counted:
        return _Counted(self.value - getattr(other, "value", other))

    def __neg__(self) -> _Counted:
        return _Counted(-self.value)

    def __pow__(self, exponent: int) -> _Counted:
        _Counted.count += exponent - 1
        return _Counted(self.value**exponent)

    def __truediv__(self, other: Any) -> _Counted:
        return _Counted(self.value / getattr(other, "value", other))

    __rmul__, __radd__ = __mul__, __add__


def _returned_by_torch(function: Callable[[Any, Any], Any], d: int) -> int:
    generator = torch.Generator().manual_seed(1)
    x, V = torch.randn(d, generator=generator), torch.randn(d, 2, generator=generator)
    with _Returned() as returned:
        function(x.double(), V.double())
    return returned.count


class _Returned(TorchFunctionMode):
    """Counts the numbers in the results of all torch functions. A matrix of all pairs shows.

    A sum by einsum has no such matrix to show: there every combination of its letters counts. (A
    mode for dispatch would see inside, but its first use loads 800 modules: seconds of waiting.)
    """

    count = 0

    def __torch_function__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        if getattr(function, "__name__", "") == "einsum" and isinstance(args[0], str):
            self.count += _combinations(args[0], tree_leaves(args[1:]))
        else:
            leaves = tree_leaves(result)
            self.count += sum(t.numel() for t in leaves if isinstance(t, torch.Tensor))
        return result


def _combinations(equation: str, operands: list[torch.Tensor]) -> int:
    """
    >>> _combinations("i, il -> l", [torch.zeros(4), torch.zeros(4, 3)])
    12
    """
    names = equation.replace(" ", "").partition("->")[0].split(",")
    sizes: dict[str, int] = {}
    for name, operand in zip(names, operands, strict=True):
        sizes.update(zip(name, operand.shape, strict=True))
    return math.prod(sizes.values())
