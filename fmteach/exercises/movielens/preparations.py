"""Six ways to make a feature from ratings; some let the test ratings in. For exercise 12.2."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

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
