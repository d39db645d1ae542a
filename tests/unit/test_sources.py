"""The registry: what is known, what is said of it, what is here, verify and remove."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from fmteach import datasets
from fmteach.datasets import progress, sources
from fmteach.datasets.sources import registry
from fmteach.datasets.sources.source import Download, Wheel
from fmteach.errors import DataFileError, InputError
from tests.unit.toy_source import FILES, toy

NAMES = {
    "ml-latest-small", "ml-100k", "ml-1m", "ml-20m", "ml-25m", "ml-32m", "criteo-100k",
    "criteo-full", "criteo-x4", "criteo-x1", "avazu-kaggle", "avazu-x4", "avazu-x1", "d2l-ctr",
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FMTEACH_DATA", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def toy_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Puts a small data set into the data folder; gives its folder."""

    def put(**options: Any) -> Path:
        monkeypatch.setitem(registry._SOURCES, "toy", toy(**options))
        mine = tmp_path / "mine"
        mine.mkdir()
        for name, data in FILES.items():
            (mine / name).write_bytes(data)
        sources.fetch("toy", path=mine, progress=False)
        for path in mine.iterdir():
            path.unlink()  # otherwise both names stand for the same bytes
        return sources.folder("toy")

    return put


def test_the_registry_is_whole() -> None:
    assert set(sources.SOURCES) == NAMES
    for name, source in sources.SOURCES.items():
        assert source.name == name
        for text in (source.title, source.brief, source.about, source.terms, source.citation):
            assert text
        assert source.by_path_only == (name == "avazu-kaggle") == bool(source.get_it)
        for origin in source.origins:
            remotes = origin.parts if isinstance(origin, Download) else (origin,)
            for remote in remotes:
                # Whatever is downloaded is known by its bytes, in the archive or unpacked.
                known = remote.hash or all(file.md5 for file in source.files)
                assert known, remote
                lengths = {"md5": 32, "sha1": 40, "git-blob-sha1": 40, "sha256": 64}
                if remote.hash:
                    algorithm, _, value = remote.hash.partition(":")
                    assert re.fullmatch(f"[0-9a-f]{{{lengths[algorithm]}}}", value)


def test_only_one_set_has_a_package_as_an_origin_and_it_is_pinned() -> None:
    wheels = [o for s in sources.SOURCES.values() for o in s.origins if isinstance(o, Wheel)]
    assert [(w.requirement, w.hash[:14]) for w in wheels] == [("recbole==1.2.1", "sha256:9c99482")]


