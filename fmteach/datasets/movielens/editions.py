"""The editions of MovieLens, and how the files of each are laid out.

The official READMEs of GroupLens describe the files; the codes of ml-1m are those of its README.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Layout:
    """How the lines of an edition's files are laid out.

    ratings, films, users: file names; users is "" where an edition tells nothing about its users.
    separator: between the columns. header: the first line of ratings.csv and movies.csv, if they
    have one. latin1: the texts are in latin-1, not in UTF-8. least, step: of a rating in stars.
    """

    ratings: str
    films: str
    users: str
    separator: str
    header: bool
    latin1: bool
    least: float
    step: float


CSV = Layout("ratings.csv", "movies.csv", "", ",", True, False, 0.5, 0.5)
TAB = Layout("u.data", "u.item", "u.user", "\t", False, True, 1.0, 1.0)
DAT = Layout("ratings.dat", "movies.dat", "users.dat", "::", False, True, 1.0, 1.0)


@dataclass(frozen=True)
class Edition:
    """One edition. rows: ratings in the official file, to say so when a file has another number.

    published: the names of the splits that come with the data.
    """

    name: str
    title: str
    rows: int
    layout: Layout | None
    published: tuple[str, ...] = ()

    @property
    def features(self) -> tuple[str, ...]:
        """The fields that describe a rating, the first two being the default."""
        more = ("age", "gender", "occupation") if self.layout and self.layout.users else ()
        return ("user", "film", "genres", "year", *more)


EMBEDDED = "movielens"
_ALL = (
    Edition(EMBEDDED, "MovieLens latest-small (real)", 100_004, None),
    Edition("ml-latest-small", "MovieLens latest-small of 2018 (real)", 100_836, CSV),
    Edition(
        "ml-100k", "MovieLens 100K (real)", 100_000, TAB, ("u1", "u2", "u3", "u4", "u5", "ua", "ub")
    ),
    Edition("ml-1m", "MovieLens 1M (real)", 1_000_209, DAT),
    Edition("ml-20m", "MovieLens 20M (real)", 20_000_263, CSV),
    Edition("ml-25m", "MovieLens 25M (real)", 25_000_095, CSV),
    Edition("ml-32m", "MovieLens 32M (real)", 32_000_204, CSV),
)
EDITIONS: Mapping[str, Edition] = MappingProxyType({edition.name: edition for edition in _ALL})
"""All editions by name; "movielens" is the embedded one."""

GENRES_100K = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary",
    "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi",
    "Thriller", "War", "Western",
)  # fmt: skip
"""What the last 19 columns of u.item stand for, in their order."""

OCCUPATIONS_1M = (
    "other", "academic/educator", "artist", "clerical/admin", "college/grad student",
    "customer service", "doctor/health care", "executive/managerial", "farmer", "homemaker",
    "K-12 student", "lawyer", "programmer", "retired", "sales/marketing", "scientist",
    "self-employed", "technician/engineer", "tradesman/craftsman", "unemployed", "writer",
)  # fmt: skip
"""What the numbers 0 to 20 in users.dat stand for."""
