"""Exercises of notebook 01: one-hot rows, pairs, pairs never seen, and what a linear score cannot.

The modules stand in the order of the notebook.
"""

from fmteach.exercises.why_interactions.crossing import CROSSING
from fmteach.exercises.why_interactions.never_seen import NEVER_SEEN
from fmteach.exercises.why_interactions.one_hot import ONE_HOT
from fmteach.exercises.why_interactions.pairs import N_PAIRS
from fmteach.exercises.why_interactions.questions import OWN_OPINION, TABLE_SIZE
from fmteach.exercises.why_interactions.warm_up import LINE, SCORE

EXERCISES = (SCORE, LINE, ONE_HOT, N_PAIRS, NEVER_SEEN, TABLE_SIZE, OWN_OPINION, CROSSING)
