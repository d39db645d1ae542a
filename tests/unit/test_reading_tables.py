"""Any table, CSV with quotes or Parquet, and libsvm files, beside what plain parsers find."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fmteach.datasets.reading import FieldSpec, Frame, Reader, libsvm, open_reader, parquet
from fmteach.errors import DataFileError, InputError
from tests.unit import reading_plain as plain

TABLE = """town,age,tags,when,bought,other
Rome,30,a;b,2014-10-21,1,x
"Paris, France",,b,2014-10-21 05:00,0,x
"Lon""don
UK",5.5,,1413849600,1,x
"""
COLUMNS = {"town": "category", "age": "number", "tags": "multi;"}


def whole(reader: Reader) -> Frame:
    (frame,) = reader.frames()
    return frame


def test_a_table_gives_the_columns_that_were_named(tmp_path: Path) -> None:
    path = plain.put(tmp_path / "x.csv", TABLE)
    reader = open_reader(path, "table", columns=COLUMNS, target="bought", time="when")
    frame = whole(reader)
    assert reader.fields == (
        FieldSpec("town", "category"), FieldSpec("age", "number"), FieldSpec("tags", "multi")
    )  # fmt: skip
    assert frame.table.to_dict(as_series=False) == {
        "town": ["Rome", "Paris, France", 'Lon"don\nUK'],
        "age": [30.0, None, 5.5],
        "tags": [["a", "b"], ["b"], None],
    }
    assert frame.y.tolist() == [1, 0, 1] and frame.values is None and reader.target == "bought"
    assert frame.time.tolist() == [1413849600, 1413867600, 1413849600]
    np.testing.assert_array_equal(reader.times(), frame.time)
    assert reader.report.bad_rows == 0


def test_numbers_may_be_kept_as_they_are(tmp_path: Path) -> None:
    path = plain.put(tmp_path / "x.csv", TABLE)
    columns = {"age": "real", "town": "category"}
    frame = whole(open_reader(path, "table", columns=columns, target="bought"))
    assert frame.values.tolist() == [[30, 1], [0, 1], [5.5, 1]] and frame.time is None
    frame = whole(open_reader(path, "table", columns=["town", "age"], target="bought"))
    assert frame.table["age"].to_list() == ["30", None, "5.5"]


@pytest.mark.parametrize("mark", ["\t", ";", "|", ":"])
def test_separators(tmp_path: Path, mark: str) -> None:
    path = plain.put(tmp_path / "x.tsv", mark.join("aby") + "\n" + mark.join(["1,5", "q;", "0.5"]))
    given_ = {"separator": mark} if mark == ":" else {}
    reader = open_reader(path, "table", columns=["a"], target="y", **given_)
    if mark == ";":
        with pytest.raises(DataFileError, match="4 came, 3 wanted"):
            list(reader.frames())
    else:
        assert whole(reader).table["a"].to_list() == ["1,5"] and whole(reader).y.tolist() == [0.5]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "a table needs columns and target"),
        ({"columns": ["town"]}, "a table needs columns and target"),
        ({"columns": "town", "target": "bought"}, "give names or a dict"),
        ({"columns": [], "target": "bought"}, "give names or a dict"),
        ({"columns": ["town", "town"], "target": "bought"}, "names a column twice"),
        ({"columns": {"town"}, "target": "bought"}, "give names or a dict"),
        ({"columns": ["town", 5], "target": "bought"}, "give names of columns"),
        ({"columns": {"town": "categories"}, "target": "bought"}, "did you mean 'category'"),
        ({"columns": ["town", "bought"], "target": "bought"}, "would teach nothing"),
        ({"columns": ["town", "when"], "target": "bought", "time": "when"}, "Name it once"),
        ({"columns": ["town"], "target": "bought", "time": 5}, "time is 5"),
    ],
)
def test_column_lists_that_do_not_fit(tmp_path: Path, options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        open_reader(plain.put(tmp_path / "x.csv", TABLE), "table", **options)


def test_columns_that_are_not_there(tmp_path: Path) -> None:
    path = plain.put(tmp_path / "x.csv", TABLE)
    with pytest.raises(DataFileError, match=r"'twon' \(is it 'town'\?\).*Came: town, age"):
        open_reader(path, "table", columns=["twon"], target="bought")
    double = plain.put(tmp_path / "y.csv", "a,a,y\n1,2,3\n")
    with pytest.raises(DataFileError, match="more than once"):
        open_reader(double, "table", columns=["a"], target="y")
    spare = plain.put(tmp_path / "s.csv", "a,b,y,,b,\n1,2,3,,4,\n")  # not asked for: no matter
    assert whole(open_reader(spare, "table", columns=["a"], target="y")).table.row(0) == ("1",)
    with pytest.raises(DataFileError, match=r"no good row: 3 bad rows.*column town: Rome"):
        list(open_reader(path, "table", columns=["age"], target="town").frames())
    with pytest.raises(DataFileError, match="is empty"):
        open_reader(plain.put(tmp_path / "z.csv", ""), "table", columns=["a"], target="y")


TEXTS = st.text(st.sampled_from("ab,\"\n é\t'#"), max_size=6)


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
    block=st.sampled_from([20, 60, 1 << 20]),
)
@example(rows=[("\n\n\n", '""'), ('"', "\n")], quoting=csv.QUOTE_ALL, end="\r\n", block=20)
def test_whatever_is_written_as_csv_is_read_back(
    rows: list[tuple[str, str]],
    quoting: int,
    end: str,
    block: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, quoting=quoting, lineterminator=end)
    writer.writerows([("a", "b", "y"), *((a, b, i) for i, (a, b) in enumerate(rows))])
    path = plain.put(tmp_path_factory.getbasetemp() / "written.csv", text.getvalue())
    reader = open_reader(path, "table", columns=["a", "b"], target="y", strict=True)
    reader._block = block
    frames = list(reader.frames())
    assert plain.table(frames).rows() == [(a or None, b or None) for a, b in rows]
    assert np.concatenate([f.y for f in frames]).tolist() == list(range(len(rows)))


def test_quotes_that_do_not_fit_are_bad_rows_with_their_lines(tmp_path: Path) -> None:
    lines = [
        "a,y", 'x"y,1', '"two', 'lines",1', '"open,1', "fine,1", '"p"q,1', '"a"b"c",1',
        "fine,1", 's"t"u,1', '""",1', '"last,1',
    ]  # fmt: skip
    path = plain.put(tmp_path / "x.csv", "\n".join(lines))
    for block in (10, 1 << 20):
        reader = open_reader(path, "table", columns=["a"], target="y")
        reader._block = block
        rows, _ = plain.all_rows(reader)
        assert [row["a"] for row in rows] == ['x"y', "two\nlines", "fine", "fine", 's"t"u']
        found = {(row.line, row.reason) for row in reader.report.first}
        assert {line for line, _ in found} == {5, 7, 8, 11, 12}
        assert (7, "text behind a closing quote") in found
        assert (12, "a quote that is not closed") in found


