"""Torch's thread count while runs are going in worker threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_lock = threading.Lock()
_users = 0
_before = 1


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """Let torch use one thread, and put the old number back at the end.

    At the sizes of this course a second thread costs more than it brings. The number is partly
    process-wide (a thread that starts later takes it over), so it is put back when the last of
    the runs that overlap has ended.
    """
    global _users, _before
    with _lock:
        if _users == 0:
            _before = torch.get_num_threads()
        _users += 1
        torch.set_num_threads(1)
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                torch.set_num_threads(_before)
