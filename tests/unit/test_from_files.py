"""Files to a Dataset: split, encoded on training rows alone, kept, and found again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
import warnings
import zipfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fmteach.datasets import cache, streaming, synthetic
from fmteach.datasets.file_sets import from_files
from fmteach.datasets.reading import Frame, Reader, open_reader
from fmteach.datasets.splits import time_borders, time_split
from fmteach.errors import DataFileError, InputError
from fmteach.training import TrainConfig, Trainer
from fmteach.training.scoring import on_device

PARTS = ("train", "valid", "test")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("FMTEACH_DATA", str(tmp_path / "data"))
    return tmp_path / "data" / "encoded"


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """Small generated files of the three dialects."""
    folder = tmp_path_factory.mktemp("files")
    synthetic.write(folder / "criteo.txt", "criteo", rows=3_000)
    synthetic.write(folder / "avazu.csv", "avazu", rows=3_000)
    synthetic.write(folder / "d2l.csv", "d2l", rows=1_500)
    return folder


def lines(*rows: str) -> str:
    return "".join(row + "\n" for row in rows)


def all_rows(data) -> set[int]:
    return {int(number) for part in PARTS for number in getattr(data.split, part)}


def test_criteo_end_to_end(files):
    data = from_files(files / "criteo.txt", "criteo", min_count=3, real=False)
    assert data.task == "click" and data.objective == "classification" and not data.real
    assert data.title == "criteo.txt (synthetic)"
    assert data.fields[:2] == ("I1", "I2") and len(data.fields) == 39
    assert sum(len(getattr(data, part)) for part in PARTS) == 3_000
    assert all_rows(data) == set(range(3_000))
    assert data.train.ids.dtype == torch.int32 and data.train.ids.shape[1] == 39
    assert data.report.rows == 3_000 and data.report.bad_rows == 0
    assert data.times is None
    # Each column stays among the features of its field, and the first row says what the file says.
    low = torch.tensor(data.offsets)
    high = low + torch.tensor(data.field_dims)
    assert bool(((data.train.ids >= low) & (data.train.ids < high)).all())
    raw = (files / "criteo.txt").read_text().splitlines()
    number = int(data.split.train[0])
    cells = raw[number].split("\t")
    assert float(data.train.y[0]) == float(cells[0])
    names = [data.feature_name(i) for i in data.train.ids[0].tolist()]
    for name, cell in zip(names[13:], cells[14:], strict=True):
        assert name.split("=")[1] in (cell or "(blank)", "(unseen)")


def test_training_and_description_work_on_mapped_rows(files):
    data = from_files(files / "criteo.txt", "criteo", features=("C9", "C17", "C20"), real=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trainer = Trainer(data, TrainConfig(k=2, epochs=1, batch_size=256))
        trainer.fit()
        assert 0 < trainer.evaluate("test")["loss"] < 1
    assert [row[0] for row in data.describe().rows] == list(PARTS)
    assert len(data.head(3)) == 3
    assert data.describe() is data.describe()  # all rows are read once
    assert on_device(data.train, torch.device("cpu")).checked  # values are not read through
    assert data.feature_id("C20=(blank)") == data.offsets[2]


def d2l_loop(path: Path, train: set[int], min_count: int = 4):
    """The d2l loader as a plain Python loop, in sorted order: ids of all rows, field_dims."""
    counts = defaultdict(lambda: defaultdict(int))
    rows = [line.rstrip("\n").split("\t") for line in path.read_text().split("\n") if line]
    for r, row in enumerate(rows):
        for j, cell in enumerate(row[1:] if r in train else ()):
            counts[j][cell] += 1
    kept = [sorted(c for c, n in counts[j].items() if n >= min_count) for j in range(34)]
    dims = [len(cells) + 1 for cells in kept]
    codes = [{cell: i for i, cell in enumerate(cells)} for cells in kept]
    offsets = np.cumsum([0, *dims[:-1]])
    ids = [
        [codes[j].get(cell, len(kept[j])) + int(offsets[j]) for j, cell in enumerate(row[1:])]
        for row in rows
    ]
    return ids, dims


def test_d2l_is_what_the_plain_loop_gives(files):
    data = from_files(files / "d2l.csv", "d2l")
    ids, dims = d2l_loop(files / "d2l.csv", set(data.split.train.tolist()))
    assert list(data.field_dims) == dims
    for part in PARTS:
        numbers = getattr(data.split, part).tolist()
        assert getattr(data, part).ids.tolist() == [ids[r] for r in numbers]


@pytest.mark.parametrize("dialect", ["criteo", "avazu", "d2l"])
def test_the_encoder_gives_the_ids_that_are_kept(files, dialect):
    path = files / f"{dialect}.{'txt' if dialect == 'criteo' else 'csv'}"
    data = from_files(path, dialect)
    raw = path.read_text().splitlines()
    header = dialect == "avazu"
    split = "," if header else "\t"
    for part in PARTS:
        numbers = getattr(data.split, part)[:5].tolist()
        rows = []
        for number in numbers:
            cells = raw[number + header].split(split)
            if header:
                row = dict(zip(raw[0].split(","), cells, strict=True))
                del row["id"], row["click"]
            else:
                row = dict(zip(data.fields, cells[1:], strict=True))
            rows.append({name: cell or None for name, cell in row.items()})
        ids, values = data.encoder.encode(rows)
        assert values is None
        assert torch.equal(ids, getattr(data, part).ids[:5].long())


def test_the_next_call_reads_nothing(files, monkeypatch):
    first = from_files(files / "criteo.txt", "criteo")

    def never(*args, **options):
        raise AssertionError("the file was read again")

    monkeypatch.setattr(Reader, "frames", never)
    monkeypatch.setattr(Reader, "times", never)
    again = from_files(files / "criteo.txt", "criteo")
    assert again.fingerprint == first.fingerprint
    assert torch.equal(again.train.ids, first.train.ids)
    assert str(again.report) == str(first.report)
    assert again.encoder.describe() == first.encoder.describe()


def test_a_change_in_memory_never_reaches_the_file(files):
    first = from_files(files / "criteo.txt", "criteo")
    kept = first.train.ids.clone()
    first.train.ids.zero_()
    assert torch.equal(from_files(files / "criteo.txt", "criteo").train.ids, kept)


def test_everything_that_determines_the_rows_is_in_the_key(files, tmp_path):
    base = {"features": ("hour", "C1", "banner_pos")}
    changes = [
        {}, {"seed": 1, "split": "random"}, {"valid": 0.2}, {"test": 0.2}, {"split": "random"},
        {"features": ("C1", "hour", "banner_pos")}, {"min_count": 7}, {"buckets": 9},
        {"rows": 1_000}, {"buckets": {"C1": 9}}, {"objective": "regression"},
    ]  # fmt: skip
    sets = [from_files(files / "avazu.csv", "avazu", **{**base, **change}) for change in changes]
    assert len({data.fingerprint for data in sets}) == len(changes)
    own = tmp_path / "avazu.csv"
    own.write_bytes((files / "avazu.csv").read_bytes())
    one = from_files(own, "avazu", **base).fingerprint
    text = own.read_text().splitlines(keepends=True)
    own.write_text("".join(text[:-1]))
    assert from_files(own, "avazu", **base).fingerprint != one


def test_files_of_one_name_in_an_archive_are_told_apart(tmp_path):
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for folder, values in (("a", 3), ("b", 5)):
            rows = [f"{i % 2},{folder}{i % values}" for i in range(100)]
            archive.writestr(f"{folder}/train.csv", lines("y,s", *rows))
    options = {"columns": ["s"], "target": "y"}
    found = [from_files(path / folder / "train.csv", "table", **options) for folder in "ab"]
    assert [data.field_dims for data in found] == [(4,), (6,)]


def test_a_change_in_the_middle_is_noticed_though_size_and_date_are_the_same(tmp_path):
    path = tmp_path / "long.csv"
    rows = [f"{i % 2},{'value'} {i % 9}{' ' * 40}" for i in range(60_000)]  # 3 MB
    path.write_text(lines("y,s", *rows))
    date = path.stat().st_mtime_ns
    options = {"columns": ["s"], "target": "y"}
    one = from_files(path, "table", **options)
    rows[30_000] = "1" + rows[30_000][1:]
    path.write_text(lines("y,s", *rows))
    os.utime(path, ns=(date, date))
    other = from_files(path, "table", **options)
    assert one.fingerprint != other.fingerprint
    changed = [float(sum(getattr(data, part).y.sum() for part in PARTS)) for data in (one, other)]
    assert changed[1] == changed[0] + 1


def test_a_copy_of_the_file_is_the_same_rows_and_other_targets_are_not(files, home, tmp_path):
    text = (files / "d2l.csv").read_text()
    (tmp_path / "copy.csv").write_text(text)
    os.utime(tmp_path / "copy.csv", (1, 1))
    first, copy = (from_files(p, "d2l") for p in (files / "d2l.csv", tmp_path / "copy.csv"))
    assert first.fingerprint == copy.fingerprint
    assert len([entry for entry in home.iterdir() if entry.is_dir()]) == 2
    # What was encoded counts, whichever way it was written: as drafts, or at once.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fmteach.datasets.encoder.draft.MOST_VALUES", 0)
        os.utime(tmp_path / "copy.csv", (2, 2))
        assert from_files(tmp_path / "copy.csv", "d2l").fingerprint == first.fingerprint
        patch.setattr("fmteach.datasets.reading.reader._ENDS", 100)
        whole = from_files(files / "d2l.csv", "d2l")
        at = text.index("\n", len(text) // 2) + 1
        other = text[:at] + str(1 - int(text[at])) + text[at + 1 :]
        (tmp_path / "copy.csv").write_text(other)
        assert from_files(tmp_path / "copy.csv", "d2l").fingerprint != whole.fingerprint


def test_a_folder_that_goes_before_it_is_opened_is_made_again(files, monkeypatch):
    make, made = cache.make, []

    def removed(key, write):
        told = make(key, write)
        made.append(key)
        if len(made) == 1:
            cache.clear()
        return told

    monkeypatch.setattr(cache, "make", removed)
    data = from_files(files / "d2l.csv", "d2l")
    assert len(made) == 2 and len(data.train) > 1_000
    kept = data.train.ids.clone()
    cache.clear()  # what is mapped stays usable, where the system allows the folder to go
    assert torch.equal(data.train.ids, kept)


def test_a_damaged_encoder_that_cannot_be_removed_is_an_error_that_says_so(
    files, home, monkeypatch
):
    from_files(files / "d2l.csv", "d2l")
    path = next(home.glob("*/encoder.json"))
    path.write_bytes(b" " * path.stat().st_size)

    def refused(*args, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("fmteach.datasets.cache.shutil.rmtree", refused)
    with pytest.raises(DataFileError, match=r"damaged and cannot be removed \(Permission denied"):
        from_files(files / "d2l.csv", "d2l")


def test_a_disk_that_is_full_when_a_vocabulary_is_written(files, home, monkeypatch):
    def full(*args, **options):
        raise pl.exceptions.ComputeError("No space left on device (os error 28)")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(DataFileError, match=r"encoder could not be written .*No space left"):
        from_files(files / "avazu.csv", "avazu", min_count=1)
    assert [entry for entry in home.iterdir() if entry.is_dir()] == []


def test_a_damaged_encoder_of_the_right_size_is_made_again(files, home):
    first = from_files(files / "d2l.csv", "d2l")
    path = next(home.glob("*/encoder.json"))
    path.write_bytes(b" " * path.stat().st_size)
    again = from_files(files / "d2l.csv", "d2l")
    assert torch.equal(again.train.ids, first.train.ids)


# Leakage: what stands in valid and test rows cannot reach the training rows.


def changed(path: Path, target: Path, rows: set[int], header: int, keep: set[int]) -> Path:
    """A copy in which every cell of the given rows but those of `keep` is another."""
    separator = "," if header else "\t"
    out = []
    for number, line in enumerate(path.read_text().splitlines()):
        cells = line.split(separator)
        if number - header in rows:
            cells = [c if j in keep else f"{(number * 7 + j) % 1000}" for j, c in enumerate(cells)]
            if not header:
                cells[0] = str(1 - int(cells[0]))
        out.append(separator.join(cells))
    target.write_text(lines(*out))
    return target


def assert_train_is_untouched(one, other):
    assert torch.equal(one.train.ids, other.train.ids)
    assert torch.equal(one.train.y, other.train.y)
    assert [list(labels) for labels in one.labels] == [list(labels) for labels in other.labels]
    assert one.encoder.describe() == other.encoder.describe()
    for part in PARTS:
        assert np.array_equal(getattr(one.split, part), getattr(other.split, part))
    assert not torch.equal(one.test.ids, other.test.ids)
    assert not torch.equal(one.valid.ids, other.valid.ids)


def assert_complete(data, n):
    parts = [set(getattr(data.split, part).tolist()) for part in PARTS]
    assert sum(map(len, parts)) == n and set.union(*parts) == set(range(n))


@pytest.mark.parametrize(
    "options",
    [{}, {"buckets": 100}, {"numbers": "bins"}],
    ids=["vocabulary", "hashed", "bins"],
)
def test_no_leak_with_a_random_split(files, tmp_path, options):
    options = {"split": "random", "seed": 3, "min_count": 2, **options}
    data = from_files(files / "criteo.txt", "criteo", **options)
    assert_complete(data, 3_000)
    rows = {*data.split.valid.tolist(), *data.split.test.tolist()}
    other = changed(files / "criteo.txt", tmp_path / "c.txt", rows, 0, {0})
    again = from_files(other, "criteo", **options)
    assert_train_is_untouched(data, again)


def test_no_leak_with_a_split_by_time(files, tmp_path):
    data = from_files(files / "avazu.csv", "avazu", split="time")
    assert_complete(data, 3_000)
    times = [data.times[part] for part in PARTS]
    assert times[0].max() < times[1].min() and times[1].max() < times[2].min()
    rows = {*data.split.valid.tolist(), *data.split.test.tolist()}
    other = changed(files / "avazu.csv", tmp_path / "a.csv", rows, 1, {0, 1, 2})
    assert_train_is_untouched(data, from_files(other, "avazu", split="time"))


def test_no_leak_with_a_published_split(files, tmp_path):
    text = (files / "d2l.csv").read_text().splitlines()
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text(lines(*text[:1_200]))
    test.write_text(lines(*text[1_200:]))
    paths = {"train": train, "test": test}
    data = from_files(paths, "d2l")
    assert_complete(data, 1_500)
    assert data.split.test.tolist() == list(range(1_200, 1_500))
    assert 80 < len(data.valid) < 160  # a tenth of the rows of train.csv
    own = {number for number in data.split.valid.tolist()}
    assert max(own) < 1_200
    folder = tmp_path / "other"
    folder.mkdir()
    again = {
        "train": changed(train, folder / "train.csv", own, 0, {0}),
        "test": changed(test, folder / "test.csv", set(range(300)), 0, {0}),
    }
    assert_train_is_untouched(data, from_files(again, "d2l"))


def test_a_published_validation_part_is_kept_or_trained_on(files, tmp_path):
    text = (files / "d2l.csv").read_text().splitlines()
    paths = {}
    for part, rows in zip(PARTS, (text[:1_000], text[1_000:1_250], text[1_250:]), strict=True):
        paths[part] = tmp_path / f"{part}.csv"
        paths[part].write_text(lines(*rows))
    data = from_files(paths, "d2l")
    assert [len(getattr(data, part)) for part in PARTS] == [1_000, 250, 250]
    final = from_files(paths, "d2l", valid=0.0)
    assert [len(getattr(final, part)) for part in PARTS] == [1_250, 0, 250]
    assert final.valid.ids.shape == (0, 34)
    # Each file takes part with its first rows.
    assert len(from_files(paths, "d2l", rows=200).test) == 200


def test_a_row_is_placed_by_seed_and_number_alone():
    shares = {"valid": 0.2, "test": 0.1}
    whole = streaming.random_parts(0, 10_000, seed=5, **shares)
    pieces = [
        streaming.random_parts(first, 1_250, seed=5, **shares) for first in range(0, 10_000, 1_250)
    ]
    assert (np.concatenate(pieces) == whole).all()
    counts = np.bincount(whole, minlength=3) / 10_000
    assert np.abs(counts - [0.7, 0.2, 0.1]).max() < 0.02
    other = streaming.random_parts(0, 10_000, seed=5, valid=0.0, test=0.1)
    assert ((other == 2) == (whole == 2)).all() and not (other == 1).any()
    assert (streaming.random_parts(0, 10_000, seed=6, **shares) != whole).any()


@given(
    st.lists(st.integers(-3, 8), min_size=1, max_size=40),
    st.sampled_from([(0.1, 0.1), (0.0, 0.2), (0.3, 0.3), (0.2, 0.0), (0.0, 0.0)]),
    st.integers(1, 40),
)
def test_a_stream_is_split_by_time_as_rows_in_memory_are(times, shares, cut):
    times = np.array(times, dtype=np.int64)
    shares = dict(zip(("valid", "test"), shares, strict=True))
    counted = np.unique(times, return_counts=True)
    try:
        wanted = time_split(times, **shares)
    except InputError as refused:
        with pytest.raises(InputError, match=re.escape(str(refused))):
            streaming.time_stream(*counted, **shares)
        return
    part_of = streaming.time_stream(*counted, **shares)
    frames = [
        Frame(None, times[i : i + cut], times[i : i + cut], None, None, i)
        for i in range(0, len(times), cut)
    ]
    parts = np.concatenate([part_of(frame) for frame in frames])
    for code, part in enumerate(PARTS):
        assert np.flatnonzero(parts == code).tolist() == sorted(getattr(wanted, part))


def test_a_border_in_the_middle_of_a_time_goes_before_it():
    assert time_borders(np.array([1, 2, 1]), valid=0.0, test=0.5) == (1, 1)


def test_times_are_counted_frame_by_frame(tmp_path):
    path = tmp_path / "t.csv"
    when = np.random.default_rng(0).integers(0, 300, size=2_000)
    path.write_text(lines("y,s,when", *(f"{i % 2},a,{t}" for i, t in enumerate(when.tolist()))))
    reader = open_reader(path, "table", columns=["s"], target="y", time="when")
    for reader._block in (500, 10_000_000):
        for rows in (None, 77):
            got, wanted = reader.time_counts(rows=rows), np.unique(when[:rows], return_counts=True)
            assert np.array_equal(got, wanted)


def test_time_may_be_out_of_order_and_rows_of_one_time_stay_together(tmp_path):
    rng = np.random.default_rng(0)
    hours = rng.integers(0, 20, size=400)
    rows = [f"{i % 2},{'ab'[i % 3 == 0]},{1_400_000_000 + 3_600 * h}" for i, h in enumerate(hours)]
    path = tmp_path / "t.csv"
    path.write_text(lines("y,site,when", *rows))
    data = from_files(path, "table", target="y", time="when", columns={"site": "category"})
    assert data.fields == ("site",)
    found = [set(data.times[part].tolist()) for part in PARTS]
    assert not found[0] & found[1] and not found[1] & found[2] and not found[0] & found[2]
    assert max(found[0]) < min(found[1]) < min(found[2])
    assert_complete(data, 400)


# Tables, libsvm, and what cannot be used.


def test_a_table_of_ones_own_with_numbers_categories_and_sets(tmp_path):
    path = tmp_path / "own.csv"
    rows = [f"{1.0 + i % 5},{i % 7},{i * 0.5},{'x|y' if i % 2 else 'x'}" for i in range(200)]
    path.write_text(lines("stars,shop,price,tags", *rows))
    kinds = {"shop": "category", "price": "number", "tags": "multi"}
    data = from_files(path, "table", columns=kinds, target="stars", bins=4, seed=1)
    assert data.objective == "regression" and data.task == "stars"
    assert [field.kind for field in data.encoder.fields] == ["category", "bins", "multi"]
    assert data.train.values is not None and data.train.ids.shape[1] == 4
    assert torch.allclose(data.train.values.sum(dim=1), torch.tensor(3.0))
    real = from_files(path, "table", columns=kinds, target="stars", numbers="real", seed=1)
    at = real.fields.index("price")
    number = real.split.train[5]
    assert float(real.train.values[5, at]) == pytest.approx(number * 0.5)


def test_each_part_has_places_enough_for_its_largest_set(tmp_path, monkeypatch):
    frames = Reader.frames

    def small(self, **options):
        self._block = 400  # the last frames have no large set
        return frames(self, **options)

    monkeypatch.setattr(Reader, "frames", small)
    path = tmp_path / "own.csv"
    parts = streaming.random_parts(0, 300, seed=0, valid=0.1, test=0.1)
    tags = {0: "a|b", 1: "a", 2: "a|b|c|d"}
    cells = [tags[int(part)] if i < 250 else "a" for i, part in enumerate(parts)]
    path.write_text(lines("y,tags", *(f"{i % 2},{cell}" for i, cell in enumerate(cells))))
    data = from_files(path, "table", columns={"tags": "multi"}, target="y")
    assert [getattr(data, part).ids.shape[1] for part in PARTS] == [2, 2, 3]
    assert data.test.values[0].tolist() == [0.25, 0.25, 0.5]  # c and d are unseen: one feature
    assert torch.allclose(data.test.values.sum(1), torch.tensor(1.0))
    trainer = Trainer(data, TrainConfig(k=2, epochs=1, batch_size=64))
    trainer.fit()
    assert trainer.evaluate("test")["loss"] > 0


def test_libsvm_with_classes_minus_one_and_one(tmp_path):
    path = tmp_path / "a.libsvm"
    rows = [f"{'+1' if i % 3 else '-1'} {1 + i % 4}:0.5 {7 + i % 2}:2" for i in range(120)]
    path.write_text(lines(*rows))
    data = from_files(path, "libsvm")
    assert data.objective == "classification"
    assert set(data.train.y.tolist()) == {0.0, 1.0}
    number = int(data.split.train[3])
    ids = [data.feature_name(i) for i in data.train.ids[3].tolist()]
    assert ids == [f"features={1 + number % 4}", f"features={7 + number % 2}"]
    assert data.train.values[3].tolist() == [0.5, 2.0]
    assert float(data.train.y[3]) == float(number % 3 != 0)


def test_a_table_with_classes_minus_one_and_one(tmp_path):
    path = tmp_path / "signed.csv"
    path.write_text(lines("y,s", *(f"{1 if i % 3 else -1},{i % 4}" for i in range(120))))
    data = from_files(path, "table", columns=["s"], target="y")
    assert data.objective == "classification"
    for part in PARTS:
        wanted = [float(number % 3 != 0) for number in getattr(data.split, part).tolist()]
        assert getattr(data, part).y.tolist() == wanted


def test_bad_rows_are_told_and_left_out(files, tmp_path):
    path = tmp_path / "c.txt"
    text = (files / "criteo.txt").read_text().splitlines()[:500]
    text[10], text[20] = "1\ttoo short", text[20].replace(text[20][0], "7", 1)
    path.write_text(lines(*text))
    data = from_files(path, "criteo", min_count=1)
    assert data.report.rows == 498 and data.report.bad_rows == 2
    assert "line 11" in str(data.report)
    assert "line 11" in str(from_files(path, "criteo", min_count=1).report)
    with pytest.raises(InputError):
        from_files(path, "criteo", min_count=1, strict=True)


def test_constant_fields_rare_values_and_repeated_rows_are_no_trouble(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(lines("y,same,all different", *(f"{i % 2},a,v{i}" for i in range(60)),
                          *(f"{i % 2},a,v{i}" for i in range(60))))  # fmt: skip
    columns = {"same": "category", "all different": "category"}
    data = from_files(path, "table", columns=columns, target="y", min_count=3, rows=119)
    assert data.field_dims == (2, 1)
    assert data.encoder.describe().rows[1][2] == "-"
    assert sum(len(getattr(data, part)) for part in PARTS) == 119
    (tmp_path / "odd.csv").write_text(lines("y,a=b", *(f"{i % 2},v{i % 3}" for i in range(60))))
    odd = from_files(tmp_path / "odd.csv", "table", columns=["a=b"], target="y")
    assert odd.head(1).columns == ("a=b", "y") and odd.head(1).rows[0][0].startswith("v")


@pytest.mark.parametrize(
    ("rows", "options", "said"),
    [
        ([f"1,{i}" for i in range(50)], {}, "with one class there is nothing to learn"),
        ([f"3.5,{i}" for i in range(50)], {}, "have the target 3.5: there is nothing to learn"),
        ([f"{i % 3},{i}" for i in range(50)], {"objective": "classification"},
         "classification needs targets 0 and 1, but there is a target 2"),
        (["0,1"], {"valid": 0.5, "test": 0.499}, "no row is left to train on"),
    ],
)  # fmt: skip
def test_rows_that_teach_nothing_are_refused(tmp_path, home, rows, options, said):
    path = tmp_path / "own.csv"
    path.write_text(lines("y,x", *rows))
    options = {"columns": {"x": "category"}, "target": "y", **options}
    for buckets in (None, 5):
        with pytest.raises(InputError, match=said):
            from_files(path, "table", buckets=buckets, **options)
    assert [entry for entry in home.iterdir() if entry.is_dir()] == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"split": "tme"}, "unknown split 'tme': did you mean 'time'"),
        ({"split": "time"}, "split='time' needs a time in every row"),
        ({"split": "published"}, "needs one file for each part"),
        ({"features": ("I1", "C99")}, "unknown features 'C99'"),
        ({"rows": 0}, "rows must be a whole number"),
        ({"valid": 0.6, "test": 0.5}, "leave nothing to train on"),
        ({"objective": "ranking"}, "unknown objective"),
        ({"min_count": 1.5}, "min_count must be a whole number"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(files, options, said):
    with pytest.raises(InputError, match=said):
        from_files(files / "criteo.txt", "criteo", **options)


def test_too_little_space_is_said_before_much_is_written(files, monkeypatch):
    path = files / "criteo.txt"
    usage = type("Usage", (), {"free": 10_000})()
    monkeypatch.setattr("fmteach.datasets.cache.shutil.disk_usage", lambda folder: usage)
    monkeypatch.setattr("fmteach.datasets.reading.reader.BLOCK", 100_000, raising=False)
    from fmteach.datasets.reading import open_reader

    reader = open_reader(path, "criteo")
    reader._block = 100_000  # several frames, as of a large file
    from fmteach.datasets.encoder import Encoding
    from fmteach.datasets.file_sets import from_reader

    with pytest.raises(DataFileError, match=r"need about 0\.5 MB and only 0\.0 MB are free"):
        from_reader(reader, Encoding())


def test_frames_of_any_size_give_the_same_rows(files):
    from fmteach.datasets.encoder import Encoding
    from fmteach.datasets.file_sets import from_reader
    from fmteach.datasets.reading import open_reader

    def read(block: int):
        reader = open_reader(files / "criteo.txt", "criteo")
        reader._block = block
        data = from_reader(reader, Encoding(min_count=2, numbers={"I5": "bins"}))
        kept = {part: getattr(data, part).ids.clone() for part in PARTS}
        cache.clear()
        return kept

    small, large = read(40_000), read(10_000_000)
    assert all(torch.equal(small[part], large[part]) for part in PARTS)


SCRIPT = """
    import sys, time
    from fmteach.datasets import encoded, from_files
    from fmteach.datasets.file_sets import from_files

    append = encoded.Writer.append

    def slow(self, *arguments):
        append(self, *arguments)
        for file in self._files.values():
            file.flush()
        time.sleep(60)

    encoded.Writer.append = slow
    from_files(sys.argv[1], "criteo")
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_in_the_middle_of_encoding(files, home):
    path = files / "criteo.txt"
    command = [sys.executable, "-c", textwrap.dedent(SCRIPT), str(path)]
    process = subprocess.Popen(command, env=dict(os.environ))
    try:
        for _ in range(900):
            if any(file.stat().st_size for file in home.glob(".*.part/train.ids")):
                break
            time.sleep(0.05)
        else:
            raise AssertionError("the encoding did not begin")
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    finally:
        process.kill()
        process.wait(30)
    assert [entry.name[0] for entry in home.iterdir() if entry.is_dir()] == ["."]
    data = from_files(path, "criteo")
    assert sum(len(getattr(data, part)) for part in PARTS) == 3_000
    assert [entry.name[0] != "." for entry in home.iterdir() if entry.is_dir()] == [True]


