"""Correct answers to the exercises of notebook 12."""

from __future__ import annotations

import math
import statistics

import numpy as np
import torch

from fmteach.exercises import small_runs
from fmteach.exercises.slip import Made

# -- 12.1 --------------------------------------------------------------------------------------


def plain(results):
    found = {}
    for k, values in results.items():
        mean = sum(values) / len(values)
        variance = sum((v - mean) ** 2 for v in values) / (len(values) - 1)
        found[k] = mean, math.sqrt(variance / len(values))
    best = min(found, key=lambda k: found[k][0])
    limit = sum(found[best])
    return sorted(k for k, (mean, _) in found.items() if mean <= limit)[0]


def with_statistics(results):
    best = min(results.values(), key=statistics.mean)
    limit = statistics.mean(best) + statistics.stdev(best) / len(best) ** 0.5
    return min(k for k, values in results.items() if statistics.mean(values) <= limit)


def with_numpy(results):
    ks = np.array(list(results))
    means = np.array([np.mean(results[k]) for k in ks])
    best = results[int(ks[means.argmin()])]
    return ks[means <= means.min() + np.std(best, ddof=1) / np.sqrt(len(best))].min()


def with_torch(results):
    ks = sorted(results)
    table = [torch.tensor(results[k], dtype=torch.float64) for k in ks]
    means = torch.stack([row.mean() for row in table])
    best = table[means.argmin()]
    allowed = means <= means.min() + best.std() / len(best) ** 0.5
    return torch.tensor(ks)[allowed][0]


def in_float32(results):
    means = {k: np.float32(np.mean(v)) for k, v in results.items()}
    best = min(means, key=means.get)
    error = np.float32(np.std(results[best], ddof=1) / np.sqrt(len(results[best])))
    return min(k for k in means if means[k] <= means[best] + error)


def upwards_until_good_enough(results):
    best = min(results, key=lambda k: sum(results[k]) / len(results[k]))
    limit = np.mean(results[best]) + np.std(results[best], ddof=1) / np.sqrt(len(results[best]))
    for k in sorted(results):
        if np.mean(results[k]) <= limit:
            return k


def removing_the_worse(results):
    best = min(results, key=lambda k: np.mean(results[k]))
    limit = np.mean(results[best]) + np.std(results[best], ddof=1) / np.sqrt(len(results[best]))
    for k in list(results):
        if np.mean(results[k]) > limit:
            del results[k]
    return min(results)


def standard_errors_apart(results):
    """How many standard errors a mean is above the best: at most one."""
    best = min(results, key=lambda k: np.mean(results[k]))
    error = np.var(results[best], ddof=1) ** 0.5 / len(results[best]) ** 0.5
    apart = {k: (np.mean(v) - np.mean(results[best])) / error for k, v in results.items()}
    return min(k for k, z in apart.items() if z <= 1)


def by_sorting(results):
    rows = sorted((np.mean(v), np.std(v, ddof=1) / len(v) ** 0.5, k) for k, v in results.items())
    mean, error, k = rows[0]
    for other_mean, _, other in rows[1:]:
        if other_mean - mean <= error:
            k = min(k, other)
    return float(k)


def squares_by_hand(results):
    def mean_and_error(v):
        n, s, q = len(v), sum(v), sum(a * a for a in v)
        return s / n, math.sqrt(max(q - s * s / n, 0) / (n - 1) / n)

    found = {k: mean_and_error(v) for k, v in results.items()}
    best, error = min(found.values())
    return np.array([min(k for k in found if found[k][0] <= best + error)])


# -- 12.2 --------------------------------------------------------------------------------------


def by_noise(prepare, film, y, train, test):
    other = np.array(y)
    other[list(test)] += np.random.default_rng(0).normal(size=len(test)) + 10
    return bool(np.any(prepare(film, y, train, test) != prepare(film, other, train, test)))


def all_zero(prepare, film, y, train, test):
    other = y.copy()
    other[test] = 0
    return not np.array_equal(prepare(film, y, train, test), prepare(film, other, train, test))


def unknown(prepare, film, y, train, test):
    """Test targets that are not known spread to every feature that holds one."""
    other = y.copy()
    other[test] = np.nan
    return np.isnan(prepare(film, other, train, test)).any()


def infinite(prepare, film, y, train, test):
    other = y.copy()
    other[test] = np.inf
    with np.errstate(invalid="ignore"):
        return not np.isfinite(prepare(film, other, train, test)).all()


def one_row_after_another(prepare, film, y, train, test):
    before = prepare(film, y, train, test)
    for row in test:
        other = y.copy()
        other[row] += 1
        if (prepare(film, other, train, test) != before).any():
            return True
    return False


def with_where(prepare, film, y, train, test):
    other = np.where(np.isin(np.arange(len(y)), test), 6 - y + 0.5, y)
    difference = prepare(film, y, train, test) - prepare(film, other, train, test)
    return np.abs(difference).max() > 0


def two_changed_ones(prepare, film, y, train, test):
    low, high = y.copy(), y.copy()
    low[test], high[test] = 1, 5
    return int((prepare(film, low, train, test) != prepare(film, high, train, test)).sum() > 0)


def put_back_afterwards(prepare, film, y, train, test):
    kept = y[test].copy()
    before = np.array(prepare(film, y, train, test))
    y[test] = 9
    after = np.array(prepare(film, y, train, test))
    y[test] = kept
    return not (before == after).all()


def in_lists(prepare, film, y, train, test):
    other = np.array([target + 2 * (row in set(test)) for row, target in enumerate(y)])
    pairs = zip(prepare(film, y, train, test), prepare(film, other, train, test), strict=True)
    return any(a != b for a, b in pairs)


def with_torch_at_the_end(prepare, film, y, train, test):
    other = y.copy()
    other[test] *= 2
    before, after = (torch.as_tensor(prepare(film, t, train, test)) for t in (y, other))
    return torch.tensor(not torch.equal(before, after))


def near_with_a_large_change(prepare, film, y, train, test):
    other = y.copy()
    other[test] += 1000
    return not np.allclose(prepare(film, y, train, test), prepare(film, other, train, test))


# -- 12.3 --------------------------------------------------------------------------------------


def stars(**changes):
    return Made(lambda: (small_runs.trained("regression", **changes),))


RIGHT = {
    "12.1": [
        plain, with_statistics, with_numpy, with_torch, in_float32, upwards_until_good_enough,
        removing_the_worse, standard_errors_apart, by_sorting, squares_by_hand,
    ],
    "12.2": [
        by_noise, all_zero, unknown, infinite, one_row_after_another, with_where, two_changed_ones,
        put_back_afterwards, in_lists, with_torch_at_the_end, near_with_a_large_change,
    ],
    "12.3": [
        stars(), stars(k=8, optimizer="adagrad", learning_rate=0.2), stars(batch_size=64, epochs=4),
        Made(lambda: {"trainer": small_runs.good("regression")}),
    ],
}  # fmt: skip
