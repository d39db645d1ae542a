"""The files of films and of users, each read by one pattern a line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from fmteach.datasets.movielens.editions import GENRES_100K, OCCUPATIONS_1M, Layout
from fmteach.datasets.movielens.lines import COLUMNS, NO_NUMBER, TWICE, TextFile
from fmteach.datasets.movielens.table import Films, Users
from fmteach.datasets.reading.report import Tally

NO_GENRES = "(no genres listed)"
_CELL = '"(?:[^"]|"")*"|[^",]*'  # a quoted cell doubles its quotation marks
_FILM = {
    "movies.csv": rf"^(?P<id>[^,]*),(?P<title>{_CELL}),(?P<genres>{_CELL})$",
    "movies.dat": r"^(?P<id>[^:]*)::(?P<title>.*)::(?P<genres>[^:]*)$",
    "u.item": r"^(?P<id>[^|]*)\|(?P<title>.*)\|(?P<date>[^|]*)\|[^|]*\|[^|]*"
    rf"(?P<flags>(?:\|[01]){{{len(GENRES_100K)}}})$",
}
_USER = {
    "u.user": r"^(?P<id>[^|]*)\|(?P<age>[0-9]+)\|(?P<gender>[MF])\|(?P<occupation>[^|]*)\|[^|]*$",
    "users.dat": r"^(?P<id>[^:]*)::(?P<gender>[MF])::(?P<age>[0-9]+)::(?P<occupation>[0-9]+)::"
    r"[^:]*$",
}
_YEAR = r"^(?P<name>.*?)\s*\((?P<year>[0-9]{4})(?:[-–][0-9]{0,4})?\)\s*$"
_WANTED = {
    "movies.csv": "number,title,genres are wanted",
    "movies.dat": "number::title::genres are wanted",
    "u.item": f"number, title, two dates, address and {len(GENRES_100K)} flags are wanted",
    "u.user": "number, age, gender, occupation and zip code are wanted",
    "users.dat": "number, gender, age, occupation and zip code are wanted",
}


def read_films(path: Path, layout: Layout, tally: Tally) -> Films:
    """All films of the file, in order of their number. Of two with one number, the first."""
    cells = _cells(TextFile(path, layout, tally), _FILM[path.name])
    title = _unquoted(cells["title"]).str.strip_chars()
    parts = title.str.extract_groups(_YEAR)
    name, year = parts.struct.field("name"), parts.struct.field("year").cast(pl.Int32)
    if "flags" in cells.columns:
        genres = _flagged(cells["flags"])
        # Such as 01-Jan-1995, for a title without a year.
        year = year.fill_null(cells["date"].str.extract(r"([0-9]{4})$").cast(pl.Int32))
    else:
        genres = _unquoted(cells["genres"]).str.strip_chars()
        genres = genres.replace("", NO_GENRES).to_numpy().astype(object)
    return Films(
        id=cells["id"].to_numpy(),
        title=name.fill_null(title).to_numpy().astype(object),
        year=year.fill_null(0).to_numpy(),
        genres=genres,
    )


def read_users(path: Path, layout: Layout, tally: Tally) -> Users:
    """All users of the file, in order of their number. Of two with one number, the first."""
    cells = _cells(TextFile(path, layout, tally), _USER[path.name])
    occupation = cells["occupation"].to_numpy().astype(object)
    if path.name == "users.dat":
        names = dict(zip(map(str, range(len(OCCUPATIONS_1M))), OCCUPATIONS_1M, strict=True))
        occupation = np.array([names.get(code, code) for code in occupation], dtype=object)
    return Users(
        id=cells["id"].to_numpy(),
        age=cells["age"].cast(pl.Int32, strict=False).fill_null(0).to_numpy(),
        gender=cells["gender"].to_numpy().astype(object),
        occupation=occupation,
    )


def _cells(file: TextFile, pattern: str) -> pl.DataFrame:
    """The cells of all good lines, sorted by "id" (int32), each id once."""
    frames = []
    for data, first in file.blocks():
        lines = file.text(data)
        cells = lines.str.extract_groups(pattern).struct.unnest()
        fits = cells["id"].is_not_null().to_numpy()
        number = cells["id"].str.strip_chars().cast(pl.Int32, strict=False)
        above = (number >= 1).fill_null(False).to_numpy()
        earlier = [frame["id"] for frame in frames]
        twice = ~pl.concat([*earlier, number]).is_first_distinct()[-len(number) :].to_numpy()
        wanted = _WANTED[file.path.name]
        faults = [(~fits, COLUMNS, wanted), (~above, NO_NUMBER, "column 1"), (twice, TWICE, "")]
        good = file.set_aside(lines, first, faults)
        frames.append(cells.with_columns(number.alias("id")).filter(pl.Series(good)))
    return pl.concat(frames).sort("id")


def _unquoted(cells: pl.Series) -> pl.Series:
    quoted = cells.str.starts_with('"') & cells.str.ends_with('"') & (cells.str.len_bytes() > 1)
    inner = cells.str.slice(1).str.head(-1).str.replace_all('""', '"', literal=True)
    return inner.zip_with(quoted, cells)


def _flagged(flags: pl.Series) -> np.ndarray:
    """The genres whose flag is 1, such as "Action|Comedy". Few sets are different."""
    names = {
        text: "|".join(
            genre for genre, on in zip(GENRES_100K, text.split("|")[1:], strict=True) if on == "1"
        )
        or NO_GENRES
        for text in flags.unique().to_list()
    }
    return np.array([names[text] for text in flags.to_list()], dtype=object)
