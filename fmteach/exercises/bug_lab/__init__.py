"""The bug lab of notebook 06: published faults reproduced, found by their fingerprint, repaired.

What is broken, on purpose, is in `broken` and says so; everything else is in order.
"""

from fmteach.exercises.bug_lab.broken import (
    AllAtOnce,
    LoudStart,
    SigmoidInside,
    StrayHalf,
    WrongIndex,
    accuracy_by_cutting,
    accuracy_by_equality,
)
from fmteach.exercises.bug_lab.experiments import CLICKS, PAGE, STORED, page_rows, train
from fmteach.exercises.bug_lab.fingerprints import TESTS, flipped_factor, one_feature, reversed_row

__all__ = [
    "CLICKS",
    "PAGE",
    "STORED",
    "TESTS",
    "AllAtOnce",
    "LoudStart",
    "SigmoidInside",
    "StrayHalf",
    "WrongIndex",
    "accuracy_by_cutting",
    "accuracy_by_equality",
    "flipped_factor",
    "one_feature",
    "page_rows",
    "reversed_row",
    "train",
]
