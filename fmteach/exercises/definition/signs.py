"""Exercise 2.3: a V with two factors that has given signs, dragged or written."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from fmteach.exercises.answers import describe, not_given
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.slip import Slip

NAMES = ("Ann", "horror", "romance", "cartoon")
WANTED = {(0, 1): 1, (0, 2): 1, (0, 3): -1, (1, 2): -1, (1, 3): -1, (2, 3): -1}
_ZERO = 1e-9  # a cosine below this is 0 but for rounding, however long the arrows are
_NAME = "2.3 signs"

# What to do about a pair, beyond "turn them": the two that most plans break on.
_ADVICE = {
    (1, 2): "Ann likes both: put one on each side of her.",
    (0, 3): "Let cartoon point away from Ann.",
}


def check_signs(V: Any = None) -> Feedback:
    """Exercise 2.3. V: 4 rows of 2 numbers, or the plane in which they were dragged.

    Right when every ⟨v_i, v_j⟩ with i < j has the sign of the table; any such V is right.

    >>> check_signs([[0, 1], [-0.9, 0.5], [0.9, 0.5], [0, -1]]).verdict
    'correct'
    """
    V = getattr(V, "V", V) if not isinstance(V, torch.Tensor) else V.detach().cpu().numpy()
    if not_given(V) or (isinstance(V, list | tuple) and any(not_given(row) for row in V)):
        return not_attempted(_NAME, "put four rows of two numbers in the place of the dots.")
    try:
        rows = np.array([[float(v) for v in row] for row in V])
    except (TypeError, ValueError):
        return _not_yet(
            f"four rows of two numbers are wanted, such as [[1, 0], [0.5, -1], ...]; got "
            f"{describe(V)}."
        )
    shape = _shape_slip(rows)
    if shape:
        return _not_yet(shape)
    if not np.isfinite(rows).all():
        return _not_yet("there is a number in V that is not finite.")
    if (np.abs(rows).max(0) <= _ZERO * np.abs(rows).max()).any():
        return _not_yet(
            "one of the two factors is 0 in every row. So this is k = 1: arrows on a line, and a "
            "friend of a friend is always a friend. Use the whole plane."
        )
    cosines = {pair: _cosine(rows[pair[0]], rows[pair[1]]) for pair in WANTED}
    wrong = {pair: value for pair, value in cosines.items() if _sign(value) != WANTED[pair]}
    if not wrong:
        return Feedback(
            _NAME, "correct",
            "all 6 signs are met. With k = 1 nobody can: Ann and horror would point one way, Ann "
            "and romance too, so horror and romance would agree.",
        )  # fmt: skip
    return _not_yet(_of_pair(rows, wrong))


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    """0 where an arrow has no length. The largest number of each is divided out first, so that
    neither very long nor very short arrows leave the range of floats."""
    if not one.any() or not other.any():
        return 0.0
    one, other = one / np.abs(one).max(), other / np.abs(other).max()
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def _sign(value: float) -> int:
    return 0 if abs(value) < _ZERO else 1 if value > 0 else -1


def _shape_slip(rows: np.ndarray) -> str:
    if rows.shape == (4, 2):
        return ""
    if rows.shape == (2, 4):
        return (
            "V has 2 rows of 4 numbers. It is turned over: a row of V belongs to a feature, so "
            "there are 4 rows of 2 numbers."
        )
    if rows.shape == (4, 1):
        return (
            "that is one factor a row, k = 1. There, the sign of a product is the sign of the one "
            "times the sign of the other, and these signs cannot be met. Use k = 2."
        )
    if rows.shape == (4, 4):
        return (
            "that is a square of 4 x 4 numbers, as the products have. V is what they are computed "
            "from: one row of 2 numbers for each feature."
        )
    if rows.ndim == 2 and len(rows) == 4:
        return f"k = 2 is asked: 2 numbers in a row, not {rows.shape[1]}."
    return f"V has the shape {list(rows.shape)}; 4 rows of 2 numbers are wanted."


def _of_pair(rows: np.ndarray, wrong: dict[tuple[int, int], float]) -> str:
    """What to say of one of the pairs in `wrong`, which are given with their cosines."""
    zero = [pair for pair, value in wrong.items() if _sign(value) == 0]
    (i, j) = zero[0] if zero else next(iter(wrong))
    count = f"{len(WANTED) - len(wrong)} of 6 signs are met. "
    if zero and not (rows[i].any() and rows[j].any()):
        empty = NAMES[j if rows[i].any() else i]
        return f"{count}The arrow of {empty} has length 0, so all its products are 0. Move it."
    if zero:
        return (
            f"{count}{NAMES[i]} and {NAMES[j]} stand at a right angle, so their product is 0, "
            "which is neither + nor −. Turn one of the two a little."
        )
    product = float(rows[i] @ rows[j])
    value = f"{product:+.2f}" if abs(product) >= 0.005 else f"{product:+.0e}"
    value = value.replace("-", "−")
    word = "positive is wanted, so less" if WANTED[i, j] > 0 else "negative is wanted, so more"
    advice = _ADVICE.get((i, j), "Turn one of the two.")
    return f"{count}{NAMES[i]} × {NAMES[j]} is {value}; {word} than 90°. {advice}"


def _not_yet(message: str) -> Feedback:
    return Feedback(_NAME, "not yet", message)


SIGNS = Exercise(
    "2.3", "signs", check_signs,
    hints=(
        "A sign says on which side of 90° an angle lies. Think in directions, not in numbers.",
        "Three arrows that are all more than 90° apart: 120° each. Which three are they here?",
        "Put horror, romance and cartoon like the spokes of a wheel, 120° apart. Then put Ann "
        "between horror and romance, so away from cartoon.",
    ),
    solution="my_V = [[0, 1], [-0.9, 0.5], [0.9, 0.5], [0, -1]]: horror, romance and cartoon about "
    "120° apart, Ann in the middle between horror and romance.",
    stub="my_V = ...  # four rows of two numbers, or genres.V",
    slips=(
        Slip("turned over", ([[0, -0.9, 0.9, 0], [1, 0.5, 0.5, -1]],), "It is turned over"),
        Slip("one factor", ([[1], [1], [1], [-1]],), "one factor a row, k = 1"),
        Slip("the other factor 0", ([[1, 0], [1, 0], [-1, 0], [-1, 0]],),
             "one of the two factors is 0 in every row"),
        Slip("the products instead",
             ([[0, 1, 1, -1], [1, 0, -1, -1], [1, -1, 0, -1], [-1, -1, -1, 0]],),
             "as the products have"),
        Slip("too many factors", ([[0, 1, 0], [1, 0, 0], [0, 0, 1], [0, -1, 0]],),
             "k = 2 is asked"),
        Slip("a right angle", ([[1, 1], [1, 0], [0, 1], [-1, -1]],), "a right angle"),
        Slip("an arrow of length 0", ([[0, 1], [-0.9, 0.5], [0, 0], [0, -1]],), "has length 0"),
        Slip("friend of a friend", ([[0, 1], [-0.3, 1], [0.3, 1], [0, -1]],),
             "horror × romance is"),
        Slip("cartoon beside Ann", ([[0, 1], [-1, 0.1], [1, 0.1], [0, 0.2]],),
             "Let cartoon point away from Ann"),
        Slip("all signs turned", ([[0, -1], [-0.9, 0.5], [0.9, 0.5], [0, 1]],),
             "Ann × horror is"),
    ),
)  # fmt: skip
