"""The experiments of the bug lab: the data, the settings, and one function that trains."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from fmteach.datasets import Dataset, load
from fmteach.datasets.table import Table
from fmteach.exercises.bug_lab.broken import LoudStart, SigmoidInside
from fmteach.models import FactorizationMachine
from fmteach.tasks import get_task
from fmteach.training import TrainConfig, Trainer

PAGE = TrainConfig(
    k=20, batch_size=2048, learning_rate=0.02, optimizer="adam", epochs=12,
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
_NEAR_STORED = 9  # the epoch of our runs that stands beside its last point


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


def beside_the_page(broken: Trainer, fixed: Trainer) -> Table:
    """Two runs on `page_rows()` and what the source page shows of its own, one line each.

    broken: a run of `SigmoidInside`, whose outputs are probabilities already; fixed: a run of
    scores. Both of 9 epochs or more. A row is right when its probability is on the label's side
    of 1/2.
    """
    lines = []
    for name, run in (("two sigmoids", broken), ("one sigmoid", fixed)):
        cut = 0.5 if isinstance(run.model, SigmoidInside) else 0.0
        right = [
            float(((run.scores(part) > cut) == (getattr(run.dataset, part).y > 0.5)).float().mean())
            for part in ("train", "test")
        ]
        _, losses = run.history.curve("train", "loss")
        shown = (losses[_NEAR_STORED], losses[-1], *right)
        lines.append((name, "synthetic", *(f"{value:.3f}" for value in shown)))
    stored = f"{STORED['train loss']:.3f} (at {STORED['epochs']})"
    accuracy = f"{STORED['test accuracy']:.3f} (at 8)"
    lines.append(("the page, two sigmoids", "real", stored, "not shown", "not shown", accuracy))
    columns = (
        "run", "rows", f"training loss, epoch {_NEAR_STORED}",
        f"epoch {broken.config.epochs}", "train rows right", "test rows right",
    )  # fmt: skip
    return Table(columns, tuple(lines))


def left_of_start(run: Trainer, least: int, most: int) -> float:
    """How much of the random start of w is left after training: 1 is all of it, 0 nothing.

    run: of `LoudStart`, with the start w and the end w' of its linear weights. Over the features
    that `least` to `most` training rows hold, it is the slope of w' against w, (w'·w) / (w·w).
    """
    rows = run.dataset.train.ids.flatten().long()
    met = torch.bincount(rows, minlength=run.dataset.num_features)
    here = (met >= least) & (met <= most)
    start = LoudStart(run.dataset.num_features, k=1, seed=run.config.seed).w.detach()[here]
    return float(run.model.w.detach()[here] @ start / (start @ start))
