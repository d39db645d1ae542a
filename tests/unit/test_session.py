"""The live session: the same curve as without it, and a worker that does as it is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

import numpy as np
import pytest
import torch

from fmteach.errors import DivergenceError, InputError
from fmteach.live.session import Session
from fmteach.live.session.curves import CURVES
from fmteach.training import StepRecord, TrainConfig, Trainer
from tests.unit.conftest import small_data

ROOT = Path(__file__).parents[2]
QUICK = TrainConfig(k=2, learning_rate=0.05, batch_size=64, epochs=4, device="cpu", init_scale=0.1)
LONG = QUICK.replace(epochs=100_000)  # nobody waits for its end


class SlowTrainer(Trainer):
    """Every step takes 50 ms and says when it begins."""

    begun = 0

    def __iter__(self):
        for record in super().__iter__():
            yield record
            type(self).begun += 1
            time.sleep(0.05)


class BrokenTrainer(Trainer):
    def __iter__(self):
        records = super().__iter__()
        yield next(records)
        yield next(records)
        self.fall_over()

    def fall_over(self):
        raise KeyError("a fault in the worker")


@pytest.fixture(autouse=True)
def no_thread_is_left_and_torch_is_as_before():
    threads = torch.get_num_threads()
    yield
    deadline = time.monotonic() + 10
    while any(t.name.startswith("fmteach") for t in threading.enumerate()):
        assert time.monotonic() < deadline, threading.enumerate()
        time.sleep(0.01)
    seen = []
    other = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
    other.start()
    other.join()
    assert torch.get_num_threads() == threads and seen == [threads]


def session_of(clicks, config=QUICK, kind=Trainer, name="run"):
    return Session(kind(clicks, config), name)


def eventually(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "this never came true"
        time.sleep(0.002)


def test_a_session_gives_the_curve_of_fit(clicks):
    alone = Trainer(clicks, QUICK)
    alone.fit()
    session = session_of(clicks)
    assert session.status == "ready"
    history = session.start().wait()
    assert session.status == "finished"
    assert history.losses.tolist() == alone.history.losses.tolist()
    for mine, other in zip(session.model.parameters(), alone.model.parameters(), strict=True):
        assert torch.equal(mine, other)


def test_pauses_and_steps_do_not_change_the_curve(clicks):
    plain = session_of(clicks).start().wait().losses.tolist()
    session = session_of(clicks)
    session.step(3).step(2).resume()
    session.pause()
    session.resume() if session.status == "paused" else None
    assert session.wait().losses.tolist() == plain


def test_step_makes_exactly_so_many_steps(clicks):
    session = session_of(clicks, LONG)
    session.step()
    assert (session.status, session.snapshot().step, len(session.trainer.history)) == (
        "paused", 1, 1,
    )  # fmt: skip
    session.step(5)
    assert (session.status, session.snapshot().step) == ("paused", 6)
    session.resume()
    eventually(lambda: session.snapshot().step > 20)
    session.step(2)  # a step out of a running state pauses first
    here = session.snapshot().step
    time.sleep(0.05)
    assert session.status == "paused" and session.snapshot().step == here
    session.stop()


def test_the_last_step_ends_the_run(clicks):
    session = session_of(clicks)
    session.step(session.trainer.total_steps)
    session.wait()
    assert session.status == "finished"
    assert session.snapshot().step == session.trainer.total_steps


def test_no_step_begins_after_pause_came_back(clicks):
    session = session_of(clicks, LONG, SlowTrainer).start()
    eventually(lambda: session.snapshot().step >= 2)
    session.pause()
    assert session.status == "paused"
    before = SlowTrainer.begun, session.snapshot().step
    time.sleep(0.2)
    assert (SlowTrainer.begun, session.snapshot().step) == before
    session.stop()


def test_stop_takes_a_step_not_an_epoch(clicks):
    session = session_of(clicks, LONG, SlowTrainer).start()
    eventually(lambda: session.snapshot().step >= 2)
    steps, begin = session.snapshot().step, time.monotonic()
    session.stop()
    assert session.status == "stopped" and session.snapshot().step <= steps + 2
    assert time.monotonic() - begin < 5  # a step takes 0.05 s, an epoch 0.4 s, the run hours
    assert session.wait() is session.trainer.history


def test_stop_ends_a_pause_and_a_run_that_never_began(clicks):
    session = session_of(clicks, LONG).start().pause()
    assert session.stop().status == "stopped"
    assert session_of(clicks).stop().status == "stopped"


def test_a_stopped_run_goes_on_where_it_stood(clicks):
    session = session_of(clicks)
    session.step(4).stop()
    history = session.start().wait()
    assert session.status == "finished"
    assert history.steps.tolist() == list(range(1, session.trainer.total_steps + 1))


def test_the_workers_error_comes_out_of_wait_with_its_traceback(clicks, capsys):
    session = session_of(clicks, kind=BrokenTrainer).start()
    seen = []
    for _ in range(2):
        with pytest.raises(KeyError, match="a fault in the worker") as caught:
            session.wait()
        seen.append([frame.name for frame in traceback.extract_tb(caught.value.__traceback__)])
    assert seen[0][-1] == "fall_over" and seen[0] == seen[1]  # it does not grow with each wait
    assert session.status == "failed" and "a fault in the worker" in session.snapshot().error
    assert capsys.readouterr() == ("", "")


def test_a_run_that_diverges_says_what_to_try_and_keeps_its_model(stars):
    wild = TrainConfig(optimizer="sgd", learning_rate=1e6, batch_size=64, device="cpu")
    session = session_of(stars, wild).start()
    with pytest.raises(DivergenceError):
        session.wait()
    shot = session.snapshot()
    assert (shot.status, shot.stop_reason) == ("failed", "diverged")
    assert "smaller learning rate" in shot.error
    assert all(torch.isfinite(p).all() for p in session.model.parameters())


def test_waiting_for_what_cannot_end_is_an_error(clicks):
    session = session_of(clicks, LONG)
    with pytest.raises(InputError, match=r"call start\(\)"):
        session.wait()
    session.step()
    with pytest.raises(InputError, match="paused at step 1"):
        session.wait()
    session.resume()
    with pytest.raises(TimeoutError, match="is still running"):
        session.wait(timeout=0.05)
    assert session.status == "running"
    session.stop()


@pytest.mark.skipif(os.name == "nt", reason="there a process cannot interrupt itself alone")
def test_an_interrupt_during_wait_stops_the_run_and_keeps_what_it_learnt(clicks, capsys):
    session = session_of(clicks, LONG).start()
    eventually(lambda: session.snapshot().step > 3)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    try:
        timer.start()
        history = session.wait()
    finally:
        timer.join()
        signal.signal(signal.SIGINT, before)
    assert session.status == "stopped" and len(history) > 3
    assert "Model and history are kept" in capsys.readouterr().out
    steps = len(history)
    time.sleep(0.05)
    assert len(session.trainer.history) == steps and torch.isfinite(session.model.V).all()


@pytest.mark.parametrize("bad", [0, -1, 1.5, True, "2"])
def test_a_bad_number_of_steps_is_refused(clicks, bad):
    with pytest.raises(InputError, match="whole number"):
        session_of(clicks).step(bad)


def test_a_run_that_is_over_or_going_is_not_started_again(clicks):
    session = session_of(clicks, LONG).start()
    with pytest.raises(InputError, match="already"):
        session.start()
    session.stop()
    done = session_of(clicks).start()
    done.wait()
    for call in (done.start, done.step):
        with pytest.raises(InputError, match="finished"):
            call()
    with pytest.raises(InputError, match="no pause"):
        done.resume()


def test_a_new_learning_rate_acts_from_the_next_step_on_and_is_recorded(clicks):
    session = session_of(clicks, LONG).step(3)
    session.set_learning_rate(0.001).step(2).stop()
    rates = session.trainer.history.column("learning_rate").tolist()
    assert rates == [0.05, 0.05, 0.05, 0.001, 0.001]
    assert [(step, rate) for step, _, rate in session.steering] == [(3, 0.001)]
    for bad in (0, -1, float("nan"), "fast", True):
        with pytest.raises(InputError, match="learning_rate"):
            session.set_learning_rate(bad)


def test_a_guest_gets_the_model_between_two_steps(clicks):
    session = session_of(clicks, LONG).start()
    for _ in range(5):
        with session.between_steps() as model, session.between_steps():
            step, weights = session.trainer.step, model.w.detach().clone()
            time.sleep(0.01)
            assert session.trainer.step == step and torch.equal(model.w, weights)
    session.stop()


def test_curves_hold_every_evaluation_and_a_smooth_minibatch_loss(clicks):
    session = session_of(clicks)
    history = session.start().wait()
    curves = session.curve_data()
    assert tuple(curves) == CURVES
    x, y = curves["valid_loss"]
    epochs, losses = history.curve("valid", "loss")
    assert np.allclose(x, epochs) and np.allclose(y, losses)
    assert np.allclose(curves["train_metric"][1], history.curve("train", "auc")[1])
    x, y = curves["batch_loss"]
    assert len(x) == len(history) and y[0] == pytest.approx(history.losses[0])
    assert y[9] == pytest.approx(history.losses[:10].mean(), rel=1e-5)
    assert np.abs(np.diff(y)).mean() < np.abs(np.diff(history.losses)).mean() / 2


def test_listeners_hear_each_status_and_cannot_break_the_run(clicks):
    session, heard, threads = session_of(clicks), [], set()

    def listener(who):
        heard.append(who.status)
        threads.add(threading.current_thread().name)
        raise ZeroDivisionError("a broken picture")

    session.listen(listener)
    session.step(2)
    eventually(lambda: "paused" in heard)
    session.resume().wait()
    assert session.status == "finished" and heard[-1] == "finished"
    assert isinstance(session.listener_error, ZeroDivisionError)
    assert threads == {"fmteach run"}


class Records:
    """A trainer with a clock of its own: 100 rows and a tenth of a second a step."""

    total_steps, best, stop_reason, finished = 1000, None, None, False
    config = TrainConfig(device="cpu")

    def __init__(self, data):
        self.task = Trainer(data, QUICK).task
        self.model = self.history = None

    def __iter__(self):
        for step in range(1, 1000):
            yield StepRecord(
                step=step, epoch=step / 10, loss=0.5, seconds=step / 10, samples=100 * step
            )


def test_speed_and_time_left_follow_the_training_clock(clicks):
    session = Session(Records(clicks), "run")
    assert session.snapshot().eta_seconds is None
    session.step(400)
    shot = session.snapshot()
    assert shot.samples_per_second == pytest.approx(1000)
    assert shot.eta_seconds == pytest.approx(60)
    assert shot.active and shot.epoch == 40
    session.stop()
    assert session.snapshot().eta_seconds is None


def test_two_runs_at_a_time_leave_torch_as_it_was():
    first = session_of(small_data(), LONG).start()
    second = session_of(small_data(seed=1), LONG).start()
    eventually(lambda: min(first.snapshot().step, second.snapshot().step) > 3)
    first.stop()
    second.stop()  # the fixture looks at the number of threads


def test_a_process_that_ends_while_a_run_trains_ends_cleanly():
    # A daemon thread inside torch at that moment would abort the process (exit status 134).
    script = (
        "from fmteach.live.session import Session\n"
        "from fmteach.training import TrainConfig, Trainer\n"
        "from tests.unit.conftest import small_data\n"
        "config = TrainConfig(k=2, batch_size=8, epochs=100_000, device='cpu')\n"
        "session = Session(Trainer(small_data(), config)).start()\n"
        "while session.snapshot().step < 20: pass\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
