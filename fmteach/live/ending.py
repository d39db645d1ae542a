"""What must happen before the interpreter ends: a thread inside torch would abort it then."""

from __future__ import annotations

import atexit
import weakref
from typing import Any

_methods: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()


def at_exit(thing: Any, method: str) -> None:
    """Call ``thing.method()`` before the interpreter ends, if the thing still exists then."""
    _methods[thing] = method


@atexit.register
def _end_all() -> None:
    for thing, method in list(_methods.items()):
        getattr(thing, method)()
