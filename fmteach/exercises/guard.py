"""A learner's code, run so that an endless loop or an error does not stop the notebook."""

from __future__ import annotations

import contextvars
import ctypes
import threading
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
    Python code that runs on is ended; a single call into compiled code is left behind and ends by
    itself. Loading a module is never cut short, as that would leave it half made for as long as the
    kernel lives, and its time does not count: the first use of an optimizer loads for seconds.

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
        if not thread.is_alive():
            return True
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(TooLong)
        )
        thread.join(0.05)
    return not thread.is_alive()
