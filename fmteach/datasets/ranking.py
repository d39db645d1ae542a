"""Ranking data: who liked what, and everything that could have been liked instead.

A row of ranking data is a positive: a user and an item that this user liked. There are no negative
rows. A model learns from pairs (S. Rendle et al., BPR: Bayesian Personalized Ranking from Implicit
Feedback, UAI 2009): a positive, and the same user beside an item drawn from those without a
positive. It is measured by where the positives of the test part stand in the user's list of all
items that were not seen before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fmteach.datasets.build import build
from fmteach.datasets.dataset import Dataset
from fmteach.datasets.encoding import EncodedField, encode_category, join_fields
from fmteach.datasets.splits import Split, make_split
from fmteach.errors import InputError

EARLIER = {"train": (), "valid": ("train",), "test": ("train", "valid")}
"""The parts whose positives have been seen before a part is measured."""


@dataclass(frozen=True, eq=False)
class Side:
    """One side of the rows, an entry for each user or for each item.

    ids: [n, w], numbers of features of the whole data set; int64, or int32 for large sets. values:
    float32 [n, w], or None when all are 1.
    """

    ids: Tensor
    values: Tensor | None

    def __len__(self) -> int:
        return len(self.ids)

    def to(self, device: torch.device) -> Side:
        return Side(self.ids.to(device), None if self.values is None else self.values.to(device))

    def at(self, numbers: Tensor | slice) -> tuple[Tensor, Tensor | None]:
        """ids (int64) and values of these entries."""
        return self.ids[numbers].long(), None if self.values is None else self.values[numbers]


@dataclass(frozen=True, eq=False)
class Candidates:
    """The two sides that rows are made of, and which pairs of them are positives.

    users, items: every user and every item of the catalogue, those without a positive among them.
        The row of user u and item i is users[u] followed by items[i].
    train, valid, test: int64 [n, 2], the user and the item of each row of that part.
    user_names, item_names: how a person would call them.

    All items are candidates, also those that have no positive in train: they carry the "(unseen)"
    feature of their field, so without side features they all have the same score. Training meets
    them as negatives.
    """

    users: Side
    items: Side
    train: Tensor
    valid: Tensor
    test: Tensor
    user_names: Sequence[str] = field(repr=False)
    item_names: Sequence[str] = field(repr=False)
    _kept: dict[tuple[str, str], Any] = field(default_factory=dict, init=False, repr=False)

    def rows(self, users: Tensor, items: Tensor) -> tuple[Tensor, Tensor | None]:
        """ids [n, m] and values [n, m] (or None) of the rows of users [n] beside items [n]."""
        (left, x), (right, z) = self.users.at(users), self.items.at(items)
        ids = torch.cat([left, right], dim=1)
        if x is None and z is None:
            return ids, None
        x = torch.ones_like(left, dtype=torch.float32) if x is None else x
        z = torch.ones_like(right, dtype=torch.float32) if z is None else z
        return ids, torch.cat([x, z], dim=1)

    def to(self, device: torch.device) -> Candidates:
        """The same on a device."""
        parts = (getattr(self, part).to(device) for part in EARLIER)
        return Candidates(
            self.users.to(device), self.items.to(device), *parts, self.user_names, self.item_names
        )

    def seen_before(self, part: str) -> Tensor:
        """int64 [n, 2], in order: the positives of the parts before this one. They are left out of
        the lists when the part is measured."""
        return self._once("seen before", part, lambda: self._pairs(*EARLIER[part]))

    def unseen(self, part: str) -> Unseen:
        """Draws negatives: items without a positive of the user in this part or one before it."""
        pairs, sizes = (*EARLIER[part], part), (len(self.users), len(self.items))
        return self._once("unseen", part, lambda: Unseen(self._pairs(*pairs), *sizes))

    @cached_property
    def popularity(self) -> Tensor:
        """int64 [items], how many users liked each item in train."""
        return torch.bincount(self.train[:, 1], minlength=len(self.items))

    def cold(self, part: str) -> int:
        """How many positives of a part have an item without any positive in train."""
        return int((self.popularity[getattr(self, part)[:, 1]] == 0).sum())

    def met(self, num_features: int) -> Tensor:
        """bool [num_features]: which features training can meet, of num_features in all.

        Those of users with a positive in train, and those of all items: any can be a negative.
        """
        met = torch.zeros(num_features, dtype=torch.bool, device=self.train.device)
        for ids, values in (self.users.at(self.train[:, 0].unique()), self.items.at(slice(None))):
            met[ids if values is None else ids[values != 0]] = True
        return met

    @cached_property
    def distinct_items(self) -> tuple[Side, Tensor]:
        """The different entries of `items`, and for each item the number of its entry.

        Items with the same features have the same score, exactly, when it is computed once.
        """
        ids, values = self.items.ids, self.items.values
        table = ids.double() if values is None else torch.cat([ids.double(), values.double()], 1)
        _, place = torch.unique(table, dim=0, return_inverse=True)
        first = place.new_full((int(place.max()) + 1,), len(ids))
        first.scatter_reduce_(0, place, torch.arange(len(ids), device=ids.device), "amin")
        return Side(*self.items.at(first)), place

    def _once(self, what: str, part: str, make: Callable[[], Any]) -> Any:
        if (what, part) not in self._kept:
            self._kept[what, part] = make()
        return self._kept[what, part]

    def _pairs(self, *parts: str) -> Tensor:
        keys = [getattr(self, p)[:, 0] * len(self.items) + getattr(self, p)[:, 1] for p in parts]
        keys = torch.cat(keys).sort().values if keys else self.train.new_empty(0)
        return torch.stack([keys // len(self.items), keys % len(self.items)], dim=1)


class Unseen:
    """Draws items that a user has no pair with, uniformly, on the device, a whole batch at once.

    pairs: int64 [n, 2], (user, item) in order, each once. Nothing is drawn twice, nothing is
    rejected: of the items that are free for a user, the one with number r is found by a search.
    Each seen item before it moves it one place on. O(log n) a draw, memory O(n).

    >>> unseen = Unseen(torch.tensor([[0, 0], [0, 2]]), users=2, items=4)
    >>> unseen.free.tolist(), unseen.draw(torch.tensor([0, 0, 1]), torch.tensor([0.0, 0.9, 0.5]))
    ([2, 4], tensor([1, 3, 2]))
    """

    def __init__(self, pairs: Tensor, users: int, items: int):
        user, item = pairs.unbind(1)
        counts = torch.bincount(user, minlength=users)
        self._start = counts.cumsum(0) - counts
        self.free = items - counts  # int64 [users]: how many items can be drawn for each
        # Of the user's seen items c_0 < c_1 < ..., those with c_t - t <= r lie before the free
        # item number r. One sorted list of these numbers serves all users.
        gap = item - (torch.arange(len(item), device=item.device) - self._start[user])
        self._stride = items + 1
        self._gaps = user * self._stride + gap

    def draw(self, users: Tensor, chance: Tensor) -> Tensor:
        """One item for each of users [n], from numbers [n] in 0 <= chance < 1.

        What is drawn for a user without a free item has no meaning: look at `free` first.
        """
        r = (chance * self.free[users]).long()
        before = torch.searchsorted(self._gaps, users * self._stride + r, right=True)
        return r + before - self._start[users]


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

    Errors: InputError for arrays of different length, no rows, or a pair that stands there twice.

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
