"""Every notebook of the course, opened and run whole in a real JupyterLab."""

from __future__ import annotations

import pytest

from .conftest import NOTEBOOKS
from .lab import LabPage

NAMES = [path.name for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_whole_and_stays_small(page: LabPage, name: str) -> None:
    page.open_notebook(name)
    page.run_all(timeout=200)
    page.assert_no_errors()
    page.screenshot_all(name[:2])
    size = page.save().stat().st_size
    assert size < 100_000, f"{name} is {size:,} bytes after it was run and saved"
