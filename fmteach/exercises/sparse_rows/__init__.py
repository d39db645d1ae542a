"""Exercises of notebook 04: ids of fields, padding, the score of a sparse row, repeated ids."""

from fmteach.exercises.sparse_rows.costs import MEMORY, TIMES_FEWER
from fmteach.exercises.sparse_rows.fields import TO_IDS
from fmteach.exercises.sparse_rows.padding import PAD
from fmteach.exercises.sparse_rows.repeated import MERGE
from fmteach.exercises.sparse_rows.scores import FM_SPARSE
from fmteach.exercises.sparse_rows.warm_up import DIAGONAL, LIVE_PAIRS

EXERCISES = (LIVE_PAIRS, DIAGONAL, TO_IDS, PAD, FM_SPARSE, MERGE, TIMES_FEWER, MEMORY)
