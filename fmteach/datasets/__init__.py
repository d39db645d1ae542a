"""Data sets by name: `load("movielens", task="like")` gives train, valid and test rows.

To add a data set, write a module with a `load` function of the same arguments and add an entry to
`_SOURCES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from fmteach.datasets import movielens, synthetic
from fmteach.datasets.build import from_arrays
from fmteach.datasets.choices import one_of
from fmteach.datasets.dataset import Dataset
from fmteach.datasets.ranking import from_pairs
from fmteach.datasets.rows import Rows
from fmteach.datasets.splits import Split
from fmteach.datasets.table import Table

__all__ = [
    "DATASETS",
    "SYNTHETIC",
    "TASKS",
    "Dataset",
    "Rows",
    "Split",
    "Table",
    "from_arrays",
    "from_pairs",
    "load",
    "movielens",
    "synthetic",
]


class _Source(NamedTuple):
    description: str
    tasks: Mapping[str, str]
    real: bool
    load: Callable[..., Dataset]


_SOURCES = {
    "movielens": _Source(
        "100,004 ratings of 9,066 films by 671 users (real, comes with the course); "
        "tasks rating, like, rank",
        {"like": "4 stars or more", "rating": "the stars", "rank": "likes above the rest"},
        True,
        movielens.load,
    ),
    "clicks": _Source(
        "200,000 clicks and non-clicks in 8 fields (synthetic, with a known truth); task click",
        {"click": "clicked or not"},
        False,
        synthetic.load,
    ),
}

DATASETS: Mapping[str, str] = MappingProxyType(
    {name: source.description for name, source in _SOURCES.items()}
)
"""The names that `load` knows, each with a short description."""

SYNTHETIC = frozenset(name for name, source in _SOURCES.items() if not source.real)
"""The names of the data sets that a generator makes. Say so wherever a name is shown."""

TASKS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {name: MappingProxyType(dict(source.tasks)) for name, source in _SOURCES.items()}
)
"""The tasks of each data set, each in words. Command line and panel start with the first."""


def load(
    name: str = "movielens",
    task: str | None = None,
    split: str = "random",
    seed: int = 0,
    features: Sequence[str] | None = None,
    valid: float = 0.1,
    test: float = 0.1,
) -> Dataset:
    """Load a data set, encoded and split into train, valid and test rows.

    name: one of DATASETS.
    task: what to predict. For "movielens": "rating" (the default; the stars, regression), "like"
        (4 stars or more, classification) or "rank" (the films that a user likes above the others,
        ranking: the rows are the likes). For "clicks": "click" (classification).
    split: "random", or "time": train on the earliest rows, test on the last.
    seed: of the random split. The same seed gives the same rows on every machine.
    features: which fields describe a row. For "movielens": any of "user", "film", "genres" (a film
        has several; their values add up to 1) and "year" (its decade); default ("user", "film").
        For "clicks": any of its fields; default all.
    valid, test: the share of all rows in these parts. The test rows do not depend on `valid`. With
        `valid=0.0` the validation part is empty and its rows are trained on. This is for the final
        measurement, after all settings have been chosen with a validation part: never choose
        settings, or the epoch to stop at, by the test rows.

    The vocabulary is learnt on the training rows alone. A user or a film that no training row has
    gets the one "(unseen)" feature of its field. Training never touches that feature, so the model
    predicts such rows from what else it knows (at its start weights that feature adds next to
    nothing).

    Errors: InputError for unknown names and bad arguments, DataFileError for a missing or damaged
    file. Below one second; a second call is faster, because the file is read once.

    >>> data = load("movielens", task="like")
    >>> len(data.train), len(data.valid), len(data.test), data.fields
    (80004, 10000, 10000, ('user', 'film'))
    """
    source = _SOURCES[one_of("data set", name, _SOURCES)]
    return source.load(task=task, split=split, seed=seed, features=features, valid=valid, test=test)
