"""Exercises 5.4 and 5.5: what moves when V is 0, and when one row of it is not."""

from __future__ import annotations

from fmteach.exercises.making import choice_exercise

ALL_ZERO = choice_exercise(
    "5.4", "V = 0",
    "x = (1, 1, 1, 0), V = 0, and the loss is not at its lowest. One step with the gradient of "
    "this row: which parameters move?",
    choices={
        "all of them: w0, w and V":
            "V does not move. Its slope is x_i (s_l − v_il x_i), and with V = 0 both s_l and the "
            "own term are 0.",
        "w0, w_1, w_2, w_3 and the rows v_1, v_2, v_3":
            "You are right about x_4 = 0. But look at s_l: all that the other features bring is 0.",
        "w0, w_1, w_2 and w_3":
            "Their slopes are 1 and x_i, whatever V is. The slope of v_il needs s_l, and s_l is "
            "0; that is so in every step, so V never moves.",
        "w0 and all of w":
            "w_4 does not move: its slope is x_4, and x_4 is 0.",
        "w0 alone":
            "The slope by w_i is x_i, and three of the x_i are 1. The weights start at 0 too, and "
            "that does not hold them.",
        "none: at 0 every slope is 0":
            "The slope by w0 is 1 and by w_i it is x_i; V does not enter them. Only V is stuck.",
    },
    right="w0, w_1, w_2 and w_3",
    hints=(
        "Write the three slopes: by w0, by w_i, by v_il. Which of them hold V?",
        "s_l = Σ_j v_jl x_j. What is it when V is 0?",
        "By w0: 1. By w_i: x_i. By v_il: x_i (s_l − v_il x_i) = x_i (0 − 0). Now look at each "
        "x_i.",
    ),
)  # fmt: skip

ONE_ROW = choice_exercise(
    "5.5", "one row of V is not 0",
    "x = (1, 1, 1, 0). Now v_2 is not 0, and all other rows of V are 0. Which rows of V move in "
    "the first step?",
    choices={
        "v_2 alone":
            "It is the other way round. For feature 2, s_l is its own term: the others bring "
            "nothing, and the bracket is 0. Now look at feature 1.",
        "v_1 and v_3":
            "They meet s_l = v_2l, and have no own term. For v_2 the bracket is v_2l − v_2l = 0: "
            "it must wait until the others have moved.",
        "v_1, v_2 and v_3":
            "Look at v_2 again: s_l = v_2l, and the own term is v_2l too. What is left?",
        "v_1, v_3 and v_4":
            "v_4 is multiplied by x_4 = 0. A feature that is not in the row does not move.",
        "none, as with V = 0":
            "s_l = v_2l is not 0 any more. Who meets it?",
        "all four":
            "x_4 = 0 holds v_4. And for v_2 the bracket s_l − v_2l x_2 is 0.",
    },
    right="v_1 and v_3",
    hints=(
        "A row of V learns from the rows of the *other* features in x. Which of those are not 0?",
        "s_l = v_2l here. Put it into x_i (s_l − v_il x_i), for i = 1 and for i = 2.",
        "i = 1: 1 · (v_2l − 0). i = 2: 1 · (v_2l − v_2l). i = 3 is like i = 1, and x_4 is 0.",
    ),
)  # fmt: skip
