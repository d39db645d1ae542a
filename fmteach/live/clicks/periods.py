"""A test period in parts: what scores are worth in each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import torch

from fmteach import tasks
from fmteach.errors import InputError
from fmteach.training.arrays import column, scores_and_targets, sigmoid
from fmteach.training.calibration import shift_to, wilson

_SPANS = {"day": 86_400, "hour": 3_600}
_MOST_PARTS = 200


@dataclass(frozen=True)
class Part:
    """One part of the period. *_next: with the shift that was right for the part before it."""

    label: str
    rows: int
    click_rate: float
    low: float
    high: float
    mean_predicted: float
    logloss: float
    auc: float
    shift: float
    mean_next: float
    logloss_next: float

    @property
    def ratio(self) -> float:
        """Mean prediction over click rate; 1 is right. NaN without a click."""
        return self.mean_predicted / self.click_rate if self.click_rate else float("nan")


class Period:
    """Rows in order of time. span: "day", "hour", or None for parts of equally many rows, and then
    parts is how many. Arguments as in `by_time`."""

    def __init__(self, times: Any, scores: Any, y: Any, parts: str | int | None) -> None:
        scores, y = scores_and_targets(scores, y, labels=True)
        if np.isnan(scores).any():
            raise InputError("scores hold NaN: there is nothing to calibrate")
        times = None if times is None else column("times", times)
        if times is not None and len(times) != len(y):
            raise InputError(f"times has {len(times)} rows and y has {len(y)}: give one a row")
        order = np.arange(len(y)) if times is None else np.argsort(times, kind="stable")
        self._scores, self._y = scores[order], y[order]
        self._times = None if times is None else times[order]
        self.span, self.parts = _way_to_cut(self._times, parts, len(y))
        self.auc = tasks.auc(torch.from_numpy(self._scores), torch.from_numpy(self._y))

    def __len__(self) -> int:
        return len(self._y)

    def cut(self, count: int) -> list[Part]:
        """The parts; count: how many, when no span cuts them. O(n log n)."""
        n = len(self._y)
        if self.span is not None:
            number = np.floor_divide(self._times, _SPANS[self.span])
            first = np.flatnonzero(np.diff(number, prepend=number[0] - 1))
        else:
            first = np.arange(count) * n // count
        found: list[Part] = []
        before = 0.0
        for place, (start, end) in enumerate(zip(first, [*first[1:], n], strict=True)):
            part = self._part(place, slice(start, end), before)
            found.append(part)
            before = part.shift if np.isfinite(part.shift) else before
        return found

    def _part(self, place: int, at: slice, before: float) -> Part:
        scores, y = torch.from_numpy(self._scores[at]), torch.from_numpy(self._y[at])
        clicks, rows = float(y.sum()), len(y)
        low, high = wilson(clicks, rows)
        label = str(place + 1) if self._times is None else self._when(self._times[at][0])
        return Part(
            label=label,
            rows=rows,
            click_rate=clicks / rows,
            low=float(low),
            high=float(high),
            mean_predicted=float(torch.sigmoid(scores).mean()),
            logloss=tasks.logloss(scores, y),
            auc=tasks.auc(scores, y),
            shift=shift_to(scores, y),
            mean_next=float(sigmoid(self._scores[at] + before).mean()),
            logloss_next=tasks.logloss(scores + before, y),
        )

    def _when(self, seconds: float) -> str:
        moment = datetime.fromtimestamp(float(seconds), UTC)
        return moment.strftime("%d %b" if self.span == "day" else "%d %b %H:%M")


def _way_to_cut(times: np.ndarray | None, parts: Any, n: int) -> tuple[str | None, int]:
    """(span, 0) to cut by the calendar, (None, number of parts) to cut into equal parts."""
    reach = 0.0 if times is None else float(times[-1] - times[0])
    if parts is None:
        seconds = times is not None and times[0] > 1e8  # later than 1973: seconds, not numbers
        if seconds and reach >= 2 * _SPANS["day"] and reach < 60 * _SPANS["day"]:
            return "day", 0
        if seconds and 3 * _SPANS["hour"] <= reach < 2 * _SPANS["day"]:
            return "hour", 0
        return None, min(10, n)
    if isinstance(parts, str):
        if parts not in _SPANS or times is None:
            raise InputError(
                f"parts is {parts!r}: give 'day' or 'hour' (with times in seconds), or a number"
            )
        if reach / _SPANS[parts] > _MOST_PARTS:
            raise InputError(
                f"the times reach over {reach / _SPANS[parts]:,.0f} {parts}s: more than "
                f"{_MOST_PARTS} parts cannot be read; give a number of parts"
            )
        return parts, 0
    if (
        isinstance(parts, bool)
        or not isinstance(parts, int)
        or not 1 <= parts <= min(n, _MOST_PARTS)
    ):
        raise InputError(
            f"parts must be a whole number from 1 to {min(n, _MOST_PARTS)}; got {parts!r}"
        )
    return None, parts
