"""Click sets by name: real ones with their published encoding, generated ones with the oracle."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from fmteach import datasets
from fmteach.datasets import clicks, generated, sources, synthetic
from fmteach.datasets.file_sets import from_files
from fmteach.errors import DataFileError, InputError
from fmteach.training import TrainConfig, Trainer

PARTS = ("train", "valid", "test")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("FMTEACH_DATA", str(tmp_path))
    return tmp_path


def put(folder: Path, dialect: str, name: str, rows: int, header: str = "") -> None:
    """Synthetic rows in the place of a file of a real set."""
    folder.mkdir(parents=True, exist_ok=True)
    synthetic.write(folder / name, dialect, rows, seed=len(name))
    (folder / f"{name}.truth.json").unlink()
    if header:
        text = (folder / name).read_text()
        (folder / name).write_text(header + "\n" + text)


HEADER = "label\t" + "\t".join([f"I{i}" for i in range(1, 14)] + [f"C{i}" for i in range(1, 27)])


def test_every_set_of_the_registry_has_a_name_in_load():
    ads = {name for name, source in sources.SOURCES.items() if source.group in ("Criteo", "Avazu")}
    assert ads <= clicks.REAL.keys() and "d2l-ctr" in clicks.REAL
    assert {*clicks.REAL, *generated.GENERATED} <= datasets.DATASETS.keys()
    for name, kind in clicks.REAL.items():
        wanted = {file.name for file in sources.SOURCES[name].files}
        files = {kind.files} if isinstance(kind.files, str) else set(kind.files.values())
        assert files <= wanted
        assert "real" in datasets.DATASETS[name] and name not in datasets.SYNTHETIC
    for name in generated.GENERATED:
        assert "synthetic" in datasets.DATASETS[name] and name in datasets.SYNTHETIC


def test_a_set_that_is_not_here_says_how_to_fetch_it():
    with pytest.raises(
        DataFileError, match=r"(?s)not on this machine.*fmteach data fetch criteo-x4"
    ):
        datasets.load("criteo-x4")
    with pytest.raises(DataFileError, match="FMTEACH_OFFLINE"):
        datasets.load("criteo-100k", download=True)


def test_a_classroom_file_with_and_without_header(home):
    put(home / "criteo-100k", "criteo", "dac_sample.txt", 2_000)
    data = datasets.load("criteo-100k")
    assert data.real and data.title == "Criteo sample (real)" and data.task == "click"
    assert data.oracle is None
    assert [field.kind for field in data.encoder.fields].count("number") == 13
    fewer = datasets.load("criteo-100k", min_count=2, features=("I1", "C1", "C2"), rows=1_000)
    assert fewer.fields == ("I1", "C1", "C2")
    assert sum(len(getattr(fewer, part)) for part in PARTS) == 1_000
    put(home / "criteo-100k", "criteo", "dac_sample.txt", 2_000, HEADER)
    assert sum(len(getattr(datasets.load("criteo-100k"), part)) for part in PARTS) == 2_000


def test_published_parts_stay_and_x1_keeps_its_numbers(home):
    for part, rows in zip(PARTS, (900, 120, 130), strict=True):
        put(home / "criteo-x4", "criteo", f"{part}.csv", rows, HEADER)
        path = home / "criteo-x4" / f"{part}.csv"
        path.write_text(path.read_text().replace("\t", ","))
    data = datasets.load("criteo-x4")
    assert [len(getattr(data, part)) for part in PARTS] == [900, 120, 130]
    assert data.train.values is None
    assert sum(len(getattr(datasets.load("criteo-x4", split="random"), p)) for p in PARTS) == 1_150
    rng = np.random.default_rng(0)
    (home / "criteo-x1").mkdir()
    for part in PARTS:
        rows = [HEADER.replace("\t", ",")]
        for label in rng.integers(0, 2, size=100):
            numbers = [f"{x:.4f}" for x in rng.random(13)]
            rows.append(",".join([str(label), *numbers, *map(str, rng.integers(0, 50, size=26))]))
        (home / "criteo-x1" / f"{part}.csv").write_text("\n".join(rows) + "\n")
    data = datasets.load("criteo-x1")
    assert [field.kind for field in data.encoder.fields] == ["real"] * 13 + ["category"] * 26
    first = (home / "criteo-x1" / "train.csv").read_text().splitlines()[1].split(",")
    assert torch.allclose(data.train.values[0, :13], torch.tensor([float(c) for c in first[1:14]]))
    assert bool((data.train.values[:, 13:] == 1).all())


def test_avazu_of_kaggle_is_split_by_time(home):
    folder = home / "avazu-kaggle"
    put(folder, "avazu", "train", 2_000)
    (folder / "train.gz").write_bytes(gzip.compress((folder / "train").read_bytes()))
    data = datasets.load("avazu-kaggle")
    assert data.fields[:3] == ("hour", "weekday", "is_weekend") and "id" not in data.fields
    assert data.times["train"].max() < data.times["test"].min()
    mixed = datasets.load("avazu-kaggle", split="random")
    assert mixed.times["train"].max() > mixed.times["test"].min()


GOLDEN = [
    143, 144, 227, 231, 957, 1250, 1471, 1566, 1624, 1736, 2008, 2061, 2225, 2304, 2305, 2360, 2745,
    2746, 2747, 2748, 2892, 2988, 3165, 3182, 3194, 3195, 3279, 3651, 3687, 3708, 3722, 3751, 3786,
    3801,
]  # fmt: skip
REAL_D2L = sources.files("d2l-ctr") if sources.here("d2l-ctr") else None


@pytest.mark.skipif(REAL_D2L is None, reason="the real d2l ctr set is not on this machine")
def test_the_first_row_of_the_real_d2l_set_has_the_known_ids():
    paths = {part: REAL_D2L[f"{part}.csv"] for part in ("train", "test")}
    data = from_files(paths, "d2l", valid=0.0)
    assert data.train.ids[0].tolist() == GOLDEN
    assert float(data.train.y[0]) == 1
    assert len(data.train) == 15_000 and len(data.test) == 3_000


def test_d2l_has_no_valid_part_and_one_is_cut_from_train(home):
    put(home / "d2l-ctr", "d2l", "train.csv", 1_000)
    put(home / "d2l-ctr", "d2l", "test.csv", 200)
    data = datasets.load("d2l-ctr", valid=0.2)
    assert len(data.test) == 200 and 150 < len(data.valid) < 250
    final = datasets.load("d2l-ctr", valid=0.0)
    assert [len(getattr(final, part)) for part in PARTS] == [1_000, 0, 200]
    assert final.train.ids.shape[1] == 34


@pytest.mark.parametrize("name", sorted(generated.GENERATED))
def test_generated_files_are_read_like_real_ones_with_the_oracle_beside(home, name):
    data = datasets.load(name, rows=3_000)
    assert not data.real and "synthetic" in data.title and data.name == name
    assert sum(len(getattr(data, part)) for part in PARTS) == 3_000
    # The oracle is that of the very rows of each part.
    kind = generated.GENERATED[name]
    planted, _ = generated._planted(kind, 3_000, {})
    made = synthetic.generate(planted, 3_000)
    for part in PARTS:
        numbers = getattr(data.split, part)
        assert (made.y[numbers] == getattr(data, part).y.numpy()).all()
        scores, y = made.scores[numbers], made.y[numbers]
        loss = float(np.logaddexp(0, np.where(y, -scores, scores)).mean())
        assert data.oracle[part]["logloss"] == pytest.approx(loss, rel=1e-9)


def test_generated_files_are_written_once_for_the_same_settings(home, monkeypatch):
    first = datasets.load("criteo-synthetic", rows=1_000)
    folder = home / "criteo-synthetic"
    assert len(list(folder.glob("*/train.txt"))) == 1
    datasets.load("criteo-synthetic", rows=1_000, split="random", seed=5)
    assert len(list(folder.glob("*/train.txt"))) == 1
    other = datasets.load("criteo-synthetic", rows=1_000, strength=2.0)
    assert len(list(folder.glob("*/train.txt"))) == 2
    assert other.fingerprint != first.fingerprint
    monkeypatch.setattr(generated, "write", None)
    assert datasets.load("criteo-synthetic", rows=1_000).fingerprint == first.fingerprint
    path = next(folder.glob("*/train.txt"))
    size = path.stat().st_size
    monkeypatch.undo()
    monkeypatch.setenv("FMTEACH_DATA", str(home))
    os.truncate(path, size // 2)
    datasets.load("criteo-synthetic", rows=1_000)
    datasets.load("criteo-synthetic", rows=1_000, strength=2.0)
    assert path.stat().st_size == size


def test_names_of_options_are_checked():
    with pytest.raises(InputError, match=r"unknown option 'min_cont': did you mean 'min_count'"):
        datasets.load("criteo-synthetic", min_cont=3)
    with pytest.raises(InputError, match=r"unknown option 'strength'"):
        datasets.load("criteo-100k", strength=3)
    with pytest.raises(InputError, match="unknown task"):
        datasets.load("avazu-synthetic", task="rating")
    with pytest.raises(InputError, match="rows must be a whole number"):
        datasets.load("avazu-synthetic", rows=3)


def test_in_the_generated_avazu_set_the_later_rows_are_harder(home):
    """What notebook 13 shows: a random split looks better than what comes."""
    loss = {}
    for split in ("random", "time"):
        data = datasets.load("avazu-synthetic", split=split, rows=30_000, drift=1.5)
        trainer = Trainer(data, TrainConfig(model="linear", epochs=2, batch_size=512,
                                            learning_rate=0.02))  # fmt: skip
        trainer.fit()
        oracle = data.oracle["test"]["logloss"]
        loss[split] = trainer.evaluate("test")["loss"] - oracle
    assert loss["time"] > loss["random"] + 0.005
