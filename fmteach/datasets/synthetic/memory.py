"""Generated clicks as a Dataset, with the oracle beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from fmteach.arguments import whole_number
from fmteach.datasets.build import build
from fmteach.datasets.choices import checked_fractions, checked_seed, names_of, one_of
from fmteach.datasets.dataset import Dataset
from fmteach.datasets.encoding import EncodedField, encode_category
from fmteach.datasets.splits import SPLITS, make_split
from fmteach.datasets.synthetic.dialects import get_dialect
from fmteach.datasets.synthetic.fields import Field
from fmteach.datasets.synthetic.oracle import oracle_scores
from fmteach.datasets.synthetic.truth import BLOCK, Truth, plant

TASKS = {"click": "classification"}
ROWS = 200_000
DRIFT, TREND = 0.6, 0.3  # of the data set "clicks": a later week is a little different
_VERSION = 1  # goes into the fingerprint: raise it when the same options give other rows


@dataclass(frozen=True, eq=False)
class Clicks:
    """Generated rows, in order of time. cells: int32 [fields, n]. scores: float64 [n], the true
    logits. y: bool [n], clicked or not. All read-only."""

    truth: Truth
    cells: np.ndarray
    scores: np.ndarray
    y: np.ndarray

    def __len__(self) -> int:
        return len(self.y)


def generate(truth: Truth, rows: int) -> Clicks:
    """Draw rows from a planted truth. O(rows · fields · rank).

    >>> from fmteach.datasets.synthetic import plant
    >>> clicks = generate(plant("clicks"), 1000)
    >>> clicks.cells.shape, clicks.cells.dtype, len(clicks)
    ((8, 1000), dtype('int32'), 1000)
    """
    rows = whole_number("rows", rows)
    blocks = [truth.block(number, rows) for number in range(-(-rows // BLOCK))]
    arrays = (
        np.concatenate([b.cells for b in blocks], axis=1),
        np.concatenate([b.scores for b in blocks]),
        np.concatenate([b.y for b in blocks]),
    )
    for array in arrays:
        array.flags.writeable = False
    return Clicks(truth, *arrays)


_generate = lru_cache(maxsize=2)(generate)


def dataset(
    dialect: str = "clicks",
    rows: int = ROWS,
    seed: int = 0,
    *,
    split: str = "random",
    split_seed: int = 0,
    features: Sequence[str] | None = None,
    valid: float = 0.1,
    test: float = 0.1,
    min_count: int = 1,
    **truth: float | None,
) -> Dataset:
    """Synthetic clicks, encoded and split, with the scores of the true probabilities (`oracle`).

    dialect: "clicks", "criteo", "avazu" or "d2l". rows, seed: of the generator. truth: strength,
        rank, linear, ctr, drift, trend, as in `plant`.
    split: "random", or "time" (row by row); split_seed: of the random split. features: some of the
        dialect's fields (default all); valid, test: shares of all rows.
    min_count: values with fewer training rows share the unseen feature of their field.

    Numbers of the Criteo dialect are binned as is usual (see `numeric_code`). The time of a row is
    known to the truth only, except for the hour of the day. Errors: InputError.

    >>> data = dataset("clicks", rows=5000, strength=1.0)
    >>> data.real, len(data.train), sorted(data.oracle["test"])
    (False, 4000, ['accuracy', 'auc', 'logloss', 'loss'])
    """
    rows = whole_number("rows", rows, least=3)
    min_count = whole_number("min_count", min_count)
    split = one_of("split", split, SPLITS)
    split_seed = checked_seed(split_seed)
    valid, test = checked_fractions(valid, test)
    planted = plant(dialect, seed, **truth)
    kind = planted.dialect
    features = names_of("features", kind.names if features is None else features, kind.names)
    clicks = _generate(planted, rows)
    parts = make_split(split, rows, np.arange(rows), valid=valid, test=test, seed=split_seed)
    columns = [
        _encoded(kind.fields[j], clicks.cells[j], parts.train, min_count)
        for j in map(kind.names.index, features)
    ]
    oracle = {
        name: oracle_scores(clicks.scores[at], clicks.y[at])
        for name, at in (("train", parts.train), ("valid", parts.valid), ("test", parts.test))
    }
    return build(
        columns,
        clicks.y,
        parts,
        name=kind.name,
        title=f"{kind.title} (synthetic)",
        task="click",
        objective=TASKS["click"],
        real=False,
        oracle=oracle,
        determined_by={
            "generator": _VERSION,
            **planted.settings(),
            "rows": rows,
            "split": split,
            "split seed": split_seed if split == "random" else None,
            "valid": valid,
            "test": test,
            "min_count": min_count,
            "features": features,
        },
    )


def load(
    task: str | None = None,
    split: str = "random",
    seed: int = 0,
    features: Sequence[str] | None = None,
    valid: float = 0.1,
    test: float = 0.1,
) -> Dataset:
    """The classroom set "clicks"; the arguments are described at `fmteach.datasets.load`.

    200,000 rows of a fixed truth that turns a little with time: a split by time is harder.
    """
    one_of("task", "click" if task is None else task, TASKS)
    seed = checked_seed(seed)
    valid, test = checked_fractions(valid, test)
    split = one_of("split", split, SPLITS)
    fields = get_dialect("clicks").names
    features = names_of("features", fields if features is None else features, fields)
    return _load(split, seed, features, valid, test)


@lru_cache(maxsize=4)
def _load(split: str, seed: int, features: tuple[str, ...], valid: float, test: float) -> Dataset:
    return dataset(
        "clicks", split=split, split_seed=seed, features=features, valid=valid, test=test,
        drift=DRIFT, trend=TREND,
    )  # fmt: skip


def _encoded(field: Field, cells: np.ndarray, train: np.ndarray, min_count: int) -> EncodedField:
    """A column by the groups of its cells: what the usual encoding of the dialect tells apart."""
    groups = field.group.astype(np.int32)[cells]
    _, first = np.unique(field.group, return_index=True)

    def label(vocabulary: np.ndarray) -> list[str]:
        texts = field.texts[field.first[first[vocabulary]]]
        return [text.decode() or "(blank)" for text in texts.tolist()]

    return encode_category(field.name, groups, train, label=label, min_count=min_count)
