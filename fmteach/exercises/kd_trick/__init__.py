"""Exercises of notebook 03: the two passes in code, the slope of the cost, the hunt, the race."""

from fmteach.exercises.kd_trick.costs import COUNT, FLAT, SLOPES
from fmteach.exercises.kd_trick.hunt import HUNT
from fmteach.exercises.kd_trick.two_passes import FM_FAST
from fmteach.exercises.kd_trick.warm_up import DOT, PAIRS

EXERCISES = (PAIRS, DOT, FM_FAST, SLOPES, HUNT, COUNT, FLAT)
