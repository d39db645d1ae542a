"""The questions at the start of notebook 06, about notebooks 04 and 05."""

from __future__ import annotations

from fmteach.exercises.making import choice_exercise, number_exercise
from fmteach.exercises.slip import Slip

LOOK_UPS = number_exercise(
    "6.a", "what a sparse row reads",
    "A row has d = 1,000,000 features, and m = 20 of them are not 0. With k = 8, how many factors "
    "v_il does its score read?",
    truth=160,
    unit="factors",
    slips=(
        Slip("all rows of V", (8_000_000,),
             "that is the whole of V. Features with x_i = 0 add nothing, so their rows are not "
             "read."),
        Slip("look-ups", (20,), "20 rows of V are read, and each has k numbers."),
        Slip("pairs", (190,), "190 is the number of pairs. The two passes never visit a pair."),
        Slip("pairs times k", (1520,),
             "that is k numbers for each of 190 pairs. The two passes read each row of V once."),
    ),
    hints=(),
    solution="m · k = 20 · 8 = 160.",
    right="m · k = 20 · 8 = 160. The million does not matter.",
    otherwise="Which rows of V are read, and how many numbers has each?",
)  # fmt: skip

ZERO_START = choice_exercise(
    "6.b", "factors that start at 0",
    "All factors V start at exactly 0. What does training do to them?",
    choices={
        "They stay at 0 for ever": "yes: dŷ/dv_il = x_i (Σ_j v_jl x_j - v_il x_i) is made of other "
        "factors, and all of those are 0. Start from small random numbers.",
        "They learn, but slowly": "slow would be some slope. Put V = 0 into dŷ/dv_il = "
        "x_i (Σ_j v_jl x_j - v_il x_i): what is left?",
        "They become nan": "nothing is divided by 0 here. Put V = 0 into the derivative and see.",
        "They learn as well as w does": "dŷ/dw_i = x_i does not need w. dŷ/dv_il is made of the "
        "other factors: what if they are all 0?",
    },
    right="They stay at 0 for ever",
    hints=(),
)  # fmt: skip
