"""MovieLens latest-small, edition of October 2016: 100,004 ratings by 671 users of 9,066 films.

The data belongs to GroupLens and may not be used commercially; data/NOTICE.md has the terms.
Source: Harper and Konstan (2015), The MovieLens Datasets: History and Context, ACM Transactions on
Interactive Intelligent Systems 5(4), https://doi.org/10.1145/2827872
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from fmteach.datasets import embedded
from fmteach.datasets.build import build
from fmteach.datasets.choices import checked_fractions, checked_seed, names_of, one_of
from fmteach.datasets.dataset import Dataset
from fmteach.datasets.encoding import EncodedField, encode_category, encode_set
from fmteach.datasets.splits import SPLITS, make_split
from fmteach.datasets.table import Table

TASKS = {"rating": "regression", "like": "classification"}
FEATURES = ("user", "film", "genres", "year")
LIKE_FROM = 4.0  # a rating of 4 stars or more counts as a like
_ENCODING = 1  # goes into the fingerprint: raise it when the same options give other rows


@dataclass(frozen=True, eq=False)
class Films:
    """One entry a film, in order of its MovieLens number.

    id: int64 [films]. title: str, "" where unknown. year: int64, 0 where unknown. genres: str such
    as "Comedy|Drama", or "(no genres listed)". Texts are as in the source, nothing is repaired.
    """

    id: np.ndarray
    title: np.ndarray
    year: np.ndarray
    genres: np.ndarray

    def __len__(self) -> int:
        return len(self.id)

    def __repr__(self) -> str:
        return f"<Films: {len(self):,} films>"


@dataclass(frozen=True, eq=False)
class Ratings:
    """The whole table, one entry a rating, in order of time (ties by user, then by film).

    user: int64 [n], 1 .. 671. film: int64 [n], the film's MovieLens number. rating: float32 [n],
    0.5 to 5 in steps of 0.5. timestamp: int64 [n], seconds since 1970, UTC. film_row: int64 [n],
    the place of the rating's film in `films`. `title`, `year` and `genres` repeat the film's entry
    for every rating. All arrays are read-only.
    """

    user: np.ndarray
    film: np.ndarray
    rating: np.ndarray
    timestamp: np.ndarray
    film_row: np.ndarray
    films: Films

    @property
    def title(self) -> np.ndarray:
        return self.films.title[self.film_row]

    @property
    def year(self) -> np.ndarray:
        return self.films.year[self.film_row]

    @property
    def genres(self) -> np.ndarray:
        return self.films.genres[self.film_row]

    def __len__(self) -> int:
        return len(self.rating)

    def __repr__(self) -> str:
        users = len(np.unique(self.user))
        return f"<Ratings: {len(self):,} ratings by {users:,} users of {len(self.films):,} films>"

    def head(self, n: int = 5) -> Table:
        """The first n ratings in readable form."""
        names = ("user", "film", "title", "year", "genres", "rating")
        columns = [getattr(self, name)[:n].tolist() for name in names]
        when = self.timestamp[:n].astype("datetime64[s]").astype(str).tolist()
        times = [text.replace("T", " ") for text in when]
        return Table((*names, "time (UTC)"), tuple(zip(*columns, times, strict=True)))


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
    film_row = raw["film"].astype(np.int64)
    table = Ratings(
        user=raw["user"].astype(np.int64),
        film=films.id[film_row],
        rating=raw["half_stars"].astype(np.float32) / 2,
        timestamp=raw["timestamp"].astype(np.int64),
        film_row=film_row,
        films=films,
    )
    for part in (films, table):
        for array in vars(part).values():
            if isinstance(array, np.ndarray):
                array.flags.writeable = False
    return table


def film_labels(films: Films) -> np.ndarray:
    """A text for every film, all different: "Toy Story (1995)".

    Two films that share title and year, and films without a title, get their MovieLens number.
    """
    names = [
        f"{title.strip() or '(no title)'}{f' ({year})' if year else ''}"
        for title, year in zip(films.title.tolist(), films.year.tolist(), strict=True)
    ]
    _, place, count = np.unique(names, return_inverse=True, return_counts=True)
    numbered = (count[place] > 1) | (films.title == "")
    texts = np.array(names, dtype=object)
    texts[numbered] = [f"{names[i]} [film {films.id[i]}]" for i in np.flatnonzero(numbered)]
    return texts


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
    parts = make_split(split, len(table), table.timestamp, valid=valid, test=test, seed=seed)
    y = table.rating if task == "rating" else (table.rating >= LIKE_FROM).astype(np.float32)
    return build(
        [_ENCODERS[name](table, parts.train) for name in features],
        y,
        parts,
        name="movielens",
        title="MovieLens latest-small (real)",
        task=task,
        objective=TASKS[task],
        real=True,
        determined_by={
            "file": embedded.SHA256,
            "encoding": _ENCODING,
            "split": split,
            "seed": seed if split == "random" else None,  # the split by time draws nothing
            "valid": valid,
            "test": test,
            "features": features,
        },
    )


def _user(table: Ratings, train: np.ndarray) -> EncodedField:
    return encode_category("user", table.user, train)


def _film(table: Ratings, train: np.ndarray) -> EncodedField:
    texts = film_labels(table.films)
    # Rows of `films` are in order of the films' numbers, so they sort alike and index the texts.
    return encode_category("film", table.film_row, train, label=lambda rows: texts[rows])


def _genres(table: Ratings, train: np.ndarray) -> EncodedField:
    sets, place = np.unique(table.films.genres.astype(str), return_inverse=True)
    split_sets = [text.split("|") for text in sets.tolist()]
    names = sorted({name for names in split_sets for name in names})
    has = np.array([[name in names_of_set for name in names] for names_of_set in split_sets])
    return encode_set("genres", names, has[place], table.film_row, train)


def _year(table: Ratings, train: np.ndarray) -> EncodedField:
    decade = table.films.year // 10 * 10  # 0 stays 0: the year is not known

    def label(decades: np.ndarray) -> list[str]:
        return [f"{d}s" if d else "(no year)" for d in decades.tolist()]

    return encode_category("year", decade[table.film_row], train, label=label)


_ENCODERS: dict[str, Callable[[Ratings, np.ndarray], EncodedField]] = {
    "user": _user,
    "film": _film,
    "genres": _genres,
    "year": _year,
}
