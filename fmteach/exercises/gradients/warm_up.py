"""The questions at the start of notebook 05, about 03 and 04."""

from __future__ import annotations

from fmteach.exercises.making import number_exercise
from fmteach.exercises.slip import Slip

ONE_FACTOR = number_exercise(
    "5.a", "one factor",
    "One factor, three features, z = (1, 2, 4). What is ½ · (square of the sum minus sum of the "
    "squares)?",
    truth=14,
    slips=(
        Slip("lost half", (28,), "that is 49 − 21. The ½ in front is still missing."),
        Slip("diagonal kept", (24.5,), "that is ½ · 49. The squares 1, 4 and 16 go first."),
        Slip("half on one term", (3.5,), "that is ½ · 49 − 21. The ½ stands before the whole "
             "difference."),
        Slip("squares alone", (10.5,), "that is half the sum of the squares. Square the sum too."),
        Slip("swapped", (-14,), "the square of the sum comes first: 49 − 21."),
    ),
    hints=(),
    solution="½ · (7² − (1 + 4 + 16)) = ½ · (49 − 21) = 14.",
    right="½ · (49 − 21) = 14, and the pairs say the same: 1·2 + 1·4 + 2·4 = 14.",
    otherwise="The sum is 7; the squares are 1, 4 and 16.",
)  # fmt: skip

LOOKED_UP = number_exercise(
    "5.b", "numbers looked up",
    "There are d = 1,000,000 features, k = 8 factors, and 3 features of a row are not zero. How "
    "many numbers of V does the score of this row need?",
    truth=24,
    unit="numbers",
    slips=(
        Slip("all of V", (8_000_000,), "that is the whole table. Rows with x_i = 0 are not looked "
             "up."),
        Slip("rows only", (3,), "that many rows are looked up. Each holds k numbers."),
        Slip("one row", (8,), "that is one row of V. How many rows does this x need?"),
        Slip("pairs", (48,), "that is each row twice, once a partner. It is looked up once."),
        Slip("all features", (1_000_000,), "that counts features that are 0, and no factors."),
    ),
    hints=(),
    solution="m · k = 3 · 8 = 24.",
    right="m · k = 3 · 8 = 24; d plays no part.",
    otherwise="Which rows of V meet an x_i that is not 0, and how long is a row?",
)  # fmt: skip
