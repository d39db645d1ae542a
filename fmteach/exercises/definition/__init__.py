"""Exercises of notebook 02: the score by its definition, by hand, in code, and in the plane."""

from fmteach.exercises.definition.by_hand import COST, PARAMETERS, SCORE
from fmteach.exercises.definition.naive import FM_NAIVE
from fmteach.exercises.definition.signs import SIGNS
from fmteach.exercises.definition.unchanged import UNCHANGED
from fmteach.exercises.definition.warm_up import LINEAR, ROW

EXERCISES = (ROW, LINEAR, SCORE, FM_NAIVE, SIGNS, PARAMETERS, UNCHANGED, COST)
