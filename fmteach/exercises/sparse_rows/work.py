"""Whether the work of a learner's function follows the columns d or the features m: counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

_SMALL, _LARGE = 8, 64  # columns; the ids are the same in both


def grows_with_columns(function: Callable[..., Any]) -> bool | None:
    """Whether function(ids, values, w0, w, V) does more work when only d grows.

    Counted are the numbers that torch writes, and the multiplications of numbers that count them
    (in NumPy arrays and in lists); a function may take only one of the three. None when it takes
    none of them. Copies do not count.

    >>> grows_with_columns(lambda ids, values, w0, w, V: (w[ids] * values).sum(1) + w0)
    False
    >>> grows_with_columns(lambda ids, values, w0, w, V: (w * 2)[ids].sum(1))
    True
    """
    seen = None
    for count in (_written_by_torch, _counted_in_arrays, _counted_in_lists):
        try:
            small, large = count(function, _SMALL), count(function, _LARGE)
        except Exception:
            continue  # it does not take such numbers
        if large > small:
            return True
        seen = False
    return seen


def _row(d: int) -> tuple[np.ndarray, np.ndarray, float, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    ids, values = np.array([[1, 4, 6], [0, 2, 7]]), rng.normal(size=(2, 3))
    return ids, values, 0.5, rng.normal(size=d), rng.normal(size=(d, 2))


def _written_by_torch(function: Callable[..., Any], d: int) -> int:
    arguments = [torch.tensor(a) if isinstance(a, np.ndarray) else a for a in _row(d)]
    with _Written() as written:
        function(*arguments)
    return written.count


class _Written(TorchFunctionMode):
    """Counts the numbers in the results of all torch calls but copies.

    A dispatch mode would see more, and loads a thousand modules at its first use: 3 seconds.
    """

    copies = ("clone", "detach", "to", "double", "float", "as_tensor", "tensor", "contiguous")
    count = 0

    def __torch_function__(self, operation, types, args=(), kwargs=None):
        result = operation(*args, **(kwargs or {}))
        if getattr(operation, "__name__", "") not in self.copies:
            self.count += sum(t.numel() for t in tree_leaves(result) if _is_new(t, args))
        return result


def _is_new(result: Any, args: Any) -> bool:
    """Whether a tensor was written, and is no view of what was there before."""
    if not isinstance(result, torch.Tensor) or result.is_sparse:
        return False
    mine = result.untyped_storage().data_ptr()
    given = (t for t in tree_leaves(args) if isinstance(t, torch.Tensor) and not t.is_sparse)
    return all(t.untyped_storage().data_ptr() != mine for t in given)


def _counted_in_arrays(function: Callable[..., Any], d: int) -> int:
    ids, values, w0, w, V = _row(d)
    _Counted.count = 0
    function(ids, _wrap(values), w0, _wrap(w), _wrap(V))
    return _Counted.count


def _counted_in_lists(function: Callable[..., Any], d: int) -> int:
    ids, values, w0, w, V = _row(d)
    _Counted.count = 0
    function(ids.tolist(), _wrap(values).tolist(), w0, _wrap(w).tolist(), _wrap(V).tolist())
    return _Counted.count


class _Counted(float):
    """A number that counts the multiplications it takes part in."""

    count = 0

    def __mul__(self, other: Any) -> Any:
        if not isinstance(other, int | float):
            return NotImplemented
        _Counted.count += 1
        return _Counted(float(self) * float(other))

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, int | float):
            return NotImplemented
        return _Counted(float(self) + float(other))

    def __sub__(self, other: Any) -> Any:
        if not isinstance(other, int | float):
            return NotImplemented
        return _Counted(float(self) - float(other))

    def __pow__(self, exponent: Any) -> Any:
        _Counted.count += 1
        return _Counted(float(self) ** exponent)

    __rmul__, __radd__ = __mul__, __add__


def _wrap(array: np.ndarray) -> np.ndarray:
    return np.vectorize(_Counted, otypes=[object])(array)
