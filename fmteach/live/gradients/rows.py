"""One small row and its forward pass in named steps, with autograd and finite differences of each.

    z_il = v_il x_i          s_l = sum_i z_il        q_l = sum_i z_il²
    pair = ½ sum_l (s_l² - q_l)      lin = sum_i w_i x_i      ŷ = w0 + lin + pair
    loss = (ŷ - y)²  or the logloss of p = sigmoid(ŷ)

derivatives.js has the same forward pass and the same differences in the browser.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import torch

from fmteach.errors import InputError

D, K = 3, 2
LOSSES = ("squared", "log")
STEP = 1e-4  # of the central differences


@dataclass(frozen=True)
class Row:
    """x: [3], V: [3][2], w0, w: [3], y: 0 or 1. Plain floats, so that a page can have them."""

    x: list[float]
    V: list[list[float]]
    w0: float
    w: list[float]
    y: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def own_row(x: Any, V: Any, w0: Any, w: Any, y: Any) -> Row:
    """A learner's numbers as a Row; InputError says which of them cannot be used."""
    shapes = {"x": (D,), "V": (D, K), "w0": (), "w": (D,), "y": ()}
    out = {}
    for name, value in {"x": x, "V": V, "w0": w0, "w": w, "y": y}.items():
        try:
            array = np.asarray(torch.as_tensor(value).detach(), dtype=np.float64)
        except (TypeError, ValueError, RuntimeError):
            raise InputError(f"{name} must hold numbers; got {value!r}") from None
        if array.shape != shapes[name]:
            raise InputError(
                f"{name} must have the shape {list(shapes[name])} (3 features, 2 factors); got "
                f"{list(array.shape)}"
            )
        if not np.isfinite(array).all() or np.abs(array).max() > 100:
            raise InputError(f"{name} must hold numbers between -100 and 100; got {value!r}")
        out[name] = array.tolist()
    if out["y"] not in (0.0, 1.0):
        raise InputError(f"y must be 0 or 1, so that both losses can be shown; got {y!r}")
    return Row(**out)


def random_rows(rng: np.random.Generator, count: int) -> list[Row]:
    """Numbers of one decimal, none of them 0 or 1, so that nothing fits by chance.

    Both labels occur among two rows or more: what holds for one of them is never right on all.
    """

    def some(*shape: int) -> Any:
        size = rng.integers(2, 20, shape) / 10
        size = np.where(size == 1.0, 0.9, size)
        return (size * rng.choice([-1.0, 1.0], shape)).round(1).tolist()

    rows = [
        Row(x=some(D), V=some(D, K), w0=some(), w=some(D), y=float(rng.integers(0, 2)))
        for _ in range(count)
    ]
    if len({row.y for row in rows}) == 1:
        rows[-1] = replace(rows[-1], y=1 - rows[-1].y)
    return rows


def forward(row: Row) -> dict[str, Any]:
    """Every named step of the row; loss has both kinds."""
    z = [[v * x for v in factors] for x, factors in zip(row.x, row.V, strict=True)]
    s = [sum(of) for of in zip(*z, strict=True)]
    q = [sum(one * one for one in of) for of in zip(*z, strict=True)]
    pair, lin = pair_of(s, q), sum(w * x for w, x in zip(row.w, row.x, strict=True))
    yhat = row.w0 + lin + pair
    return {
        "z": z, "s": s, "q": q, "pair": pair, "lin": lin, "ŷ": yhat, "p": sigmoid(yhat),
        "loss": {kind: loss_of(yhat, row.y, kind) for kind in LOSSES},
    }  # fmt: skip


def pair_of(s: list[float], q: list[float]) -> float:
    return 0.5 * sum(one * one - two for one, two in zip(s, q, strict=True))


def sigmoid(score: float) -> float:
    if score < 0:
        return math.exp(score) / (1 + math.exp(score))
    return 1 / (1 + math.exp(-score))


def loss_of(yhat: float, y: float, kind: str) -> float:
    if kind == "squared":
        return (yhat - y) ** 2
    return max(yhat, 0.0) - yhat * y + math.log1p(math.exp(-abs(yhat)))


