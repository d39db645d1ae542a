"""Exercise 6.10: the layer that squares the sum over all coordinates at once, repaired."""

from __future__ import annotations

import numpy as np

from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip


def solution_pair_layer(z):
    """Each factor has its own sum and its own square; the factors are added up at the end."""
    square_of_sum = z.sum(0) ** 2
    sum_of_squares = (z**2).sum(0)
    return 0.5 * (square_of_sum - sum_of_squares).sum()


def definition(z):
    """Every pair of rows once. z: [m, k]; O(k m²)."""
    total = 0.0
    for i in range(len(z)):
        for j in range(i + 1, len(z)):
            total += sum(a * b for a, b in zip(z[i], z[j], strict=True))
    return total


def trials() -> list[Trial]:
    """Several shapes; one feature alone, one factor alone, and a row of zeros."""
    rng = np.random.default_rng(10)
    made = [
        Trial(f"{m} features, k = {k}", (rng.normal(size=(m, k)).round(2),))
        for m, k in ((3, 2), (1, 4), (5, 3), (4, 1), (2, 5))
    ]
    padded = rng.normal(size=(4, 3)).round(2)
    padded[2] = 0
    return [*made, Trial("4 features, one of them 0, k = 3", (padded,))]


# -- slips -------------------------------------------------------------------------------------


def as_found(z):
    z = z.reshape(-1)
    return 0.5 * (z.sum() ** 2 - (z**2).sum())


def as_found_without_half(z):
    return z.sum() ** 2 - (z**2).sum()


def mixed_pairs(z):
    return 0.5 * (z.sum() ** 2 - (z.sum(1) ** 2).sum())


def over_factors(z):
    return 0.5 * (z.sum(1) ** 2 - (z**2).sum(1)).sum()


def one_large_square(z):
    return 0.5 * (z.sum() ** 2 - (z.sum(0) ** 2).sum())


def squares_for_each_factor(z):
    return 0.5 * (z.sum(0) ** 2 - (z**2).sum()).sum()


def lost_half(z):
    return (z.sum(0) ** 2 - (z**2).sum(0)).sum()


def stray_half(z):
    return 0.5 * (z.sum(0) ** 2 - 0.5 * (z**2).sum(0)).sum()


def diagonal_kept(z):
    return 0.5 * (z.sum(0) ** 2).sum()


def whole_square(z):
    return (z @ z.T).sum()


def half_on_one_term(z):
    return (0.5 * z.sum(0) ** 2 - (z**2).sum(0)).sum()


def turned(z):
    return 0.5 * ((z**2).sum(0) - z.sum(0) ** 2).sum()


def factors_left(z):
    return 0.5 * (z.sum(0) ** 2 - (z**2).sum(0))


def mean_over_factors(z):
    return 0.5 * (z.sum(0) ** 2 - (z**2).sum(0)).mean()


def squared_too_early(z):
    return 0.5 * ((z**2).sum(0) - (z**2).sum(0)).sum()


SLIPS = (
    Slip(
        "over all coordinates", as_found,
        "this is the layer as it was found: one sum over features and factors. Products of "
        "different factors are in it. Sum over the features only, axis 0.",
    ),
    Slip(
        "over all coordinates, half lost", as_found_without_half,
        "the sum still runs over features and factors at once, and the 1/2 is lost as well. Sum "
        "over axis 0, square, subtract, halve.",
    ),
    Slip(
        "products of different factors", mixed_pairs,
        "one feature alone gives 0 now, but z_il z_jl' of different factors are still in it. A "
        "dot product multiplies factor l with factor l only.",
    ),
    Slip(
        "over the factors", over_factors,
        "you summed over the factors, axis 1: these are pairs within one feature. Pairs of "
        "features need the sum over axis 0.",
    ),
    Slip(
        "pairs of factors", one_large_square,
        "the difference of these two squares holds exactly the products of different factors, "
        "which do not belong here. Keep (z.sum(0)**2) and subtract the squares of z.",
    ),
    Slip(
        "all squares, for each factor", squares_for_each_factor,
        "the sum of the squares runs over all factors already, and you subtract it once for each "
        "factor. Give each factor its own: (z**2).sum(0).",
    ),
    Slip(
        "lost half", lost_half,
        "that is twice the truth. The square of a sum meets every pair twice; where is the 1/2?",
    ),
    Slip(
        "stray half", stray_half,
        "there is a second 1/2 before the sum of the squares. One feature alone then keeps a "
        "pair term. One 1/2, outside, is all.",
    ),
    Slip(
        "diagonal kept", diagonal_kept,
        "this still holds the product of each feature with itself. Subtract the sum of the "
        "squares before you halve.",
    ),
    Slip(
        "the whole square", whole_square,
        "that is the whole square of products: every pair twice, and each feature with itself. "
        "Subtract the diagonal, then halve.",
    ),
    Slip(
        "half on one term", half_on_one_term,
        "the 1/2 stands before the square of the sum only. It belongs to the whole difference.",
    ),
    Slip(
        "turned", turned,
        "the sign is turned: it is the square of the sum minus the sum of the squares.",
    ),
    Slip(
        "factors not added up", factors_left,
        "there is one number for each factor, and they are right. The pair term is their sum: "
        ".sum() at the end.",
    ),
    Slip(
        "mean over the factors", mean_over_factors,
        "you took the mean over the k factors. A dot product is their sum.",
    ),
    Slip(
        "squared before summing", squared_too_early,
        "that is 0 for every z. If both of your terms are sums of squares, they cancel: in the "
        "first, sum over the features and square after that.",
    ),
)  # fmt: skip

STUB = """
def pair_layer(z):
    # z: [m, k], row i is x_i v_i. Returns the sum over all pairs i < j of <z_i, z_j>: one number.
    return ...
"""

EXERCISE = function_exercise(
    "6.10", "one sum for each factor",
    solution=solution_pair_layer, truth=definition, trials=trials, slips=SLIPS,
    hints=(
        "A dot product multiplies like with like: factor 1 with factor 1, factor 2 with factor 2. "
        "How many sums do you need to square?",
        "One sum for each factor l, over the features: axis 0 of z. Square these k sums, and "
        "subtract for each factor its sum of squares.",
        "0.5 * ((z.sum(0) ** 2) - (z ** 2).sum(0)).sum()",
    ),
    stub=STUB,
    otherwise="for each factor l: sum z over the features and square; subtract the sum of the "
    "squares; halve. Then add the k results.",
    right="equal to the double sum over pairs on six shapes, among them one feature alone and "
    "k = 1.",
)  # fmt: skip
