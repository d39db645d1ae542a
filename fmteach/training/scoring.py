"""What a run learns from and is measured by: rows with a target each.

A trainer asks its examples for batches, losses and scores, and does not look inside them. Ranking
has examples of another kind (`fmteach.training.ranking`): pairs of rows.
"""

from __future__ import annotations

import torch
from torch import Tensor

from fmteach.datasets import Dataset, Rows
from fmteach.errors import InputError
from fmteach.models import LinearModel
from fmteach.tasks import Task, get_task
from fmteach.training.draws import SAMPLE, shuffled

SAMPLED_ROWS = 10_000  # size of the fixed sample of training rows that is scored
_SCORED_AT_ONCE = 65_536  # rows a pass when scoring; bounds the memory, not the result


class Examples:
    """The training rows of a data set on a device, in an order that is new in every epoch.

    A batch is a slice of a permutation there. It depends on (seed, epoch) alone, so a resumed run
    meets the same batches.
    """

    def __init__(self, n: int, seed: int, device: torch.device):
        self.n, self.seed, self.device = n, seed, device
        self._order: tuple[int, Tensor] | None = None

    def __len__(self) -> int:
        """Examples in an epoch."""
        return self.n

    def order(self, epoch: int) -> Tensor:
        """int64 [n]: the numbers of the training rows, as they are met in this epoch."""
        if self._order is None or self._order[0] != epoch:
            self._order = (epoch, shuffled(self.n, self.seed, epoch).to(self.device))
        return self._order[1]


class RowExamples(Examples):
    """Rows with a target each: regression and classification."""

    def __init__(self, dataset: Dataset, seed: int, device: torch.device):
        super().__init__(len(dataset.train), seed, device)
        self.task: Task = get_task(dataset.objective)
        self.dataset = dataset
        self._rows = {
            name: on_device(rows_of(dataset, name), device) for name in ("train", "valid")
        }
        self._sample = self._sample_of_train()

    def batch(self, epoch: int, at: slice) -> tuple[Tensor, Tensor | None, Tensor]:
        """ids, values and targets of a part of an epoch."""
        rows, numbers = self._rows["train"], self.order(epoch)[at]
        values = None if rows.values is None else rows.values[numbers]
        # Large sets hold int32, which torch does not index with.
        return rows.ids[numbers].long(), values, rows.y[numbers]

    def loss(self, model: LinearModel, ids: Tensor, values: Tensor | None, y: Tensor) -> Tensor:
        return self.task.loss(model(ids, values, unique=True), y)

    def penalty(self, model: LinearModel, ids: Tensor, values: Tensor | None, y: Tensor) -> Tensor:
        return model.penalty(ids, values)

    def measure(self, model: LinearModel, name: str) -> dict[str, float] | None:
        """Loss and metrics on "train", "valid", "test" or "train sample"; None without rows."""
        if name == "train sample":
            rows = self._sample
        elif name in self._rows:
            rows = self._rows[name]
        else:
            rows = on_device(rows_of(self.dataset, name), self.device)
        return score_rows(model, rows, self.task) if len(rows) else None

    def scores(self, model: LinearModel, split: str) -> Tensor:
        """float32 [n] on the CPU: the scores of the rows of a split, in their order."""
        return all_scores(model, on_device(rows_of(self.dataset, split), self.device)).cpu()

    def _sample_of_train(self) -> Rows:
        rows = self._rows["train"]
        if len(rows) <= SAMPLED_ROWS:
            return rows
        # Not the shuffle of any epoch: its first rows would be those that are trained first.
        chosen = shuffled(len(rows), self.seed, SAMPLE).to(self.device)[:SAMPLED_ROWS]
        values = None if rows.values is None else rows.values[chosen]
        return Rows(ids=rows.ids[chosen], values=values, y=rows.y[chosen])


def rows_of(dataset: Dataset, split: str) -> Rows:
    """The rows of "train", "valid" or "test"; any other name is an InputError."""
    if split not in ("train", "valid", "test"):
        raise InputError(f"unknown split {split!r}; choose train, valid or test")
    return getattr(dataset, split)


def on_device(rows: Rows, device: torch.device) -> Rows:
    values = None if rows.values is None else rows.values.to(device)
    return Rows(rows.ids.to(device), values, rows.y.to(device), rows.checked)


def score_rows(model: LinearModel, rows: Rows, task: Task) -> dict[str, float]:
    """{"loss": ..., metrics ...} of a model on one or more rows that are on its device."""
    scores = all_scores(model, rows)
    return {"loss": float(task.loss(scores, rows.y)), **task.metrics(scores, rows.y)}


@torch.no_grad()
def all_scores(model: LinearModel, rows: Rows) -> Tensor:
    """Scores [n] of rows that are on the model's device, no gradients."""
    was_training = model.training
    model.eval()
    scores = [
        model(
            rows.ids[first : first + _SCORED_AT_ONCE].long(),
            None if rows.values is None else rows.values[first : first + _SCORED_AT_ONCE],
            unique=True,
        )
        for first in range(0, len(rows), _SCORED_AT_ONCE)
    ]
    model.train(was_training)
    return torch.cat(scores) if scores else model.w.new_zeros(0)
