"""One row to explain: one that the data set has, or one put together from a user and a film."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor

from fmteach.arguments import whole_number
from fmteach.datasets import Dataset
from fmteach.datasets.choices import one_of
from fmteach.datasets.dataset import PARTS
from fmteach.errors import InputError
from fmteach.explain.features import find_feature
from fmteach.explain.row_index import first_row_with, rows_with, span

_LOOKED_AT = 200_000  # rows in which it is looked up what goes with a user or a film
_owners: WeakKeyDictionary[Dataset, dict[str, str]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Row:
    """One row, ready for `terms(model, dataset, row.ids, row.values)`.

    ids: int64 [m]. values: float32 [m]. y: its true target, None where there is none: nobody has
    given it. part: the part that holds the row, "" when no part does; number: its place there.
    """

    ids: Tensor
    values: Tensor
    y: float | None = None
    part: str = ""
    number: int = -1

    def labels(self, dataset: Dataset) -> dict[str, tuple[str, ...]]:
        """What the row says, field by field: {"user": ("12",), "film": ("Heat (1995)",), ...}."""
        found: dict[str, list[str]] = {}
        for id in self.ids[self.values != 0].tolist():
            field, _, text = dataset.feature_name(id).partition("=")
            found.setdefault(field, []).append(text)
        return {name: tuple(texts) for name, texts in found.items()}


def pick(dataset: Dataset, row: int = 0, part: str = "test") -> Row:
    """Row number `row` of a part of the data set ("train", "valid" or "test").

    >>> from fmteach.datasets import from_arrays
    >>> data = from_arrays([[0, 0], [0, 1], [1, 0]], [1, 0, 1], fields=("user", "ad"))
    >>> pick(data, 0, "train").part
    'train'
    """
    rows = getattr(dataset, one_of("part", part, PARTS))
    if not len(rows):
        raise InputError(f"the {part} part is empty; pick a row of another part")
    number = whole_number("row", row, least=0)
    if number >= len(rows):
        raise InputError(f"row {number} of the {part} part: its rows go from 0 to {len(rows) - 1}")
    values = torch.ones(rows.ids.shape[1]) if rows.values is None else rows.values[number]
    return Row(rows.ids[number].long(), values, float(rows.y[number]), part, number)


def compose(dataset: Dataset, **names: object) -> Row:
    """A row put together by names: compose(data, user=12, film="Heat (1995)").

    Fields that are not named are taken from those that are, where the data leaves no choice: the
    genres of a film go with the film, the age of a user with the user. When the data set has such
    a row, its part, number and target come with it; otherwise y is None, and what a model says
    about the row is a real prediction.

    Errors: InputError for an unknown field or name, and for a field that must be named too.
    O(rows of the named features), after one pass over all rows.

    >>> from fmteach.datasets import from_arrays
    >>> data = from_arrays([[0, 0], [0, 1], [1, 0]], [1, 0, 1], fields=("user", "ad"), valid=0,
    ...                    test=0)
    >>> compose(data, user=0, ad=1).y, compose(data, user=1, ad=1).y
    (0.0, None)
    """
    given = {
        one_of("field", field, dataset.fields): find_feature(dataset, f"{field}={text}")
        for field, text in names.items()
    }
    pieces: dict[str, list[tuple[int, float]]] = {f: [(i, 1.0)] for f, i in given.items()}
    for field in dataset.fields:
        if field not in given:
            owner = _owner(dataset, field, given)
            pieces[field] = _of_row_with(dataset, given[owner], field)
    flat = [entry for field in dataset.fields for entry in pieces[field]]
    ids = torch.tensor([i for i, _ in flat])
    values = torch.tensor([x for _, x in flat], dtype=torch.float32)
    for part in PARTS:
        found = rows_with(dataset, part, list(given.values()))
        if len(found):
            return pick(dataset, int(found[-1]), part)
    return Row(ids, values)


def owners(dataset: Dataset) -> Mapping[str, str]:
    """For each field that another field decides, that field: {"genres": "film"}.

    Looked up in the first 200,000 training rows: every value of the owner stands with one and the
    same value (or set of values) of the field.
    """
    if dataset not in _owners:
        codes = {field: _codes(dataset, field) for field in dataset.fields}
        sizes = {field: len(np.unique(column)) for field, column in codes.items()}
        found: dict[str, str] = {}
        # A field of many values decides one of few; the smallest that does is the most sensible.
        for owner in sorted(dataset.fields, key=lambda f: sizes[f]):
            for field in dataset.fields:
                if field == owner or field in found or owner in found:
                    continue
                if sizes[field] > sizes[owner]:
                    continue
                pairs = np.unique(codes[owner] * sizes[field] + codes[field])
                if len(pairs) == sizes[owner]:
                    found[field] = owner
        _owners[dataset] = found
    return _owners[dataset]


def _owner(dataset: Dataset, field: str, given: Mapping[str, int]) -> str:
    owner = owners(dataset).get(field)
    if owner in given:
        return owner
    named = ", ".join(given) or "nothing"
    goes = f"it goes with the {owner}" if owner else "no other field decides it"
    raise InputError(
        f"{field} is missing: {named} came, and {goes}. Name {owner or field} too, such as "
        f"{owner or field}={dataset.labels[dataset.fields.index(owner or field)][0]!r}"
    )


def _of_row_with(dataset: Dataset, id: int, field: str) -> list[tuple[int, float]]:
    """The entries of a field in a row that holds feature `id`."""
    found = first_row_with(dataset, id)
    if found is None:
        raise InputError(
            f"{dataset.feature_name(id)!r} stands in no row, so its {field} is not known: name it "
            "too"
        )
    part, number = found
    row = pick(dataset, number, part)
    start, end = span(dataset, field)
    pairs = zip(row.ids.tolist(), row.values.tolist(), strict=True)
    return [(i, x) for i, x in pairs if start <= i < end and x != 0]


def _codes(dataset: Dataset, field: str) -> np.ndarray:
    """One number a row for what a field says in it; a set of values is one number too."""
    rows = dataset.train
    ids = rows.ids[:_LOOKED_AT].long()
    start, end = span(dataset, field)
    inside = (ids >= start) & (ids < end)
    if rows.values is not None:
        inside &= rows.values[:_LOOKED_AT] != 0
    # A set becomes the sum of random 64-bit numbers of its members, whatever their order: two
    # different sets share a sum with a chance of 1 in 10^19.
    drawn = np.random.default_rng(0).integers(-(2**63), 2**63 - 1, dataset.num_features)
    sums = (torch.as_tensor(drawn)[ids] * inside).sum(dim=1).numpy()
    return np.unique(sums, return_inverse=True)[1].reshape(-1).astype(np.int64)
