"""The step of tests/run.py that executes the notebooks notices what it should notice."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from .. import run as runner


def checked(source: str, output: str) -> nbformat.NotebookNode:
    cell = v4.new_code_cell(f"# NBVAL_CHECK_OUTPUT\n{source}")
    cell.outputs = [v4.new_output("stream", name="stdout", text=output)]
    return cell


@pytest.mark.parametrize(
    ("cells", "failed"),
    [
        ([checked("print(6 * 7)", "42\n"), v4.new_code_cell("print('unmarked')")], 0),
        ([checked("print(6 * 7)", "41\n")], 1),
        ([v4.new_code_cell("1 / 0")], 1),
    ],
    ids=["right", "another output", "an error"],
)
def test_a_notebook_is_run_and_compared(
    cells: list[nbformat.NotebookNode], failed: int, tmp_path: Path
) -> None:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, tmp_path / "small.ipynb")
    command = [str(tmp_path) if part == "notebooks" else part for part in runner.STEPS["nbval"]]
    done = subprocess.run(
        [part for part in command if part not in ("-n", "2")],
        cwd=runner.ROOT,
        env={**os.environ, **runner.ENVIRONMENT},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == failed, done.stdout
    assert f"{len(cells) - failed} passed" in done.stdout or failed
