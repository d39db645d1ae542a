"""The questions at the start of notebook 12: who may choose k, and an older model."""

from __future__ import annotations

from fmteach.exercises.making import choice_exercise

WHICH_ROWS = choice_exercise(
    "12.a", "rows that choose",
    "Which rows may choose k?",
    choices={
        "the training rows": "More factors always fit the training rows better, so they would "
        "choose the largest k of all.",
        "the validation rows": "Yes. The test rows are looked at once, at the end, when nothing is "
        "chosen any more.",
        "the test rows": "Then the test is no test any more: the smallest of many test errors is "
        "too small, and nothing is left to measure it.",
        "all rows": "Among all rows are those that the model has learned from, and those that "
        "should judge it at the end.",
    },
    right="the validation rows",
    hints=(),
)  # fmt: skip

OLDER_MODEL = choice_exercise(
    "12.b", "an older model",
    "An FM on the two fields user and film: which older model is it?",
    choices={
        "logistic regression": "That has one weight a feature and no pair. An FM multiplies the "
        "factors of user and film, too.",
        "matrix factorization with biases": "Yes: w0 + w_user + w_film + ⟨v_user, v_film⟩. An FM "
        "gives the same for any number of fields.",
        "nearest neighbours": "Nothing is compared with other rows when an FM predicts. It reads "
        "the weights and factors of this user and this film.",
        "one weight for each pair of user and film": "A pair that was never rated would then have "
        "no weight. An FM takes the dot product of two rows of factors instead.",
    },
    right="matrix factorization with biases",
    hints=(),
)  # fmt: skip
