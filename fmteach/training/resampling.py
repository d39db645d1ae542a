"""Resamples of the rows, and every metric as a function of how often each row was drawn.

A resample is a vector of weights. Metrics are computed from the weights, for a block of resamples
at once, so no row is ever copied or sorted again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from fmteach import tasks

METRICS = ("auc", "logloss", "accuracy", "rmse", "mae")
_BLOCK = 1 << 20  # weights in memory at once; one resample of more rows than that is one block
_STREAM = 0x626F6F74  # keeps these draws apart from data that were drawn with the same seed

Metric = str | Callable[[Any, Any], float]
Resampled = Callable[[np.ndarray], np.ndarray]  # weights [b, n] -> metric of each resample [b]


def resample_weights(n: int, resamples: int, seed: int = 0) -> Iterator[np.ndarray]:
    """The weights behind every interval: blocks [b, n] int64 of how often each row was drawn.

    Every row of a block adds up to n (n draws with replacement, all rows alike). The same n,
    resamples and seed give the same weights, so two models can be compared on the same resamples.

    >>> blocks = list(resample_weights(5, 3))
    >>> [block.sum(axis=1).tolist() for block in blocks]
    [[5, 5, 5]]
    """
    rng = np.random.default_rng([_STREAM, seed])
    block = max(1, _BLOCK // n)
    for first in range(0, resamples, block):
        size = min(block, resamples - first)
        drawn = rng.integers(0, n, size=(size, n), dtype=np.int32 if n < 2**31 else np.int64)
        drawn = drawn + np.arange(size)[:, None] * n  # each resample counts in its own stretch
        yield np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)


def by_weights(metric: Metric, scores: np.ndarray, y: np.ndarray) -> Resampled:
    """A metric of METRICS, or a function of (scores, y), as a function of weights."""
    if not isinstance(metric, str):
        return _called(metric, scores, y)
    if metric == "auc":
        return _auc(scores, y)
    each = _each_row(metric, scores, y)
    if metric == "rmse":
        return lambda weights: np.sqrt(weights @ each / len(y))
    return lambda weights: weights @ each / len(y)


def _each_row(metric: str, scores: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What a row adds to the mean, [n]."""
    if metric == "logloss":
        with np.errstate(invalid="ignore"):  # a NaN among the scores is a NaN in the result
            return np.logaddexp(0.0, np.where(y > 0.5, -scores, scores))
    if metric == "accuracy":
        cut = float(np.log(tasks.THRESHOLD / (1 - tasks.THRESHOLD)))
        return np.where(np.isnan(scores), np.nan, (scores > cut) == (y > 0.5))
    return (scores - y) ** 2 if metric == "rmse" else np.abs(scores - y)


def _auc(scores: np.ndarray, y: np.ndarray) -> Resampled:
    """Sorted once: a click counts the weight of the others below it, and half of its equals."""
    if np.isnan(scores).any():
        return lambda weights: np.full(len(weights), np.nan)
    clicked, other = np.flatnonzero(y > 0.5), np.flatnonzero(y <= 0.5)
    other = other[np.argsort(scores[other], kind="stable")]
    below = np.searchsorted(scores[other], scores[clicked], side="left")
    up_to = np.searchsorted(scores[other], scores[clicked], side="right")

    def measure(weights: np.ndarray) -> np.ndarray:
        under = np.zeros((len(weights), len(other) + 1))
        np.cumsum(weights[:, other], axis=1, out=under[:, 1:])
        mine = weights[:, clicked]
        wins = (mine * (under[:, below] + under[:, up_to])).sum(axis=1) / 2
        pairs = mine.sum(axis=1) * under[:, -1]
        return np.divide(wins, pairs, out=np.full(len(weights), np.nan), where=pairs > 0)

    return measure


def _called(metric: Callable, scores: np.ndarray, y: np.ndarray) -> Resampled:
    rows = np.arange(len(y))

    def measure(weights: np.ndarray) -> np.ndarray:
        chosen = (np.repeat(rows, count.astype(np.int64)) for count in weights)
        return np.array(
            [float(metric(torch.from_numpy(scores[at]), torch.from_numpy(y[at]))) for at in chosen]
        )

    return measure
