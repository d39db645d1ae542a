"""A learner's code, run so that an endless loop or an error does not stop the notebook."""

from __future__ import annotations

import contextvars
import ctypes
import sys
import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_TRIES = 20  # to end a thread whose code catches everything
_LOADING = 60.0  # seconds that loading modules may take on top


class TooLong(BaseException):
    """The code did not come back in time. Not an Exception, so that `except Exception` in the
    learner's own code does not catch it. left: it could not be ended either, and still runs."""

    left = False


def in_time(function: Callable[[], T], seconds: float) -> T:
    """What function() returns, or its exception; TooLong when it takes more than `seconds`.

    It runs in a thread, because a thread can be told to stop on every system, and a signal cannot.
    Python code that runs on is ended. What does not hear it, such as one long call into compiled
    code or a loop that catches everything, is left behind, and TooLong says so. A call that keeps
    Python's lock, such as sum(range(10**12)), cannot even be waited for: only the kernel's restart
    ends it. Loading a module is never cut short, as that would leave it half made for as long as
    the kernel lives, and its time does not count: the first use of an optimizer loads for seconds.

    >>> in_time(lambda: 6 * 7, 5)
    42
    """
    found: list[T] = []
    failed: list[BaseException] = []
    # What the code prints belongs to the cell that runs it.
    context = contextvars.copy_context()

    def work() -> None:
        try:
            found.append(context.run(function))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work, name="fmteach exercise", daemon=True)
    thread.start()
    late = TooLong()
    try:
        thread.join(seconds)
        if _let_load(thread):
            thread.join(seconds)
        came = not thread.is_alive()
    finally:
        late.left = not _ended(thread)
    if not came:
        raise late
    if failed:
        raise failed[0]
    return found[0]


def _ended(thread: threading.Thread) -> bool:
    """Ends the thread, and says whether that worked."""
    for _ in range(_TRIES):
        _let_load(thread)
        if not thread.is_alive():
            return True
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(TooLong)
        )
        thread.join(0.05)
    return not thread.is_alive()


def _let_load(thread: threading.Thread) -> bool:
    """Wait while the thread loads a module; whether it did."""
    until, did = time.monotonic() + _LOADING, False
    while thread.is_alive() and _loads(thread) and time.monotonic() < until:
        did = True
        thread.join(0.05)
    return did


def _loads(thread: threading.Thread) -> bool:
    frame = sys._current_frames().get(thread.ident or -1)
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
