"""What every data set looks like to a model: three parts, each with feature numbers and targets."""

from __future__ import annotations

import difflib
import html
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch

from fmteach.datasets.choices import one_of
from fmteach.datasets.encoding import UNSEEN
from fmteach.datasets.rows import Rows, chunks, repeats_an_id
from fmteach.datasets.splits import Split
from fmteach.datasets.table import Table
from fmteach.errors import InputError

if TYPE_CHECKING:
    from fmteach.datasets.candidates import Candidates
    from fmteach.datasets.encoder import Encoder
    from fmteach.datasets.reading import ReadReport

OBJECTIVES = ("regression", "classification", "ranking")
PARTS = ("train", "valid", "test")
_DESCRIBED_AT_ONCE = 1 << 15


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set, encoded and split, ready for a model.

    `valid` may be empty (load(..., valid=0.0)): then there is nothing to choose settings by, and
    the test rows must not be used for it. `train` is never empty.

    labels: for each field, what its features stand for; `feature_name` puts them together.
    split: the row numbers of the three parts in the data set's own table (`movielens.ratings()`).
    real: False when the rows were made by a generator; such data is called synthetic wherever it
        is shown. fingerprint: a short hash of everything that determines the rows.
    oracle: of synthetic data, what its true probabilities score on each part, such as
        oracle["test"]["auc"]: no model can be expected to do better. None for real data.
    encoder: of data read from files, what turned values into feature numbers; it encodes new rows.
    report: of data read from files, how many rows were read, and which were bad and why.
    times: of data read from files that tell it, for each part the time of every row, int64 [n],
        seconds since 1970 (UTC).
    candidates: for ranking, all users and all items; the rows are the positives, with target 1.
    """

    name: str
    title: str
    task: str
    objective: str
    fields: tuple[str, ...]
    field_dims: tuple[int, ...]
    num_features: int
    train: Rows
    valid: Rows
    test: Rows
    real: bool
    fingerprint: str
    labels: tuple[Sequence[str], ...] = field(repr=False)
    split: Split | None = field(default=None, repr=False)
    oracle: Mapping[str, Mapping[str, float]] | None = field(default=None, repr=False)
    encoder: Encoder | None = field(default=None, repr=False)
    report: ReadReport | None = field(default=None, repr=False)
    times: Mapping[str, np.ndarray] | None = field(default=None, repr=False)
    candidates: Candidates | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        one_of("objective", self.objective, OBJECTIVES)
        dims = tuple(len(texts) for texts in self.labels)
        if (
            dims != self.field_dims
            or len(self.fields) != len(dims)
            or sum(dims) != self.num_features
        ):
            raise InputError(
                f"{len(self.fields)} fields, field_dims {self.field_dims}, num_features "
                f"{self.num_features} and labels for {dims} features do not go together."
            )
        if not len(self.train):
            raise InputError("the training part is empty: give at least one row to train on.")
        if (self.objective == "ranking") != (self.candidates is not None):
            raise InputError(
                "ranking data needs candidates, and other data has none: "
                "make it with fmteach.datasets.from_pairs."
            )
        for part in PARTS:
            self._check_part(part, getattr(self, part))

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """The number of the first feature of each field."""
        return tuple(int(sum(self.field_dims[:j])) for j in range(len(self.field_dims)))

    def feature_name(self, id: int) -> str:
        """What feature number `id` stands for, such as "film=Toy Story (1995)"."""
        number = int(id)
        if not 0 <= number < self.num_features or number != id:
            raise InputError(
                f"there is no feature {id}: features go from 0 to {self.num_features - 1}."
            )
        place = bisect_right(self.offsets, number) - 1
        return f"{self.fields[place]}={self.labels[place][number - self.offsets[place]]}"

    def feature_id(self, name: str) -> int:
        """The number of the feature called `name`, the reverse of `feature_name`."""
        number = self._ids_by_name.get(name)
        if number is not None:
            return number
        near = difflib.get_close_matches(str(name), self._ids_by_name, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise InputError(
            f"there is no feature called {name!r}: {hint}A name is field=value, with a field of "
            f"{', '.join(self.fields)}. find_features(text) searches the names."
        )

    def find_features(self, text: str) -> dict[int, str]:
        """All features whose name contains `text`, upper and lower case alike: id -> name."""
        wanted = text.lower()
        return {i: name for name, i in self._ids_by_name.items() if wanted in name.lower()}

    def describe(self) -> Table:
        """Rows, distinct known values of each field, and the mean target, for each part.

        The column "unseen" counts rows with at least one value that no training row has. The last
        column, where the fields are user and film, is the share of all pairs that has a row.
        Ranking data has no target: its rows are all positives.

        All rows are read once, some at a time: about a second for a million rows of 39 fields. The
        answer is kept, and the second call takes no time.
        """
        return self._described

    @cached_property
    def _described(self) -> Table:
        likely = self.objective == "classification"
        target = f"share of {self.task} = 1" if likely else f"mean {self.task}"
        pairs = self.fields[:2] == ("user", "film")
        ranking = self.objective == "ranking"
        columns = ["part", "positives" if ranking else "rows", *self.fields, "unseen"]
        columns += [] if ranking else [target]
        rows = []
        for part in PARTS:
            data = getattr(self, part)
            known, unseen, total = self._count_values(data)
            mean = total / len(data) if len(data) else "-"
            cells = [part, len(data), *known, unseen, *([] if ranking else [mean])]
            if pairs:
                possible = known[0] * known[1]
                cells.append(f"{100 * len(data) / possible:.2f} %" if possible else "-")
            rows.append(tuple(cells))
        return Table((*columns, "pairs filled") if pairs else tuple(columns), tuple(rows))

    def head(self, n: int = 5, part: str = "train") -> Table:
        """The first n rows of a part ("train", "valid" or "test") in readable form."""
        data = getattr(self, one_of("part", part, PARTS))
        rows = []
        for i in range(min(int(n), len(data))):
            cells: dict[str, list[str]] = {name: [] for name in self.fields}
            values = [1.0] * data.ids.shape[1] if data.values is None else data.values[i].tolist()
            for number, value in zip(data.ids[i].tolist(), values, strict=True):
                if value != 0:
                    place = bisect_right(self.offsets, number) - 1
                    label = self.labels[place][number - self.offsets[place]]
                    shown = label if value == 1 else f"{label} ({value:.3g})"
                    cells[self.fields[place]].append(shown)
            rows.append((*(", ".join(texts) for texts in cells.values()), float(data.y[i])))
        return Table((*self.fields, self.task), tuple(rows))

    def _repr_html_(self) -> str:
        about = f"{self.task} ({self.objective}), {self.num_features:,} features"
        return (
            f"<div><b>{html.escape(self.title)}</b><br>{html.escape(about)}"
            f"{self.describe()._repr_html_()}</div>"
        )

    def __repr__(self) -> str:
        sizes = ", ".join(f"{part} {len(getattr(self, part)):,}" for part in PARTS)
        dims = ", ".join(f"{f} {d:,}" for f, d in zip(self.fields, self.field_dims, strict=True))
        return f"<Dataset {self.title}: task {self.task}; {sizes} rows; features {dims}>"

    @cached_property
    def _ids_by_name(self) -> dict[str, int]:
        names = (
            f"{name}={label}"
            for name, texts in zip(self.fields, self.labels, strict=True)
            for label in texts
        )
        return {name: i for i, name in enumerate(names)}

    def _check_part(self, part: str, rows: Rows) -> None:
        if rows.checked:
            return
        for some in chunks(rows):
            self._check_rows(part, some)

    def _check_rows(self, part: str, rows: Rows) -> None:
        low, high = int(rows.ids.min()), int(rows.ids.max())
        if low < 0 or high >= self.num_features:
            raise InputError(
                f"{part}: ids go from {low} to {high}, but the features go from 0 to "
                f"{self.num_features - 1}."
            )
        if self.objective == "ranking" and not bool((rows.y == 1).all()):
            raise InputError(f"{part}: the rows of ranking data are positives; give each target 1.")
        if self.objective == "classification" and not bool(((rows.y == 0) | (rows.y == 1)).all()):
            first = float(rows.y[(rows.y != 0) & (rows.y != 1)][0])
            raise InputError(
                f"{part}: classification needs targets 0 and 1, but y holds {first:g}."
            )
        if repeats_an_id(rows, self.offsets, self.field_dims):
            raise InputError(
                f"{part}: a row holds the same id twice. Add up the values of repeated ids first "
                "(fmteach.interaction.merge_repeated)."
            )

    def _count_values(self, rows: Rows) -> tuple[list[int], int, float]:
        """Different known values of each field, rows with an unseen one, the sum of the targets."""
        ends = [start + dim for start, dim in zip(self.offsets, self.field_dims, strict=True)]
        shared = torch.zeros(self.num_features, dtype=torch.bool)
        for end, texts in zip(ends, self.labels, strict=True):
            shared[end - 1] = texts[-1] == UNSEEN
        seen = torch.zeros(self.num_features, dtype=torch.bool)
        unseen, total = 0, 0.0
        for some in chunks(rows, _DESCRIBED_AT_ONCE):
            total += float(some.y.double().sum())
            ids = some.ids.long()
            present = ids if some.values is None else ids[some.values != 0]
            seen[present.reshape(-1)] = True
            here = shared[ids] if some.values is None else shared[ids] & (some.values != 0)
            unseen += int(here.any(dim=1).sum())
        seen &= ~shared
        known = [int(seen[start:end].sum()) for start, end in zip(self.offsets, ends, strict=True)]
        return known, unseen, total
