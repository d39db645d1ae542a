"""The curves of one run while it goes on: a worker appends, anyone looks."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from fmteach.live.decimate import Decimator

if TYPE_CHECKING:
    from fmteach.training import StepRecord

CURVES = ("batch_loss", "train_loss", "valid_loss", "train_metric", "valid_metric")
SMOOTH_STEPS = 10  # the minibatch curve is a running mean over about so many steps

Curve = tuple[np.ndarray, np.ndarray]


class LiveCurves:
    """Five decimated curves over epochs, fed by records. Taking a record in costs O(1).

    metric: the name of the task's metric in the records' evaluations.
    ``curves["valid_loss"]`` is the Decimator itself (for the thread that feeds it).
    """

    def __init__(self, metric: str) -> None:
        self._metric = metric
        self._curves = {name: Decimator() for name in CURVES}
        self._batch = self._curves["batch_loss"]
        self._lock = threading.Lock()
        self._count, self._mean = 0, 0.0

    def take(self, record: StepRecord) -> None:
        """Take the newest record in."""
        loss = record.loss
        if loss is not None:
            # A mean that forgets, and weighs all steps alike until there are SMOOTH_STEPS of
            # them. The history keeps the raw losses: drawn, they would hide the other curves.
            if self._count < SMOOTH_STEPS:
                self._count += 1
            self._mean += (loss - self._mean) / self._count
            with self._lock:
                self._batch.append(record.epoch, self._mean)
        if record.valid is not None or record.train is not None:
            with self._lock:
                self._take_evaluation(record)

    def _take_evaluation(self, record: StepRecord) -> None:
        for part, scores in (("train", record.train), ("valid", record.valid)):
            if scores is not None:
                self._curves[f"{part}_loss"].append(record.epoch, scores["loss"])
                if self._metric in scores:
                    self._curves[f"{part}_metric"].append(record.epoch, scores[self._metric])

    def one(self, name: str) -> Curve:
        """One curve now: x in epochs and y, float32, a few hundred points."""
        with self._lock:
            return self._curves[name].curve()

    def all(self) -> dict[str, Curve]:
        """All curves now, by the names of CURVES."""
        with self._lock:
            return {name: decimator.curve() for name, decimator in self._curves.items()}

    def __getitem__(self, name: str) -> Decimator:
        return self._curves[name]
