"""Answers as learners give them: Python numbers, NumPy, torch, with or without gradients."""

from __future__ import annotations

import inspect
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import torch


def not_given(answer: Any) -> bool:
    """Whether an answer is what a stub leaves: None, or the dots."""
    return answer is None or answer is Ellipsis


def plain(answer: Any) -> Any:
    """A tensor as an array: dense, without gradients, all kinds of floats as float64.

    >>> plain(torch.ones(2, dtype=torch.bfloat16, requires_grad=True))
    array([1., 1.])
    """
    if not isinstance(answer, torch.Tensor):
        return answer
    answer = answer.detach().cpu()
    if answer.layout is not torch.strided:
        answer = answer.to_dense()
    if answer.is_floating_point():
        answer = answer.to(torch.float64)
    return answer.resolve_conj().resolve_neg().numpy()


def as_number(answer: Any) -> float | None:
    """The number that an answer holds, also in an array of one place; None when it is no number.

    >>> as_number(torch.tensor([2.0], requires_grad=True)), as_number("2"), as_number([1, 2])
    (2.0, None, None)
    """
    if isinstance(answer, Fraction | Decimal):
        return float(answer)
    try:
        array = np.asarray(plain(answer))
    except Exception:  # whatever an object that was handed in does when it is looked at
        return None
    if array.size != 1 or array.dtype.kind not in "buif":
        return None
    return float(array.reshape(-1)[0])


def describe(answer: Any) -> str:
    """What came, in a few words, for a message about it.

    >>> describe(np.ones((2, 3))), describe(torch.tensor(0.5)), describe([1, 2]), describe(describe)
    ('an array of shape [2, 3]', 'the number 0.5', '[1, 2]', 'a function')
    """
    if inspect.iscoroutine(answer):
        return "a coroutine, because it begins with async def: write def alone"
    if inspect.isgenerator(answer):
        return "a generator, which a yield or a bracket with for in it makes: use return and a list"
    if inspect.isroutine(answer):
        return "a function"
    if isinstance(answer, complex | np.complexfloating) or _is_complex(answer):
        return "complex numbers, with a j in them"
    if isinstance(answer, np.ndarray | torch.Tensor):
        number = as_number(answer) if answer.ndim == 0 else None
        return (
            f"an array of shape {list(answer.shape)}"
            if number is None
            else f"the number {number:g}"
        )
    try:
        text = " ".join(repr(answer).split())
    except Exception:  # of an object that the learner's own code defines
        text = "<"
    if text.startswith("<"):  # an address in memory says nothing
        return f"an object of the kind {type(answer).__name__}"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_complex(answer: Any) -> bool:
    if isinstance(answer, torch.Tensor):
        return answer.is_complex()
    return isinstance(answer, np.ndarray) and answer.dtype.kind == "c"


def no_function(came: Any) -> str:
    """What is said when something else came where a function is wanted.

    >>> no_function(3)
    'a function is wanted, and 3 came. Give its name alone, without round brackets.'
    """
    return (
        f"a function is wanted, and {describe(came)} came. Give its name alone, without round "
        "brackets."
    )
