"""Growth of reading and encoding, measured in processes of their own."""

from __future__ import annotations

import io
import json
import sys

import pytest

from fmteach.datasets import growth, synthetic
from fmteach.datasets.growth import Measurement, measure_growth
from fmteach.errors import DataFileError, InputError


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("growth") / "train.txt"
    synthetic.write(path, "avazu", rows=3000)
    return path


@pytest.fixture
def stub(monkeypatch):
    """Answers at once, as a file of 2,500 rows would."""
    asked = []

    def answer(task, timeout):
        asked.append(task)
        n = min(task["rows"], 2500)
        return {"rows": n, "seconds": n / 1e6, "peak_bytes": n, "features": 7, "cache_bytes": n}

    monkeypatch.setattr(growth, "_in_a_new_process", answer)
    return asked


def test_a_real_measurement(file, tmp_path, monkeypatch):
    monkeypatch.setenv("FMTEACH_DATA", str(tmp_path))
    (got,) = measure_growth(file, "avazu", [2000], min_count=1)
    assert (got.series, got.rows) == ("vocabulary", 2000)
    assert 0 < got.seconds < 60 and got.rows_per_second == 2000 / got.seconds
    assert got.features > 2000  # of the device ips alone there are nearly so many
    assert got.cache_bytes > 2000 * 22 * 4
    if sys.platform == "linux":
        assert 1e6 < got.peak_bytes < 2e9
    assert list(tmp_path.iterdir()) == []  # the cache of the measurement is gone


def test_an_error_of_the_reading_comes_through(tmp_path, monkeypatch, capsys):
    """The new process answers with the error, and here it is raised again."""
    task = {"path": str(tmp_path / "nowhere.txt"), "dialect": "avazu", "rows": 10, "options": {}}
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(task)))
    growth._answer()
    said = capsys.readouterr().out
    monkeypatch.setattr(growth, "_CHILD", f"print({said!r})")
    with pytest.raises(DataFileError, match=r"nowhere\.txt"):
        measure_growth(tmp_path / "nowhere.txt", "avazu", [10])


def test_a_process_that_dies_is_told_from_one_that_answers(file, monkeypatch):
    monkeypatch.setattr(growth, "_CHILD", "import os; os.kill(os.getpid(), 9)")
    with pytest.raises(DataFileError, match="memory ran out"):
        measure_growth(file, "avazu", [10])
    monkeypatch.setattr(growth, "_CHILD", "import time; time.sleep(60)")
    with pytest.raises(DataFileError, match=r"took longer than 0\.3 s"):
        measure_growth(file, "avazu", [10], timeout=0.3)


def test_sizes_are_sorted_and_the_end_of_the_file_ends_them(stub):
    found = measure_growth("x.txt", "criteo", [4000, 1000, 2000, 3000, 1000])
    assert [m.rows for m in found] == [1000, 2000, 2500]
    assert [task["rows"] for task in stub] == [1000, 2000, 3000]


def test_series_are_named_by_their_encoding(stub):
    assert measure_growth("x", "criteo", [10], buckets=100)[0].series == "hashing"
    assert measure_growth("x", "criteo", [10], min_count=2)[0].series == "vocabulary"
    assert measure_growth("x", "criteo", [10], series="mine")[0].series == "mine"
    assert stub[0]["options"] == {"buckets": 100}
    assert Measurement("a", 1, 2.0, None, 3, 4).to_dict()["peak_bytes"] is None


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        ([], {}, "at least one number"),
        ([0], {}, "rows"),
        ([10], {"timeout": 0}, "above 0"),
        ([10], {"columns": object()}, "plain values"),
    ],
)
def test_bad_arguments_are_named(rows, options, message):
    with pytest.raises(InputError, match=message):
        measure_growth("x.txt", "criteo", rows, **options)
