"""The questions at the start of notebook 07: sparse rows and their gradients, scores and losses."""

from __future__ import annotations

from fmteach.exercises.making import choice_exercise, number_exercise
from fmteach.exercises.slip import Slip

TOUCHED = number_exercise(
    "7.a", "a sparse row",
    "A model has d = 1,000,000 features and k = 16 factors. One row has m = 39 features that are "
    "not zero. How many numbers of V does the fast form read for this row?",
    truth=624,
    unit="numbers",
    slips=(
        Slip("all of V", (16_000_000,),
             "that is all of V, d · k. A feature whose x is zero adds nothing, so its row of V is "
             "not read."),
        Slip("rows counted", (39,),
             "that counts the rows of V. Each of these rows holds k factors."),
        Slip("weights counted too", (663,),
             "that holds the 39 linear weights as well. They are needed, but they do not lie in "
             "V."),
        Slip("pairs", (11_856,),
             "that visits every pair of the 39 features. The fast form visits each feature once: "
             "it sums first and squares afterwards."),
        Slip("one factor", (1_000_000,),
             "that is d: it does not look at what is zero, nor at k."),
    ),
    hints=(),
    solution="m · k = 39 · 16 = 624 of 16,000,000 numbers. Only these can get a gradient from this "
    "row.",
    right="m · k = 39 · 16 = 624 of 16,000,000. Only these can get a gradient from this row: a "
    "step by this row moves nothing else.",
    otherwise="Which rows of V meet an x that is not zero? How many factors has each of them?",
)  # fmt: skip

SIGMOID = choice_exercise(
    "7.b", "where the sigmoid goes",
    "The model returns scores, and the loss is binary_cross_entropy_with_logits. Where is the "
    "sigmoid in training?",
    choices={
        "in the model, at its end": "Then it is there twice: this loss applies one itself. Two "
        "sigmoids hold every probability between 0.5 and 0.731, and the training is spoiled.",
        "inside the loss": "Yes. The loss takes scores and applies the sigmoid itself, in a form "
        "that is safe for large numbers.",
        "in both": "A probability would go through the sigmoid once more and never fall below "
        "0.5: the base rate cannot even be reached.",
        "nowhere": "Without one there is no probability and no cross-entropy. The name says where "
        "it is: logits are scores before the sigmoid.",
    },
    right="inside the loss",
    hints=(),
)  # fmt: skip
