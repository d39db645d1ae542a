"""The files of one edition, read into the table of ratings."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import polars as pl

from fmteach.datasets.movielens.catalogue import read_films, read_users
from fmteach.datasets.movielens.editions import Edition
from fmteach.datasets.movielens.lines import Progress, TextFile, rating_columns
from fmteach.datasets.movielens.table import Films, Ratings, Users, read_only
from fmteach.datasets.progress import progress_bar
from fmteach.datasets.reading.blocks import file_size
from fmteach.datasets.reading.report import BadRow, Tally
from fmteach.errors import DataFileError

AGAIN = "the user rated this film in an earlier line"


def find(edition: Edition, folder: str | Path) -> dict[str, Path]:
    """The files of an edition in a folder, or in the official zip archive: name -> path."""
    layout, folder = edition.layout, Path(folder).expanduser()
    wanted = [name for name in (layout.ratings, layout.films, layout.users) if name]
    if folder.suffix == ".zip" and folder.is_file():
        try:
            with zipfile.ZipFile(folder) as archive:
                here = {Path(name).name: folder / name for name in archive.namelist()}
        except zipfile.BadZipFile as error:
            raise DataFileError(f"{folder} cannot be opened ({error}): fetch it again.") from error
    else:
        here = {name: folder / name for name in wanted if (folder / name).is_file()}
    missing = [name for name in wanted if name not in here]
    if missing:
        raise DataFileError(
            f"{folder} has no {', '.join(missing)}; {edition.name} needs {', '.join(wanted)}. Give "
            "the folder that holds these files, or the official zip archive."
        )
    return {name: here[name] for name in wanted}


def identity(path: Path) -> tuple[str, int, int]:
    """Path, size and time of a file (of the archive, for a file in one): has it changed?"""
    file = next((p for p in (path, *path.parents) if p.is_file()), path)
    if not file.is_file():
        raise DataFileError(f"{path} is missing. Fetch the data set again.")
    told = file.stat()
    return str(path), told.st_size, told.st_mtime_ns


def read(edition: Edition, paths: Mapping[str, Path], *, progress: bool = False) -> Ratings:
    """The whole table of an edition. O(lines); 16 bytes a rating stay in memory.

    Bad lines are set aside and counted in the table's `report`. Errors: DataFileError for a file
    that is missing, empty or not the one that is wanted.
    """
    layout, tally = edition.layout, Tally()
    users = read_users(paths[layout.users], layout, tally) if layout.users else None
    films = read_films(paths[layout.films], layout, tally)
    path = paths[layout.ratings]
    with progress_bar(
        f"Reading {path.name}", total=file_size(path), unit="bytes", enabled=progress
    ) as advance_to:
        columns = _ratings(TextFile(path, layout, tally), advance_to)
    notes = []
    films, film_row = _rated(films, columns.pop("film"), path.name, notes)
    if users is not None:
        users = _complete(users, columns["user"], notes)
    tally.rows = len(film_row)
    if tally.rows != edition.rows:
        notes.append(
            f"the official {edition.name} has {edition.rows:,} ratings: this is another edition, "
            "or not all of it"
        )
    report = tally.report(True, tuple(notes))
    return read_only(Ratings(**columns, film_row=film_row, films=films, users=users, report=report))


def _ratings(file: TextFile, progress: Progress) -> dict[str, np.ndarray]:
    """All good ratings, column by column."""
    parts: dict[str, list[np.ndarray]] = {"user": [], "film": [], "rating": [], "timestamp": []}
    lines = []
    for data, first in file.blocks(progress):
        frame, numbers = rating_columns(file, data, first)
        for name, pieces in parts.items():
            pieces.append(frame[name].to_numpy())
        lines.append((int(numbers[0]), len(numbers)) if _gapless(numbers) else numbers)
    columns = {name: np.concatenate(parts.pop(name)) for name in tuple(parts)}
    again = _rated_again(columns["user"], columns["film"])
    if len(again):
        _set_aside(file, again, lines, columns)
        columns = {name: np.delete(column, again) for name, column in columns.items()}
    return columns


def _gapless(numbers: np.ndarray) -> bool:
    return len(numbers) > 0 and int(numbers[-1]) - int(numbers[0]) == len(numbers) - 1


def _rated_again(user: np.ndarray, film: np.ndarray) -> np.ndarray:
    """The rows whose user rated the same film in an earlier row. O(n) for files in order."""
    pair = (user.astype(np.int64) << 32) | film
    if (pair[1:] > pair[:-1]).all():  # as the csv editions are written
        return np.empty(0, np.int64)
    order = np.argsort(pair, kind="stable")
    ordered = pair[order]
    return np.sort(order[1:][ordered[1:] == ordered[:-1]])


def _set_aside(
    file: TextFile, rows: np.ndarray, lines: list, columns: Mapping[str, np.ndarray]
) -> None:
    numbers = np.concatenate(
        [np.arange(p[0], p[0] + p[1]) if isinstance(p, tuple) else p for p in lines]
    )

    def bad() -> Iterator[BadRow]:
        for row in rows.tolist():
            text = f"user {columns['user'][row]}, film {columns['film'][row]}"
            detail = "one rating a pair is kept"
            yield BadRow(file.path.name, int(numbers[row]), AGAIN, detail, text)

    file.tally.add(bad())
    report = file.tally.files[-1]
    counts = {"rows": report.rows - len(rows), "bad": report.bad + len(rows)}
    file.tally.files[-1] = type(report)(**{**vars(report), **counts})


def _rated(films: Films, film: np.ndarray, name: str, notes: list[str]) -> tuple[Films, np.ndarray]:
    """The films that have a rating, in order of their number, and the place of each rating's."""
    rated = pl.Series(film).unique().sort().to_numpy()
    known = np.isin(rated, films.id)
    place = np.minimum(np.searchsorted(films.id, rated), len(films) - 1)
    if not known.all():
        notes.append(
            f"{(~known).sum():,} films that are rated have no good line in the file of the films, "
            f"first film {rated[~known][0]}: their title is empty"
        )
    chosen = Films(
        id=rated,
        title=np.where(known, films.title[place], ""),
        year=np.where(known, films.year[place], 0).astype(np.int32),
        genres=np.where(known, films.genres[place], "(no genres listed)"),
    )
    return chosen, np.searchsorted(rated, film).astype(np.int32)


def _complete(users: Users, user: np.ndarray, notes: list[str]) -> Users:
    """The users that have a rating; one without a good line of its own is unknown in all."""
    rated = pl.Series(user).unique().sort().to_numpy()
    known = np.isin(rated, users.id)
    place = np.minimum(np.searchsorted(users.id, rated), len(users) - 1)
    if not known.all():
        notes.append(
            f"{(~known).sum():,} users have no good line in the file of the users, first user "
            f"{rated[~known][0]}: age, gender and occupation are unknown"
        )
    return Users(
        id=rated,
        age=np.where(known, users.age[place], 0).astype(np.int32),
        gender=np.where(known, users.gender[place], ""),
        occupation=np.where(known, users.occupation[place], ""),
    )
