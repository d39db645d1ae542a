"""`fmteach train` and what all commands share."""

from __future__ import annotations

import io
import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from fmteach import __version__, datasets
from fmteach.cli import app
from fmteach.datasets import Dataset, synthetic
from fmteach.errors import InputError
from fmteach.models import load_model
from fmteach.training import Trainer, progress

SMALL = ["train", "-k", "2", "--epochs", "3", "--batch-size", "64", "--device", "cpu"]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments], env={"COLUMNS": "200", "NO_COLOR": "1"})


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, clicks: Dataset) -> Dataset:
    """Every command in this file trains on a few hundred rows."""
    monkeypatch.setattr(datasets, "load", lambda *_, **__: clicks)
    return clicks


@pytest.fixture(autouse=True)
def ctrl_c() -> Iterator[None]:
    """Ctrl-C as in a terminal: a shell that starts the tests in the background switches it off."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real Ctrl-C, once, when the run is at `step`."""
    original = progress.with_progress

    def interrupted(trainer: Trainer, *args: Any, **options: Any) -> Any:
        for record in original(trainer, *args, **options):
            yield record
            if record.step == step:
                signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(progress, "with_progress", interrupted)


@pytest.mark.parametrize("command", [[], ["lab"], ["doctor"], ["train"]])
def test_help_describes_and_gives_examples(command: list[str]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert f"fmteach {' '.join(command)}".strip() in result.output
    assert "Examples" in result.output or not command


def test_version() -> None:
    assert run("--version").output.strip() == f"fmteach {__version__}"


def test_training_ends_in_a_table_next_to_the_baselines() -> None:
    result = run(*SMALL)
    assert result.exit_code == 0, result.output
    for row in ("base rate", "linear model", "FM, k = 2"):
        assert row in result.output
    assert "logloss ↓" in result.output
    assert "AUC ↑" in result.output


def test_json_is_the_only_output_and_holds_settings_and_metrics(small: Dataset) -> None:
    result = run(*SMALL, "--json")
    told = json.loads(result.stdout)
    assert told["config"]["k"] == 2
    assert told["fingerprint"] == small.fingerprint
    assert told["steps"] == 3 * -(-len(small.train) // 64)
    assert set(told["metrics"]) == {"base rate", "linear model", "FM, k = 2"}
    assert 0 <= told["metrics"]["FM, k = 2"]["test"]["auc"] <= 1


def test_the_saved_model_is_the_one_that_was_measured(tmp_path: Path, small: Dataset) -> None:
    path = tmp_path / "model.safetensors"
    told = json.loads(run(*SMALL, "--json", "--save", str(path)).stdout)
    again = Trainer(small, model=load_model(path)).evaluate("test")
    assert again == pytest.approx(told["metrics"]["FM, k = 2"]["test"])


def test_a_run_that_was_interrupted_and_resumed_is_the_same_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = json.loads(run(*SMALL, "--json").stdout)
    path = tmp_path / "run.safetensors"
    with monkeypatch.context() as patch:
        interrupt_at(7, patch)
        stopped = run(*SMALL, "--checkpoint", str(path))
    assert stopped.exit_code == 130
    assert "FM, k = 2" in stopped.output
    assert f"--resume {path}" in stopped.output
    resumed = json.loads(run("train", "--resume", str(path), "--json").stdout)
    assert resumed["steps"] == whole["steps"]
    assert resumed["metrics"]["FM, k = 2"] == whole["metrics"]["FM, k = 2"]


def test_an_interrupted_run_without_a_checkpoint_says_how_to_keep_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    interrupt_at(2, monkeypatch)
    result = run(*SMALL)
    assert result.exit_code == 130
    assert "--checkpoint" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-k", "0"], "k must be a whole number, 1 or more"),
        (["--optimizer", "lbfgs"], "choose one of adam, sgd, adagrad"),
        (["--device", "tpu"], "choose auto, cpu, cuda"),
        (["--lr", "-1"], "learning_rate must be above 0"),
        (["--save", "/no/such/folder/model"], "does not exist; make it first"),
        (["--checkpoint", "."], "is a folder; name a file in it"),
        (["--resume", "/no/such/run"], "/no/such/run"),
        (["--resume", "run", "-k", "4", "--batch-size", "8"], "-k, --batch-size cannot go with"),
    ],
)
def test_bad_input_is_one_message_and_exit_status_2(arguments: list[str], message: str) -> None:
    result = run("train", *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
    assert message in " ".join(result.stderr.split())
    assert "Traceback" not in result.output


def test_debug_shows_the_traceback() -> None:
    result = run("--debug", "train", "-k", "0")
    assert isinstance(result.exception, InputError)


def test_a_run_that_diverges_ends_in_advice() -> None:
    result = run(*SMALL, "--optimizer", "sgd", "--lr", "1e30")
    assert result.exit_code == 2
    assert "smaller learning rate" in " ".join(result.stderr.split())


def test_synthetic_data_puts_the_oracle_under_the_models(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    data = synthetic.dataset("clicks", rows=2000)

    def load(name: str, **options: Any) -> Dataset:
        asked.append((name, options["task"]))
        return data

    monkeypatch.setattr(datasets, "load", load)
    result = run(*SMALL, "--data", "clicks")
    assert result.exit_code == 0, result.output
    assert asked == [("clicks", "click")]  # the only task of this data set
    assert "(synthetic)" in result.output
    row = next(line for line in result.output.splitlines() if "oracle (best possible)" in line)
    assert f"{data.oracle['test']['auc']:.4f}" in row
    told = json.loads(run(*SMALL, "--data", "clicks", "--json").stdout)
    assert told["metrics"]["oracle (best possible)"]["valid"] == dict(data.oracle["valid"])


def test_the_task_left_out_is_the_first_of_the_data_set(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    original = datasets.load
    monkeypatch.setattr(datasets, "load", lambda name, task, **_: asked.append(task) or original())
    for options in ([], ["--task", "rating"]):
        assert run(*SMALL, *options).exit_code == 0
    assert asked == ["like", "rating"]


def test_a_value_that_is_no_number_is_never_the_best():
    from rich.console import Console

    from fmteach.cli.train import metrics_table
    from fmteach.tasks import get_task

    nan = float("nan")
    scores = {"base rate": (0.7, nan, 0.5), "linear": (0.6, 0.8, 0.9), "FM": (0.5, 0.7, 0.6)}
    names = ("logloss", "auc", "accuracy")
    results = {name: {"test": dict(zip(names, row, strict=True))} for name, row in scores.items()}
    console = Console(width=120, record=True, force_terminal=True, file=io.StringIO())
    console.print(metrics_table(results, get_task("classification")))
    bold = re.findall(r"\x1b\[1m([\d.]+|nan)\x1b", console.export_text(styles=True))
    assert bold == ["0.8000", "0.9000", "0.5000"]
