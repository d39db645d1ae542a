"""Features by name, how often each was trained on, and whether a model fits its data set."""

from __future__ import annotations

from bisect import bisect_right
from weakref import WeakKeyDictionary

import numpy as np
import torch

from fmteach.datasets import Dataset
from fmteach.datasets.rows import chunks
from fmteach.errors import InputError
from fmteach.models import LinearModel

_SHOWN = 5  # names that an error offers
_totals: WeakKeyDictionary[Dataset, tuple[np.ndarray, np.ndarray]] = WeakKeyDictionary()


def check_model(model: LinearModel, dataset: Dataset) -> None:
    """InputError unless the model has a term for every feature of the data set, and only known
    terms."""
    if not isinstance(model, LinearModel):
        raise InputError(
            f"model must be a FactorizationMachine or a LinearModel; got {type(model).__name__}"
        )
    if model.kind not in ("fm", "linear"):
        raise InputError(
            f"the terms of a {type(model).__name__} are not known here; wanted a "
            "FactorizationMachine or a LinearModel"
        )
    if model.num_features != dataset.num_features:
        raise InputError(
            f"the model has {model.num_features} features, the data set {dataset.name} has "
            f"{dataset.num_features}; give the data set that the model was trained on"
        )


def check_has_factors(model: LinearModel, dataset: Dataset) -> None:
    """InputError unless the model fits the data set and has factors."""
    check_model(model, dataset)
    if not hasattr(model, "V"):
        raise InputError(
            f"a {type(model).__name__} has no factors V, so no feature is near another; train a "
            "FactorizationMachine"
        )


def field_of(dataset: Dataset, id: int) -> str:
    """The field of feature number `id`, such as "film"."""
    return dataset.fields[bisect_right(dataset.offsets, id) - 1]


def find_feature(dataset: Dataset, name: str) -> int:
    """The number of the feature called `name` ("film=Heat (1995)"); an error offers near names.

    A name whose upper and lower case differ, or a part of a name that only one feature has, is
    not taken for the feature: the error says what it is called.
    """
    try:
        return dataset.feature_id(name)
    except InputError as unknown:
        field, _, text = str(name).rpartition("=")
        wanted = text.strip().lower()
        found = dataset.find_features(wanted) if wanted else {}
        if field in dataset.fields:
            found = {i: n for i, n in found.items() if n.startswith(f"{field}=")}
        if not found:
            raise
        rows = train_rows(dataset)
        best = sorted(found, key=lambda i: -rows[i])[:_SHOWN]
        more = f" and {len(found) - len(best)} more" if len(found) > len(best) else ""
        offered = ", ".join(repr(found[i]) for i in best)
        raise InputError(
            f"there is no feature called {name!r}; these have the same text in their name: "
            f"{offered}{more}"
        ) from unknown


def train_rows(dataset: Dataset) -> np.ndarray:
    """In how many training rows each feature is not 0: int64 [num_features]. Counted once."""
    return _sums(dataset)[0]


def mean_targets(dataset: Dataset) -> np.ndarray:
    """The mean target of the training rows of each feature: float64 [num_features], NaN for none.

    For the ratings of films: the mean rating of every film, user and genre.
    """
    rows, sums = _sums(dataset)
    return np.divide(sums, rows, out=np.full(len(rows), np.nan), where=rows > 0)


def _sums(dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    if dataset not in _totals:
        d = dataset.num_features
        rows, sums = torch.zeros(d, dtype=torch.float64), torch.zeros(d, dtype=torch.float64)
        for some in chunks(dataset.train):
            ids = some.ids.long().reshape(-1)
            used = torch.ones(some.ids.shape) if some.values is None else (some.values != 0)
            used = used.double()
            rows += torch.bincount(ids, used.reshape(-1), minlength=d)
            sums += torch.bincount(ids, (used * some.y[:, None]).reshape(-1), minlength=d)
        counts, totals = rows.numpy().astype(np.int64), sums.numpy()
        for array in (counts, totals):
            array.flags.writeable = False
        _totals[dataset] = counts, totals
    return _totals[dataset]
