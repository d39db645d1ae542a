"""Who may import whom: the contract of pyproject.toml holds, and `import fmteach` stays light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "numpy", "ipywidgets", "anywidget", "plotly", "IPython", "rich", "typer")


def in_a_new_interpreter(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def loaded_by(statement: str, names: tuple[str, ...]) -> str:
    return in_a_new_interpreter(
        f"import sys; {statement}; print(*[n for n in {names!r} if n in sys.modules])"
    )


def test_the_import_contract_holds() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout


def test_importing_fmteach_loads_nothing_heavy() -> None:
    assert loaded_by("import fmteach", HEAVY) == ""


def test_training_loads_no_widget_and_no_figure() -> None:
    statement = "import fmteach; fmteach.Trainer, fmteach.load, fmteach.FactorizationMachine"
    assert loaded_by(statement, ("ipywidgets", "anywidget", "plotly", "IPython")) == ""


@pytest.mark.parametrize("module", ["fmteach.doctor", "fmteach.cli"])
def test_doctor_and_command_line_start_without_torch(module: str) -> None:
    assert loaded_by(f"import {module}", ("torch", "numpy", "jupyterlab")) == ""


def test_the_package_takes_little_time_on_top_of_torch() -> None:
    # benchmarks/import_time.py prints the figure; here only a mistake of a whole order is caught.
    code = (
        "import time, torch; start = time.process_time(); import fmteach; "
        "fmteach.Trainer, fmteach.load; print(time.process_time() - start)"
    )
    assert float(in_a_new_interpreter(code)) < 3.0
