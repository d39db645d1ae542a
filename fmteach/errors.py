"""The errors that fmteach raises on purpose. Each says what came, what was wanted, what to do."""

from __future__ import annotations

import traceback
from pathlib import Path

_PACKAGE = str(Path(__file__).parent)


class FMTeachError(Exception):
    """Base of every error that this package raises on purpose."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows instead of a traceback: the reader's own line, and the message.

        The lines of the package in between tell a reader nothing: the message says what to do.
        Only IPython asks for this; a script shows the whole traceback as ever.
        """
        frames = traceback.extract_tb(self.__traceback__)
        inside = [place for place, f in enumerate(frames) if f.filename.startswith(_PACKAGE)]
        own = frames[inside[0] - 1] if inside and inside[0] > 0 else None
        red, plain = "\x1b[31m", "\x1b[39m"
        where = [f"line {own.lineno}: {own.line}"] if own is not None and own.line else []
        return [*where, f"{red}{type(self).__name__}{plain}: {self}"]


class InputError(FMTeachError, ValueError):
    """An argument, or a row of data, is not what the function can work with."""


class DataFileError(FMTeachError):
    """A file is missing, damaged, or not the file that it should be."""


class DivergenceError(FMTeachError, ArithmeticError):
    """The loss of a training run is no longer a finite number."""


class CheckpointError(FMTeachError):
    """A checkpoint or model file does not fit the data or the configuration it is used with."""
