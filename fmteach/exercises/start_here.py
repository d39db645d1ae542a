"""The check of notebook 00: the doctor was asked, and nothing fails."""

from __future__ import annotations

from typing import Any

from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback, not_attempted


def check_doctor(report: Any) -> Feedback:
    """Exercise 0.1. report: what `fmteach.doctor.report()` returned.

    >>> check_doctor(None).verdict
    'not attempted'
    """
    name = "0.1 doctor"
    if not hasattr(report, "checks"):
        return not_attempted(name, "run the cell with doctor.report() first.")
    failed = [check for check in report.checks if check.status == "fail"]
    if failed:
        what = "; ".join(f"{check.name}: {check.advice}" for check in failed)
        return Feedback(name, "not yet", f"{len(failed)} of the checks failed. {what}")
    return Feedback(name, "correct", "this machine can run the whole course.")


EXERCISES = (
    Exercise(
        "0.1", "doctor", check_doctor,
        hints=(
            "Run the cell above this one first: it makes the report.",
            "A line of the report that starts with a cross says what to do about it.",
            "report = doctor.report(), then check(\"0.1\", report).",
        ),
        solution="Nothing has to be written: run the report, do what its failed lines advise, and "
        "check again.",
    ),
)  # fmt: skip
