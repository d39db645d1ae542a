"""Exercise 14.1: the class of a number."""

from __future__ import annotations

import math

import numpy as np

from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip


def solution_bin(x):
    """The class of a number of Criteo: floor(ln(x)²) above 2, else x itself."""
    return math.floor(math.log(x) ** 2) if x > 2 else x


def definition(x: int) -> int:
    """The same by looking: the largest whole c whose numbers begin at or below x, that is
    exp(√c) <= x. Up to 2 the number itself."""
    if x <= 2:
        return x
    c = 0
    while math.exp(math.sqrt(c + 1)) <= x:
        c += 1
    return c


NUMBERS = (10, 100, 12_345, 3, 4, 5, 7, 250_000, 55, 1_000, 9_000_000, 2, 1, 0, -1, -2)


def trials() -> list[Trial]:
    return [Trial(f"x = {x}", (x,)) for x in NUMBERS]


# -- slips -------------------------------------------------------------------------------------


def not_squared(x):
    return math.floor(math.log(x)) if x > 2 else x


def rounded_before_squared(x):
    return math.floor(math.log(x)) ** 2 if x > 2 else x


def x_squared(x):
    return math.floor(math.log(x**2)) if x > 2 else x


def base_ten(x):
    return math.floor(math.log10(x) ** 2) if x > 2 else x


def base_two(x):
    return math.floor(math.log2(x) ** 2) if x > 2 else x


def one_added(x):
    return math.floor(math.log(x + 1) ** 2) if x > 2 else x


def one_added_everywhere(x):
    return math.floor(math.log(x + 1) ** 2)


def rounded(x):
    return round(math.log(x) ** 2) if x > 2 else x


def rounded_up(x):
    return math.ceil(math.log(x) ** 2) if x > 2 else x


def not_rounded(x):
    return math.log(x) ** 2 if x > 2 else x


def number_itself(x):
    return x


def no_case_for_small(x):
    return math.floor(math.log(x) ** 2)


def no_case_for_small_in_numpy(x):
    return np.floor(np.log(x) ** 2)


def small_ones_zero(x):
    return math.floor(math.log(x) ** 2) if x > 2 else 0


def from_one_on(x):
    return math.floor(math.log(x) ** 2) if x > 0 else x


def from_two_on(x):
    return math.floor(math.log(x) ** 2) if x >= 2 else x


def negative_ones_zero(x):
    return math.floor(math.log(x) ** 2) if x > 2 else max(x, 0)


def negative_ones_positive(x):
    return math.floor(math.log(x) ** 2) if x > 2 else abs(x)


SLIPS = (
    Slip("not squared", not_squared,
         "the logarithm is not squared. Without the square, 10 million numbers have only 17 "
         "classes."),
    Slip("rounded before squared", rounded_before_squared,
         "you round down before you square. Square first, so that the classes in between exist."),
    Slip("x squared", x_squared,
         "you square x inside the logarithm: ln(x²) is only 2 ln(x). Square the logarithm."),
    Slip("logarithm to base 10", base_ten,
         "that is the logarithm to the base 10. Use the natural one: math.log."),
    Slip("logarithm to base 2", base_two,
         "that is the logarithm to the base 2. Use the natural one: math.log."),
    Slip("1 added", one_added,
         "you take the logarithm of x + 1. Above 2 no logarithm can fail: take x itself."),
    Slip("1 added everywhere", one_added_everywhere,
         "x + 1 keeps 0 away from the logarithm, but not −1 and −2, and it moves all classes. "
         "Treat x up to 2 by itself."),
    Slip("rounded to the nearest", rounded,
         "you round to the nearest whole number. The formula rounds down: math.floor."),
    Slip("rounded up", rounded_up,
         "you round up. The formula rounds down: math.floor."),
    Slip("not rounded", not_rounded,
         "a class is a whole number. Round down, or every count has a class of its own."),
    Slip("number itself", number_itself,
         "that is the number itself. Above 2 the class is floor(ln(x)²)."),
    Slip("no case for small numbers", no_case_for_small,
         "the formula is for numbers above 2. A logarithm wants a number above 0: return x up to 2 "
         "first."),
    Slip("no case for small numbers, in NumPy", no_case_for_small_in_numpy,
         "NumPy gives minus infinity for ln(0) and nan below it, without an error. Return x up to "
         "2 first."),
    Slip("small numbers in class 0", small_ones_zero,
         "up to 2 the class is the number itself, so that 0, 1 and 2 stay apart."),
    Slip("formula from 1 on", from_one_on,
         "you use the formula from 1 on. It would put 1 and 2 into one class: it begins above 2."),
    Slip("formula from 2 on", from_two_on,
         "you use the formula for 2 as well. “Above 2” is x > 2."),
    Slip("negative numbers in class 0", negative_ones_zero,
         "−1 and −2 keep a class of their own: they say something else than 0."),
    Slip("sign lost", negative_ones_positive,
         "the sign of −1 and −2 is lost, and they fall into the classes of 1 and 2."),
)  # fmt: skip

CLASSES = function_exercise(
    "14.1", "classes of numbers",
    solution=solution_bin, truth=definition, trials=trials, slips=SLIPS,
    hints=(
        "math.log is the natural logarithm. It wants a number above 0: which x must not reach it?",
        "Above 2 there are three things to do with x, one after the other. Does the order matter?",
        "Up to 2 return x. Above: logarithm, square, round down, in this order. "
        "math.floor(math.log(x) ** 2) if x > 2 else x",
    ),
    stub="""
def bin_of(x):
    return ...
""",
    todo="let bin_of return the class of x.",
    against="the right class is",
    otherwise="do it by hand for one number: its natural logarithm, squared, rounded down. Up to 2 "
    "the class is the number itself.",
    right=f"right on {len(NUMBERS)} numbers. The class of 250,000 is {solution_bin(250_000)}: fine "
    "steps for small numbers, coarse ones for large.",
)  # fmt: skip
