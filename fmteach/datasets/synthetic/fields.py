"""What a column of generated data can hold: its cells, how often each comes, how it is written.

A cell is one value, or one range of whole numbers that the usual encoding cannot tell apart. Cells
of one group share their parameters in the planted truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fmteach.datasets.encoder.numbers import numeric_code

_LARGEST = 250_000  # numbers in a numeric column stay below it


@dataclass(frozen=True, eq=False)
class Field:
    """One column.

    shares: float64 [cells], how often each cell comes; they add up to 1.
    group: int64 [cells], which parameters a cell has: 0 .. groups-1.
    texts: bytes [any], what can stand in the file. first, count: int64 [cells]: a cell is written
    as one of texts[first : first + count], at random.
    by_hour: the cell is the hour of the day and is not drawn.
    """

    name: str
    shares: np.ndarray
    group: np.ndarray
    texts: np.ndarray
    first: np.ndarray
    count: np.ndarray
    by_hour: bool = False

    def __len__(self) -> int:
        return len(self.shares)

    @cached_property
    def slots(self) -> np.ndarray:
        """int32 [2**b]: the cell of each value of the upper b bits of a random word.

        One look-up draws a cell, and no rounding of a machine can change it. The shares are met to
        1 / 2**b, which is at most 1/32 of the mean share; 2**b is at most 2**20.
        """
        bits = min(max(int(np.ceil(np.log2(32 * len(self)))), 12), 20)
        edges = np.rint(np.cumsum(self.shares) * 2**bits).astype(np.int64)
        edges[-1] = 2**bits
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(edges, prepend=0))

    def draw(self, bits: np.ndarray) -> np.ndarray:
        """The cell of each random word (uint64 [n]), int32 [n]."""
        shift = 64 - (len(self.slots).bit_length() - 1)
        return self.slots[bits >> np.uint64(shift)]

    def place(self, cells: np.ndarray, bits: np.ndarray) -> np.ndarray:
        """Which of `texts` stands for each cell. It takes the lower bits of the same words."""
        low = (bits & np.uint64(0xFFFFFFFF)).astype(np.int64)
        return self.first[cells] + ((low * self.count[cells]) >> 32)


def zipf(size: int, exponent: float) -> np.ndarray:
    """Shares in proportion to 1 / rank**exponent.

    >>> zipf(3, 1.0).round(3).tolist()
    [0.545, 0.273, 0.182]
    """
    shares = np.arange(1, size + 1, dtype=np.float64) ** -exponent
    return shares / shares.sum()


def category(
    name: str,
    size: int,
    exponent: float = 1.0,
    missing: float = 0.0,
    texts: Sequence[str] | None = None,
    salt: int = 0,
) -> Field:
    """`size` values on Zipf's law; a blank comes with the share `missing`.

    texts: how the values are written (default: 8 hexadecimal digits, all different; `salt` makes
    them differ from column to column).
    """
    shares = zipf(size, exponent) * (1.0 - missing)
    written = hexadecimal(size, salt) if texts is None else np.array([t.encode() for t in texts])
    if missing > 0:
        shares, written = np.append(shares, missing), np.append(written, b"")
    cells = np.arange(len(shares))
    return Field(name, shares, cells, written, cells, np.ones_like(cells))


def hours(name: str, shares: np.ndarray) -> Field:
    """The hour of the day, 0 .. 23, told by a row's time."""
    cells = np.arange(24)
    texts = np.array([b"%d" % hour for hour in cells])
    return Field(name, shares / shares.sum(), cells, texts, cells, np.ones_like(cells), True)


def number(
    name: str, middle: float, spread: float, zero: float, missing: float, negative: float = 0.0
) -> Field:
    """Whole numbers, log-normal from 1 on, with a share of zeros, of blanks, and of -1 and -2.

    middle, spread: of ln(x). The cells are what `numeric_code` tells apart, or finer.
    """
    x = np.arange(1, _LARGEST)
    codes = numeric_code(x)
    # A cell begins where the code changes; 1 and 2 come back for some larger numbers (see there).
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    low, count = x[starts], np.diff(np.append(starts, len(x)))
    code = codes[starts]
    at = np.log(low + (count - 1) / 2)
    shares = np.exp(-0.5 * ((at - middle) / spread) ** 2) * np.log1p(count / low)
    shares = shares / shares.sum() * (1.0 - zero - missing - negative)
    shares = np.concatenate([[negative / 4, 3 * negative / 4, zero], shares, [missing]])
    code = np.concatenate([[-2, -1, 0], code, [10_000]])
    first = np.concatenate([[0, 1, 2], low + 2, [_LARGEST + 2]])
    count = np.concatenate([[1, 1, 1], count, [1]])
    kept = shares > 1e-6
    _, group = np.unique(code[kept], return_inverse=True)
    return Field(
        name, shares[kept] / shares[kept].sum(), group, _numbers(), first[kept], count[kept]
    )


def _numbers() -> np.ndarray:
    """-2 .. _LARGEST - 1 as texts, then a blank."""
    if not _kept:
        _kept.append(np.append(np.arange(-2, _LARGEST).astype("S6"), b""))
    return _kept[0]


_kept: list[np.ndarray] = []


def hexadecimal(size: int, salt: int) -> np.ndarray:
    """`size` different texts of 8 hexadecimal digits, bytes [size]."""
    # Each step is a permutation of the 32-bit numbers, so no two texts are the same.
    value = (np.arange(size, dtype=np.uint64) + np.uint64(salt << 20)) & np.uint64(0xFFFFFFFF)
    for factor in (0x7FEB352D, 0x846CA68B):
        value = ((value ^ (value >> np.uint64(16))) * np.uint64(factor)) & np.uint64(0xFFFFFFFF)
    value = (value ^ (value >> np.uint64(16))).astype(np.int64)
    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    places = (value[:, None] >> np.arange(28, -1, -4)) & 15
    return digits[places].reshape(-1).view("S8")
