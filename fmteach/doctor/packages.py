"""Python and the packages: are they there, in range, and do they go together?

The ranges are those of the installed metadata (of pyproject.toml where fmteach is not installed),
so they stand in one place only. Nothing is imported to read a version.
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from fmteach.doctor.check import FAIL, OK, WARN, Check, pip_install

_PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
# What a version outside the range does, where that is known.
_KNOWN = {
    "ipykernel": "With 7.4, Stop waits for the running cell and a live panel can lose its updates.",
    "anywidget": "The live figures do not show without it.",
}


def project() -> tuple[str, list[str]]:
    """(the Python range, the requirements) of fmteach itself, without the test extra."""
    try:
        found = metadata.metadata("fmteach")
        python, requirements = found["Requires-Python"], found.get_all("Requires-Dist") or []
    except metadata.PackageNotFoundError:
        table = tomllib.loads(_PYPROJECT.read_text(encoding="utf-8"))["project"]
        python, requirements = table["requires-python"], table["dependencies"]
    return python, [r for r in requirements if "extra ==" not in r]


def python() -> list[Check]:
    wanted, _ = project()
    found = ".".join(map(str, sys.version_info[:3]))
    value = f"{found}, {sys.executable}"
    if in_range(found, wanted):
        return [Check("Python", OK, value)]
    advice = f"The course needs {wanted}. Make the environment with another Python."
    return [Check("Python", FAIL, value, advice)]


def packages() -> list[Check]:
    """One line for all that is as it should be, and one for each package that is not."""
    checks = [package(requirement) for requirement in project()[1]]
    good = [check for check in checks if check.status == OK]
    value = ", ".join(f"{check.name} {check.value}" for check in good)
    rest = [check for check in checks if check.status != OK]
    return [Check("Packages", OK, value), *rest] if good else rest


def package(requirement: str) -> Check:
    """One requirement, such as 'torch>=2.6,<2.14', against what is installed."""
    name, wanted = split_requirement(requirement)
    try:
        found = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Check(name, FAIL, "missing", pip_install(f"{name}{wanted}"))
    if in_range(found, wanted):
        return Check(name, OK, found)
    known = f" {_KNOWN[name]}" if name in _KNOWN else ""
    advice = f"Tested with {wanted}.{known} {pip_install(f'{name}{wanted}')}"
    return Check(name, WARN, found, advice)


def pairs() -> list[Check]:
    """Versions that are fine alone and do not work together."""
    checks = []
    for name, partner, wanted in _PARTNERS:
        try:
            ours, theirs = metadata.version(name), metadata.version(partner)
        except metadata.PackageNotFoundError:
            continue  # a missing package has its own line
        if in_range(ours, ">=8,<9") and not in_range(theirs, wanted):
            advice = f"Sliders need {partner}{wanted}. {pip_install(partner + wanted)}"
            checks.append(Check(f"{name} with {partner}", FAIL, f"{ours} with {theirs}", advice))
    return checks


# ipywidgets 8 talks to version 3 of its JupyterLab half.
_PARTNERS = [("ipywidgets", "jupyterlab_widgets", ">=3,<4")]


def split_requirement(requirement: str) -> tuple[str, str]:
    """The name and the version range of a requirement.

    >>> split_requirement("numpy<3,>=2")
    ('numpy', '<3,>=2')
    """
    match = re.match(r"([A-Za-z0-9._-]+)\s*([^;]*)", requirement)
    assert match is not None, requirement
    return match[1], match[2].strip().strip("()")


def in_range(version: str, wanted: str) -> bool:
    """Does a version satisfy every part of a range? Only >=, <, == and != are known here.

    Written out, as the doctor must not depend on a package that may be the broken one.

    >>> in_range("2.13.0+cpu", ">=2.6,<2.14"), in_range("7.4.0", ">=7.1,<7.4")
    (True, False)
    """
    for part in filter(None, (p.strip() for p in wanted.split(","))):
        match = re.match(r"(>=|<|==|!=)\s*(.+)", part)
        assert match is not None, part
        left, right = _numbers(version), _numbers(match[2])
        size = max(len(left), len(right))
        a, b = (n + (0,) * (size - len(n)) for n in (left, right))
        if not {">=": a >= b, "<": a < b, "==": a == b, "!=": a != b}[match[1]]:
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.match(r"[\d.]*", version)[0].strip(".").split(".") if n)
