"""`fmteach train`: which rows, by the name of a data set or by files of one's own."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from fmteach.datasets import synthetic
from tests.unit.test_cli import interrupt_at, run

QUICK = ("-k", "2", "--epochs", "1", "--batch-size", "64", "--device", "cpu")


def test_rows_of_ones_own_are_named_by_file(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("FMTEACH_DATA", str(tmp_path / "data"))
    clicks, table = tmp_path / "train.txt", tmp_path / "a table.csv"
    synthetic.write(clicks, "criteo", 2_000)
    own = ("train", "--file", str(clicks), "--dialect", "criteo", "--min-count", "50")
    found = json.loads(run(*own, *QUICK, "--rows", "1500", "--json").stdout)
    assert found["metrics"]["base rate"]["test"]["auc"] == 0.5
    assert found["split"] == "usual"
    rows = [f"{i % 7},{i % 5},{float(i % 7 > i % 5)}" for i in range(400)]
    table.write_text("user,price,bought\n" + "\n".join(rows) + "\n")
    own = ("train", "--file", str(table), "--dialect", "table", "--target", "bought")
    columns = ("--column", "user", "--column", "price:number")
    result = run(*own, *columns, *QUICK, "--json")
    assert result.exit_code == 0, result.output
    assert "auc" in json.loads(result.stdout)["metrics"]["FM, k = 2"]["test"]


def test_a_stopped_run_on_a_file_says_the_same_rows_again(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("FMTEACH_DATA", str(tmp_path / "data"))
    clicks, path = tmp_path / "a file.txt", tmp_path / "run.safetensors"
    synthetic.write(clicks, "d2l", 500)
    own = ("train", "--file", str(clicks), "--dialect", "d2l", "--min-count", "2")
    with monkeypatch.context() as patch:
        interrupt_at(3, patch)
        stopped = run(*own, *QUICK, "--checkpoint", str(path))
    assert stopped.exit_code == 130
    (line,) = [part for part in stopped.output.split("Stopped. To go on: ") if "--resume" in part]
    words = shlex.split(line)
    assert words[:3] == ["fmteach", "train", "--file"]
    resumed = run(*words[1:])
    assert resumed.exit_code == 0, resumed.output
    # A copy of the file is the same rows; other rows, or the same encoded otherwise, are not.
    copy, other = tmp_path / "copy.txt", tmp_path / "other.txt"
    copy.write_bytes(clicks.read_bytes())
    synthetic.write(other, "d2l", 500, seed=1)
    again = (
        "train",
        "--dialect",
        "d2l",
        "--min-count",
        "2",
        "--resume",
        str(path),
        "--epochs",
        "2",
    )
    assert run(*again, "--file", str(copy)).exit_code == 0
    for changed in ((*again, "--file", str(other)), (*again, "--file", str(copy), "--rows", "400")):
        refused = run(*changed)
        assert refused.exit_code == 2 and "other rows" in " ".join(refused.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--file", "x.txt"], "--file needs --dialect"),
        (["--dialect", "criteo"], "name the file with --file"),
        (["--file", "no.txt", "--dialect", "criteo"], "no.txt"),
        (["--file", "x.txt", "--dialect", "criteo", "--task", "click"], "--task goes with --data"),
        (["--data", "ml-1m"], "fmteach data fetch ml-1m"),
        (["--data", "movielens", "--min-count", "3"], "no option 'min_count'"),
        (["--features", "user,flim"], "did you mean 'film'"),
    ],
)
def test_rows_that_cannot_be_had_say_what_to_do(arguments: list[str], message: str) -> None:
    result = run("train", *arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
