"""Correct answers to the exercises on losses and metrics, notebook 06."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from itertools import product
from statistics import fmean

import numpy as np
import torch
import torch.nn.functional as F

from fmteach import tasks

# -- 6.1: logloss from scores --------------------------------------------------------------------


def ready_made(scores, y):
    return F.binary_cross_entropy_with_logits(scores, y)


def softplus(scores, y):
    return (F.softplus(scores) - y * scores).mean().item()


def logsigmoid_of_both(scores, y):
    return -torch.where(y == 1, F.logsigmoid(scores), F.logsigmoid(-scores)).sum() / len(y)


def loop_in_two_cases(scores, y):
    total = 0.0
    for s, label in zip(scores, y, strict=True):
        wrong_way = -s if label else s  # large when the model is wrong
        if wrong_way > 0:
            total += wrong_way + math.log1p(math.exp(-wrong_way))
        else:
            total += math.log1p(math.exp(wrong_way))
    return total / len(scores)


def signs_first(scores, y):
    sign = 2 * y - 1
    return np.mean(np.logaddexp(0, -sign * scores))


def log_sum_exp(scores, y):
    both = torch.stack([torch.zeros_like(scores), scores])
    return (torch.logsumexp(both, 0) - both[y.long(), torch.arange(len(y))]).mean()


def two_classes(scores, y):
    return F.cross_entropy(torch.stack([-scores / 2, scores / 2], 1), y.to(torch.int64))


def in_single_precision(scores, y):
    s = torch.as_tensor(scores).float()
    return float(
        (s.clamp(min=0) - torch.as_tensor(y).float() * s + (-s.abs()).exp().log1p()).mean()
    )


def comprehension(scores, y):
    rows = zip(scores, y, strict=True)
    return fmean(max(s, 0) - s * t + math.log1p(math.exp(-abs(s))) for s, t in rows)


def recursion(scores, y):
    def total(n):
        if n == 0:
            return 0.0
        s = float(scores[n - 1])
        return total(n - 1) + max(s, 0.0) - s * float(y[n - 1]) + math.log1p(math.exp(-abs(s)))

    return total(len(y)) / len(y)


def in_place(scores, y):
    loss = np.abs(scores)
    loss *= -1
    np.exp(loss, out=loss)
    np.log1p(loss, out=loss)
    loss += np.maximum(scores, 0)
    loss -= y * scores
    return loss.mean(keepdims=True)


def the_package(scores, y):
    return tasks.logloss(scores, y)


# -- 6.2: bpr_loss -------------------------------------------------------------------------------


def bpr_softplus(positive, negative):
    return F.softplus(negative - positive).mean()


def bpr_logsigmoid(positive, negative):
    return -F.logsigmoid(positive - negative).mean()


def bpr_logaddexp(positive, negative):
    return np.logaddexp(0, np.subtract(negative, positive)).mean()


def bpr_ready_made(positive, negative):
    return F.binary_cross_entropy_with_logits(positive - negative, torch.ones_like(positive))


def bpr_softmax(positive, negative):
    return -torch.stack([positive, negative], -1).log_softmax(-1)[:, 0].mean()


def bpr_loop(positive, negative):
    total = 0.0
    for liked, other in zip(positive, negative, strict=True):
        gap = liked - other
        total += math.log1p(math.exp(-gap)) if gap > 0 else math.log1p(math.exp(gap)) - gap
    return total / len(positive)


def bpr_generator(positive, negative):
    gaps = [n - p for p, n in zip(positive, negative, strict=True)]
    return sum(max(g, 0) + math.log1p(math.exp(-abs(g))) for g in gaps) / len(gaps)


def bpr_fold(positive, negative):
    pairs = list(zip(positive, negative, strict=True))
    return reduce(lambda total, pair: total + np.logaddexp(0, pair[1] - pair[0]), pairs, 0.0) / len(
        pairs
    )


def bpr_single_precision(positive, negative):
    gap = (torch.as_tensor(positive) - torch.as_tensor(negative)).to(torch.float32)
    return float(F.softplus(-gap).mean())


def bpr_package(positive, negative):
    return tasks.bpr(positive, negative)


# -- 6.3: the base rate --------------------------------------------------------------------------

entropy = -0.17 * math.log(0.17) - 0.83 * math.log(0.83)
rows = torch.tensor([1.0] * 17 + [0.0] * 83)

# -- 6.5: auc by pairs ---------------------------------------------------------------------------


def two_loops(scores, y):
    points = pairs = 0
    for i in range(len(y)):
        for j in range(len(y)):
            if y[i] == 1 and y[j] == 0:
                pairs += 1
                if scores[i] > scores[j]:
                    points += 1
                elif scores[i] == scores[j]:
                    points += 0.5
    return points / pairs


def all_pairs_at_once(scores, y):
    gap = scores[y == 1].unsqueeze(1) - scores[y == 0]
    return ((gap > 0).double() + (gap == 0).double() / 2).mean()


def signs(scores, y):
    gap = np.subtract.outer(scores[y == 1], scores[y == 0])
    return (np.sign(gap) + 1).mean() / 2


def heaviside(scores, y):
    return np.heaviside(scores[y > 0.5][:, None] - scores[y < 0.5], 0.5).mean()


def products(scores, y):
    up = [s for s, label in zip(scores, y, strict=True) if label == 1]
    down = [s for s, label in zip(scores, y, strict=True) if label == 0]
    return fmean((a > b) + (a == b) / 2 for a, b in product(up, down))


def mean_ranks(scores, y):
    scores, y = np.asarray(scores), np.asarray(y)
    rank = np.array([(scores < s).sum() + ((scores == s).sum() + 1) / 2 for s in scores])
    n = int(y.sum())
    return (rank[y == 1].sum() - n * (n + 1) / 2) / (n * (len(y) - n))


def sorted_search(scores, y):
    down = np.sort(scores[y == 0])
    left = np.searchsorted(down, scores[y == 1], "left")
    right = np.searchsorted(down, scores[y == 1], "right")
    return (left + right).mean() / 2 / len(down)


def from_the_other_side(scores, y):
    below = (scores[y == 1][:, None] < scores[y == 0]).sum()
    tied = (scores[y == 1][:, None] == scores[y == 0]).sum()
    return 1 - (below + tied / 2) / ((y == 1).sum() * (y == 0).sum())


def area_of_the_curve(scores, y):
    scores, y = np.asarray(scores), np.asarray(y)
    cuts = np.concatenate([[np.inf], np.unique(scores)[::-1]])
    hit = [(scores[y == 1] >= cut).mean() for cut in cuts]
    alarm = [(scores[y == 0] >= cut).mean() for cut in cuts]
    return sum(
        (a - b) * (h + g) / 2 for a, b, h, g in zip(alarm[1:], alarm, hit[1:], hit, strict=False)
    )


def weighted(scores, y):
    order = torch.sign(scores[:, None] - scores[None, :]) / 2 + 0.5
    return torch.einsum("i,j,ij->", y, 1 - y, order) / (y.sum() * (1 - y).sum())


def exact(scores, y):
    up = [s for s, label in zip(scores, y, strict=True) if label]
    down = [s for s, label in zip(scores, y, strict=True) if not label]
    points = sum(Fraction(int(a > b)) + Fraction(int(a == b), 2) for a in up for b in down)
    return float(points / (len(up) * len(down)))


def package_auc(scores, y):
    return tasks.auc(scores, y)


RIGHT = {
    "6.1": [
        ready_made, softplus, logsigmoid_of_both, loop_in_two_cases, signs_first, log_sum_exp,
        two_classes, in_single_precision, comprehension, recursion, in_place, the_package,
    ],
    "6.2": [
        bpr_softplus, bpr_logsigmoid, bpr_logaddexp, bpr_ready_made, bpr_softmax, bpr_loop,
        bpr_generator, bpr_fold, bpr_single_precision, bpr_package,
    ],
    "6.3": [
        (0.4559,), (0.456,), (0.46,), (entropy,), (np.float32(entropy),), (np.array([0.4559]),),
        (torch.tensor(0.4559),), (Decimal("0.4559"),), (Fraction(4559, 10_000),),
        (tasks.logloss(torch.full((100,), math.log(0.17 / 0.83)), rows),),
        (F.binary_cross_entropy(torch.full((100,), 0.17), rows),),
    ],
    "6.4": [
        {"stars": a, "bid": b, "top_ten": c, "screening": d}
        for a, b, c, d in (
            ("RMSE", "logloss", "NDCG@10", "AUC"),
            ("rmse", "log loss", "ndcg", "auc"),
            ("rmse", "log-loss", "NDCG at 10".replace(" at ", "@"), "ROC AUC"),
            (1, 3, 5, 4),
            ("1", "3", "5", "4"),
            (" RMSE ", "LOGLOSS", "ndcg@10", "Auc"),
            ("RMSE", "cross-entropy", "NDCG @ 10", "AUC"),
            ("rmse", "Cross entropy", "ndcg10", "roc-auc"),
            (np.int64(1), np.int64(3), np.int64(5), np.int64(4)),
            ("(RMSE)", "(logloss)", "(NDCG@10)", "(AUC)"),
        )
    ],
    "6.5": [
        two_loops, all_pairs_at_once, signs, heaviside, products, mean_ranks, sorted_search,
        from_the_other_side, area_of_the_curve, weighted, exact, package_auc,
    ],
}  # fmt: skip
