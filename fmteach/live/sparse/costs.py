"""What one row costs in three forms: multiplications, and the bytes that are read and written."""

from __future__ import annotations

from dataclasses import dataclass

from fmteach.interaction import multiplications

FLOAT, ID = 4, 8  # bytes of a float32, and of an int64 such as torch wants for ids


@dataclass(frozen=True)
class Cost:
    """One form of the pairwise term on one row.

    multiplications: exact (see `fmteach.interaction.multiplications`). x, V, z: bytes of the row,
    of the rows of V that are touched, and of z = x v where it is stored.
    """

    name: str
    order: str
    multiplications: int
    x: int
    V: int
    z: int

    @property
    def bytes(self) -> int:
        return self.x + self.V + self.z


def costs(d: int, m: int, k: int) -> tuple[Cost, ...]:
    """The definition, the two passes over the dense row, and over the m non-zero features.

    >>> [c.multiplications for c in costs(d=1_000_000, m=10, k=8)]
    [4999995000000, 16000009, 169]
    >>> [c.bytes for c in costs(d=1_000_000, m=10, k=8)]
    [36000000, 68000000, 760]
    """
    counted = [
        multiplications("naive", d, k),
        multiplications("reformulated", d, k),
        multiplications("sparse", d, k, m),
    ]
    return (
        Cost("Definition", "O(kd²)", counted[0], FLOAT * d, FLOAT * d * k, 0),
        Cost("Two passes, dense", "O(kd)", counted[1], FLOAT * d, FLOAT * d * k, FLOAT * d * k),
        Cost("Two passes, sparse", "O(km)", counted[2], (ID + FLOAT) * m, *[FLOAT * m * k] * 2),
    )


def in_bytes(count: int, name: str = "bytes") -> str:
    """A number of bytes as one reads it: three digits and a unit, 1 kB = 1,000 bytes.

    >>> in_bytes(760), in_bytes(36_000_000), in_bytes(2_680_000_000), in_bytes(1_005_000)
    ('760 bytes', '36.0 MB', '2.68 GB', '1.01 MB')
    """
    if count < 1000:
        return f"{count} {name}"
    unit, name = next((u, n) for u, n in _UNITS if count >= u)
    digits = 2 if count < 10 * unit else 1 if count < 100 * unit else 0
    # Whole numbers, half up: the page rounds in the same way.
    rounded = (2 * count * 10**digits + unit) // (2 * unit)
    whole, rest = divmod(rounded, 10**digits)
    return f"{whole}.{rest:0{digits}} {name}" if digits else f"{whole} {name}"


_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
