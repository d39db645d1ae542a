"""Exercise 12.1: the one-standard-error rule."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

import numpy as np

from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip


def solution_choose_k(results):
    """The smallest k whose mean is within one standard error of the best mean.

    results: k -> validation RMSE of some seeds.
    """
    best = min(results, key=lambda k: np.mean(results[k]))
    error = np.std(results[best], ddof=1) / np.sqrt(len(results[best]))
    limit = np.mean(results[best]) + error
    return min(k for k in results if np.mean(results[k]) <= limit)


def definition(results: Mapping[int, Sequence[float]]) -> int:
    """The rule word for word, with the standard library alone."""
    means = {k: statistics.fmean(values) for k, values in results.items()}
    error_of = {k: statistics.stdev(v) / len(v) ** 0.5 for k, v in results.items()}
    best_mean, error = min((means[k], error_of[k]) for k in results)
    as_good = [k for k, mean in means.items() if not mean > best_mean + error]
    return sorted(as_good)[0]


# Made up, with a clear answer each. In turn: 8 (4 by the standard deviation, 32 by the mean alone);
# 4; the best itself; ks in falling order; the best single run (of k = 4) is not the best mean; a k
# that only its own wide error would let in; a limit that n - 1 lets in and n does not; the same,
# and a k that n lets in and the missing root does not; a k above the best that is allowed, and one
# within two errors; errors on a scale on which a variance is larger than its root; a best mean with
# a bad median.
SWEEPS: tuple[dict[int, list[float]], ...] = (
    {
        2: [0.93, 0.94, 0.95],
        4: [0.883, 0.8835, 0.884],
        8: [0.881, 0.882, 0.883],
        32: [0.876, 0.880, 0.884],
    },
    {1: [0.95, 0.97], 2: [0.93, 0.95], 4: [0.898, 0.918], 16: [0.89, 0.91], 64: [0.96, 0.98]},
    {4: [0.91, 0.911, 0.912], 8: [0.88, 0.881, 0.882], 16: [0.86, 0.861, 0.862]},
    {16: [0.881, 0.885, 0.886], 8: [0.882, 0.886, 0.885], 4: [0.95, 0.96, 0.94]},
    {4: [0.87, 0.91], 8: [0.883, 0.884], 16: [0.879, 0.880]},
    {2: [0.80, 0.96, 0.90], 8: [0.870, 0.872, 0.874], 16: [0.869, 0.871, 0.873]},
    {4: [0.8919, 0.8919], 16: [0.89, 0.892], 8: [0.8915, 0.8922], 32: [0.90, 0.91]},
    {2: [0.88, 0.88204, 0.88408], 4: [0.8808, 0.8818, 0.8828], 8: [0.879, 0.881, 0.883]},
    {2: [0.885, 0.886], 4: [0.8815, 0.8845], 8: [0.880, 0.884], 32: [0.8818, 0.8848]},
    {2: [12.4, 12.6], 4: [11.5, 11.7], 8: [9.0, 12.0], 16: [13.0, 13.5]},
    {4: [0.90, 0.90, 0.84], 8: [0.884, 0.885, 0.886], 16: [0.93, 0.94, 0.95]},
)


def trials() -> list[Trial]:
    return [Trial(_said(results), (results,)) for results in SWEEPS]


def _said(results: Mapping[int, Sequence[float]]) -> str:
    means = {k: float(np.mean(values)) for k, values in results.items()}
    best = min(means, key=means.get)
    error = np.std(results[best], ddof=1) / len(results[best]) ** 0.5
    shown = ", ".join(f"{k}: {mean:.4f}" for k, mean in means.items())
    return f"the means {{{shown}}}, standard error {error:.4f},"


# -- slips -------------------------------------------------------------------------------------


def the_best(results):
    return min(results, key=lambda k: np.mean(results[k]))


def the_worst(results):
    return max(results, key=lambda k: np.mean(results[k]))


def _within(results, best, room, pick=min):
    limit = np.mean(results[best]) + room
    return pick(k for k in results if np.mean(results[k]) <= limit)


def one_run(results):
    best = min(results, key=lambda k: min(results[k]))
    return _within(results, best, np.std(results[best], ddof=1) / np.sqrt(len(results[best])))


def best_run_alone(results):
    return min(results, key=lambda k: min(results[k]))


def without_ddof(results):
    best = the_best(results)
    return _within(results, best, np.std(results[best]) / np.sqrt(len(results[best])))


def standard_deviation(results):
    best = the_best(results)
    return _within(results, best, np.std(results[best], ddof=1))


def divided_by_n(results):
    best = the_best(results)
    return _within(results, best, np.std(results[best], ddof=1) / len(results[best]))


def two_errors(results):
    best = the_best(results)
    return _within(results, best, 2 * np.std(results[best], ddof=1) / np.sqrt(len(results[best])))


def medians(results):
    middle = {k: np.median(values) for k, values in results.items()}
    best = min(middle, key=middle.get)
    error = np.std(results[best], ddof=1) / np.sqrt(len(results[best]))
    return min(k for k in results if middle[k] <= middle[best] + error)


def variance(results):
    best = the_best(results)
    return _within(results, best, np.var(results[best], ddof=1) / np.sqrt(len(results[best])))


def largest_within(results):
    best = the_best(results)
    return _within(results, best, np.std(results[best], ddof=1) / np.sqrt(len(results[best])), max)


def first_within(results):
    best = the_best(results)
    error = np.std(results[best], ddof=1) / np.sqrt(len(results[best]))
    return _within(results, best, error, next)


def own_error(results):
    limit = min(np.mean(values) for values in results.values())
    return min(
        k for k, values in results.items()
        if np.mean(values) - np.std(values, ddof=1) / np.sqrt(len(values)) <= limit
    )  # fmt: skip


def smallest_k(results):
    return min(results)


def best_mean_itself(results):
    return min(np.mean(values) for values in results.values())


def limit_itself(results):
    best = the_best(results)
    return np.mean(results[best]) + np.std(results[best], ddof=1) / np.sqrt(len(results[best]))


def place_of_k(results):
    return list(results).index(solution_choose_k(results))


SLIPS = (
    Slip("the best mean", the_best,
         "that is the k of the best mean. The rule goes on: of all k whose mean is within one "
         "standard error of it, take the smallest."),
    Slip("the worst mean", the_worst,
         "that k has the largest mean. RMSE is an error: smaller is better."),
    Slip("the best single run, with the rule", one_run,
         "you start from the best single run. One run may be lucky; start from the k with the "
         "best mean over its seeds."),
    Slip("the best single run", best_run_alone,
         "that k has the best single run, which may be luck. Compare the means over the seeds, "
         "then use the rule."),
    Slip("divided by n", without_ddof,
         "np.std divides by n. A standard error from few seeds needs n − 1: np.std(..., ddof=1)."),
    Slip("standard deviation", standard_deviation,
         "you add the standard deviation, the spread of single runs. The standard error of a mean "
         "is that divided by the root of the number of seeds."),
    Slip("root forgotten", divided_by_n,
         "you divide by the number of seeds. The standard error divides by its square root."),
    Slip("two standard errors", two_errors,
         "you allow two standard errors. The rule is more careful: one."),
    Slip("medians", medians,
         "you compare medians. The standard error belongs to a mean: compare means."),
    Slip("variance", variance,
         "you take the variance, which is a square. The standard error is made of the standard "
         "deviation."),
    Slip("largest k allowed", largest_within,
         "the limit is right, and you take the largest k below it. The rule wants the smallest."),
    Slip("first k allowed", first_within,
         "the limit is right, and you take the first k below it. The keys need not be in order: "
         "take the smallest."),
    Slip("each with its own error", own_error,
         "you take off each k its own standard error, so a k with a wide spread gets in. One limit "
         "serves for all: best mean plus its own error."),
    Slip("smallest k of all", smallest_k,
         "that is the smallest k of all, however large its error. It must be within the limit."),
    Slip("best mean returned", best_mean_itself,
         "that is the best RMSE itself. Return the k it leads to, a key of results."),
    Slip("limit returned", limit_itself,
         "that is the limit itself, and it is right. Return the smallest k whose mean is not above "
         "it."),
    Slip("place of the k", place_of_k,
         "that is the place of the right k in the list. Return the k itself."),
)  # fmt: skip

CHOOSE_K = function_exercise(
    "12.1", "choose k",
    solution=solution_choose_k, truth=definition, trials=trials, slips=SLIPS,
    hints=(
        "The rule has three steps: the best mean, how sure it is, and who is as good as that. "
        "min(results, key=...) finds the best k by its mean.",
        "The standard error is the standard deviation over the seeds, with ddof=1, divided by the "
        "square root of the number of seeds.",
        "limit = best mean + np.std(values, ddof=1) / np.sqrt(len(values)), with the values of "
        "the best k. Collect every k whose mean is at most the limit; return the smallest of them.",
    ),
    stub="""
def choose_k(results):
    return ...
""",
    todo="let choose_k return one of the keys of results.",
    against="the rule gives",
    otherwise="go through the three steps by hand: the best mean, its standard error, and the "
    "smallest k whose mean is not above their sum. Return a key of results.",
    right=f"right on {len(SWEEPS)} sweeps: the smallest k that is as good as the best, as far as "
    "the seeds can tell.",
)  # fmt: skip
