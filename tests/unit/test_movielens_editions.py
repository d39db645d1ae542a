"""Every edition of MovieLens is read as it is written, and damage is counted, not swallowed."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from fmteach import datasets
from fmteach.datasets import encoding, movielens
from fmteach.datasets.movielens.editions import OCCUPATIONS_1M
from fmteach.datasets.reading.report import BadRow
from fmteach.errors import DataFileError, InputError
from tests.unit.movielens_files import make, texts, write

OFFICIAL = Path(__file__).parents[3] / "shared" / "data" / "ml-latest-small.zip"
FILES = ("ml-latest-small", "ml-100k", "ml-1m", "ml-20m", "ml-25m", "ml-32m")
LAYOUTS = ("ml-latest-small", "ml-100k", "ml-1m")
YEAR = re.compile(r"\((\d{4})(?:[-–]\d*)?\)$")


def read(edition: str, folder: Path) -> movielens.Ratings:
    return movielens.ratings(edition, folder)


@pytest.mark.parametrize("edition", FILES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_edition_is_read_as_it_was_written(edition: str, end: str, tmp_path: Path) -> None:
    made = make(edition)
    table = read(edition, write(edition, made, tmp_path, end=end))
    assert table.user.tolist() == made.user
    assert table.film.tolist() == made.film
    assert table.rating.tolist() == made.rating
    assert table.timestamp.tolist() == made.timestamp
    assert table.films.id.tolist() == sorted(set(made.film))
    for i in range(len(table)):
        title, year = made.title[made.film[i]].strip(), 0
        if found := YEAR.search(title):
            title, year = title[: found.start()].strip(), int(found[1])
        elif edition == "ml-100k":
            year = 1995  # that of the release date
        assert (table.title[i], table.year[i]) == (title, year)
        assert sorted(table.genres[i].split("|")) == (
            made.genres[made.film[i]] or ["(no genres listed)"]
        )
    assert table.report.rows == len(made.user)
    assert table.report.bad_rows == 0
    integers = (table.user, table.film_row, table.timestamp, table.films.id, table.films.year)
    assert {array.dtype for array in integers} == {np.dtype(np.int32)}
    assert table.rating.dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        table.user[0] = 1


@pytest.mark.parametrize("edition", ["ml-100k", "ml-1m"])
def test_users_have_age_gender_and_occupation(edition: str, tmp_path: Path) -> None:
    made = make(edition)
    table = read(edition, write(edition, made, tmp_path))
    users = table.users
    assert (users.id[table.user_row] == table.user).all()
    for i, number in enumerate(users.id.tolist()):
        assert users.age[i] == made.age[number]
        assert users.gender[i] == made.gender[number]
        assert users.occupation[i] == OCCUPATIONS_1M[made.occupation[number]]
    assert repr(users) == "<Users: 30 users>"
    features = movielens.EDITIONS[edition].features
    assert features[-3:] == ("age", "gender", "occupation")
    data = datasets.load(edition, features=features, folder=tmp_path)
    groups = {"under 18": 1, "18-24": 18, "25-34": 25, "35-44": 35, "45-49": 45, "50-55": 50}
    for i, row in enumerate(data.split.train[:50].tolist()):
        names = [data.feature_name(int(j)) for j in data.train.ids[i]]
        number = int(table.user[row])
        group = next(n for n, a in {**groups, "56 or more": 56}.items() if a == made.age[number])
        assert names[-3:] == [
            f"age={group}",
            f"gender={made.gender[number]}",
            f"occupation={OCCUPATIONS_1M[made.occupation[number]]}",
        ]


def test_other_editions_know_nothing_of_their_users(tmp_path: Path) -> None:
    write("ml-20m", make("ml-20m"), tmp_path)
    with pytest.raises(InputError, match="unknown features 'age'"):
        datasets.load("ml-20m", features=("user", "age"), folder=tmp_path)
    assert read("ml-20m", tmp_path).users is None
    assert read("ml-20m", tmp_path).user_row is None


def test_the_official_file_of_2018_agrees_with_the_csv_module() -> None:
    if not OFFICIAL.is_file():
        pytest.skip("the official file of 2018 is not here")
    table = read("ml-latest-small", OFFICIAL)
    assert repr(table) == "<Ratings: 100,836 ratings by 610 users of 9,724 films>"
    assert str(table.report) == "100,836 rows read, no bad rows."
    with zipfile.ZipFile(OFFICIAL) as archive:
        ratings, films = (
            list(csv.reader(io.StringIO(archive.read(f"ml-latest-small/{name}.csv").decode())))[1:]
            for name in ("ratings", "movies")
        )
    assert table.user.tolist() == [int(row[0]) for row in ratings]
    assert table.film.tolist() == [int(row[1]) for row in ratings]
    assert table.rating.tolist() == [float(row[2]) for row in ratings]
    assert table.timestamp.tolist() == [int(row[3]) for row in ratings]
    place = {number: i for i, number in enumerate(table.films.id.tolist())}
    for number, title, genres in films:
        i = place.get(int(number))
        if i is not None:
            shown = table.films.title[i]
            if table.films.year[i]:
                assert title.startswith(shown) and f"({table.films.year[i]}" in title
            else:
                assert shown == title.strip()
            assert table.films.genres[i] == genres
    assert (table.films.year == 0).sum() == 12
    assert len(datasets.load("ml-latest-small", folder=OFFICIAL).train) == 80_668


def damaged(edition: str) -> list[tuple[str, str]]:
    """(a bad line, the reason that is given for it)."""
    mark = movielens.EDITIONS[edition].layout.separator
    lines = [
        ("1,7,3", "wrong number of columns"),
        ("1,7,3,978300760,5", "wrong number of columns"),
        ("0,7,3,978300760", "no whole number from 1 on"),
        ("1,-7,3,978300760", "no whole number from 1 on"),
        ("one,7,3,978300760", "no whole number from 1 on"),
        (",7,3,978300760", "no whole number from 1 on"),
        ("1,99999999999,3,978300760", "no whole number from 1 on"),
        ("1,7,5.5,978300760", "no number of stars"),
        ("1,7,0,978300760", "no number of stars"),
        ("1,7,3.7,978300760", "no number of stars"),
        ("1,7,nan,978300760", "no number of stars"),
        ("1,7,,978300760", "no number of stars"),
        ("1,7,3,-5", "no valid time"),
        ("1,7,3,yesterday", "no valid time"),
        ("1,7,3,\0", "no valid time"),
    ]
    if edition != "ml-latest-small":
        lines.append(("1,7,3.5,978300760", "no number of stars"))
    return [(line.replace(",", mark), reason) for line, reason in lines]


@pytest.mark.parametrize("edition", LAYOUTS)
def test_bad_lines_are_counted_with_their_numbers_and_the_rest_is_kept(
    edition: str, tmp_path: Path
) -> None:
    made = make(edition)
    name = movielens.EDITIONS[edition].layout.ratings
    lines = texts(edition, made)[name][0].splitlines()
    at, told = 5, []
    for line, reason in damaged(edition):
        lines.insert(at, line)
        told.append((at + 1, reason))
        at += 3
    lines.insert(2, "")
    told = [(number + 1, reason) for number, reason in told]
    write(edition, made, tmp_path)
    (tmp_path / name).write_text("\n".join(lines) + "\n")
    table = read(edition, tmp_path)
    assert table.user.tolist() == made.user and table.timestamp.tolist() == made.timestamp
    report = table.report
    assert report.bad_rows == len(told)
    for reason, count in report.bad.items():
        numbers = [number for number, text in told if text in reason]
        assert count == len(numbers)
        shown = [row.line for row in report.first if row.reason == reason]
        assert shown == numbers[:5]
    assert "empty line" in str(report) and "bad rows set aside" in str(report)
    assert datasets.load(edition, folder=tmp_path).report is report


def test_of_many_bad_lines_the_first_are_shown_and_all_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make("ml-100k")
    lines = texts("ml-100k", made)["u.data"][0].splitlines()
    bad = ["1\t2", "1\t2\tmany\t5", "1\t2", "0\t2\t3\t5", "1\t0\t3\t5"] * 40
    write("ml-100k", made, tmp_path)
    (tmp_path / "u.data").write_text("\n".join([lines[0], *bad, *lines[1:]]) + "\n")
    made_of_them = []
    monkeypatch.setattr(
        movielens.lines, "BadRow", lambda *told: made_of_them.append(told) or BadRow(*told)
    )
    report = read("ml-100k", tmp_path).report
    counts = {"wrong number of columns": 80, "no number of stars": 40}
    assert {**report.bad, **counts} == report.bad and report.bad_rows == 200
    shown = [row.line for row in report.first if "whole number" in row.reason]
    assert shown == [5, 6, 10, 11, 15]
    assert len(made_of_them) <= 20  # an object a line would be slow and large
    assert sum(file.bad for file in report.files) == 200


def test_a_pair_that_is_rated_twice_counts_once(tmp_path: Path) -> None:
    made = make("ml-100k")
    write("ml-100k", made, tmp_path)
    with open(tmp_path / "u.data", "a") as file:
        file.write(f"{made.user[3]}\t{made.film[3]}\t1\t978300760\n")
        file.write("x\n")
        file.write(f"{made.user[0]}\t{made.film[0]}\t2\t978300761\n")
    table = read("ml-100k", tmp_path)
    n = len(made.user)
    assert table.user.tolist() == made.user and table.rating.tolist() == made.rating
    again = [row for row in table.report.first if "earlier line" in row.reason]
    assert [row.line for row in again] == [n + 1, n + 3]
    assert table.report.files[-1].rows == table.report.rows == n
    assert table.report.files[-1].bad == table.report.bad_rows == 3


def test_bad_lines_of_films_and_users_leave_them_unknown(tmp_path: Path) -> None:
    made = make("ml-1m")
    write("ml-1m", made, tmp_path)
    films = (tmp_path / "movies.dat").read_bytes().splitlines()
    films[1], films[4] = b"14::Jumanji", b"x::Heat (1995)::Action"
    films.append(films[0])  # a number twice
    (tmp_path / "movies.dat").write_bytes(b"\n".join(films) + b"\n")
    users = (tmp_path / "users.dat").read_text().splitlines()
    users[2] = "3::?::25::4::55117"
    (tmp_path / "users.dat").write_text("\n".join(users) + "\n")
    table = read("ml-1m", tmp_path)
    assert len(table) == len(made.user)
    bad = {(row.file, row.line) for row in table.report.first}
    assert bad == {("movies.dat", 2), ("movies.dat", 5), ("movies.dat", 41), ("users.dat", 3)}
    unknown = table.films.id[table.films.title == ""]
    assert unknown.tolist() == [14, 35]
    third = table.users.id.tolist().index(3)
    assert (table.users.age[third], table.users.gender[third]) == (0, "")
    text = str(table.report)
    assert "2 films that are rated have no good line" in text
    assert "1 users have no good line" in text
    data = datasets.load("ml-1m", features=("film", "genres", "year", "gender"), folder=tmp_path)
    assert data.find_features("(no title) [film 14]") and data.find_features("(no gender)")


def test_bytes_that_are_not_utf8_are_a_bad_line_in_csv_files(tmp_path: Path) -> None:
    made = make("ml-20m")
    write("ml-20m", made, tmp_path)
    films = (tmp_path / "movies.csv").read_bytes().split(b"\n")
    films[3] = "21,Léon (1994),Drama".encode("latin-1")
    (tmp_path / "movies.csv").write_bytes(b"\n".join(films))
    table = read("ml-20m", tmp_path)
    (row,) = table.report.first
    assert (row.file, row.line, row.reason) == ("movies.csv", 4, "not UTF-8")


def change(name: str, to: bytes | Callable[[bytes], bytes] | None) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        path = folder / name
        if to is None:
            path.unlink()
        else:
            path.write_bytes(to if isinstance(to, bytes) else to(path.read_bytes()))

    return apply


@pytest.mark.parametrize(
    ("edition", "damage", "message"),
    [
        ("ml-100k", change("u.item", None), r"has no u\.item; ml-100k needs u\.data, u\.item"),
        ("ml-100k", change("u.data", b""), r"u\.data is empty"),
        ("ml-100k", change("u.data", b"\n \n"), r"u\.data is empty"),
        (
            "ml-100k",
            change("u.data", lambda b: b.replace(b"\t", b",")),
            r"all \d+ lines of .*u\.data are bad: wrong number of columns, first in line 1",
        ),
        ("ml-100k", change("u.user", b"user,age\n1,24\n"), r"all 2 lines of .*u\.user are bad"),
        ("ml-1m", change("ratings.dat", lambda b: b.replace(b"::", b":")), "separated by '::'"),
        (
            "ml-20m",
            change("ratings.csv", b"userId,movieId,rating,timestamp\n"),
            "header and no row",
        ),
        (
            "ml-20m",
            change("ratings.csv", lambda b: b.replace(b",", b";")),
            r"first line of .*ratings\.csv is 'userId;movieId;rating;timestamp', and 'userId,mov",
        ),
        ("ml-20m", change("movies.csv", lambda b: b[b.index(b"\n") + 1 :]), "first line of"),
        (
            "ml-20m",
            change("ratings.csv", lambda b: b.decode().encode("utf-16")),
            r"ratings\.csv is written in UTF-16",
        ),
        ("ml-20m", change("ratings.csv", lambda b: b"\x89PNG\r\n" + b[40:]), "first line of"),
    ],
)
def test_a_file_that_is_not_the_right_one_is_an_error_that_says_why(
    edition: str, damage: Callable[[Path], None], message: str, tmp_path: Path
) -> None:
    write(edition, make(edition), tmp_path)
    damage(tmp_path)
    with pytest.raises(DataFileError, match=message):
        read(edition, tmp_path)


def test_a_file_that_is_cut_off_says_so(tmp_path: Path) -> None:
    made = make("ml-25m")
    write("ml-25m", made, tmp_path)
    whole = (tmp_path / "ratings.csv").read_bytes()
    (tmp_path / "ratings.csv").write_bytes(whole[: whole.rindex(b",") - 1])
    report = read("ml-25m", tmp_path).report
    assert report.rows == len(made.user) - 1
    (row,) = report.first
    assert (row.line, row.reason) == (len(made.user) + 1, "wrong number of columns")
    assert "no line end: the file may be cut off" in str(report)
    assert "the official ml-25m has 25,000,095 ratings" in str(report)


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    made = make("ml-32m")
    write("ml-32m", made, tmp_path)
    for name in ("ratings.csv", "movies.csv"):
        change(name, lambda b: b"\xef\xbb\xbf" + b)(tmp_path)
    assert read("ml-32m", tmp_path).user.tolist() == made.user


def test_files_may_lie_in_the_official_archive(tmp_path: Path) -> None:
    made = make("ml-100k")
    folder = write("ml-100k", made, tmp_path / "ml-100k")
    archive = tmp_path / "ml-100k.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in folder.iterdir():
            file.write(path, f"ml-100k/{path.name}")
    assert read("ml-100k", archive).user.tolist() == made.user
    archive.write_bytes(archive.read_bytes()[:500])
    with pytest.raises(DataFileError, match="cannot be opened"):
        read("ml-100k", archive)


def test_what_is_not_here_names_the_command_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FMTEACH_DATA", str(tmp_path))
    with pytest.raises(DataFileError, match="fmteach data fetch ml-1m"):
        datasets.load("ml-1m")
    write("ml-1m", make("ml-1m"), tmp_path / "ml-1m")
    assert datasets.load("ml-1m").name == "ml-1m"
    with pytest.raises(InputError, match="embedded films come with the course"):
        datasets.load("movielens", folder=tmp_path)
    with pytest.raises(InputError, match="unknown edition 'ml-10m'"):
        movielens.ratings("ml-10m")
    with pytest.raises(InputError, match="'movielens' has no option 'foldr'"):
        datasets.load("movielens", foldr=tmp_path)


def test_a_table_is_read_once_and_again_when_its_file_changes(tmp_path: Path) -> None:
    made = make("ml-100k")
    write("ml-100k", made, tmp_path)
    first = read("ml-100k", tmp_path)
    assert read("ml-100k", tmp_path) is first
    before = datasets.load("ml-100k", folder=tmp_path).fingerprint
    with open(tmp_path / "u.data", "a") as file:
        file.write("30\t9999\t5\t978300760\n")
    assert len(read("ml-100k", tmp_path)) == len(first) + 1
    assert datasets.load("ml-100k", folder=tmp_path).fingerprint != before


def test_fingerprint_depends_on_what_the_files_say_and_not_on_where_they_lie(
    tmp_path: Path,
) -> None:
    made = make("ml-1m")
    here, there = (write("ml-1m", made, tmp_path / name) for name in ("here", "there"))
    assert (
        datasets.load("ml-1m", folder=here).fingerprint
        == datasets.load("ml-1m", folder=there).fingerprint
    )


def test_a_million_rows_in_several_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    n, films = 1_000_000, 2_000
    rng = np.random.default_rng(1)
    made = pl.DataFrame(
        {
            "userId": np.arange(n) // 500 + 1,
            "movieId": np.arange(n) % 500 * 4 + rng.integers(1, 5, n),
            "rating": rng.integers(1, 11, n) / 2,
            "timestamp": rng.integers(8e8, 1.7e9, n),
        }
    )
    made.write_csv(tmp_path / "ratings.csv", line_terminator="\r\n")
    lines = [f"{i},Film {i} (1990),Drama\n" for i in range(1, films + 1)]
    (tmp_path / "movies.csv").write_text("movieId,title,genres\n" + "".join(lines))
    with open(tmp_path / "ratings.csv", "ab") as file:
        file.write(b"7,no film,3,4\r\n")
    # As from 2 million rows on: four bytes a feature number.
    monkeypatch.setattr(encoding, "LARGE", n)
    monkeypatch.setattr("fmteach.datasets.movielens.lines.BLOCK", 1 << 22)
    data = datasets.load("ml-32m", folder=tmp_path, features=("user", "film", "genres"))
    table = read("ml-32m", tmp_path)
    for name, column in (("user", "userId"), ("film", "movieId"), ("timestamp", "timestamp")):
        assert (getattr(table, name) == made[column].to_numpy()).all()
    assert (table.rating == made["rating"].to_numpy()).all()
    (row,) = table.report.first
    assert row.line == n + 2
    columns = (table.user, table.rating, table.timestamp, table.film_row)
    assert sum(column.nbytes for column in columns) == 16 * n
    assert data.train.ids.dtype == torch.int32
    i = 12_345
    at = data.split.train[i]
    names = [data.feature_name(int(j)) for j in data.train.ids[i]]
    film = int(table.film[at])
    assert names == [f"user={table.user[at]}", f"film=Film {film} (1990)", "genres=Drama"]
