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
from fmteach.exercises.bug_lab.cases import cases
from fmteach.exercises.bug_lab.diagnosis import EXERCISE as FIVE_CASES
from fmteach.exercises.bug_lab.diagnosis import FAULTS
from fmteach.exercises.bug_lab.experiments import (
    CLICKS,
    PAGE,
    STORED,
    beside_the_page,
    left_of_start,
    page_rows,
    train,
)
from fmteach.exercises.bug_lab.fingerprints import (
    LAYERS,
    TESTS,
    flipped_factor,
    one_feature,
    reversed_row,
)
from fmteach.exercises.bug_lab.floor import EXERCISES as FLOORS
from fmteach.exercises.bug_lab.pair_layer import EXERCISE as PAIR_LAYER
from fmteach.exercises.bug_lab.quiet_start import EXERCISE as QUIET_START
from fmteach.exercises.bug_lab.share_right import EXERCISE as SHARE_RIGHT
from fmteach.exercises.bug_lab.two_sigmoids import EXERCISE as TWO_SIGMOIDS
from fmteach.exercises.bug_lab.warm_up import WARM_UP

EXERCISES = (*WARM_UP, *FLOORS, TWO_SIGMOIDS, SHARE_RIGHT, PAIR_LAYER, QUIET_START, FIVE_CASES)

__all__ = [
    "CLICKS",
    "EXERCISES",
    "FAULTS",
    "LAYERS",
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
    "beside_the_page",
    "cases",
    "flipped_factor",
    "left_of_start",
    "one_feature",
    "page_rows",
    "reversed_row",
    "train",
]
