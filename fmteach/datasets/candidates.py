"""Ranking data as a model meets it: the two sides of the rows, what was seen, what can be drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

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
