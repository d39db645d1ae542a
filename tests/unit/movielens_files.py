"""Small made-up tables of ratings, written as each MovieLens edition lays its files out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fmteach.datasets.movielens.editions import GENRES_100K, OCCUPATIONS_1M

NAMES = ("Action", "Comedy", "Drama", "Film-Noir")
TITLES = (
    "Toy Story (1995)", "American President, The (1995)", "Léon: The Professional (1994)",
    '"Great Performances" Cats (1998)', "Babylon 5", "Seven (a.k.a. Se7en) (1995) ",
    "Death Note (2006–2007)", "M*A*S*H (a.k.a. MASH) (1970)",
)  # fmt: skip


@dataclass
class Made:
    """What was written: one list a column."""

    user: list[int]
    film: list[int]
    rating: list[float]
    timestamp: list[int]
    title: dict[int, str]
    genres: dict[int, list[str]]
    age: dict[int, int]
    gender: dict[int, str]
    occupation: dict[int, int]


def make(edition: str, users: int = 30, films: int = 40, share: float = 0.4, seed: int = 0) -> Made:
    rng = np.random.default_rng(seed)
    pairs = np.argwhere(rng.random((users, films)) < share) + 1
    if not edition.startswith("ml-2"):  # the large files are in order of user and film
        rng.shuffle(pairs)
    step = 1 if edition in ("ml-100k", "ml-1m") else 0.5
    latin = edition in ("ml-100k", "ml-1m")
    titles = [title.replace("–", "-") if latin else title for title in TITLES]
    every = GENRES_100K if edition == "ml-100k" else NAMES
    return Made(
        user=pairs[:, 0].tolist(),
        film=(pairs[:, 1] * 7).tolist(),
        rating=(step * rng.integers(1, 5 / step + 1, len(pairs))).tolist(),
        timestamp=rng.integers(8e8, 1.5e9, len(pairs)).tolist(),
        title={
            7 * i: titles[i % 8] if i < 9 else f"Film {i} (19{i:02})" for i in range(1, films + 1)
        },
        genres={
            7 * i: sorted(rng.choice(every, size=i % 4, replace=False).tolist())
            for i in range(1, films + 1)
        },
        age={i: int(rng.choice([1, 18, 25, 35, 45, 50, 56])) for i in range(1, users + 1)},
        gender={i: "FM"[i % 2] for i in range(1, users + 1)},
        occupation={i: i % 21 for i in range(1, users + 1)},
    )


def write(edition: str, made: Made, folder: Path, *, end: str = "\n") -> Path:
    """The files of an edition in a new folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (text, encoding) in texts(edition, made).items():
        (folder / name).write_bytes(text.replace("\n", end).encode(encoding))
    return folder


def texts(edition: str, made: Made) -> dict[str, tuple[str, str]]:
    rows = list(zip(made.user, made.film, made.rating, made.timestamp, strict=True))
    if edition == "ml-100k":
        return {
            "u.data": (_lines([u, f, int(r), t] for u, f, r, t in rows)("\t"), "latin-1"),
            "u.item": (_lines(_item(made, f) for f in made.title)("|"), "latin-1"),
            "u.user": (
                _lines(
                    [u, made.age[u], made.gender[u], OCCUPATIONS_1M[made.occupation[u]], "T8H1N"]
                    for u in made.age
                )("|"),
                "latin-1",
            ),
        }
    if edition == "ml-1m":
        return {
            "ratings.dat": (_lines([u, f, int(r), t] for u, f, r, t in rows)("::"), "latin-1"),
            "movies.dat": (
                _lines([f, made.title[f], "|".join(made.genres[f])] for f in made.title)("::"),
                "latin-1",
            ),
            "users.dat": (
                _lines(
                    [u, made.gender[u], made.age[u], made.occupation[u], "98107-2117"]
                    for u in made.age
                )("::"),
                "latin-1",
            ),
        }
    films = [
        [f, _quoted(title), "|".join(made.genres[f]) or "(no genres listed)"]
        for f, title in made.title.items()
    ]
    return {
        "ratings.csv": ("userId,movieId,rating,timestamp\n" + _lines(rows)(","), "utf-8"),
        "movies.csv": ("movieId,title,genres\n" + _lines(films)(","), "utf-8"),
    }


def _lines(rows):
    rows = list(rows)
    return lambda separator: "".join(separator.join(map(str, row)) + "\n" for row in rows)


def _quoted(title: str) -> str:
    return '"' + title.replace('"', '""') + '"' if "," in title or '"' in title else title


def _item(made: Made, film: int) -> list[object]:
    flags = [int(genre in made.genres[film]) for genre in GENRES_100K]
    return [film, made.title[film], "01-Jan-1995", "", "http://us.imdb.com/M/title?x", *flags]
