"""One score, term by term: w0, w_i x_i of every feature, <v_i, v_j> x_i x_j of every pair.

A factorization machine explains itself: its score *is* a sum of terms that have names. Nothing is
estimated here, the terms add up to the score exactly.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from fmteach.datasets import Dataset, Table
from fmteach.errors import InputError
from fmteach.explain.features import check_model, field_of
from fmteach.models import LinearModel


@dataclass(frozen=True)
class Term:
    """One summand of a score: value = weight · x.

    kind: "bias" (w0), "linear" (w_i x_i) or "pair" (<v_i, v_j> x_i x_j). ids: the features it
    belongs to, none, one or two; fields: their fields. weight: w0, w_i or <v_i, v_j>. x: 1, x_i or
    x_i x_j.
    """

    kind: str
    name: str
    ids: tuple[int, ...]
    fields: tuple[str, ...]
    weight: float
    x: float

    @property
    def value(self) -> float:
        """What the term adds to the score."""
        return self.weight * self.x


@dataclass(frozen=True)
class Group:
    """The terms of one field or of one pair of fields, such as "user × genres", added up."""

    kind: str
    name: str
    terms: tuple[Term, ...]

    @property
    def value(self) -> float:
        """What all its terms together add to the score."""
        return math.fsum(term.value for term in self.terms)


@dataclass(frozen=True)
class Terms:
    """All terms of one row's score, in the order of the formula.

    objective: "regression", "classification" or "ranking", of the data set. task: what is
    predicted, such as "rating" or "like".
    """

    all: tuple[Term, ...]
    objective: str
    task: str

    def __len__(self) -> int:
        return len(self.all)

    def __iter__(self) -> Iterator[Term]:
        return iter(self.all)

    @property
    def score(self) -> float:
        """The sum of all terms: the model's score of the row, in float64."""
        return math.fsum(term.value for term in self.all)

    @property
    def prediction(self) -> float:
        """What is predicted: the sigmoid of the score for classification, else the score itself.

        (The score of a ranking model means something only beside another one of the same user.)
        """
        return sigmoid(self.score) if self.objective == "classification" else self.score

    def by_size(self) -> tuple[Term, ...]:
        """The terms, those that move the score most first (w0, the same in every row, last)."""
        return tuple(sorted(self.all, key=lambda t: (t.kind == "bias", -abs(t.value))))

    def groups(self) -> tuple[Group, ...]:
        """The terms of the same field, or of the same pair of fields, put together.

        A film with three genres has three terms user × genre; their group is "user × genres".
        """
        found: dict[tuple[str, ...], list[Term]] = {}
        for term in self.all:
            found.setdefault((term.kind, *term.fields), []).append(term)
        return tuple(
            Group(kind, " × ".join(fields) or "w0", tuple(members))
            for (kind, *fields), members in found.items()
        )

    def table(self, *, grouped: bool = False, sort: bool = False) -> Table:
        """The terms as a table that ends in their sum.

        grouped: one line for each field or pair of fields. sort: the largest first.
        """
        if grouped:
            lines = [(group.name, len(group.terms), group.value) for group in self.groups()]
            if sort:
                lines.sort(key=lambda line: -abs(line[-1]))
            end = ("sum = score", len(self), self.score)
            columns = ("group", "terms", "value")
        else:
            order = self.by_size() if sort else self.all
            lines = [(t.name, t.weight, t.x, t.value) for t in order]
            end = ("sum = score", "", "", self.score)
            columns = ("term", "weight", "x", "value")
        rows = [*lines, end]
        if self.objective == "classification":
            blank = ("",) * (len(columns) - 2)
            rows.append((f"sigmoid = P({self.task} = 1)", *blank, self.prediction))
        return Table(columns, tuple(rows))

    def __repr__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def sigmoid(score: float) -> float:
    """1 / (1 + e^-score), without overflow.

    >>> sigmoid(0.0), sigmoid(1000.0), sigmoid(-1000.0) < 1e-300
    (0.5, 1.0, True)
    """
    if score >= 0:
        return 1 / (1 + math.exp(-score))
    power = math.exp(max(score, -700.0))
    return power / (1 + power)


def terms(model: LinearModel, dataset: Dataset, ids: Any, values: Any = None) -> Terms:
    """Every term of one row's score, by name.

    model: a `FactorizationMachine`, or a `LinearModel` (no pair terms). dataset: the data it was
    trained on; it names the features. ids: [m] integers (or [1, m]); values: [m], None means all
    1. A place with value 0 is padding and has no terms; an id that stands twice counts with the
    sum of its values, as in the model. Computed in float64. O(k m²), because every pair is wanted.

    Errors: InputError for a model of another size, and for rows that the model would not take.

    >>> import fmteach
    >>> from fmteach.datasets import from_arrays
    >>> data = from_arrays([[0, 0], [0, 1], [1, 0]], [1, 0, 1], fields=("user", "ad"))
    >>> model = fmteach.FactorizationMachine(data.num_features, k=2)
    >>> [term.name for term in terms(model, data, [0, 2])]
    ['w0', 'user=0', 'ad=0', 'user=0 × ad=0']
    """
    check_model(model, dataset)
    ids, values = _one_row(model, ids, values)
    used = values != 0
    ids, x = ids[used], values[used].tolist()
    numbers = ids.tolist()
    names = [dataset.feature_name(i) for i in numbers]
    fields = [field_of(dataset, i) for i in numbers]
    w = model.w.detach()[ids].double().tolist()
    found = [Term("bias", "w0", (), (), float(model.w0.detach().double()), 1.0)]
    for i in range(len(numbers)):
        found.append(Term("linear", names[i], (numbers[i],), (fields[i],), w[i], x[i]))
    if hasattr(model, "V"):
        V = model.V.detach()[ids].double()
        dots = (V @ V.T).tolist()
        for i in range(len(numbers)):
            for j in range(i + 1, len(numbers)):
                found.append(
                    Term(
                        "pair",
                        f"{names[i]} × {names[j]}",
                        (numbers[i], numbers[j]),
                        (fields[i], fields[j]),
                        dots[i][j],
                        x[i] * x[j],
                    )
                )
    return Terms(tuple(found), dataset.objective, dataset.task)


def _one_row(model: LinearModel, ids: Any, values: Any) -> tuple[Tensor, Tensor]:
    device = model.w.device
    ids = torch.as_tensor(ids, device=device)
    if ids.dim() == 1:
        ids = ids[None]
    if values is not None:
        values = torch.as_tensor(values, device=device)
        values = values[None] if values.dim() == 1 else values
    if ids.dim() != 2 or len(ids) != 1 or ids.shape[1] == 0:
        raise InputError(
            f"ids must be one row, of shape [m] with at least one feature; got {list(ids.shape)}"
        )
    # Sorted by id, which is the order of the fields: the order of the names does not hang on it.
    ids, values = model.check_rows(ids, None if values is None else values.double())
    order = ids[0].argsort(stable=True)
    return ids[0][order], values[0][order].double()
