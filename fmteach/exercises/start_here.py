"""The check of notebook 00: the doctor was asked, and nothing fails."""

from __future__ import annotations

import math
from types import ModuleType, SimpleNamespace
from typing import Any

from fmteach.exercises.answers import describe, not_given
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.slip import Slip


def check_doctor(report: Any = None) -> Feedback:
    """Exercise 0.1. report: what `fmteach.doctor.report()` returned.

    >>> check_doctor(None).verdict
    'not attempted'
    """
    name = "0.1 doctor"
    if not_given(report):
        return not_attempted(name, "run the cell with doctor.report() first.")
    if not hasattr(report, "checks"):
        return Feedback(name, "not yet", _no_report(report))
    failed = [check for check in report.checks if check.status == "fail"]
    if failed:
        what = "; ".join(f"{check.name}: {check.advice}" for check in failed)
        return Feedback(
            name, "not yet",
            f"{len(failed)} of {len(report.checks)} checks failed. {what} Then restart the kernel, "
            "ask the doctor again, and check.",
        )  # fmt: skip
    return Feedback(name, "correct", "this machine can run the whole course.")


def _no_report(given: Any) -> str:
    if isinstance(given, ModuleType):
        return "that is the doctor, not yet its report. Ask it: report = doctor.report()."
    if callable(given):
        return (
            "that is the function, not yet its report. Round brackets call it: "
            "report = doctor.report()."
        )
    if isinstance(given, str):
        return "that is a text. Hand in the report itself, without quotation marks: report."
    return f"a report is wanted; got {describe(given)}. Make one with report = doctor.report()."


def _report(*lines: tuple[str, str, str]) -> SimpleNamespace:
    """A report written down by hand: (name, status, advice)."""
    return SimpleNamespace(
        checks=[SimpleNamespace(name=n, status=s, advice=a) for n, s, a in lines]
    )


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
        stub="exercises.check(\"0.1\", report)",
        slips=(
            Slip("round brackets forgotten", (math.floor,), "Round brackets call it"),
            Slip("doctor instead of report", (math,), "that is the doctor, not yet its report"),
            Slip("text instead of report", ("report",), "without quotation marks"),
            Slip("a check fails",
                 (_report(("Python", "ok", ""), ("Memory", "fail", "Close other programs.")),),
                 "checks failed"),
        ),
    ),
)  # fmt: skip
