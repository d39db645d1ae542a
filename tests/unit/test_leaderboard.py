"""The leaderboard: what is ranked with what, and that no run is ever lost."""

from __future__ import annotations

import csv
import io
import json
import math
import subprocess
import sys
import time

import numpy as np
import pytest

from fmteach.datasets.published import BOARDS
from fmteach.errors import DataFileError, InputError
from fmteach.training import Interval, Leaderboard, TrainConfig

X4 = "published x4 (8:1:1), min count 10"


def names(section) -> list[str]:
    return [entry.name for entry in section.entries]


# ---- published scores ----------------------------------------------------------------------------


def test_the_published_scores_are_whole_and_in_order():
    assert set(BOARDS) >= {"criteo-x1", "criteo-x4", "avazu-x1", "avazu-x4", "ml-100k", "d2l-ctr"}
    for board in BOARDS.values():
        assert board.scores and any(score.split == board.split for score in board.scores)
        for score in board.scores:
            assert board.primary in score.metrics and score.source
    for name in ("criteo-x1", "criteo-x4", "avazu-x1", "avazu-x4"):
        scores = {s.model: s.metrics["auc"] for s in BOARDS[name].scores}
        assert scores["LR"] < scores["FM"] < scores["DeepFM"]
    assert BOARDS["avazu-x4"].scores[1].metrics == {"auc": 0.7887, "logloss": 0.3754}
    assert len(BOARDS["criteo-x4"].table()) == 8


def test_a_run_stands_among_the_published_scores_of_its_split(tmp_path):
    board = Leaderboard("criteo-x4", tmp_path)
    board.add("mine", {"auc": 0.81, "logloss": 0.442}, split=X4, k=16)
    first, other = board.sections()
    assert names(first) == ["DeepFM", "FFM", "mine", "FM", "LR"]
    assert "mine" not in names(other) and "not to be compared" in other.about
    assert "k = 16" in str(board) and "published" in str(board)


def test_a_run_that_is_repeated_gets_a_new_date_and_no_second_line(tmp_path):
    board = Leaderboard("my-clicks", tmp_path)
    board.add("FM", {"auc": 0.75}, split="random", config=TrainConfig(k=8))
    stored = json.loads(board.path.read_text())
    stored["runs"][0]["date"] = "2020-01-01 00:00"
    board.path.write_text(json.dumps(stored))
    again = Leaderboard("my-clicks", tmp_path)
    again.add("FM", {"auc": 0.75 + 1e-12}, split="random", config=TrainConfig(k=8))
    assert [run["number"] for run in again.runs] == [1] and again.runs[0]["date"] > "2020-01-02"
    again.add("FM", {"auc": 0.75}, split="time", config=TrainConfig(k=8))
    again.add("FM", {"auc": 0.75}, split="random", config=TrainConfig(k=16))
    again.add("FM", {"auc": 0.76}, split="random", config=TrainConfig(k=8))
    again.add("FM 2", {"auc": 0.75}, split="random", config=TrainConfig(k=8))
    again.add("FM", {"auc": 0.75}, data="other", split="random", config=TrainConfig(k=8))
    assert [run["number"] for run in again.runs] == [1, 2, 3, 4, 5, 6]


def test_a_run_that_cannot_be_written_is_not_kept_twice(tmp_path, capsys):
    (tmp_path / "in the way").write_text("")
    board = Leaderboard("my-clicks", tmp_path / "in the way" / "board.json")
    for _ in range(2):
        board.add("FM", {"auc": 0.75}, split="random")
    assert len(board.runs) == 1 and "could not be written" in capsys.readouterr().out


def test_a_lower_rmse_is_better(tmp_path):
    board = Leaderboard("ml-100k", tmp_path).add("mine", {"rmse": 0.91}, split="u1 to u5, mean")
    ranked = names(board.sections()[0])
    assert ranked[0] == "Bayesian FM with side features" and ranked[-1] == "global mean"
    assert ranked.index("mine") == 2


def test_synthetic_runs_are_apart_with_their_oracle_and_without_published_scores(tmp_path):
    from fmteach.datasets import synthetic

    data = synthetic.dataset("clicks", rows=2000)
    board = Leaderboard("criteo-x4", tmp_path)
    board.add("a", {"auc": 0.99}, data=data, split=X4).add("b", {"auc": 0.6}, data=data)
    last, *others = board.sections()
    assert last.title == "Synthetic data."
    assert names(last)[0] == "a" and sorted(names(last)) == ["a", "b", "oracle"]
    assert {entry.kind for entry in last.entries} == {"yours", "oracle"}
    assert len(others) == 2 and not {"a", "b"} & {n for one in others for n in names(one)}
    assert all("not to be compared" in one.about for one in (last, *others))
    assert data.fingerprint[:6] in last.entries[0].note
    with pytest.raises(InputError, match="synthetic"):
        board.add("c", {"auc": 0.7}, data=data, synthetic=False)


