"""Answers as learners give them: Python numbers, NumPy, torch, with or without gradients."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import torch


def not_given(answer: Any) -> bool:
    """Whether an answer is what a stub leaves: None, or the dots."""
    return answer is None or answer is Ellipsis


def as_number(answer: Any) -> float | None:
    """The number that an answer holds, also in an array of one place; None when it is no number.

    >>> as_number(torch.tensor([2.0], requires_grad=True)), as_number("2"), as_number([1, 2])
    (2.0, None, None)
    """
    if isinstance(answer, torch.Tensor):
        answer = answer.detach().cpu()
    if isinstance(answer, Fraction | Decimal):
        return float(answer)
    try:
        array = np.asarray(answer)
    except (TypeError, ValueError, RuntimeError):
        return None
    if array.size != 1 or array.dtype.kind not in "buif":
        return None
    return float(array.reshape(-1)[0])


def describe(answer: Any) -> str:
    """What came, in a few words, for a message about it."""
    shape = getattr(answer, "shape", None)
    return f"an array of shape {list(shape)}" if shape is not None else repr(answer)[:60]
