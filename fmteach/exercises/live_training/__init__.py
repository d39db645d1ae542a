"""Exercises of notebook 07: a step budget, three runs to read, a stopping rule."""

from fmteach.exercises.live_training.budget import BUDGET, check_budget
from fmteach.exercises.live_training.reading import DIAGNOSES, READING, READING_RUNS
from fmteach.exercises.live_training.stopping import (
    STOPPING,
    check_should_stop,
    solution_should_stop,
)
from fmteach.exercises.live_training.warm_up import SIGMOID, TOUCHED

EXERCISES = (TOUCHED, SIGMOID, BUDGET, READING, STOPPING)

__all__ = [
    "DIAGNOSES",
    "EXERCISES",
    "READING",
    "READING_RUNS",
    "check_budget",
    "check_should_stop",
    "solution_should_stop",
]
