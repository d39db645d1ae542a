"""When the numbers of a run are no longer finite: where that shows, and what to try."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch

from fmteach.models import LinearModel

if TYPE_CHECKING:
    from fmteach.training.trainer import Trainer


def not_finite(
    model: LinearModel, valid: Mapping[str, float] | None, train: Mapping[str, float] | None
) -> str:
    """What is not finite: a loss of an evaluation, or a parameter; "" when all is well."""
    for name, scores in (("validation", valid), ("training", train)):
        if scores is not None and not math.isfinite(scores["loss"]):
            return f"the {name} loss is {scores['loss']}"
    for name, parameter in model.named_parameters():
        if not bool(torch.isfinite(parameter).all()):
            return f"a number in {name} is not finite"
    return ""


def advice(trainer: Trainer, what: str) -> str:
    """The message for a run that diverged and was set back. what: where it showed."""
    if trainer.best is not None:
        back_to = f"step {trainer.best.step}, its best evaluation"
    elif evaluations := trainer.history.evaluations:
        back_to = f"step {evaluations[-1].step}, its last evaluation"
    else:
        back_to = "its start"
    smaller = float(f"{trainer.learning_rate / 10:.1g}")
    return (
        f"Training diverged: {what}. The model is set back to {back_to}; the history is kept. "
        f"Try a smaller learning rate (now {trainer.learning_rate:g}, for example {smaller:g}); "
        "if the data has real-valued features, scale them to about 1."
    )
