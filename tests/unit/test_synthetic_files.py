"""Generated files: laid out like the real ones, whole or not there at all."""

from __future__ import annotations

import csv
import errno
import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest

from fmteach.datasets import synthetic
from fmteach.datasets.synthetic import files
from fmteach.datasets.synthetic.dialects import DIALECTS, get_dialect
from fmteach.datasets.synthetic.truth import BLOCK, probability
from fmteach.errors import DataFileError, InputError

REAL = Path(__file__).parents[2] / ".." / "shared" / "data"
HEX = re.compile(r"[0-9a-f]{8}")
ROWS = 4000
# Shares of blanks in the real set, and the columns that have them.
CRITEO_BLANKS = {
    0.78: ["I12"], 0.82: ["C22"], 0.45: ["I1", "I10", "C19", "C20", "C25", "C26"],
    0.20: ["I3", "I4", "I13"], 0.25: ["I6"], 0.0: ["I2", "C1", "C2", "C5", "C7"],
}  # fmt: skip
CRITEO = ["label", *(f"I{i}" for i in range(1, 14)), *(f"C{i}" for i in range(1, 27))]


def real_rows(name: str) -> list[dict[str, str]]:
    path = REAL / name
    if not path.exists():
        pytest.skip(f"the real sample {name} is not on this machine")
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def columns_of(path: Path, delimiter: str, header: bool) -> dict[str, list[str]]:
    with open(path, newline="", encoding="ascii") as file:
        rows = list(csv.reader(file, delimiter=delimiter))
    names = rows.pop(0) if header else [str(i) for i in range(len(rows[0]))]
    assert {len(row) for row in rows} == {len(names)}
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


@pytest.fixture(scope="module")
def criteo(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[str]], dict]:
    path = tmp_path_factory.mktemp("criteo") / "train.txt"
    summary = synthetic.write(path, "criteo", ROWS, seed=3)
    columns = columns_of(path, "\t", header=False)
    return dict(zip(CRITEO, columns.values(), strict=True)), summary


