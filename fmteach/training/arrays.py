"""Scores and targets of many rows, checked, as NumPy arrays: what measuring needs and no gradients.

A part of measuring works with arrays of many resamples or bins, for which NumPy is the natural
place; tensors of any device come in as well.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from fmteach.errors import InputError


def column(name: str, values: Any) -> np.ndarray:
    """values as a float64 array [n]; InputError when they are no numbers or have another shape."""
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu().numpy()
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(
            f"{name} holds something that is no number: give an array or tensor of shape [n]"
        ) from None
    if array.ndim != 1:
        raise InputError(f"{name} has shape {list(array.shape)}: give one number a row, shape [n]")
    return array


def scores_and_targets(
    scores: Any, y: Any, *, labels: bool, name: str = "scores"
) -> tuple[np.ndarray, np.ndarray]:
    """Both as float64 [n], n at least 1. NaN in the scores is let through: the result is NaN then.

    labels: y must consist of 0 and 1. Errors: InputError that says which of the two is wrong.

    >>> scores_and_targets([0.5, -1.0], [1, 0], labels=True)[1]
    array([1., 0.])
    """
    scores, y = column(name, scores), column("y", y)
    if len(scores) != len(y):
        raise InputError(f"{name} has {len(scores)} rows and y has {len(y)}: give one score a row")
    if not len(y):
        raise InputError("there are no rows to measure: scores and y are empty")
    wrong = y[(y != 0) & (y != 1)] if labels else y[~np.isfinite(y)]
    if len(wrong):
        wanted = "labels 0 and 1" if labels else "finite numbers"
        raise InputError(f"y must consist of {wanted}, and it holds {wrong[0]:g}")
    return scores, y


def sigmoid(scores: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-scores)), without overflow at either end."""
    small = np.exp(-np.abs(scores))
    return np.where(scores >= 0, 1.0, small) / (1.0 + small)
