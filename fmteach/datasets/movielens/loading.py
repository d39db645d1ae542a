"""From the table of ratings to a data set: fields encoded, rows split."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from fmteach.datasets import embedded
from fmteach.datasets.build import build
from fmteach.datasets.choices import checked_fractions, checked_seed, names_of, one_of
from fmteach.datasets.dataset import Dataset
from fmteach.datasets.encoding import EncodedField
from fmteach.datasets.movielens.fields import ENCODERS
from fmteach.datasets.movielens.table import Films, Ratings, film_labels, read_only
from fmteach.datasets.ranking import build_ranking
from fmteach.datasets.splits import SPLITS, Split, make_split

TASKS = {"rating": "regression", "like": "classification", "rank": "ranking"}
FEATURES = ("user", "film", "genres", "year")
OF_FILM = ("film", "genres", "year")  # the other features are of the user
LIKE_FROM = 4.0  # a rating of 4 stars or more counts as a like
_ENCODING = 1  # goes into the fingerprint: raise it when the same options give other rows


@cache
def ratings() -> Ratings:
    """The table as it is, without any encoding or split. Read once, then kept.

    Errors: DataFileError when the file is missing or damaged.

    >>> table = ratings()
    >>> len(table), len(table.films), table.films.title[0]
    (100004, 9066, 'Toy Story')
    """
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


def load(
    task: str | None = None,
    split: str = "random",
    seed: int = 0,
    features: Sequence[str] | None = None,
    valid: float = 0.1,
    test: float = 0.1,
) -> Dataset:
    """The ratings, encoded and split; the arguments are described at `fmteach.datasets.load`."""
    task = one_of("task", "rating" if task is None else task, TASKS)
    split = one_of("split", split, SPLITS)
    features = names_of("features", ("user", "film") if features is None else features, FEATURES)
    seed = checked_seed(seed)
    valid, test = checked_fractions(valid, test)
    table = ratings()
    liked = table.rating >= LIKE_FROM
    # Ranking knows likes only: they are what is split, and the other ratings are left aside.
    rows = np.flatnonzero(liked) if task == "rank" else np.arange(len(table))
    parts = make_split(split, len(rows), table.timestamp[rows], valid=valid, test=test, seed=seed)
    parts = Split(rows[parts.train], rows[parts.valid], rows[parts.test])
    columns = [ENCODERS[name](table, parts.train) for name in features]
    described = {
        "name": "movielens",
        "title": "MovieLens latest-small (real)",
        "task": task,
        "real": True,
        "determined_by": {
            "file": embedded.SHA256,
            "encoding": _ENCODING,
            "split": split,
            "seed": seed if split == "random" else None,  # the split by time draws nothing
            "valid": valid,
            "test": test,
            "features": features,
        },
    }
    if task == "rank":
        return rank_films(table, columns, parts, **described)
    y = table.rating if task == "rating" else liked.astype(np.float32)
    return build(columns, y, parts, objective=TASKS[task], **described)


def rank_films(
    table: Ratings, columns: Sequence[EncodedField], parts: Split, **described: Any
) -> Dataset:
    """Ranking data: the rows of `parts` are likes; all films of the table are candidates."""
    names = film_labels(table.films)[np.unique(table.film_row)]
    return build_ranking(
        columns, table.user, table.film_row, parts, item_fields=OF_FILM, item_names=names,
        **described,
    )  # fmt: skip
