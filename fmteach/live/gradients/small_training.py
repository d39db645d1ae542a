"""Many small trainings at once: one block of real ratings, one for each scale of the first V.

The block is dense enough to hold in one matrix, so that all scales take their steps together and
300 steps of 17 trainings need a tenth of a second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import fmteach

SCALES = (0.0, *(m * 10.0**e for e in range(-4, 1) for m in (1, 2, 5)), 10.0)
SIZE = 16  # users, and films
K = 4
LEARNING_RATE = 0.4
STEPS = 300
EXPLODED = 1e6  # a loss above that will not come back


@dataclass(frozen=True)
class Outcome:
    """What one scale leads to.

    gradient: the norm of the gradient of V at the first step. losses: [steps + 1], the mean squared
    error before each step, cut where it explodes. factors: the norm of V at the end.
    """

    scale: float
    gradient: float
    losses: tuple[float, ...]
    factors: float

    @property
    def explodes(self) -> bool:
        return len(self.losses) <= STEPS


def ratings_block() -> np.ndarray:
    """[16, 16] ratings of the films rated most often, by the users who rated most of them.

    NaN where a user has not rated a film. Real ratings, from the training part of MovieLens.
    """
    data = fmteach.load("movielens", task="rating")
    users, films = data.train.ids.numpy().T
    y = data.train.y.numpy().astype(float)
    often = _most_frequent(films)
    kept = np.isin(films, often)
    users, films, y = users[kept], films[kept], y[kept]
    busy = _most_frequent(users)
    block = np.full((SIZE, SIZE), np.nan)
    for u, user in enumerate(busy):
        for f, film in enumerate(often):
            found = y[(users == user) & (films == film)]
            if len(found):
                block[u, f] = found[0]
    return block


def _most_frequent(ids: np.ndarray) -> np.ndarray:
    names, counts = np.unique(ids, return_counts=True)
    return names[np.argsort(-counts, kind="stable")[:SIZE]]


def train_all(block: np.ndarray, seed: int = 0) -> list[Outcome]:
    """Plain gradient descent on the mean squared error, for every scale; the same draw, scaled.

    block: [users, films] with NaN for what is not known. w0 and w start at 0, V at N(0, scale²).
    The gradients are those of the course: r · 1, r · x_i and r · x_i (s - v_i x_i), where the rest
    of the row is the other side's vector. O(scales · steps · users · films · k).
    """
    known = ~np.isnan(block)
    target, n = np.where(known, block, 0.0), known.sum()
    rng = np.random.default_rng(seed)
    scale = np.array(SCALES)[:, None, None]
    users = rng.normal(size=(SIZE, K)) * scale
    films = rng.normal(size=(SIZE, K)) * scale
    w0 = np.zeros((len(SCALES), 1, 1))
    w_users, w_films = np.zeros((len(SCALES), SIZE, 1)), np.zeros((len(SCALES), 1, SIZE))
    losses: list[np.ndarray] = []
    first = np.zeros(len(SCALES))
    alive = np.ones(len(SCALES), bool)
    for step in range(STEPS + 1):
        score = w0 + w_users + w_films + users @ films.swapaxes(1, 2)
        error = np.where(known, score - target, 0.0)
        loss = (error**2).sum((1, 2)) / n
        alive &= loss < EXPLODED
        losses.append(np.where(alive, loss, np.nan))
        slope = 2 * error / n * alive[:, None, None]  # what explodes stands still from there
        by_users, by_films = slope @ films, slope.swapaxes(1, 2) @ users
        if step == 0:
            first = np.sqrt((by_users**2).sum((1, 2)) + (by_films**2).sum((1, 2)))
        w0 = w0 - LEARNING_RATE * slope.sum((1, 2), keepdims=True)
        w_users = w_users - LEARNING_RATE * slope.sum(2, keepdims=True)
        w_films = w_films - LEARNING_RATE * slope.sum(1, keepdims=True)
        users, films = users - LEARNING_RATE * by_users, films - LEARNING_RATE * by_films
    size = np.sqrt((users**2).sum((1, 2)) + (films**2).sum((1, 2)))
    curves = np.array(losses).T
    return [
        Outcome(
            at, float(first[n]), tuple(curves[n][~np.isnan(curves[n])].tolist()), float(size[n])
        )
        for n, at in enumerate(SCALES)
    ]
