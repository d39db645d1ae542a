"""What the picture says, in words and numbers: facts, lines, one sentence, and a table.

words.js says the same in the page; a test compares the two.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from fmteach.live.losses.arithmetic import (
    base_rate,
    bpr,
    floor,
    logloss,
    logloss_slope,
    probability,
    sigmoid,
    squared,
)
from fmteach.live.written import fixed

RATES = {"mse": 0.1, "logloss": 1.0, "bpr": 1.0}  # of the one step that the arrow shows
RANGES = {"mse": (0.0, 6.0), "logloss": (-6.0, 6.0), "bpr": (-6.0, 6.0)}

Facts = list[tuple[str, str]]


@dataclass(frozen=True)
class State:
    """What the learner has set. See `LossAgainstScore` for the names."""

    loss: str = "logloss"
    rows: str = "1"
    score: float = -1.0
    ctr: float = 0.17
    sigmoids: int = 1
    stars: float = 4.0
    rating: float = 2.5
    liked: float = -0.5
    other: float = 0.5

    @property
    def share(self) -> float:
        """Of rows with y = 1 among those that are looked at."""
        return self.ctr if self.rows == "all" else float(self.rows)

    @property
    def at(self) -> float:
        """Where the point stands on the horizontal axis."""
        if self.loss == "bpr":
            return self.liked - self.other
        return self.rating if self.loss == "mse" else self.score

    def curve(self, at: float) -> tuple[float, float]:
        """The loss and its slope there."""
        if self.loss == "mse":
            return squared(at - self.stars)
        if self.loss == "bpr":
            return bpr(at)
        return (
            logloss(self.share, at, self.sigmoids),
            logloss_slope(self.share, at, self.sigmoids),
        )


def percent(share: float) -> str:
    """A whole number of percent.

    >>> percent(0.17)
    '17 %'
    """
    return f"{fixed(100 * share, 0)} %"


def facts(s: State) -> Facts:
    """The numbers of the point, each with its name."""
    loss, slope = s.curve(s.at)
    if s.loss == "mse":
        return [
            ("prediction ŷ", fixed(s.rating, 2)),
            ("error ŷ − y", fixed(s.rating - s.stars, 2)),
            ("loss (ŷ − y)²", fixed(loss, 4)),
            ("slope 2(ŷ − y)", fixed(slope, 3)),
        ]
    if s.loss == "bpr":
        return [
            ("difference of the scores", fixed(s.at, 2)),
            ("p = σ(difference)", fixed(sigmoid(s.at), 3)),
            ("loss −ln p", fixed(loss, 4)),
            ("slope p − 1", fixed(slope, 3)),
        ]
    p = fixed(probability(s.score, s.sigmoids), 3)
    name = {"1": "loss −ln p", "0": "loss −ln(1 − p)", "all": "mean loss"}[s.rows]
    label = {"1": "1", "0": "0", "all": "CTR"}[s.rows]
    first = ("score ŷ", fixed(s.score, 2))
    if s.sigmoids == 1:
        return [
            first, ("probability p = σ(ŷ)", p), (name, fixed(loss, 4)),
            (f"slope p − {label}" if label != "0" else "slope p", fixed(slope, 3)),
        ]  # fmt: skip
    return [
        first,
        ("the model’s output, σ(ŷ)", fixed(sigmoid(s.score), 3)),
        ("p in the loss, σ(σ(ŷ))", p),
        (name, fixed(loss, 4)),
        ("slope", fixed(slope, 3)),
    ]


def lines(s: State) -> list[tuple[str, float]]:
    """The level lines: the base rate of all rows, and the floor of two sigmoids."""
    if s.loss != "logloss":
        return []
    found = [("base rate", base_rate(s.ctr))] if s.rows == "all" else []
    if s.sigmoids == 2:
        found.append(("floor", floor(s.share, 2)))
    return found


def sentence(s: State) -> str:
    """What the picture says now."""
    loss, slope = s.curve(s.at)
    if s.loss == "mse":
        return (
            f"y = {fixed(s.stars, 1)} stars, prediction {fixed(s.rating, 2)}: loss "
            f"{fixed(loss, 4)}. {_step(slope, RATES['mse'], 'the prediction')}"
        )
    if s.loss == "bpr":
        return _pair(s, loss, slope)
    p = probability(s.score, s.sigmoids)
    if s.rows != "all":
        seen = (
            f"the model says p = {fixed(p, 3)}" if s.sigmoids == 1 else
            f"the model says {fixed(sigmoid(s.score), 3)}, but the loss takes p = {fixed(p, 3)}"
        )  # fmt: skip
        least = "" if s.sigmoids == 1 else (
            f" No score brings the loss of this row below {fixed(floor(s.share, 2), 4)}."
        )  # fmt: skip
        return (
            f"y = {s.rows}, and {seen}: loss {fixed(loss, 4)}. "
            f"{_step(slope, RATES['logloss'], 'the score')}{least}"
        )
    base = base_rate(s.ctr)
    if s.sigmoids == 1:
        best = math.log(s.ctr / (1 - s.ctr))
        return (
            f"One score in every row, at a CTR of {percent(s.ctr)}: here the mean loss is "
            f"{fixed(loss, 4)}. The lowest point is {fixed(base, 4)}, the base rate, at score "
            f"{fixed(best, 2)} (p = {fixed(s.ctr, 2)})."
        )
    least = floor(s.ctr, 2)
    verdict = (
        f"That is above the base rate: p = {fixed(s.ctr, 2)} in every row costs only "
        f"{fixed(base, 4)}."
        if least > base else
        f"That is below the base rate, {fixed(base, 4)}, and still far from 0."
    )  # fmt: skip
    return (
        f"Two sigmoids keep p between 0.5 and 0.731. At a CTR of {percent(s.ctr)} a model that "
        f"knows every label comes near to {fixed(least, 4)}, and no model goes below. {verdict}"
    )


def _step(slope: float, rate: float, what: str) -> str:
    move = fixed(abs(slope) * rate, 3)
    if float(move) == 0:
        return f"The slope is almost 0: {what} stays where it is."
    rises = "raises" if slope < 0 else "lowers"
    return f"One step with learning rate {rate:g} {rises} {what} by {move}."


def _pair(s: State, loss: float, slope: float) -> str:
    gap = fixed(abs(s.at), 2)
    where = (
        "Both films have the same score" if float(gap) == 0 else
        f"The liked film stands {gap} {'above' if s.at > 0 else 'below'} the other"
    )  # fmt: skip
    return (
        f"{where}: loss {fixed(loss, 4)}. One step with learning rate 1 raises the liked film by "
        f"{fixed(abs(slope), 3)} and lowers the other by as much."
    )


def table(s: State) -> tuple[list[str], list[list[str]]]:
    """The curves as a table: its head, and its rows."""
    if s.loss == "mse":
        head = ["prediction ŷ", "error", "loss", "slope"]
        return head, _rows(0, 6, 0.5, lambda at: _numbers(at, (at - s.stars, 2), *_both(s, at)))
    if s.loss == "bpr":
        head = ["difference", "p", "loss", "slope"]
        return head, _rows(-6, 6, 1, lambda at: _numbers(at, (sigmoid(at), 3), *_both(s, at)))
    head, shares = ["score ŷ", "p", "loss, y = 1", "loss, y = 0"], [1.0, 0.0]
    if s.rows == "all":
        head.append(f"mean, CTR {percent(s.ctr)}")
        shares.append(s.ctr)
    losses = partial(logloss, sigmoids=s.sigmoids)
    return head, _rows(
        -6, 6, 1,
        lambda at: _numbers(
            at, (probability(at, s.sigmoids), 3), *((losses(share, at), 4) for share in shares)
        ),
    )  # fmt: skip


def _both(s: State, at: float) -> tuple[tuple[float, int], tuple[float, int]]:
    loss, slope = s.curve(at)
    return (loss, 4), (slope, 3)


def _numbers(at: float, *others: tuple[float, int]) -> list[str]:
    return [fixed(at, 1), *(fixed(number, digits) for number, digits in others)]


def _rows(start: float, end: float, step: float, row: Callable[[float], list[str]]):
    return [row(start + n * step) for n in range(round((end - start) / step) + 1)]
