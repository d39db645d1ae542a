"""Which texts of a field have a code of their own: counted on training rows, sorted, looked up."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from fmteach.datasets.encoding import UNSEEN
from fmteach.errors import DataFileError

BLANK = "(blank)"
_LEAST_PENDING = 1 << 17  # counted values that may wait before they are merged


class TextCounter:
    """Counts the texts of one field, frame by frame. A blank is counted as the text "".

    Memory is bounded by the number of different texts, about 20 bytes each (texts of at most 12
    bytes lie in that; longer ones come on top), at most three times over while they are merged.
    """

    def __init__(self) -> None:
        self._merged: pl.DataFrame | None = None
        self._pending: list[pl.DataFrame] = []
        self._waiting = 0

    def add(self, texts: pl.Series) -> None:
        """Count more texts. O(n), and from time to time O(different texts)."""
        counted = texts.fill_null("").rename("text").value_counts(name="rows")
        if counted.height == 0:
            return
        self._pending.append(counted.with_columns(copied(counted["text"])))
        self._waiting += counted.height
        done = 0 if self._merged is None else self._merged.height
        # Merging costs as much as all that is counted so far: so wait until as much is new.
        if self._waiting > max(_LEAST_PENDING, done):
            self._merge()

    def take_over(self, texts: pl.Series, rows: np.ndarray) -> None:
        """Add texts that are counted already: rows int64 [n]; those with 0 rows are left out."""
        counted = pl.DataFrame({"text": texts, "rows": rows.astype(np.uint32)})
        self._pending.append(counted.filter(pl.col("rows") > 0))
        self._merge()

    def result(self) -> tuple[pl.Series, np.ndarray]:
        """All texts in sorted order (by their UTF-8 bytes), and the number of rows of each."""
        self._merge()
        if self._merged is None:
            return pl.Series("text", [], dtype=pl.String), np.empty(0, dtype=np.int64)
        ordered, self._merged = self._merged.sort("text"), None
        return ordered["text"], ordered["rows"].cast(pl.Int64).to_numpy()

    def _merge(self) -> None:
        if not self._pending:
            return
        tables = self._pending if self._merged is None else [self._merged, *self._pending]
        together = pl.concat(tables, rechunk=True)
        self._pending, self._waiting, self._merged = [], 0, None
        del tables
        self._merged = together.group_by("text").agg(pl.col("rows").sum())


def copied(texts: pl.Series) -> pl.Series:
    """The same texts in memory of their own.

    polars holds a text of more than 12 bytes as a pointer into the memory of the frame that it came
    with; one text that is kept would keep all of that.
    """
    long = (texts.str.len_bytes().max() or 0) > 12
    return (texts + "").rename(texts.name) if long else texts


class Vocabulary:
    """Different texts in sorted order; the place of a text is its code. Read when first used.

    texts: the sorted texts, or a function that brings them. size: how many there are.
    """

    def __init__(self, texts: pl.Series | Callable[[], pl.Series], size: int | None = None):
        self._texts = texts
        self._size = len(texts) if isinstance(texts, pl.Series) else size

    def __len__(self) -> int:
        return int(self._size)

    @cached_property
    def texts(self) -> pl.Series:
        if isinstance(self._texts, pl.Series):
            return self._texts
        return self._texts()

    def codes(self, texts: pl.Series) -> np.ndarray:
        """The code of each text, int32 [n]; `len(self)` for one that is not here; null is "".

        One look-up in a hash table a text. The first call builds that table.
        """
        if not len(self):
            return np.zeros(len(texts), dtype=np.int32)
        places = texts.fill_null("").cast(self._enum, strict=False).to_physical()
        return places.cast(pl.Int32).fill_null(len(self)).to_numpy()

    @cached_property
    def _enum(self) -> pl.Enum:
        return pl.Enum(self.texts)


class Labels(Sequence[str]):
    """What the codes 0 .. n of a field stand for: its n texts, then "(unseen)". Nothing is copied.

    The text "" is shown as "(blank)".

    >>> list(Labels(Vocabulary(pl.Series(["", "a", "b"]))))
    ['(blank)', 'a', 'b', '(unseen)']
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def __len__(self) -> int:
        return len(self._vocabulary) + 1

    def __getitem__(self, place):  # type: ignore[no-untyped-def]
        if isinstance(place, slice):
            return tuple(self[i] for i in range(*place.indices(len(self))))
        number = range(len(self))[place]  # negative ones, and the error for one too large
        return UNSEEN if number == len(self) - 1 else self._vocabulary.texts[number] or BLANK


class Named(Sequence[str]):
    """Labels that are made of their number when they are asked for: 0 .. size-1."""

    def __init__(self, size: int, label: Callable[[int], str]) -> None:
        self._size, self._label = size, label

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, place):  # type: ignore[no-untyped-def]
        if isinstance(place, slice):
            return tuple(self[i] for i in range(*place.indices(len(self))))
        return self._label(range(self._size)[place])


def write_texts(vocabulary: Vocabulary, path: Path) -> str:
    """Keep the texts of a large vocabulary in a compressed file (Parquet); gives its SHA-256."""
    vocabulary.texts.rename("text").to_frame().write_parquet(path, compression="zstd")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_texts(path: Path, size: int, digest: str) -> Vocabulary:
    """The vocabulary that `write_texts` left; the file is opened when a text is asked for.

    Errors (then): DataFileError when the file is missing, cannot be read or is another one.
    """

    def bring() -> pl.Series:
        try:
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() != digest:
                raise DataFileError(
                    f"the vocabulary {path} cannot be read: it is not the one that its encoder was "
                    "saved with. Encode the data again (fmteach.datasets.cache.clear() removes all "
                    "that is kept)."
                )
            return pl.read_parquet(data)["text"]
        except (OSError, pl.exceptions.PolarsError) as error:
            raise DataFileError(
                f"the vocabulary {path} cannot be read ({error}). It belongs to the encoder beside "
                "it; encode the data again."
            ) from error

    return Vocabulary(bring, size)
