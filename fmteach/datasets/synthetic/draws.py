"""Random numbers that are the same on every machine and with every version of NumPy.

Only the raw output of PCG64 and of SeedSequence is used: NumPy promises that these bits never
change. It promises no such thing for the distributions of a Generator.
"""

from __future__ import annotations

import numpy as np


def raw(n: int, *key: int) -> np.ndarray:
    """n random words of 64 bits (uint64) that depend on the key alone."""
    return np.random.PCG64(np.random.SeedSequence(key)).random_raw(n)


def uniform(bits: np.ndarray) -> np.ndarray:
    """Words as numbers in [0, 1), float64, by their upper 53 bits.

    >>> uniform(np.array([0, 2**63], dtype=np.uint64)).tolist()
    [0.0, 0.5]
    """
    return (bits >> np.uint64(11)) * 2.0**-53


def normal(shape: tuple[int, ...], *key: int) -> np.ndarray:
    """Standard normal numbers, float64, by the method of Box and Muller (1958)."""
    n = int(np.prod(shape))
    half = (n + 1) // 2
    u = uniform(raw(2 * half, *key))
    radius, angle = np.sqrt(-2.0 * np.log1p(-u[:half])), 2.0 * np.pi * u[half:]
    both = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
    return both[:n].reshape(shape)