def test_without_a_split_a_run_is_compared_with_nothing(tmp_path):
    board = Leaderboard("avazu-x4", tmp_path).add("mine", {"auc": 0.9}, data="my file")
    last, published = board.sections()
    assert last.title == "Split: split not given." and names(last) == ["mine"]
    assert "Published, on other rows" in published.about
    assert "Say split=" in last.about


def test_nan_is_never_first_and_the_file_stays_plain_json(tmp_path):
    board = Leaderboard("own", tmp_path)
    board.add("broken", {"auc": float("nan")}).add("fine", {"auc": 0.6}).add("odd", {"rmse": 1.0})
    assert names(board.sections()[0])[0] == "fine"
    low = Leaderboard("low", tmp_path).add("broken", {"rmse": math.nan}).add("x", {"rmse": 0.9})
    assert names(low.sections()[0]) == ["x", "broken"]
    assert "NaN" not in board.path.read_text()
    assert "–" in str(board)


def test_the_primary_metric_of_an_own_board_comes_from_its_runs(tmp_path):
    board = Leaderboard("own", tmp_path).add("x", {"loss": 0.3, "logloss": 0.3, "rmse": 0.3})
    assert board.primary == "rmse"
    assert "loss" not in board.sections()[0].entries[0].note
    assert board.table().columns[2:4] == ("RMSE", "logloss")


def test_a_set_without_scores_of_its_own_shows_those_of_its_relative_apart(tmp_path):
    board = Leaderboard("avazu-synthetic", tmp_path).add("mine", {"auc": 0.9}, synthetic=True)
    own, published = board.sections()
    assert names(own) == ["mine"] and "FM" in names(published)
    assert board.path.name == "avazu-synthetic.json" and "Avazu x4" in str(board)


# ---- keeping -------------------------------------------------------------------------------------


def test_runs_come_back_with_all_that_describes_them(tmp_path, clicks):
    data = clicks
    Leaderboard("own", tmp_path).add(
        "FM", {"auc": Interval(0.7, 0.6, 0.8), "logloss": np.float32(0.5)}, data=data,
        split="random", config=TrainConfig(k=4), rows=np.int64(600), note=("a", 1),
    )  # fmt: skip
    (run,) = Leaderboard("own", tmp_path).runs
    assert run["metrics"] == {"auc": 0.7, "logloss": 0.5}
    assert run["intervals"] == {"auc": [0.6, 0.8]}
    assert run["fingerprint"] == data.fingerprint and run["synthetic"] is True
    assert run["settings"]["k"] == 4 and run["settings"]["optimizer"] == "adam"
    assert run["settings"]["rows"] == 600 and run["settings"]["note"] == "('a', 1)"
    assert run["fmteach"] and run["date"][:2] == "20"


def test_removing_and_resetting(tmp_path, capsys):
    board = Leaderboard("own", tmp_path)
    for name in "abc":
        board.add(name, {"auc": 0.5})
    board.remove(2)
    assert [run["name"] for run in board.runs] == ["a", "c"]
    board.add("d", {"auc": 0.5})
    assert board.runs[-1]["number"] == 4  # a number is never given twice
    with pytest.raises(InputError, match=r"no run 2 .* there are 1, 3, 4"):
        board.remove(2)
    board.reset()
    assert board.runs == [] and "No runs yet" in str(board)
    kept = json.loads((tmp_path / "own.before-reset.json").read_text())
    assert [run["name"] for run in kept["runs"]] == ["a", "c", "d"]
    assert "before-reset" in capsys.readouterr().out
    assert board.add("e", {"auc": 0.5}).runs[-1]["number"] == 5


def test_two_notebooks_at_once_lose_nothing(tmp_path):
    code = (
        "import sys; from fmteach.training import Leaderboard\n"
        "b = Leaderboard('own', sys.argv[1])\n"
        "for i in range(15): b.add(f'x{i}', {'auc': 0.5})\n"
    )
    board = Leaderboard("own", tmp_path)
    other = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    while other.poll() is None and not board.runs:  # begin when the other has begun
        time.sleep(0.01)
    for i in range(15):
        board.add(f"y{i}", {"auc": 0.5})
    assert other.wait(60) == 0
    runs = Leaderboard("own", tmp_path).runs
    assert sorted(run["number"] for run in runs) == list(range(1, 31))
    assert {run["name"] for run in runs} == {f"{a}{i}" for a in "xy" for i in range(15)}
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"format": 1}', b'{"format": 1, "runs": [{"number": 1}]}'],
)
def test_a_damaged_file_is_set_aside_whole(tmp_path, capsys, content):
    path = tmp_path / "own.json"
    path.write_bytes(content)
    board = Leaderboard("own", tmp_path).add("a", {"auc": 0.5})
    (aside,) = tmp_path.glob("own.damaged-*.json")
    assert aside.read_bytes() == content
    assert [run["name"] for run in board.runs] == ["a"]
    assert "damaged" in capsys.readouterr().out and str(aside) in str(board)
    path.write_bytes(b"again")
    assert board.runs == [] and len(list(tmp_path.glob("own.damaged-*.json"))) == 2


