"""From values to feature numbers, for files of any size: learnt on training rows, frame by frame.

data = from_files("train.txt", "criteo")
data.encoder.encode({"I1": 3, ..., "C26": None})     # ids and values of a new row
data.encoder.describe()
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fmteach.datasets.encoder.encoder import Encoder
    from fmteach.datasets.encoder.fitting import Encoding, Fitting

__all__ = ["Encoder", "Encoding", "Fitting"]


def __getattr__(name: str) -> object:
    # On use only: it brings polars, which no other part of the course needs.
    if name == "Encoder":
        from fmteach.datasets.encoder.encoder import Encoder

        return Encoder
    if name in ("Encoding", "Fitting"):
        from fmteach.datasets.encoder import fitting

        return getattr(fitting, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
