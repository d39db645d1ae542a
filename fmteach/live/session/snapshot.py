"""What a live run shows of itself: an immutable snapshot, and its speed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fmteach.training import StepRecord

WINDOW_SECONDS = 3.0
MARK_SECONDS = 0.1


@dataclass(frozen=True)
class Snapshot:
    """What a run was doing at one moment. Making it waits for nothing.

    ``seconds`` is training time without the pauses; ``samples_per_second`` is smoothed over the
    last three seconds of it; ``eta_seconds`` is None before the first step and after the last.
    """

    name: str
    status: str
    step: int
    total_steps: int
    epoch: float
    seconds: float
    samples: int
    samples_per_second: float | None
    eta_seconds: float | None
    learning_rate: float | None
    record: StepRecord | None
    evaluation: StepRecord | None
    best: StepRecord | None
    stop_reason: str | None
    error: str | None

    @property
    def active(self) -> bool:
        """True while the run can still make steps (running or paused)."""
        return self.status in ("running", "paused")


class SpeedMeter:
    """Rows a second and seconds a step over the last three seconds of training time.

    One thread feeds it, any thread reads it. `feed` costs O(1).
    """

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int, int]] = deque()  # (seconds, samples, step)
        self._last: tuple[float, int, int] | None = None

    def feed(self, record: StepRecord) -> None:
        """Take the newest record in."""
        point = (record.seconds, record.samples, record.step)
        marks = self._marks
        if not marks or point[0] - marks[-1][0] >= MARK_SECONDS:
            marks.append(point)
            while len(marks) > 2 and point[0] - marks[0][0] > WINDOW_SECONDS:
                marks.popleft()
        self._last = point

    def read(self) -> tuple[float | None, float | None]:
        """(rows a second, seconds a step); both None before the first step."""
        last = self._last
        try:
            first = self._marks[0]
        except IndexError:
            return None, None
        if last is None or last[2] == 0:
            return None, None
        if last[0] - first[0] < 2 * MARK_SECONDS:
            first = (0.0, 0, 0)
        seconds, samples, steps = (b - a for a, b in zip(first, last, strict=True))
        if seconds <= 0 or steps <= 0:
            return None, None
        return samples / seconds, seconds / steps
