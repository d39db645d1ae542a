"""The thread behind a live session: how it runs a trainer, and what may be read meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from fmteach.errors import FMTeachError
from fmteach.live.ending import at_exit
from fmteach.live.session.curves import LiveCurves
from fmteach.live.session.snapshot import Snapshot, SpeedMeter

if TYPE_CHECKING:
    from fmteach.training import StepRecord, Trainer

LISTENER_SECONDS = 0.1  # at most ten pictures a second


class Worker:
    """Runs a trainer's iterator in a daemon thread as three Events tell it. See `Session`."""

    def __init__(self, trainer: Trainer, name: str = "run") -> None:
        self.trainer = trainer
        self.name = name
        self.curves = LiveCurves(trainer.task.primary)
        self.steering: tuple[tuple[int, float, float], ...] = ()  # (step, epoch, learning rate)
        self.listener_error: BaseException | None = None
        self._listeners: list[Callable[[Any], None]] = []
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

    def listen(self, listener: Callable[[Any], None]) -> None:
        """Call ``listener(session)`` on the worker's thread, ten times a second at most, and at
        every change of status. An error in it is kept in `listener_error`; the run goes on."""
        self._listeners.append(listener)

    # -- the thread -------------------------------------------------------------------------

    def _launch(self) -> None:
        self._stop.clear()
        self._over.clear()
        self._thread = threading.Thread(target=self._work, name=f"fmteach {self.name}", daemon=True)
        self._set_going()
        at_exit(self, "_end")
        self._thread.start()

    def _end(self) -> None:
        self.stop()
        self._let_the_last_worker_end()

    def _set_going(self) -> None:
        self._status = "running"
        self._idle.clear()
        self._go.set()

    def _work(self) -> None:
        failed = False
        try:
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

    def _alive(self) -> bool:
        return self._status in ("running", "paused")


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, FMTeachError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
