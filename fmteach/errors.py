"""The errors that fmteach raises on purpose. Each says what came, what was wanted, what to do."""

from __future__ import annotations


class FMTeachError(Exception):
    """Base of every error that this package raises on purpose."""


class InputError(FMTeachError, ValueError):
    """An argument, or a row of data, is not what the function can work with."""


class DataFileError(FMTeachError):
    """A file is missing, damaged, or not the file that it should be."""


class DivergenceError(FMTeachError, ArithmeticError):
    """The loss of a training run is no longer a finite number."""


class CheckpointError(FMTeachError):
    """A checkpoint or model file does not fit the data or the configuration it is used with."""
