"""Exercise 1.2: how many pairs d features have."""

from __future__ import annotations

from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip


def solution_n_pairs(d):
    return d * (d - 1) // 2


def _counted(d):
    return sum(1 for i in range(d) for j in range(d) if i < j)


def _trials() -> list[Trial]:
    return [Trial(f"d = {d}", (d,)) for d in (4, 5, 1, 2, 10, 61)]


def _square(d):
    return d * d


def _both_orders(d):
    return d * (d - 1)


def _with_itself(d):
    return d * (d + 1) / 2


def _half_the_square(d):
    return d * d / 2


def _half_the_square_whole(d):
    return d * d // 2


def _halved_too_early(d):
    return (d - 1) // 2 * d


def _d_halved_too_early(d):
    return d // 2 * (d - 1)


def _of_one_feature(d):
    return d - 1


def _one_partner_short(d):
    return sum(range(d - 1))


def _pairs_themselves(d):
    return [(i, j) for i in range(d) for j in range(d) if i < j]


def _subsets(d):
    return 2**d


N_PAIRS = function_exercise(
    "1.2", "n_pairs",
    solution=solution_n_pairs,
    truth=_counted,
    trials=_trials,
    stub="""
def n_pairs(d):
    return ...
""",
    slips=(
        Slip("the whole square", _square,
             "that is every cell of the d × d square: each pair twice, and each feature with "
             "itself."),
        Slip("both orders", _both_orders,
             "that counts (i, j) and (j, i) as two. They are one pair."),
        Slip("with itself", _with_itself,
             "that holds the d cells (i, i) too. i < j leaves them out."),
        Slip("half the square", _half_the_square,
             "half of the square still holds half of the diagonal. Take the diagonal away before "
             "you halve."),
        Slip("half the square, whole", _half_the_square_whole,
             "that is half of the square, cut to a whole number. The diagonal holds no pair: take "
             "its d cells away before you halve."),
        Slip("halved too early", _halved_too_early,
             "(d − 1)//2 loses a half whenever d is even. Multiply first, then divide by 2."),
        Slip("d halved too early", _d_halved_too_early,
             "d//2 loses a half whenever d is odd. Multiply by d − 1 first, then divide by 2."),
        Slip("of one feature", _of_one_feature,
             "that is how many partners one feature has, or how many neighbours stand side by "
             "side. Every two features are a pair."),
        Slip("range ends early", _one_partner_short,
             "that is the number for one feature less. range(n) ends at n − 1, and the first "
             "feature has d − 1 partners."),
        Slip("the pairs themselves", _pairs_themselves,
             "these are the pairs. How many are there? len counts them."),
        Slip("subsets", _subsets,
             "that is the number of all subsets. A pair is a subset of exactly two."),
    ),
    hints=(
        "Draw the pairs of 4 features: (1, 2), (1, 3) and so on. How many are there?",
        "Each of the d features has d − 1 partners. How often is each pair counted then?",
        "Multiply d by d − 1, and divide by 2, because each pair was counted twice.",
    ),
    otherwise="count the pairs i < j by hand for d = 3 and d = 4, and compare.",
    right="equal to counting one by one, up to d = 61.",
    against="counting gives",
)  # fmt: skip
