"""Arguments that are numbers: checked once, and made plain Python numbers, which JSON can hold."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from fmteach.errors import InputError


def whole_number(name: str, value: Any, least: int = 1, most: int | None = None) -> int:
    """value as an int; InputError when it is no whole number or out of range.

    >>> whole_number("k", 16.0)
    16
    >>> whole_number("k", True)
    Traceback (most recent call last):
    ...
    fmteach.errors.InputError: k must be a whole number, 1 or more; got True
    """
    number = _finite(value)
    if number is None or number != int(number) or number < least or (most and number > most):
        limit = "" if most is None else f" and at most {most}"
        raise InputError(f"{name} must be a whole number, {least} or more{limit}; got {value!r}")
    return int(value)


def above_zero(name: str, value: Any) -> float:
    """value as a float; InputError unless it is a finite number above 0.

    >>> above_zero("learning_rate", 1)
    1.0
    """
    number = _finite(value)
    if number is None or number <= 0:
        raise InputError(f"{name} must be above 0; got {value!r}")
    return number


def zero_or_more(name: str, value: Any) -> float:
    """value as a float; InputError unless it is a finite number, 0 or more.

    >>> zero_or_more("l2", 0)
    0.0
    """
    number = _finite(value)
    if number is None or number < 0:
        raise InputError(f"{name} must be 0 or more; got {value!r}")
    return number


def finite_number(name: str, value: Any) -> float:
    """value as a float; InputError unless it is a finite number.

    >>> finite_number("trend", -1)
    -1.0
    """
    number = _finite(value)
    if number is None:
        raise InputError(f"{name} must be a finite number; got {value!r}")
    return number


def texts(name: str, given: Any, count: int, longest: int = 24) -> list[str]:
    """given as `count` texts without space around them; InputError when they are others.

    What is no text is written as one; a text alone is no list of texts. longest: letters of each,
    at most.

    >>> texts("fields", ("user ", 7), 2)
    ['user', '7']
    """
    several = isinstance(given, Iterable) and not isinstance(given, str | bytes)
    found = [str(each).strip() for each in given] if several else []
    if len(found) != count:
        raise InputError(f"{name} must be {count} texts; got {given!r}")
    for text in found:
        if not 1 <= len(text) <= longest:
            raise InputError(f"each of {name} must have 1 to {longest} letters; got {text!r}")
    return found


def _finite(value: Any) -> float | None:
    # float("16") and float(True) work, but a text or a truth value here is a slip.
    if isinstance(value, str | bytes | bool | np.bool_):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
