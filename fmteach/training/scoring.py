"""Loss and metrics of a model on many rows."""

from __future__ import annotations

import torch

from fmteach.datasets import Dataset, Rows
from fmteach.errors import InputError
from fmteach.models import LinearModel
from fmteach.tasks import Task

_SCORED_AT_ONCE = 65_536  # rows a pass when scoring; bounds the memory, not the result


def rows_of(dataset: Dataset, split: str) -> Rows:
    """The rows of "train", "valid" or "test"; any other name is an InputError."""
    if split not in ("train", "valid", "test"):
        raise InputError(f"unknown split {split!r}; choose train, valid or test")
    return getattr(dataset, split)


def on_device(rows: Rows, device: torch.device) -> Rows:
    values = None if rows.values is None else rows.values.to(device)
    return Rows(ids=rows.ids.to(device), values=values, y=rows.y.to(device))


@torch.no_grad()
def score_rows(model: LinearModel, rows: Rows, task: Task) -> dict[str, float]:
    """{"loss": ..., metrics ...} of a model on one or more rows that are on its device."""
    was_training = model.training
    model.eval()
    scores = torch.cat(
        [
            model(
                rows.ids[first : first + _SCORED_AT_ONCE].long(),
                None if rows.values is None else rows.values[first : first + _SCORED_AT_ONCE],
                unique=True,
            )
            for first in range(0, len(rows), _SCORED_AT_ONCE)
        ]
    )
    model.train(was_training)
    return {"loss": float(task.loss(scores, rows.y)), **task.metrics(scores, rows.y)}
