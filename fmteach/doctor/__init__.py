"""Is this machine ready for the course? Checks, a verdict, and what to do.

    from fmteach import doctor
    doctor.report()          # a table in a notebook, text elsewhere

Importing this module needs neither torch nor Jupyter: it must work where they are missing.
"""

from __future__ import annotations

from fmteach.doctor.check import FAIL, OK, WARN, Check
from fmteach.doctor.checks import report, run
from fmteach.doctor.verdict import Report

__all__ = ["FAIL", "OK", "WARN", "Check", "Report", "report", "run"]
