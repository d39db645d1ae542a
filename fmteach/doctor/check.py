"""One line of the doctor's report."""

from __future__ import annotations

import sys
from dataclasses import dataclass

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True)
class Check:
    """What was looked at, how it stands (OK, WARN, FAIL), what was found, and what to do.

    >>> Check("Python", OK, "3.11.7").advice
    ''
    """

    name: str
    status: str
    value: str
    advice: str = ""


def pip_install(what: str) -> str:
    """The command that installs into this very environment, whatever `pip` on the path means."""
    program = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    return f'Run: {program} -m pip install "{what}"'
