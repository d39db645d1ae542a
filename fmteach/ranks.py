"""How high the liked items stand in each user's list: the metrics of ranking, fair to ties.

Equal scores have no order. A metric that takes them as they happen to lie in memory can be 0 or 1
for a model that has learnt nothing. Here a tie counts as what a random order of the tied items
gives on average, computed exactly (McSherry and Najork 2008, Computing Information Retrieval
Performance Measures Efficiently in the Presence of Tied Scores). So a constant score has an AUC
of exactly 0.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fmteach.errors import InputError

CUT = 10  # the length of the list that HR@10 and NDCG@10 look at


@dataclass(frozen=True, eq=False)
class Places:
    """Where each positive stands among the candidates of its user. Numbers only, no scores.

    user: int64 [n], 0 .. U-1. above: float64 [n], how many candidates have a higher score; NaN
    where the score of any candidate of that user is not finite. ties: float64 [n], how many have
    the same score, the positive itself among them. candidates: float64 [U], the length of each
    user's list, positives among them.

    The metrics below are [U], one number a user, NaN for a user without a positive.
    """

    user: Tensor
    above: Tensor
    ties: Tensor
    candidates: Tensor

    @property
    def positives(self) -> Tensor:
        """How many positives each user has, float64 [U]."""
        return self._sum(torch.ones_like(self.above))

    def auc(self) -> Tensor:
        """Chance that a positive of the user stands above another candidate; a tie counts half.

        NaN where every candidate is a positive. The mean over the users is the AUC of Rendle et
        al. (2009). O(n), by the sum of ranks: no pair is looked at.
        """
        n, p = self.candidates, self.positives
        mean_place = self.above + (self.ties + 1) / 2  # counted from the top, from 1
        others_above = self._sum(mean_place) - p * (p + 1) / 2
        return 1 - others_above / (p * (n - p))  # 0 / 0 is NaN

    def hit_rate(self, at: int = CUT) -> Tensor:
        """Chance that at least one positive is among the first `at` of the user's list."""
        sure = self._sum((self.above + self.ties <= at).double()) > 0
        # The tied group across the cut, if there is one: t items, p of them positives, r places.
        across = (self.above < at) & (self.above + self.ties > at)
        p = self._sum(across.double())
        t = self._sum(torch.where(across, self.ties, 0.0)) / p.clamp(min=1)
        r = (at - self._sum(torch.where(across, self.above, 0.0)) / p.clamp(min=1)).clamp(max=t)
        # All r places go to others: C(t - p, r) of C(t, r) choices.
        left = t - p - r
        log_miss = (
            (t - p + 1).lgamma() - (left.clamp(min=0) + 1).lgamma()
            - (t + 1).lgamma() + (t - r + 1).lgamma()
        )  # fmt: skip
        by_chance = torch.where((p > 0) & (left >= 0), -torch.expm1(log_miss), (p > 0).double())
        return self._known(torch.where(sure, 1.0, by_chance))

    def ndcg(self, at: int = CUT) -> Tensor:
        """Gain of the first `at` places, 1 / log2(1 + place) a positive, over the best possible."""
        places = torch.arange(1, at + 1, dtype=torch.float64, device=self.above.device)
        gain = torch.cat([places.new_zeros(1), (1 / (1 + places).log2()).cumsum(0)])
        first = self.above.nan_to_num().clamp(max=at).long()
        last = (self.above + self.ties).nan_to_num().clamp(max=at).long()
        expected = (gain[last] - gain[first]) / self.ties  # mean over the places of the tie
        best = gain[self.positives.clamp(max=at).long()]
        return self._known(self._sum(expected) / best)

    def _sum(self, numbers: Tensor) -> Tensor:
        """Add up by user: [n] -> [U]."""
        return torch.zeros_like(self.candidates).index_add_(0, self.user, numbers)

    def _known(self, metric: Tensor) -> Tensor:
        known = self._sum(self.above * 0) == 0  # NaN is equal to nothing
        return torch.where((self.positives > 0) & known, metric, torch.nan)

    @staticmethod
    def join(parts: Sequence[Places]) -> Places:
        """The users of several blocks, one block after the other."""
        none = torch.zeros(0, dtype=torch.float64)
        parts = [*parts] or [Places(none.long(), none, none, none)]
        starts = np.cumsum([0, *(len(part.candidates) for part in parts)]).tolist()
        return Places(
            torch.cat([p.user + s for p, s in zip(parts, starts, strict=False)]),
            *(torch.cat([getattr(p, n) for p in parts]) for n in ("above", "ties", "candidates")),
        )


