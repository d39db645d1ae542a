"""The ratings as they stand in the source: who gave which film how many stars, and when."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from fmteach.datasets.table import Table

if TYPE_CHECKING:
    from fmteach.datasets.reading.report import ReadReport


@dataclass(frozen=True, eq=False)
class Films:
    """One entry a film, in order of its MovieLens number.

    id: int [films]. title: str, "" where unknown. year: int, 0 where unknown. genres: str such as
    "Comedy|Drama", or "(no genres listed)". Texts are as in the source, nothing is repaired.
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
class Users:
    """One entry a user, in order of the user's number. Of ml-100k and ml-1m alone.

    id: int [users]. age: int, years (ml-1m: the first year of the age group, 1 for "under 18"), 0
    where unknown. gender: "F", "M" or "". occupation: str, "" where unknown.
    """

    id: np.ndarray
    age: np.ndarray
    gender: np.ndarray
    occupation: np.ndarray

    def __len__(self) -> int:
        return len(self.id)

    def __repr__(self) -> str:
        return f"<Users: {len(self):,} users>"


@dataclass(frozen=True, eq=False)
class Ratings:
    """The whole table, one entry a rating: the embedded films in order of time (ties by user, then
    by film), the other editions in the order of their file.

    user: int [n], numbers from 1. rating: float32 [n], 0.5 to 5 in steps of 0.5 (ml-100k and ml-1m:
    1 to 5 in steps of 1). timestamp: int [n], seconds since 1970, UTC. film_row: int [n], the place
    of the rating's film in `films`. `film` (its MovieLens number), `title`, `year` and `genres`
    repeat the film's entry for every rating. users: what is known of the users, or None; `user_row`
    is then the place of the rating's user in it. report: of the editions read from files, how many
    lines were read and which were set aside, or None. All arrays are read-only; the integers are
    int64 in the embedded films and int32 in the other editions, so a rating takes 16 bytes there.
    """

    user: np.ndarray
    rating: np.ndarray
    timestamp: np.ndarray
    film_row: np.ndarray
    films: Films
    users: Users | None = None
    report: ReadReport | None = None

    @property
    def film(self) -> np.ndarray:
        return self.films.id[self.film_row]

    @property
    def title(self) -> np.ndarray:
        return self.films.title[self.film_row]

    @property
    def year(self) -> np.ndarray:
        return self.films.year[self.film_row]

    @property
    def genres(self) -> np.ndarray:
        return self.films.genres[self.film_row]

    @property
    def user_row(self) -> np.ndarray | None:
        return None if self.users is None else np.searchsorted(self.users.id, self.user)

    @cached_property
    def digest(self) -> str:
        """A hash of all that the table holds: the same table, the same hash, on every machine."""
        digest = hashlib.sha256()
        for part in (self, self.films, self.users):
            for array in vars(part).values() if part is not None else ():
                if isinstance(array, np.ndarray):
                    texts = array.dtype == object
                    digest.update("\n".join(array).encode() if texts else array.tobytes())
        return digest.hexdigest()

    def __len__(self) -> int:
        return len(self.rating)

    def __repr__(self) -> str:
        users = len(np.unique(self.user))
        return f"<Ratings: {len(self):,} ratings by {users:,} users of {len(self.films):,} films>"

    def head(self, n: int = 5) -> Table:
        """The first n ratings in readable form."""
        at = slice(0, n)
        films = self.film_row[at]
        entry = (self.films.id, self.films.title, self.films.year, self.films.genres)
        columns = [self.user[at].tolist(), *(column[films].tolist() for column in entry)]
        when = self.timestamp[at].astype("datetime64[s]").astype(str).tolist()
        when = [text.replace("T", " ") for text in when]
        names = ("user", "film", "title", "year", "genres", "rating", "time (UTC)")
        rows = zip(*columns, self.rating[at].tolist(), when, strict=True)
        return Table(names, tuple(rows))


def read_only(table: Ratings) -> Ratings:
    """The same table, with all its arrays set to read-only: it is shared by all who load it."""
    for part in (table, table.films, table.users):
        for array in vars(part).values() if part is not None else ():
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
