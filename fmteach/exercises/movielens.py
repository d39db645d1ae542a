"""Checks of notebook 12: a run that beats the bias model, a choice of k, a detector of leaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from fmteach.exercises.answers import as_number, describe, not_given
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.rivals import against_linear
from fmteach.training import Trainer


def check_beats_bias(trainer: Trainer | None) -> Feedback:
    """Exercise 12.3. The run's test RMSE is below that of the bias model, beyond chance.

    trainer: a trained `Trainer` of the task rating. "Beyond chance": the whole 95 % interval of
    the paired difference is below 0.

    >>> check_beats_bias(None).verdict
    'not attempted'
    """
    name = "12.3 beat the bias model"
    return against_linear(name, trainer, metric="rmse", rival="the bias model", wanted="regression")


def solution_choose_k(results: Mapping[int, Sequence[float]]) -> int:
    """The one-standard-error rule: the smallest k whose mean is within one standard error of the
    best mean. results: k -> validation RMSE of some seeds. Exercise 12.1."""
    best = min(results, key=lambda k: np.mean(results[k]))
    error = np.std(results[best], ddof=1) / np.sqrt(len(results[best]))
    limit = np.mean(results[best]) + error
    return min(k for k in results if np.mean(results[k]) <= limit)


def check_choose_k(function: Callable | None) -> Feedback:
    """Exercise 12.1. function(results) -> k by the one-standard-error rule.

    >>> check_choose_k(lambda results: None).verdict
    'not attempted'
    """
    name = "12.1 choose k"
    for results in _SWEEPS:
        try:
            got = function({k: list(values) for k, values in results.items()})
        except Exception as error:
            return Feedback(
                name, "not yet",
                f"your function stopped with {type(error).__name__}: {error}. It gets a dict such "
                "as {2: [0.90, 0.92], 4: [0.89, 0.90]}: k, and the RMSE of each seed.",
            )  # fmt: skip
        if not_given(got):
            return not_attempted(name, "let choose_k return one of the keys of results.")
        k = as_number(got)
        if k is None or k not in results:
            return Feedback(name, "not yet", _no_k(results, got, k))
        if k != solution_choose_k(results):
            return Feedback(name, "not yet", _advice_on_k(results, int(k)))
    return Feedback(
        name, "correct",
        f"right on {len(_SWEEPS)} sweeps: the smallest k that is as good as the best, as far as "
        "the seeds can tell.",
    )  # fmt: skip


# Made up, with a clear answer each: 8 (4 by the standard deviation, 32 by the mean alone); 4; the
# best itself; ks in falling order; the best single run (of k = 4) is not the best mean.
_SWEEPS: tuple[dict[int, list[float]], ...] = (
    {
        2: [0.93, 0.94, 0.95],
        4: [0.883, 0.8835, 0.884],
        8: [0.881, 0.882, 0.883],
        32: [0.876, 0.880, 0.884],
    },
    {1: [0.95, 0.97], 2: [0.93, 0.95], 4: [0.90, 0.92], 16: [0.89, 0.91], 64: [0.96, 0.98]},
    {4: [0.91, 0.911, 0.912], 8: [0.88, 0.881, 0.882], 16: [0.86, 0.861, 0.862]},
    {16: [0.881, 0.885, 0.886], 8: [0.882, 0.886, 0.885], 4: [0.95, 0.96, 0.94]},
    {4: [0.87, 0.91], 8: [0.883, 0.884], 16: [0.879, 0.880]},
)


def _no_k(results: Mapping[int, Sequence[float]], got: object, number: float | None) -> str:
    wanted = f"return one of {list(results)}"
    if number is None:
        return f"choose_k returned {describe(got)}: {wanted}."
    if any(min(values) <= number <= max(values) for values in results.values()):
        return (
            f"choose_k returned {number:.4g}: that is an RMSE. Give the k it belongs to: {wanted}."
        )
    return f"choose_k returned {number:g}: {wanted}."


def _advice_on_k(results: Mapping[int, Sequence[float]], k: int) -> str:
    means = {key: float(np.mean(values)) for key, values in results.items()}
    best = min(means, key=means.get)
    spread = float(np.std(results[best], ddof=1))
    error = spread / len(results[best]) ** 0.5
    wanted = solution_choose_k(results)
    shown = ", ".join(f"k = {key}: {mean:.4f}" for key, mean in means.items())
    said = (
        f"for the mean RMSEs {shown} you chose {k}. The best is k = {best}; its standard error "
        f"over {len(results[best])} seeds is {error:.4f}, so every mean up to "
        f"{means[best] + error:.4f} is as good. "
    )
    if k == best:
        narrow = spread * (1 - 1 / len(results[best])) ** 0.5 / len(results[best]) ** 0.5
        by_n = means[wanted] > means[best] + narrow  # what np.std without ddof=1 would say
        hint = " If you used np.std: it needs ddof=1." if by_n else ""
        return said + f"A smaller k is among them: {wanted}.{hint}"
    if k == min(results, key=lambda key: min(results[key])):
        return said + "Your k has the best single run; compare the means over the seeds."
    if k == max(results, key=lambda key: means[key]):
        return said + "Your k has the worst mean: RMSE is an error, and smaller is better."
    if means[k] <= means[best] + spread and k < wanted:
        return said + "You seem to use the standard deviation; divide it by the root of the seeds."
    if means[k] > means[best] + error:
        return said + f"The mean of your k, {means[k]:.4f}, is above that."
    return said + f"The smallest of those is {wanted}."


# -- 12.2: a detector of leaks -----------------------------------------------------------------

Prepare = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def _mean_by(group: np.ndarray, y: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The mean target of each row's group over `rows`; groups without any get the mean of all."""
    size = int(group.max()) + 1
    count = np.bincount(group[rows], minlength=size)
    total = np.bincount(group[rows], weights=y[rows], minlength=size)
    mean_of_all = y[rows].mean() if len(rows) else 0.0
    mean = np.where(count > 0, total / np.maximum(count, 1), mean_of_all)
    return mean[group]


