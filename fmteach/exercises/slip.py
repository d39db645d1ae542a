"""A slip: a wrong answer that learners really give, and what it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Slip:
    """One misconception of an exercise, as data.

    name: a few words, for teachers and tests. says: the words of the feedback that name the
    misconception; no other slip of the exercise has the same. answer: what a learner hands in who
    has it: a function with the learner's signature where a function is asked, else the tuple (or
    dict, for named ones) of what is given to `check`.

    A wrong function is recognised by what it computes, not by how it is written: it is compared
    with `answer` on the numbers of every trial.
    """

    name: str
    answer: Any
    says: str
