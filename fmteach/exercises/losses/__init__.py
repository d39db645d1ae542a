"""Exercises of notebook 06 on losses and metrics. Those of the bug lab are in `bug_lab`."""

from fmteach.exercises.losses.auc import AUC
from fmteach.exercises.losses.base_rate import BASE_RATE
from fmteach.exercises.losses.bpr import BPR
from fmteach.exercises.losses.logloss import LOGLOSS
from fmteach.exercises.losses.metric import METRIC, METRICS
from fmteach.exercises.losses.warm_up import LOOK_UPS, ZERO_START

EXERCISES = (LOOK_UPS, ZERO_START, LOGLOSS, BPR, BASE_RATE, METRIC, AUC)

__all__ = ["EXERCISES", "METRICS"]
