"""The questions at the start of notebook 03."""

from __future__ import annotations

from fmteach.exercises.making import number_exercise
from fmteach.exercises.slip import Slip

PAIRS = number_exercise(
    "3.a", "pairs of four",
    "How many pairs i < j are there among d = 4 features?",
    truth=6,
    unit="pairs",
    slips=(
        Slip("both orders", (12,), "that counts every pair in both orders. i < j takes one."),
        Slip("with itself", (10,), "that holds the four (i, i) too. A feature is no pair with "
             "itself."),
        Slip("all cells", (16,), "that is the whole square, d². Take away the diagonal, then "
             "halve."),
    ),
    hints=(),
    solution="d(d − 1)/2 = 4 · 3/2 = 6.",
    right="d(d − 1)/2 = 4 · 3/2 = 6.",
    otherwise="Write them down: (1,2), (1,3), and so on.",
)  # fmt: skip

DOT = number_exercise(
    "3.b", "a dot product",
    "What is ⟨v₁, v₂⟩ for v₁ = (1, 2) and v₂ = (3, −1)?",
    truth=1,
    slips=(
        Slip("sign lost", (5,), "the second product is 2 · (−1), and it is negative."),
        Slip("multiplied through", (-6,), "the products of the places are added, not multiplied."),
    ),
    hints=(),
    solution="1 · 3 + 2 · (−1) = 1.",
    right="1 · 3 + 2 · (−1) = 1: one number that says how features 1 and 2 act together.",
    otherwise="Multiply place by place, then add.",
)  # fmt: skip
