"""The checks of the course's exercises. Each takes what the learner made and returns Feedback.

A stub that was not touched is "not attempted" and no error, so a notebook always runs to its end.
"""

from fmteach.exercises.avazu import (
    REASONS,
    SUSPECTS,
    check_beats_lr,
    check_leak,
    check_shift,
    suspects,
)
from fmteach.exercises.criteo import (
    check_bin,
    check_choose_buckets,
    check_gap,
    check_published,
)
from fmteach.exercises.feedback import Feedback
from fmteach.exercises.kd_trick import check_fm_fast, check_slopes
from fmteach.exercises.live_training import (
    DIAGNOSES,
    READING_RUNS,
    check_budget,
    check_reading,
    check_should_stop,
)
from fmteach.exercises.movielens import (
    PREPARATIONS,
    check_beats_bias,
    check_choose_k,
    check_leaks,
)
from fmteach.exercises.start_here import check_doctor

__all__ = [
    "DIAGNOSES",
    "READING_RUNS",
    "REASONS",
    "SUSPECTS",
    "PREPARATIONS",
    "Feedback",
    "check_beats_bias",
    "check_beats_lr",
    "check_bin",
    "check_choose_buckets",
    "check_choose_k",
    "check_gap",
    "check_leak",
    "check_leaks",
    "check_published",
    "check_shift",
    "suspects",
    "check_budget",
    "check_doctor",
    "check_fm_fast",
    "check_reading",
    "check_should_stop",
    "check_slopes",
]
