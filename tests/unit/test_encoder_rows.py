"""A fitted encoder: new rows in every form, saved and read again, and what it says of itself."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
import torch

from fmteach.datasets.encoder import Encoder, Encoding, Fitting
from fmteach.datasets.reading import FieldSpec
from fmteach.errors import DataFileError, InputError

SPECS = [
    FieldSpec("site", "category"),
    FieldSpec("I1", "number"),
    FieldSpec("age", "real"),
    FieldSpec("hash", "category"),
    FieldSpec("genres", "multi"),
]
TABLE = pl.DataFrame(
    {
        "site": ["b", "a", None, "a", "c"],
        "I1": [0, 1000, None, 5, 2],
        "age": [0.5, None, 30.0, 2.0, 7.0],
        "hash": ["x", None, "y", "x", "z"],
        "genres": [["War"], ["War", "Drama"], [], ["Drama"], ["War"]],
    },
    schema={"site": pl.String, "I1": pl.Int64, "age": pl.Float64, "hash": pl.String,
            "genres": pl.List(pl.String)},
)  # fmt: skip


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    fitting = Fitting(SPECS, Encoding(buckets={"hash": 7}, usual="log-squared"))
    fitting.add(TABLE, np.arange(5))
    return fitting.encoder()


class Frame:
    """As much of a pandas table as is asked for: columns by name, blank cells as NaN."""

    def __init__(self, table: pl.DataFrame) -> None:
        self.columns = table.columns
        self._table = table

    def __getitem__(self, name):
        cells = self._table[name].to_list()
        if name in ("I1", "age"):
            return np.array([np.nan if cell is None else cell for cell in cells])
        return np.array([np.nan if c is None else c for c in cells], dtype=object)


def test_all_forms_of_the_same_rows_get_the_same_ids(encoder):
    ids, values = encoder.encode(TABLE)
    assert ids.dtype == torch.int64 and values.dtype == torch.float32
    assert ids.shape == values.shape == (5, 6)
    rows = TABLE.to_dicts()
    columns = TABLE.to_dict(as_series=False)
    other = [rows, columns, TABLE.to_dict(), Frame(TABLE), TABLE.lazy(),
             TABLE.with_columns(label=pl.lit(1))]  # fmt: skip
    for form in other:
        got = encoder.encode(form)
        assert torch.equal(got[0], ids) and torch.equal(got[1], values)
    for place, row in enumerate(rows):
        got = encoder.encode(row)
        assert torch.equal(got[0], ids[place : place + 1])
        assert torch.equal(got[1], values[place : place + 1])


def test_cells_may_be_written_as_in_a_file_or_as_numbers(encoder):
    row = {"site": "a", "I1": 5, "age": 2.0, "hash": "x", "genres": ["Drama"]}
    same = [{"I1": "5"}, {"I1": 5.0}, {"I1": np.int32(5)}, {"age": "2"}, {"age": 2}]
    same += [{"I1": "5.0"}, {"I1": " 5 "}, {"age": "2.0"}, {"age": "2e0"}]
    wanted = encoder.encode(row)
    for change in same:
        got = encoder.encode({**row, **change})
        assert torch.equal(got[0], wanted[0]) and torch.equal(got[1], wanted[1])
    blanks = [
        encoder.encode({**row, "I1": blank, "site": blank})[0] for blank in (None, "", np.nan)
    ]
    assert torch.equal(blanks[0], blanks[1]) and torch.equal(blanks[0], blanks[2])
    assert encoder.feature_name(blanks[0][0, 0]) == "site=(blank)"


def test_whole_numbers_that_name_a_category_are_texts():
    fitting = Fitting([FieldSpec("C14", "category")], Encoding())
    fitting.add(pl.DataFrame({"C14": ["15", "16"]}), np.arange(2))
    encoder = fitting.encoder()
    for cell in ("16", 16, 16.0, np.int64(16)):
        assert encoder.encode({"C14": cell})[0].tolist() == [[1]]
    assert encoder.encode(pl.DataFrame({"C14": [16, 17]}))[0].tolist() == [[1], [2]]


@pytest.mark.parametrize("rule", ["log-squared", "exact", "bins", "real", "hashed"])
def test_numbers_of_every_type_in_a_table_are_the_same_numbers(rule):
    hashed = rule == "hashed"
    encoding = Encoding(buckets={"x": 1000} if hashed else None,
                        numbers="exact" if hashed else rule)  # fmt: skip
    fitting = Fitting([FieldSpec("x", "number")], encoding)
    train = pl.Series("x", [0, 1, 7, 7, 30_000, None])
    fitting.add(train.to_frame(), np.arange(6))
    encoder = fitting.encoder()
    wanted = encoder.encode(train.to_frame())
    forms = [train.cast(kind) for kind in (pl.UInt64, pl.UInt16, pl.Int16, pl.Float32, pl.Float64)]
    forms += [train.cast(pl.Float64).fill_null(float("nan")), train.cast(pl.Decimal(20, 2))]
    for form in forms:
        got = encoder.encode(form.to_frame())
        assert torch.equal(got[0], wanted[0]), form.dtype
        assert got[1] is wanted[1] is None or torch.equal(got[1], wanted[1])


def test_avazu_takes_the_hour_as_it_stands_in_the_file():
    specs = [FieldSpec(name, "category") for name in ("hour", "weekday", "is_weekend", "C1")]
    fitting = Fitting(specs, Encoding(), "avazu")
    rows = [["3", "Tue", "no", "a"], ["4", "Sat", "yes", "a"]]
    fitting.add(
        pl.DataFrame(rows, schema=[spec.name for spec in specs], orient="row"), np.arange(2)
    )
    encoder = fitting.encoder()
    for raw in ("14102103", 14102103):
        names = [encoder.feature_name(i) for i in encoder.encode({"hour": raw, "C1": "a"})[0][0]]
        assert names == ["hour=3", "weekday=Tue", "is_weekend=no", "C1=a"]
    made = {"hour": "3", "weekday": "Tue", "is_weekend": "no", "C1": "a"}
    assert torch.equal(encoder.encode(made)[0], encoder.encode({"hour": raw, "C1": "a"})[0])
    with pytest.raises(InputError, match="the hour '3' is not written YYMMDDHH"):
        encoder.encode({"hour": "3", "C1": "a"})


ROW = {"site": "a", "I1": 5, "age": 2.0, "hash": "x", "genres": ["Drama"]}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"site": "a"}, "missing: 'I1', 'age', 'hash', 'genres'. The fields are site, I1, age"),
        ({**ROW, "sit": "a"}, r"unknown: 'sit' \(did you mean 'site'\?\)"),
        ([ROW, {"site": "a"}], "row 1 does not have the same fields as row 0"),
        ([ROW, 5], "row 1 is a int"),
        ([], "rows is empty"),
        ("a,b", "rows is a str"),
        (3, "rows is a int"),
        ({**ROW, "I1": "five"}, "field 'I1' holds 'five': a number is wanted"),
        ({**ROW, "age": "inf"}, "field 'age' holds 'inf': a number is wanted"),
        (TABLE.with_columns(age=pl.lit(float("-inf"))), "field 'age' holds -inf: a number is"),
        ({**ROW, "site": "\ud800"}, "field 'site' holds .* cannot be written in UTF-8"),
        ({**ROW, "genres": ["\ud800"]}, "field 'genres' holds .* cannot be written in UTF-8"),
        ({**ROW, "genres": "Drama"}, "field 'genres' holds 'Drama': it takes a list"),
        ({"site": ["a", "b"], "I1": [1], "age": [1], "hash": ["x"], "genres": [["War"]]},
         "do not go together"),
    ],
)  # fmt: skip
def test_rows_that_do_not_fit_are_refused_with_the_fields(encoder, rows, said):
    with pytest.raises(InputError, match=said):
        encoder.encode(rows)


def test_feature_names_say_what_each_id_means(encoder):
    names = [encoder.feature_name(i) for i in range(encoder.num_features)]
    assert names[:5] == ["site=(blank)", "site=a", "site=b", "site=c", "site=(unseen)"]
    assert "I1=950 to 1020" in names and "age=(number)" in names and "hash=bucket 6" in names
    assert names[-1] == "genres=(unseen)"
    for wrong in (-1, encoder.num_features, 0.5):
        with pytest.raises(InputError, match="there is no feature"):
            encoder.feature_name(wrong)


def test_describe_counts_what_the_training_rows_held():
    fitting = Fitting([FieldSpec("site", "category")], Encoding(min_count=2))
    fitting.add(pl.DataFrame({"site": ["a", "a", "b", None]}), np.arange(4))
    table = fitting.encoder().describe()
    assert table.columns == ("field", "kind", "kept", "rare", "rare rows", "blank", "features")
    assert table.rows == (("site", "category", 1, 2, "50.0 %", "25.0 %", 2),)


def same(one: Encoder, other: Encoder) -> None:
    assert one.names == other.names and one.field_dims == other.field_dims
    for left, right in zip(one.encode(TABLE), other.encode(TABLE), strict=True):
        assert torch.equal(left, right)
    assert [list(labels) for labels in one.labels] == [list(labels) for labels in other.labels]
    assert one.describe() == other.describe()


def test_an_encoder_goes_to_json_and_back(encoder, tmp_path):
    same(encoder, Encoder.from_json(encoder.to_json()))
    path = tmp_path / "encoder.json"
    encoder.save(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["encoder.json"]
    same(encoder, Encoder.load(path))
    json.loads(path.read_text(encoding="utf-8"))


def test_large_vocabularies_lie_beside_it_compressed_and_are_read_on_use(tmp_path):
    texts = [f"{i:08x}" for i in range(3_000)]
    fitting = Fitting([FieldSpec("C3", "category"), FieldSpec("C9", "category")], Encoding())
    fitting.add(pl.DataFrame({"C3": texts, "C9": ["a"] * 3_000}), np.arange(3_000))
    encoder = fitting.encoder()
    path = tmp_path / "encoder.json"
    encoder.save(path)
    encoder.save(path)  # over the one that is there
    folder = tmp_path / "encoder.vocabularies"
    assert [file.name for file in folder.iterdir()] == ["0.parquet"]
    assert path.stat().st_size < 1_000
    assert folder.joinpath("0.parquet").stat().st_size < 8 * 3_000
    loaded = Encoder.load(path)
    assert loaded.field_dims == (3_001, 2)
    assert loaded.encode({"C3": "00000bb7", "C9": "b"})[0].tolist() == [[2_999, 3_002]]
    assert loaded.labels[0][2_999] == "00000bb7" and loaded.labels[0][-1] == "(unseen)"
    assert encoder.to_json() == loaded.to_json()
    # The vocabulary of another encoder of the same sizes: saved over it, or put in its place.
    pl.DataFrame({"text": sorted(f"{i + 5:08x}" for i in range(3_000))}).write_parquet(
        folder / "0.parquet", compression="zstd"
    )
    with pytest.raises(DataFileError, match="is not the one that its encoder was saved with"):
        Encoder.load(path).encode({"C3": "00000bb7", "C9": "b"})
    folder.joinpath("0.parquet").unlink()
    with pytest.raises(DataFileError, match=r"0\.parquet cannot be read"):
        Encoder.load(path).encode({"C3": "00000bb7", "C9": "b"})


@pytest.mark.parametrize("change", ["", "{", "[]", '{"what": "other"}', "version", "fields"])
def test_a_damaged_encoder_is_refused(encoder, tmp_path, change):
    told = json.loads(encoder.to_json())
    path = tmp_path / "encoder.json"
    if change == "version":
        told["version"] = 99
        change = json.dumps(told)
    elif change == "fields":
        told["fields"][0]["kind"] = "strange"
        change = json.dumps(told)
    path.write_text(change, encoding="utf-8")
    with pytest.raises(DataFileError, match="encoder"):
        Encoder.load(path)
    with pytest.raises(DataFileError, match="cannot be read"):
        Encoder.load(tmp_path / "nothing.json")
