"""How the work of a learner's function grows with d, counted and not timed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


def grows_with_d_squared(function: Callable[[Any, Any], Any]) -> bool | None:
    """Whether function(x [d], V [d, k]) does four times the work for twice the features.

    Counted are the multiplications of numbers that count them; where a function does not take such
    numbers, the numbers that torch writes. None when neither can be counted.
    """
    for count in (_multiplications, _returned_by_torch, _written_by_torch):
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
    return _numbers_under(_Returned(), function, d)


def _written_by_torch(function: Callable[[Any, Any], Any], d: int) -> int:
    return _numbers_under(_Written(), function, d)


def _numbers_under(mode: Any, function: Callable[[Any, Any], Any], d: int) -> int:
    generator = torch.Generator().manual_seed(1)
    x, V = torch.randn(d, generator=generator), torch.randn(d, 2, generator=generator)
    with mode:
        function(x.double(), V.double())
    return mode.count


class _Returned(TorchFunctionMode):
    """Counts the numbers in the results of all torch functions. A matrix of all pairs shows.

    Not asked about functions that may hide such a matrix inside.
    """

    count = 0

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if getattr(function, "__name__", "") in ("einsum", "tensordot", "backward"):
            raise NotImplementedError
        result = function(*args, **(kwargs or {}))
        self.count += _numbers_in(result)
        return result


class _Written(TorchDispatchMode):
    """The same one level deeper. Its first use loads 800 modules, a second or more of waiting."""

    count = 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        result = operation(*args, **(kwargs or {}))
        self.count += _numbers_in(result)
        return result


def _numbers_in(result: Any) -> int:
    return sum(t.numel() for t in tree_leaves(result) if isinstance(t, torch.Tensor))
