"""Exercises 2.1, 2.4 and 2.6: a score, the parameters and the cost, as numbers."""

from __future__ import annotations

from fmteach.exercises.making import number_exercise
from fmteach.exercises.slip import Slip

SCORE = number_exercise(
    "2.1", "a score by hand",
    "w0 = 0.5, w = (3, 1, −1), x = (1, 2, 3), and the rows of V are v₁ = (1, 2), v₂ = (0, 1), "
    "v₃ = (−1, 1). What is the score ŷ?",
    truth=15.5,
    slips=(
        Slip("w0 forgotten", (15,), "all is there but w0. The score begins with it."),
        Slip("linear part forgotten", (13.5,),
             "that is w0 and the pairs. The linear part is missing: w₁x₁ + w₂x₂ + w₃x₃."),
        Slip("pairs alone", (13,),
             "that is the pair term alone. The score has w0 and the linear part too."),
        Slip("pairs forgotten", (2.5,),
             "that is w0 and the linear part, so a linear model. Three pairs are still to come."),
        Slip("both orders", (28.5,),
             "each pair is in it twice, as (1, 2) and again as (2, 1). The sum runs over i < j."),
        Slip("diagonal included", (42.5,),
             "features have been paired with themselves: ⟨v₁, v₁⟩x₁² and so on. The sum runs over "
             "i < j, not i ≤ j."),
        Slip("the whole square", (55.5,),
             "that is all nine cells of the square. Only the three above the diagonal count."),
        Slip("x missing in the pairs", (6.5,),
             "the pairs are there, but without x: each ⟨v_i, v_j⟩ is still to be multiplied by "
             "x_i and by x_j."),
        Slip("x missing everywhere", (7.5,),
             "x is nowhere in it. Each weight is multiplied by its x_i, each pair by x_i x_j."),
        Slip("x missing in the linear part", (16.5,),
             "the pairs are right. In the linear part each w_i is to be multiplied by x_i."),
        Slip("neighbours only", (12.5,),
             "the pair (1, 3) is missing. Not only neighbours are pairs."),
        Slip("minus lost", (21.5,),
             "a minus was lost in ⟨v₁, v₃⟩ = 1 · (−1) + 2 · 1."),
    ),
    hints=(
        "Three parts: w0, the linear part, the pairs. How many pairs do three features have?",
        "The linear part is w₁x₁ + w₂x₂ + w₃x₃. The pairs are (1, 2), (1, 3) and (2, 3); each "
        "adds its dot product times x_i times x_j.",
        "⟨v₁, v₂⟩ = 2, ⟨v₁, v₃⟩ = 1, ⟨v₂, v₃⟩ = 1. So ŷ = 0.5 + (3 · 1 + 1 · 2 − 1 · 3) + "
        "(2 · 1 · 2 + 1 · 1 · 3 + 1 · 2 · 3).",
    ),
    solution="w0 = 0.5. Linear part: 3 · 1 + 1 · 2 + (−1) · 3 = 2. Pairs: ⟨v₁, v₂⟩x₁x₂ = "
    "2 · 1 · 2 = 4, ⟨v₁, v₃⟩x₁x₃ = 1 · 1 · 3 = 3, ⟨v₂, v₃⟩x₂x₃ = 1 · 2 · 3 = 6, together 13. "
    "ŷ = 0.5 + 2 + 13 = 15.5.",
    right="0.5 from w0, 2 from the linear part, 4 + 3 + 6 from the three pairs.",
    otherwise="Write the three parts on a line of their own: w0, the linear part, then the pairs "
    "(1, 2), (1, 3), (2, 3).",
)  # fmt: skip

PARAMETERS = number_exercise(
    "2.4", "how many parameters",
    "An FM has d = 1,000 features and k = 8 factors. How many numbers does it learn, in all?",
    truth=9_001,
    unit="numbers",
    slips=(
        Slip("w0 forgotten", (9_000,), "very close: one number is missing. Which part is it?"),
        Slip("w forgotten", (8_001,),
             "w0 and V are counted. The linear weights are missing, one for each feature."),
        Slip("V alone", (8_000,), "that is V alone. w0 and w are learnt as well."),
        Slip("V forgotten", (1_001,), "that is a linear model. V adds k numbers for each feature."),
        Slip("a weight for each pair", (500_501,),
             "that is the model with one weight for each pair. An FM has no weight of a pair: it "
             "computes it from two rows of V."),
        Slip("pairs alone", (499_500,),
             "that counts the pairs. An FM has no weight of a pair: it computes it from two rows "
             "of V."),
        Slip("a row for each pair", (3_996_000,),
             "that gives every pair k numbers. The k numbers belong to a feature, and all its "
             "pairs share them."),
        Slip("d times d times k", (8_000_000,),
             "V is no d × d table: it has d rows of k numbers."),
        Slip("added", (1_008,), "V has k numbers in each of its d rows: multiply, do not add."),
    ),
    hints=(
        "Go through the formula from left to right: which letters are learnt, which are data?",
        "w0 is one number. How long is w? How many rows has V, and how long is a row?",
        "1 + d + d · k, with d = 1,000 and k = 8.",
    ),
    solution="1 + 1,000 + 1,000 · 8 = 9,001: w0, w and V. One weight for each pair would be "
    "499,500 numbers more than w0 and w.",
    right="1 for w0, 1,000 for w, 8,000 for V. A weight for each pair would take 499,500.",
    otherwise="Count three parts: w0, w and V. x is data, and is not learnt.",
    within=1e-6,
)  # fmt: skip

COST = number_exercise(
    "2.6", "twice the features",
    "d grows from 1,000 to 2,000, k stays. How many times as many multiplications does the "
    "definition take?",
    truth=4.002,
    unit="times",
    slips=(
        Slip("linear", (2,),
             "that is how the number of features grows. The work is done for each pair: count "
             "d(d − 1)/2 for both."),
        Slip("cubed", (8,),
             "that would be d³. A pair costs k + 2, and k stays; only the number of pairs grows."),
        Slip("squared again", (16,),
             "that squares twice. Twice as many features: square that 2 once."),
        Slip("only what is added", (3,),
             "that is how much is added. How many times as many is it in all?"),
    ),
    hints=(
        "What is done once for each pair? How many pairs are there before and after?",
        "There are d(d − 1)/2 pairs. Divide the new number of pairs by the old one.",
        "(2,000 · 1,999) / (1,000 · 999).",
    ),
    solution="(2,000 · 1,999) / (1,000 · 999) = 4.002: about d², so twice the features cost four "
    "times the work.",
    right="The number of pairs grows with d². Notebook 03 gets rid of the square.",
    otherwise="Divide the new number of pairs by the old one: d(d − 1)/2 for 2,000 and for 1,000.",
)  # fmt: skip
