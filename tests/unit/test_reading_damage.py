"""Files that are not what they should be: what is said, and that nothing good is lost."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest

from fmteach.datasets import synthetic
from fmteach.datasets.reading import ReadReport, open_reader
from fmteach.datasets.reading.streams import LONGEST
from fmteach.errors import DataFileError, InputError
from tests.unit import reading_plain as plain

ROW = b"\t".join([b"1", *[b"a"] * 34]) + b"\n"
AVAZU = (",".join(plain.AVAZU) + "\n").encode()
CRITEO = b",".join(name.encode() for name in plain.CRITEO)


def refused(path: Path, dialect: str, *parts: str, **options: object) -> None:
    """Opening or reading says why not, in all these words."""
    with pytest.raises(DataFileError) as caught:
        list(open_reader(path, dialect, **options).frames())
    for part in (path.name, *parts):
        assert part in str(caught.value), str(caught.value)


def test_a_folder_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    plain.put(tmp_path / "train.txt", ROW)
    with pytest.raises(DataFileError, match=r"is a folder, .* Name one in it: train.txt"):
        open_reader(tmp_path, "d2l")
    with pytest.raises(DataFileError, match=r"trian.txt does not exist; .* holds train.txt"):
        open_reader(tmp_path / "trian.txt", "d2l")
    with pytest.raises(DataFileError, match="nor does its folder"):
        open_reader(tmp_path / "none" / "train.txt", "d2l")


@pytest.mark.parametrize("dialect", ["d2l", "table"])
def test_a_file_that_may_not_be_read(
    tmp_path: Path, dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = plain.put(tmp_path / "x.txt", ROW)
    options = {"columns": ["a"], "target": "y"} if dialect == "table" else {}

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    for place in ("builtins.open", "pathlib.Path.stat"):  # the file; its folder
        with monkeypatch.context() as patch:
            patch.setattr(place, refuse)
            with pytest.raises(DataFileError, match=r"x.txt cannot be read \(Permission denied"):
                open_reader(path, dialect, **options)
    with pytest.raises(DataFileError, match="cannot be read"):
        open_reader("a\0b", dialect, **options)


@pytest.mark.parametrize("dialect", ["criteo", "avazu", "d2l", "libsvm", "avazu-x1", "criteo-x1"])
@pytest.mark.parametrize("text", [b"", b"\n \n\n", b"\xef\xbb\xbf"])
def test_an_empty_file(tmp_path: Path, dialect: str, text: bytes) -> None:
    refused(plain.put(tmp_path / "x.txt", text), dialect, "is empty")


def test_a_header_and_no_rows(tmp_path: Path) -> None:
    refused(plain.put(tmp_path / "a.csv", AVAZU), "avazu", "a header and no rows")
    refused(plain.put(tmp_path / "c.csv", CRITEO), "criteo", "a header and no rows")
    both = [tmp_path / "full.csv", tmp_path / "a.csv"]
    plain.put(both[0], AVAZU + b"1,0,14102100" + b",1" * 21)
    with pytest.raises(DataFileError, match=r"a.csv has a header and no rows"):
        list(open_reader(both, "avazu").frames())


def test_a_wrong_separator_is_named(tmp_path: Path) -> None:
    path = plain.put(tmp_path / "x.csv", ROW.replace(b"\t", b";") * 3)
    refused(path, "d2l", "35 columns separated by a semicolon", "a tab is wanted", "separator=';'")
    assert len(plain.all_rows(open_reader(path, "d2l", separator=";"))[0]) == 3
    path = plain.put(tmp_path / "y.csv", b"1,2,3\n" * 3)
    refused(
        path, "criteo", "1 column separated by a tab", "at each comma it has 3", "40 are wanted"
    )
    refused(path, "criteo", "3 columns separated by a comma", separator=",")
    path = plain.put(tmp_path / "z.csv", AVAZU.replace(b",", b";"))
    refused(path, "avazu", "a header and no rows")  # the header says what separates its names


def test_other_columns_than_wanted_are_listed(tmp_path: Path) -> None:
    missing = AVAZU.replace(b",site_id", b"").replace(b"app_id", b"app_ids")
    refused(
        plain.put(tmp_path / "a.csv", missing), "avazu", "Missing: 'site_id'",
        "'app_id' (is it 'app_ids'?)", "Not expected: 'app_ids'", "Came: id, click", "Wanted: id",
    )  # fmt: skip
    double = AVAZU.replace(b"app_id", b"site_id")
    refused(plain.put(tmp_path / "b.csv", double), "avazu", "'site_id' more than once")
    rows = b"1,0,14102100" + b",1" * 21
    refused(
        plain.put(tmp_path / "c.csv", rows), "avazu", "is not the header of Avazu", "24 columns"
    )
    test = AVAZU.replace(b"click,", b"")
    refused(plain.put(tmp_path / "test.csv", test), "avazu", "Missing: 'click'")
    other = plain.put(tmp_path / "one.csv", "label,x1\n" + "1,1")
    refused(other, "avazu-x1", "Missing: 'feat_1'")


def test_files_of_different_columns_are_not_mixed(tmp_path: Path) -> None:
    one = plain.put(tmp_path / "a.csv", "y,a,b\n1,2,3\n")
    two = plain.put(tmp_path / "b.csv", "y,a\n1,2\n")
    with pytest.raises(DataFileError, match=r"b.csv .*Missing: 'b'"):
        open_reader([one, two], "table", columns=["a", "b"], target="y")
    names = [f"feat_{i}" for i in range(1, 23)]
    rows = "\n" + ",".join(["1"] * 23)
    one = plain.put(tmp_path / "c.csv", ",".join(["label", *names]) + rows)
    two = plain.put(tmp_path / "d.csv", ",".join(["label", *names[1:], "x"]) + rows)
    with pytest.raises(DataFileError, match="only one of them has feat_1, x"):
        open_reader([one, two], "avazu-x1")


def test_labels_in_words(tmp_path: Path) -> None:
    path = plain.put(tmp_path / "x.txt", ROW.replace(b"1", b"yes", 1) * 4)
    refused(
        path, "d2l", "no good row", "4 bad rows", "the label is not 0 or 1", "column label: yes"
    )


def test_encodings(tmp_path: Path) -> None:
    latin = ROW.replace(b"a", b"\xe4", 1)
    path = plain.put(tmp_path / "latin.txt", ROW + latin + ROW)
    reader = open_reader(path, "d2l")
    assert len(plain.all_rows(reader)[0]) == 2
    assert reader.report.bad == {"not UTF-8": 1} and reader.report.first[0].line == 2
    utf8 = ROW.replace(b"a", "ä€".encode(), 1)
    rows, _ = plain.all_rows(open_reader(plain.put(path, ROW + utf8), "d2l"))
    assert rows[1]["field 1"] == "ä€"
    refused(plain.put(path, ROW.decode().encode("utf-16")), "d2l", "UTF-16", "UTF-8")
    refused(plain.put(path, (ROW * 3).replace(b"\n", b"\r")), "d2l", "CR alone")


@pytest.mark.parametrize("cut", [0.3, 0.7, 0.99])
def test_a_gzip_file_that_ends_early(tmp_path: Path, cut: float) -> None:
    synthetic.write(tmp_path / "whole.gz", "d2l", 3000)
    packed = (tmp_path / "whole.gz").read_bytes()
    whole, _ = plain.all_rows(open_reader(tmp_path / "whole.gz", "d2l"))
    path = plain.put(tmp_path / "cut.gz", packed[: int(cut * len(packed))])
    reader = open_reader(path, "d2l")
    reader._block = 50_000
    rows, _ = plain.all_rows(reader)
    assert 0.8 * cut * 3000 < len(rows) < 3000 and rows == whole[: len(rows)]
    report = reader.report
    assert report.bad == {"the file breaks off in this line": 1}
    assert report.first[0].line == len(rows) + 1
    assert "ends early" in report.files[0].note and "ends early" in str(report)


def test_a_gzip_file_that_is_damaged(tmp_path: Path) -> None:
    raw = b"".join(b"%d\t" % (i % 2) + ROW[2:] for i in range(20_000))
    packed = bytearray(gzip.compress(raw, 1))
    packed[len(packed) // 2] ^= 0xFF
    reader = open_reader(plain.put(tmp_path / "x.gz", bytes(packed)), "d2l")
    reader._block = 100_000
    good = sum(len(frame) for frame in reader.frames())
    assert 0 < good <= 20_000 and "damaged" in reader.report.files[0].note
    packed = gzip.compress(raw) + b"and then some text"
    reader = open_reader(plain.put(tmp_path / "y.gz", packed), "d2l")
    assert sum(len(frame) for frame in reader.frames()) == 20_000
    assert "follow its end" in str(reader.report)
    refused(plain.put(tmp_path / "z.gz", gzip.compress(raw)[:12]), "d2l", "is empty", "ends early")


def test_zip_archives(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("train.csv", ROW)
        archive.writestr("test.csv", ROW)
    with pytest.raises(
        DataFileError, match=r"holds 2 files \(train.csv, test.csv\).*x.zip/train.csv"
    ):
        open_reader(path, "d2l")
    with pytest.raises(DataFileError, match=r"not in the archive. It holds: train.csv"):
        open_reader(path / "valid.csv", "d2l")
    refused(plain.put(tmp_path / "cut.zip", path.read_bytes()[:-30]), "d2l", "cannot be opened")
    raw = path.read_bytes().replace(b"1\ta\ta", b"0\ta\ta", 1)
    bad = plain.put(tmp_path / "bad.zip", raw) / "train.csv"
    refused(bad, "d2l", "is empty", "the archive is damaged")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("train.csv", ROW * 50_000)
    reader = open_reader(plain.put(path, path.read_bytes().replace(b"1\ta", b"0\ta", 1)), "d2l")
    assert 0 < sum(len(frame) for frame in reader.frames()) < 50_000
    assert "damaged" in reader.report.files[0].note


@pytest.mark.parametrize(
    ("method", "at", "value", "told"),
    [(0, 6, 1, "password"), (0, 8, 9, "method is not supported")],
)
def test_zip_archives_that_cannot_be_unpacked(
    tmp_path: Path, method: int, at: int, value: int, told: str
) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", method) as archive:
        archive.writestr("train.csv", ROW)
    raw = bytearray((tmp_path / "x.zip").read_bytes())
    raw[at] = raw[raw.find(b"PK\x01\x02") + at + 2] = value
    with pytest.raises(DataFileError, match=rf"train.csv cannot be unpacked \(.*{told}"):
        open_reader(plain.put(tmp_path / "x.zip", bytes(raw)), "d2l")


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_damage_in_the_rarer_ways_of_packing_is_told(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", method) as archive:
        archive.writestr("train.csv", ROW * 9)
    raw = bytearray((tmp_path / "x.zip").read_bytes())
    raw[48:70] = b"\xff" * 22
    refused(plain.put(tmp_path / "x.zip", bytes(raw)), "d2l", "is empty", "archive is damaged")


def test_a_zip_archive_is_known_by_its_bytes(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.bin", "w") as archive:
        archive.writestr("train.csv", ROW)
    assert len(plain.all_rows(open_reader(tmp_path / "x.bin", "d2l"))[0]) == 1
    text = plain.put(tmp_path / "text.zip", ROW)
    assert len(plain.all_rows(open_reader(text, "d2l"))[0]) == 1
    with pytest.raises(DataFileError, match=r"train.csv is a zip archive that cannot be opened"):
        open_reader(text / "train.csv", "d2l")


@pytest.mark.parametrize("form", ["tar", "tar.gz", "gz.gz", "bz2", "xz", "gz in zip"])
def test_other_packings_are_named(tmp_path: Path, form: str) -> None:
    path = tmp_path / "x"
    if form.startswith("tar"):
        with tarfile.open(path, "w" if form == "tar" else "w:gz") as archive:
            archive.add(plain.put(tmp_path / "train.txt", ROW), "train.txt")
    elif form == "gz in zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("train.gz", gzip.compress(ROW))
    else:
        pack = {"gz.gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[form]
        path.write_bytes(pack(gzip.compress(ROW) if form == "gz.gz" else ROW))
    refused(path, "d2l", "tar archive" if "tar" in form else "packed by", "Unpack it first")


@pytest.mark.parametrize("block", [1, 150, 1 << 20])
def test_a_mark_of_utf8_within_a_file_is_part_of_its_row(tmp_path: Path, block: int) -> None:
    mark = b"\xef\xbb\xbf"
    path = plain.put(tmp_path / "x.txt", ROW * 2 + mark + ROW * 2)
    svm = plain.put(tmp_path / "x.svm", b"1 1:1\n" * 2 + mark + b"1 1:1\n")
    table = plain.put(tmp_path / "x.csv", b"a,y\nq,1\n" + mark + b"q,1\n")
    readers = [
        open_reader(path, "d2l"), open_reader(svm, "libsvm"),
        open_reader(table, "table", columns=["a"], target="y"),
    ]  # fmt: skip
    for reader, good, bad in zip(readers, (3, 2, 2), ([3], [3], []), strict=True):
        reader._block = block
        rows, _ = plain.all_rows(reader) if reader.dialect != "libsvm" else ([], None)
        assert reader.dialect == "libsvm" or len(rows) == good
        list(reader.frames())
        assert reader.report.rows == good
        assert [row.line for row in reader.report.first] == bad
    assert [row["a"] for row in rows] == ["q", "\ufeffq"]


@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_line_without_an_end_is_one_bad_row(tmp_path: Path, end: bytes) -> None:
    long = b"x" * (LONGEST + 200_000)
    path = plain.put(tmp_path / "x.txt", ROW * 2 + long + (end + ROW * 3 if end else b""))
    for block in (100_000, 1 << 22):
        reader = open_reader(path, "d2l")
        reader._block = block
        assert sum(len(frame) for frame in reader.frames()) == (5 if end else 2)
        assert reader.report.bad == {"a line without an end": 1}
        assert reader.report.first[0].line == 3 and len(reader.report.first[0].text) < 100


def test_a_hole_of_nul_bytes(tmp_path: Path) -> None:
    path = plain.put(tmp_path / "x.txt", ROW * 2 + bytes(300_000) + ROW * 2)
    reader = open_reader(path, "d2l")
    assert sum(len(frame) for frame in reader.frames()) == 3
    assert reader.report.bad == {"a NUL byte": 1} and reader.report.first[0].line == 3


def test_the_report_counts_and_shows_the_first(tmp_path: Path) -> None:
    short, words = b"1\ta\n", ROW.replace(b"1", b"no", 1)
    path = plain.put(tmp_path / "x.txt", ROW + short * 7 + words + b"\n" + ROW * 3)
    reader = open_reader(path, "d2l")
    list(reader.frames())
    report = reader.report
    assert report.rows == 4 and report.bad_rows == 8
    assert report.bad == {"wrong number of columns": 7, "the label is not 0 or 1": 1}
    assert [row.line for row in report.first] == [2, 3, 4, 5, 6, 9]
    assert report.files[0].blank_lines == 1
    text = str(report)
    assert "4 rows read, 8 bad rows set aside (67 % of all)" in text
    assert "7 rows, first in line 2 of x.txt (2 came, 35 wanted)" in text and "1 empty line" in text
    assert "wrong number of columns" in str(report.table())
    assert "wrong number of columns" in report._repr_html_()
    assert ReadReport.from_dict(json.loads(json.dumps(report.to_dict()))) == report
    with pytest.raises(InputError, match=r"x.txt, line 2: wrong number of columns .* Repair"):
        list(open_reader(path, "d2l", strict=True).frames())


def test_bad_rows_of_several_files_are_told_apart(tmp_path: Path) -> None:
    one = plain.put(tmp_path / "one.txt", ROW + b"x\n")
    two = plain.put(tmp_path / "two.txt", b"y\n" + ROW)
    reader = open_reader([one, two], "d2l")
    list(reader.frames())
    assert [(row.file, row.line) for row in reader.report.first] == [("one.txt", 2), ("two.txt", 1)]
    assert [(file.rows, file.bad) for file in reader.report.files] == [(1, 1), (1, 1)]


def test_a_file_that_vanishes_between_two_passes(tmp_path: Path) -> None:
    path = plain.put(tmp_path / "x.txt", ROW)
    reader = open_reader(path, "d2l")
    list(reader.frames())
    path.unlink()
    with pytest.raises(DataFileError, match="does not exist"):
        list(reader.frames())
