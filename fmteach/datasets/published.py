"""Published and measured scores, as data: what to set beside a run of one's own.

A score belongs to a split. ML-100K in the folds u1 to u5 is about 0.02 harder (RMSE) than a random
tenth of the same ratings; the sets x1 and x4 of Criteo and Avazu share their origin, and neither
their rows nor their values. So every score names its split, and scores of two splits are not
compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from fmteach.datasets.table import Table


@dataclass(frozen=True)
class PublishedScore:
    """What someone reported for a model. metrics: as in `fmteach.tasks`, on the test rows."""

    model: str
    metrics: Mapping[str, float]
    split: str
    source: str
    note: str = ""


@dataclass(frozen=True)
class Board:
    """The scores of one data set. primary: the metric that ranks; its direction is known.

    split: the split that most of its scores are about.
    """

    name: str
    title: str
    primary: str
    split: str
    scores: tuple[PublishedScore, ...]

    def table(self) -> Table:
        """One row a score: model, its metrics, split, source, note."""
        metrics = list(dict.fromkeys(m for score in self.scores for m in score.metrics))
        return Table(
            ("model", *metrics, "split", "source", "note"),
            tuple(
                (s.model, *(s.metrics.get(m, "–") for m in metrics), s.split, s.source, s.note)
                for s in self.scores
            ),
        )


BARS = "BARS benchmark (Zhu et al.), one run"
MEASURED = "reference run"
HIGHER_IS_BETTER = frozenset({"auc", "accuracy"})


def _bars(split: str, scores: Mapping[str, tuple[float, float]], note: str) -> list[PublishedScore]:
    k, l2 = note.split(";")
    notes = {"FM": f"Adam 0.001, {k}, L2 {l2.strip()}, stop by validation AUC"}
    return [
        PublishedScore(model, {"auc": auc, "logloss": logloss}, split, BARS, notes.get(model, ""))
        for model, (auc, logloss) in scores.items()
    ]


def _rmse(model: str, rmse: float, split: str, source: str = MEASURED, note: str = ""):
    return PublishedScore(model, {"rmse": rmse}, split, source, note)


_FOLDS, _SURPRISE = "u1 to u5, mean", "Surprise documentation"
_RENDLE = "Rendle, Zhang and Koren (2019)"
_X1 = "published x1 (7:1:2)"
_X4 = "published x4 (8:1:1)"
_X4_10, _X4_2 = f"{_X4}, min count 10", f"{_X4}, min count 2"

_BOARDS = (
    Board(
        "criteo-x1", "Criteo x1 (numbers already scaled)", "auc", _X1,
        tuple(_bars(_X1, {
            "LR": (0.7886, 0.4609), "FM": (0.8022, 0.4491),
            "FFM": (0.8060, 0.4456), "DeepFM": (0.8139, 0.4380),
        }, "k = 10, batch 4096; 5e-6")),
    ),
    Board(
        "criteo-x4", "Criteo x4 (raw values)", "auc", _X4_10,
        (
            *_bars(_X4_10, {
                "LR": (0.7934, 0.4568), "FM": (0.8086, 0.4431),
                "FFM": (0.8113, 0.4407), "DeepFM": (0.8143, 0.4376),
            }, "k = 16, batch 10,000; 1e-5"),
            *_bars(_X4_2, {
                "LR": (0.7936, 0.4566), "FM": (0.8078, 0.4445),
                "FFM": (0.8111, 0.4409), "DeepFM": (0.8141, 0.4378),
            }, "k = 16, batch 10,000; 1e-5"),
        ),
    ),
    Board(
        "avazu-x1", "Avazu x1 (integer codes)", "auc", _X1,
        tuple(_bars(_X1, {
            "LR": (0.7516, 0.3735), "FM": (0.7613, 0.3677),
            "FFM": (0.7625, 0.3676), "DeepFM": (0.7653, 0.3666),
        }, "k = 10, batch 4096; 1e-5")),
    ),
    Board(
        "avazu-x4", "Avazu x4 (raw columns)", "auc", _X4_2,
        tuple(_bars(_X4_2, {
            "LR": (0.7775, 0.3815), "FM": (0.7887, 0.3754),
            "FFM": (0.7931, 0.3720), "DeepFM": (0.7930, 0.3719),
        }, "k = 16, batch 10,000; 1e-6")),
    ),
    Board(
        "ml-100k", "MovieLens 100K, ratings", "rmse", _FOLDS,
        (
            _rmse("global mean", 1.126, _FOLDS),
            _rmse("bias model", 0.942, _FOLDS),
            _rmse("Bayesian FM, user + film", 0.898, _FOLDS),
            _rmse("Bayesian FM with side features", 0.892, _FOLDS,
                  note="age, gender, occupation, genres"),
            _rmse("FM by Adam, L2 0.1", 0.921, "u1",
                  note="k = 16, batch 1024, rate 0.003; 0.925 at its last epoch"),
            _rmse("FM by Adam, no L2", 0.939, "u1",
                  note="at epoch 4; it overfits to 1.09 by epoch 30"),
        ),
    ),
    Board(
        "ml-1m", "MovieLens 1M, ratings", "rmse", "five random folds",
        (
            _rmse("SVD", 0.873, "five random folds", _SURPRISE),
            _rmse("SVD++", 0.862, "five random folds", _SURPRISE),
        ),
    ),
    Board(
        "ml-10m", "MovieLens 10M, ratings", "rmse", "random 90/10",
        (
            _rmse("MF by SGD", 0.7720, "random 90/10", _RENDLE),
            _rmse("Bayesian MF", 0.7633, "random 90/10", _RENDLE),
        ),
    ),
    Board(
        "movielens", "MovieLens latest-small (2016), ratings", "rmse", "random 90/10, seed 0",
        (
            _rmse("bias model", 0.888, "random 90/10, seed 0"),
            _rmse("Bayesian FM, rank 10", 0.8525, "random 90/10, seed 0"),
        ),
    ),
    Board(
        "d2l-ctr", "d2l.ai, click data of the FM page", "accuracy", "published",
        (
            PublishedScore("FM as the page is written", {"accuracy": 0.685}, "published",
                           "d2l.ai, stored plot, epoch 8",
                           "a sigmoid in the model and another in the loss: no loss below 0.5032"),
            PublishedScore("FM repaired", {"accuracy": 0.925}, "published", MEASURED,
                           "scores go into the loss; 0.925 to 0.93"),
        ),
    ),
)  # fmt: skip

BOARDS: Mapping[str, Board] = MappingProxyType({board.name: board for board in _BOARDS})
"""Every board by its name, which is the name of its data set.

>>> fm = next(s for s in BOARDS["criteo-x4"].scores if s.model == "FM")
>>> fm.metrics["auc"], fm.split
(0.8086, 'published x4 (8:1:1), min count 10')
"""

_BESIDE = MappingProxyType({
    "criteo-100k": "criteo-x4", "criteo-full": "criteo-x4", "criteo-synthetic": "criteo-x4",
    "avazu-kaggle": "avazu-x4", "avazu-synthetic": "avazu-x4", "d2l-synthetic": "d2l-ctr",
})  # fmt: skip


def board_of(name: str) -> Board:
    """The board of a data set; of one without scores of its own, those of its nearest relative.

    The scores keep their splits, which no run on other rows has: they are there to be seen, and
    not to be compared with. An unknown name gives an empty board.

    >>> board = board_of("criteo-synthetic")
    >>> board.title, len(board.scores), board_of("my file").scores
    ('criteo-synthetic, beside published scores of Criteo x4 (raw values)', 8, ())
    """
    if name in BOARDS:
        return BOARDS[name]
    if name not in _BESIDE:
        return Board(name, name, "", "", ())
    near = BOARDS[_BESIDE[name]]
    return replace(near, name=name, title=f"{name}, beside published scores of {near.title}")
