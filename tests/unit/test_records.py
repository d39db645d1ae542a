"""The history of a run under a reader in another thread, and the progress bar around a run."""

from __future__ import annotations

import io
import threading

import pytest
import rich
import torch
from rich.console import Console

from fmteach.models import FactorizationMachine
from fmteach.training import History, StepRecord, TrainConfig, Trainer
from fmteach.training.progress import with_progress

QUICK = TrainConfig(k=2, batch_size=64, epochs=2, device="cpu")


def record(step: int) -> StepRecord:
    valid = {"loss": float(step)} if step % 10 == 0 else None
    return StepRecord(
        step=step, epoch=step, loss=float(step), seconds=step, samples=step,
        learning_rate=step, valid=valid,
    )  # fmt: skip


def test_a_reader_never_sees_a_half_written_step():
    history, steps = History(), 20_000

    def write():
        for step in range(1, steps + 1):
            history.append(record(step))

    writer = threading.Thread(target=write)
    writer.start()
    while True:
        alive = writer.is_alive()
        columns = [history.column(name) for name in History._COLUMNS]
        for column in columns:
            if len(column):
                assert column[0] == 1 and column[-1] == len(column)
        found = history.evaluations
        assert [r.step for r in found[-3:]] == [10 * n for n in range(1, len(found) + 1)][-3:]
        if not alive:
            break
    writer.join()
    assert len(history) == steps and history.losses.sum() == steps * (steps + 1) / 2


def test_a_restored_history_grows_on():
    history = History()
    for step in range(1, 1500):
        history.append(record(step))
    columns = {name: history.column(name).copy() for name in History._COLUMNS}
    again = History.restore(columns, history.evaluations)
    for step in range(1500, 5000):
        again.append(record(step))
    assert again.steps.tolist() == list(range(1, 5000))
    assert len(history) == 1499 and len(again.evaluations) == 499


def terminal() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=120)


def assert_no_bar_is_drawn():
    drawing = [t for t in threading.enumerate() if "Refresh" in type(t).__name__]
    for thread in drawing:
        thread.join(5)  # told to stop; it ends when it has woken up
    assert not any(thread.is_alive() for thread in drawing)


def test_the_bar_passes_every_record_on_and_shows_the_end(clicks):
    trainer, console = Trainer(clicks, QUICK), terminal()
    steps = [r.step for r in with_progress(trainer, console=console, label="FM, k = 2")]
    assert steps == list(range(trainer.total_steps + 1))
    text = console.file.getvalue()
    assert "FM, k = 2" in text and "epoch 2.0" in text and "valid AUC" in text


def test_the_bar_ends_when_the_reader_leaves_and_goes_on_later(clicks):
    trainer = Trainer(clicks, QUICK)
    records = with_progress(trainer, console=terminal())
    for r in records:
        if r.step == 5:
            break
    records.close()
    assert_no_bar_is_drawn()
    rest = [r.step for r in with_progress(trainer, console=terminal())]
    assert rest == list(range(6, trainer.total_steps + 1))


def test_the_bar_of_a_run_that_goes_on_begins_where_it_stands(clicks):
    trainer, console = Trainer(clicks, QUICK), terminal()
    for r in trainer:
        if r.step == 12:
            break
    records = with_progress(trainer, iter([]), console=console)
    assert list(records) == []
    assert "epoch 1.5" in console.file.getvalue()


def test_the_bar_passes_an_error_on(clicks):
    def failing():
        yield record(1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(with_progress(Trainer(clicks, QUICK), failing(), console=terminal()))
    assert_no_bar_is_drawn()


def test_scoring_leaves_the_mode_of_the_model_as_it_was(clicks):
    model = FactorizationMachine(clicks.num_features, 2).eval()
    trainer = Trainer(clicks, QUICK, model=model)
    assert model.training
    trainer.evaluate("test")
    assert model.training
    model.eval()
    trainer.evaluate("test")
    assert not model.training


def test_seconds_are_those_of_the_work_and_not_of_the_pauses(clicks, monkeypatch):
    clock = iter(float(n) for n in range(10_000))
    monkeypatch.setattr("fmteach.training.trainer.time.perf_counter", lambda: next(clock))
    seconds = []
    for r in Trainer(clicks, QUICK):
        seconds.append(r.seconds)
        for _ in range(5):
            next(clock)  # a pause
    assert seconds == [float(n) for n in range(1, len(seconds) + 1)]


def test_the_thread_count_of_torch_is_put_back(clicks):
    before = torch.get_num_threads()
    trainer = Trainer(clicks, QUICK)
    for r in trainer:
        assert torch.get_num_threads() == before
        if r.step == 3:
            break
    assert torch.get_num_threads() == before


def test_in_a_notebook_the_bar_is_one_line_that_shows_the_end(clicks, monkeypatch, capsys):
    monkeypatch.setattr(rich.get_console(), "is_jupyter", True)
    monkeypatch.setenv("FORCE_COLOR", "1")  # as in a kernel
    trainer = Trainer(clicks, QUICK)
    trainer.fit(progress=True)
    lines = capsys.readouterr().out.split("\r")
    assert "epoch 2.0" in lines[-1] and "valid AUC" in lines[-1] and lines[-1].endswith("\n")
    assert len(lines) < trainer.total_steps, "one drawing a step would cost more than the step"
    assert len({len(line.rstrip("\n")) for line in lines[1:]}) == 1, "nothing old is left standing"
    assert_no_bar_is_drawn()
