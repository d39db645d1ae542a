"""Downloads against a server that misbehaves: what is resumed, what is refused, what is said."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fmteach.datasets import sources
from fmteach.datasets.sources import bring, location, registry, resume, space
from fmteach.datasets.sources.source import Download, Remote, Source
from fmteach.errors import DataFileError, InputError
from tests.unit.bad_server import (
    BadServer,
    Become,
    Break,
    Endless,
    Lie,
    Packed,
    Page,
    Redirect,
    Shift,
    Silent,
    Stall,
    Status,
)
from tests.unit.toy_source import FILES, ROWS, download, md5, sha256, tarred, toy, zipped

ZIP = zipped()
HASH = sha256(ZIP)
OTHER = zipped({**FILES, "rows.csv": b"user,film\n" + ROWS[::-1]})


@pytest.fixture
def server() -> Iterator[BadServer]:
    with BadServer() as server:
        yield server


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, downloads allowed, and a downloader that does not wait long."""
    monkeypatch.setenv("FMTEACH_DATA", str(tmp_path / "home"))
    monkeypatch.setenv("FMTEACH_OFFLINE", "0")
    monkeypatch.setattr(resume, "PATIENCE", resume.Patience(1.0, 0.3, 3, 0.01))
    return tmp_path / "home"


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Source]:
    def register(*origins: Any, **options: Any) -> Source:
        source = toy(*origins, **options)
        monkeypatch.setitem(registry._SOURCES, "toy", source)
        return source

    return register


def fetch() -> dict[str, Path]:
    return sources.fetch("toy", progress=False)


def assert_complete(files: dict[str, Path], home: Path) -> None:
    assert {name: path.read_bytes() for name, path in files.items()} == FILES
    assert all(path.parent == home / "toy" for path in files.values())
    assert not (home / location.WORK / "toy").exists()  # nothing unfinished is left


def parts(home: Path) -> list[Path]:
    return sorted((home / location.WORK / "toy").glob("*.part"))


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_an_archive_is_fetched_verified_and_unpacked(
    server: BadServer, register: Any, home: Path, pack: Any, chunked: bool
) -> None:
    body = pack()
    register(download(server.put("/toy", body, chunked=chunked), sha256(body)), with_md5=True)
    assert not sources.here("toy")
    assert_complete(fetch(), home)
    assert sources.here("toy")
    assert fetch() == sources.files("toy")
    assert len(server.requests) == 1  # what is here is not fetched again


def test_single_files_need_no_archive(server: BadServer, register: Any, home: Path) -> None:
    register(Download(tuple(
        Remote(server.put(f"/{name}", data), f"sha1:{_sha1(data)}") for name, data in FILES.items()
    )))  # fmt: skip
    assert_complete(fetch(), home)


