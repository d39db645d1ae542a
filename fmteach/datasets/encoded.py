"""Encoded rows in files: written part by part while frames go by, opened as memory-mapped arrays.

For each of train, valid and test: "train.ids" int32 [n, m] and "train.y" float32 [n], with
"train.rows" int64 [n] (row numbers), and where there are any "train.values" float32 [n, m] and
"train.time" int64 [n]. Numbers are little-endian, row after row. The encoder lies beside them.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import torch

from fmteach.datasets.dataset import PARTS
from fmteach.datasets.rows import Rows

if TYPE_CHECKING:
    from fmteach.datasets.encoder import Encoder
    from fmteach.datasets.reading import Frame

ENCODER = "encoder.json"
_TYPES = {"ids": "<i4", "values": "<f4", "y": "<f4", "rows": "<i8", "time": "<i8"}
_ROWS_AT_ONCE = 1 << 16


def bytes_a_row(width: int, values: bool, time: bool) -> int:
    """What a row takes on disk."""
    return width * (8 if values else 4) + 12 + (8 if time else 0)


class Writer:
    """Appends frames to the files of a folder. Use it in a with statement.

    encoder: of the rows that `add` takes; `append` takes rows that are encoded already. widths: for
    each part, the least number of places of each field in its rows.
    """

    def __init__(
        self,
        folder: Path,
        encoder: Encoder | None = None,
        widths: Mapping[str, Sequence[int]] | None = None,
    ) -> None:
        self._folder, self._encoder, self._widths = folder, encoder, widths or {}
        self._files: dict[str, BinaryIO] = {}
        self._stack = ExitStack()
        self.rows = dict.fromkeys(PARTS, 0)
        self.width = dict.fromkeys(PARTS, 0)
        self.kinds = ["ids", "y", "rows"]
        self.sums: dict[str, int] = {}  # CRC-32 of what was written, by file

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            for file in self._files.values():
                file.flush()
                os.fsync(file.fileno())
        self._stack.close()

    def add(self, frame: Frame, parts: np.ndarray) -> None:
        """Encode the rows of a frame and append them. parts: 0, 1 or 2 for each row, uint8 [n]."""
        if self._encoder.one_place_a_field:
            self.append(frame, parts, *self._encoder.encode_table(frame.table))
            return
        for code, part in enumerate(PARTS):
            at = np.flatnonzero(parts == code)
            ids, values = self._encoder.encode_table(frame.table[at], self._widths.get(part))
            self._part(part, frame, at, ids, values)

    def append(
        self, frame: Frame, parts: np.ndarray, ids: np.ndarray, values: np.ndarray | None
    ) -> None:
        """Append ids int32 [n, m] and values float32 [n, m] of the rows of a frame."""
        for code, part in enumerate(PARTS):
            at = np.flatnonzero(parts == code)
            self._part(part, frame, at, ids[at], None if values is None else values[at])

    def _part(
        self, part: str, frame: Frame, at: np.ndarray, ids: np.ndarray, values: np.ndarray | None
    ) -> None:
        # A part without rows gets its files and its width as well.
        self._append(part, "ids", ids)
        self._append(part, "y", frame.y[at])
        self._append(part, "rows", frame.first_row + at)
        if values is not None:
            self._append(part, "values", values)
        if frame.time is not None:
            self._append(part, "time", frame.time[at])
        self.rows[part] += len(ids)
        self.width[part] = max(self.width[part], ids.shape[1])

    def _append(self, part: str, kind: str, array: np.ndarray) -> None:
        name = f"{part}.{kind}"
        if name not in self._files:
            self._files[name] = self._stack.enter_context(open(self._folder / name, "wb"))
            if kind not in self.kinds:
                self.kinds.append(kind)
        data = np.ascontiguousarray(array, dtype=_TYPES[kind])
        self._files[name].write(data.data)
        self.sums[name] = zlib.crc32(data, self.sums.get(name, 0))

    def told(self) -> dict[str, Any]:
        """What `open_part` needs to know, as plain values, and checksums ("sums")."""
        return {"rows": self.rows, "width": self.width, "kinds": self.kinds, "sums": self.sums}


def open_part(folder: Path, part: str, told: Mapping[str, Any]) -> Rows:
    """The rows of a part, memory-mapped: nothing is read before it is used. O(1).

    The pages are private copies (copy on write): a change in memory never reaches the file.
    """
    ids = torch.from_numpy(_mapped(folder, part, "ids", told))
    y = torch.from_numpy(_mapped(folder, part, "y", told))
    values = None
    if "values" in told["kinds"]:
        values = torch.from_numpy(_mapped(folder, part, "values", told))
    return Rows(ids, values, y, checked=True)


def row_numbers(folder: Path, part: str, told: Mapping[str, Any]) -> np.ndarray:
    """The numbers of the rows of a part among all good rows of the files, int64 [n]."""
    return _mapped(folder, part, "rows", told)


def times(folder: Path, part: str, told: Mapping[str, Any]) -> np.ndarray | None:
    """The times of the rows of a part, int64 [n], seconds since 1970 (UTC), or None."""
    return _mapped(folder, part, "time", told) if "time" in told["kinds"] else None


def _mapped(folder: Path, part: str, kind: str, told: Mapping[str, Any]) -> np.ndarray:
    n, width = int(told["rows"][part]), int(told["width"][part])
    shape = (n, width) if kind in ("ids", "values") else (n,)
    if n == 0:  # an empty file cannot be mapped
        return np.empty(shape, dtype=_TYPES[kind]).astype(np.dtype(_TYPES[kind]).newbyteorder("="))
    return np.memmap(folder / f"{part}.{kind}", dtype=_TYPES[kind], mode="c", shape=shape)


def replace_targets(folder: Path, told: Mapping[str, Any], old: float, new: float) -> None:
    """Write `new` in the place of every target `old`."""
    for part in PARTS:
        if told["rows"][part]:
            path = folder / f"{part}.y"
            y = np.memmap(path, dtype=_TYPES["y"], mode="r+")
            y[y == old] = new
            y.flush()
            del y


def replace_ids(
    folder: Path, told: Mapping[str, Any], final: Callable[[np.ndarray], np.ndarray]
) -> Iterator[int]:
    """Write final(ids) in the place of all ids, some rows at a time; yields the rows done.

    The checksums in `told` become those of the final ids.
    """
    done = 0
    for part in PARTS:
        width, total = told["width"][part], 0
        with open(folder / f"{part}.ids", "r+b") as file:
            while data := file.read(_ROWS_AT_ONCE * width * 4):
                ids = np.frombuffer(data, dtype=_TYPES["ids"]).reshape(-1, width)
                file.seek(-len(data), os.SEEK_CUR)
                written = np.ascontiguousarray(final(ids), dtype=_TYPES["ids"])
                file.write(written.data)
                total = zlib.crc32(written, total)
                done += len(ids)
                yield done
            file.flush()
            os.fsync(file.fileno())
        told["sums"][f"{part}.ids"] = total


def remove(folder: Path) -> None:
    """Remove the files of all parts."""
    for part in PARTS:
        for kind in _TYPES:
            (folder / f"{part}.{kind}").unlink(missing_ok=True)
