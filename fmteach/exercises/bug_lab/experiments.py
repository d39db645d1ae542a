"""The experiments of the bug lab: the data, the settings, and one function that trains."""

from __future__ import annotations

from typing import Any

from torch import nn

from fmteach.datasets import Dataset, load
from fmteach.models import FactorizationMachine
from fmteach.tasks import get_task
from fmteach.training import TrainConfig, Trainer

PAGE = TrainConfig(
    k=20, batch_size=2048, learning_rate=0.02, optimizer="adam", epochs=16,
    evaluations_per_epoch=1, keep_best=False, device="cpu",
)  # fmt: skip
"""The settings of the source page, but fewer epochs."""

CLICKS = TrainConfig(
    k=8, batch_size=4096, learning_rate=0.01, epochs=2, evaluations_per_epoch=1,
    keep_best=False, device="cpu",
)  # fmt: skip
"""Settings under which two epochs of "clicks" are enough."""

STORED = {"epochs": 8.7, "train loss": 0.5126, "test accuracy": 0.685}
"""What the source page shows of its own run on real rows: its last point, and the accuracy at
epoch 8."""


def page_rows(ctr: float | None = None) -> Dataset:
    """As many rows as the source page has: 15,000 for training, 3,000 for testing, 34 fields.

    Synthetic, in the dialect of its file; about half of the labels are 1, or a share of `ctr`.
    There are no validation rows, as on the page. 0.2 s, and 2 s where it was never made.
    """
    return load("d2l-synthetic", valid=0, **({} if ctr is None else {"ctr": ctr}))


def train(
    kind: type[FactorizationMachine], data: Dataset, config: TrainConfig, **changes: Any
) -> Trainer:
    """A model of that kind, trained to the end of the settings; its trainer.

    kind: `FactorizationMachine` or a broken one of this lab. changes: settings other than in
    `config`. The bias starts at the base rate, as it does in every run of this course.
    Errors: InputError for data or settings that the trainer does not take.
    """
    config = config.replace(**changes)
    model = kind(data.num_features, k=config.k, init_scale=config.init_scale, seed=config.seed)
    nn.init.constant_(model.w0, get_task(data.objective).constant_score(data.train.y))
    trainer = Trainer(data, config, model=model)
    trainer.fit()
    return trainer
