"""Checks of arguments that are shared by all data sets: names, seeds, fractions."""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Iterable, Sequence

from fmteach.errors import InputError


def one_of(what: str, value: object, choices: Iterable[str]) -> str:
    """Return `value` when it is one of `choices`, else raise InputError and list them.

    >>> one_of("split", "time", ["random", "time"])
    'time'
    >>> one_of("split", "tme", ["random", "time"])
    Traceback (most recent call last):
        ...
    fmteach.errors.InputError: unknown split 'tme': did you mean 'time'? Choices: 'random', 'time'.
    """
    choices = list(choices)
    if isinstance(value, str) and value in choices:
        return value
    near = difflib.get_close_matches(str(value).lower(), choices, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    listed = ", ".join(repr(choice) for choice in choices)
    raise InputError(f"unknown {what} {value!r}: {hint}Choices: {listed}.")


def names_of(what: str, values: object, choices: Sequence[str]) -> tuple[str, ...]:
    """Return `values` as a tuple of different names out of `choices`; InputError otherwise."""
    example = f'("{choices[0]}",)'
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InputError(f"{what} is {values!r}: give a tuple of names, for example {example}.")
    names = tuple(one_of(what, value, choices) for value in values)
    if not names:
        listed = ", ".join(repr(choice) for choice in choices)
        raise InputError(f"{what} is empty: give at least one of {listed}.")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InputError(f"{what} names {repeated[0]!r} more than once: give each name once.")
    return names


def checked_seed(seed: object) -> int:
    """Return `seed` as an int from 0 to 2**63 - 1; InputError otherwise."""
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral):
        raise InputError(f"seed is {seed!r}: give a whole number, for example seed=0.")
    if not 0 <= seed < 2**63:
        raise InputError(f"seed is {seed}: give a whole number from 0 to 2**63 - 1.")
    return int(seed)


def checked_fractions(valid: object, test: object) -> tuple[float, float]:
    """Return both as floats; each in [0, 1), and together below 1, or InputError."""
    for name, value in (("valid", valid), ("test", test)):
        number = isinstance(value, numbers.Real) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not 0 <= value < 1:
            raise InputError(
                f"{name} is {value!r}: give the share of all rows, from 0 to below 1 (0.1 = 10 %)."
            )
    if valid + test >= 1:
        raise InputError(
            f"valid={valid} and test={test} leave nothing to train on: "
            "together they must stay below 1."
        )
    return float(valid), float(test)
