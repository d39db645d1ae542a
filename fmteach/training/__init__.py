"""Training: settings, the trainer, its records, checkpoints and baselines; honest measuring."""

from fmteach.training.baselines import ORACLE, base_rate, linear_baseline, popularity

# A function, and the name of its module too: bound here, once, so that the function is what stays.
from fmteach.training.calibration import Calibration, calibration, platt, shift_to, wilson
from fmteach.training.config import OPTIMIZERS, TrainConfig, defaults, resolve_device
from fmteach.training.intervals import (
    Difference,
    Interval,
    bootstrap,
    bootstrap_difference,
    bootstrap_table,
)
from fmteach.training.leaderboard import Leaderboard
from fmteach.training.ranking import recommend
from fmteach.training.records import History, StepRecord
from fmteach.training.trainer import Trainer

__all__ = [
    "OPTIMIZERS",
    "ORACLE",
    "Calibration",
    "Difference",
    "History",
    "Interval",
    "Leaderboard",
    "StepRecord",
    "TrainConfig",
    "Trainer",
    "base_rate",
    "bootstrap",
    "bootstrap_difference",
    "bootstrap_table",
    "calibration",
    "defaults",
    "linear_baseline",
    "platt",
    "popularity",
    "recommend",
    "resolve_device",
    "shift_to",
    "wilson",
]
