"""Ranking: learn from pairs of a positive and a drawn negative, be measured on whole lists."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from fmteach.arguments import whole_number
from fmteach.datasets import Dataset, Table
from fmteach.datasets.candidates import Candidates
from fmteach.errors import InputError
from fmteach.models import LinearModel
from fmteach.ranks import Places, find_places, mean_metrics
from fmteach.tasks import bpr
from fmteach.training.draws import SAMPLE, chances, shuffled
from fmteach.training.scoring import SAMPLED_ROWS, Examples, rows_of

SCORES_AT_ONCE = 1 << 22  # of a block of users beside all items; bounds the memory: 16 MB each copy
NEGATIVES = 20  # drawn for each positive where the loss is measured: always the same ones
Block = Callable[[Tensor], Tensor]
"""Scores [u, items] of some users, int64 [u], beside all items."""


class PairExamples(Examples):
    """Positives, each beside a negative that is drawn anew in every epoch.

    Everything stays on the device: a batch is a slice of the permutation, and a search for the
    items drawn. The negative of a positive depends on (seed, epoch) alone.

    Users who like every item have no negative: nothing can be learnt from their rows, and they
    are left out. InputError when that leaves none.
    """

    def __init__(self, dataset: Dataset, seed: int, device: torch.device):
        self.dataset = dataset
        self.candidates = dataset.candidates.to(device)
        self._unseen = self.candidates.unseen("train")
        pairs = self.candidates.train
        self._pairs = pairs[self._unseen.free[pairs[:, 0]] > 0]
        if not len(self._pairs):
            raise InputError(
                f"every user of {dataset.name} likes every item in train: there is no item to put "
                "below another. Ranking needs items that a user did not choose."
            )
        super().__init__(len(self._pairs), seed, device)
        self._chances: tuple[int, Tensor] | None = None
        self._sample = self._sample_of_train()

    def batch(self, epoch: int, at: slice) -> tuple[Tensor, Tensor | None, Tensor, Tensor | None]:
        """ids and values of the positives, and ids and values of their negatives."""
        if self._chances is None or self._chances[0] != epoch:
            self._chances = (epoch, chances(self.n, self.seed, epoch).to(self.device))
        user, item = self._pairs[self.order(epoch)[at]].unbind(1)
        other = self._unseen.draw(user, self._chances[1][at])
        return *self.candidates.rows(user, item), *self.candidates.rows(user, other)

    def loss(
        self, model: LinearModel, ids: Tensor, values: Tensor | None, *negative: Tensor | None
    ) -> Tensor:
        # Two passes, not one over both halves: so the gradients of what the rows share (w0, the
        # weight of the user) cancel to exactly 0, and Adam does not blow their rounding up.
        return bpr(model(ids, values, unique=True), model(*negative, unique=True))

    def penalty(
        self, model: LinearModel, ids: Tensor, values: Tensor | None, *negative: Tensor | None
    ) -> Tensor:
        other, z = negative
        return model.penalty(
            torch.cat([ids, other]), None if values is None else torch.cat([values, z])
        )

    def measure(self, model: LinearModel, name: str) -> dict[str, float] | None:
        """Loss and metrics on "train", "valid", "test" or "train sample".

        None without rows, and where every list holds positives only: there is nothing to compare.
        """
        part, chosen = ("train", self._sample) if name == "train sample" else (name, ())
        if not len(rows_of(self.dataset, part)):
            return None
        block = model_block(model, self.candidates)
        places, loss = measure_lists(self.candidates, block, part, *chosen)
        if bool((places.candidates == places.positives).all()):
            return None
        return {"loss": loss, **mean_metrics(places)}

    def by_user(self, model: LinearModel, split: str) -> dict[str, Tensor]:
        """Each metric of each user with a positive in a split, float64 [users] on the CPU."""
        places, _ = measure_lists(self.candidates, model_block(model, self.candidates), split)
        some = places.positives > 0
        metrics = {"ndcg@10": places.ndcg(), "hr@10": places.hit_rate(), "auc": places.auc()}
        return {name: numbers[some].cpu() for name, numbers in metrics.items()}

    def scores(self, model: LinearModel, split: str) -> Tensor:
        raise InputError(
            "ranking rows are all positives: their scores say nothing without the other items. "
            "trainer.by_user(split) gives NDCG@10, HR@10 and AUC of each user."
        )

    def _sample_of_train(self) -> tuple[Tensor, Tensor]:
        """Some training positives, and all the others: int64 [n, 2] each, in order.

        The others are left out of the lists, as if the sample were a validation part, and of its
        size. Whole training lists would have many more positives each, and a higher NDCG@10 for
        that alone: the gap between training and validation would not be overfitting.
        """
        train, valid = self._pairs, self.candidates.valid
        size = min(SAMPLED_ROWS, len(valid) or -(-len(train) // 10), len(train))
        order = shuffled(len(train), self.seed, SAMPLE).to(self.device)
        chosen, others = train[order[:size].sort().values], train[order[size:]]
        keys = others[:, 0] * len(self.candidates.items) + others[:, 1]
        return chosen, others[keys.argsort()]


def model_block(model: LinearModel, candidates: Candidates) -> Block:
    """The scores of a model that is on the device of the candidates.

    Items with the same features are scored once: a matrix product may round equal columns
    differently, and they are to tie exactly.
    """
    distinct, place = candidates.distinct_items

    def block(users: Tensor) -> Tensor:
        was_training = model.training
        model.eval()
        scores = model.score_all(*candidates.users.at(users), *distinct.at(slice(None)), True)
        model.train(was_training)
        return scores.index_select(1, place)

    return block


def constant_block(candidates: Candidates) -> Block:
    """The same score everywhere: a list in random order."""
    zero = torch.zeros((), device=candidates.train.device)
    return lambda users: zero.expand(len(users), len(candidates.items))


def popularity_block(candidates: Candidates) -> Block:
    """Every user gets the items in order of their number of likes in train.

    The score is ln(1 + likes). Then sigmoid(difference) is one count over the sum of both, which
    is near the best that any score without the user can do for the BPR loss.
    """
    scores = candidates.popularity.float().log1p()
    return lambda users: scores.expand(len(users), -1)


@torch.no_grad()
def measure_lists(
    candidates: Candidates,
    block: Block,
    part: str,
    pairs: Tensor | None = None,
    seen: Tensor | None = None,
) -> tuple[Places, float]:
    """Where the positives of a part stand in their users' lists, and the BPR loss.

    A list holds all items but those that the user has liked in an earlier part. pairs, seen: some
    positives of the part, and what is left out of the lists, [n, 2] in order, in their place.

    No loop over users: blocks of about 4 million scores, O(U I (k + log I)) in all, and memory
    for a block. The loss is the mean over the positives and NEGATIVES items drawn for each, the
    same ones at every call.
    """
    pairs = getattr(candidates, part) if pairs is None else pairs
    pairs = pairs[pairs[:, 0].argsort(stable=True)]
    users, row = pairs[:, 0].unique_consecutive(return_inverse=True)
    seen = candidates.seen_before(part) if seen is None else seen
    unseen = candidates.unseen(part)
    size = max(1, SCORES_AT_ONCE // len(candidates.items))
    places, loss, counted = [], 0.0, 0
    for first in range(0, len(users), size):
        some = users[first : first + size]
        start, end = torch.searchsorted(row, torch.tensor([first, first + size], device=row.device))
        user, item = row[start:end] - first, pairs[start:end, 1]
        scores = block(some)
        places.append(find_places(scores, user, item, _seen_by(some, seen, len(candidates.users))))
        # The loss needs items to draw from.
        can = unseen.free[some][user] > 0
        user, item = user[can].repeat_interleave(NEGATIVES), item[can].repeat_interleave(NEGATIVES)
        drawn = chances(len(user), seed=0, draw=first).to(user.device)
        other = unseen.draw(some[user], drawn)
        if len(user):
            loss += float(bpr(scores[user, item], scores[user, other])) * len(user)
            counted += len(user)
    return Places.join(places), loss / counted if counted else math.nan


def _seen_by(users: Tensor, seen: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The cells of a block that the users have seen. users: in order; seen: [n, 2], in order."""
    ends = torch.stack([users[0], users[-1] + 1])
    start, end = torch.searchsorted(seen[:, 0].contiguous(), ends)
    row = users.new_full((count,), -1)
    row[users] = torch.arange(len(users), device=users.device)
    user, item = row[seen[start:end, 0]], seen[start:end, 1]
    return user[user >= 0], item[user >= 0]


