"""Archives that climb, link, explode or break: nothing leaves the folder, and it is said why."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from fmteach.datasets.sources.source import OriginFailed
from fmteach.datasets.sources.unpack import kind, unpack
from tests.unit.toy_source import FILES, gzipped, tarred, zipped

MOST = 1_000_000


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (tmp_path / "deep" / "into").mkdir(parents=True)
    return tmp_path / "deep" / "into"


def put(into: Path, body: bytes, name: str = "toy.zip") -> Path:
    path = into.parent.parent / name
    path.write_bytes(body)
    return path


def refused(into: Path, body: bytes, match: str, most: int = MOST) -> None:
    archive = put(into, body)
    before = {p for p in into.parent.parent.rglob("*") if not p.is_relative_to(into)}
    with pytest.raises(OriginFailed, match=match):
        unpack(archive, FILES, into, most)
    assert {p for p in into.parent.parent.rglob("*") if not p.is_relative_to(into)} == before
    assert not any(p.is_symlink() for p in into.rglob("*"))


@pytest.mark.parametrize(("pack", "shape"), [(zipped, "zip"), (tarred, "tar")])
def test_only_the_wanted_files_and_the_terms_are_written(
    into: Path, pack: object, shape: str
) -> None:
    more = {"README.txt": b"terms", "License": b"terms", "extra.csv": b"1", "readme.exe": b"1"}
    archive = put(into, pack({**FILES, **more}))
    assert kind(archive) == shape
    found = unpack(archive, FILES, into, MOST)
    written = {path.name: path.read_bytes() for path in into.iterdir()}
    assert written == {**FILES, "README.txt": b"terms", "License": b"terms"}
    for name, data in FILES.items():
        assert found[name].bytes == len(data)
        assert found[name].sha256 == hashlib.sha256(data).hexdigest()
        assert found[name].md5 == hashlib.md5(data).hexdigest()


def test_one_packed_file(into: Path) -> None:
    archive = put(into, gzipped(FILES["rows.csv"]), "rows.csv.gz")
    assert kind(archive) == "gzip"
    unpack(archive, ["rows.csv"], into, MOST)
    assert (into / "rows.csv").read_bytes() == FILES["rows.csv"]
    with pytest.raises(OriginFailed, match="more than 1,000 bytes"):
        unpack(put(into, gzipped(bytes(2000))), ["films.csv"], into, 1000)


@pytest.mark.parametrize(
    "name",
    ["../climbed.csv", "a/../../climbed.csv", "/climbed.csv", "..\\climbed.csv", "C:\\climbed.csv",
     "C:climbed.csv", "\\climbed.csv", "../rows.csv", "a/.."],
)  # fmt: skip
def test_a_path_that_climbs_out_has_the_archive_refused(into: Path, name: str) -> None:
    bad = {**FILES, name: b"climbed"}
    refused(into, zipped(bad, folder=""), "leaves the folder: the archive was refused as a whole")
    refused(into, tarred(bad), "leaves the folder: the archive was refused as a whole")


def special(name: str, type: bytes, target: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = type, target
    return member


@pytest.mark.parametrize(
    ("type", "target"),
    [(tarfile.SYMTYPE, "/etc/hostname"), (tarfile.SYMTYPE, "../../../secret"),
     (tarfile.LNKTYPE, "/etc/hostname"), (tarfile.CHRTYPE, ""), (tarfile.BLKTYPE, ""),
     (tarfile.FIFOTYPE, "")],
    ids=["link", "link up", "hard link", "character device", "block device", "pipe"],
)  # fmt: skip
def test_links_and_devices_are_not_unpacked(into: Path, type: bytes, target: str) -> None:
    files = {"films.csv": FILES["films.csv"]}
    refused(into, tarred(files, special("rows.csv", type, target)), "is a link or a device")


def test_a_link_to_a_folder_does_not_move_what_comes_after_it(into: Path) -> None:
    out = into.parent.parent / "outside"
    out.mkdir()
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as file:
        file.addfile(special("sub", tarfile.SYMTYPE, str(out)))
        for name, data in FILES.items():
            member = tarfile.TarInfo(f"sub/{name}")
            member.size = len(data)
            file.addfile(member, io.BytesIO(data))
    unpack(put(into, body.getvalue()), FILES, into, MOST)
    assert list(out.iterdir()) == []
    assert {path.name for path in into.iterdir()} == set(FILES)


def test_a_link_in_a_zip_archive_is_not_unpacked(into: Path) -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as file:
        link = zipfile.ZipInfo("rows.csv")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/hostname")
    refused(into, body.getvalue(), "is a link or a device")


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_an_archive_that_declares_far_too_much_is_refused(into: Path, pack: object) -> None:
    bomb = pack({"other.csv": bytes(3 * MOST), **FILES})
    assert len(bomb) < 1.1 * len(pack(FILES))
    refused(into, bomb, r"unpacks to 3,\d+,\d+ bytes in .* far more than the data has")


def test_a_zip_archive_that_declares_less_than_it_holds_is_refused(into: Path) -> None:
    body = bytearray(zipped({"rows.csv": bytes(500_000), "films.csv": b"1"}, folder=""))
    true, false = (500_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert body.count(true) == 2
    refused(into, bytes(body.replace(true, false)), "damaged")
    assert sum(p.stat().st_size for p in into.iterdir()) < 100


def test_a_tar_archive_with_headers_without_end_is_refused(
    into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fmteach.datasets.sources.unpack.MOST_MEMBERS", 100)
    members = [special(f"folder{n}", tarfile.DIRTYPE) for n in range(110)]
    refused(into, tarred(FILES, *members), "far more than the data has")


def test_cut_off_and_damaged_archives(into: Path) -> None:
    for pack in (zipped, tarred):
        body = pack(FILES)
        for part in (body[:1000], body[:-1000]):
            refused(into, part, "damaged|has no")
            [path.unlink() for path in into.iterdir()]
        wrong = bytearray(body)
        wrong[len(body) // 2] ^= 255
        refused(into, bytes(wrong), "damaged|has no")
        [path.unlink() for path in into.iterdir()]


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_damage_in_the_rarer_ways_of_packing(into: Path, method: int) -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", method) as file:
        for name, data in FILES.items():
            file.writestr(name, data)
    unpack(put(into, body.getvalue()), FILES, into, MOST)
    [path.unlink() for path in into.iterdir()]
    wrong = bytearray(body.getvalue())
    wrong[200:240] = bytes(40)
    refused(into, bytes(wrong), "toy.zip is damaged")


def test_backslashes_and_names_in_other_alphabets(into: Path) -> None:
    files = {f"f\u00fcr mich\\{name}": data for name, data in FILES.items()}
    unpack(put(into, zipped(files, folder="")), FILES, into, MOST)
    assert {path.name for path in into.iterdir()} == set(FILES)
    [path.unlink() for path in into.iterdir()]
    with tarfile.open(into.parent.parent / "l.tgz", "w:gz", encoding="latin-1",
                      format=tarfile.USTAR_FORMAT) as file:  # fmt: skip
        for name, data in {**FILES, "\u00fcber.csv": b"1"}.items():
            member = tarfile.TarInfo(f"f\u00fcr mich/{name}")
            member.size = len(data)
            file.addfile(member, io.BytesIO(data))
    unpack(into.parent.parent / "l.tgz", FILES, into, MOST)
    assert {path.name for path in into.iterdir()} == set(FILES)


def test_what_is_no_archive_or_lacks_a_file(into: Path) -> None:
    refused(into, b"", "toy.zip is no zip, tar.gz or gz file")
    refused(into, b"user,film\n", "is no zip, tar.gz or gz file")
    refused(into, zipped({"rows.csv": b"1"}), "has no films.csv")


def test_two_files_of_one_name_are_refused(into: Path) -> None:
    twice = {**FILES, "again/rows.csv": b"1"}
    refused(into, zipped(twice), "two files called rows.csv")
    twice = {**FILES, "README": b"the first", "again/README": b"the second"}
    [path.unlink() for path in into.iterdir()]
    unpack(put(into, zipped(twice)), FILES, into, MOST)
    assert (into / "README").read_bytes() == b"the first"


def test_the_leftovers_of_another_system_are_passed_over(into: Path) -> None:
    archive = put(into, zipped({**FILES, "__MACOSX/toy/rows.csv": b"1"}, folder=""))
    assert unpack(archive, FILES, into, MOST)["rows.csv"].bytes == len(FILES["rows.csv"])


def test_a_password_is_told(into: Path) -> None:
    body = bytearray(zipped(FILES))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = -1
        while (at := body.find(mark, at + 1)) >= 0:
            body[at + (6 if mark[2] == 3 else 8)] |= 1
    refused(into, bytes(body), "needs a password")
