"""Small data sets for the unit tests. They are synthetic: made here, with a planted interaction."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fmteach.datasets import Dataset, from_arrays
from fmteach.exercises import stored


def small_data(objective: str = "classification", n: int = 600, seed: int = 0) -> Dataset:
    """Two fields whose product decides: a linear model cannot do better than the base rate."""
    rng = np.random.default_rng([7, seed])  # not the stream that the split is drawn from
    codes = rng.integers(0, (6, 8), size=(n, 2))
    left, right = rng.choice([-1.0, 1.0], size=6), rng.choice([-1.0, 1.0], size=8)
    truth = 2.0 * left[codes[:, 0]] * right[codes[:, 1]]
    if objective == "classification":
        y = (rng.random(n) < 1 / (1 + np.exp(-truth))).astype(float)
    else:
        y = 3.0 + 0.5 * truth + rng.normal(scale=0.1, size=n)
    return from_arrays(
        codes, y, objective=objective, field_dims=(6, 8), fields=("row", "column"),
        name=f"planted {objective}", real=False, seed=seed,
    )  # fmt: skip


@pytest.fixture
def clicks() -> Dataset:
    return small_data("classification")


@pytest.fixture
def stars() -> Dataset:
    return small_data("regression")


@pytest.fixture
def progress_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner who begins: the path of a progress file that is not there yet."""
    path = tmp_path / "mine" / "progress.json"
    monkeypatch.setenv("FMTEACH_PROGRESS", str(path))
    monkeypatch.setattr(stored, "_unsaved", {part: {} for part in stored.PARTS})
    return path
