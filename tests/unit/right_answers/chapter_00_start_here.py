"""Correct answers to the exercise of notebook 00: reports in which nothing fails."""

from __future__ import annotations

from collections import namedtuple
from types import SimpleNamespace

from fmteach.doctor import OK, WARN, Check, Report

Line = namedtuple("Line", "name status advice")

RIGHT = {
    "0.1": [
        (Report((Check("Python", OK, "3.11.7"),)),),
        (Report((Check("Python", OK, "3.12.1"), Check("Memory", OK, "16 GB"))),),
        (Report((Check("Memory", WARN, "4 GB", "Close other programs."),)),),
        (Report((Check("Python", OK, "3.11"), Check("Widgets", WARN, "old", "Update."))),),
        (Report(()),),
        (Report(tuple(Check(name, OK, "") for name in "abcdefgh")),),
        (Report(tuple(Check(name, WARN, "", "Look.") for name in "abc")),),
        (SimpleNamespace(checks=[]),),
        (SimpleNamespace(checks=[SimpleNamespace(name="a", status="ok", advice="")]),),
        {"report": SimpleNamespace(checks=(Line("Python", "ok", ""), Line("x", "warn", "y")))},
    ],
}  # fmt: skip