def names_at(row: Row, i: int, l: int) -> dict[str, float]:
    """What each name of a formula is for feature i and factor l (from 0)."""
    steps = forward(row)
    return {
        "x_i": row.x[i], "v_il": row.V[i][l], "w_i": row.w[i], "w0": row.w0, "y": row.y,
        "z_il": steps["z"][i][l], "s_l": steps["s"][l], "q_l": steps["q"][l],
        "pair": steps["pair"], "lin": steps["lin"], "ŷ": steps["ŷ"], "p": steps["p"],
    }  # fmt: skip


def autograd(row: Row) -> dict[str, list[list[float]]]:
    """What torch says for each derivative: key -> [3][2], the value for feature i and factor l."""

    def leaf(value: Any) -> torch.Tensor:
        return torch.tensor(value, dtype=torch.float64, requires_grad=True)

    x, V, w0, w = leaf(row.x), leaf(row.V), leaf(row.w0), leaf(row.w)
    z = x[:, None] * V
    s, q = z.sum(0), (z * z).sum(0)
    pair, lin = 0.5 * (s * s - q).sum(), (w * x).sum()
    yhat = w0 + lin + pair
    y = torch.tensor(row.y, dtype=torch.float64)
    losses = {
        "squared": (yhat - y) ** 2,
        "log": torch.nn.functional.binary_cross_entropy_with_logits(yhat, y),
    }

    def slope(of: torch.Tensor, by: torch.Tensor) -> torch.Tensor:
        return torch.autograd.grad(of, by, retain_graph=True)[0]

    # Each factor of s and q meets the z of that factor alone: the sum over l mixes nothing.
    found = {
        "dz_dv": slope(z.sum(), V),
        "ds_dz": slope(s.sum(), z),
        "dq_dz": slope(q.sum(), z),
        "dpair_ds": slope(pair, s).expand(D, K),
        "dpair_dq": slope(pair, q).expand(D, K),
        "dy_dw0": slope(yhat, w0).expand(D, K),
        "dy_dw": slope(yhat, w)[:, None].expand(D, K),
        "dy_dv": slope(yhat, V),
        **{f"dloss_dy:{kind}": slope(loss, yhat).expand(D, K) for kind, loss in losses.items()},
    }
    return {key: value.tolist() for key, value in found.items()}


def difference(row: Row, key: str, i: int, l: int) -> float:
    """The central finite difference of the step that `key` names, for feature i and factor l."""
    steps = forward(row)

    def slope(f: Any, at: float) -> float:
        return (f(at + STEP) - f(at - STEP)) / (2 * STEP)

    def put(values: list[float], place: int, new: float) -> list[float]:
        return [new if n == place else old for n, old in enumerate(values)]

    def score(**changed: Any) -> float:
        return forward(Row(**{**row.as_dict(), **changed}))["ŷ"]

    z, s, q, w, V = steps["z"], steps["s"], steps["q"], row.w, row.V
    column = [of[l] for of in z]
    kind, _, loss = key.partition(":")
    if kind == "dz_dv":
        return slope(lambda t: t * row.x[i], V[i][l])
    if kind == "ds_dz":
        return slope(lambda t: sum(put(column, i, t)), z[i][l])
    if kind == "dq_dz":
        return slope(lambda t: sum(one * one for one in put(column, i, t)), z[i][l])
    if kind == "dpair_ds":
        return slope(lambda t: pair_of(put(s, l, t), q), s[l])
    if kind == "dpair_dq":
        return slope(lambda t: pair_of(s, put(q, l, t)), q[l])
    if kind == "dy_dw0":
        return slope(lambda t: score(w0=t), row.w0)
    if kind == "dy_dw":
        return slope(lambda t: score(w=put(w, i, t)), w[i])
    if kind == "dy_dv":
        moved = lambda t: [put(of, l, t) if n == i else of for n, of in enumerate(V)]  # noqa: E731
        return slope(lambda t: score(V=moved(t)), V[i][l])
    return slope(lambda t: loss_of(t, row.y, loss), steps["ŷ"])
