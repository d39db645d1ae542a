"""From columns of values to feature numbers, with a vocabulary learnt on the training rows alone.

A field with n different values in train gets the codes 0 .. n-1 in sorted order. Every other value
shares the code n, "(unseen)". So a field has n + 1 features, and nothing that stands only in
validation or test rows can change how a training row is written (a longer set there can only give
it more padding, of value 0).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fmteach.errors import InputError

UNSEEN = "(unseen)"
LARGE = 2_000_000  # rows from which on feature numbers take 4 bytes instead of 8


@dataclass(frozen=True, eq=False)
class EncodedField:
    """One field of all rows. `len(labels)` is the number of its features.

    codes: int64 [n, w] (int32 for many rows), 0 .. len(labels)-1; w = 1 for a field with one value
        a row.
    values: float32 [n, w], or None when they are all 1. A place with value 0 is padding.
    labels: what each code stands for, as a person would write it.
    """

    name: str
    labels: tuple[str, ...]
    codes: np.ndarray
    values: np.ndarray | None = None


def encode_category(
    name: str,
    column: np.ndarray,
    train: np.ndarray,
    *,
    label: Callable[[np.ndarray], Sequence[str]] | None = None,
    min_count: int = 1,
) -> EncodedField:
    """Encode one value a row.

    column: [n], any sortable values; NaN is a value like others, the last in order. train: row
    numbers of the training part. label: turns the sorted values of the vocabulary into texts
    (default: str). Values with fewer than `min_count` training rows share the unseen code.
    O(n log n).

    >>> field = encode_category("film", np.array(["b", "a", "c"]), np.array([0, 1]))
    >>> field.codes[:, 0].tolist(), field.labels
    ([1, 0, 2], ('a', 'b', '(unseen)'))
    """
    vocabulary, counts = np.unique(column[train], return_counts=True)
    vocabulary = vocabulary[counts >= min_count]
    n = len(vocabulary)
    codes = np.full(len(column), n, dtype=id_type(len(column)))
    if n:
        place = np.searchsorted(vocabulary, column)
        place[place == n] = 0  # larger than all: any place will do, the next line rejects it
        known = vocabulary[place] == column
        if column.dtype.kind == "f":
            known |= np.isnan(vocabulary[place]) & np.isnan(column)
        codes[known] = place[known]
    texts = map(str, vocabulary) if label is None else label(vocabulary)
    return EncodedField(name, (*texts, UNSEEN), codes[:, None])


def encode_set(
    name: str, names: Sequence[str], membership: np.ndarray, item: np.ndarray, train: np.ndarray
) -> EncodedField:
    """Encode a set of values a row, each with weight 1 / size of the set, so that they sum to 1.

    names: of the g possible values. membership: bool [items, g], which values an item has.
    item: int [n], the item of each row. train: row numbers of the training part.

    All rows get the width of the largest set. A smaller set is padded with values that it does not
    have, at weight 0: so no feature stands twice in a row. Values that no training row has share
    one unseen code, with their weights added up.

    >>> field = encode_set("genres", ["Drama", "War"], np.array([[True, True], [True, False]]),
    ...                    item=np.array([0, 1]), train=np.array([0, 1]))
    >>> field.codes.tolist(), field.values.tolist()
    ([[0, 1], [0, 1]], [[0.5, 0.5], [1.0, 0.0]])
    """
    if not membership.any(axis=1).all():
        raise InputError(f"field {name!r}: every item needs at least one value.")
    items_in_train = np.unique(item[train])
    known = membership[items_in_train].any(axis=0)
    counts = np.column_stack([membership[:, known], membership[:, ~known].sum(axis=1)])
    width = int((counts > 0).sum(axis=1).max())
    codes = np.argsort(counts == 0, axis=1, kind="stable")[:, :width]
    weights = np.take_along_axis(counts / counts.sum(axis=1, keepdims=True), codes, axis=1)
    labels = (*np.asarray(names, dtype=object)[known], UNSEEN)
    codes = codes.astype(id_type(len(item)))
    return EncodedField(name, labels, codes[item], weights.astype(np.float32)[item])


def id_type(rows: int) -> type[np.signedinteger]:
    """The type of the feature numbers of so many rows: int64, or int32 to halve the memory."""
    return np.int64 if rows < LARGE else np.int32


def join_fields(fields: Sequence[EncodedField]) -> tuple[np.ndarray, np.ndarray | None]:
    """Put fields side by side: ids [n, m] of the type of the codes, each field offset past the one
    before it.

    The second result is values float32 [n, m], or None when every field has the value 1.
    """
    dims = [len(field.labels) for field in fields]
    offsets = np.cumsum([0, *dims[:-1]])
    ids = np.concatenate([f.codes for f in fields], axis=1)
    ids += np.repeat(offsets, [f.codes.shape[1] for f in fields]).astype(ids.dtype)
    if all(field.values is None for field in fields):
        return ids, None
    ones = [np.ones(f.codes.shape, np.float32) if f.values is None else f.values for f in fields]
    return ids, np.concatenate(ones, axis=1)
