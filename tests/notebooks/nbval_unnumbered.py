"""A plugin for pytest: nbval compares stored outputs of cells that carry no execution count.

The notebooks are kept without execution counts, as these change with every run. nbval takes a cell
without a count for one that was never run, and refuses to compare its output. Loaded by
tests/run.py with `-p nbval_unnumbered`.
"""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        cell = getattr(item, "cell", None)
        if cell is not None and cell.get("outputs") and cell.execution_count is None:
            cell.execution_count = 1
