"""Which features a model takes to be alike."""

from __future__ import annotations

import numpy as np

from fmteach.arguments import whole_number
from fmteach.datasets import Dataset, Table
from fmteach.datasets.choices import one_of
from fmteach.datasets.encoding import UNSEEN
from fmteach.errors import InputError
from fmteach.explain.features import check_has_factors, field_of, find_feature, train_rows
from fmteach.explain.vectors import factor_vectors
from fmteach.models import LinearModel

MEASURES = ("cosine", "dot")


def nearest(
    model: LinearModel,
    dataset: Dataset,
    feature: str,
    n: int = 8,
    least_rows: int = 20,
    measure: str = "cosine",
    together: bool = True,
) -> Table:
    """The features of the same field whose factors are most like those of `feature`.

    feature: its name, such as "film=Heat (1995)". n: how many. least_rows: only features with at
    least so many training rows take part: the factors of a rare one are hardly more than the
    random numbers that they started as, and random directions are near to anything.

    measure: "cosine" asks whether two features are liked by the same users, however strongly:
    it is the cosine of the angle between v_i and v_j, from -1 to 1. "dot" is <v_i, v_j>, which is
    larger for long vectors, so films with many ratings (which moved furthest from their start) are
    near to everything. Neither is a term of any score: two films never meet in a row.

    together: compare films with the factors of their genres added to their own, as a user meets
    them (`fmteach.explain.factor_vectors`); False compares the rows of V alone.

    Returns a Table: name, similarity, train rows. O(k · features of the field).
    Errors: InputError for an unknown name, for a feature with fewer than `least_rows` rows, and
    for a model without factors.

    >>> import fmteach
    >>> from fmteach.datasets import from_arrays
    >>> data = from_arrays([[0, 0], [0, 1], [1, 2]], [1, 0, 1], fields=("user", "ad"))
    >>> model = fmteach.FactorizationMachine(data.num_features, k=2)
    >>> len(nearest(model, data, "ad=0", least_rows=1))
    2
    """
    check_has_factors(model, dataset)
    n = whole_number("n", n)
    least_rows = whole_number("least_rows", least_rows)
    measure = one_of("measure", measure, MEASURES)
    number = find_feature(dataset, feature)
    field = field_of(dataset, number)
    ids = often_trained(dataset, field, least_rows)
    rows = train_rows(dataset)
    place = np.flatnonzero(ids == number)
    if not len(place):
        raise InputError(
            f"{feature!r} has {rows[number]} training rows, fewer than least_rows = {least_rows}: "
            "its factors have hardly moved from their random start. Lower least_rows to see its "
            "neighbours all the same"
        )
    start = dataset.offsets[dataset.fields.index(field)]
    V = factor_vectors(model, dataset, field, together)[ids - start]
    similar = similarities(V, int(place[0]), measure)
    order, best = neighbours(similar[None], place, n)
    texts = dataset.labels[dataset.fields.index(field)]
    return Table(
        (field, "similarity", "train rows"),
        tuple(
            (str(texts[ids[i] - start]), float(s), int(rows[ids[i]]))
            for i, s in zip(order[0], best[0], strict=True)
        ),
    )


def often_trained(dataset: Dataset, field: str, least_rows: int) -> np.ndarray:
    """Numbers of the features of a field with so many training rows; never the unseen one."""
    place = dataset.fields.index(field)
    start, size = dataset.offsets[place], dataset.field_dims[place]
    enough = train_rows(dataset)[start : start + size] >= least_rows
    if dataset.labels[place][-1] == UNSEEN:
        enough[-1] = False
    return start + np.flatnonzero(enough)


def similarities(V: np.ndarray, place: int | slice, measure: str = "cosine") -> np.ndarray:
    """Similarity of the rows at `place` to all rows of V [n, k]: [n], or [places, n]."""
    if measure == "cosine":
        lengths = np.linalg.norm(V, axis=1, keepdims=True)
        V = np.divide(V, lengths, out=np.zeros_like(V), where=lengths > 0)
    return V[place] @ V.T


def neighbours(similar: np.ndarray, selves: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """For each row of `similar` [q, all], the n best places and their values, itself left out.

    selves: [q], the place of each row's own feature. Ties are broken by the place.
    """
    similar = similar.copy()
    similar[np.arange(len(similar)), selves] = -np.inf
    order = np.argsort(-similar, axis=1, kind="stable")[:, : min(n, similar.shape[1] - 1)]
    return order, np.take_along_axis(similar, order, axis=1)
