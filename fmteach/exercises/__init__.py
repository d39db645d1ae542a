"""The checks of the course's exercises. Each takes what the learner made and returns Feedback.

A stub that was not touched is "not attempted" and no error, so a notebook always runs to its end.
"""

from fmteach.exercises.feedback import Feedback
from fmteach.exercises.kd_trick import check_fm_fast, check_slopes
from fmteach.exercises.live_training import (
    DIAGNOSES,
    READING_RUNS,
    check_budget,
    check_reading,
    check_should_stop,
)
from fmteach.exercises.start_here import check_doctor

__all__ = [
    "DIAGNOSES",
    "READING_RUNS",
    "Feedback",
    "check_budget",
    "check_doctor",
    "check_fm_fast",
    "check_reading",
    "check_should_stop",
    "check_slopes",
]
