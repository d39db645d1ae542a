"""Ranking data: who liked what, and everything that could have been liked instead.

A row of ranking data is a positive: a user and an item that this user liked. There are no negative
rows. A model learns from pairs (S. Rendle et al., BPR: Bayesian Personalized Ranking from Implicit
Feedback, UAI 2009): a positive, and the same user beside an item drawn from those without a
positive. It is measured by where the positives of the test part stand in the user's list of all
items that were not seen before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import torch

from fmteach.datasets.build import build
from fmteach.datasets.candidates import Candidates, Side
from fmteach.datasets.dataset import Dataset
from fmteach.datasets.encoding import EncodedField, encode_category, join_fields
from fmteach.datasets.splits import Split, make_split, own_split
from fmteach.errors import InputError


def from_pairs(
    users: object,
    items: object,
    *,
    times: object = None,
    split: str | Split = "random",
    valid: float = 0.1,
    test: float = 0.1,
    seed: int = 0,
    name: str = "own data",
    real: bool = True,
) -> Dataset:
    """Make ranking data of your own positives: who liked what.

    users, items: [n], names or numbers. times: [n], for the splits that need them. split: a name
    that `load` knows, or a Split of your own.

    Errors: InputError for arrays of different length, no rows, a pair that stands there twice, or
    a split with a row in two parts.

    >>> data = from_pairs(["ann", "ann", "bob", "bob"], ["tea", "milk", "tea", "rice"])
    >>> data.objective, len(data.candidates.items), data.fields
    ('ranking', 3, ('user', 'item'))
    """
    users, items = np.asarray(users), np.asarray(items)
    if users.ndim != 1 or users.shape != items.shape or not len(users):
        raise InputError(
            f"users has shape {list(users.shape)} and items has {list(items.shape)}: give one user "
            "and one item a positive, [n] each, and at least one."
        )
    n = len(users)
    if isinstance(split, str):
        times = None if times is None else np.asarray(times)
        split = make_split(split, n, times, valid=valid, test=test, seed=seed)
    else:
        split = own_split(split, n)
    columns = [
        encode_category("user", users, split.train),
        encode_category("item", items, split.train),
    ]
    digest = hashlib.sha256()
    for column in (users, items):
        digest.update(f"{column.dtype} {len(column)} ".encode())
        same = repr(column.tolist()).encode() if column.dtype == object else column.tobytes()
        digest.update(same)
    for part in (split.train, split.valid, split.test):
        digest.update(np.ascontiguousarray(part).tobytes())
    return build_ranking(
        columns, users, items, split, item_fields=("item",), name=name,
        title=f"{name} ({'real' if real else 'synthetic'})", task="rank", real=real,
        determined_by={"pairs": digest.hexdigest()},
    )  # fmt: skip


def build_ranking(
    columns: Sequence[EncodedField],
    users: np.ndarray,
    items: np.ndarray,
    split: Split,
    *,
    item_fields: Sequence[str],
    name: str,
    title: str,
    task: str,
    real: bool,
    determined_by: Mapping[str, object],
    item_names: Sequence[str] | None = None,
) -> Dataset:
    """Put fields and a split of positives together.

    columns: the fields of n rows. users, items: [n], whose row it is. split: row numbers, positives
    only; the rows in none of its parts add users and items to the catalogue and nothing else.
    item_fields: the fields that describe the item; all others describe the user. item_names: one
    for each different item, in order; left out: as text.

    Errors: InputError when a field is not the same in all rows of its user or item, when a pair
    stands twice among the positives, or when no field describes the item.
    """
    sides = {
        "user": [c for c in columns if c.name not in item_fields],
        "item": [c for c in columns if c.name in item_fields],
    }
    if not sides["item"]:
        raise InputError(
            f"no field describes the item: add one of {', '.join(item_fields)} to the features. "
            "Without it, all items have the same score."
        )
    known = {}
    for side, column in (("user", users), ("item", items)):
        known[side] = np.unique(column, return_index=True, return_inverse=True)
        for encoded in sides[side]:
            _check_constant(encoded, side, *known[side][1:])
    numbers = np.stack([known["user"][2], known["item"][2]], axis=1).astype(np.int64)
    positives = np.concatenate([split.train, split.valid, split.test])
    _check_once(numbers[positives], known["user"][0], known["item"][0])
    ids, values = join_fields(columns)
    widths = [column.codes.shape[1] for column in columns]
    of_item = np.repeat([column.name in item_fields for column in columns], widths)

    def side(first: np.ndarray, places: np.ndarray) -> Side:
        at = np.ix_(first, np.flatnonzero(places))
        own = None if values is None else torch.from_numpy(values[at])
        return Side(torch.from_numpy(ids[at]), own)

    candidates = Candidates(
        side(known["user"][1], ~of_item),
        side(known["item"][1], of_item),
        *(torch.from_numpy(numbers[part]) for part in (split.train, split.valid, split.test)),
        user_names=tuple(map(str, known["user"][0])),
        item_names=tuple(map(str, known["item"][0]) if item_names is None else item_names),
    )
    return build(
        columns, np.ones(len(ids), np.float32), split, name=name, title=title, task=task,
        objective="ranking", real=real, determined_by=determined_by, candidates=candidates,
    )  # fmt: skip


def _check_constant(column: EncodedField, side: str, first: np.ndarray, place: np.ndarray) -> None:
    same = (column.codes == column.codes[first][place]).all(axis=1)
    if column.values is not None:
        same &= (column.values == column.values[first][place]).all(axis=1)
    if not same.all():
        row = int(np.flatnonzero(~same)[0])
        raise InputError(
            f"field {column.name!r} is not the same in all rows of a {side} (row {row} differs "
            f"from row {first[place[row]]}): for ranking, a field belongs to the user or the item."
        )


def _check_once(pairs: np.ndarray, users: np.ndarray, items: np.ndarray) -> None:
    keys, counts = np.unique(pairs[:, 0] * len(items) + pairs[:, 1], return_counts=True)
    if len(keys) < len(pairs):
        key = int(keys[counts > 1][0])
        raise InputError(
            f"{len(pairs) - len(keys)} positive(s) stand there twice, first user "
            f"{users[key // len(items)]} and item {items[key % len(items)]}: keep each pair once."
        )
