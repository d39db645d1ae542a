"""The exercises of the course: check, hint, solution, progress.

    exercises.check("3.1", fm_fast)      what is right, or what slipped
    exercises.hint("3.1")                the next of three hints
    exercises.solution("3.1")            asks first, then shows real source
    exercises.progress()                 the map of what you have passed
    exercises.predictions("03")          what you guessed, beside the truth

For teachers:

    exercises.slips("3.1")               the misconceptions that an exercise knows
    exercises.gather("exports/")         a class at a glance, from what learners exported

A stub that was not touched is "not attempted" and no error, so a notebook always runs to its end.
"""

from fmteach.exercises.asking import check, hint, progress, slips, solution
from fmteach.exercises.avazu import REASONS, SUSPECTS, suspects
from fmteach.exercises.feedback import Feedback
from fmteach.exercises.gathering import gather
from fmteach.exercises.live_training import DIAGNOSES, READING_RUNS
from fmteach.exercises.movielens import PREPARATIONS
from fmteach.exercises.predictions import predictions

__all__ = [
    "check",
    "hint",
    "predictions",
    "progress",
    "solution",
    "gather",
    "slips",
    "DIAGNOSES",
    "READING_RUNS",
    "REASONS",
    "SUSPECTS",
    "PREPARATIONS",
    "Feedback",
    "suspects",
]
