"""What a run must beat: the base rate, and the linear model on the same rows."""

from __future__ import annotations

import threading

import torch

from fmteach.datasets import Dataset
from fmteach.datasets.candidates import Candidates
from fmteach.errors import InputError
from fmteach.ranks import mean_metrics
from fmteach.tasks import get_task
from fmteach.training.config import TrainConfig
from fmteach.training.ranking import Block, constant_block, measure_lists, popularity_block
from fmteach.training.scoring import rows_of
from fmteach.training.trainer import Trainer

ORACLE = "oracle (best possible)"
"""What `Dataset.oracle` is called beside the baselines: the scores of the true probabilities."""

_KEPT = 8  # fitted baselines, each of which holds its data set
_linear: dict[str, Trainer] = {}
_lock = threading.Lock()


def base_rate(dataset: Dataset, split: str = "valid") -> dict[str, float]:
    """Loss and metrics of the best constant score, learnt on train and measured on a split.

    split: "train", "valid" or "test"; of a split without rows every value is NaN.
    """
    task = get_task(dataset.objective)
    rows = rows_of(dataset, split)
    if task.name == "ranking":
        candidates = dataset.candidates
        return _list_metrics(candidates, constant_block(candidates), split)
    scores = torch.full_like(rows.y, task.constant_score(dataset.train.y))
    return {"loss": float(task.loss(scores, rows.y)), **task.metrics(scores, rows.y)}


def popularity(dataset: Dataset, split: str = "valid") -> dict[str, float]:
    """Loss and metrics of ranking data when every user gets the items by their likes in train.

    split: "train", "valid" or "test". Errors: InputError for other tasks.
    """
    rows_of(dataset, split)
    if dataset.candidates is None:
        raise InputError(f"popularity is a baseline of ranking; {dataset.task} is another task")
    return _list_metrics(dataset.candidates, popularity_block(dataset.candidates), split)


def _list_metrics(candidates: Candidates, block: Block, split: str) -> dict[str, float]:
    places, loss = measure_lists(candidates, block, split)
    return {"loss": loss, **mean_metrics(places)}


# Under these settings the linear model does its best on the embedded films, for both tasks.
LINEAR = TrainConfig(
    model="linear",
    learning_rate=0.01,
    l2=0.01,
    batch_size=1024,
    epochs=25,
    patience=3,
    device="cpu",
)
# For ranking it finds the popularity of the items; whole lists are slower to score than rows.
LINEAR_RANKING = LINEAR.replace(evaluations_per_epoch=1)


def linear_baseline(dataset: Dataset) -> Trainer:
    """The linear model, trained: bias model on ratings, logistic regression on labels, and for
    ranking the popularity of the items.

    Takes a second or two the first time; the same data is not fitted twice in a process.
    """
    key = dataset.fingerprint
    with _lock:
        if key not in _linear:
            trainer = Trainer(dataset, LINEAR_RANKING if dataset.candidates else LINEAR)
            trainer.fit()
            _linear[key] = trainer
            if len(_linear) > _KEPT:
                del _linear[next(iter(_linear))]
        return _linear[key]
