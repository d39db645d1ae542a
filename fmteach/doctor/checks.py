"""Which checks are made, in which order."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable

from fmteach.doctor import jupyter, machine, packages
from fmteach.doctor.check import FAIL, WARN, Check
from fmteach.doctor.verdict import Report

ALWAYS = (
    packages.python,
    packages.packages,
    packages.pairs,
    jupyter.widgets,
    jupyter.kernel,
    jupyter.server,
    machine.memory,
    machine.disk,
    machine.network,
    machine.torch_works,
)
WITH_TORCH = (machine.device, machine.data_file, machine.speed)


def run() -> list[Check]:
    """Every check, in about two seconds (torch's own start included). Changes nothing."""
    checks = [check for look in ALWAYS for check in _careful(look)]
    broken = any(c.name in ("torch", "torch with numpy") and c.status == FAIL for c in checks)
    if not broken:
        checks += [check for look in WITH_TORCH for check in _careful(look)]
    return checks


def report() -> Report:
    """Every check as a `Report`: a table in a notebook and in a terminal, with a verdict."""
    return Report(run())


def _careful(look: Callable[[], Iterable[Check]]) -> list[Check]:
    """A check that fails itself is a finding too, and does not hide the others."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(look())
    except Exception as error:
        name = look.__name__.replace("_", " ")
        return [Check(name, WARN, f"could not be checked: {type(error).__name__}: {error}")]
