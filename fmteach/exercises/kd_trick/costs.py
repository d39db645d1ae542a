"""Exercises 3.2, 3.4 and 3.5: what the two forms cost, counted and measured."""

from __future__ import annotations

import math

from fmteach.exercises.answers import as_number, describe, not_given
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.making import choice_exercise, number_exercise
from fmteach.exercises.slip import Slip
from fmteach.interaction import multiplications


def check_slopes(naive: float | None, fast: float | None) -> Feedback:
    """Exercise 3.2. The slopes of log(multiplications) against log(d).

    >>> check_slopes(2.0, 1.0).verdict, check_slopes(None, None).verdict
    ('correct', 'not attempted')
    """
    name = "3.2 slopes"
    if not_given(naive) or not_given(fast):
        return not_attempted(name, "put your two slopes in the place of the dots.")
    answers = (naive, fast)
    naive, fast = (as_number(answer) for answer in answers)
    if naive is None or fast is None:
        got = " and ".join(describe(answer) for answer in answers)
        return Feedback(name, "not yet", f"two numbers are wanted, such as 1.5; got {got}.")
    if abs(naive - 2) < 0.1 and abs(fast - 1) < 0.1:
        return Feedback(
            name, "correct",
            f"{naive:.2f} and {fast:.2f}: ten times the features cost {_two_digits(10**naive)} "
            f"times the work by the definition, and {_two_digits(10**fast)} times by the "
            "two passes.",
        )  # fmt: skip
    if abs(naive - 1) < 0.1 and abs(fast - 2) < 0.1:
        return Feedback(
            name, "not yet", "the two slopes are right, but stand in each other's place."
        )
    if (abs(naive - 100) < 2 and abs(fast - 10) < 1) or (abs(naive - 4) < 0.2 and fast < 2.2):
        return Feedback(
            name, "not yet",
            f"{naive:g} and {fast:g} look like ratios of the costs. The slope is the exponent: "
            "log(ratio of the costs) / log(ratio of the d).",
        )  # fmt: skip
    if abs(naive - 2 * math.log(10)) < 0.05 and abs(fast - math.log(10)) < 0.05:
        return Feedback(
            name, "not yet",
            f"{naive:.2f} and {fast:.2f} are the rises alone. Divide each by the run, log(10).",
        )  # fmt: skip
    if abs(naive - 0.5) < 0.05 and abs(fast - 1) < 0.1:
        return Feedback(
            name, "not yet",
            f"{naive:.2f} is turned over: it is run / rise. A slope is rise / run.",
        )  # fmt: skip
    return Feedback(
        name, "not yet",
        f"{naive:.2f} and {fast:.2f} are not the exponents. Take the logarithm of both d and cost, "
        "then the rise over the run.",
    )  # fmt: skip


def _two_digits(number: float) -> str:
    return f"{float(f'{number:.2g}'):,.0f}"


SLOPES =     Exercise(
        "3.2", "slopes", check_slopes,
        hints=(
            "A slope on log-log axes is an exponent: cost grows like d to that power.",
            "When d grows ten times and the cost a hundred times, the exponent is log 100 / log "
            "10.",
            "log(cost ratio) / log(d ratio), once for the definition and once for the two passes; "
            "round to whole numbers to see the law.",
        ),
        solution="2 for the definition, since it visits every pair, and 1 for the two passes, "
        "since they visit every feature twice.",
        stub="""
slope_naive = ...  # rise / run for "naive"; the rise is math.log(large cost / small cost)
slope_fast = ...  # the same for "reformulated"
""".strip("\n"),
        slips=(
            Slip("places exchanged", (1.0, 2.0), "each other's place"),
            Slip("ratios", (100.1, 10.0), "look like ratios of the costs"),
            Slip("logarithm not divided", (math.log(100.1), math.log(10.0)),
                 "are the rises alone"),
            Slip("upside down", (0.5, 1.0), "turned over"),
        ),
    )  # fmt: skip

_BREAK_EVEN = next(
    d
    for d in range(1, 100)
    if multiplications("reformulated", d, 16) < multiplications("naive", d, 16)
)

COUNT = number_exercise(
    "3.4", "break-even",
    "Count, do not measure: for k = 16, what is the smallest d at which the two passes take fewer "
    "multiplications than the definition?",
    truth=_BREAK_EVEN,
    unit="features",
    slips=(
        Slip("every pair twice", (3,),
             "that comes out when the definition is counted with all d² products. It visits each "
             "pair once: d(d − 1)/2 pairs."),
        Slip("x not counted", (6,),
             "that leaves out two multiplications. A pair of the definition costs k for the dot "
             "product and 2 more, for x_i and for x_j."),
        Slip("the matrix instead", (2,),
             "that is where the two passes beat the all-pairs matrix. The question is about the "
             "definition, with its (k + 2) · d(d − 1)/2."),
        Slip("one too early", (4,),
             "at d = 4 the definition takes 18 · 6 = 108 and the two passes 2 · 4 · 16 + 17 = 145. "
             "The definition is still ahead."),
    ),
    hints=(
        "Both counts stand on the card at the end of this notebook.",
        "The definition takes (k + 2) · d(d − 1)/2, the two passes 2dk + k + 1. Put in k = 16.",
        "18 · d(d − 1)/2 > 32d + 17. Try d = 2, 3, 4, 5, 6 one after another.",
    ),
    solution="d = 5: the definition takes 18 · 10 = 180 multiplications, the two passes "
    "2 · 5 · 16 + 17 = 177.",
    right="180 against 177 at d = 5. Real data has thousands of features, far to the right of this "
    "point.",
    otherwise="Write both counts down for a few d and compare: (k + 2) · d(d − 1)/2 and 2dk + k + "
    "1, with k = 16.",
)  # fmt: skip

FLAT = choice_exercise(
    "3.5", "the flat part",
    "At d = 8 the race measures nearly the same time for the all-pairs matrix and for the two "
    "passes. What does that time pay for?",
    choices={
        "the multiplications": "They are too few: 1,153 and 273 at d = 8 and k = 16. A processor "
        "does them in about a microsecond or less. And four times fewer would take less time.",
        "starting the operations at all": "Yes. Each call of the library costs microseconds, "
        "whatever its size. Only when the arrays are large does the arithmetic decide.",
        "reading V from memory": "At d = 8 all of V has 128 numbers. They stay in the processor's "
        "first cache, and reading them takes nanoseconds.",
        "compiling the code": "Nothing is compiled here, and the race takes the best of many "
        "repetitions, so a slow first call would not show.",
    },
    right="starting the operations at all",
    hints=(
        "Go from d = 8 to d = 16 in the race. Which of the counts change, and does the time?",
        "A processor does about a billion multiplications in a second. Is that the time you see?",
        "What stays the same when d goes from 4 to 8 to 16? Not the arithmetic, only the number "
        "of calls.",
    ),
)  # fmt: skip
