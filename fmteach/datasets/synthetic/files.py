"""Generated clicks as files, laid out byte for byte like those of the real sets."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from fmteach.arguments import whole_number
from fmteach.datasets.choices import one_of
from fmteach.datasets.synthetic.dialects import DIALECTS
from fmteach.datasets.synthetic.fields import Field
from fmteach.datasets.synthetic.oracle import Tally
from fmteach.datasets.synthetic.truth import BLOCK, Block, Truth, hour_number, plant
from fmteach.errors import DataFileError, InputError

# "clicks" has no layout of a file. Asked of the dialects themselves, all would be made at import.
FILE_DIALECTS = tuple(name for name in DIALECTS if name != "clicks")
_FIRST_DAY = 21  # Avazu's rows are of 21 to 30 October 2014


def write(
    path: str | Path,
    dialect: str,
    rows: int,
    seed: int = 0,
    *,
    progress: Callable[[int, int], None] | None = None,
    **truth: float | None,
) -> dict[str, Any]:
    """Write synthetic rows to `path`, and what is known of them to `path` + ".truth.json".

    dialect: "criteo" (tabs, no header: label, I1..I13, C1..C26), "avazu" (commas, header; rows in
        order of time over ten days) or "d2l" (tabs, no header: label and 34 columns).
    rows, seed: the cells of row r depend on the seed and r alone.
    progress: called as progress(rows done, rows) after every block.
    truth: strength, rank, linear, ctr, drift, trend, as in `plant`.

    A path that ends in ".gz" is compressed. The result is what the JSON file holds: settings, rows,
    click rate, mean probability, and the oracle's logloss and AUC over all rows. Memory does not
    grow with `rows`. Both files are written under other names first and renamed at the end, so that
    no half-written file is left. The same arguments give the same bytes.

    Errors: InputError for bad arguments and folders that are not there; DataFileError when the
    file cannot be written.
    """
    one_of("dialect", dialect, FILE_DIALECTS)
    rows = whole_number("rows", rows)
    if not isinstance(path, str | os.PathLike):
        raise InputError(f"path is {path!r}: give the name of a file, such as 'train.txt'.")
    path = Path(path)
    if os.path.isdir(path):  # is_dir() may raise, for example when the name is too long
        raise InputError(f"{path} is a folder; name a file in it, such as {path / 'train.txt'}")
    if not path.resolve().parent.is_dir():
        raise InputError(f"the folder of {path} does not exist; make it first")
    planted = plant(dialect, seed, **truth)
    rows_of = _Writer(planted)
    tally = Tally()
    beside = path.with_name(path.name + ".truth.json")
    try:
        with _temporary(beside) as notes, _temporary(path) as file:
            with _compressed(file) if path.suffix == ".gz" else _plain(file) as out:
                out.write(rows_of.header())
                for number in range(-(-rows // BLOCK)):
                    block = planted.block(number, rows)
                    tally.add(block.scores, block.y)
                    out.write(rows_of.text(block, number * BLOCK))
                    if progress is not None:
                        progress(min(rows, (number + 1) * BLOCK), rows)
            summary = {
                "about": "synthetic: made by fmteach with a planted truth, not real clicks",
                "file": path.name,
                "rows": rows,
                **planted.settings(),
                "click rate": tally.click_rate(),
                "mean probability": tally.mean_probability(),
                "oracle": tally.result(),
            }
            notes.write(json.dumps(_finite(summary), indent=2).encode() + b"\n")
    except OSError as error:
        raise DataFileError(
            f"{path} could not be written ({error.strerror or error}). Nothing was left behind; "
            "check the free space and the permissions of the folder, then try again."
        ) from error
    return summary


class _Writer:
    """Rows as bytes. Every cell is padded to the width of its column with NUL bytes, which no text
    holds; then the NULs are taken out of the whole block at once."""

    def __init__(self, truth: Truth) -> None:
        self.dialect = truth.dialect
        self.texts = {field.name: _bytes(field.texts) for field in self.dialect.fields}

    def header(self) -> bytes:
        separator = self.dialect.separator.decode()
        return (separator.join(self.dialect.header) + "\n").encode() if self.dialect.header else b""

    def text(self, block: Block, start: int) -> bytes:
        """The rows of a block. start: the number of its first row."""
        n = len(block.y)
        label = np.where(block.y, ord("1"), ord("0")).astype(np.uint8)[:, None]
        columns = [label] if self.dialect.name != "avazu" else [_row_ids(start, n), label]
        for j, field in enumerate(self.dialect.fields):
            columns.append(self._column(field, block, j))
        between = np.full((n, 1), ord(self.dialect.separator), dtype=np.uint8)
        parts = [part for column in columns for part in (column, between)]
        parts[-1] = np.full((n, 1), ord("\n"), dtype=np.uint8)
        flat = np.concatenate(parts, axis=1).reshape(-1)
        return flat[flat != 0].tobytes()

    def _column(self, field: Field, block: Block, j: int) -> np.ndarray:
        if field.by_hour:
            day, hour = np.divmod(hour_number(block.times), 24)
            return _bytes((14_10_00_00 + (_FIRST_DAY + day) * 100 + hour).astype("S8"))
        return self.texts[field.name][field.place(block.cells[j], block.words[j])]


def _row_ids(start: int, n: int) -> np.ndarray:
    """Ids of 19 digits, all different: a permutation of the row numbers behind a 1."""
    return _bytes((10**18 + np.arange(start, start + n) * 6_364_136_223 % 10**15).astype("S19"))


def _bytes(texts: np.ndarray) -> np.ndarray:
    """Texts ("S" array [n]) as uint8 [n, width], padded with 0."""
    return np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), -1)


@contextmanager
def _temporary(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the name `path` when the block ends well, and vanishes when not."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(part, "wb") as file:
            yield file
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _plain(file: BinaryIO) -> Iterator[BinaryIO]:
    yield file


def _compressed(file: BinaryIO) -> gzip.GzipFile:
    # No name and no time in the file: the same rows give the same bytes.
    return gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=4, mtime=0)


def _finite(value: Any) -> Any:
    """JSON has no NaN: null stands for it."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return None if isinstance(value, float) and value != value else value
