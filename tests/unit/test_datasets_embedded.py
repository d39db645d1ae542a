"""The data file is found in a clone and in a wheel, and a damaged one is refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import fmteach
from fmteach.datasets import embedded
from fmteach.errors import DataFileError

PACKAGE = Path(fmteach.__file__).parent


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copy(embedded.find(), tmp_path / embedded.FILE_NAME))


def test_reads_read_only_arrays_without_pickle(copy: Path) -> None:
    arrays = embedded.read(copy)
    assert set(arrays) == {
        "user",
        "film",
        "half_stars",
        "timestamp",
        "film_id",
        "film_title",
        "film_year",
        "film_genre_set",
        "genre_set",
    }
    assert all(array.dtype.kind == "u" and not array.flags.writeable for array in arrays.values())


def test_a_plain_numpy_reads_the_file_too(copy: Path) -> None:
    with np.load(copy, allow_pickle=False) as file:
        assert len(file["user"]) == 100_004


@pytest.mark.parametrize("place", [0, 1_000, -1])
def test_one_changed_byte_is_noticed(copy: Path, place: int) -> None:
    packed = bytearray(copy.read_bytes())
    packed[place] ^= 1
    copy.write_bytes(packed)
    with pytest.raises(DataFileError) as caught:
        embedded.read(copy)
    message = str(caught.value)
    assert str(copy) in message and "damaged" in message
    assert f"expected {embedded.SHA256}" in message
    assert "git checkout" in message and "reinstall" in message


@pytest.mark.parametrize("size", [0, 1, 200_000])
def test_a_truncated_file_is_noticed(copy: Path, size: int) -> None:
    copy.write_bytes(copy.read_bytes()[:size])
    with pytest.raises(DataFileError, match=f"{size:,} bytes.*expected {embedded.SHA256}"):
        embedded.read(copy)


def test_a_missing_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    folders = (tmp_path / "a", tmp_path / "b")
    with pytest.raises(DataFileError) as caught:
        embedded.find(folders)
    message = str(caught.value)
    assert all(str(folder) in message for folder in folders)
    assert embedded.SHA256 in message and "git checkout" in message


def test_a_file_that_cannot_be_opened_is_a_data_file_error(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="cannot be read"):
        embedded.read(tmp_path / "nothing.npz")
    with pytest.raises(DataFileError, match="cannot be read"):
        embedded.read(tmp_path)


def test_the_packaged_file_goes_before_the_clone(tmp_path: Path) -> None:
    folders = (tmp_path / "_embedded", tmp_path / "data")
    for folder in reversed(folders):
        folder.mkdir()
        (folder / embedded.FILE_NAME).write_bytes(b"")
        assert embedded.find(folders) == folder / embedded.FILE_NAME


@pytest.mark.parametrize("kind", ["wheel", "clone", "neither"])
def test_load_works_from_both_layouts(tmp_path: Path, kind: str) -> None:
    """Copy only what each layout has, and load from there in a process of its own."""
    ignore = shutil.ignore_patterns("__pycache__", "_embedded")
    shutil.copytree(PACKAGE, tmp_path / "fmteach", ignore=ignore)
    if kind != "neither":
        folder = tmp_path / ("fmteach/_embedded" if kind == "wheel" else "data")
        folder.mkdir()
        shutil.copy(embedded.find(), folder)
    code = (
        "import fmteach\n"
        "from fmteach import datasets, errors\n"
        "try:\n"
        "    print(fmteach.__file__, len(datasets.load('movielens').train))\n"
        "except errors.DataFileError as error:\n"
        "    print(fmteach.__file__, 'missing' if 'is missing' in str(error) else error)\n"
    )
    # Started in that folder, whose fmteach goes before any installed one.
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    where, what = done.stdout.split()
    assert Path(where) == tmp_path / "fmteach" / "__init__.py"
    assert what == ("missing" if kind == "neither" else "80004")
