"""The questions at the start of notebook 04, about notebooks 02 and 03."""

from __future__ import annotations

from fmteach.exercises.making import choice_exercise, number_exercise
from fmteach.exercises.slip import Slip

LIVE_PAIRS = number_exercise(
    "4.a", "pairs that count",
    "A row has d = 1,000 columns, and 5 of them are not zero. How many of its pairs i < j can be "
    "other than 0?",
    truth=10,
    unit="pairs",
    slips=(
        Slip("all pairs of d", (499_500,),
             "that is d(d − 1)/2, every pair. A pair with x_i = 0 or x_j = 0 is 0."),
        Slip("one of the two", (4_985,),
             "that counts every pair with at least one feature that is not zero. In the product "
             "x_i x_j both must be."),
        Slip("both orders", (20,), "that counts every pair in both orders. i < j takes one."),
        Slip("all cells", (25,),
             "that is 5², with both orders and each feature beside itself. Take pairs i < j."),
        Slip("with itself", (15,),
             "that holds the five (i, i) too. A feature is no pair with itself."),
        Slip("the features", (5,), "that is the number of features. Count the pairs of them."),
    ),
    hints=(),
    solution="Only pairs of two features that are not zero: 5 · 4/2 = 10.",
    right="5 · 4/2 = 10 of 499,500: only pairs of two features that are not zero.",
    otherwise="When is ⟨v_i, v_j⟩ x_i x_j zero whatever V is?",
)  # fmt: skip

DIAGONAL = choice_exercise(
    "4.b", "the second sum",
    "½ Σ_l [ (Σ_i v_il x_i)² − Σ_i v_il² x_i² ]: what does the second sum take away?",
    choices={
        "the second half of the pairs": "The ½ in front does that. The second sum has one term "
        "for each feature, and no pair in it.",
        "each feature beside itself": "Yes. The square of the sum also holds the products of a "
        "feature with itself: the diagonal. It is no pair, so it goes.",
        "the features that are zero": "They are 0 in both sums already; nothing has to be taken "
        "away for them.",
        "the linear part": "The linear part is Σ_i w_i x_i. It has w and no v, and stands outside "
        "this formula.",
    },
    right="each feature beside itself",
    hints=(),
)  # fmt: skip
