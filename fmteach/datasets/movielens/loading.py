"""From the table of ratings to a data set: fields encoded, rows split."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from fmteach.datasets import embedded
from fmteach.datasets.build import build
from fmteach.datasets.choices import checked_fractions, checked_seed, names_of, one_of
from fmteach.datasets.dataset import Dataset
from fmteach.datasets.encoding import EncodedField
from fmteach.datasets.movielens.editions import EDITIONS, EMBEDDED
from fmteach.datasets.movielens.fields import ENCODERS
from fmteach.datasets.movielens.parts import determined_by, make_parts, splits_of
from fmteach.datasets.movielens.table import Films, Ratings, film_labels, read_only
from fmteach.datasets.ranking import build_ranking
from fmteach.datasets.splits import Split
from fmteach.errors import InputError

TASKS = {"rating": "regression", "like": "classification", "rank": "ranking"}
FEATURES = EDITIONS[EMBEDDED].features
OF_FILM = ("film", "genres", "year")  # the other features are of the user
LIKE_FROM = 4.0  # a rating of 4 stars or more counts as a like
_ENCODING = 1  # goes into the fingerprint: raise it when the same options give other rows
_KEPT = 2  # tables of files that are kept
_kept: dict[tuple[object, ...], Ratings] = {}
_lock = threading.Lock()


def ratings(
    edition: str = EMBEDDED,
    folder: str | os.PathLike[str] | None = None,
    *,
    progress: bool = False,
) -> Ratings:
    """The table as it is, without any encoding or split. Read once, then kept.

    edition: "movielens" (the embedded films) or one of "ml-latest-small", "ml-100k", "ml-1m",
    "ml-20m", "ml-25m", "ml-32m", which is fetched with `fmteach data fetch NAME`. folder: where its
    files lie, when it is not the folder of fetched data; the official zip archive will do too.

    About 0.1 s and 16 MB for a million ratings; of the editions in files, the last two are kept.
    Errors: InputError for another name; DataFileError when a file is missing, damaged or not the
    one that is wanted. Single bad lines are set aside, and counted in the table's `report`.

    >>> table = ratings()
    >>> len(table), len(table.films), table.films.title[0]
    (100004, 9066, 'Toy Story')
    """
    one_of("edition", edition, EDITIONS)
    if edition == EMBEDDED:
        if folder is not None:
            raise InputError(
                "the embedded films come with the course and have no folder: name the edition, "
                "for example edition='ml-100k'."
            )
        return _embedded()
    return _from_files(edition, folder, progress)


@cache
def _embedded() -> Ratings:
    raw = embedded.read()
    films = Films(
        id=raw["film_id"].astype(np.int64),
        title=embedded.texts(raw["film_title"]),
        year=raw["film_year"].astype(np.int64),
        genres=embedded.texts(raw["genre_set"])[raw["film_genre_set"]],
    )
    table = Ratings(
        user=raw["user"].astype(np.int64),
        rating=raw["half_stars"].astype(np.float32) / 2,
        timestamp=raw["timestamp"].astype(np.int64),
        film_row=raw["film"].astype(np.int64),
        films=films,
    )
    return read_only(table)


def _from_files(edition: str, folder: str | os.PathLike[str] | None, progress: bool) -> Ratings:
    from fmteach.datasets import sources
    from fmteach.datasets.movielens import files

    if folder is None:
        paths = sources.files(edition)
    else:
        paths = files.find(EDITIONS[edition], folder)
    with _lock:
        key = (edition, *(files.identity(path) for path in paths.values()))
        if key not in _kept:
            while len(_kept) >= _KEPT:
                del _kept[next(iter(_kept))]
            _kept[key] = files.read(EDITIONS[edition], paths, progress=progress)
        return _kept[key]


def load(
    task: str | None = None,
    split: str = "random",
    seed: int = 0,
    features: Sequence[str] | None = None,
    valid: float = 0.1,
    test: float = 0.1,
    *,
    edition: str = EMBEDDED,
    folder: str | os.PathLike[str] | None = None,
    progress: bool = False,
) -> Dataset:
    """The ratings, encoded and split; the arguments are described at `fmteach.datasets.load`.

    edition, folder: as of `ratings`. split: "random"; "time"; "leave-last-out", where the last
    rating of each user is for the test and the one before it for validation (`valid=0.0`: for
    training), whatever `test` says; for "ml-100k" also the published "u1" to "u5", "ua" and "ub",
    where `valid` is a share of the base, drawn with the seed, and `test` is what is published.
    features: "user", "film", "genres", "year"; for "ml-100k" and "ml-1m" also "age", "gender" and
    "occupation".

    Errors: those of `ratings`; InputError for bad arguments; DataFileError for a published split
    when the file is not whole.
    """
    one_of("edition", edition, EDITIONS)
    chosen = EDITIONS[edition]
    task = one_of("task", "rating" if task is None else task, TASKS)
    split = one_of("split", split, splits_of(chosen))
    wanted = chosen.features[:2] if features is None else features
    features = names_of("features", wanted, chosen.features)
    seed = checked_seed(seed)
    valid, test = checked_fractions(valid, test)
    table = ratings(edition, folder, progress=progress)
    liked = table.rating >= LIKE_FROM
    # Ranking knows likes only: they are what is split, and the other ratings are left aside.
    rows = np.flatnonzero(liked) if task == "rank" else None
    parts = make_parts(table, chosen, split, rows, valid=valid, test=test, seed=seed)
    columns = [ENCODERS[name](table, parts.train) for name in features]
    described = {
        "name": edition,
        "title": chosen.title,
        "task": task,
        "real": True,
        "determined_by": {
            "file": embedded.SHA256 if edition == EMBEDDED else table.digest,
            "encoding": _ENCODING,
            **determined_by(split, valid=valid, test=test, seed=seed),
            "features": features,
        },
    }
    if task == "rank":
        return rank_films(table, columns, parts, **described)
    y = table.rating if task == "rating" else liked.astype(np.float32)
    return build(columns, y, parts, objective=TASKS[task], report=table.report, **described)


def rank_films(
    table: Ratings, columns: Sequence[EncodedField], parts: Split, **described: Any
) -> Dataset:
    """Ranking data: the rows of `parts` are likes; all films of the table are candidates."""
    names = film_labels(table.films)[np.unique(table.film_row)]
    return build_ranking(
        columns, table.user, table.film_row, parts, item_fields=OF_FILM, item_names=names,
        **described,
    )  # fmt: skip
