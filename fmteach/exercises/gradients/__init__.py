"""Exercises of notebook 05: the gradients, what V = 0 does, one step, and the nudge."""

from fmteach.exercises.gradients.factors import GRAD_V
from fmteach.exercises.gradients.linear import LINEAR
from fmteach.exercises.gradients.loss import GRAD_SCORE
from fmteach.exercises.gradients.nudge import NUMERIC
from fmteach.exercises.gradients.step import STEP
from fmteach.exercises.gradients.warm_up import LOOKED_UP, ONE_FACTOR
from fmteach.exercises.gradients.zero import ALL_ZERO, ONE_ROW

EXERCISES = (ONE_FACTOR, LOOKED_UP, LINEAR, GRAD_V, GRAD_SCORE, ALL_ZERO, ONE_ROW, STEP, NUMERIC)