def _clean(film: np.ndarray, y: np.ndarray, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    return _mean_by(film, y, train)


def _all_rows(film: np.ndarray, y: np.ndarray, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    return _mean_by(film, y, np.concatenate([train, test]))


def _count(film: np.ndarray, y: np.ndarray, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    return np.bincount(film[train], minlength=int(film.max()) + 1)[film].astype(float)


def _centred(film: np.ndarray, y: np.ndarray, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    # Only the mean of all targets leaks here: a small change, in every row.
    return _mean_by(film, y, train) - y.mean()


def _test_only(film: np.ndarray, y: np.ndarray, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    feature = _mean_by(film, y, train)
    feature[test] = _mean_by(film, y, test)[test]  # training rows are clean
    return feature


def _train_only(film: np.ndarray, y: np.ndarray, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    feature = _mean_by(film, y, train)
    feature[train] = _mean_by(film, y, np.concatenate([train, test]))[train]
    return feature


PREPARATIONS: Mapping[str, tuple[Prepare, bool, str]] = {
    "film mean over the training rows": (_clean, False, "it uses training targets only"),
    "film mean over all rows": (_all_rows, True, "test targets are in the mean"),
    "number of ratings of the film in train": (_count, False, "it uses no target"),
    "film mean in train, minus the mean of all rows": (
        _centred, True, "the mean of all rows holds test targets; every row changes a little",
    ),
    "film mean, of train for train rows and of test for test rows": (
        _test_only, True, "the features of the test rows are made of their own targets",
    ),
    "film mean, of all rows for train rows and of train for test rows": (
        _train_only, True, "the model learns from features that hold test targets",
    ),
}  # fmt: skip
"""Name -> (prepare, does it leak, why). prepare(film, y, train, test) -> one feature a row."""


def solution_leaks(prepare: Prepare, film, y, train, test) -> bool:
    """Change the targets of the test rows; no feature may change. Exercise 12.2."""
    changed = y.copy()
    changed[test] = 7 - changed[test]
    return not np.array_equal(prepare(film, y, train, test), prepare(film, changed, train, test))


def check_leaks(function: Callable | None) -> Feedback:
    """Exercise 12.2. function(prepare, film, y, train, test) -> does `prepare` leak the targets of
    the test rows? Tried on all of PREPARATIONS.

    >>> check_leaks(lambda prepare, film, y, train, test: None).verdict
    'not attempted'
    """
    name = "12.2 leak detector"
    rng = np.random.default_rng(12)
    film = rng.integers(0, 12, size=200)
    y = rng.integers(1, 6, size=200).astype(float)
    order = rng.permutation(200)
    train, test = order[:150], order[150:]
    answers: dict[str, bool] = {}
    for what, (prepare, _, _) in PREPARATIONS.items():
        given = y.copy()
        try:
            got = function(prepare, film.copy(), given, train.copy(), test.copy())
        except Exception as error:
            return Feedback(
                name, "not yet",
                f"your function stopped with {type(error).__name__}: {error}. Call "
                "prepare(film, y, train, test); it returns one number a row.",
            )  # fmt: skip
        if not_given(got):
            return not_attempted(name, "let leaks return True or False.")
        if as_number(got) not in (0, 1):
            return Feedback(
                name, "not yet", f"leaks returned {describe(got)}: return True or return False."
            )
        if not np.array_equal(given, y):
            return Feedback(
                name, "not yet", "your function changes y itself; change a copy: y.copy()."
            )
        answers[what] = bool(got)
    wrong = [what for what, (_, leaks, _) in PREPARATIONS.items() if answers[what] != leaks]
    if not wrong:
        return Feedback(
            name, "correct",
            f"right on all {len(PREPARATIONS)} preparations, the small leak included.",
        )  # fmt: skip
    if len(wrong) == len(answers):
        return Feedback(
            name, "not yet",
            "every answer is the opposite of the right one. Features that stay the same when the "
            "test targets change are clean: then leaks is False.",
        )  # fmt: skip
    said = set(answers.values())
    always = f"Your function says {said.pop()} every time. " if len(said) == 1 else ""
    _, leaks, why = PREPARATIONS[wrong[0]]
    return Feedback(name, "not yet", always + _advice_on_leak(wrong[0], leaks, why))


def _advice_on_leak(what: str, leaks: bool, why: str) -> str:
    if leaks:
        return (
            f"“{what}” leaks and was not found: {why}. Change the targets of the test rows, call "
            "prepare again, and compare the features of all rows, also where they differ little."
        )
    return (
        f"“{what}” does not leak, and was called a leak: {why}. Change nothing but the targets of "
        "the test rows: y[test]."
    )


EXERCISES = (
    Exercise(
        "12.1", "choose k", check_choose_k,
        hints=(
            "min(results, key=...) finds the best k by its mean.",
            "The standard error is np.std(values, ddof=1) / np.sqrt(len(values)).",
            "Collect every k whose mean is at most the limit; return the smallest of them.",
        ),
        solution=solution_choose_k,
    ),
    Exercise(
        "12.2", "leak detector", check_leaks,
        hints=(
            "If the test ratings leak, other test ratings give other features.",
            "Copy y, change y[test] in the copy, and call prepare a second time.",
            "Compare all features, of train rows and of test rows, with np.array_equal.",
        ),
        solution=solution_leaks,
    ),
    Exercise(
        "12.3", "beat the bias model", check_beats_bias,
        hints=(
            "Fresh rows come by another seed: fmteach.load(DATA, task=\"rating\", seed=1).",
            "Begin with config = defaults(\"regression\"); change it with config.replace(k=8).",
            "mine = Trainer(data_1, config), then mine.fit().",
        ),
        solution="defaults(\"regression\") as they are: k 16, L2 0.05, Adam 0.003, batches of 256, "
        "stopped by the validation rows.",
        seconds=300,
    ),
)  # fmt: skip
