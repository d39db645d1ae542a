"""The training notebook runs unattended with other parameters, as for a batch job."""

from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "07_live_training.ipynb"
PARAMETERS = {"TASK": "rating", "K": 4, "EPOCHS": 2}


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    out = tmp_path_factory.mktemp("papermill") / "out.ipynb"
    papermill.execute_notebook(
        NOTEBOOK,
        out,
        parameters=PARAMETERS,
        kernel_name="python3",
        cwd=NOTEBOOK.parent,
        progress_bar=False,
        execution_timeout=120,
    )
    return nbformat.read(out, as_version=4)


def printed(notebook: nbformat.NotebookNode, source: str) -> str:
    """What the only cell with this piece of source printed."""
    (cell,) = [c for c in notebook.cells if c.cell_type == "code" and source in c.source]
    return "".join(out.get("text", "") for out in cell.outputs)


def test_the_parameters_are_those_that_the_notebook_names() -> None:
    assert set(papermill.inspect_notebook(NOTEBOOK)) == set(PARAMETERS)


def test_the_run_uses_the_parameters(executed: nbformat.NotebookNode) -> None:
    injected = [c for c in executed.cells if "injected-parameters" in c.metadata.get("tags", [])]
    assert len(injected) == 1
    honest = printed(executed, "linear_baseline(data)")
    assert "rmse" in honest
    assert "FM" in honest
    assert "auc" not in honest


def test_every_cell_ran_and_none_failed(executed: nbformat.NotebookNode) -> None:
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    errors = [out for cell in code for out in cell.outputs if out.output_type == "error"]
    assert not errors


def test_nothing_is_left_on_standard_error(executed: nbformat.NotebookNode) -> None:
    text = [
        out.text
        for cell in executed.cells
        if cell.cell_type == "code"
        for out in cell.outputs
        if out.get("name") == "stderr"
    ]
    assert not text
