"""The lines a run is measured against: the base rate at once, the linear model from a thread, for
ranking the popularity of the items, and of synthetic data the oracle, which no model can be
expected to beat."""

from __future__ import annotations

import threading
from collections.abc import Callable

from fmteach.datasets import Dataset
from fmteach.live.ending import at_exit
from fmteach.training import ORACLE, base_rate, linear_baseline, popularity

Scores = dict[str, float]
_ORDER = ("base rate", "popularity", "linear model", ORACLE)
_known: dict[str, dict[str, Scores]] = {}  # by fingerprint, for the whole process


class Reference:
    """Baselines of the data sets that a panel asks for. `ready` is called when one arrives."""

    def __init__(self, ready: Callable[[], None]) -> None:
        self._ready = ready
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()
        self.error: Exception | None = None
        at_exit(self, "wait")

    def want(self, dataset: Dataset) -> None:
        """See to the baselines of a data set. The linear model is fitted in the background."""
        mark = dataset.fingerprint
        with self._lock:
            known = _known.setdefault(mark, {})
            if "base rate" not in known:
                known["base rate"] = base_rate(dataset)
                if dataset.objective == "ranking":
                    known["popularity"] = popularity(dataset)
                if dataset.oracle is not None:
                    known[ORACLE] = dict(dataset.oracle["valid"])
            if "linear model" in known or mark in self._threads:
                return
            thread = threading.Thread(
                target=self._fit, args=(dataset,), name="fmteach linear model", daemon=True
            )
            self._threads[mark] = thread
        thread.start()

    def of(self, dataset: Dataset) -> dict[str, Scores]:
        """What is known by now: {"base rate": {"loss": ..., ...}, "linear model": {...}}."""
        known = dict(_known.get(dataset.fingerprint, {}))
        return {name: known[name] for name in _ORDER if name in known}

    def wait(self) -> None:
        """Wait until every fit that was asked for has ended."""
        for thread in tuple(self._threads.values()):
            thread.join()

    def _fit(self, dataset: Dataset) -> None:
        try:
            best = linear_baseline(dataset).best
            _known[dataset.fingerprint]["linear model"] = dict(best.valid)
        except Exception as error:  # a panel without this line is still a panel
            self.error = error
            return
        self._ready()
