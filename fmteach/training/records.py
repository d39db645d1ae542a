"""What a run leaves behind: one immutable record a step, collected in a history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

_FIRST_CAPACITY = 1024


@dataclass(frozen=True)
class StepRecord:
    """One step of training. Step 0 stands before the first update and has no loss.

    >>> StepRecord(step=3, epoch=0.5, loss=0.61, seconds=0.2, samples=3072).valid is None
    True
    """

    step: int
    epoch: float
    """Passes over the training rows so far; 1.25 is a quarter into the second."""
    loss: float | None
    """Mean loss of this minibatch before its update, without the L2 penalty."""
    seconds: float
    """Time spent training so far; pauses do not count."""
    samples: int
    """Rows seen so far."""
    learning_rate: float = float("nan")
    valid: Mapping[str, float] | None = None
    """Loss and metrics on the validation rows, where this step ended with an evaluation."""
    train: Mapping[str, float] | None = None
    """The same on a fixed sample of the training rows."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            **{name: getattr(self, name) for name in self.__dataclass_fields__},
            "valid": dict(self.valid) if self.valid is not None else None,
            "train": dict(self.train) if self.train is not None else None,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> StepRecord:
        """The opposite of `to_dict`."""
        frozen = {
            name: MappingProxyType(dict(value)) if isinstance(value, Mapping) else value
            for name, value in values.items()
        }
        return cls(**frozen)


class History:
    """All records of a run, append-only. One thread writes; any thread may read.

    The columns grow by doubling: an append costs O(1), and a view that was handed out earlier
    keeps showing what it showed.

    >>> history = History()
    >>> history.append(StepRecord(step=0, epoch=0.0, loss=None, seconds=0.0, samples=0))
    >>> history.append(StepRecord(step=1, epoch=0.1, loss=0.7, seconds=0.1, samples=64))
    >>> len(history), history.losses.tolist()
    (1, [0.7])
    """

    _COLUMNS = ("step", "epoch", "loss", "seconds", "samples", "learning_rate")

    def __init__(self) -> None:
        self._data = np.empty((len(self._COLUMNS), _FIRST_CAPACITY))
        self._length = 0
        self._evaluations: list[StepRecord] = []

    def append(self, record: StepRecord) -> None:
        """Take a record in. Step 0 (no loss) is kept among the evaluations only."""
        if record.loss is not None:
            if self._length == self._data.shape[1]:
                self._data = np.concatenate([self._data, np.empty_like(self._data)], axis=1)
            self._data[:, self._length] = [getattr(record, name) for name in self._COLUMNS]
            self._length += 1  # last, so that a reader never sees a half-written column
        if record.valid is not None or record.train is not None:
            self._evaluations.append(record)

    def __len__(self) -> int:
        """Number of steps that updated the model."""
        return self._length

    def column(self, name: str) -> np.ndarray:
        """A view of one column [len] float64: step, epoch, loss, seconds, samples or
        learning_rate."""
        length = self._length
        return self._data[self._COLUMNS.index(name), :length]

    @property
    def steps(self) -> np.ndarray:
        return self.column("step")

    @property
    def epochs(self) -> np.ndarray:
        return self.column("epoch")

    @property
    def losses(self) -> np.ndarray:
        return self.column("loss")

    @property
    def evaluations(self) -> tuple[StepRecord, ...]:
        """The records that carry an evaluation, the one before the first step among them."""
        return tuple(self._evaluations)

    def curve(self, split: str, metric: str) -> tuple[np.ndarray, np.ndarray]:
        """(epochs, values) of one metric ("loss" too) on "valid" or "train", float64."""
        points = [
            (record.epoch, getattr(record, split)[metric])
            for record in self.evaluations
            if getattr(record, split) is not None and metric in getattr(record, split)
        ]
        array = np.array(points, dtype=np.float64).reshape(-1, 2)
        return array[:, 0], array[:, 1]

    @classmethod
    def restore(
        cls, columns: Mapping[str, np.ndarray], evaluations: Iterable[StepRecord]
    ) -> History:
        """A history with these columns and evaluations, as a checkpoint holds them."""
        history = cls()
        history._length = len(columns["step"])
        capacity = max(_FIRST_CAPACITY, 2 * history._length)
        history._data = np.empty((len(cls._COLUMNS), capacity))
        for place, name in enumerate(cls._COLUMNS):
            history._data[place, : history._length] = columns[name]
        history._evaluations = list(evaluations)
        return history

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat dict an evaluation ("valid_auc", "train_loss", ...), for a table or a CSV."""
        rows = []
        for record in self.evaluations:
            row = {name: getattr(record, name) for name in self._COLUMNS}
            for split in ("train", "valid"):
                for name, value in (getattr(record, split) or {}).items():
                    row[f"{split}_{name}"] = value
            rows.append(row)
        return rows
