"""Readers of files of rows: Criteo, Avazu, d2l, libsvm and any table, in bounded memory.

Nothing here is imported by `import fmteach.datasets`: it needs polars, which is loaded on use.
"""

from __future__ import annotations

from fmteach.datasets.reading.frame import FieldSpec, Frame
from fmteach.datasets.reading.opening import DIALECTS, open_reader
from fmteach.datasets.reading.reader import Reader
from fmteach.datasets.reading.report import BadRow, FileReport, ReadReport

__all__ = [
    "DIALECTS",
    "BadRow",
    "FieldSpec",
    "FileReport",
    "Frame",
    "ReadReport",
    "Reader",
    "open_reader",
]
