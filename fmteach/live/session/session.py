"""A training run that lives in a thread: start, pause, step, stop, and look at it meanwhile.

The worker thread runs the trainer's own iterator, so a run in a session and ``trainer.fit()`` give
the same curve. It never prints and never displays: whoever wants to see something reads a
`Snapshot` (immutable) or the decimated `curve_data`, or leaves a listener.
"""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING

from fmteach.errors import InputError
from fmteach.live.session.worker import Worker

if TYPE_CHECKING:
    from fmteach.training import History

STATUSES = ("ready", "running", "paused", "stopped", "finished", "failed")


class Session(Worker):
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

    # -- inside -----------------------------------------------------------------------------

    def _let_the_last_worker_end(self) -> None:
        # After stop() it makes no step any more, but its listeners may still be at it.
        if not self._alive() and self._thread not in (None, threading.current_thread()):
            self._over.wait()

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
