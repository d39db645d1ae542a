"""Data sets by name: `load("movielens", task="like")` gives train, valid and test rows.

To add a data set, write a module with a `load` function of the same arguments and add an entry to
`_SOURCES`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from fmteach.arguments import whole_number
from fmteach.datasets import clicks, embedded, generated, movielens, synthetic
from fmteach.datasets.build import from_arrays
from fmteach.datasets.choices import one_of
from fmteach.datasets.dataset import Dataset
from fmteach.datasets.ranking import from_pairs
from fmteach.datasets.rows import Rows
from fmteach.datasets.splits import Split
from fmteach.datasets.table import Table
from fmteach.errors import InputError

__all__ = [
    "DATASETS",
    "SYNTHETIC",
    "TASKS",
    "Dataset",
    "Rows",
    "Split",
    "Table",
    "files",
    "first_lines",
    "from_arrays",
    "from_files",
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


_FILM_TASKS = {"like": "4 stars or more", "rating": "the stars", "rank": "likes first"}
_SOURCES = {
    "movielens": _Source(
        "100,004 ratings of 9,066 films by 671 users (real, comes with the course); "
        "tasks rating, like, rank",
        _FILM_TASKS,
        True,
        movielens.load,
    ),
    "clicks": _Source(
        "200,000 clicks and non-clicks in 8 fields (synthetic, with a known truth); task click",
        {"click": "clicked or not"},
        False,
        synthetic.load,
    ),
    **{
        edition.name: _Source(
            f"{edition.rows:,} ratings (real, to be fetched); tasks rating, like, rank",
            _FILM_TASKS,
            True,
            partial(movielens.load, edition=edition.name),
        )
        for edition in movielens.EDITIONS.values()
        if edition.layout is not None
    },
    **{
        name: _Source(one.description, clicks.TASKS, False, generated.loader(name))
        for name, one in generated.GENERATED.items()
    },
    **{
        name: _Source(one.description, clicks.TASKS, True, clicks.loader(name))
        for name, one in clicks.REAL.items()
    },
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


def files(name: str, **options: Any) -> dict[str, Path]:
    """The files that a data set is read from: base name -> path.

    A generated set is written first when it is not here yet; options: its rows, strength, drift
    and so on, as for `load`. Errors: InputError for a set without files; DataFileError, with the
    command that fetches it, for one that is not on this machine.

    >>> [path.name for path in files("movielens").values()]
    ['movielens-latest-small.npz']
    """
    one_of("data set", name, _SOURCES)
    if name in generated.GENERATED:
        return generated.files(name, **options)
    if options:
        raise InputError(f"the data set {name!r} has no option {next(iter(options))!r} here.")
    if name == "movielens":
        return {embedded.FILE_NAME: embedded.find()}
    from fmteach.datasets import sources

    if name not in sources.SOURCES:
        raise InputError(f"{name!r} has no file: it is generated in memory.")
    return sources.files(name)


def first_lines(path: str | Path, n: int = 5) -> list[str]:
    """The first n lines of a text file, plain, .gz or in a .zip, as they are; bytes that are no
    UTF-8 show as a question mark in a box.

    Errors: DataFileError for a file that is not there or cannot be read.
    """
    from fmteach.datasets.reading.blocks import first_lines as first_bytes

    lines = first_bytes(Path(path)).decode("utf-8", errors="replace").split("\n")
    return lines[:-1][: whole_number("n", n)]


def __getattr__(name: str) -> Any:
    if name == "from_files":  # needs polars, which is imported on use
        from fmteach.datasets.file_sets import from_files

        return from_files
    raise AttributeError(f"module 'fmteach.datasets' has no attribute {name!r}")


def load(
    name: str = "movielens",
    task: str | None = None,
    split: str | None = None,
    seed: int = 0,
    features: Sequence[str] | None = None,
    valid: float = 0.1,
    test: float = 0.1,
    *,
    download: bool = False,
    progress: bool = False,
    **options: Any,
) -> Dataset:
    """Load a data set, encoded and split into train, valid and test rows.

    name: one of DATASETS.
    task: what to predict. For "movielens": "rating" (the default; the stars, regression), "like"
        (4 stars or more, classification) or "rank" (the films that a user likes above the others,
        ranking: the rows are the likes). The same for its larger editions, "ml-100k" and the
        others. For "clicks": "click" (classification).
    split: "random", or "time": train on the earliest rows, test on the last; None takes what is
        usual for the data set, which is "random" for most. For the films also
        "leave-last-out": the last rating of each user is for the test, the one before it for
        validation. For "ml-100k" also the published "u1" to "u5", "ua" and "ub".
    seed: of the random split. The same seed gives the same rows on every machine.
    features: which fields describe a row. For "movielens": any of "user", "film", "genres" (a film
        has several; their values add up to 1) and "year" (its decade); for "ml-100k" and "ml-1m"
        also "age", "gender" and "occupation" of the user; default ("user", "film").
        For clicks: any of the fields; default all.
    valid, test: the share of all rows in these parts. The test rows do not depend on `valid`. With
        `valid=0.0` the validation part is empty and its rows are trained on. This is for the final
        measurement, after all settings have been chosen with a validation part: never choose
        settings, or the epoch to stop at, by the test rows. A published split keeps its test part;
        `valid` is then a share of the other rows.
    download: fetch the data set first when it is not on this machine. progress: show a bar.
    options: what else the data set knows, such as folder="..." for the films: where its files lie.
        For click sets that are read from files: min_count, buckets, numbers, bins, rows, strict of
        `from_files`; for generated ones also what is planted (strength, drift, trend, ...).

    The vocabulary is learnt on the training rows alone. A user or a film that no training row has
    gets the one "(unseen)" feature of its field. Training never touches that feature, so the model
    predicts such rows from what else it knows (at its start weights that feature adds next to
    nothing). In ranking, the films without a like in train share that feature too, and training
    meets them as negatives.

    Errors: InputError for unknown names and bad arguments, DataFileError for a missing or damaged
    file. Below one second; a second call is faster, because the file is read once.

    >>> data = load("movielens", task="like")
    >>> len(data.train), len(data.valid), len(data.test), data.fields
    (80004, 10000, 10000, ('user', 'film'))
    """
    source = _SOURCES[one_of("data set", name, _SOURCES)]
    parameters = inspect.signature(source.load).parameters
    if not any(parameter.kind == parameter.VAR_KEYWORD for parameter in parameters.values()):
        for option in options:
            if option not in parameters:
                raise InputError(f"the data set {name!r} has no option {option!r}: leave it out.")
    if split is not None:
        options["split"] = split
    if download or progress:
        from fmteach.datasets import sources

        if name in sources.SOURCES or name in generated.GENERATED:  # the others come with us
            options["progress"] = progress
        if download and name in sources.SOURCES and not sources.here(name):
            sources.fetch(name, progress=progress)
    return source.load(task=task, seed=seed, features=features, valid=valid, test=test, **options)
