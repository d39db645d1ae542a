"""What went wrong in a learner's code, in words: the line, the error, and what to look at."""

from __future__ import annotations

import linecache
import re
import traceback
from collections.abc import Callable
from typing import Any

from fmteach.exercises.fence import NoInput

_SHAPES = (
    "The shapes do not fit. Print them inside your function, for example print(x.shape, V.shape): "
    "x[:, None] makes [d, 1] out of [d], which fits [d, k]."
)
_ONE_NUMBER = (
    "An array stands where one number is wanted. Pick an element, or add up with .sum(). For a "
    "condition on a whole array, use .any(), .all() or a comparison element by element."
)
# (type of the error, a pattern in its text, advice); the first that fits is said.
_ADVICE: tuple[tuple[type[BaseException], str, str], ...] = (
    (
        UnboundLocalError,
        "",
        "The name is used before it has a value. Give it one first, such as total = 0.0 in front "
        "of the loop.",
    ),
    (
        NameError,
        "",
        "That name is not known here. Is it spelled as in the first line of your function? A "
        "library must be imported in a cell above, for example import numpy as np.",
    ),
    (
        TypeError,
        r"positional argument|unexpected keyword",
        "Keep the first line of the stub: the names in its brackets are what your function is "
        "given.",
    ),
    (
        TypeError,
        r"not callable",
        "Round brackets call a function; square brackets pick an element.",
    ),
    (
        TypeError,
        r"NoneType",
        "One of the values is None. A function without return gives None, and so do methods that "
        "change a list in place, such as sort and append.",
    ),
    (TypeError, r"only .*scalar|only .*converted|ambiguous", _ONE_NUMBER),
    (ValueError, r"only .*converted|ambiguous|setting an array element", _ONE_NUMBER),
    (RuntimeError, r"only one element|cannot be converted to Scalar|ambiguous", _ONE_NUMBER),
    (
        RuntimeError,
        r"infer output dtype",
        "In torch, True and False have no mean: turn them into numbers first, with .float() or "
        ".double().",
    ),
    (
        ValueError,
        r"broadcast|shapes? .*not aligned|mismatch|matmul|same dimension|number of dimensions",
        _SHAPES,
    ),
    (RuntimeError, r"size of tensor|mat1 and mat2|inconsistent tensor size|shape|expand", _SHAPES),
    (
        IndexError,
        "",
        "An index runs past the end. Indices start at 0, so the last of n elements is n − 1; "
        "range(n) stops there by itself.",
    ),
    (KeyError, "", "The key is not in the dictionary. Print its keys to see what is."),
    (
        AttributeError,
        "",
        "The object has nothing of that name. Arrays and tensors share .sum(), .shape, * and @; "
        "for more of NumPy, convert first: np.asarray(x).",
    ),
    (
        ZeroDivisionError,
        "",
        "Something is divided by 0. Which of your numbers can be 0, and what should then happen?",
    ),
    (
        NoInput,
        "",
        "Your function is given all it needs in its brackets; nothing has to be typed.",
    ),
    (RecursionError, "", "Your function calls itself without end. Which call must come back?"),
    (MemoryError, "", "An array is far too large. Print the shape before you make it."),
)


def still_dots(error: BaseException) -> bool:
    """Whether the error comes from the dots of a stub that are not filled in yet.

    >>> try: ... + 1
    ... except TypeError as error: still_dots(error)
    True
    """
    return isinstance(error, TypeError) and "ellipsis" in str(error)


def named(error: BaseException) -> str:
    """The error and the first line of its text, cut where it is long.

    >>> named(ValueError("two\\nlines")), named(StopIteration())
    ('ValueError: two', 'StopIteration')
    """
    lines = _text(error).splitlines()
    return type(error).__name__ + (f": {lines[0].rstrip('.')[:120]}" if lines else "")


def _text(error: BaseException) -> str:
    try:
        return str(error).strip()
    except Exception:  # of an error that the learner's own code defines
        return ""


def explained(error: BaseException, function: Callable[..., Any] | None = None) -> str:
    """One to three sentences: the learner's own line, the error, and what to look at.

    >>> def f(x): return x[9]
    >>> try: f([1, 2])
    ... except IndexError as error: print(explained(error, f))
    your function stopped with IndexError: list index out of range, in the line “...”. An index...
    """
    what = named(error)
    line = _own_line(error, function)
    where = f", in the line “{line}”" if line else ""
    advice = next(
        (
            f" {advice}"
            for kind, pattern, advice in _ADVICE
            if isinstance(error, kind) and re.search(pattern, _text(error))
        ),
        "",
    )
    return f"your function stopped with {what}{where}.{advice}"


def _own_line(error: BaseException, function: Callable[..., Any] | None) -> str:
    """The last line that the error went through in the file, or cell, of the learner's function."""
    code = getattr(function, "__code__", None)
    if code is None:
        return ""
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__, limit=50)
        if frame.filename == code.co_filename
    ]
    if not own:
        return ""
    return (own[-1].line or linecache.getline(own[-1].filename, own[-1].lineno or 0)).strip()[:90]
