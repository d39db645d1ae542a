"""What the targets of a stream of rows are: which task they make, and whether it can be learnt."""

from __future__ import annotations

from typing import Any

import numpy as np

from fmteach.datasets.dataset import PARTS
from fmteach.errors import InputError


class Targets:
    """Counts targets part by part. `objective` says what they are, or why they cannot be used."""

    def __init__(self) -> None:
        self.rows = dict.fromkeys(PARTS, 0)
        self._classes = dict.fromkeys(PARTS, (0, 0, 0))  # rows with -1, 0, 1
        self._other: float | None = None
        self._low, self._high = np.inf, -np.inf

    def add(self, y: np.ndarray, parts: np.ndarray) -> None:
        """y: float32 [n]. parts: 0, 1 or 2 for each row, uint8 [n]. O(n)."""
        for code, part in enumerate(PARTS):
            own = y[parts == code]
            found = tuple(int((own == value).sum()) for value in (-1, 0, 1))
            before = self._classes[part]
            self._classes[part] = tuple(a + b for a, b in zip(before, found, strict=True))
            self.rows[part] += len(own)
            if self._other is None and sum(found) < len(own):
                self._other = float(own[(own != 0) & (np.abs(own) != 1)][0])
            if part == "train" and len(own):
                self._low = min(self._low, float(own.min()))
                self._high = max(self._high, float(own.max()))

    @property
    def signed(self) -> bool:
        """Whether the classes are written -1 and 1, as libsvm files often do."""
        minus, zero, _ = np.sum(list(self._classes.values()), axis=0)
        return self._other is None and minus > 0 and zero == 0

    def objective(self, wanted: str | None) -> str:
        """ "classification" or "regression"; by the targets themselves when `wanted` is None.

        Errors: InputError when nothing can be learnt: no rows to train on, only one class, or the
        same target in every row.
        """
        minus, zero, _ = np.sum(list(self._classes.values()), axis=0)
        classes = self._other is None and (minus == 0 or zero == 0)
        chosen = wanted or ("classification" if classes else "regression")
        if not self.rows["train"]:
            told = ", ".join(f"{part} {count:,}" for part, count in self.rows.items())
            raise InputError(
                f"no row is left to train on ({told}): read more rows, or make valid and test "
                "smaller."
            )
        if chosen == "classification":
            if not classes:
                odd = self._other if self._other is not None else -1.0
                raise InputError(
                    f"classification needs targets 0 and 1, but there is a target {odd:g}. Use "
                    "objective='regression', or name another target."
                )
            if self._low == self._high:
                raise InputError(
                    f"all {self.rows['train']:,} rows to train on have the target {self._low:g}: "
                    "with one class there is nothing to learn. Read more rows, or check the target."
                )
        elif self._low == self._high:
            raise InputError(
                f"all {self.rows['train']:,} rows to train on have the target {self._low:g}: there "
                "is nothing to learn. Check which column is the target."
            )
        return chosen

    def told(self) -> dict[str, Any]:
        """Rows of each part, and the mean target of 0/1 data, as plain values."""
        return {part: {"rows": self.rows[part], "ones": self._classes[part][2]} for part in PARTS}
