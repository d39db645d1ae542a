"""Synthetic clicks with a planted truth, in memory and as files in the dialects of real sets.

The truth is a factorization machine (its formula is at the top of truth.py), so the best logloss
and AUC that any model can reach, the oracle's, are known. Everything made here is synthetic and
says so.

    data = synthetic.dataset("criteo", rows=100_000)
    data.oracle["test"]["auc"]
    synthetic.write("train.txt", "criteo", rows=1_000_000)
"""

from __future__ import annotations

from fmteach.datasets.synthetic.dialects import DIALECTS
from fmteach.datasets.synthetic.files import write
from fmteach.datasets.synthetic.memory import TASKS, Clicks, dataset, generate, load
from fmteach.datasets.synthetic.truth import Truth, plant

__all__ = ["DIALECTS", "TASKS", "Clicks", "Truth", "dataset", "generate", "load", "plant", "write"]