def test_the_data_folder(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    assert sources.data_home() == home
    assert sources.folder("ml-1m") == home / "ml-1m"
    monkeypatch.setenv("FMTEACH_DATA", "~/films")
    assert sources.data_home() == Path.home() / "films"
    for empty in ("", "  "):
        monkeypatch.setenv("FMTEACH_DATA", empty)
        assert sources.data_home().name == "fmteach"
        assert not sources.data_home().is_relative_to(home)


@pytest.mark.parametrize(("value", "offline"), [("", False), ("0", False), ("1", True)])
def test_offline(monkeypatch: pytest.MonkeyPatch, value: str, offline: bool) -> None:
    monkeypatch.setenv("FMTEACH_OFFLINE", value)
    assert sources.is_offline() is offline


def test_what_is_not_here_says_how_to_get_it() -> None:
    assert not sources.here("ml-1m")
    with pytest.raises(DataFileError) as caught:
        sources.files("ml-1m")
    for text in ("'ml-1m' is not on this machine", "5.9 MB to download", "not for money",
                 "fmteach data fetch ml-1m"):  # fmt: skip
        assert text in str(caught.value)
    with pytest.raises(InputError, match="did you mean 'criteo-full'"):
        sources.here("criteo-ful")


def test_status_and_record(toy_here: Any) -> None:
    folder = toy_here()
    status = sources.status("toy")
    assert status.here
    assert status.size > sum(map(len, FILES.values()))
    assert status.partial == 0
    assert str(status).startswith("yes, 301 kB in ")
    record = json.loads((folder / "fmteach.json").read_text())
    assert record["how"] == "linked"
    assert record["files"]["films.csv"]["bytes"] == len(FILES["films.csv"])
    (folder / "rows.csv").unlink()
    assert "not whole: rows.csv missing" in str(sources.status("toy"))
    (folder / "fmteach.json").write_text("[]")
    assert sources.status("toy").record is None


@pytest.mark.parametrize("with_md5", [True, False])
def test_verify_finds_a_changed_byte(toy_here: Any, with_md5: bool) -> None:
    folder = toy_here(with_md5=with_md5)
    result = sources.verify("toy")
    assert result.ok
    against = "published md5, sha256 when it came" if with_md5 else "sha256 when it came"
    assert [file.against for file in result.files] == [against] * 2
    damaged = bytearray(FILES["rows.csv"])
    damaged[1000] ^= 1
    (folder / "rows.csv").write_bytes(damaged)
    result = sources.verify("toy")
    assert not result.ok
    assert [file.ok for file in result.files] == [False, True]
    assert "DIFFERENT" in str(result)
    assert "as it should be" in result._repr_html_()


def test_verify_without_any_hash_says_so(toy_here: Any) -> None:
    (toy_here() / "fmteach.json").unlink()
    result = sources.verify("toy")
    assert result.ok
    assert [file.ok for file in result.files] == [None, None]
    assert "no hash is known" in str(result)
    with pytest.raises(DataFileError, match="not on this machine"):
        sources.verify("ml-1m")


def test_remove_frees_the_space_and_nothing_else(toy_here: Any, home: Path) -> None:
    folder = toy_here()
    (home / "other").mkdir()
    part = home / ".downloads" / "toy" / "0123abcd-toy.zip.part"
    part.parent.mkdir()
    part.write_bytes(bytes(1000))
    size = sources.status("toy").size
    assert sources.remove("toy") == size + 1000
    assert not folder.exists()
    assert not part.exists()
    assert (home / "other").is_dir()
    assert sources.remove("toy") == 0


def test_remove_takes_the_encoded_rows_of_that_set_alone(toy_here: Any, home: Path) -> None:
    toy_here()
    caches = {title: home / "encoded" / str(number) for number, title in enumerate(("toy", "no"))}
    for title, place in caches.items():
        place.mkdir(parents=True)
        meta = {"key": place.name, "title": title, "files": {"ids.npy": 1000}}
        (place / "meta.json").write_text(json.dumps(meta))
        (place / "ids.npy").write_bytes(bytes(1000))
    sources.remove("toy")
    assert all(place.exists() for place in caches.values())
    assert sources.remove("toy", encoded=True) > 1000
    assert [place.exists() for place in caches.values()] == [False, True]


def test_remove_of_a_synthetic_set(home: Path) -> None:
    (home / "clicks").mkdir(parents=True)
    (home / "clicks" / "rows.csv").write_bytes(bytes(10))
    assert sources.remove("clicks") == 10
    assert not (home / "clicks").exists()
    with pytest.raises(InputError, match="comes with the course"):
        sources.remove("movielens")


def test_listing_answers_what_can_be_loaded() -> None:
    entries = {entry.name: entry for entry in sources.listing()}
    assert set(entries) == set(datasets.DATASETS) | NAMES
    assert entries["movielens"].state == "always"
    assert entries["movielens"].group == "Included"
    assert entries["clicks"].group == "Synthetic"
    assert entries["ml-1m"].state == "no"
    assert entries["ml-1m"].size == "5.9 MB"
    assert entries["criteo-full"].size == "~4.6 GB"
    assert entries["avazu-kaggle"].size == "by path"
    assert "ml-1m" in str(sources.table())


def test_info_has_everything() -> None:
    text = str(sources.info("ml-100k"))
    for part in (
        "943 users", "4.9 MB", "not be passed on", "10.1145/2827872", "4,924,029 bytes",
        "files.grouplens.org/datasets/movielens/ml-100k.zip", "recbole==1.2.1", "50d2a982c669",
        "6e47046882ba", 'fmteach.load("ml-100k")', "fmteach data fetch ml-100k",
    ):  # fmt: skip
        assert part in text
    assert text.index("ml-100k.zip") < text.index("recbole")
    assert "synthetic" in str(sources.info("clicks"))
    assert "data/NOTICE.md" in str(sources.info("movielens"))
    assert "Kaggle. Sign in" in str(sources.info("avazu-kaggle"))
    assert "<th" in sources.info("d2l-ctr")._repr_html_()
    with pytest.raises(InputError, match="did you mean 'movielens'"):
        sources.info("movielen")


def test_a_bar_in_a_terminal_and_one_that_is_off(capsys: Any) -> None:
    page = Console(file=io.StringIO(), width=120)
    with progress.progress_bar("Reading", 2000, "rows", console=page) as advance_to:
        for done in (0, 500, 2000):
            advance_to(done)
    assert "Reading" in page.file.getvalue()
    assert "2,000/2,000 rows" in page.file.getvalue()
    with progress.progress_bar("Reading", unit="bytes", console=page) as advance_to:
        advance_to(500, 1000)
        advance_to(1_000_000, 1_000_000)
    assert "1.0/1.0 MB" in page.file.getvalue()
    with progress.progress_bar("Silent", 10, enabled=False) as advance_to:
        advance_to(5)
        advance_to(5, 10)
    assert capsys.readouterr() == ("", "")


def test_a_bar_in_a_notebook_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(progress, "Console", lambda **o: Console(**{**o, "force_jupyter": True})
                        if o.get("stderr") else Console(**o))  # fmt: skip
    with progress.progress_bar("Reading", 100, "rows") as advance_to:
        advance_to(100)
    progress.say("Done.")
    out, err = capsys.readouterr()
    assert out.startswith("\rReading")
    assert "100/100 rows" in out
    assert out.endswith("Done.\n")
    assert err == ""
