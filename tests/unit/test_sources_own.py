"""A data set from a file or folder that the user has: checked, then linked, copied or unpacked."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fmteach.datasets import sources
from fmteach.datasets.sources import registry
from fmteach.datasets.sources.source import Source, Wanted
from fmteach.errors import DataFileError, InputError
from tests.unit.toy_source import FILES, download, gzipped, sha256, tarred, toy, zipped

ZIP = zipped()
SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder. Downloads are forbidden, as they are on a machine without a network."""
    monkeypatch.setenv("FMTEACH_DATA", str(tmp_path / "home"))
    monkeypatch.setenv("FMTEACH_OFFLINE", "1")
    return tmp_path / "home"


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Source]:
    def register(*origins: Any, **options: Any) -> Source:
        source = toy(*origins, **options)
        monkeypatch.setitem(registry._SOURCES, "toy", source)
        return source

    return register


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """A folder of the user's with the files of the data set, one folder down."""
    folder = tmp_path / "mine" / "toy"
    folder.mkdir(parents=True)
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    return folder.parent


def contents(files: dict[str, Path]) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in files.items()}


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_an_archive_is_verified_and_unpacked(
    register: Any, tmp_path: Path, capsys: Any, pack: Any
) -> None:
    mine = tmp_path / "named as I like"
    mine.write_bytes(pack())
    register(download("http://127.0.0.1/toy.zip", sha256(pack())))
    assert contents(sources.fetch("toy", path=mine)) == FILES
    assert mine.read_bytes() == pack()
    said = capsys.readouterr().err
    assert "is the published archive (sha256 verified)" in said
    assert "stays as it is" in said
    assert sources.status("toy").record.how == "unpacked"


def test_an_archive_that_is_not_the_published_one_is_refused(register: Any, tmp_path: Path) -> None:
    mine = tmp_path / "toy.zip"
    mine.write_bytes(zipped({**FILES, "films.csv": b"film,title\n2,Another\n"}))
    register(download("http://127.0.0.1/toy.zip", sha256(ZIP)))
    with pytest.raises(DataFileError, match=rf"was not taken: .*should be {sha256(ZIP)[7:]}"):
        sources.fetch("toy", path=mine, progress=False)
    assert not sources.here("toy")
    assert mine.exists()


def test_a_folder_is_linked_and_never_moved(register: Any, unpacked: Path, capsys: Any) -> None:
    register(with_md5=True)
    files = sources.fetch("toy", path=unpacked)
    assert contents(files) == FILES
    assert os.path.samefile(files["rows.csv"], unpacked / "toy" / "rows.csv")
    said = capsys.readouterr().err
    assert "Verified by the published md5: rows.csv, films.csv" in said
    assert "Linked from" in said
    assert "no space is used twice" in said
    sources.remove("toy")
    assert {path.name for path in (unpacked / "toy").iterdir()} == set(FILES)


