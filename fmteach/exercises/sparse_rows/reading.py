"""A learner's function seen through what its answer means: many right answers become one.

Padding may stand in front or behind, with any id; a merged row may come in any order. So not the
arrays are compared, but the row x that they describe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch

from fmteach.exercises.answers import not_given


class Read:
    """function, with `read(answer, *arguments)` applied to what it returns."""

    def __init__(self, function: Callable[..., Any], read: Callable[..., Any]) -> None:
        self.function, self.read = function, read
        # An error is explained with the line of the learner's own code.
        self.__code__ = getattr(function, "__code__", None)

    def __call__(self, *arguments: Any) -> Any:
        answer = self.function(*arguments)
        return answer if is_stub(answer) else self.read(answer, *arguments)


def is_stub(answer: Any) -> bool:
    """None, the dots, or a tuple with such a part."""
    parts = answer if isinstance(answer, tuple | list) else [answer]
    return any(map(not_given, parts))


def two_arrays(answer: Any) -> tuple[np.ndarray, np.ndarray] | None:
    """(ids, values) as arrays; None where there are not two parts. ValueError for ragged ones.

    >>> two_arrays(([1, 2], torch.tensor([1.0, 0.5])))
    (array([1, 2]), array([1. , 0.5]))
    """
    if isinstance(answer, dict):
        answer = list(answer.values())
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        return None
    ids, values = (_as_array(part) for part in answer)
    return ids, values.astype(np.float64)


TURNED = "the values came first and the ids second. Turn them round: return ids, values."


def whole_values(answer: Any) -> bool:
    """Whether the second part of a readable answer holds whole numbers: ids, it seems."""
    parts = list(answer.values()) if isinstance(answer, dict) else answer
    return _as_array(parts[1]).dtype.kind in "iu"


def _as_array(part: Any) -> np.ndarray:
    if isinstance(part, torch.Tensor):
        return part.detach().cpu().numpy()
    if isinstance(part, np.ndarray):
        return part
    if isinstance(part, Iterable):  # lists, tuples, and what dict.keys() and zip() give
        return np.array([_as_array(each) for each in part])
    return np.asarray(part)
