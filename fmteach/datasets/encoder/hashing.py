"""The hashing trick: a text goes to one of a chosen number of buckets, and no vocabulary is kept.

Two texts that share a bucket share their weight and factors: that is the price. Source: Weinberger
et al. (2009), Feature Hashing for Large Scale Multitask Learning, ICML.
"""

from __future__ import annotations

import numpy as np
import polars as pl

_START = np.uint64(0x9E3779B97F4A7C15)
_MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
_KEEP = np.array([(1 << 8 * b) - 1 for b in range(8)] + [(1 << 64) - 1], dtype=np.uint64)


def stable_hash(texts: pl.Series) -> np.ndarray:
    """A number of 64 bits (uint64 [n]) for every text, the same on every machine and for ever.

    The UTF-8 bytes are read as little-endian words of 8 bytes, the last one filled with zeros. The
    state begins with their number and takes every word in by the mixer of splitmix64 (Steele, Lea
    and Flood 2014). It is no defence against somebody who looks for collisions. null counts as "".
    O(bytes).

    >>> [hex(h) for h in stable_hash(pl.Series(["", "a", "68fd1e64"])).tolist()]
    ['0xe220a8397b1dcdaf', '0x5e025f9ade9eaf3e', '0xafd2ea734b8e1a17']
    """
    texts = texts.fill_null("")
    lengths = texts.str.len_bytes().to_numpy().astype(np.int64)
    if not len(lengths):
        return np.empty(0, dtype=np.uint64)
    joined = (texts.str.join("").item() or "").encode() + bytes(8)
    # A word of 8 bytes begins at every byte.
    words = np.ndarray((len(joined) - 7,), dtype="<u8", buffer=joined, strides=(1,))
    starts = np.cumsum(lengths) - lengths
    state = _mixed(lengths.astype(np.uint64) + _START)
    for turn in range(-(-int(lengths.max()) // 8)):
        left = lengths - 8 * turn
        more = slice(None) if (left > 0).all() else np.flatnonzero(left > 0)
        word = words[starts[more] + 8 * turn] & _KEEP[np.minimum(left[more], 8)]
        state[more] = _mixed((state[more] ^ word) + _START)
    return state


def buckets_of(texts: pl.Series, buckets: int) -> np.ndarray:
    """The bucket of every text, int32 [n], 0 .. buckets-1: the upper half of its hash, scaled.

    >>> buckets_of(pl.Series(["", "a", "68fd1e64"]), 1000).tolist()
    [883, 367, 686]
    """
    high = stable_hash(texts) >> np.uint64(32)
    return ((high * np.uint64(buckets)) >> np.uint64(32)).astype(np.int32)


def _mixed(state: np.ndarray) -> np.ndarray:
    for shift, factor in _MIX:
        state = (state ^ (state >> np.uint64(shift))) * np.uint64(factor)
    return state ^ (state >> np.uint64(31))


def row_words(rows: np.ndarray) -> np.ndarray:
    """A random word (uint64) for every row number: to draw a sample that no order can change."""
    return _mixed(rows.astype(np.uint64) + _START)
