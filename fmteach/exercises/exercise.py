"""What an exercise is: a check, a ladder of three hints, a solution, and the slips it knows."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fmteach.exercises.feedback import Feedback
from fmteach.exercises.slip import Slip

KINDS = ("code", "number", "choice")


@dataclass(frozen=True)
class Exercise:
    """One exercise of the course.

    id: "3.1", the chapter and a number; "3.a" for a warm-up question about earlier chapters.
    check: takes what the learner made, returns Feedback. hints: three, from a nudge to all but the
    answer; only the third may give the way in code. A warm-up has none. solution: a function, whose
    source is shown, or a text. seconds: how long a check may take. stub: what the notebook's cell
    holds before the learner writes. slips: the wrong answers with an answer of their own.
    kind: one of KINDS. question, choices, unit: of the kinds "number" and "choice".
    """

    id: str
    title: str
    check: Callable[..., Feedback]
    hints: tuple[str, ...]
    solution: Callable[..., Any] | str
    seconds: float = 30.0
    stub: str = ""
    slips: tuple[Slip, ...] = ()
    kind: str = "code"
    question: str = ""
    choices: tuple[str, ...] = ()
    unit: str = ""

    @property
    def name(self) -> str:
        return f"{self.id} {self.title}"

    @property
    def chapter(self) -> int:
        return int(self.id.partition(".")[0])

    @property
    def warm_up(self) -> bool:
        """Whether it is a question about earlier chapters, at the start of a notebook."""
        return self.id.partition(".")[2].isalpha()

    def answer(self) -> str:
        """The solution as text: real source, or words."""
        if isinstance(self.solution, str):
            return self.solution
        return textwrap.dedent(inspect.getsource(self.solution)).rstrip()
