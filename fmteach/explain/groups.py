"""The groups that features belong to, such as the genres of films."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from fmteach.datasets import Dataset, movielens
from fmteach.datasets.choices import one_of
from fmteach.datasets.encoding import UNSEEN
from fmteach.datasets.rows import chunks
from fmteach.errors import DataFileError, InputError

GENRES = "genres"
NO_GROUP = frozenset({UNSEEN, "(no genres listed)"})


def groups_of(
    dataset: Dataset,
    field: str,
    ids: np.ndarray,
    names: Sequence[str],
    groups: str | Mapping[str, object] | None = None,
) -> tuple[tuple[str, ...], ...]:
    """For each feature of `ids`, with its text in `names`, the groups that it belongs to.

    groups: a field of the data set, a mapping from text to one group or several, or None: the
    field "genres" where there is one, else what the tables of MovieLens say of their films. A
    feature of which nothing is known belongs to no group.
    """
    if isinstance(groups, Mapping):
        return tuple(_several(groups.get(name, ())) for name in names)
    if groups is None and GENRES in dataset.fields and field != GENRES:
        groups = GENRES
    if groups is None:
        known = _film_genres(dataset.name) if field == "film" else {}
        return tuple(known.get(name, ()) for name in names)
    return _in_rows(dataset, ids, one_of("groups", groups, dataset.fields))


def _several(groups: object) -> tuple[str, ...]:
    return (groups,) if isinstance(groups, str) else tuple(map(str, groups))


def _film_genres(edition: str) -> dict[str, tuple[str, ...]]:
    if edition not in movielens.EDITIONS:
        return {}
    try:
        films = movielens.ratings(edition).films  # kept from loading the ratings
    except (InputError, DataFileError):  # they came from a folder of the user's own
        return {}
    return {
        label: tuple(g for g in genres.split("|") if g not in NO_GROUP)
        for label, genres in zip(movielens.film_labels(films), films.genres.tolist(), strict=True)
    }


def _in_rows(dataset: Dataset, ids: np.ndarray, field: str) -> tuple[tuple[str, ...], ...]:
    """The features of another field that stand in the first row of each feature."""
    place = dataset.fields.index(field)
    start, end = dataset.offsets[place], dataset.offsets[place] + dataset.field_dims[place]
    texts = dataset.labels[place]
    found: dict[int, tuple[str, ...]] = {}
    wanted = torch.zeros(dataset.num_features, dtype=torch.bool)
    wanted[torch.as_tensor(ids)] = True
    for some in chunks(dataset.train):
        if len(found) == len(ids):
            break
        numbers = some.ids.long()
        hits = wanted[numbers]
        if some.values is not None:
            hits &= some.values != 0
        row, column = hits.nonzero(as_tuple=True)
        owner = numbers[row, column].numpy()
        first = np.unique(owner, return_index=True)
        for id, at in zip(*first, strict=True):
            if int(id) in found:
                continue
            line = numbers[row[at]]
            used = (line >= start) & (line < end)
            if some.values is not None:
                used &= some.values[row[at]] != 0
            labels = (str(texts[i - start]) for i in line[used].tolist())
            found[int(id)] = tuple(text for text in labels if text not in NO_GROUP)
    return tuple(found.get(int(id), ()) for id in ids)