def find_places(
    scores: Tensor, user: Tensor, item: Tensor, left_out: tuple[Tensor, Tensor] | None = None
) -> Places:
    """Find where positives stand in the lists of their users.

    scores: [U, I], one row a user. user, item: int64 [n], the cells of the positives, in order of
    user. left_out: (user, item) of the cells that are no candidates, such as what was seen in
    train; the positives are never among them.

    No loop over users: each row is sorted once, O(U I log I). Memory O(U I).

    >>> places = find_places(torch.tensor([[3.0, 1.0, 2.0]]), torch.tensor([0]), torch.tensor([2]))
    >>> places.above.tolist(), places.auc().tolist()
    ([1.0], [0.5])
    """
    users, items = scores.shape
    candidates = torch.full((users,), float(items), dtype=torch.float64, device=scores.device)
    # The positives of a user side by side, filled up at the end: searchsorted takes a rectangle.
    counts = torch.bincount(user, minlength=users)
    place = torch.arange(len(user), device=user.device) - (counts.cumsum(0) - counts)[user]
    own = scores.new_zeros(users, int(counts.max()) if len(user) else 0)
    own[user, place] = scores[user, item]
    if left_out is not None:
        scores = scores.index_put(left_out, scores.new_tensor(-torch.inf))
        candidates -= torch.bincount(left_out[0], minlength=users)
    ordered = _sorted(scores)
    below = torch.searchsorted(ordered, own)[user, place]
    not_above = torch.searchsorted(ordered, own, right=True)[user, place]
    # NaN is sorted to the end: the two ends of a list tell whether all of it is finite.
    first, last = (items - candidates.long())[user], torch.full_like(user, items - 1)
    finite = torch.isfinite(ordered[user, first]) & torch.isfinite(ordered[user, last])
    above = torch.where(finite, (items - not_above).double(), torch.nan)
    return Places(user, above, (not_above - below).double(), candidates)


def _sorted(scores: Tensor) -> Tensor:
    if scores.device.type == "cpu":  # NumPy sorts rows of floats many times faster than torch
        return torch.from_numpy(np.sort(scores.numpy(), axis=1))
    return scores.sort(dim=1).values


def mean_metrics(places: Places) -> dict[str, float]:
    """NDCG@10, HR@10 and AUC: each the mean over the users for whom it is defined.

    NaN where there is no such user, and where a score is not finite.
    """
    broken = bool(places.above.isnan().any())
    by_user = {"ndcg@10": places.ndcg(), "hr@10": places.hit_rate(), "auc": places.auc()}
    return {
        name: float("nan") if broken else float(numbers.nanmean())
        for name, numbers in by_user.items()
    }


def list_metrics(scores: Tensor, y: Tensor) -> dict[str, float]:
    """NDCG@10, HR@10 and AUC of whole lists.

    scores: [U, I], one list a user ([I]: a single one). y: the same shape; 1 for a positive, 0 for
    another candidate, -1 for an item that is no candidate (the user has it already).

    >>> list_metrics(torch.tensor([0.9, 0.2, 0.4]), torch.tensor([0, 1, 0]))["auc"]
    0.0
    >>> list_metrics(torch.zeros(4), torch.tensor([0, 1, 0, -1]))["auc"]
    0.5
    """
    if scores.shape != y.shape or scores.dim() not in (1, 2):
        raise InputError(
            "scores and y must both have shape [users, items]; got "
            f"{list(scores.shape)} and {list(y.shape)}"
        )
    if scores.dim() == 1:
        scores, y = scores[None], y[None]
    user, item = (y == 1).nonzero(as_tuple=True)
    left_out = (y == -1).nonzero(as_tuple=True)
    return mean_metrics(find_places(scores.detach(), user, item, left_out))
