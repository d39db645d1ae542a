"""A training run that lives in a thread: start, pause, step, stop, and look at it meanwhile.

The worker thread runs the trainer's own iterator, so a run in a session and ``trainer.fit()`` give
the same curve. It never prints and never displays: whoever wants to see something reads a
`Snapshot` (immutable) or the decimated `curve_data`, or leaves a listener.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from fmteach.errors import FMTeachError, InputError
from fmteach.live.curves import LiveCurves
from fmteach.live.snapshot import Snapshot, SpeedMeter
from fmteach.training.threads import one_torch_thread

if TYPE_CHECKING:
    from fmteach.training import History, StepRecord, Trainer

STATUSES = ("ready", "running", "paused", "stopped", "finished", "failed")
LISTENER_SECONDS = 0.1  # at most ten pictures a second


class Session:
    """A daemon thread around one trainer.

    Args:
        trainer: a `fmteach.training.Trainer`; its iterator is run by the worker thread.
        name: how the run is called in messages.

    ``pause()``, ``step()`` and ``stop()`` come back when the worker has done what they say, which
    takes one batch at most (for ``step(n)``, n batches); with ``block=False`` they come back at
    once. All methods may be called from any thread.

    >>> from fmteach.datasets import load
    >>> from fmteach.training import TrainConfig, Trainer
    >>> session = Session(Trainer(load("movielens", task="like"), TrainConfig(k=4, epochs=1)))
    >>> session.step(3).snapshot().step
    3
    >>> len(session.stop().trainer.history), session.status
    (3, 'stopped')
    """

    def __init__(self, trainer: Trainer, name: str = "run") -> None:
        self.trainer = trainer
        self.name = name
        self.curves = LiveCurves(trainer.task.primary)
        self.steering: tuple[tuple[int, float, float], ...] = ()  # (step, epoch, learning rate)
        self.listener_error: BaseException | None = None
        self._listeners: list[Callable[[Session], None]] = []
        self._model_lock = threading.RLock()  # model, optimizer and history
        self._control = threading.RLock()  # status, step budget, thread
        self._go = threading.Event()
        self._stop = threading.Event()
        self._idle = threading.Event()  # set while the worker makes no step
        self._idle.set()
        self._over = threading.Event()  # set when the worker has done its last thing
        self._budget: int | None = None
        self._guests = 0
        self._status = "ready"
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        self._traceback: Any = None
        self._records: Iterator[StepRecord] | None = None
        self._last: StepRecord | None = None
        self._evaluation: StepRecord | None = None
        self._new_rate: float | None = None
        self._rate: float | None = getattr(trainer.config, "learning_rate", None)
        self._speed = SpeedMeter()
        self._next_call = 0.0

    # -- what a learner or a panel does -----------------------------------------------------

    @property
    def status(self) -> str:
        """One of STATUSES."""
        return self._status

    @property
    def stepping(self) -> bool:
        """Is the run paused, or making the steps that step() asked for?"""
        return self._status == "paused" or self._budget is not None

    @property
    def model(self):
        """The model that is trained. Read it inside ``with session.between_steps() as model:``."""
        return self.trainer.model

    def start(self) -> Session:
        """Start the run, or go on with one that was stopped. Comes back at once."""
        self._let_the_last_worker_end()
        with self._control:
            self._refuse_if_over("start")
            if self._status in ("running", "paused"):
                raise InputError(
                    f"{self.name} is {self._status} already; resume() ends a pause, "
                    "and a new Session starts a new run."
                )
            self._budget = None
            self._launch()
        return self

    def pause(self, block: bool = True) -> Session:
        """Make no further step until resume() or step(). No step begins after this came back."""
        with self._control:
            self._budget = None
            self._go.clear()
        if block:
            self._wait_until_idle()
        return self

    def resume(self) -> Session:
        """Go on after a pause."""
        with self._control:
            if self._status == "running" and self._budget is None:
                return self
            if self._status not in ("paused", "running"):
                raise InputError(
                    f"{self.name} is {self._status}, so there is no pause to end; "
                    "start() begins a run."
                )
            self._budget = None
            self._set_going()
        return self

    def step(self, n: int = 1, block: bool = True) -> Session:
        """Make exactly n minibatch steps, then pause. Starts the run when it has not begun.

        The evaluation before the first step is no step and is not counted.
        """
        if not isinstance(n, int) or isinstance(n, bool) or n < 1:
            raise InputError(f"step(n) got n={n!r}; n is a whole number of steps, 1 or more.")
        if self._status == "running":
            self.pause()
        self._let_the_last_worker_end()
        with self._control:
            self._refuse_if_over("step")
            self._budget = n
            if self._status == "paused":
                self._set_going()
            else:
                self._launch()
        if block:
            self._wait_until_idle()
        return self

    def stop(self, block: bool = True) -> Session:
        """End the run; model and history so far are kept. Does nothing to a run that is over."""
        with self._control:
            if self._status in ("running", "paused"):
                self._idle.clear()  # a paused worker has to wake up before it can end
                self._stop.set()
                self._go.set()
            elif self._status == "ready":
                self._status = "stopped"
        if block:
            self._wait_until_idle()
        return self

    def wait(self, timeout: float | None = None) -> History:
        """Wait for the end of the run and return its history.

        Raises the worker's own error, with its traceback, when the run failed; TimeoutError when
        it is still going after `timeout` seconds; InputError when nobody could ever end it (it was
        not started, or it is paused now). Ctrl-C, or the kernel's Interrupt, stops the run cleanly,
        says so, and returns the history so far.
        """
        if self._status == "paused":
            raise InputError(
                f"{self.name} is paused at step {self.snapshot().step}, so waiting would not end; "
                "call resume() first, or stop()."
            )
        thread = self._thread
        if thread is None:
            raise InputError(f"{self.name} is {self._status}; call start() before wait().")
        end = math.inf if timeout is None else time.monotonic() + timeout
        try:
            # Not thread.join(): an interrupt in it makes Python 3.11 believe the thread has ended.
            # Short waits, so that Ctrl-C gets through on every system.
            while not self._over.wait(min(0.2, max(0.0, end - time.monotonic()))):
                if time.monotonic() >= end:
                    shot = self.snapshot()
                    raise TimeoutError(
                        f"{self.name} is still {shot.status} after {timeout:g} s "
                        f"(step {shot.step} of {shot.total_steps}); wait again, or stop()."
                    )
            thread.join()
        except KeyboardInterrupt:
            self.stop()
            step = self.snapshot().step
            print(f"Interrupted: {self.name} stopped at step {step}. Model and history are kept.")
        if self._error is not None:
            raise self._error.with_traceback(self._traceback)
        return self.trainer.history

    def set_learning_rate(self, rate: float) -> Session:
        """Use another learning rate from the next step on. Kept in `steering`."""
        number = isinstance(rate, int | float) and not isinstance(rate, bool)
        if not number or not math.isfinite(rate) or rate <= 0:
            raise InputError(f"learning_rate={rate!r}; it is a number above 0, such as 0.003.")
        self._new_rate = float(rate)
        if not self._alive():
            with self._model_lock:
                self._steer()
        return self

    # -- what others read -------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """The state of this moment; O(1), waits for nothing."""
        record, trainer, status = self._last, self.trainer, self._status
        total = trainer.total_steps
        step = record.step if record else 0
        speed, step_seconds = self._speed.read()
        eta = None
        if step_seconds is not None and status in ("running", "paused"):
            eta = max(0.0, (total - step) * step_seconds)
        return Snapshot(
            name=self.name,
            status=status,
            step=step,
            total_steps=total,
            epoch=record.epoch if record else 0.0,
            seconds=record.seconds if record else 0.0,
            samples=record.samples if record else 0,
            samples_per_second=speed,
            eta_seconds=eta,
            learning_rate=self._rate,
            record=record,
            evaluation=self._evaluation,
            best=trainer.best,
            stop_reason=trainer.stop_reason,
            error=None if self._error is None else _one_line(self._error),
        )

    def curve_data(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """The curves so far, x in epochs, a few hundred points each: {name of CURVES: (x, y)}."""
        return self.curves.all()

    @contextmanager
    def between_steps(self) -> Iterator[Any]:
        """Hold the worker between two steps: ``with session.between_steps() as model:``"""
        with self._control:
            self._guests += 1  # the worker lets guests in first; a plain lock would starve them
        try:
            self._model_lock.acquire()
        finally:
            with self._control:
                self._guests -= 1
        try:
            yield self.trainer.model
        finally:
            self._model_lock.release()

    def listen(self, listener: Callable[[Session], None]) -> None:
        """Call ``listener(session)`` on the worker's thread, ten times a second at most, and at
        every change of status. An error in it is kept in `listener_error`; the run goes on."""
        self._listeners.append(listener)

    # -- the worker -------------------------------------------------------------------------

    def _launch(self) -> None:
        self._stop.clear()
        self._over.clear()
        self._thread = threading.Thread(target=self._work, name=f"fmteach {self.name}", daemon=True)
        self._set_going()
        self._thread.start()

    def _set_going(self) -> None:
        self._status = "running"
        self._idle.clear()
        self._go.set()

    def _work(self) -> None:
        failed = False
        try:
            with one_torch_thread():
                if self._records is None:
                    self._records = iter(self.trainer)
                self._notify()
                while self._may_go_on():
                    with self._model_lock:
                        self._steer()
                        record = next(self._records, None)
                    if record is None:
                        break
                    self._take(record)
        except BaseException as error:
            self._error, self._traceback = error, error.__traceback__
            failed = True
        over = "finished" if self.trainer.finished else "stopped"
        with self._control:
            self._status = "failed" if failed else over
            self._go.clear()
            self._idle.set()
        self._notify()
        self._over.set()

    def _may_go_on(self) -> bool:
        if self._go.is_set() and not self._guests and not self._stop.is_set():
            return True
        while self._guests and not self._stop.is_set():
            time.sleep(0.0005)
        if not self._go.is_set():
            if self.trainer.finished and not self._stop.is_set():
                return True  # no step is left: the next record is the end of the iterator
            with self._control:
                idle = not self._go.is_set()
                if idle:
                    self._status = "paused"
                    self._idle.set()
            if idle:
                self._notify()
                self._go.wait()
                self._notify()
        return not self._stop.is_set()

    def _take(self, record: StepRecord) -> None:
        # Runs at every step: what can wait for a listener's turn, waits.
        self._last = record
        self.curves.take(record)
        if record.valid is not None:
            self._evaluation = record
        if self._budget is not None and record.loss is not None:
            self._count_down()
        if time.monotonic() >= self._next_call:
            self._notify()

    def _count_down(self) -> None:
        with self._control:
            if self._budget is not None:
                self._budget -= 1
                if self._budget <= 0:
                    self._budget = None
                    self._go.clear()

    def _steer(self) -> None:
        rate, self._new_rate = self._new_rate, None
        if rate is None or rate == self._rate:
            return
        self.trainer.set_learning_rate(rate)
        self._rate = rate
        last = self._last
        point = (last.step, last.epoch, rate) if last else (0, 0.0, rate)
        self.steering = (*self.steering, point)

    def _notify(self) -> None:
        self._next_call = time.monotonic() + LISTENER_SECONDS
        if self._last is not None:
            self._speed.feed(self._last)
        for listener in tuple(self._listeners):
            try:
                listener(self)
            except Exception as error:  # a broken picture must not end a run
                self.listener_error = error

    # -- small things -----------------------------------------------------------------------

    def _let_the_last_worker_end(self) -> None:
        # After stop() it makes no step any more, but its listeners may still be at it.
        if not self._alive() and self._thread not in (None, threading.current_thread()):
            self._over.wait()

    def _alive(self) -> bool:
        return self._status in ("running", "paused")

    def _refuse_if_over(self, what: str) -> None:
        if self._status in ("finished", "failed"):
            raise InputError(
                f"{self.name} is {self._status}, so {what}() has nothing to do; "
                "make a new Trainer and a new Session for another run."
            )

    def _wait_until_idle(self) -> None:
        thread = self._thread
        if thread is None or thread is threading.current_thread():
            return
        while not self._idle.wait(0.2):
            pass

    def __repr__(self) -> str:
        shot = self.snapshot()
        return f"Session({self.name!r}, {shot.status}, step {shot.step} of {shot.total_steps})"


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, FMTeachError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
