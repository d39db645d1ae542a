"""Encoders: vocabularies, numbers, bins, hashing, several values a cell; against plain Python."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fmteach.datasets.encoder import Encoding, Fitting
from fmteach.datasets.encoder.bins import BinCounter, BinnedField
from fmteach.datasets.encoder.hashing import buckets_of, stable_hash
from fmteach.datasets.encoder.numbers import EXACT, LOG, NumberCounter, numeric_code, whole_codes
from fmteach.datasets.encoder.several import padded
from fmteach.datasets.encoder.vocabulary import TextCounter
from fmteach.datasets.encoding import encode_set
from fmteach.datasets.reading import FieldSpec
from fmteach.errors import InputError

CELLS = st.sampled_from(["", "a", "b", "é", "z", "68fd1e64", "a longer text than twelve bytes"])


def fitted(tables, specs, dialect="", **options):
    """An encoder that has counted the tables one after another, as training rows."""
    fitting, done = Fitting(specs, Encoding(**options), dialect), 0
    for table in tables:
        fitting.add(table, np.arange(done, done + table.height))
        done += table.height
    return fitting.encoder()


def d2l(train, rows, min_count):
    """The rule of the d2l loader as plain Python, in sorted order."""
    fields = len(train[0])
    counts = [defaultdict(int) for _ in range(fields)]
    for row in train:
        for j, cell in enumerate(row):
            counts[j][cell] += 1
    kept = [sorted(c for c, n in counts[j].items() if n >= min_count) for j in range(fields)]
    codes = [{cell: i for i, cell in enumerate(kept[j])} for j in range(fields)]
    dims = [len(c) + 1 for c in codes]
    starts = np.cumsum([0, *dims[:-1]])
    ids = [
        [codes[j].get(cell, len(codes[j])) + int(starts[j]) for j, cell in enumerate(row)]
        for row in rows
    ]
    return dims, ids


def as_columns(rows):
    columns = {f"f{j}": [row[j] or None for row in rows] for j in range(len(rows[0]))}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


@settings(max_examples=60)
@given(
    st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=60),
    st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=10),
    st.integers(1, 5),
    st.integers(1, 60),
)
def test_vocabulary_is_the_rule_of_d2l(train, other, min_count, cut):
    dims, ids = d2l(train, other + train, min_count)
    specs = [FieldSpec("f0", "category"), FieldSpec("f1", "category")]
    tables = [as_columns(train[i : i + cut]) for i in range(0, len(train), cut)]
    encoder = fitted(tables, specs, min_count=min_count)
    assert list(encoder.field_dims) == dims
    got, values = encoder.encode_table(as_columns(other + train))
    assert got.tolist() == ids
    assert got.dtype == np.int32
    assert values is None


def test_texts_of_any_length_are_counted_over_many_frames_and_merges(monkeypatch):
    monkeypatch.setattr("fmteach.datasets.encoder.vocabulary._LEAST_PENDING", 10)
    rng = np.random.default_rng(0)
    counter, wanted = TextCounter(), Counter()
    for _ in range(50):
        texts = ["x" * int(n) for n in rng.integers(0, 40, size=20)]
        counter.add(pl.Series(texts, dtype=pl.String))
        wanted.update(texts)
    texts, rows = counter.result()
    assert dict(zip(texts.to_list(), rows.tolist(), strict=True)) == wanted
    assert texts.to_list() == sorted(wanted)


def test_a_blank_is_a_value_of_its_own_unless_it_is_rare():
    specs = [
        FieldSpec("often", "category"),
        FieldSpec("once", "category"),
        FieldSpec("I", "number"),
    ]
    table = pl.DataFrame(
        {"often": [None, None, "b"], "once": [None, "a", "a"], "I": [None, None, 5]},
        schema={"often": pl.String, "once": pl.String, "I": pl.Int64},
    )
    encoder = fitted([table], specs, min_count=2, numbers=LOG)
    assert [list(labels) for labels in encoder.labels] == [
        ["(blank)", "(unseen)"], ["a", "(unseen)"], ["(blank)", "(unseen)"],
    ]  # fmt: skip
    assert encoder.encode_table(table)[0].tolist() == [[0, 3, 4], [0, 2, 4], [1, 2, 5]]


@given(st.integers(-(10**6), 10**9))
def test_the_code_of_a_number_is_the_published_rule(x):
    wanted = math.floor(math.log(x) ** 2) if x > 2 else int(x)
    assert numeric_code(np.array([x])).tolist() == [wanted]
    for series in (pl.Series([x], dtype=pl.Int64), pl.Series([x], dtype=pl.Float64)):
        assert whole_codes(series, LOG).tolist() == [wanted]


def test_looked_up_codes_are_those_that_are_computed():
    numbers = pl.Series(np.r_[np.arange(-20, 70_000), 10**12, 2**62, -(2**60)])
    assert (whole_codes(numbers, LOG) == numeric_code(numbers.to_numpy())).all()


def test_the_label_of_a_number_names_the_numbers_that_have_its_code():
    numbers = np.arange(-2, 3_000)
    counter = NumberCounter("I1", 1, LOG)
    counter.add(pl.Series(numbers), None)
    field = counter.field()
    places, _ = field.encode(pl.Series(numbers))
    for x, place in zip(numbers.tolist(), places.tolist(), strict=True):
        label = field.labels[place]
        if " to " in label:
            low, high = map(int, label.split(" to "))
            assert low <= x <= high
        else:
            assert str(x) in label.split(", ")


def test_numbers_far_apart_and_absurd_ones_keep_their_codes():
    numbers = pl.Series([0, 1, 10**15, -(10**15), 2**62, None, 7], dtype=pl.Int64)
    counter = NumberCounter("n", 1, EXACT)
    counter.add(numbers, None)
    field = counter.field()
    assert field.labels[0] == "(blank)"
    places = field.encode(numbers)[0].tolist()
    assert sorted(places) == list(range(7))
    assert places[5] == 0 and places[3] == 1
    assert field.encode(pl.Series([8, -1, None]))[0].tolist() == [7, 7, 0]


def test_bins_hold_about_as_many_rows_each_and_do_not_depend_on_frames():
    rng = np.random.default_rng(1)
    x = np.exp(rng.normal(size=20_000)).astype(np.float32)
    together, apart = BinCounter("x", 10), BinCounter("x", 10)
    together.add(pl.Series(x), np.arange(len(x)))
    for first in range(0, len(x), 777):
        part = slice(first, first + 777)
        apart.add(pl.Series(x[part]), np.arange(len(x))[part])
    field = together.field()
    assert field.edges.tolist() == apart.field().edges.tolist()
    counts = np.bincount(field.encode(pl.Series(x))[0], minlength=field.size)
    assert counts[0] == 0
    assert field.size == 11
    assert (np.abs(counts[1:] - 2000) < 20).all()


def test_bins_are_told_from_a_bounded_sample_that_no_order_changes(monkeypatch):
    monkeypatch.setattr("fmteach.datasets.encoder.bins.SAMPLE", 500)
    x = np.random.default_rng(2).random(20_000)
    fields = []
    for size in (137, 20_000):
        counter = BinCounter("x", 4)
        for first in range(0, len(x), size):
            rows = np.arange(first, min(first + size, len(x)))
            counter.add(pl.Series(x[rows]), rows)
        assert len(counter._x) <= 500
        fields.append(counter.field())
    assert fields[0].edges.tolist() == fields[1].edges.tolist()
    assert np.abs(fields[0].edges - [0.25, 0.5, 0.75]).max() < 0.08


@pytest.mark.parametrize(
    ("x", "size"),
    [([1.0, 1.0, 1.0], 2), ([None, None], 2), ([1e300, -1e300, None], 3), ([0.0, -0.0, 1.0], 3)],
)
def test_bins_of_constant_blank_and_absurd_numbers(x, size):
    counter = BinCounter("x", 8)
    column = pl.Series(x, dtype=pl.Float64)
    counter.add(column, np.arange(len(x)))
    field = counter.field()
    codes = field.encode(column)[0]
    assert field.size == size == len(field.labels)
    assert [code == 0 for code in codes] == [cell is None for cell in x]
    assert codes.max() < size


def test_an_edge_belongs_to_the_bin_above_it():
    field = BinnedField("x", np.array([1, 2], dtype=np.float32))
    assert field.encode(pl.Series([0.9, 1.0, 1.9, 2.0]))[0].tolist() == [1, 2, 2, 3]


def splitmix(text):
    """The stable hash in plain Python, one byte after another."""
    wrap = (1 << 64) - 1

    def mixed(z):
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & wrap
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & wrap
        return z ^ (z >> 31)

    data = text.encode()
    state = mixed(len(data) + 0x9E3779B97F4A7C15 & wrap)
    for first in range(0, len(data), 8):
        word = int.from_bytes(data[first : first + 8], "little")
        state = mixed((state ^ word) + 0x9E3779B97F4A7C15 & wrap)
    return state


@given(st.lists(st.text(max_size=40), min_size=1, max_size=30))
def test_the_hash_is_that_of_its_definition(texts):
    series = pl.Series(texts, dtype=pl.String)
    assert stable_hash(series).tolist() == [splitmix(text) for text in texts]
    assert buckets_of(series, 97).tolist() == [(splitmix(t) >> 32) * 97 >> 32 for t in texts]


def test_the_hash_never_changes():
    texts = pl.Series(["", "a", "68fd1e64", "ein Text von mehr als acht Bytes: ü", None])
    assert [hex(h) for h in stable_hash(texts).tolist()] == [
        "0xe220a8397b1dcdaf", "0x5e025f9ade9eaf3e", "0xafd2ea734b8e1a17",
        hex(splitmix("ein Text von mehr als acht Bytes: ü")), "0xe220a8397b1dcdaf",
    ]  # fmt: skip
    assert stable_hash(pl.Series([], dtype=pl.String)).tolist() == []


def test_hashing_spreads_evenly():
    texts = pl.Series([f"{i:08x}" for i in range(40_000)])
    counts = np.bincount(buckets_of(texts, 100), minlength=100)
    # 400 in each, give or take 20: six times that is never met by chance.
    assert np.abs(counts - 400).max() < 120


def test_hashed_fields_need_no_counting_and_no_text_is_unseen():
    specs = [FieldSpec("C1", "category"), FieldSpec("I1", "number"), FieldSpec("x", "real")]
    encoding = Encoding(buckets=50, numbers={"I1": LOG})
    fitting = Fitting(specs, encoding)
    encoder = fitting.encoder()
    assert encoder.field_dims == (50, 50, 2)
    table = pl.DataFrame({"C1": ["a", None], "I1": [1000, None], "x": [0.5, None]})
    ids, values = encoder.encode_table(table)
    wanted = [int(buckets_of(pl.Series([text]), 50)[0]) for text in ("a", "47", "", "")]
    assert ids.tolist() == [[wanted[0], 50 + wanted[1], 100], [wanted[2], 50 + wanted[3], 101]]
    assert values.tolist() == [[1, 1, 0.5], [1, 1, 1]]
    assert encoder.feature_name(wanted[0]) == f"C1=bucket {wanted[0]}"


def test_some_fields_hashed_and_others_by_vocabulary():
    specs = [FieldSpec("C1", "category"), FieldSpec("C2", "category")]
    encoder = fitted([as_columns([("a", "b")]).rename({"f0": "C1", "f1": "C2"})], specs,
                     buckets={"C2": 9})  # fmt: skip
    assert [field.kind for field in encoder.fields] == ["category", "hashed"]
    assert encoder.field_dims == (2, 9)


SETS = st.lists(
    st.lists(st.sampled_from("abcdef"), min_size=1, max_size=5, unique=True),
    min_size=1,
    max_size=20,
)


@settings(max_examples=60)
@given(SETS, SETS)
def test_several_values_are_what_encode_set_gives(train, other):
    names = sorted({name for cell in train + other for name in cell})
    has = np.array([[name in cell for name in names] for cell in train + other])
    wanted = encode_set("genres", names, has, np.arange(len(has)), np.arange(len(train)))
    specs = [FieldSpec("genres", "multi")]
    schema = {"genres": pl.List(pl.String)}
    encoder = fitted([pl.DataFrame({"genres": train}, schema=schema)], specs)
    assert tuple(encoder.labels[0]) == wanted.labels
    ids, values = encoder.encode_table(
        pl.DataFrame({"genres": train + other}, schema=schema), [wanted.codes.shape[1]]
    )
    # Places beyond the widest row hold padding only.
    width = wanted.codes.shape[1]
    assert ids[:, :width].tolist() == wanted.codes.tolist()
    assert values[:, :width].tolist() == wanted.values.tolist()
    assert not values[:, width:].any()
    assert all(len(set(row)) == len(row) for row in ids.tolist())


def test_an_empty_set_is_a_blank_and_a_value_that_stands_twice_counts_once():
    specs = [FieldSpec("genres", "multi")]
    table = pl.DataFrame({"genres": [[], None, ["a", "a", "b"], ["a"]]},
                         schema={"genres": pl.List(pl.String)})  # fmt: skip
    encoder = fitted([table], specs)
    assert list(encoder.labels[0]) == ["(blank)", "a", "b", "(unseen)"]
    ids, values = encoder.encode_table(table)
    assert [row[:1] for row in ids.tolist()] == [[0], [0], [1], [1]]
    assert values.tolist() == [[1, 0], [1, 0], [0.5, 0.5], [1, 0]]


def test_entries_of_libsvm_keep_their_values_and_unseen_ones_are_added_up():
    specs = [FieldSpec("features", "multi")]
    schema = {"ids": pl.List(pl.Int64), "values": pl.List(pl.Float32)}
    train = pl.DataFrame({"ids": [[3, 7], [3], []], "values": [[0.5, 2], [-1], []]}, schema=schema)
    encoder = fitted([train], specs, dialect="libsvm")
    assert list(encoder.labels[0]) == ["3", "7", "(unseen)"]
    rows = pl.DataFrame(
        {"ids": [[7, 3], [8, 9, 3], [3], []], "values": [[2, 0.5], [1, 2, 4], [0], []]},
        schema=schema,
    )
    ids, values = encoder.encode_table(rows)
    assert ids.tolist() == [[0, 1], [0, 2], [0, 1], [0, 1]]
    assert values.tolist() == [[0.5, 2], [4, 3], [0, 0], [0, 0]]


@given(st.data())
def test_padding_never_repeats_a_code_and_loses_no_amount(data):
    size = data.draw(st.integers(1, 8))
    rows = data.draw(st.lists(st.lists(st.integers(0, size - 1), max_size=10), min_size=1))
    width = data.draw(st.integers(1, size))
    codes = np.array([code for row in rows for code in row], dtype=np.int64)
    sizes = np.array([len(row) for row in rows])
    ids, amounts = padded(codes, np.ones(len(codes)), sizes, size, width)
    assert ids.shape[1] >= width
    for row, got, amount in zip(rows, ids.tolist(), amounts.tolist(), strict=True):
        assert len(set(got)) == len(got) and max(got) < size
        assert {c: a for c, a in zip(got, amount, strict=True) if a} == Counter(row)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"min_count": 0}, "min_count must be a whole number"),
        ({"buckets": 0}, "buckets must be a whole number"),
        ({"buckets": {"C9": 5}}, "unknown field in buckets 'C9'"),
        ({"buckets": {"x": 5}}, "there is nothing to hash"),
        ({"numbers": "log"}, "unknown numbers 'log'"),
        ({"numbers": {"C1": "bins"}}, "unknown field of numbers 'C1'"),
        ({"bins": 1}, "bins must be a whole number, 2 or more"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, said):
    specs = [FieldSpec("C1", "category"), FieldSpec("x", "number")]
    with pytest.raises(InputError, match=said):
        Fitting(specs, Encoding(**options))