def test_a_bar_is_shown_on_demand(files, capsys):
    from_files(files / "d2l.csv", "d2l", progress=True)
    shown = capsys.readouterr()
    assert "Reading d2l.csv" in shown.err and "Final numbers" in shown.err
    from_files(files / "d2l.csv", "d2l", min_count=2)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("dialect", ["criteo", "avazu"])
def test_one_pass_and_two_passes_give_the_same(files, monkeypatch, dialect):
    path = files / f"{dialect}.{'txt' if dialect == 'criteo' else 'csv'}"
    passes = []
    frames = Reader.frames

    def counted(self, **options):
        passes.append(1)
        self._block = 100_000  # several frames: the drafts are given up in the middle
        return frames(self, **options)

    monkeypatch.setattr(Reader, "frames", counted)
    numbers = {"I5": "bins", "I2": "exact"} if dialect == "criteo" else None
    kept = []
    for most in (8_000_000, 300, 0):
        monkeypatch.setattr("fmteach.datasets.encoder.draft.MOST_VALUES", most)
        passes.clear()
        data = from_files(path, dialect, min_count=2, numbers=numbers)
        assert len(passes) == (1 if most > 300 else 2)
        parts = [getattr(data, part) for part in PARTS]
        kept.append(
            (data, [rows.ids.clone() for rows in parts], [rows.y.clone() for rows in parts])
        )
        cache.clear()
    for data, ids, y in kept[1:]:
        assert data.encoder.to_json() == kept[0][0].encoder.to_json()
        assert all(torch.equal(a, b) for a, b in zip(ids, kept[0][1], strict=True))
        assert all(torch.equal(a, b) for a, b in zip(y, kept[0][2], strict=True))


