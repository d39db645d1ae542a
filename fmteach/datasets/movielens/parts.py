"""The splits of MovieLens: at random, by time, the last film of each user, and the published ones.

The published splits of ml-100k are those of its README: u1 to u5 are five folds, whose test parts
are consecutive fifths of u.data; ua and ub have ten ratings of each user for the test. They are
made from u.data alone, so the files u1.base, u1.test ... are not needed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fmteach.datasets.movielens.editions import Edition
from fmteach.datasets.movielens.table import Ratings
from fmteach.datasets.splits import SPLITS, Split, leave_last_out, make_split, split_off
from fmteach.errors import DataFileError

LAST = "leave-last-out"
_TENS = {"ua": 0, "ub": 10}  # ratings of a user that come before its ten test ratings


def splits_of(edition: Edition) -> tuple[str, ...]:
    """The names of all splits of an edition."""
    return (*SPLITS, LAST, *edition.published)


def make_parts(
    table: Ratings,
    edition: Edition,
    split: str,
    rows: np.ndarray | None,
    *,
    valid: float,
    test: float,
    seed: int,
) -> Split:
    """The split named `split`, as row numbers of the table.

    rows: split these row numbers alone (ranking: the likes); None for all. A published split then
    has for its test part those of its test rows that are among them.
    """
    n = len(table) if rows is None else len(rows)
    at = slice(None) if rows is None else rows
    if split in edition.published:
        chosen = published_test(table, edition, split)
        if rows is not None:
            chosen = np.flatnonzero(np.isin(rows, chosen))
        parts = split_off(chosen, n, valid=valid, seed=seed)
    elif split == LAST:
        parts = leave_last_out(table.user[at], table.timestamp[at], valid=valid > 0)
    else:
        parts = make_split(split, n, table.timestamp[at], valid=valid, test=test, seed=seed)
    if rows is None:
        return parts
    return Split(rows[parts.train], rows[parts.valid], rows[parts.test])


def published_test(table: Ratings, edition: Edition, split: str) -> np.ndarray:
    """The test rows of a published split of ml-100k (int64). They are counted in lines of u.data.

    Errors: DataFileError when lines are missing or were set aside: the count would be wrong.
    """
    if len(table) != edition.rows:
        raise DataFileError(
            f"split={split!r} is counted in the lines of the whole {edition.layout.ratings} "
            f"({edition.rows:,} ratings), and this table has {len(table):,}. Fetch the data again, "
            "or use split='random'."
        )
    if split in _TENS:
        rank = _rank_within(table.user) - _TENS[split]
        return np.flatnonzero((rank >= 0) & (rank < 10))
    fifth = edition.rows // 5
    return np.arange(fifth) + fifth * (int(split[1:]) - 1)


def determined_by(split: str, *, valid: float, test: float, seed: int) -> Mapping[str, object]:
    """What of the arguments the rows depend on, for the fingerprint."""
    drawn = split == "random" or (split not in (*SPLITS, LAST) and valid > 0)
    return {
        "split": split,
        "seed": seed if drawn else None,
        "valid": valid > 0 if split == LAST else valid,
        "test": test if split in SPLITS else None,
    }


def _rank_within(groups: np.ndarray) -> np.ndarray:
    """For each row, how many rows of its group come before it.

    >>> _rank_within(np.array([5, 3, 5, 5, 3])).tolist()
    [0, 0, 1, 2, 1]
    """
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    first = np.searchsorted(ordered, ordered, side="left")
    rank = np.empty(len(groups), dtype=np.int64)
    rank[order] = np.arange(len(groups)) - first
    return rank
