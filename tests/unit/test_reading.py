"""Readers of click data: frames as a plain parser finds them, pass after pass, in small blocks."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fmteach.datasets import synthetic
from fmteach.datasets.reading import FieldSpec, open_reader
from fmteach.datasets.reading import reader as reading
from fmteach.errors import DataFileError, InputError
from tests.unit import reading_plain as plain

REAL = Path(__file__).parents[3] / "shared" / "data"
NAMES = {"criteo": plain.CRITEO, "avazu": plain.AVAZU, "d2l": plain.D2L}
MARK = {"criteo": b"\t", "avazu": b",", "d2l": b"\t"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    for name in NAMES:
        synthetic.write(folder / f"{name}.txt", name, 300, seed=1)
    return folder


def same(one: list, other: list) -> None:
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        assert a.table.equals(b.table) and a.first_row == b.first_row and a.part == b.part
        np.testing.assert_array_equal(a.y, b.y)
        np.testing.assert_array_equal(a.time, b.time)


@pytest.mark.parametrize("name", NAMES)
def test_frames_are_what_a_plain_parser_finds(folder: Path, name: str) -> None:
    path = folder / f"{name}.txt"
    reader = open_reader(path, name)
    wanted, bad = plain.rows(path.read_bytes(), NAMES[name], MARK[name])
    rows, frames = plain.all_rows(reader)
    assert rows == wanted and not bad and len(rows) == 300
    assert (reader.report.rows, reader.report.bad_rows, reader.report.complete) == (300, 0, True)
    assert frames[0].y.dtype == np.float32
    assert frames[0].values is None and frames[0].part is None
    kinds = dict(zip(frames[0].table.columns, frames[0].table.dtypes, strict=True))
    for spec in reader.fields:
        assert kinds[spec.name] == (pl.Int64 if spec.kind == "number" else pl.String)


def test_fields_of_the_dialects(folder: Path) -> None:
    criteo, avazu, d2l = (open_reader(folder / f"{name}.txt", name) for name in NAMES)
    assert criteo.fields[:2] == (FieldSpec("I1", "number"), FieldSpec("I2", "number"))
    assert criteo.fields[13] == FieldSpec("C1", "category") and len(criteo.fields) == 39
    assert [f.name for f in avazu.fields[:4]] == ["hour", "weekday", "is_weekend", "C1"]
    assert avazu.has_time and avazu.target == "click" and not criteo.has_time
    assert [f.name for f in d2l.fields] == [f"field {j}" for j in range(1, 35)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("block", [1000, 7777])
def test_blocks_of_any_size_hold_the_same_rows(folder: Path, name: str, block: int) -> None:
    reader, whole = (
        open_reader(folder / f"{name}.txt", name),
        open_reader(folder / f"{name}.txt", name),
    )
    reader._block = block
    rows, frames = plain.all_rows(reader)
    assert rows == plain.all_rows(whole)[0] and len(frames) > 5
    same(frames, list(reader.frames()))  # a second pass
    assert reader.report.rows == 300


def test_times_are_those_of_the_frames(folder: Path) -> None:
    raw = (folder / "avazu.txt").read_bytes().split(b"\n")
    raw[5], raw[9] = b"1,0,14139900" + b"," * 21, b"1,2,3"
    path = plain.put(folder / "avazu-bad.txt", b"\n".join(raw))
    reader = open_reader(path, "avazu")
    times = reader.times()
    assert reader.report.bad_rows == 2
    np.testing.assert_array_equal(times, np.concatenate([f.time for f in reader.frames()]))
    assert times.dtype == np.int64 and len(times) == 298
    np.testing.assert_array_equal(reader.times(rows=7), times[:7])
    with pytest.raises(InputError, match="have no time"):
        open_reader(folder / "d2l.txt", "d2l").times()


def test_only_the_first_rows(folder: Path) -> None:
    reader = open_reader([folder / "d2l.txt", folder / "d2l.txt"], "d2l")
    reader._block = 5000
    everything, _ = plain.all_rows(reader)
    assert len(everything) == 600
    for rows in (1, 299, 300, 301, 600, 9999):
        reader_rows = [row for f in reader.frames(rows=rows) for row in f.table.iter_rows()]
        assert len(reader_rows) == min(rows, 600)
        assert reader.report.complete == (rows > 600)
    with pytest.raises(InputError, match="rows must be a whole number"):
        list(reader.frames(rows=0))


def test_parts_of_a_published_set(folder: Path) -> None:
    path = folder / "criteo.txt"
    reader = open_reader({"test": path, "train": [path, path]}, "criteo")
    frames = list(reader.frames())
    assert [f.part for f in frames] == ["train", "train", "test"]
    assert [f.first_row for f in frames] == [0, 300, 600]
    assert reader.published and not open_reader(path, "criteo").published
    assert [len(f) for f in reader.frames(rows=310)] == [300, 10, 300]
    for wrong in ({}, {"test": path}, {"train": path, "exam": path}):
        with pytest.raises(InputError, match="give 'train'"):
            open_reader(wrong, "criteo")
    for wrong in (None, [], 5, [None]):
        with pytest.raises(InputError, match="give the path of a file"):
            open_reader(wrong, "criteo")


def test_large_blocks_are_cut_into_frames(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FRAME", 128)
    rows, frames = plain.all_rows(open_reader(folder / "d2l.txt", "d2l"))
    assert [len(f) for f in frames] == [128, 128, 44] and len(rows) == 300


def test_progress_goes_up_to_all_bytes(folder: Path) -> None:
    paths = [folder / "d2l.txt", folder / "d2l.txt"]
    reader = open_reader(paths, "d2l")
    reader._block = 20_000
    told: list[tuple[int, int]] = []
    for _ in reader.frames(progress=lambda *done: told.append(done)):
        pass
    size = 2 * paths[0].stat().st_size
    assert told == sorted(told) and told[-1] == (size, size) and len(told) > 4


@pytest.mark.parametrize("form", ["gz", "two gz", "zip", "member", "crlf", "bom", "no last end"])
@pytest.mark.parametrize("name", NAMES)
def test_the_same_rows_in_other_wrappings(
    folder: Path, tmp_path: Path, name: str, form: str
) -> None:
    plain_path = folder / f"{name}.txt"
    raw = plain_path.read_bytes()
    path = tmp_path / ("x.zip" if form in ("zip", "member") else "x.txt")
    if form == "gz":
        path.write_bytes(gzip.compress(raw) + b"\0" * 512)
    elif form == "two gz":
        path.write_bytes(gzip.compress(raw[:1234]) + gzip.compress(raw[1234:]))
    elif form in ("zip", "member"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("in/train.txt", raw)
            if form == "member":
                archive.writestr("other.txt", b"something else")
                path = path / "in" / "train.txt"
    else:
        path.write_bytes(
            {
                "crlf": raw.replace(b"\n", b"\r\n"),
                "bom": b"\xef\xbb\xbf" + raw,
                "no last end": raw[:-1],
            }[form]
        )
    reader = open_reader(path, name)
    reader._block = 9000
    rows, frames = plain.all_rows(reader)
    assert rows == plain.all_rows(open_reader(plain_path, name))[0]
    assert len(frames) > 1 and reader.report.bad_rows == 0
    assert str(reader.report) == "300 rows read, no bad rows."


# A few texts for each cell: usual ones, and those in which parsers differ.
_NUMBERS = ["", "0", "7", "-2", "+5", " 5", "5 ", "5.0", "1e3", ".5", "2.5", "007", "-0", " "]
_NUMBERS += ["9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e400", "inf"]
_NUMBERS += ["nan", "1_000", "0x10", "abc", "1.", "٣", "--1", "1e18", "1e19", "9.3e18"]
_TEXTS = [
    "",
    "68fd1e64",
    "05db9164",
    " a ",
    '"',
    '"a"',
    "ü",
    "#",
    "NULL",
    "nan",
    "a b",
    "\x85",
    "'",
]
_LABELS = ["0", "1", "1", "0", "1.0", "", "2", "-1", "yes", " 1", "nan"]
_HOURS = ["14102100", "14102123", "14102124", "14023000", "14130100", "", "x", "0", "16022905"]


@st.composite
def damaged(draw: st.DrawFn, name: str) -> bytes:
    """Some rows of a dialect in which cells, columns, bytes and line ends may be wrong."""
    names, mark = NAMES[name], MARK[name]
    lines = [mark.join(n.encode() for n in names)] if name == "avazu" else []
    for _ in range(draw(st.integers(1, 8))):
        cells = []
        for column in names:
            usual = column not in ("label", "click", "hour") or draw(st.integers(0, 3))
            if column in ("label", "click"):
                cells.append("1" if usual else draw(st.sampled_from(_LABELS)))
            elif column == "hour":
                cells.append("14102205" if usual else draw(st.sampled_from(_HOURS)))
            else:
                cells.append("12")
        for _ in range(draw(st.integers(0, 3))):
            at = draw(st.integers(1, len(names) - 1))
            number = names[at].startswith("I") and name == "criteo"
            if names[at] != "hour":
                cells[at] = draw(st.sampled_from(_NUMBERS if number else _TEXTS))
        line = mark.join(cell.encode() for cell in cells)
        fault = draw(st.integers(0, 11))
        if fault == 0:
            line += mark + b"more"
        elif fault == 1:
            line = line[: line.rfind(mark)]
        elif fault == 2:
            line = b"" if draw(st.booleans()) else mark
        elif fault == 3:
            at = draw(st.integers(0, len(line)))
            line = line[:at] + draw(st.sampled_from([b"\0", b"\xff", b"\xc3", b"\r"])) + line[at:]
        elif fault == 4:
            line = line.replace(mark, b";")
        lines.append(line + draw(st.sampled_from([b"", b"", b"", b"\r"])))
    # A row that is good in any case: a file without one is an error of its own.
    good = ["1"] * len(names)
    good[2] = "14102205" if name == "avazu" else "1"
    lines.append(mark.join(cell.encode() for cell in good))
    text = b"\n".join(lines) + draw(st.sampled_from([b"", b"\n", b"\r\n", b"\n\n"]))
    return draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"])) + text


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=35, deadline=None)
@given(data=st.data())
def test_damaged_files_as_a_plain_parser_reads_them(
    name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    raw = data.draw(damaged(name))
    path = plain.put(tmp_path_factory.getbasetemp() / f"{name}-damaged.txt", raw)
    wanted, bad = plain.rows(raw, NAMES[name], MARK[name])
    reader = open_reader(path, name)
    reader._block = data.draw(st.sampled_from([50, 300, 1 << 20]))
    rows, frames = plain.all_rows(reader)
    assert rows == wanted
    report = reader.report
    assert report.rows == len(wanted) and report.bad_rows == len(bad)
    shown = sorted((row.line, row.reason) for row in report.first)
    assert set(shown) <= set(bad) and len(shown) >= min(len(bad), 5)
    same(frames, list(reader.frames()))
    if reader.has_time:
        np.testing.assert_array_equal(reader.times(), [row["time"] for row in wanted])
    if bad:
        with pytest.raises(InputError, match=rf"line {bad[0][0]}: {bad[0][1]}"):
            list(open_reader(path, name, strict=True).frames())


@pytest.mark.parametrize(
    ("file", "name", "rows"),
    [("criteo_sample.txt", "criteo", 200), ("avazu_sample.txt", "avazu", 100)],
)
def test_real_excerpts_with_a_header(file: str, name: str, rows: int) -> None:
    path = REAL / file
    if not path.exists():
        pytest.skip(f"the real sample {file} is not on this machine")
    raw = path.read_bytes()
    wanted, _ = plain.rows(raw.partition(b"\n")[2] if name == "criteo" else raw, NAMES[name], b",")
    reader = open_reader(path, name)
    found, _ = plain.all_rows(reader)
    assert found == wanted and len(found) == rows and reader.report.bad_rows == 0


def test_headers_in_any_order_and_with_tabs(folder: Path, tmp_path: Path) -> None:
    lines = [line.split(b"\t") for line in (folder / "criteo.txt").read_bytes().splitlines()]
    rows = [[name.encode() for name in plain.CRITEO], *lines]
    turned = b"\n".join(b"\t".join(reversed(row)) for row in rows)
    straight = b"\n".join(b",".join(row) for row in rows)
    wanted, _ = plain.all_rows(open_reader(folder / "criteo.txt", "criteo"))
    one = open_reader(plain.put(tmp_path / "turned.txt", turned), "criteo")
    other = open_reader(plain.put(tmp_path / "straight.csv", straight), "criteo")
    assert plain.all_rows(one)[0] == plain.all_rows(other)[0] == wanted
    both = open_reader([other.paths[0], one.paths[0]], "criteo")
    assert [f.name for f in both.fields] == plain.CRITEO[1:]
    assert plain.all_rows(both)[0] == wanted * 2


def test_scaled_criteo_keeps_its_numbers(tmp_path: Path) -> None:
    text = ",".join(plain.CRITEO) + "\n"
    text += ",".join(["1", "0.25", "", *["-1.5e-2"] * 11, *["7"] * 26]) + "\n"
    text += ",".join(["0", "inf", *["0"] * 12, *["7"] * 26]) + "\n"
    text += ",".join(["0", "1e39", *["0"] * 12, *["7"] * 26]) + "\n"
    reader = open_reader(plain.put(tmp_path / "train.csv", text), "criteo-x1")
    (frame,) = reader.frames()
    assert {f.kind for f in reader.fields[:13]} == {"real"}
    assert frame.values.dtype == np.float32 and frame.values.shape == (1, 39)
    np.testing.assert_allclose(frame.values[0, :4], [0.25, 0, -0.015, -0.015])
    assert (frame.values[0, 13:] == 1).all()
    assert frame.table["I2"].to_list() == [None] and frame.table["C26"].to_list() == ["7"]
    assert reader.report.bad == {"a cell is no number": 2}


@pytest.mark.parametrize("header", ["label,feat_1", "x,feat_2,label", None])
def test_avazu_in_whole_numbers(tmp_path: Path, header: str | None) -> None:
    names = ["label", *(f"feat_{i}" for i in range(1, 23))]
    if header and header.startswith("x"):
        names = ["x", *names[2:], "label"]
    rows = [[str(i == names.index("label") or j) for i in range(23)] for j in (1, 2)]
    rows = [[cell.replace("True", "1") for cell in row] for row in rows]
    lines = ([names] if header else []) + rows
    path = plain.put(tmp_path / "x.csv", "\n".join(map(",".join, lines)))
    reader = open_reader(path, "avazu-x1")
    (frame,) = reader.frames()
    assert [f.name for f in reader.fields] == [n for n in names if n != "label"]
    assert frame.y.tolist() == [1, 1] and frame.table.row(1) == ("2",) * 22


def test_a_file_that_changes_has_another_identity(folder: Path, tmp_path: Path) -> None:
    raw = (folder / "d2l.txt").read_bytes()
    path = plain.put(tmp_path / "a.txt", raw)
    first = open_reader(path, "d2l").determined_by()
    assert first == open_reader(path, "d2l").determined_by()
    assert first["files"][0]["name"] == "a.txt" and first["files"][0]["size"] == len(raw)
    path.write_bytes(raw[:-2] + b"x\n")
    assert open_reader(path, "d2l").determined_by() != first
    assert open_reader(path, "d2l", separator="\t").determined_by()["options"] != first["options"]


def test_a_process_loads_late_and_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Of one process: polars is not loaded by the package, and 52 blocks need what 8 need."""
    line = b"\t".join([b"1", *[b"5"] * 13, *[b"68fd1e64"] * 26]) + b"\n"
    for blocks in (8, 52):
        plain.put(tmp_path / f"{blocks}.txt", line * (blocks * (1 << 18) // len(line)))
    code = f"""
import fmteach.datasets, resource, sys
print(int("polars" in sys.modules))
from fmteach.datasets.reading import open_reader
for name in ("8.txt", "52.txt"):
    reader = open_reader({str(tmp_path)!r} + "/" + name, "criteo")
    reader._block = 1 << 18
    print(sum(len(frame) for frame in reader.frames()))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    loaded, few, before, many, after = map(int, done.stdout.split())
    assert not loaded
    assert many > 5 * few > 30_000
    assert after < before + 25_000  # kB; the rows of the larger file take 70 MB as frames


def test_a_pass_that_is_left_early_closes_its_files(folder: Path) -> None:
    reader = open_reader(folder / "criteo.txt", "criteo")
    reader._block = 2000
    frames = reader.frames()
    next(frames)
    frames.close()
    assert reader.report is None
    assert len(plain.all_rows(reader)[0]) == 300


def test_an_unknown_dialect_is_named(folder: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'criteo'"):
        open_reader(folder / "criteo.txt", "critéo")
    for mark in ("\t\t", "", '"', "\n", "\x1f", "a", "1", "é", b",", 5):
        with pytest.raises(InputError, match="give one character"):
            open_reader(folder / "criteo.txt", "criteo", separator=mark)
    with pytest.raises(InputError, match="belongs to the dialect 'table'"):
        open_reader(folder / "criteo.txt", "criteo", columns=["C1"])
    with pytest.raises(DataFileError, match="does not exist"):
        open_reader(folder / "none.txt", "criteo")
