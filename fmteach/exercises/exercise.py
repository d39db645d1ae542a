"""What an exercise is: a check, a ladder of three hints, and a solution."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fmteach.exercises.feedback import Feedback


@dataclass(frozen=True)
class Exercise:
    """One exercise of the course.

    id: "3.1", the chapter and a number. check: takes what the learner made, returns Feedback.
    hints: from a nudge to all but the answer; only the third may give the way in code.
    solution: a function, whose source is shown, or a text. seconds: how long a check may take.
    """

    id: str
    title: str
    check: Callable[..., Feedback]
    hints: tuple[str, str, str]
    solution: Callable[..., Any] | str
    seconds: float = 30.0

    @property
    def name(self) -> str:
        return f"{self.id} {self.title}"

    @property
    def chapter(self) -> int:
        return int(self.id.partition(".")[0])

    def answer(self) -> str:
        """The solution as text: real source, or words."""
        if isinstance(self.solution, str):
            return self.solution
        return textwrap.dedent(inspect.getsource(self.solution)).rstrip()
