"""Three models fitted to a small table of clicks: linear, poly-2 and FM.

The front end (fits.js) has the same lines in JavaScript, so that a click is answered without a
kernel. Both use plain loops in the same order: the numbers come out equal to the last bit, and a
test compares them. All three are fitted by least squares to +1 (clicked) and -1 (not clicked) with
a little L2; a cell that was not shown takes no part.

    linear  w0 + w_u + w_f                    closed form
    poly-2  w0 + w_u + w_f + w_uf             the same w, and a weight for each shown pair
    FM      w0 + w_u + w_f + <v_u, v_f>       alternating least squares, the best of a few starts
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

L2, L2_PAIR, L2_FACTORS = 0.3, 0.1, 0.2  # of w, of a pair weight, of V; w0 is free
STARTS, SWEEPS, STILL = 4, 100, 1e-8
_SURE = 1e-6  # a later start must be better by this share: equal ones would be chosen by rounding

Table = Sequence[Sequence[int]]
Grid = list[list[float]]


@dataclass(frozen=True)
class Fit:
    """One fitted model. pair: [rows, columns], the pair term of every cell.

    row_factors, column_factors: the v of each row and column, [rows, k] and [columns, k]; empty
    lists where the model has none.
    """

    w0: float
    rows: list[float]
    columns: list[float]
    pair: Grid
    row_factors: Grid = field(default_factory=list)
    column_factors: Grid = field(default_factory=list)

    def score(self, u: int, f: int) -> float:
        return self.w0 + self.rows[u] + self.columns[f] + self.pair[u][f]

    @property
    def scores(self) -> Grid:
        return [[self.score(u, f) for f in range(len(self.columns))] for u in range(len(self.rows))]


def fit_all(clicks: Table, k: int) -> dict[str, Fit]:
    """name -> Fit, for a table of 1 (clicked), -1 (not clicked) and 0 (not shown).

    O(starts * sweeps * cells * k²): some milliseconds in JavaScript, a tenth of a second here.

    >>> fits = fit_all([[1, -1], [-1, 1]], k=1)
    >>> fits["linear"].scores
    [[0.0, 0.0], [0.0, 0.0]]
    >>> [[round(score, 1) for score in row] for row in fits["FM"].scores]
    [[0.9, -0.9], [-0.9, 0.9]]
    """
    linear = fit_linear(clicks)
    return {"linear": linear, "poly-2": fit_poly2(clicks, linear), "FM": fit_fm(clicks, k, linear)}


def fit_linear(clicks: Table) -> Fit:
    """Ridge regression on the one-hot rows: the normal equations, solved."""
    rows, columns = len(clicks), len(clicks[0])
    size = 1 + rows + columns
    matrix = [[0.0] * size for _ in range(size)]
    right = [0.0] * size
    for i in range(size):
        matrix[i][i] = L2 if i else 1e-9  # a table without clicks has a solution too
    for u in range(rows):
        for f in range(columns):
            if clicks[u][f] == 0:
                continue
            ids = (0, 1 + u, 1 + rows + f)
            for i in ids:
                right[i] += clicks[u][f]
                for j in ids:
                    matrix[i][j] += 1.0
    w = solve(matrix, right)
    pair = [[0.0] * columns for _ in range(rows)]
    return Fit(w[0], w[1 : 1 + rows], w[1 + rows :], pair)


def fit_poly2(clicks: Table, linear: Fit) -> Fit:
    """The linear weights, and for each shown pair a weight that takes up what they leave.

    It is a joint optimum too, of an L2 of w smaller by L2_PAIR / (1 + L2_PAIR): the best pair
    weight leaves this share of every rest. A pair that was not shown has no row to learn from, and
    its L2 keeps it at exactly 0.
    """
    pair = [[0.0] * len(row) for row in clicks]
    for u, row in enumerate(clicks):
        for f, y in enumerate(row):
            if y != 0:
                pair[u][f] = (y - linear.score(u, f)) / (1.0 + L2_PAIR)
    return Fit(linear.w0, linear.rows, linear.columns, pair)


def fit_fm(clicks: Table, k: int, linear: Fit) -> Fit:
    """Alternating least squares from several starts: the rows with their (w_u, v_u), each a small
    system of its own; then the columns; then w0. Each step is exact, so the loss only falls."""
    rows, columns = len(clicks), len(clicks[0])
    turned = [[clicks[u][f] for u in range(rows)] for f in range(columns)]
    best: Fit | None = None
    least = 0.0
    state = 1
    for _ in range(STARTS):
        w0 = linear.w0
        a = [[weight] + [0.0] * k for weight in linear.rows]
        b = [[weight] + [0.0] * k for weight in linear.columns]
        for factors in (a, b):
            for one in factors:
                for l in range(1, 1 + k):
                    state = state * 16807 % 2147483647
                    one[l] = 2.0 * state / 2147483647 - 1.0
        loss = 1e300
        for _ in range(SWEEPS):
            _side(clicks, w0, a, b, k)
            _side(turned, w0, b, a, k)
            w0 = _bias(clicks, a, b, k)
            before, loss = loss, _loss(clicks, w0, a, b, k)
            if before - loss < STILL * before:
                break
        if best is None or loss < least * (1.0 - _SURE):
            pair = [[_dot(one, other, k) for other in b] for one in a]
            weights = ([one[0] for one in side] for side in (a, b))
            factors = ([one[1:] for one in side] for side in (a, b))
            best, least = Fit(w0, *weights, pair, *factors), loss
    return best


def _dot(one: list[float], other: list[float], k: int) -> float:
    total = 0.0
    for l in range(1, 1 + k):
        total += one[l] * other[l]
    return total


def _side(clicks: Table, w0: float, mine: Grid, others: Grid, k: int) -> None:
    """The best (w, v) of every row, the columns held fixed."""
    size = 1 + k
    inputs = [[1.0, *other[1:]] for other in others]
    for u, row in enumerate(clicks):
        matrix = [[0.0] * size for _ in range(size)]
        right = [0.0] * size
        for i in range(size):
            matrix[i][i] = L2_FACTORS if i else L2
        for f, y in enumerate(row):
            if y == 0:
                continue
            x = inputs[f]
            rest = y - w0 - others[f][0]
            for i in range(size):
                right[i] += x[i] * rest
                for j in range(i, size):
                    matrix[i][j] += x[i] * x[j]
        mine[u] = solve(matrix, right)


def _bias(clicks: Table, a: Grid, b: Grid, k: int) -> float:
    total, count = 0.0, 0
    for u, row in enumerate(clicks):
        for f, y in enumerate(row):
            if y != 0:
                total += y - a[u][0] - b[f][0] - _dot(a[u], b[f], k)
                count += 1
    return total / count if count else 0.0


def _loss(clicks: Table, w0: float, a: Grid, b: Grid, k: int) -> float:
    loss = 1e-12  # never 0, so that shares of it make sense
    for u, row in enumerate(clicks):
        for f, y in enumerate(row):
            if y != 0:
                rest = y - w0 - a[u][0] - b[f][0] - _dot(a[u], b[f], k)
                loss += rest * rest
    for side in (a, b):
        for one in side:
            loss += L2 * one[0] * one[0] + L2_FACTORS * _dot(one, one, k)
    return loss


def solve(matrix: Grid, right: list[float]) -> list[float]:
    """The solution of a symmetric positive definite system, of which only the upper half is read.

    By elimination, in place; O(n³).

    >>> solve([[2.0, 1.0], [0.0, 3.0]], [3.0, 4.0])
    [1.0, 1.0]
    """
    size = len(right)
    for i in range(size):
        for j in range(i + 1, size):
            share = matrix[i][j] / matrix[i][i]
            for c in range(j, size):
                matrix[j][c] -= share * matrix[i][c]
            right[j] -= share * right[i]
    for i in range(size - 1, -1, -1):
        for c in range(i + 1, size):
            right[i] -= matrix[i][c] * right[c]
        right[i] /= matrix[i][i]
    return right
