"""Small trained runs, for the slips of the exercises that ask for a run.

What a learner hands in there is a trained `Trainer`. These are trained on rows of a planted pair,
when they are asked for and once in a process: a tenth of a second each.
"""

from __future__ import annotations

import copy
import dataclasses
from functools import cache

import numpy as np
import torch

from fmteach.datasets import Dataset, from_arrays
from fmteach.models import FactorizationMachine
from fmteach.tasks import logloss
from fmteach.training import TrainConfig, Trainer, linear_baseline

SETTINGS = TrainConfig(
    k=4, learning_rate=0.02, epochs=12, batch_size=256, l2=0.0, device="cpu", keep_best=False
)
_DIMS = (12, 15)


@cache
def planted(objective: str, rows: int = 4000, strength: float = 1.5) -> Dataset:
    """Rows of two fields whose product decides the target; synthetic, with an oracle for labels.

    The linear model can do nothing here: the signs of the two fields are balanced.
    """
    rng = np.random.default_rng(3)
    codes = rng.integers(0, _DIMS, size=(rows, 2))
    left, right = rng.choice([-1.0, 1.0], _DIMS[0]), rng.choice([-1.0, 1.0], _DIMS[1])
    truth = strength * left[codes[:, 0]] * right[codes[:, 1]]
    if objective == "regression":
        y = 3 + truth + rng.normal(scale=0.3, size=rows)
    else:
        y = (rng.random(rows) < 1 / (1 + np.exp(-truth))).astype(float)
    data = from_arrays(
        codes, y, objective=objective, field_dims=_DIMS, real=False, test=0.3,
        name=f"planted {objective} {strength}",
    )  # fmt: skip
    if objective == "regression":
        return data
    return dataclasses.replace(
        data, oracle={"test": {"logloss": _best_logloss(data, left, right, strength)}}
    )


def _best_logloss(data: Dataset, left: np.ndarray, right: np.ndarray, strength: float) -> float:
    ids = data.test.ids.numpy()
    scores = strength * left[ids[:, 0]] * right[ids[:, 1] - _DIMS[0]]
    return float(logloss(torch.as_tensor(scores), data.test.y))


@cache
def trained(objective: str, rows: int = 4000, strength: float = 1.5, **changes: object) -> Trainer:
    """A run on planted rows, to its end. changes: what differs from SETTINGS."""
    trainer = Trainer(planted(objective, rows, strength), SETTINGS.replace(**changes))
    trainer.fit()
    return trainer


def good(objective: str) -> Trainer:
    """A run that beats the linear model by far."""
    return trained(objective)


def linear(objective: str) -> Trainer:
    """A run of the linear model itself."""
    return trained(objective, model="linear", epochs=2)


def overfitting(objective: str) -> Trainer:
    """A run on few rows that learns them by heart."""
    return trained(objective, rows=400, strength=0.0, epochs=40, learning_rate=0.05, k=16)


def too_short(objective: str) -> Trainer:
    """A run that ends while its validation loss still falls."""
    return trained(objective, learning_rate=1e-4, epochs=1)


def with_times(run: Trainer, first_test: int | None = None) -> Trainer:
    """The run, its rows dated: training rows 0, 1, 2, ..., test rows from `first_test` on, which is
    after them when left out. A random split has early dates in the test part."""
    data = run.dataset
    n = len(data.train)
    first = n if first_test is None else first_test
    times = {
        "train": np.arange(n),
        "valid": np.full(len(data.valid), n),
        "test": first + np.arange(len(data.test)),
    }
    other = copy.copy(run)
    other.dataset = dataclasses.replace(data, times=times)
    return other


def at_rest(objective: str) -> Trainer:
    """A good run whose best evaluation is not the last: nothing is left to gain by more epochs."""
    run = copy.copy(good(objective))
    last = run.history.evaluations[-1]
    run.best = dataclasses.replace(last, step=last.step - 1)
    return run


def by_chance(objective: str) -> Trainer:
    """A run that is better on the test rows by one lucky row: the linear model, with factors for
    one pair of features that a single test row has."""
    data = planted(objective, rows=400, strength=0.0)
    other = linear_baseline(data)
    pairs, of_row, counts = data.test.ids.unique(dim=0, return_inverse=True, return_counts=True)
    row = int((counts[of_row] == 1).nonzero()[0])
    left, right = pairs[of_row[row]].tolist()
    score, y = float(other.scores("test")[row]), float(data.test.y[row])
    below = y == 1 if objective == "classification" else y > score
    model = FactorizationMachine(data.num_features, k=1, init_scale=0.0)
    with torch.no_grad():
        model.w0.copy_(other.model.w0)
        model.w.copy_(other.model.w)
        model.V[left], model.V[right] = 0.2, 0.2 if below else -0.2
    run = Trainer(data, SETTINGS.replace(k=1), model=model)
    run.step = 1
    return run


def weak() -> Trainer:
    """A run on labels whose pair is weak: its AUC is between chance and 0.75."""
    return trained("classification", strength=0.6)


def untouched() -> Trainer:
    """A trainer that has learned nothing: all factors 0, so all scores are equal."""
    return Trainer(planted("classification"), SETTINGS.replace(init_scale=0.0))
