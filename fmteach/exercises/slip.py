"""A slip: a wrong answer that learners really give, and what it is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Made:
    """An answer that takes time to make, such as a trained run. make() makes it, when it is asked
    for: the answer as it stands in a `Slip`."""

    make: Callable[[], Any]


def given(answer: Any) -> Any:
    """The answer itself, made where that is still to be done.

    >>> given((2,)), given(Made(lambda: (3,)))
    ((2,), (3,))
    """
    return answer.make() if isinstance(answer, Made) else answer


@dataclass(frozen=True)
class Slip:
    """One misconception of an exercise, as data.

    name: a few words, for teachers and tests. says: the words of the feedback that name the
    misconception; no other slip of the exercise has the same. answer: what a learner hands in who
    has it: a function with the learner's signature where a function is asked, else the tuple (or
    dict, for named ones) of what is given to `check`; or a `Made` that makes one of these.

    A wrong function is recognised by what it computes, not by how it is written: it is compared
    with `answer` on the numbers of every trial.
    """

    name: str
    answer: Any
    says: str