def _sha1(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()


def test_the_hash_that_git_gives_a_file(server: BadServer, register: Any, home: Path) -> None:
    url = server.put("/toy.zip", ZIP)
    register(download(url, "git-blob-sha1:" + _sha1(b"blob %d\0" % len(ZIP) + ZIP)))
    assert_complete(fetch(), home)
    sources.remove("toy")
    register(download(url, "git-blob-sha1:" + _sha1(ZIP)))
    with pytest.raises(DataFileError, match="is not the published file: its git-blob-sha1 is"):
        fetch()


@pytest.mark.parametrize("validator", ["etag", "modified", "none"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_connection_that_breaks_off_is_gone_on_with(
    server: BadServer, register: Any, home: Path, validator: str, chunked: bool
) -> None:
    faults = [Break(1000), Break(500), Break(0)]
    url = server.put("/toy.zip", ZIP, faults, validator=validator, chunked=chunked)
    register(download(url, HASH, len(ZIP)))
    assert_complete(fetch(), home)
    assert server.ranges("/toy.zip") == [None, "bytes=1000-", "bytes=1500-", "bytes=1500-"]


def test_the_next_call_goes_on_after_a_failure(
    server: BadServer, register: Any, home: Path
) -> None:
    register(download(server.put("/toy.zip", ZIP, [Break(1000), *[Break(0)] * 3]), HASH))
    with pytest.raises(DataFileError, match=r"broke off .*tried 3 times.* 1,000 bytes are kept"):
        fetch()
    assert not sources.here("toy")
    assert sources.status("toy").partial >= 1000
    assert [part.stat().st_size for part in parts(home)] == [1000]
    assert_complete(fetch(), home)
    assert server.ranges("/toy.zip")[-1] == "bytes=1000-"


def test_ctrl_c_keeps_what_has_come(
    server: BadServer, register: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.put("/toy.zip", ZIP)
    register(download(url, HASH))

    class Bar:
        def __call__(self, done: float, total: float | None = None) -> None:
            if done >= 100_000:
                raise KeyboardInterrupt

        def __enter__(self) -> Bar:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(resume, "CHUNK", 50_000)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(resume, "progress_bar", lambda *_, **__: Bar())
        fetch()
    assert [part.stat().st_size for part in parts(home)] == [100_000]
    assert_complete(fetch(), home)
    assert server.ranges("/toy.zip") == [None, "bytes=100000-"]


def test_ctrl_c_while_the_hash_is_computed_loses_nothing(
    server: BadServer, register: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pooch.core

    register(download(server.put("/toy.zip", ZIP), HASH))

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(pooch.core, "hash_matches", interrupted)
        fetch()
    assert [part.stat().st_size for part in parts(home)] == [len(ZIP)]
    assert_complete(fetch(), home)
    assert len(server.requests) == 1


def test_a_server_that_ignores_range_sends_it_all_again(
    server: BadServer, register: Any, home: Path
) -> None:
    register(download(server.put("/toy.zip", ZIP, [Break(1000)], ranges=False), HASH))
    assert_complete(fetch(), home)
    assert server.ranges("/toy.zip") == [None, "bytes=1000-"]


@pytest.mark.parametrize("validator", ["etag", "modified"])
def test_a_file_that_changes_between_two_tries_is_fetched_from_its_start(
    server: BadServer, register: Any, home: Path, validator: str
) -> None:
    url = server.put("/toy.zip", OTHER, [Break(1000), Become(ZIP)], validator=validator)
    register(download(url, HASH))
    assert_complete(fetch(), home)
    assert server.ranges("/toy.zip") == [None, "bytes=1000-"]


def test_a_server_that_goes_on_with_another_file_is_noticed_at_once(
    server: BadServer, register: Any, home: Path, capsys: Any
) -> None:
    url = server.put("/toy.zip", OTHER, [Break(1000), Become(ZIP)], if_range=False)
    register(download(url, HASH))
    assert_complete(sources.fetch("toy"), home)
    assert server.ranges("/toy.zip") == [None, "bytes=1000-", None]
    said = capsys.readouterr().err
    assert "the file has changed on the server" in said
    assert "is not the published file" not in said  # it did not take a whole download to see it


def test_pieces_of_two_files_are_noticed_and_it_starts_again(
    server: BadServer, register: Any, home: Path
) -> None:
    # No validator and one length: nothing but the hash can tell.
    other = bytes(len(ZIP))
    url = server.put("/toy.zip", other, [Break(1000), Become(ZIP)], validator="none")
    register(download(url, HASH))
    assert_complete(fetch(), home)
    assert server.ranges("/toy.zip") == [None, "bytes=1000-", None]


@pytest.mark.parametrize("by", [-100, 100])
def test_a_server_that_goes_on_elsewhere_than_asked_is_not_believed(
    server: BadServer, register: Any, home: Path, by: int
) -> None:
    register(download(server.put("/toy.zip", ZIP, [Break(1000), Shift(by)]), HASH))
    assert_complete(fetch(), home)
    assert server.ranges("/toy.zip") == [None, "bytes=1000-", None]


def test_another_host_is_followed_and_gone_on_with(
    server: BadServer, register: Any, home: Path
) -> None:
    with BadServer() as other:
        there = other.put("/files/toy.zip", ZIP, [Break(1000)])
        url = server.put("/toy.zip", b"", [Redirect(there)] * 2)
        register(download(url, HASH, len(ZIP)))
        assert_complete(fetch(), home)
        assert other.ranges("/files/toy.zip") == [None, "bytes=1000-"]


def test_a_redirection_without_end_is_told(server: BadServer, register: Any) -> None:
    url = server.url("/toy.zip")
    server.put("/toy.zip", b"", [Redirect(url)] * 100)
    register(download(url, HASH))
    with pytest.raises(DataFileError, match="the request failed: Exceeded 30 redirects"):
        fetch()


@pytest.mark.parametrize("size", [None, len(ZIP)])
def test_a_packed_answer_is_not_the_file(
    server: BadServer, register: Any, home: Path, size: int | None
) -> None:
    bad, good = server.put("/bad.zip", ZIP, [Packed()]), server.put("/good.zip", ZIP)
    register(download(bad, HASH, size), download(good, HASH, size))
    assert_complete(fetch(), home)
    assert len(server.ranges("/bad.zip")) == 1


@pytest.mark.parametrize("size", [None, len(ZIP)])
def test_a_body_without_end_is_left(
    server: BadServer, register: Any, monkeypatch: pytest.MonkeyPatch, size: int | None
) -> None:
    from fmteach.datasets.sources import own

    monkeypatch.setattr(own, "most", lambda source: 2_000_000)
    register(download(server.put("/toy.zip", ZIP, [Endless()]), HASH, size))
    most = 2_000_000 if size is None else size
    with pytest.raises(DataFileError, match=f"sends more than {most:,} bytes"):
        fetch()


def test_a_file_of_no_bytes_is_refused(server: BadServer, register: Any) -> None:
    url = server.put("/toy.zip", b"")
    register(download(url, HASH))
    with pytest.raises(DataFileError, match=r"is not the published file: .* \(0 bytes\)"):
        fetch()
    register(download(url), with_md5=True)
    with pytest.raises(DataFileError, match=r"toy.zip is no zip, tar.gz or gz file"):
        fetch()


@pytest.mark.parametrize("noted", [True, False])
def test_a_part_that_is_longer_than_the_file_is_thrown_away(
    server: BadServer, register: Any, home: Path, noted: bool
) -> None:
    register(download(server.put("/toy.zip", ZIP, [Break(1000), *[Break(0)] * 3]), HASH))
    with pytest.raises(DataFileError):
        fetch()
    (part,) = parts(home)
    part.write_bytes(ZIP + b"more")
    if not noted:
        note = part.with_name(part.name + ".json")
        note.write_text(json.dumps({**json.loads(note.read_text()), "length": None}))
    assert_complete(fetch(), home)


def test_a_part_without_a_note_is_not_trusted(server: BadServer, register: Any, home: Path) -> None:
    register(download(server.put("/toy.zip", ZIP, [Break(1000), *[Break(0)] * 3]), HASH))
    with pytest.raises(DataFileError):
        fetch()
    (part,) = parts(home)
    part.with_name(part.name + ".json").write_text("{")
    assert_complete(fetch(), home)
    assert server.ranges("/toy.zip")[-1] is None


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ([Status(404)], "the server answered 404 Not Found"),
        ([Status(403)], "the server answered 403 Forbidden"),
        ([Status(500)] * 3, r"the server answered 500 .* \(tried 3 times\)"),
        ([Page()], "answered with a web page, not with the file"),
        ([Silent()] * 3, r"did not answer in time \(tried 3 times\)"),
        ([Stall(0)] * 3, r"did not answer in time \(tried 3 times\)"),
        ([Lie(100)] * 3, r"announces [\d,]+ bytes, and the published file has"),
        ([Lie(-100)], r"announces [\d,]+ bytes, and the published file has"),
    ],
    ids=["404", "403", "500", "page", "silent", "stalls", "too long", "too short"],
)
def test_the_second_source_is_tried_and_the_first_failure_is_told(
    server: BadServer, register: Any, home: Path, capsys: Any, faults: list[Any], reason: str
) -> None:
    bad, good = server.put("/bad.zip", ZIP, faults), server.put("/good.zip", ZIP)
    register(download(bad, HASH, len(ZIP)), download(good, HASH, len(ZIP)))
    assert_complete(sources.fetch("toy"), home)
    assert re.search(f"Source 1 did not give it: .*{reason}", capsys.readouterr().err)
    assert len(server.ranges("/bad.zip")) == len(faults) if "Lie" not in str(faults) else True


def test_a_passing_error_of_the_server_is_tried_again(
    server: BadServer, register: Any, home: Path
) -> None:
    register(download(server.put("/toy.zip", ZIP, [Status(503), Silent(), Status(500)]), HASH))
    with pytest.raises(DataFileError, match="tried 3 times"):
        fetch()
    server.put("/toy.zip", ZIP, [Status(503), Silent()])
    assert_complete(fetch(), home)


def test_a_length_that_is_too_short_where_none_is_published(
    server: BadServer, register: Any, home: Path
) -> None:
    register(download(server.put("/toy.zip", ZIP, [Lie(-100)] * 9), HASH))
    with pytest.raises(DataFileError, match="is not the published file"):
        fetch()
    assert not sources.here("toy")
    server.put("/toy.zip", ZIP)
    assert_complete(fetch(), home)


def test_a_length_that_is_too_long_where_none_is_published(
    server: BadServer, register: Any, home: Path
) -> None:
    register(download(server.put("/toy.zip", ZIP, [Lie(100)] * 9), HASH))
    assert_complete(fetch(), home)  # there is no more to come, and the hash is right
    assert server.ranges("/toy.zip") == [None, f"bytes={len(ZIP)}-"]


def test_a_server_that_never_gets_further_is_given_up(
    server: BadServer, register: Any, home: Path
) -> None:
    register(download(server.put("/toy.zip", ZIP, [Break(1000)] * 50, ranges=False), HASH))
    with pytest.raises(DataFileError, match="tried 3 times"):
        fetch()
    assert len(server.requests) == 4


def test_wrong_bytes_are_deleted_and_the_next_source_is_tried(
    server: BadServer, register: Any, home: Path
) -> None:
    bad, good = server.put("/bad.zip", OTHER), server.put("/good.zip", ZIP)
    register(download(bad, HASH), download(good, HASH))
    assert_complete(fetch(), home)
    assert len(server.ranges("/bad.zip")) == 1  # it came in one go: asking again is no use


def test_wrong_bytes_from_every_source_are_reported_one_by_one(
    server: BadServer, register: Any, home: Path
) -> None:
    urls = [server.put(f"/{n}.zip", OTHER) for n in range(2)]
    register(*(download(url, HASH) for url in urls))
    with pytest.raises(DataFileError) as caught:
        fetch()
    text = str(caught.value)
    for expected in (*urls, "2 sources were tried", HASH[7:], sha256(OTHER)[7:], "--path FILE"):
        assert expected in text
    assert parts(home) == []
    assert not (home / "toy").exists()


def test_an_archive_without_a_hash_is_verified_by_what_is_in_it(
    server: BadServer, register: Any, home: Path
) -> None:
    bad, good = server.put("/bad.zip", OTHER), server.put("/good.zip", ZIP)
    register(download(bad), with_md5=True)
    with pytest.raises(DataFileError, match=r"rows.csv is not the published file: its md5 is"):
        fetch()
    assert not (home / "toy").exists()
    assert list((home / location.WORK / "toy").glob("*bad.zip*")) == []
    register(download(bad), download(good), with_md5=True)
    assert_complete(fetch(), home)


def test_more_bytes_than_the_file_may_have_are_not_taken(
    server: BadServer, register: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fmteach.datasets.sources import own

    monkeypatch.setattr(own, "most", lambda source: 50_000)
    register(download(server.put("/toy.zip", ZIP, chunked=True), HASH))
    with pytest.raises(DataFileError, match=r"sends more than 50,000 bytes"):
        fetch()


def test_no_connection_is_told(register: Any) -> None:
    with BadServer() as gone:
        url = gone.url("/toy.zip")
    register(download(url, HASH))
    with pytest.raises(DataFileError, match="no connection to the server"):
        fetch()


def test_an_expired_certificate_is_told_and_never_passed_over(
    server: BadServer, register: Any, home: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    certificate = expired_certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))  # signed by one that is trusted
    with BadServer(certificate) as secure:
        url = secure.put("/toy.zip", ZIP)
        register(download(url, HASH))
        with pytest.raises(DataFileError, match="the TLS certificate of the server has expired"):
            fetch()
        assert secure.requests == []
        register(download(url, HASH), download(server.put("/good.zip", ZIP), HASH))
        assert_complete(fetch(), home)


def test_a_certificate_that_nobody_signed_is_told(
    register: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = expired_certificate(tmp_path)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    with BadServer(certificate) as secure:
        register(download(secure.put("/toy.zip", ZIP), HASH))
        with pytest.raises(DataFileError, match="TLS certificate of the server"):
            fetch()


def expired_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that was valid in January 2020, and its key, both made now."""
    if shutil.which("openssl") is None:
        pytest.skip("the program openssl makes the certificate, and it is not here")
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=.\ndatabase=./index\nserial=./serial\n"
        "default_md=sha256\npolicy=p\nx509_extensions=x\n[p]\ncommonName=supplied\n"
        "[x]\nsubjectAltName=IP:127.0.0.1\nbasicConstraints=CA:TRUE\n"
        "[req]\ndistinguished_name=n\nprompt=no\n[n]\nCN=127.0.0.1\n"
    )
    (folder / "index").touch()
    (folder / "serial").write_text("01\n")
    for command in (
        "req -config ca.cnf -new -newkey rsa:2048 -nodes -keyout key.pem -out request.pem",
        "ca -config ca.cnf -selfsign -batch -notext -in request.pem -keyfile key.pem "
        "-startdate 20200101000000Z -enddate 20200201000000Z -out certificate.pem",
    ):
        subprocess.run(
            ["openssl", *command.split()], cwd=folder, check=True, capture_output=True, timeout=60
        )
    return folder / "certificate.pem", folder / "key.pem"


@pytest.mark.parametrize("value", ["1", "yes"])
def test_offline_forbids_the_download(
    server: BadServer, register: Any, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    register(download(server.put("/toy.zip", ZIP), HASH))
    monkeypatch.setenv("FMTEACH_OFFLINE", value)
    with pytest.raises(DataFileError, match=f"FMTEACH_OFFLINE={value} forbids every download"):
        fetch()
    assert server.requests == []
    monkeypatch.setenv("FMTEACH_OFFLINE", "0")
    fetch()
    monkeypatch.setenv("FMTEACH_OFFLINE", value)
    assert fetch().keys() == FILES.keys()  # what is here needs no network


def test_too_little_room_is_told_before_a_byte_is_fetched(
    server: BadServer, register: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(download(server.put("/toy.zip", ZIP), HASH, len(ZIP)))
    monkeypatch.setattr(space.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 8, 1))
    with pytest.raises(DataFileError, match=r"not enough room for toy: .* needed .* FMTEACH_DATA"):
        fetch()
    assert server.requests == []


def test_room_is_checked_again_when_the_server_tells_the_size(
    server: BadServer, register: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(download(server.put("/toy.zip", ZIP), HASH))
    free = 300_000 + space.SPARE + 1000  # enough for what is unpacked, not for the archive
    usage = shutil._ntuple_diskusage(1 << 40, 0, free)
    monkeypatch.setattr(space.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DataFileError, match=r"not enough room for toy\.zip"):
        fetch()
    assert len(server.requests) == 1


def test_a_disk_that_fills_up_is_told_and_the_part_is_gone_on_with(
    server: BadServer, register: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(
        download(server.put("/toy.zip", ZIP), HASH), download(server.put("/other.zip", ZIP), HASH)
    )
    monkeypatch.setattr(resume, "CHUNK", 50_000)
    with monkeypatch.context() as patch:
        patch.setattr(resume, "open", lambda *a, **o: Full(open(*a, **o)), raising=False)
        with pytest.raises(DataFileError, match="the disk is full, in the middle of the download"):
            fetch()
    assert server.ranges("/other.zip") == []  # another source would not help
    assert [part.stat().st_size for part in parts(home)] == [100_000]
    assert_complete(fetch(), home)
    assert server.ranges("/toy.zip") == [None, "bytes=100000-"]


class Full:
    """A file on a disk that has room for 100,000 bytes."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def __enter__(self) -> Full:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def write(self, data: bytes) -> int:
        if self.file.tell() + len(data) > 100_000:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self.file.write(data)


def test_a_folder_that_cannot_be_written_is_told(
    server: BadServer, register: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(download(server.put("/toy.zip", ZIP), HASH))
    (tmp_path / "file").touch()
    (tmp_path / ".downloads").touch()
    for home in ("file/home", "file", ""):
        monkeypatch.setenv("FMTEACH_DATA", str(tmp_path / home))
        with pytest.raises(DataFileError, match=r"cannot write to .* Set FMTEACH_DATA"):
            fetch()
        assert not sources.status("toy").here
    monkeypatch.setenv("FMTEACH_DATA", "~nobody-of-this-name/data")
    with pytest.raises(InputError, match="FMTEACH_DATA is '~nobody-of-this-name/data', and there"):
        fetch()
    if os.geteuid() == 0:
        return  # for root every folder can be written
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    monkeypatch.setenv("FMTEACH_DATA", str(locked))
    with pytest.raises(DataFileError, match=r"cannot write to .*locked"):
        fetch()


def test_source_size_and_terms_are_said_before_it_starts(
    server: BadServer, register: Any, home: Path, capsys: Any
) -> None:
    url = server.put("/toy.zip", ZIP)
    register(download(url, HASH, len(ZIP)))
    sources.fetch("toy")
    said = capsys.readouterr()
    assert said.out == ""
    start = said.err.index("toy.zip ")  # the bar
    for text in (url, "A toy", "to download, about 300 kB on disk", "Free to use", str(home)):
        assert 0 <= said.err.index(text) < start
    assert "toy is ready in" in said.err
    sources.remove("toy")
    sources.fetch("toy", progress=False)
    assert capsys.readouterr() == ("", "")


OTHER_PROCESS = """
import sys
from fmteach.datasets.sources import fetch, info, registry, resume, table
table(), info("ml-1m")
heavy = [name for name in ("pooch", "requests", "polars") if name in sys.modules]
assert not heavy, f"a look at what there is has loaded {heavy}"
from tests.unit.toy_source import download, toy
registry._SOURCES["toy"] = toy(download(sys.argv[1], sys.argv[2]))
resume.CHUNK = 1000
fetch("toy")
"""
ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def other_process(url: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", OTHER_PROCESS, url, HASH]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def stop(*_: object, **__: object) -> None:
    raise SystemExit  # as a kill: nothing of ours catches it


def test_whatever_a_kill_leaves_the_next_call_completes(
    server: BadServer, register: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill runs no `finally`; what it leaves on the disk is put there by hand."""
    register(download(server.put("/toy.zip", ZIP), HASH))
    work = home / location.WORK / "toy"
    for at, left in {
        "unpacking": {"ready/rows.csv": b"half", "tmp1": b"of pooch"},
        "the rename": {"before/old.csv": b"1", "ready/rows.csv": FILES["rows.csv"]},
        "a removal": {"removed/rows.csv": FILES["rows.csv"]},
    }.items():
        for name, data in left.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_bytes(data)
        assert not sources.here("toy"), at
        assert_complete(fetch(), home)
        for name, data in left.items():  # after the files got their place
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_bytes(data)
        assert_complete(fetch(), home)
        for name, data in left.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_bytes(data)
        assert sources.remove("toy") > 300_000
        assert not work.exists()


def test_an_archive_that_came_whole_is_not_fetched_again_after_a_kill(
    server: BadServer, register: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(download(server.put("/toy.zip", ZIP), HASH))
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(bring, "unpack", stop)
        fetch()
    assert [path.name[9:] for path in (home / location.WORK / "toy").iterdir()] == ["toy.zip"]
    assert_complete(fetch(), home)
    assert len(server.requests) == 1


def test_half_of_an_archive_does_not_stay_on_a_full_disk(
    server: BadServer, register: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(download(server.put("/toy.zip", ZIP), HASH))

    def fills_up(archive: Path, names: list[str], into: Path, *_: object, **__: object) -> None:
        (into / "rows.csv").write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(bring, "unpack", fills_up)
        with pytest.raises(DataFileError, match="the disk is full, in the middle of the fetch"):
            fetch()
    assert list(home.rglob("rows.csv")) == []
    assert_complete(fetch(), home)
    assert len(server.requests) == 1


def test_a_kill_between_the_note_and_the_file_does_not_mix_two_versions(
    server: BadServer, register: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.put("/toy.zip", OTHER, [Break(1000), *[Break(0)] * 3])
    register(download(url, HASH))
    with pytest.raises(DataFileError):
        fetch()
    server.put("/toy.zip", ZIP)
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(resume.ResumingDownloader, "_receive", stop)
        fetch()
    assert parts(home) == []  # the note beside it is that of the new version


def test_a_process_that_is_killed_leaves_a_part_that_the_next_one_uses(
    server: BadServer, register: Any, home: Path
) -> None:
    url = server.put("/toy.zip", ZIP, [Stall(100_000)])
    with other_process(url) as other:
        wait_for(server.stalled.is_set, other)
        wait_for(lambda: [p.stat().st_size for p in parts(home)] == [100_000])
        other.send_signal(signal.SIGKILL)
    (home / location.WORK / "toy" / "tmpleft").write_bytes(b"of pooch")
    register(download(url, HASH))
    assert not sources.here("toy")
    assert_complete(fetch(), home)
    assert server.ranges("/toy.zip") == [None, "bytes=100000-"]


def test_two_processes_at_once_the_second_waits_and_finds_the_files(
    server: BadServer, register: Any, home: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resume, "PATIENCE", resume.Patience(1.0, 30.0, 3, 0.01))
    url = server.put("/toy.zip", ZIP, [Stall(100_000)])
    register(download(url, HASH))
    waiting: list[str] = []
    monkeypatch.setattr(bring, "print_line", waiting.append)

    # The first one stalls until we have been told to wait; then its server lets it go on.
    def let_go() -> None:
        wait_for(lambda: bool(waiting))
        server.closing.set()

    with other_process(url) as other:
        wait_for(server.stalled.is_set, other)
        helper = threading.Thread(target=let_go)
        helper.start()
        files = sources.fetch("toy")
        helper.join()
        _, said = other.communicate(timeout=60)
        assert other.returncode == 0, said
    assert_complete(files, home)
    assert any("Another process is working on toy: waiting" in text for text in waiting)
    assert any("The other process has brought toy" in text for text in waiting)
    assert server.ranges("/toy.zip") == [None, "bytes=100000-"]  # both by the first one


def wait_for(condition: Callable[[], bool], other: subprocess.Popen[str] | None = None) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        assert other is None or other.poll() is None, other.communicate()[1]
        time.sleep(0.01)


def test_hashes_of_the_toy_differ() -> None:
    assert md5(ZIP) != md5(OTHER)
