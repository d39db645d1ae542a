"""Exercise 2.5: what may be done to V without changing any score."""

from __future__ import annotations

from fmteach.exercises.making import choice_exercise

UNCHANGED = choice_exercise(
    "2.5", "what changes nothing",
    "Which of these leaves every score of an FM with k = 2 as it is, whatever x is?",
    choices={
        "multiply all v_i by 2": "Every dot product is then 4 times as large: both of its arrows "
        "are twice as long.",
        "add the same vector to all v_i": "The arrows then start to look alike: ⟨v_i + c, v_j + c⟩ "
        "= ⟨v_i, v_j⟩ + ⟨v_i, c⟩ + ⟨c, v_j⟩ + ⟨c, c⟩.",
        "turn all v_i by the same angle": "Right. Lengths and the angles between the arrows stay, "
        "so every dot product stays. V is one of many that say the same.",
        "turn each v_i by an angle of its own": "Lengths stay, but the angle between two arrows "
        "changes, and with it their product. Try it: drag one tip along a circle.",
        "turn round the sign of one row, v_1": "Every pair with feature 1 then has the other sign. "
        "The signs of a factor may be turned, in all rows at once.",
    },
    right="turn all v_i by the same angle",
    hints=(
        "A score sees V only through the dot products. What does a dot product depend on?",
        "Two lengths and the angle between them. Which change keeps both for every pair?",
        "Press “Turn all by 30°” in the plane, and watch the square.",
    ),
)  # fmt: skip
