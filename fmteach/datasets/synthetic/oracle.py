"""What the true probabilities score: no model can be expected to do better on the same rows."""

from __future__ import annotations

import numpy as np

from fmteach.datasets.synthetic.truth import probability

_BINS = 1 << 20


class Tally:
    """Loss and metrics of true scores, added up block by block; memory does not grow with rows.

    The AUC is that of probabilities rounded to 2**-20, with ties counted as a half, which moves it
    by less than a millionth on real sizes. Logloss and accuracy are exact.
    """

    def __init__(self) -> None:
        self._loss, self._right, self._sum = 0.0, 0, 0.0
        self._clicked = np.zeros(_BINS, dtype=np.int64)
        self._passed = np.zeros(_BINS, dtype=np.int64)

    def add(self, scores: np.ndarray, y: np.ndarray) -> None:
        """scores: float64 [n], true logits. y: bool [n]. O(n)."""
        chance = probability(scores)
        self._loss += float(np.logaddexp(0.0, np.where(y, -scores, scores)).sum())
        self._right += int(((scores > 0) == y).sum())
        self._sum += float(chance.sum())
        bins = np.minimum((chance * _BINS).astype(np.int64), _BINS - 1)
        np.add.at(self._clicked, bins[y], 1)
        np.add.at(self._passed, bins[~y], 1)

    @property
    def rows(self) -> int:
        return int(self._clicked.sum() + self._passed.sum())

    def mean_probability(self) -> float:
        return self._sum / self.rows if self.rows else float("nan")

    def click_rate(self) -> float:
        return float(self._clicked.sum() / self.rows) if self.rows else float("nan")

    def result(self) -> dict[str, float]:
        """{"loss", "logloss", "auc", "accuracy"}; NaN where not defined.

        >>> tally = Tally()
        >>> tally.add(np.array([-1.0, 2.0]), np.array([False, True]))
        >>> tally.result()["auc"], round(tally.result()["loss"], 4)
        (1.0, 0.2201)
        """
        if not self.rows:
            return dict.fromkeys(("loss", "logloss", "auc", "accuracy"), float("nan"))
        clicked, passed = self._clicked.sum(), self._passed.sum()
        below = np.cumsum(self._passed) - self._passed
        won = float((self._clicked * (below + 0.5 * self._passed)).sum())
        auc = won / (float(clicked) * float(passed)) if clicked and passed else float("nan")
        loss = self._loss / self.rows
        return {"loss": loss, "logloss": loss, "auc": auc, "accuracy": self._right / self.rows}


def oracle_scores(scores: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """`Tally` of one block: what the true scores (float64 [n]) reach on the labels y (bool [n])."""
    tally = Tally()
    tally.add(scores, y)
    return tally.result()