@pytest.fixture(scope="module")
def avazu(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    path = tmp_path_factory.mktemp("avazu") / "train.gz"
    synthetic.write(path, "avazu", ROWS)
    plain = path.with_suffix(".csv")
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    return columns_of(plain, ",", header=True)


def test_criteo_columns(criteo: tuple[dict[str, list[str]], dict]) -> None:
    columns, _ = criteo
    assert set(columns["label"]) == {"0", "1"}
    for name in CRITEO[1:14]:
        for text in set(columns[name]) - {""}:
            assert str(int(text)) == text
    for name in CRITEO[14:]:
        assert all(HEX.fullmatch(text) for text in set(columns[name]) - {""})
    assert min(int(t) for t in columns["I2"] if t) == -2
    assert all(int(t) >= 0 for name in ("I1", "I5", "I13") for t in columns[name] if t)


def test_criteo_blanks_and_distinct_values(criteo: tuple[dict[str, list[str]], dict]) -> None:
    columns, _ = criteo
    for share, names in CRITEO_BLANKS.items():
        for name in names:
            blank = columns[name].count("") / ROWS
            assert blank == pytest.approx(share, abs=0.03 if share else 0), name
    distinct = {name: len(set(columns[name]) - {""}) for name in CRITEO[14:]}
    assert distinct["C9"] == 3
    for large in ("C3", "C12", "C21", "C16", "C4"):
        assert 1500 < distinct[large] < 3000, large


def test_criteo_is_laid_out_like_the_real_rows(
    criteo: tuple[dict[str, list[str]], dict],
) -> None:
    columns, _ = criteo
    real = real_rows("criteo_sample.txt")
    assert list(real[0]) == CRITEO
    for name in CRITEO:
        texts = {row[name] for row in real} - {""}
        ours = set(columns[name]) - {""}
        if name.startswith("C"):
            assert all(HEX.fullmatch(t) for t in texts | ours)
        else:  # the sample was written through a table of floats
            assert all(float(t) == int(float(t)) for t in texts | ours)
        blank = sum(row[name] == "" for row in real) / len(real)
        assert columns[name].count("") / ROWS == pytest.approx(blank, abs=0.1), name


def test_avazu_columns(avazu: dict[str, list[str]]) -> None:
    assert list(avazu)[:6] == ["id", "click", "hour", "C1", "banner_pos", "site_id"]
    assert len(avazu) == 24 and list(avazu)[-1] == "C21"
    assert len(set(avazu["id"])) == ROWS and all(t.isdigit() for t in avazu["id"])
    hour = avazu["hour"]
    assert hour == sorted(hour) and hour[0][:6] == "141021" and hour[-1][:6] == "141030"
    assert {int(t[-2:]) for t in hour} == set(range(24)) and len(set(hour)) == 240
    assert not any("" in set(values) for values in avazu.values())
    assert len(set(avazu["device_ip"])) > 2500 and len(set(avazu["C1"])) <= 7


def test_avazu_is_laid_out_like_the_real_rows(avazu: dict[str, list[str]]) -> None:
    real = real_rows("avazu_sample.txt")
    assert list(real[0]) == list(avazu)
    for name in avazu:
        hexadecimal = all(HEX.fullmatch(row[name]) for row in real) and name != "hour"
        ours = set(avazu[name])
        if hexadecimal:
            assert all(HEX.fullmatch(t) for t in ours), name
        else:
            assert all(str(int(t)) == t for t in ours), name
    assert {len(row["hour"]) for row in real} == {len(t) for t in avazu["hour"]}


def test_d2l_columns(tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    synthetic.write(path, "d2l", 1000)
    columns = columns_of(path, "\t", header=False)
    assert len(columns) == 35 and set(columns["0"]) == {"0", "1"}
    assert 0.4 < columns["0"].count("1") / 1000 < 0.6


def test_the_dialects_of_files_are_those_with_a_layout() -> None:
    laid_out = [name for name in DIALECTS if get_dialect(name).separator]
    assert list(files.FILE_DIALECTS) == laid_out


@pytest.mark.parametrize("dialect", files.FILE_DIALECTS)
def test_the_file_and_the_memory_hold_the_same_clicks(tmp_path: Path, dialect: str) -> None:
    rows = BLOCK + 700
    path = tmp_path / "x.txt"
    summary = synthetic.write(path, dialect, rows, seed=5, strength=0.7, drift=0.3)
    clicks = synthetic.generate(synthetic.plant(dialect, 5, strength=0.7, drift=0.3), rows)
    lines = path.read_text().splitlines()
    lines = lines[1:] if dialect == "avazu" else lines
    separator = "," if dialect == "avazu" else "\t"
    label = 1 if dialect == "avazu" else 0
    assert [int(line.split(separator)[label]) for line in lines] == clicks.y.astype(int).tolist()
    assert summary["click rate"] == clicks.y.mean()
    assert summary["mean probability"] == pytest.approx(probability(clicks.scores).mean())
    assert summary["oracle"] == pytest.approx(
        synthetic.dataset(dialect, rows, 5, strength=0.7, drift=0.3, valid=0, test=0).oracle[
            "train"
        ]
    )
    # The texts are those of the cells: one text a cell, but for numbers, hours and blanks.
    field = -1
    texts = np.array([line.split(separator)[field] for line in lines])
    cells = clicks.cells[field]
    kind = clicks.truth.dialect.fields[field]
    assert np.array_equal(texts.astype("S"), kind.texts[kind.first[cells]])


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    first, second, other = (tmp_path / name / "a.gz" for name in "abc")
    for path, seed in ((first, 1), (second, 1), (other, 2)):
        path.parent.mkdir()
        synthetic.write(path, "d2l", 500, seed=seed)
    assert first.read_bytes()[4:8] == bytes(4)  # no time is written
    assert first.read_bytes() == second.read_bytes() != other.read_bytes()


def test_the_summary_lies_beside_the_file_and_says_synthetic(tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    calls: list[tuple[int, int]] = []
    summary = synthetic.write(
        path, "d2l", BLOCK + 1, rank=2, progress=lambda *done: calls.append(done)
    )
    told = json.loads((tmp_path / "train.txt.truth.json").read_text())
    assert told == summary
    assert told["about"].startswith("synthetic")
    assert (told["dialect"], told["rank"], told["rows"]) == ("d2l", 2, BLOCK + 1)
    assert set(told["oracle"]) == {"loss", "logloss", "auc", "accuracy"}
    assert calls == [(BLOCK, BLOCK + 1), (BLOCK + 1, BLOCK + 1)]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["train.txt", "train.txt.truth.json"]


def test_one_row_has_no_auc_and_the_json_says_null(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    assert np.isnan(synthetic.write(path, "d2l", 1)["oracle"]["auc"])
    assert json.loads(path.with_name("one.txt.truth.json").read_text())["oracle"]["auc"] is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rows": 0}, "rows must be a whole number"),
        ({"rows": -1}, "rows must be a whole number"),
        ({"dialect": "clicks"}, "unknown dialect 'clicks'"),
        ({"dialect": "kriteo"}, "did you mean 'criteo'"),
        ({"strength": -1.0}, "strength must be 0 or more"),
        ({"rank": 0}, "rank must be a whole number"),
        ({"seed": 1.5}, "seed"),
    ],
)
def test_bad_arguments_leave_nothing(tmp_path: Path, wrong: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        synthetic.write(tmp_path / "x.txt", **{"dialect": "d2l", "rows": 10, **wrong})
    assert not list(tmp_path.iterdir())


def test_paths_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        synthetic.write(tmp_path, "d2l", 10)
    with pytest.raises(InputError, match="does not exist; make it first"):
        synthetic.write(tmp_path / "none" / "x.txt", "d2l", 10)
    with pytest.raises(InputError, match="give the name of a file"):
        synthetic.write(None, "d2l", 10)  # type: ignore[arg-type]
    with pytest.raises(DataFileError, match="could not be written"):
        synthetic.write(tmp_path / ("x" * 400), "d2l", 10)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
@pytest.mark.parametrize("name", ["x.txt", "x.txt.gz"])
def test_a_write_that_fails_in_the_middle_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, name: str
) -> None:
    path = tmp_path / name
    path.write_text("the old one")
    original = files._Writer.text

    def full(self: files._Writer, block: object, start: int) -> bytes:
        if start:
            raise error
        return original(self, block, start)

    monkeypatch.setattr(files._Writer, "text", full)
    wanted = DataFileError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(wanted):
        synthetic.write(path, "d2l", BLOCK + 10)
    assert [p.name for p in tmp_path.iterdir()] == [name]
    assert path.read_text() == "the old one"


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    import tracemalloc

    synthetic.write(tmp_path / "x.txt", "d2l", 10)  # makes what is kept
    peaks = []
    for blocks in (2, 8):
        tracemalloc.start()
        synthetic.write(tmp_path / "x.txt", "d2l", blocks * BLOCK)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]
