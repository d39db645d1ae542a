"""The vector with which a feature meets the others: its own factors, and those it brings along."""

from __future__ import annotations

import numpy as np
import torch

from fmteach.datasets import Dataset
from fmteach.datasets.rows import chunks
from fmteach.explain.rows import owners
from fmteach.models import LinearModel


def factor_vectors(
    model: LinearModel, dataset: Dataset, field: str, together: bool = True
) -> np.ndarray:
    """The factors of a field's features, float64 [features of the field, k].

    together: add to v_i of each feature what always stands with it in a row, as far as the data
    leaves no choice: to a film the factors of its genres, by their values,

        u_film = v_film + sum over its genres of x_g v_g.

    A user meets both at once, <v_user, v_film> + sum x_g <v_user, v_g> = <v_user, u_film>, so two
    films are the same thing to every user when their u are equal, not when their v are. Without
    genres in the data, or with together=False, these are the rows of V. O(rows + features · k).
    """
    place = dataset.fields.index(field)
    start, size = dataset.offsets[place], dataset.field_dims[place]
    V = model.V.detach().double().cpu().numpy()
    own = V[start : start + size].copy()
    brought = [name for name, owner in owners(dataset).items() if owner == field]
    if not together or not brought:
        return own
    carried = torch.zeros(dataset.num_features, dtype=torch.bool)
    for name in brought:
        at = dataset.fields.index(name)
        first = dataset.offsets[at]
        carried[first : first + dataset.field_dims[at]] = True
    done = np.zeros(size, dtype=bool)
    for some in chunks(dataset.train):
        ids = some.ids.long()
        mine = (ids >= start) & (ids < start + size)
        if some.values is not None:
            mine &= some.values != 0
        row, column = mine.nonzero(as_tuple=True)
        feature = (ids[row, column] - start).numpy()
        found, first = np.unique(feature, return_index=True)
        fresh = ~done[found]
        found, rows = found[fresh], row[torch.as_tensor(first[fresh])]
        weights = carried[ids[rows]].double()
        if some.values is not None:
            weights = weights * some.values[rows]
        own[found] += np.einsum("nm,nmk->nk", weights.numpy(), V[ids[rows].numpy()])
        done[found] = True
    return own
