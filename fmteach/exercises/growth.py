"""How the work of a learner's function grows, counted and not timed.

Work is counted in three ways, as a function may take only one kind of numbers: the multiplications
of numbers that count them, in NumPy arrays and in lists, and the numbers that torch makes.
(A dispatch mode of torch would see more, but its first use loads 800 modules: seconds of waiting.)
"""

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

    Its multiplications decide, where they can be counted. None when nothing can be counted: it
    takes no kind of numbers.

    >>> grows_with_d_squared(lambda x, V: (x[:, None] * V).sum(0))
    False
    >>> grows_with_d_squared(lambda x, V: ((V @ V.T) * x).sum())
    True
    """

    def row(d: int) -> tuple[Any, ...]:
        rng = np.random.default_rng(1)
        return rng.normal(size=d), rng.normal(size=(d, 2))

    both = _counted_in_both(_work(function, row(16)), _work(function, row(32)))
    # Numbers made plain, as by float(), count nothing: then the next way decides.
    telling = [(small, large) for small, large in both if small] or both
    return telling[0][1] > 3 * telling[0][0] if telling else None


def grows_with_columns(function: Callable[..., Any]) -> bool | None:
    """Whether function(ids, values, w0, w [d], V [d, k]) does more work when only d grows.

    Copies and views of w and V are no work. None when its work cannot be counted.

    >>> grows_with_columns(lambda ids, values, w0, w, V: (w[ids] * values).sum(1) + w0)
    False
    >>> grows_with_columns(lambda ids, values, w0, w, V: (w * 2)[ids].sum(1))
    True
    """

    def row(d: int) -> tuple[Any, ...]:
        rng = np.random.default_rng(5)
        ids, values = np.array([[1, 4, 6], [0, 2, 7]]), rng.normal(size=(2, 3))
        return ids, values, 0.5, rng.normal(size=d), rng.normal(size=(d, 2))

    both = _counted_in_both(*(_work(function, row(d), copies=False) for d in (8, 64)))
    return any(large > small for small, large in both) if both else None


def _counted_in_both(small: list[int | None], large: list[int | None]) -> list[tuple[int, int]]:
    return [(a, b) for a, b in zip(small, large, strict=True) if a is not None and b is not None]


def _work(
    function: Callable[..., Any], arguments: tuple[Any, ...], *, copies: bool = True
) -> list[int | None]:
    """What function(*arguments) does, counted in the three ways; None where it stops with an error.

    arguments: NumPy arrays and numbers. copies: whether a copy, and a view that shares its memory
    with an argument, count too, as they do in a loop over single numbers.
    """
    counted = [_wrap(a) for a in arguments]
    listed = [a.tolist() if isinstance(a, np.ndarray) else a for a in counted]
    return [
        _multiplications(function, counted),
        _multiplications(function, listed),
        _numbers_of_torch(function, arguments, copies),
    ]


# -- numbers that torch makes ------------------------------------------------------------------


def _numbers_of_torch(function: Callable[..., Any], arguments: tuple, copies: bool) -> int | None:
    tensors = [torch.tensor(a) if isinstance(a, np.ndarray) else a for a in arguments]
    with _Made(copies) as made:
        try:
            function(*tensors)
        except Exception:
            return None
    return made.count


class _Made(TorchFunctionMode):
    """Counts the numbers in the results of all torch functions; copies and views only if wanted.

    A matrix of all pairs shows, and so does a dense x. A sum by einsum has no such matrix to show:
    there every combination of its letters counts.
    """

    COPIES = ("clone", "detach", "to", "double", "float", "as_tensor", "tensor", "contiguous")

    def __init__(self, copies: bool) -> None:
        super().__init__()
        self.count, self.copies = 0, copies

    def __torch_function__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        name = getattr(function, "__name__", "")
        if name == "einsum" and isinstance(args[0], str):
            self.count += _combinations(args[0], tree_leaves(args[1:]))
        elif self.copies or name not in self.COPIES:
            tensors = [t for t in tree_leaves(result) if isinstance(t, torch.Tensor)]
            self.count += sum(t.numel() for t in tensors if self.copies or _is_new(t, args))
        return result


def _is_new(result: torch.Tensor, args: Any) -> bool:
    """Whether a tensor was written, and is no view of what was there before."""
    if result.is_sparse:
        return False
    mine = result.untyped_storage().data_ptr()
    given = (t for t in tree_leaves(args) if isinstance(t, torch.Tensor) and not t.is_sparse)
    return all(t.untyped_storage().data_ptr() != mine for t in given)


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


# -- numbers that count ------------------------------------------------------------------------


def _multiplications(function: Callable[..., Any], arguments: list[Any]) -> int | None:
    _Counted.count = 0
    try:
        function(*arguments)
    except Exception:
        return None
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

    def __truediv__(self, other: Any) -> Any:
        if not isinstance(other, int | float):
            return NotImplemented
        return _Counted(float(self) / float(other))

    def __neg__(self) -> _Counted:
        return _Counted(-float(self))

    def __pow__(self, exponent: Any) -> Any:
        _Counted.count += max(int(exponent) - 1, 1)
        return _Counted(float(self) ** exponent)

    __rmul__, __radd__ = __mul__, __add__


def _wrap(argument: Any) -> Any:
    """Arrays of real numbers with numbers that count; all else as it is."""
    if not isinstance(argument, np.ndarray) or argument.dtype.kind != "f":
        return argument
    return np.vectorize(_Counted, otypes=[object])(argument)
