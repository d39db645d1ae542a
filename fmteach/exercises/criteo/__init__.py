"""Exercises of notebook 14: classes of numbers, buckets, a gap closed, the published figure."""

from fmteach.exercises.criteo.buckets import BUCKETS, solution_choose_buckets
from fmteach.exercises.criteo.classes import CLASSES, solution_bin
from fmteach.exercises.criteo.gap import GAP, check_gap
from fmteach.exercises.criteo.published import PUBLISHED, check_published
from fmteach.exercises.criteo.warm_up import PARAMETERS, UNSEEN

EXERCISES = (UNSEEN, PARAMETERS, CLASSES, BUCKETS, GAP, PUBLISHED)

__all__ = [
    "EXERCISES",
    "check_gap",
    "check_published",
    "solution_bin",
    "solution_choose_buckets",
]