def test_it_is_copied_where_it_cannot_be_linked(
    register: Any, unpacked: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("another file system")

    monkeypatch.setattr(os, "link", refuse)
    register()
    files = sources.fetch("toy", path=str(unpacked))
    assert contents(files) == FILES
    assert not os.path.samefile(files["rows.csv"], unpacked / "toy" / "rows.csv")
    said = capsys.readouterr().err
    assert "No hash is published for rows.csv, films.csv: taken as it is" in said
    assert "Copied from" in said
    assert sources.status("toy").record.how == "copied"


def test_a_folder_with_a_wrong_or_missing_file_is_refused(register: Any, unpacked: Path) -> None:
    register(with_md5=True)
    (unpacked / "toy" / "rows.csv").write_bytes(b"user,film\nother")
    with pytest.raises(DataFileError, match=r"rows.csv is not the published file: its md5 is"):
        sources.fetch("toy", path=unpacked)
    register()
    (unpacked / "toy" / "rows.csv").write_bytes(b"film;user\n")
    with pytest.raises(DataFileError, match=r"first line of rows.csv is 'film;user'; it should"):
        sources.fetch("toy", path=unpacked)
    (unpacked / "toy" / "rows.csv").write_bytes(b"")
    with pytest.raises(DataFileError, match=r"rows.csv is empty"):
        sources.fetch("toy", path=unpacked)
    (unpacked / "toy" / "rows.csv").unlink()
    with pytest.raises(DataFileError, match=r"the folder has no rows.csv. toy needs rows.csv, "):
        sources.fetch("toy", path=unpacked)
    assert not sources.folder("toy").exists()


def test_of_two_files_of_one_name_the_nearer_one_is_taken(register: Any, unpacked: Path) -> None:
    register()
    for name in FILES:
        (unpacked / name).write_bytes(FILES[name] + b"nearer")
    assert contents(sources.fetch("toy", path=unpacked)) == {
        name: data + b"nearer" for name, data in FILES.items()
    }


@pytest.mark.parametrize("name", ["nothing", "notes.txt"])
def test_a_path_that_is_nothing_of_it(register: Any, tmp_path: Path, name: str) -> None:
    register()
    (tmp_path / "notes.txt").write_text("shopping list")
    with pytest.raises(DataFileError, match=r"there is no file or folder|is no zip, tar.gz or gz"):
        sources.fetch("toy", path=tmp_path / name, progress=False)


AVAZU = b"id,click,hour,C1,banner_pos,site_id\n1,0,14102100,1005,0,aa\n"


@pytest.mark.parametrize("name", ["train.gz", "train.csv.gz"])
def test_avazu_by_path(tmp_path: Path, name: str, capsys: Any) -> None:
    mine = tmp_path / name
    mine.write_bytes(gzipped(AVAZU))
    files = sources.fetch("avazu-kaggle", path=mine)
    assert files["train.gz"].read_bytes() == mine.read_bytes()
    assert "No hash is published for train.gz" in capsys.readouterr().err


def test_avazu_in_the_archive_of_the_competition(tmp_path: Path) -> None:
    mine = tmp_path / "avazu-ctr-prediction.zip"
    mine.write_bytes(zipped({"train.gz": gzipped(AVAZU), "test.gz": b"1"}, folder=""))
    files = sources.fetch("avazu-kaggle", path=mine, progress=False)
    assert files["train.gz"].read_bytes() == gzipped(AVAZU)


def test_another_file_is_not_taken_for_avazu(tmp_path: Path) -> None:
    mine = tmp_path / "train.gz"
    mine.write_bytes(gzipped(b"passenger,survived\n"))
    with pytest.raises(DataFileError, match=r"first line of train.gz is 'passenger,survived'"):
        sources.fetch("avazu-kaggle", path=mine, progress=False)
    mine.write_bytes(gzipped(AVAZU)[:15])
    with pytest.raises(DataFileError, match=r"train.gz"):
        sources.fetch("avazu-kaggle", path=mine, progress=False)


def test_avazu_without_a_path_says_where_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for offline in "01":
        monkeypatch.setenv("FMTEACH_OFFLINE", offline)
        with pytest.raises(DataFileError, match=r"account at Kaggle.*avazu-kaggle --path FILE"):
            sources.fetch("avazu-kaggle")


def test_a_single_packed_file_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    one = replace(toy(), files=(Wanted("rows.csv"),))
    monkeypatch.setitem(registry._SOURCES, "toy", one)
    mine = tmp_path / "rows.csv.gz"
    mine.write_bytes(gzipped(FILES["rows.csv"]))
    assert (
        sources.fetch("toy", path=mine, progress=False)["rows.csv"].read_bytes()
        == (FILES["rows.csv"])
    )


def test_what_is_here_already_is_kept_and_the_user_is_told(
    register: Any, unpacked: Path, tmp_path: Path, capsys: Any
) -> None:
    register()
    sources.fetch("toy", path=unpacked, progress=False)
    sources.fetch("toy", path=tmp_path / "other")
    assert "is here already" in capsys.readouterr().err
    assert contents(sources.files("toy")) == FILES


def test_an_incomplete_folder_is_replaced(register: Any, unpacked: Path, home: Path) -> None:
    register()
    sources.fetch("toy", path=unpacked, progress=False)
    (home / "toy" / "films.csv").unlink()
    assert not sources.here("toy")
    with pytest.raises(DataFileError, match=r"'toy' is not complete: .* has no films.csv"):
        sources.files("toy")
    assert contents(sources.fetch("toy", path=unpacked, progress=False)) == FILES
    assert [path.name for path in home.iterdir() if path.name[0] != "."] == ["toy"]


@pytest.mark.parametrize("times", [1, 2])
def test_what_lies_in_its_place_and_is_not_ours_is_set_aside(
    register: Any, unpacked: Path, home: Path, times: int, capsys: Any
) -> None:
    register()
    for number in range(1, times + 1):
        (home / "toy").mkdir(parents=True)
        (home / "toy" / "my results.csv").write_text(str(number))
        assert contents(sources.fetch("toy", path=unpacked)) == FILES
        assert f"it is now {home / f'toy.before-{number}'}" in capsys.readouterr().err
        sources.remove("toy")
    for number in range(1, times + 1):
        assert (home / f"toy.before-{number}" / "my results.csv").read_text() == str(number)


def test_a_link_that_leads_nowhere_is_set_aside(register: Any, unpacked: Path, home: Path) -> None:
    register()
    home.mkdir()
    (home / "toy").symlink_to(home / "another disk")
    assert contents(sources.fetch("toy", path=unpacked, progress=False)) == FILES
    assert (home / "toy.before-1").is_symlink()


@pytest.mark.parametrize("place", ["toy", ".downloads/toy"])
def test_files_in_the_place_of_the_data_set_are_not_taken(
    register: Any, home: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    register()
    mine = home / place / "mine"
    mine.mkdir(parents=True)
    for name, data in {**FILES, "more.csv": b"1"}.items():
        (mine / name).write_bytes(data)
    monkeypatch.chdir(home)
    for path in (mine, mine.parent, mine / "rows.csv", f"{place}/mine", f"{place}/../toy/mine"):
        with pytest.raises(DataFileError, match="Move it elsewhere first"):
            sources.fetch("toy", path=path, progress=False)
    assert {path.name for path in mine.iterdir()} == {*FILES, "more.csv"}


def test_relative_paths_and_links_lead_to_the_files(
    register: Any, unpacked: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register()
    monkeypatch.chdir(unpacked)
    (unpacked / "link").symlink_to("toy", target_is_directory=True)
    for path in ("toy", "../mine", "link", Path("toy/../link")):
        files = sources.fetch("toy", path=path, progress=False)
        assert contents(files) == FILES
        assert not any(file.is_symlink() for file in files.values())
        assert os.path.samefile(files["rows.csv"], unpacked / "toy" / "rows.csv")
        sources.remove("toy")
    single = unpacked / "single"
    single.mkdir()
    for name in FILES:
        (single / name).symlink_to(Path("..") / "toy" / name)
    assert contents(sources.fetch("toy", path="single", progress=False)) == FILES
    sources.remove("toy")
    assert all(path.is_symlink() for path in single.iterdir())
    assert {path.name for path in (unpacked / "toy").iterdir()} == set(FILES)


def test_a_path_that_is_no_path(register: Any) -> None:
    register()
    with pytest.raises(InputError, match="path is 5: give the path of a file or folder"):
        sources.fetch("toy", path=5)
    with pytest.raises(DataFileError, match="there is no file or folder ~nobody-of-this-name/x"):
        sources.fetch("toy", path="~nobody-of-this-name/x", progress=False)


def test_an_unknown_name() -> None:
    with pytest.raises(InputError, match="did you mean 'ml-100k'"):
        sources.fetch("ml-100", path="/nowhere")


def test_the_official_archive(tmp_path: Path) -> None:
    archive = SHARED / "ml-latest-small.zip"
    if not archive.is_file():
        pytest.skip("the official archive ml-latest-small.zip is not on this machine")
    files = sources.fetch("ml-latest-small", path=archive, progress=False)
    assert files["ratings.csv"].read_bytes().count(b"\n") == 100_837
    assert files["movies.csv"].read_bytes().startswith(b"movieId,title,genres")
    assert (sources.folder("ml-latest-small") / "README.txt").is_file()
    assert sources.verify("ml-latest-small").ok
