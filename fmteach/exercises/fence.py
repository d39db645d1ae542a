"""What a learner's code must leave as it was: the kernel, the keyboard, random numbers, the page.

A check calls the code many times, so what is harmless once is not: a print in an endless loop
would send the browser megabytes, and exit() would end the kernel.
"""

from __future__ import annotations

import builtins
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np
import torch

_PRINTED = 10_000  # characters that are let through to the page


class NoInput(RuntimeError):
    """The code asked for something to be typed."""


@contextmanager
def fenced() -> Iterator[None]:
    """Inside, print is cut after 10,000 characters, input() raises NoInput, and exit() of a
    notebook raises SystemExit. Afterwards the random numbers of Python, NumPy and torch go on as
    if nothing had been drawn, and torch's default dtype is the one from before.

    >>> state = random.getstate()
    >>> with fenced():
    ...     _ = random.random()
    >>> random.getstate() == state
    True
    """
    streams, asked, shell = (sys.stdout, sys.stderr), builtins.input, _shell()
    drawn = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
    dtype = torch.get_default_dtype()
    sys.stdout, sys.stderr = (stream and _Short(stream) for stream in streams)
    builtins.input = _no_input
    if shell is not None:
        shell.ask_exit = _end
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams
        builtins.input = asked
        if shell is not None:
            del shell.ask_exit  # the one of its class is back
        random.setstate(drawn[0])
        np.random.set_state(drawn[1])  # noqa: NPY002
        torch.set_rng_state(drawn[2])
        torch.set_default_dtype(dtype)


class _Short:
    """A stream that lets so much through and no more."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._left = _PRINTED

    def write(self, text: str) -> int:
        if self._left > 0:
            self._stream.write(text[: self._left])
            self._left -= len(text)
            if self._left <= 0:
                self._stream.write("\n... what the code prints from here on is left out.\n")
        return len(text)

    def flush(self) -> None:
        if self._left > 0:
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _no_input(*_: Any) -> NoReturn:
    raise NoInput("input() was called")


def _end(*_: Any) -> NoReturn:
    raise SystemExit


def _shell() -> Any:
    """The notebook's shell: its exit() ends the kernel by asking the shell, and raises nothing."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None