def recommend(model: LinearModel, dataset: Dataset, user: object, n: int = 10) -> Table:
    """The first n items of a user's list, without those that the user liked in train or valid.

    user: as in `dataset.candidates.user_names`. model: trained on this data set.
    Columns: place, item, score, likes of the item in train, and whether it is a like of the user
    in the test part.

    Errors: InputError for other tasks and for a user who is not known.
    """
    if dataset.candidates is None:
        raise InputError(f"recommend() is for ranking data, and the task here is {dataset.task}")
    n = whole_number("n", n)
    candidates = dataset.candidates.to(model.w.device)
    if str(user) not in candidates.user_names:
        some = ", ".join(candidates.user_names[:5])
        raise InputError(f"there is no user {user!r}; the users are {some} and so on")
    number = torch.tensor([candidates.user_names.index(str(user))], device=model.w.device)
    with torch.no_grad():
        scores = model_block(model, candidates)(number)[0]
    seen = candidates.seen_before("test")
    scores[seen[seen[:, 0] == number, 1]] = -torch.inf
    top = scores.argsort(descending=True, stable=True)[:n]
    top = top[scores[top] > -torch.inf]
    liked = candidates.test[candidates.test[:, 0] == number, 1].tolist()
    rows = (
        (
            place + 1, candidates.item_names[item], score, int(candidates.popularity[item]),
            "yes" if item in liked else "",
        )
        for place, (item, score) in enumerate(
            zip(top.tolist(), scores[top].tolist(), strict=True)
        )
    )  # fmt: skip
    return Table(("place", "item", "score", "likes in train", "liked in test"), tuple(rows))