def test_a_file_of_a_newer_format_is_left_alone(tmp_path, capsys):
    path = tmp_path / "own.json"
    path.write_text('{"format": 2, "runs": {}}')
    board = Leaderboard("own", tmp_path).add("a", {"auc": 0.5})
    assert path.read_text() == '{"format": 2, "runs": {}}'
    assert "newer" in capsys.readouterr().out
    assert [run["name"] for run in board.runs] == ["a"]  # in memory
    with pytest.raises(DataFileError, match="newer"):
        board.reset()


def test_a_folder_that_cannot_be_written_is_survived(tmp_path, capsys):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    board = Leaderboard("own", blocked / "deep").add("a", {"auc": 0.5}).add("b", {"auc": 0.6})
    assert [run["name"] for run in board.runs] == ["a", "b"]
    assert "could not be written" in capsys.readouterr().out and "Note:" in str(board)
    board.remove(board.runs[0]["number"])
    assert [run["name"] for run in board.runs] == ["b"]
    blocked.unlink()  # now the folder can be made
    board.add("c", {"auc": 0.7})
    assert [r["name"] for r in Leaderboard("own", blocked / "deep").runs] == ["b", "c"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch, capsys):
    board = Leaderboard("own", tmp_path).add("a", {"auc": 0.5})
    before = board.path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    board.add("b", {"auc": 0.6})
    monkeypatch.undo()
    assert board.path.read_bytes() == before and not list(tmp_path.glob("*.part"))
    assert "No space left" in capsys.readouterr().out
    board.add("c", {"auc": 0.7})
    assert [run["name"] for run in board.runs] == ["a", "b", "c"]


def test_the_default_place_is_beside_the_data(tmp_path, monkeypatch):
    monkeypatch.setenv("FMTEACH_DATA", str(tmp_path / "data"))
    board = Leaderboard("own").add("a", {"auc": 0.5})
    assert board.path == tmp_path / "data" / "leaderboard" / "own.json" and board.path.exists()


# ---- showing and exporting -----------------------------------------------------------------------


def test_export_has_everything(tmp_path):
    board = Leaderboard("criteo-x1", tmp_path).add('a "quoted", name', {"auc": 0.5}, k=3)
    text = board.export(tmp_path / "out.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["kind"] for row in rows] == ["yours"] + ["published"] * 4
    assert rows[0]["name"] == 'a "quoted", name' and json.loads(rows[0]["settings"]) == {"k": 3}
    assert rows[2]["name"] == "FM" and rows[2]["auc"] == "0.8022"
    whole = json.loads(board.export(tmp_path / "out.json").read_text("utf-8"))
    assert len(whole["published"]) == 4 and whole["runs"][0]["settings"] == {"k": 3}
    with pytest.raises(InputError, match=r"\.csv nor in \.json"):
        board.export(tmp_path / "out.xlsx")
    with pytest.raises(DataFileError, match="cannot be written"):
        board.export(tmp_path / "nowhere" / "out.csv")


def test_html_says_the_same_and_brings_no_colour_of_its_own(tmp_path):
    board = Leaderboard("avazu-x1", tmp_path).add("<b>mine</b>", {"auc": 0.77}, k=2)
    shown = board._repr_html_()
    assert "&lt;b&gt;mine&lt;/b&gt;" in shown and "0.7613" in shown and "k = 2" in shown
    assert "color" not in shown  # the page's theme decides
    assert len(board.table()) == 5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda b: b.add("", {"auc": 1}), "name is ''"),
        (lambda b: b.add("a", {}), "give a dict"),
        (lambda b: b.add("a", 0.7), "give a dict"),
        (lambda b: b.add("a", {"auc": "high"}), "auc is 'high'"),
        (lambda b: Leaderboard("../up"), "short name"),
        (lambda b: Leaderboard(""), "criteo-x4"),
    ],
)
def test_bad_input_is_named(tmp_path, call, message):
    with pytest.raises(InputError, match=message):
        call(Leaderboard("own", tmp_path))
    assert list(tmp_path.iterdir()) == []