def test_an_open_quote_does_not_swallow_the_file(tmp_path: Path) -> None:
    text = 'a,y\n"open,1\n' + "fine,1\n" * 400_000
    reader = open_reader(plain.put(tmp_path / "x.csv", text), "table", columns=["a"], target="y")
    reader._block = 1 << 18
    assert sum(len(frame) for frame in reader.frames()) == 400_000
    assert reader.report.bad == {"a quote that is not closed": 1}
    assert reader.report.first[0].line == 2


def test_control_characters_that_stand_for_others_are_not_taken_for_them(tmp_path: Path) -> None:
    text = 'a,y\n"x,y",1\nx\x1fy,1\nx\x1ey,1\n'
    reader = open_reader(plain.put(tmp_path / "x.csv", text), "table", columns=["a"], target="y")
    assert whole(reader).table["a"].to_list() == ["x,y"]
    assert reader.report.bad == {"a control character": 2}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1413849600", 1413849600), (" 1413849600 ", 1413849600), ("-5", -5),
        ("1413849600.0", 1413849600), ("1413849600.5", None),
        ("2014-10-21T01:02:03", 1413853323), ("2014-10-21 01:02:03.75", 1413853323),
        ("2014-10-21T01:02:03Z", 1413853323), ("2014-10-21 01:02 UTC", 1413853320),
        ("1413849600000", None), ("21.10.2014", None), ("2014-02-30", None), ("", None),
    ],
)  # fmt: skip
def test_times_of_a_table(tmp_path: Path, text: str, seconds: int | None) -> None:
    path = plain.put(tmp_path / "x.csv", f"a,t,y\n1,0,1\n2,{text},1\n")
    reader = open_reader(path, "table", columns=["a"], target="y", time="t")
    wanted = [0] if seconds is None else [0, seconds]
    assert whole(reader).time.tolist() == wanted
    assert reader.report.bad == ({} if seconds is not None else {"no valid time": 1})


