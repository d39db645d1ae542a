"""A flat map of the factors of one field, by principal components."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fmteach.arguments import whole_number
from fmteach.datasets import Dataset, Table
from fmteach.datasets.choices import one_of
from fmteach.errors import InputError
from fmteach.explain.features import check_has_factors, mean_targets, train_rows
from fmteach.explain.groups import groups_of
from fmteach.explain.neighbours import neighbours, often_trained, similarities
from fmteach.explain.vectors import factor_vectors
from fmteach.models import LinearModel

OTHER = "other"


@dataclass(frozen=True, eq=False)
class FactorMap:
    """Coordinates of n features on the principal axes of their factors.

    field: "film". names: their texts [n], those with most training rows first. ids: int64 [n].
    rows: int64 [n], training rows. mean: float64 [n], mean target of these rows. task: what the
    target is, "rating" or "like".
    coordinates: float64 [n, axes]; axis a explains the share shares[a] of the variance of the
    factors, and the axes are in order of it. The sign of an axis is such that the features with
    the higher mean target lie on its positive side.
    groups: for each feature the groups it belongs to (the genres of a film). main: for each
    feature one of `kinds`, or "other"; kinds: the most frequent groups, at most 6.
    factors: float64 [n, k], the vectors that were projected.
    """

    field: str
    task: str
    names: tuple[str, ...]
    ids: np.ndarray
    rows: np.ndarray
    mean: np.ndarray
    coordinates: np.ndarray
    shares: np.ndarray
    groups: tuple[tuple[str, ...], ...]
    main: tuple[str, ...]
    kinds: tuple[str, ...]
    factors: np.ndarray

    def __len__(self) -> int:
        return len(self.names)

    def nearest(self, n: int = 8, measure: str = "cosine") -> tuple[np.ndarray, np.ndarray]:
        """For every feature of the map its n nearest ones on it, by all k factors.

        Returns their places int64 [features, n] and similarities float64 [features, n], the
        nearest first. See `fmteach.explain.nearest` for the measures. O(features² k).
        """
        if len(self) < 2:
            return np.empty((len(self), 0), np.int64), np.empty((len(self), 0))
        similar = similarities(self.factors, slice(None), measure)
        return neighbours(similar, np.arange(len(self)), whole_number("n", n))

    def place(self, name: str) -> int:
        """The place of a feature on the map by its text, such as "Heat (1995)"."""
        text = str(name).removeprefix(f"{self.field}=")
        if text in self.names:
            return self.names.index(text)
        near = [n for n in self.names if text.lower() in n.lower()][:5]
        hint = f" These are: {', '.join(map(repr, near))}." if near and text else ""
        raise InputError(
            f"{name!r} is not on the map: unknown, or with too few training rows.{hint}"
        )

    def table(self, n: int = 20) -> Table:
        """The n features with the most training rows."""
        shown = range(min(n, len(self)))
        axes = min(2, self.coordinates.shape[1])
        columns = [self.field, "train rows", f"mean {self.task}"]
        columns += ["group"] * any(self.groups) + [f"axis {a + 1}" for a in range(axes)]
        rows = []
        for i in shown:
            cells = [self.names[i], int(self.rows[i]), float(self.mean[i])]
            cells += [self.main[i]] * any(self.groups)
            rows.append((*cells, *(float(v) for v in self.coordinates[i, :axes])))
        return Table(tuple(columns), tuple(rows))

    def __repr__(self) -> str:
        two = 100 * self.shares[:2].sum()
        return (
            f"<FactorMap of {len(self):,} {self.field} features: the first two of "
            f"{self.factors.shape[1]} axes show {two:.0f} % of the variance>"
        )


def factor_map(
    model: LinearModel,
    dataset: Dataset,
    field: str | None = None,
    least_rows: int = 30,
    *,
    most: int = 1000,
    groups: str | Mapping[str, object] | None = None,
    together: bool = True,
) -> FactorMap:
    """The factors of one field on their principal axes, with what is needed to read the map.

    The k factors of the features are centred and turned so that the first axis shows as much of
    their variance as one axis can, the second as much as possible of the rest (PCA, by NumPy's
    SVD). All features count alike. Turning changes no distance and no dot product: only leaving
    axes out does, so look at `shares` before reading the map. For two axes of k = 16 a half is
    usual: two features that are near on the map may be far apart in the rest.

    field: default "film", or the field with the most features. least_rows: features with fewer
    training rows are left out (their factors are near their random start). most: at most so many,
    those with the most rows. groups: what to colour by: a field of the data set, or a mapping from
    text to a group or several ({"Heat (1995)": ("Action", "Crime")}). Default: the field "genres";
    for the films of MovieLens their genres, even when the model has not been given them.

    together: add the factors of a film's genres to its own, as a user meets them
    (`fmteach.explain.factor_vectors`); False: the rows of V alone.

    main group: of the six groups with the most features, the one with the fewest that the feature
    belongs to, because it says most: a film of Drama and Romance is a Romance.

    O(n k²) for n features. Errors: InputError for an unknown field, a model without factors, and
    fewer than 3 features with enough rows.
    """
    check_has_factors(model, dataset)
    if field is None:
        largest = dataset.fields[int(np.argmax(dataset.field_dims))]
        field = "film" if "film" in dataset.fields else largest
    field = one_of("field", field, dataset.fields)
    least_rows, most = whole_number("least_rows", least_rows), whole_number("most", most, least=3)
    ids = often_trained(dataset, field, least_rows)
    if len(ids) < 3:
        raise InputError(
            f"{len(ids)} features of the field {field!r} have at least {least_rows} training rows, "
            "and a map needs 3 or more; lower least_rows"
        )
    rows = train_rows(dataset)
    ids = ids[np.argsort(-rows[ids], kind="stable")][:most]
    place = dataset.fields.index(field)
    texts = dataset.labels[place]
    names = tuple(str(texts[i - dataset.offsets[place]]) for i in ids)
    V = factor_vectors(model, dataset, field, together)[ids - dataset.offsets[place]]
    mean = mean_targets(dataset)[ids]
    coordinates, shares = principal_axes(V, mean)
    belongs = groups_of(dataset, field, ids, names, groups)
    main, kinds = main_groups(belongs)
    return FactorMap(
        field, dataset.task, names, ids, rows[ids], mean, coordinates, shares, belongs, main,
        kinds, V,
    )  # fmt: skip


def principal_axes(V: np.ndarray, towards: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates [n, axes] on the principal axes of V [n, k], and each axis's share of variance.

    towards: [n]; the sign of each axis is such that it correlates with it positively. (A singular
    vector has no sign of its own, and one that hung on the machine would mirror the map.)
    """
    centred = V - V.mean(axis=0)
    U, s, _ = np.linalg.svd(centred, full_matrices=False)
    coordinates = U * s
    lean = (towards - towards.mean()) @ coordinates
    # Where nothing leans, the outermost feature lies on the positive side.
    outermost = coordinates[np.abs(coordinates).argmax(axis=0), np.arange(len(s))]
    tiny = 1e-9 * np.abs(towards).sum() * np.abs(coordinates).max(initial=0)
    signs = np.sign(np.where(np.abs(lean) > tiny, lean, outermost))
    total = float((s**2).sum())
    shares = s**2 / total if total > 0 else np.zeros_like(s)
    return coordinates * np.where(signs == 0, 1, signs), shares


def main_groups(
    belongs: tuple[tuple[str, ...], ...], most: int = 6
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """For each feature its main group, or "other"; and the main groups, the largest first.

    >>> main_groups((("Drama",), ("Drama", "War"), ("War",), ("Drama",), ("Western",)), most=2)
    (('Drama', 'War', 'War', 'Drama', 'other'), ('Drama', 'War'))
    """
    counts = Counter(group for groups in belongs for group in groups)
    ranked = sorted(counts, key=lambda g: (-counts[g], g))[:most]
    rank = {group: place for place, group in enumerate(ranked)}
    main = tuple(
        max((g for g in groups if g in rank), key=rank.__getitem__, default=OTHER)
        for groups in belongs
    )
    kinds = sorted(set(main) - {OTHER}, key=lambda g: (-main.count(g), g))
    return main, tuple(kinds)
