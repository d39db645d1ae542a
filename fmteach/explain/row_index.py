"""In which rows a feature stands, without looking through all rows every time."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from fmteach.datasets import Dataset
from fmteach.datasets.dataset import PARTS
from fmteach.explain.features import field_of

# For each data set, part and field: rows in order of the feature, and where each feature begins.
_indexes: WeakKeyDictionary[Dataset, dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]]
_indexes = WeakKeyDictionary()


def rows_with(dataset: Dataset, part: str, ids: list[int]) -> np.ndarray:
    """Numbers of the rows of a part that hold all of `ids`, with a value that is not 0.

    O(rows of the rarest id), after one pass over the rows for each field that is asked about.
    """
    found = None
    for id in sorted(ids, key=lambda i: len(_rows_of(dataset, part, i))):
        rows = _rows_of(dataset, part, id)
        found = rows if found is None else np.intersect1d(found, rows, assume_unique=True)
    return np.empty(0, np.int64) if found is None else found


def first_row_with(dataset: Dataset, id: int) -> tuple[str, int] | None:
    """A part and a row number in it that holds feature `id`; None when no row does."""
    for part in PARTS:
        rows = _rows_of(dataset, part, id)
        if len(rows):
            return part, int(rows[0])
    return None


def span(dataset: Dataset, field: str) -> tuple[int, int]:
    """The first feature number of a field, and the one behind its last."""
    place = dataset.fields.index(field)
    return dataset.offsets[place], dataset.offsets[place] + dataset.field_dims[place]


def _rows_of(dataset: Dataset, part: str, id: int) -> np.ndarray:
    field = field_of(dataset, id)
    kept = _indexes.setdefault(dataset, {})
    if (part, field) not in kept:
        kept[part, field] = _index(dataset, part, field)
    rows, starts = kept[part, field]
    place = id - span(dataset, field)[0]
    return rows[starts[place] : starts[place + 1]]


def _index(dataset: Dataset, part: str, field: str) -> tuple[np.ndarray, np.ndarray]:
    # NumPy and one thread: torch's threads wait for each other when a training run goes on.
    data = getattr(dataset, part)
    start, end = span(dataset, field)
    ids = data.ids.numpy()
    inside = (ids >= start) & (ids < end)
    if data.values is not None:
        inside &= data.values.numpy() != 0
    row, column = inside.nonzero()
    features = ids[row, column] - start
    starts = np.searchsorted(np.sort(features), np.arange(end - start + 1))
    return row[np.argsort(features, kind="stable")], starts
