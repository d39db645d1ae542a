"""Runs the checks of the project one after another and ends with a plain summary.

    python tests/run.py                  everything
    python tests/run.py unit browser     only these steps

Each step is a process of its own, as a kernel, a browser and a test of threads have no business in
one another's. A step that fails does not keep the others from running.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml
from dataclasses import dataclass
from pathlib import Path

from fmteach.cli.lab import jupyter_environment

ROOT = Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-q"]
TWO = ["-n", "2", "--dist", "loadfile"]  # a notebook's cells must stay together
STEPS = {
    "lint": [sys.executable, "-m", "ruff", "check", "."],
    "format": [sys.executable, "-m", "ruff", "format", "--check", "."],
    "imports": [str(Path(sys.executable).with_name("lint-imports"))],
    "unit": [*PYTEST, *TWO, "tests/unit", "fmteach"],
    # Runs every notebook from top to bottom; compares the outputs of the cells that ask for it.
    "nbval": [
        *PYTEST,
        *TWO,
        *(
            "-p",
            "nbval_unnumbered",
            "--nbval-lax",
            "--nbval-current-env",
            "--nbval-cell-timeout=120",
        ),
        *("--timeout=180", "notebooks"),
    ],
    "notebooks": [*PYTEST, "tests/notebooks"],
    "browser": [*PYTEST, "tests/browser"],
}
# One thread a process, as two test processes already fill two cores; nothing is downloaded.
ENVIRONMENT = {
    "FMTEACH_OFFLINE": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONPATH": str(ROOT / "tests" / "notebooks"),
}
COURSE = jupyter_environment()  # notebooks run in the kernels that `fmteach lab` starts
NO_TESTS_YET = 5  # pytest's exit status when it found nothing to run


@dataclass
class Result:
    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0


def run(name: str, data: str) -> Result:
    """Run one step. data: the folder for what it would download, generate or encode."""
    command = list(STEPS[name])
    is_pytest = command[1:3] == ["-m", "pytest"]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        if is_pytest:
            command.append(f"--junitxml={report}")
        print(f"\n== {name}: {' '.join(STEPS[name][1 if is_pytest else 0 :])}", flush=True)
        started = time.perf_counter()
        progress = str(Path(data) / "progress.json")
        own = {"FMTEACH_DATA": data, "FMTEACH_PROGRESS": progress}
        environment = {**os.environ, **ENVIRONMENT, **own}
        status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        result = count(report) if report.exists() else Result(name, passed=int(status == 0))
    result.name, result.seconds = name, time.perf_counter() - started
    if is_pytest and status == NO_TESTS_YET:
        result.passed = 0
    elif status and not result.failed:
        result.failed = 1  # a crash, an error while collecting, an interrupted run
    return result


def count(report: Path) -> Result:
    result = Result("")
    for suite in xml.parse(report).getroot().iter("testsuite"):
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        result.failed += failed
        result.skipped += skipped
        result.passed += int(suite.get("tests", 0)) - failed - skipped
    return result


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in STEPS]
    if unknown:
        print(f"unknown step {', '.join(unknown)}; the steps are {', '.join(STEPS)}")
        return 2
    # One folder for all steps: what one has generated and encoded, the next only opens.
    with tempfile.TemporaryDirectory(prefix="fmteach-tests-") as data:
        results = [run(name, data) for name in names or STEPS]
    print("\n== summary")
    for r in results:
        state = "FAILED" if r.failed else "ok"
        counts = f"{r.passed:5} passed {r.failed:4} failed {r.skipped:4} skipped"
        print(f"{r.name:10} {state:7} {counts} {r.seconds:7.0f} s")
    passed, failed, skipped = (
        sum(getattr(r, key) for r in results) for key in ("passed", "failed", "skipped")
    )
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped")
    return int(failed > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
