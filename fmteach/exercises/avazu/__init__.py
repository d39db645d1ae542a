"""Exercises of notebook 13: a rate repaired, logistic regression beaten, a leak found."""

from fmteach.exercises.avazu.leak import FIND_LEAK, REASONS, check_leak
from fmteach.exercises.avazu.rate import SHIFT, solution_shift
from fmteach.exercises.avazu.suspects import SUSPECTS, suspects
from fmteach.exercises.avazu.tomorrow import BEAT_LR, check_beats_lr
from fmteach.exercises.avazu.warm_up import BASE_LOGLOSS, LIFTED

EXERCISES = (LIFTED, BASE_LOGLOSS, SHIFT, BEAT_LR, FIND_LEAK)

__all__ = [
    "EXERCISES",
    "REASONS",
    "SUSPECTS",
    "check_beats_lr",
    "check_leak",
    "solution_shift",
    "suspects",
]