def test_numbers_of_more_than_32_bits_need_a_second_pass_and_keep_their_codes(tmp_path):
    path = tmp_path / "own.csv"
    huge = [0, 10**12, -(10**12), 7, -(2**31), 2**31]
    path.write_text(lines("y,x", *(f"{i % 2},{huge[i % 6]}" for i in range(300))))
    data = from_files(path, "table", columns={"x": "number"}, target="y", numbers="exact")
    assert list(data.labels[0]) == [*map(str, sorted(huge)), "(unseen)"]
    for number, code in zip(data.split.train.tolist(), data.train.ids[:, 0].tolist(), strict=True):
        assert data.labels[0][code] == str(huge[number % 6])


MEMORY = """
import numpy as np, polars as pl
from fmteach.datasets.encoder.category import CategoryCounter
from fmteach.datasets.encoder.draft import _Texts
from fmteach.datasets.encoder.vocabulary import TextCounter

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6

for kind in ("counter", "draft"):
    counter, draft = TextCounter(), _Texts(CategoryCounter("a", 1))
    for turn in range(23):
        texts = [f"{'a long text of more than twelve bytes':60}{turn}"] + ["b" * 60] * 60_000
        data = ("\\n".join(texts) + "\\n").encode()
        column = pl.scan_csv(data, has_header=False, schema={"a": pl.String}).collect()["a"]
        (counter.add(column) if kind == "counter"
         else draft.add(column, np.ones(len(column), bool), None))
        if turn == 2:
            before = resident()
    print(resident() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="asks Linux for the memory")
def test_texts_that_are_kept_do_not_keep_the_memory_of_their_frame():
    command = [sys.executable, "-c", MEMORY]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert len(answer) == 2
    assert all(float(grown) < 40 for grown in answer)  # MB; all the frames are 73
