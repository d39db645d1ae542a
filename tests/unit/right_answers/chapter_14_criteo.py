"""Correct answers to the exercises of notebook 14."""

from __future__ import annotations

import bisect
import cmath
import decimal
import math

import numpy as np
import torch

from fmteach.exercises import small_runs
from fmteach.exercises.criteo.published import as_if_on
from fmteach.exercises.slip import Made

# -- 14.1 --------------------------------------------------------------------------------------


def with_int(x):
    if x <= 2:
        return x
    return int(math.log(x) ** 2)


def with_numpy(x):
    return int(np.floor(np.log(x) ** 2)) if x > 2 else x


def with_where(x):
    safe = np.maximum(x, 3)
    return np.where(np.asarray(x) > 2, np.floor(np.log(safe) ** 2), x)


def with_torch(x):
    x = torch.tensor(x, dtype=torch.float64)
    return torch.where(x > 2, x.clamp(min=3).log().square().floor(), x)


def floor_division(x):
    if x > 2:
        return math.log(x) ** 2 // 1
    return x


def through_base_two(x):
    return math.floor((math.log2(x) * math.log(2)) ** 2) if x > 2 else x


def by_edges(x):
    """The first number of each class, looked up."""
    if x <= 2:
        return x
    edges = [math.exp(math.sqrt(c)) for c in range(1, 300)]
    return bisect.bisect_right(edges, x)


def guarded(x):
    try:
        return {2: 2, 1: 1}.get(x) or math.floor(math.log(x) ** 2)
    except ValueError:
        return x


def squared_by_hand(x):
    l = math.log(x) if x > 0 else 0.0
    square = l * l
    return x if x < 3 else square - square % 1


def in_decimals(x):
    return x if x < 3 else int(decimal.Decimal(x).ln() ** 2)


def with_match(x):
    match x:
        case -2 | -1 | 0 | 1 | 2:
            return float(x)
        case _:
            return np.floor(np.square(np.log(float(x))))


def complex_logarithm(x):
    return int(abs(cmath.log(x)) ** 2) if x > 2 else x


# -- 14.2 --------------------------------------------------------------------------------------


def sorted_and_first(losses, vocabulary, within):
    return sorted(b for b in losses if losses[b] <= vocabulary + within)[0]


def upwards(losses, vocabulary, within):
    for buckets in sorted(losses):
        if losses[buckets] <= vocabulary + within:
            return buckets


def in_a_loop(losses, vocabulary, within):
    fewest = None
    for buckets, loss in losses.items():
        if loss > vocabulary + within:
            continue
        if fewest is None or buckets < fewest:
            fewest = buckets
    return fewest


def buckets_in_numpy(losses, vocabulary, within):
    buckets, values = np.array(list(losses)), np.array(list(losses.values()))
    return buckets[values <= vocabulary + within].min()


def buckets_in_torch(losses, vocabulary, within):
    table = torch.tensor(sorted(losses.items()), dtype=torch.float64)
    return table[table[:, 1] <= vocabulary + within][0, 0]


def with_filter(losses, vocabulary, within):
    return min(filter(lambda b: losses[b] <= vocabulary + within, losses))


def with_next(losses, vocabulary, within):
    limit = vocabulary + within
    return next(b for b, loss in sorted(losses.items()) if not loss > limit)


def removing_the_others(losses, vocabulary, within):
    for buckets in [b for b, loss in losses.items() if loss > vocabulary + within]:
        del losses[buckets]
    return min(losses)


def by_key(losses, vocabulary, within):
    return min(losses, key=lambda b: (losses[b] > vocabulary + within, b))


def largest_negative(losses, vocabulary, within):
    return -max(-b for b, loss in losses.items() if loss <= vocabulary + within)


def by_recursion(losses, vocabulary, within):
    smallest = min(losses)
    if losses[smallest] <= vocabulary + within:
        return float(smallest)
    rest = {b: loss for b, loss in losses.items() if b != smallest}
    return by_recursion(rest, vocabulary, within)


def labels(**changes):
    return Made(lambda: (small_runs.trained("classification", **changes),))


def published(name):
    """A run that is good enough for the name: an AUC above the published one."""
    return Made(lambda: (as_if_on(small_runs.trained("classification", strength=3.0), name),))


RIGHT = {
    "14.1": [
        with_int, with_numpy, with_where, with_torch, floor_division, through_base_two, by_edges,
        guarded, squared_by_hand, in_decimals, with_match, complex_logarithm,
    ],
    "14.2": [
        sorted_and_first, upwards, in_a_loop, buckets_in_numpy, buckets_in_torch, with_filter,
        with_next, removing_the_others, by_key, largest_negative, by_recursion,
    ],
    "14.3": [
        labels(), labels(k=8, optimizer="adagrad", learning_rate=0.2),
        labels(batch_size=64, epochs=4),
        Made(lambda: {"trainer": small_runs.good("classification"), "share": 0.65}),
    ],
    "14.4": [published("criteo-x4"), published("criteo-x1"),
             Made(lambda: {"trainer": published("criteo-x4").make()[0]})],
}  # fmt: skip
