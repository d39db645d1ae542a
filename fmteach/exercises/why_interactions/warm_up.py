"""The questions at the start of notebook 01, about notebook 00."""

from __future__ import annotations

from fmteach.exercises.making import choice_exercise, number_exercise
from fmteach.exercises.slip import Slip

SCORE = number_exercise(
    "1.a", "a score",
    "An FM with two features has w₀ = 1, w₁ = 1, w₂ = 0 and ⟨v₁, v₂⟩ = 0.5. What is its score ŷ "
    "for x₁ = 3 and x₂ = 2?",
    truth=7,
    slips=(
        Slip("interaction forgotten", (4,),
             "that is w₀ + w₁x₁ + w₂x₂. The interaction ⟨v₁, v₂⟩ x₁x₂ is missing."),
        Slip("interaction without x", (4.5,),
             "the 0.5 was added as it is. The interaction is 0.5 times x₁ times x₂."),
        Slip("bias forgotten", (6,), "w₀ is missing. It is added to every score."),
        Slip("sum in the place of the product", (6.5,),
             "the interaction takes the product x₁ · x₂ = 6, not the sum."),
    ),
    hints=(),
    solution="1 + 1 · 3 + 0 · 2 + 0.5 · 3 · 2 = 7.",
    right="1 + 3 + 0 + 0.5 · 6 = 7.",
    otherwise="Add four terms: w₀, w₁x₁, w₂x₂ and ⟨v₁, v₂⟩ x₁x₂.",
)  # fmt: skip

LINE = choice_exercise(
    "1.b", "the line",
    "You draw the score of that FM against x₁: a straight line. Then x₂ changes. What can the "
    "interaction do that the weight w₂ cannot?",
    choices={
        "lift the line": "Lifting is what w₂x₂ does already: it adds the same amount for every "
        "x₁.",
        "turn the line": "Yes. With the interaction the slope is w₁ + ⟨v₁, v₂⟩ x₂: what one unit "
        "of x₁ is worth depends on x₂.",
        "bend the line to a curve": "For one fixed x₂ the score stays a straight line in x₁. No "
        "x₁² comes in.",
    },
    right="turn the line",
    hints=(),
)  # fmt: skip
