"""What a score is for: regression, classification or ranking. Each task is a loss and metrics.

A model returns scores (logits) and knows nothing of tasks; a task never changes a score before the
loss. A sigmoid in the model and another in the loss is the most published bug of this field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from fmteach.errors import InputError
from fmteach.ranks import list_metrics

THRESHOLD = 0.5  # a probability above it counts as "yes" in the accuracy


@dataclass(frozen=True)
class Task:
    """One way to use the scores.

    loss(scores [n], y [n]) -> scalar tensor, the mean over the rows, differentiable.
    metrics(scores, y) -> dict of floats. constant_score(y) -> the best score for a model that
    gives every row the same one: the base rate baseline.

    Ranking compares scores with scores. Its loss takes those of positives [n] and of as many
    negatives [n]; its metrics take whole lists, scores [U, I] and y [U, I]
    (`fmteach.ranks.list_metrics`).
    """

    name: str
    loss: Callable[[Tensor, Tensor], Tensor]
    loss_name: str
    metrics: Callable[[Tensor, Tensor], dict[str, float]]
    metric_labels: Mapping[str, str]
    primary: str
    higher: frozenset[str]
    """The metrics of which a higher value is better; of the others, and of the loss, a lower."""
    constant_score: Callable[[Tensor], float]

    @property
    def higher_is_better(self) -> bool:
        """Of the primary metric."""
        return self.primary in self.higher

    def better(self, a: float, b: float) -> bool:
        """Is the primary metric's value a better than b? NaN is never better.

        >>> get_task("regression").better(0.8, 0.9), get_task("classification").better(0.8, 0.9)
        (True, False)
        """
        return a > b if self.higher_is_better else a < b


def _checked(scores: Tensor, y: Tensor) -> Tensor:
    """The scores without gradients. [n] against [n, 1] would spread out to [n, n], unnoticed."""
    if scores.shape != y.shape or scores.dim() != 1:
        raise InputError(
            f"scores and y must both have shape [n]; got {list(scores.shape)} and {list(y.shape)}"
        )
    return scores.detach()


def rmse(scores: Tensor, y: Tensor) -> float:
    """Root of the mean squared error. scores, y: [n].

    >>> rmse(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
    1.4142135623730951
    """
    return float((_checked(scores, y).double() - y.double()).square().mean().sqrt())


def mae(scores: Tensor, y: Tensor) -> float:
    """Mean absolute error. scores, y: [n].

    >>> mae(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
    1.0
    """
    return float((_checked(scores, y).double() - y.double()).abs().mean())


def logloss(scores: Tensor, y: Tensor) -> float:
    """Mean cross-entropy of labels y in {0, 1} under sigmoid(scores), in nats. scores, y: [n].

    >>> round(logloss(torch.tensor([0.0, 0.0]), torch.tensor([0.0, 1.0])), 4)  # ln 2
    0.6931
    """
    scores = _checked(scores, y)
    return float(F.binary_cross_entropy_with_logits(scores.double(), y.double()))


def accuracy(scores: Tensor, y: Tensor, threshold: float = THRESHOLD) -> float:
    """Share of rows on whose side of the threshold (a probability) the label lies. scores, y: [n].

    NaN when a score is NaN, which lies on no side.

    >>> accuracy(torch.tensor([2.0, -1.0, 3.0]), torch.tensor([1.0, 0.0, 0.0]))
    0.6666666666666666
    """
    scores = _checked(scores, y)
    if bool(scores.isnan().any()):
        return float("nan")
    cut = float(torch.logit(torch.tensor(threshold, dtype=torch.float64)))
    return float(((scores > cut) == (y > 0.5)).double().mean())


def auc(scores: Tensor, y: Tensor) -> float:
    """Chance that a random positive row scores above a random negative one; a tie counts half.

    scores, y: [n], y in {0, 1}. NaN when only one class is present, or a score is NaN.
    Time O(n log n), by the ranks (Hanley and McNeil 1982).

    >>> auc(torch.tensor([0.1, 0.4, 0.35, 0.8]), torch.tensor([0.0, 0.0, 1.0, 1.0]))
    0.75
    """
    scores, positive = _checked(scores, y), y > 0.5
    n_pos = int(positive.sum())
    n_neg = len(y) - n_pos
    if n_pos == 0 or n_neg == 0 or bool(scores.isnan().any()):
        return float("nan")
    # Equal scores share the mean of their ranks.
    _, place, counts = scores.unique(return_inverse=True, return_counts=True)
    last = counts.cumsum(0).double()
    mean_rank = last - (counts.double() - 1) / 2
    rank_sum = float(mean_rank[place[positive]].sum())
    return (rank_sum - n_pos * (n_pos + 1) / 2) / (n_pos * n_neg)


def bpr(positive: Tensor, negative: Tensor) -> Tensor:
    """Bayesian personalized ranking: is the positive of each pair above the negative?

    positive, negative: scores [n] of the same users beside a liked item and beside another one.
    Returns the mean of -ln sigmoid(positive - negative), a scalar. What both rows share (w0, the
    terms of the user alone) cancels out: it cannot be learnt from pairs, and need not be.
    Source: Rendle et al. (2009), BPR: Bayesian Personalized Ranking from Implicit Feedback.

    >>> bpr(torch.tensor([1.0, 1.0]), torch.tensor([1.0, 1.0]))  # ln 2: no better than a guess
    tensor(0.6931)
    """
    return F.softplus(negative - positive).mean()  # -ln sigmoid(x) = ln(1 + exp(-x)), no overflow


def _base_rate_score(y: Tensor) -> float:
    # Kept off 0 and 1, so that data of a single class gives a large score and not an infinite one.
    share = y.double().mean().clamp(1e-7, 1 - 1e-7)
    return float(torch.logit(share))


REGRESSION = Task(
    name="regression",
    loss=F.mse_loss,
    loss_name="MSE",
    metrics=lambda scores, y: {"rmse": rmse(scores, y), "mae": mae(scores, y)},
    metric_labels={"rmse": "RMSE", "mae": "MAE"},
    primary="rmse",
    higher=frozenset(),
    constant_score=lambda y: float(y.double().mean()),
)

CLASSIFICATION = Task(
    name="classification",
    loss=F.binary_cross_entropy_with_logits,
    loss_name="logloss",
    metrics=lambda scores, y: {
        "logloss": logloss(scores, y),
        "auc": auc(scores, y),
        "accuracy": accuracy(scores, y),
    },
    metric_labels={"logloss": "logloss", "auc": "AUC", "accuracy": f"accuracy at {THRESHOLD}"},
    primary="auc",
    higher=frozenset({"auc", "accuracy"}),
    constant_score=_base_rate_score,
)

RANKING = Task(
    name="ranking",
    loss=bpr,
    loss_name="BPR loss",
    metrics=list_metrics,
    metric_labels={"ndcg@10": "NDCG@10", "hr@10": "HR@10", "auc": "AUC"},
    # A reader sees the first ten. AUC weighs place 5,000 against 5,001 like place 1 against 2.
    primary="ndcg@10",
    higher=frozenset({"ndcg@10", "hr@10", "auc"}),
    constant_score=lambda y: 0.0,  # any will do: only differences count
)

TASKS = {task.name: task for task in (REGRESSION, CLASSIFICATION, RANKING)}


def get_task(name: str) -> Task:
    """Look a task up by its name.

    >>> get_task("classification").primary
    'auc'
    """
    if name not in TASKS:
        raise InputError(f"unknown task {name!r}; choose one of {', '.join(TASKS)}")
    return TASKS[name]
