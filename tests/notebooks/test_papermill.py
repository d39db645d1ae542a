"""Notebooks with parameters run unattended with others, as for a batch job."""

from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOK = FOLDER / "07_live_training.ipynb"
PARAMETERS = {"TASK": "rating", "K": 4, "EPOCHS": 2}


def execute(notebook: Path, parameters: dict, out: Path) -> nbformat.NotebookNode:
    papermill.execute_notebook(
        notebook,
        out,
        parameters=parameters,
        kernel_name="python3",
        cwd=notebook.parent,
        progress_bar=False,
        execution_timeout=120,
    )
    return nbformat.read(out, as_version=4)


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    return execute(NOTEBOOK, PARAMETERS, tmp_path_factory.mktemp("papermill") / "out.ipynb")


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


@pytest.mark.parametrize(
    ("stem", "parameters"),
    [
        ("13_avazu", {"DATA": "avazu-synthetic", "ROWS": 30_000, "K": 2, "SEED": 1}),
        ("14_criteo", {"DATA": "criteo-synthetic", "ROWS": 25_000, "K": 2, "SEED": 1}),
    ],
)
def test_the_click_notebooks_run_at_another_size(
    stem: str, parameters: dict, tmp_path: Path
) -> None:
    notebook = FOLDER / f"{stem}.ipynb"
    assert set(papermill.inspect_notebook(notebook)) == set(parameters)
    done = execute(notebook, parameters, tmp_path / "out.ipynb")
    assert all(cell.execution_count for cell in done.cells if cell.cell_type == "code")
    split = f"{parameters['ROWS']:,} rows read"
    assert any(split in out.get("text", "") for c in done.cells for out in c.get("outputs", ()))