def test_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.parquet"
    table = pl.DataFrame(
        {
            "a": ["x", None, "z", "x"],
            "n": [1.5, float("nan"), None, float("inf")],
            "c": ["1", " 2 ", "q", "3"],
            "i": [7, 8, 9, 10],
            "l": [["u", "v"], [], None, ["w"]],
            "y": [True, False, True, True],
            "t": [datetime(2014, 10, 21, hour) for hour in range(4)],
        }
    )
    table.write_parquet(path)
    columns = {"a": "category", "n": "number", "c": "number", "i": "category", "l": "multi"}
    reader = open_reader(path, "table", columns=columns, target="y", time="t")
    frame = whole(reader)
    assert frame.table.rows() == [
        ("x", 1.5, 1.0, "7", ["u", "v"]), (None, None, 2.0, "8", []),
    ]  # fmt: skip
    assert frame.y.tolist() == [1, 0] and frame.time.tolist() == [1413849600, 1413853200]
    assert [(row.line, row.detail) for row in reader.report.first] == [
        (3, "column c: q"), (4, "column n: not finite or too large")
    ]  # fmt: skip
    np.testing.assert_array_equal(reader.times(), frame.time[:2])
    monkeypatch.setattr(parquet, "ROWS", 1)
    assert plain.table(list(reader.frames())).rows() == frame.table.rows()
    assert reader.report.first[1].line == 4
    table[:0].write_parquet(path)
    with pytest.raises(DataFileError, match="no rows"):
        list(open_reader(path, "table", columns=columns, target="y").frames())
    with pytest.raises(DataFileError, match="Missing: 'b'"):
        open_reader(path, "table", columns=["b"], target="y")
    raw = path.read_bytes()
    with pytest.raises(DataFileError, match="damaged Parquet"):
        open_reader(plain.put(path, raw[:-9]), "table", columns=["a"], target="y")


SVM = """# made by hand
1 3:0.5 17:1 # a comment: with 1:1
0 qid:3 1:-2\t4:1e3
0

1 2:1   5:2 \r
"""


def test_libsvm(tmp_path: Path) -> None:
    reader = open_reader(plain.put(tmp_path / "x.txt", SVM), "libsvm")
    for block in (15, 1 << 20):
        reader._block = block
        frames = list(reader.frames())
        rows = plain.table(frames).to_dict(as_series=False)
        assert rows["ids"] == [[3, 17], [1, 4], [], [2, 5]]
        assert rows["values"] == [[0.5, 1], [-2, 1000], [], [1, 2]]
        assert np.concatenate([f.y for f in frames]).tolist() == [1, 0, 0, 1]
        assert frames[0].table.dtypes == [pl.List(pl.Int64), pl.List(pl.Float32)]
    assert reader.fields == (FieldSpec("features", "multi"),)
    assert reader.report.bad_rows == 0 and reader.report.files[0].blank_lines == 2
    assert "qid was left out" in str(reader.report)


