"""How good an expression is: exact, close or wrong, on the learner's numbers and on random rows.

derivatives.js judges in the browser by the same rules; a test compares the two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fmteach.errors import InputError
from fmteach.live.gradients.expression import Unfinished, evaluate, parse, show
from fmteach.live.gradients.fields import Field
from fmteach.live.gradients.rows import D, K, Row, autograd, names_at

CLOSE = 0.6  # a bar as full as this is called close
_NEAR = 1e-9  # far above rounding, far below what anybody would add by mistake


@dataclass(frozen=True)
class Judged:
    """verdict: "open", "unfinished", "exact", "close", "wrong" or "unclear" (not understood).

    score: how full the bar is, 0 to 1. says: the sentence. read: the expression with every product
    written out. values: [3][2], what it gives on the learner's own numbers.
    """

    verdict: str
    score: float = 0.0
    says: str = ""
    read: str = ""
    values: tuple[tuple[float, ...], ...] = ()


def judge(field: Field, text: str, rows: Sequence[Row]) -> Judged:
    """Judge an expression. rows: the row that is shown, then others. O(rows) evaluations.

    The score is 1 minus the mean of |a - b| / (|a| + |b|) of value a and truth b, over all features
    and factors of all rows: a turned sign gives 0, a lost factor of 2 gives 2/3.

    >>> from fmteach.live.gradients.fields import field_of
    >>> from fmteach.live.gradients.rows import random_rows
    >>> import numpy as np
    >>> rows = random_rows(np.random.default_rng(0), 2)
    >>> judge(field_of("dq_dz", "log"), "z_il", rows).says
    'Half of the truth: the slope of a square t² is 2t. The factor 2 is lost.'
    """
    if not text.strip():
        return Judged("open")
    try:
        tree = parse(text, field.names)
    except Unfinished as problem:
        return Judged("unfinished", says=f"Not finished: {problem}.")
    except InputError as problem:
        return Judged("unclear", says=f"Not understood: {problem}.")
    places = [(row, i, l) for row in rows for i in range(D) for l in range(K)]
    names = [names_at(*place) for place in places]
    truths = [autograd(row)[field.key] for row in rows]
    wanted = [one for truth in truths for factors in truth for one in factors]
    got = [evaluate(tree, values) for values in names]
    own = tuple(tuple(got[i * K : (i + 1) * K]) for i in range(D))
    read = show(tree)
    if not all(math.isfinite(value) for value in got):
        return Judged(
            "wrong", 0.0, "On some rows this is not a number. Is there a division by 0?", read, own
        )
    if _equal(got, wanted):
        return Judged("exact", 1.0, "Exact, on these numbers and on the random rows.", read, own)
    score = 1 - sum(_apart(a, b) for a, b in zip(got, wanted, strict=True)) / len(got)
    verdict = "close" if score >= CLOSE else "wrong"
    return Judged(verdict, score, _say(field, got, wanted, names), read, own)


def _say(field: Field, got: list[float], wanted: list[float], names: list[dict[str, float]]) -> str:
    for expression, says in field.slips:
        tree = parse(expression, field.names)
        if _equal(got, [evaluate(tree, values) for values in names]):
            return says
    # No row has a truth of 0 throughout, so the largest one can be divided by.
    at = max(range(len(wanted)), key=lambda n: abs(wanted[n]))
    ratio = got[at] / wanted[at]
    for factor, says in (
        (-1.0, "The size is right everywhere, and the sign is turned."),
        (2.0, "Twice the truth everywhere: look for a 2 too many, or for a lost ½."),
        (0.5, "Half of the truth everywhere: look for a lost 2, or for a ½ too many."),
    ):
        if abs(ratio - factor) < _NEAR and _equal(got, [factor * one for one in wanted]):
            return says
    if _equal(got[: D * K], wanted[: D * K]):
        return "It fits these numbers, and not the random rows: press Random numbers and look."
    if _equal(got, got[:1] * len(got)) and not _equal(wanted, wanted[:1] * len(wanted)):
        return "That is one number for all. The derivative depends on the row."
    return "Compare the three numbers, then nudge one thing: what moves with it?"


def _equal(got: Sequence[float], wanted: Sequence[float]) -> bool:
    return all(abs(a - b) <= _NEAR * max(1.0, abs(b)) for a, b in zip(got, wanted, strict=True))


def _apart(a: float, b: float) -> float:
    size = abs(a) + abs(b)
    return abs(a - b) / size if size > 1e-12 else 0.0
