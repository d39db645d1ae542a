"""The planted truth: a factorization machine that knows the chance of every click.

Row number r of n has the time t = (r + 1/2) / n, from 0 to 1, and one cell c_j in each field j. Its
score is

    s(c, t) = w0 + trend · (t - 1/2) + Σ_j w_j[c_j](t) + Σ_{i<j} ⟨v_i[c_i](t), v_j[c_j](t)⟩

and it is clicked with the probability 1 / (1 + exp(-s)).

- Cells are drawn independently in each field, by Zipf's law (blanks and numbers: see fields.py).
- Weights and factors are normal. A cell with the share p of the rows is scaled by
  sqrt(p / (p + rare)): what is hardly ever seen says little.
- In every field they are centred: their mean over the rows is 0. So the pairwise term has the
  mean 0 whatever one of the fields is, and no linear model can catch any part of it.
- They are scaled so that over all rows the linear term has the standard deviation `linear` and
  the pairwise term the standard deviation `strength` (both in logits). strength 0: linear truth.
- With drift, w_j(t) = cos(drift · t) w_j + sin(drift · t) w_j', where w_j' is a second draw, and
  the same for the factors: by time 1 they have turned by the angle `drift` (in radians).
- w0 is set so that the mean probability is the dialect's click rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from fmteach.arguments import above_zero, finite_number, whole_number, zero_or_more
from fmteach.datasets.choices import checked_seed
from fmteach.datasets.synthetic import draws
from fmteach.datasets.synthetic.dialects import DAY, DAYS, Dialect, get_dialect
from fmteach.errors import InputError

BLOCK = 1 << 15  # rows that are drawn at once; the rows depend on it
_WEIGHTS, _FACTORS, _ROWS, _CALIBRATION = 1, 2, 3, 4  # different streams of random numbers
_CALIBRATION_BLOCKS = 4
_HOURS = np.cumsum(np.tile(DAY, DAYS)) / (DAYS * DAY.sum())


@dataclass(frozen=True, eq=False)
class Basis:
    """Parameters of every field: weights [cells], factors [cells, rank], both float64."""

    weights: tuple[np.ndarray, ...]
    factors: tuple[np.ndarray, ...]


@dataclass(frozen=True, eq=False)
class Block:
    """Some rows. cells: int32 [fields, n]. words: uint64 [fields, n], the random words they come
    from. times: [n]. scores: float64 [n], the true ones. y: bool [n], clicked or not."""

    cells: np.ndarray
    words: np.ndarray
    times: np.ndarray
    scores: np.ndarray
    y: np.ndarray


@dataclass(frozen=True, eq=False)
class Truth:
    """A planted truth. Made by `plant`."""

    dialect: Dialect
    seed: int
    rank: int
    linear: float
    strength: float
    ctr: float
    drift: float
    trend: float
    w0: float
    start: Basis
    turned: Basis | None
    tables: tuple[np.ndarray, ...]

    def scores(self, cells: np.ndarray, times: np.ndarray) -> np.ndarray:
        """The true scores (logits). cells: whole numbers [fields, n]; times: [n]; -> [n].

        O(rank · fields) a row: the pairwise term by its square of the sum.
        """
        n, width = len(times), self.tables[0].shape[1]
        total, row = np.zeros((n, width)), np.empty((n, width))
        for table, column in zip(self.tables, cells, strict=True):
            np.take(table, column, axis=0, out=row, mode="clip")
            total += row
        k = self.rank
        base = self.w0 + self.trend * (times - 0.5)
        if self.turned is None:
            plain, v = total[:, 0], total[:, 1:]
        else:
            c, s = np.cos(self.drift * times), np.sin(self.drift * times)
            w, w2, own, own2, cross = total[:, :5].T
            plain = c * w + s * w2 - 0.5 * (c * c * own + s * s * own2 + 2 * c * s * cross)
            v = c[:, None] * total[:, 5 : 5 + k] + s[:, None] * total[:, 5 + k :]
        return base + plain + 0.5 * np.einsum("nk,nk->n", v, v)

    def block(self, number: int, rows: int) -> Block:
        """Rows number · BLOCK and on, of `rows` rows in all.

        The cells of a row do not depend on `rows`; its time does.
        """
        start = number * BLOCK
        return self._rows(start, min(BLOCK, rows - start), rows, _ROWS, number)

    def _rows(self, start: int, n: int, rows: int, *key: int) -> Block:
        fields = self.dialect.fields
        words = draws.raw((len(fields) + 1) * BLOCK, self.seed, *key)
        words = words.reshape(len(fields) + 1, BLOCK)[:, :n]
        times = (np.arange(start, start + n) + 0.5) / rows
        cells = np.empty((len(fields), n), dtype=np.int32)
        for j, field in enumerate(fields):
            cells[j] = hour_number(times) % 24 if field.by_hour else field.draw(words[j])
        scores = self.scores(cells, times)
        y = draws.uniform(words[-1]) < probability(scores)
        return Block(cells, words[:-1], times, scores, y)

    def settings(self) -> dict[str, object]:
        """Everything that determines the truth, as plain values."""
        names = ("seed", "rank", "linear", "strength", "ctr", "drift", "trend")
        return {"dialect": self.dialect.name, **{name: getattr(self, name) for name in names}}


def probability(scores: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-s)), without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * scores))


def hour_number(times: np.ndarray) -> np.ndarray:
    """The hour since the start, 0 .. 24 · DAYS - 1, of times from 0 to 1. int64 [n]."""
    return np.minimum(np.searchsorted(_HOURS, times, side="right"), 24 * DAYS - 1)


def plant(
    dialect: str = "clicks",
    seed: int = 0,
    *,
    strength: float | None = None,
    rank: int = 3,
    linear: float | None = None,
    ctr: float | None = None,
    drift: float = 0.0,
    trend: float = 0.0,
) -> Truth:
    """Plant a truth; what the arguments do is said at the top of this module.

    strength, linear, ctr: None takes the dialect's own. Errors: InputError for values out of range.

    >>> truth = plant("clicks", rank=2, strength=1.0)
    >>> truth.start.factors[1].shape
    (4000, 2)
    """
    kind = get_dialect(dialect)
    strength = zero_or_more("strength", kind.strength if strength is None else strength)
    linear = zero_or_more("linear", kind.linear if linear is None else linear)
    ctr = above_zero("ctr", kind.ctr if ctr is None else ctr)
    if ctr >= 1:
        raise InputError(f"ctr must be a share between 0 and 1; got {ctr}")
    rank = whole_number("rank", rank, most=64)
    drift, trend = zero_or_more("drift", drift), finite_number("trend", trend)
    return _plant(dialect, checked_seed(seed), strength, rank, linear, ctr, drift, trend)


@lru_cache(maxsize=4)
def _plant(
    dialect: str, seed: int, strength: float, rank: int, linear: float, ctr: float, drift: float,
    trend: float,
) -> Truth:  # fmt: skip
    kind = get_dialect(dialect)
    start = _basis(kind, seed, rank, linear, strength, 0)
    turned = _basis(kind, seed, rank, linear, strength, 1) if drift else None
    truth = Truth(
        kind, seed, rank, linear, strength, ctr, drift, trend, 0.0, start, turned,
        _tables(start, turned),
    )  # fmt: skip
    rows = _CALIBRATION_BLOCKS * BLOCK
    sample = [
        truth._rows(b * BLOCK, BLOCK, rows, _CALIBRATION, b).scores
        for b in range(_CALIBRATION_BLOCKS)
    ]
    return Truth(**{**vars(truth), "w0": _intercept(np.concatenate(sample), ctr)})


def _basis(
    kind: Dialect, seed: int, rank: int, linear: float, strength: float, number: int
) -> Basis:
    weights, factors = [], []
    for j, field in enumerate(kind.fields):
        groups = int(field.group.max()) + 1
        share = np.bincount(field.group, field.shares, groups)
        scale = np.sqrt(share / (share + kind.rare))
        w = scale * draws.normal((groups,), seed, _WEIGHTS, number, j)
        v = scale[:, None] * draws.normal((groups, rank), seed, _FACTORS, number, j)
        weights.append((w - share @ w)[field.group])
        factors.append((v - share @ v)[field.group])
    columns = list(zip(kind.fields, weights, factors, strict=True))
    linear_variance = sum(field.shares @ w**2 for field, w, _ in columns)
    # Var Σ_{i<j} ⟨v_i, v_j⟩ = Σ_{i<j} tr(C_i C_j), with C_j the covariance of v_j over the rows.
    covariances = np.array([v.T @ (field.shares[:, None] * v) for field, _, v in columns])
    together = covariances.sum(axis=0)
    pair_variance = 0.5 * ((together**2).sum() - (covariances**2).sum())
    a, b = linear / np.sqrt(linear_variance), np.sqrt(strength) / pair_variance**0.25
    return Basis(tuple(a * w for w in weights), tuple(b * v for v in factors))


def _tables(start: Basis, turned: Basis | None) -> tuple[np.ndarray, ...]:
    """What a row adds up, by field: [cells, columns]. See Truth.scores."""
    tables = []
    for j, (w, v) in enumerate(zip(start.weights, start.factors, strict=True)):
        own = (v**2).sum(axis=1)
        if turned is None:
            tables.append(np.column_stack([w - 0.5 * own, v]))
        else:
            w2, v2 = turned.weights[j], turned.factors[j]
            scalars = [w, w2, own, (v2**2).sum(axis=1), (v * v2).sum(axis=1)]
            tables.append(np.column_stack([*scalars, v, v2]))
    return tuple(tables)


def _intercept(scores: np.ndarray, ctr: float) -> float:
    """w0 that gives the mean probability `ctr`, by bisection: the mean rises with w0."""
    low, high = -1e3, 1e3
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if probability(scores + middle).mean() < ctr else (low, middle)
    return 0.5 * (low + high)
