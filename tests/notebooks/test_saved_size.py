"""A saved notebook that shows the panel stays small, also where the widgets' state is stored."""

from __future__ import annotations

import nbformat
from nbclient import NotebookClient
from nbformat import v4

CELLS = (
    "from fmteach import live\npanel = live.training_panel('size', k=2, epochs=12)\npanel",
    "for seed in range(3):\n    panel.set(seed=seed).start().wait()",
)


def test_the_panel_with_three_runs_and_all_its_state_is_below_100_kb(tmp_path) -> None:
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in CELLS])
    NotebookClient(notebook, timeout=240, kernel_name="python3").execute()
    path = tmp_path / "panel.ipynb"
    nbformat.write(notebook, path)
    assert notebook.metadata.widgets, "no state was stored, so nothing was measured"
    assert path.stat().st_size < 100_000
