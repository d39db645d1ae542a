"""The derivation of the O(kd) form, line by line. Every line is computed by its own loops.

The five lines are five ways to write the same number. Each function below is one line, written as
plain loops over i, j and l, so that it can be read beside the formula. The loops use nothing but
`+`, `-` and `*`; a test runs them on numbers that count their own multiplications and compares the
count with `multiplications`.

Shapes: x is a list of d numbers, V is a list of d rows of k numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fmteach.errors import InputError

MAX_FEATURES = 8
MAX_FACTORS = 6
LARGEST = 1e6  # keeps every product far from overflow, so that a comparison always means something
HALF = 0.5
ROUNDING = 1e-12  # a sum that should be 0 is shown as 0, not as what float64 leaves of it

Vector = Sequence[Any]
Matrix = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Work:
    """What the loops of one line computed: the value and the parts that a picture can show.

    cells[i, j] is the pair product that the line computed for (i, j), None where it computed none.
    The lists that run over l hold one entry a layer.
    """

    value: Any
    cells: list[list[Any]] | None = None
    diagonal: list[Any] | None = None
    full_sum: Any = None
    diagonal_sum: Any = None
    layers: list[list[list[Any]]] | None = None
    squares: list[list[Any]] | None = None
    left: list[list[Any]] | None = None
    right: list[list[Any]] | None = None
    full_sums: list[Any] = field(default_factory=list)
    square_sums: list[Any] = field(default_factory=list)
    left_sums: list[Any] = field(default_factory=list)
    right_sums: list[Any] = field(default_factory=list)


def line1(x: Vector, V: Matrix) -> Work:
    """Definition: sum over i < j of <v_i, v_j> x_i x_j. O(kd²)."""
    d, k = len(x), len(V[0])
    cells: list[list[Any]] = [[None] * d for _ in range(d)]
    value: Any = 0
    for i in range(d):
        for j in range(i + 1, d):
            dot: Any = 0
            for l in range(k):
                dot = dot + V[i][l] * V[j][l]
            cells[i][j] = dot * x[i] * x[j]
            value = value + cells[i][j]
    return Work(value, cells=cells)


def line2(x: Vector, V: Matrix) -> Work:
    """Half of the full square minus its diagonal. O(kd²)."""
    d, k = len(x), len(V[0])
    cells: list[list[Any]] = [[None] * d for _ in range(d)]
    full: Any = 0
    for i in range(d):
        for j in range(d):
            dot: Any = 0
            for l in range(k):
                dot = dot + V[i][l] * V[j][l]
            cells[i][j] = dot * x[i] * x[j]
            full = full + cells[i][j]
    diagonal: list[Any] = []
    for i in range(d):
        dot = 0
        for l in range(k):
            dot = dot + V[i][l] * V[i][l]
        diagonal.append(dot * x[i] * x[i])
    total = sum(diagonal)
    return Work(
        HALF * (full - total), cells=cells, diagonal=diagonal, full_sum=full, diagonal_sum=total
    )


def line3(x: Vector, V: Matrix) -> Work:
    """The dot product opened: one layer of d x d products for each l. O(kd²)."""
    d, k = len(x), len(V[0])
    layers, squares, full_sums, square_sums = [], [], [], []
    total: Any = 0
    for l in range(k):
        layer = [[V[i][l] * V[j][l] * x[i] * x[j] for j in range(d)] for i in range(d)]
        square = [V[i][l] * V[i][l] * x[i] * x[i] for i in range(d)]
        full_sums.append(sum(sum(row) for row in layer))
        square_sums.append(sum(square))
        total = total + (full_sums[l] - square_sums[l])
        layers.append(layer)
        squares.append(square)
    return Work(
        HALF * total, layers=layers, squares=squares, full_sums=full_sums, square_sums=square_sums
    )


def line4(x: Vector, V: Matrix) -> Work:
    """The sum of a layer is the product of two equal sums. O(kd)."""
    d, k = len(x), len(V[0])
    left, right, squares, left_sums, right_sums, square_sums = [], [], [], [], [], []
    total: Any = 0
    for l in range(k):
        left.append([V[i][l] * x[i] for i in range(d)])
        right.append([V[j][l] * x[j] for j in range(d)])
        squares.append([V[i][l] * V[i][l] * x[i] * x[i] for i in range(d)])
        left_sums.append(sum(left[l]))
        right_sums.append(sum(right[l]))
        square_sums.append(sum(squares[l]))
        total = total + (left_sums[l] * right_sums[l] - square_sums[l])
    return Work(
        HALF * total,
        left=left,
        right=right,
        squares=squares,
        left_sums=left_sums,
        right_sums=right_sums,
        square_sums=square_sums,
    )


def line5(x: Vector, V: Matrix) -> Work:
    """Two passes over the features: the sum squared minus the sum of the squares. O(kd)."""
    d, k = len(x), len(V[0])
    left, squares, left_sums, square_sums = [], [], [], []
    total: Any = 0
    for l in range(k):
        left.append([V[i][l] * x[i] for i in range(d)])
        squares.append([left[l][i] * left[l][i] for i in range(d)])
        left_sums.append(sum(left[l]))
        square_sums.append(sum(squares[l]))
        total = total + (left_sums[l] * left_sums[l] - square_sums[l])
    return Work(
        HALF * total, left=left, squares=squares, left_sums=left_sums, square_sums=square_sums
    )


@dataclass(frozen=True)
class Line:
    """One line of the derivation: its loops, its exact cost, its formula in text."""

    number: int
    title: str
    formula: str
    compute: Callable[[Vector, Matrix], Work]
    cost: Callable[[int, int], int]
    cost_formula: str


LINES: tuple[Line, ...] = (
    Line(
        1,
        "Definition: every pair once",
        "Σ_i Σ_{j>i} ⟨v_i, v_j⟩ x_i x_j",
        line1,
        lambda d, k: (k + 2) * (d * (d - 1) // 2),
        "(k+2)·d(d−1)/2",
    ),
    Line(
        2,
        "Half of the full square without its diagonal",
        "½ [ Σ_i Σ_j ⟨v_i, v_j⟩ x_i x_j − Σ_i ⟨v_i, v_i⟩ x_i x_i ]",
        line2,
        lambda d, k: (k + 2) * (d * d + d) + 1,
        "(k+2)·(d²+d) + 1",
    ),
    Line(
        3,
        "The dot product opened into k layers",
        "½ Σ_l [ Σ_i Σ_j v_il v_jl x_i x_j − Σ_i v_il v_il x_i x_i ]",
        line3,
        lambda d, k: 3 * k * (d * d + d) + 1,
        "3k·(d²+d) + 1",
    ),
    Line(
        4,
        "The sum of a layer is a product of two sums",
        "½ Σ_l [ (Σ_i v_il x_i)(Σ_j v_jl x_j) − Σ_i v_il² x_i² ]",
        line4,
        lambda d, k: 5 * k * d + k + 1,
        "5kd + k + 1",
    ),
    Line(
        5,
        "Two passes over the features",
        "½ Σ_l [ (Σ_i v_il x_i)² − Σ_i v_il² x_i² ]",
        line5,
        lambda d, k: 2 * k * d + k + 1,
        "2kd + k + 1",
    ),
)


def multiplications(line: int, d: int, k: int) -> int:
    """The exact number of multiplications that the loops of a line make.

    >>> [multiplications(line, 1000, 2) for line in (1, 5)]
    [1998000, 4003]
    """
    if line not in range(1, len(LINES) + 1):
        raise InputError(f"line {line!r} does not exist; the derivation has lines 1 to 5")
    return LINES[line - 1].cost(d, k)


@dataclass(frozen=True)
class Step:
    """One line on given numbers."""

    line: Line
    work: Work
    value: float
    multiplications: int
    equal: bool  # to the value of line 1, up to the rounding of float64


def derive(x: Any, V: Any) -> tuple[Step, ...]:
    """All five lines on the same numbers. x: [d], V: [d, k]; O(kd²).

    Raises InputError where x and V do not fit together or hold something that is not a number.

    >>> [step.value for step in derive([1.0, 2.0], [[3.0], [0.5]])]
    [3.0, 3.0, 3.0, 3.0, 3.0]
    """
    x, V = as_numbers(x, V)
    works = [line.compute(x, V) for line in LINES]
    truth, scale = float(works[0].value), _scale(works[1])
    return tuple(
        Step(
            line,
            work,
            float(work.value) + 0.0,
            line.cost(len(x), len(V[0])),
            math.isclose(work.value, truth, rel_tol=1e-9, abs_tol=1e-12 * scale),
        )
        for line, work in zip(LINES, works, strict=True)
    )


def _scale(work: Work) -> float:
    """The size of the terms: what rounding errors have to be compared with, not the small sum."""
    return sum(abs(cell) for row in work.cells or () for cell in row)


def as_numbers(x: Any, V: Any) -> tuple[list[float], list[list[float]]]:
    """x [d] and V [d, k] as lists of Python floats, or an InputError that says what is wrong."""
    try:
        xs = np.asarray(x, dtype=np.float64)
        Vs = np.asarray(V, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"x and V must hold numbers only, in rows of equal length: {error}"
        ) from None
    if xs.ndim != 1 or Vs.ndim != 2 or len(xs) != len(Vs):
        raise InputError(
            f"x has shape {list(xs.shape)} and V has shape {list(Vs.shape)}; wanted "
            "x of shape [d] and V of shape [d, k], one row of V for each feature"
        )
    d, k = Vs.shape
    if not (1 <= d <= MAX_FEATURES and 1 <= k <= MAX_FACTORS):
        raise InputError(
            f"d = {d} and k = {k} do not fit on the screen; "
            f"wanted d from 1 to {MAX_FEATURES} and k from 1 to {MAX_FACTORS}"
        )
    for name, array in (("x", xs), ("V", Vs)):
        bad = ~(np.abs(array) <= LARGEST)  # also true for nan
        if bad.any():
            where = "".join(f"[{n}]" for n in np.argwhere(bad)[0])
            raise InputError(
                f"{name}{where} is {array[bad][0]}; wanted a finite number "
                f"between -1,000,000 and 1,000,000"
            )
    return xs.tolist(), Vs.tolist()


def random_numbers(d: int, k: int, seed: int) -> tuple[list[float], list[list[float]]]:
    """x of small whole numbers and V in tenths, none of them 0.

    With these every pair product has at most two decimals: what the picture shows is exact, and
    a learner who adds up the cells by hand gets the value on the screen.

    >>> x, V = random_numbers(3, 2, seed=0)
    >>> len(x), len(V), len(V[0])
    (3, 3, 2)
    """
    rng = np.random.default_rng(seed)
    x = rng.choice([-2, -1, 1, 1, 2, 3], size=MAX_FEATURES)
    V = rng.choice([n for n in range(-9, 10) if n], size=(MAX_FEATURES, MAX_FACTORS)) / 10
    return x[:d].astype(float).tolist(), V[:d, :k].tolist()


def show(value: float, decimals: int = 2, at_most: int | None = None) -> str:
    """A number for the eye: a true minus sign, few decimals, no minus zero.

    >>> show(-1.5), show(1.37251, 2, 4), show(0.0000123)
    ('−1.50', '1.3725', '1.2e−5')
    """
    size = abs(value)
    if size < ROUNDING:
        value = size = 0.0
    if size and (size >= 1e6 or size < 0.5 * 10.0 ** -(at_most or decimals)):
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    text = f"{value:.{at_most or decimals}f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(decimals, "0")
    text = f"{whole}.{fraction}" if fraction else whole
    return text.replace("-", "−") if float(text) else text.replace("-", "")