def test_libsvm_targets_of_minus_one(tmp_path: Path) -> None:
    reader = open_reader(plain.put(tmp_path / "x.txt", "-1 1:1\n+1 2:1\n"), "libsvm")
    assert whole(reader).y.tolist() == [0, 1]
    assert "read as 0 and 1" in str(reader.report)
    late = "-1 1:1\n+1 2:1\n" * 40_000 + "0 1:1\n"
    reader = open_reader(plain.put(tmp_path / "x.txt", late), "libsvm")
    assert sum(len(frame) for frame in reader.frames()) == 80_000
    assert reader.report.bad == {libsvm.NOT_SIGNED: 1}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1 3", libsvm.NO_ENTRY), ("1 3:", "a cell is no number"), ("1 :3", libsvm.NO_ENTRY),
        ("1 1:2:3", libsvm.NO_ENTRY), ("1:1 2:2", libsvm.NO_ENTRY), ("1 -2:1", libsvm.NO_ENTRY),
        ("1 1.5:1", libsvm.NO_ENTRY), ("1 1e30:1", libsvm.NO_ENTRY),
        ("1 2:x", "a cell is no number"),
        ("1 2:inf", "a cell is no number"), ("1 2:1e60", "a cell is no number"),
        ("yes 1:1", libsvm.NO_TARGET), ("nan 1:1", libsvm.NO_TARGET), ("1 2:1 2:3", libsvm.TWICE),
        ("1 5:1 2:1 5:1", libsvm.TWICE), ("1 2:\0", "a NUL byte"), ("1 2:1 x:1", libsvm.NO_ENTRY),
    ],
)  # fmt: skip
def test_libsvm_rows_that_are_bad(tmp_path: Path, line: str, reason: str) -> None:
    path = plain.put(tmp_path / "x.txt", f"1 1:1\n{line}\n\n0.5 7:1 2:1\n")
    reader = open_reader(path, "libsvm")
    frame = whole(reader)
    assert frame.table["ids"].to_list() == [[1], [7, 2]] and frame.y.tolist() == [1, 0.5]
    assert reader.report.bad == {reason: 1} and reader.report.first[0].line == 2
    with pytest.raises(InputError, match="line 2"):
        list(open_reader(path, "libsvm", strict=True).frames())


def test_files_that_are_not_libsvm(tmp_path: Path) -> None:
    path = plain.put(tmp_path / "x.csv", TABLE)
    with pytest.raises(DataFileError, match=r"not in the libsvm form.*Wanted: 1 3:0.5"):
        open_reader(path, "libsvm")
    with pytest.raises(InputError, match="leave separator out"):
        open_reader(path, "libsvm", separator=",")


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(-3, 3),
            st.dictionaries(st.integers(0, 2**52), st.floats(-1e6, 1e6, width=32), max_size=6),
        ),
        min_size=1,
        max_size=9,
    ),
    block=st.sampled_from([30, 1 << 20]),
)
def test_libsvm_rows_come_back(
    rows: list[tuple[int, dict[int, float]]], block: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = [(5, {1: 1.0}), *rows]
    lines = [" ".join([str(y), *(f"{i}:{x!r}" for i, x in row.items())]) for y, row in rows]
    path = plain.put(tmp_path_factory.getbasetemp() / "rows.svm", "\n".join(lines))
    reader = open_reader(path, "libsvm", strict=True)
    reader._block = block
    frames = list(reader.frames())
    found = plain.table(frames)
    assert found["ids"].to_list() == [list(row) for _, row in rows]
    assert found["values"].to_list() == [list(row.values()) for _, row in rows]
    assert np.concatenate([f.y for f in frames]).tolist() == [y for y, _ in rows]
