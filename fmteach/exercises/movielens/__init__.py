"""Exercises of notebook 12: a choice of k, a detector of leaks, a run that beats the bias model."""

from fmteach.exercises.movielens.bias_model import BEAT_BIAS, check_beats_bias
from fmteach.exercises.movielens.choosing_k import CHOOSE_K, solution_choose_k
from fmteach.exercises.movielens.leak_detector import LEAKS, check_leaks, solution_leaks
from fmteach.exercises.movielens.preparations import PREPARATIONS
from fmteach.exercises.movielens.warm_up import OLDER_MODEL, WHICH_ROWS

EXERCISES = (WHICH_ROWS, OLDER_MODEL, CHOOSE_K, LEAKS, BEAT_BIAS)

__all__ = [
    "EXERCISES",
    "PREPARATIONS",
    "check_beats_bias",
    "check_leaks",
    "solution_choose_k",
    "solution_leaks",
]
