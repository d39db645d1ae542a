"""Training: settings, the trainer, its records, checkpoints and baselines."""

from fmteach.training.baselines import ORACLE, base_rate, linear_baseline
from fmteach.training.config import OPTIMIZERS, TrainConfig, defaults, resolve_device
from fmteach.training.records import History, StepRecord
from fmteach.training.trainer import Trainer

__all__ = [
    "OPTIMIZERS",
    "ORACLE",
    "History",
    "StepRecord",
    "TrainConfig",
    "Trainer",
    "base_rate",
    "defaults",
    "linear_baseline",
    "resolve_device",
]
