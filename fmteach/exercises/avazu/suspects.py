"""Three fields that colleagues added to the click data; one of them leaks. For exercise 13.3."""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from fmteach.datasets import Dataset, Rows
from fmteach.datasets.dataset import PARTS
from fmteach.errors import InputError

LEAK = "rate of the device"
SUSPECTS = ("rows of the device", LEAK, "rate of the site")


def suspects(data: Dataset, device: str = "device_ip", site: str = "site_id") -> dict[str, Dataset]:
    """The data set with one more field, three times: name of the field -> data set. Exercise 13.3.

    Each field is a number in ten classes: how many earlier training rows the row's device has; the
    click rate of its device; the click rate of its site. One of them was computed carelessly.
    Errors: InputError when the data has no such fields.
    """
    y = {part: getattr(data, part).y.double() for part in PARTS}
    devices, sites = _column(data, device), _column(data, site)
    base = float(y["train"].mean())
    everywhere = torch.cat([devices[part] for part in PARTS])
    clicks, rows = _totals(everywhere, torch.cat([y[part] for part in PARTS]), data)
    careless = _smooth(clicks, rows, base)
    _, met = _history(devices, y["train"], data)
    clicks, rows = _history(sites, y["train"], data)
    made = {
        "rows of the device": {part: torch.log2(1 + met[part]) for part in PARTS},
        LEAK: {part: careless[devices[part]] for part in PARTS},
        "rate of the site": {part: _smooth(clicks[part], rows[part], base) for part in PARTS},
    }
    return {name: _with_field(data, name, numbers) for name, numbers in made.items()}


def _column(data: Dataset, field: str) -> dict[str, Tensor]:
    if field not in data.fields:
        raise InputError(f"the data has no field {field!r}; it has {', '.join(data.fields)}.")
    place = data.fields.index(field)
    if any(len(data.fields) != getattr(data, p).ids.shape[1] for p in PARTS):
        raise InputError("a field of this data has several values in a row: choose other features.")
    return {part: getattr(data, part).ids[:, place].long() for part in PARTS}


def _totals(ids: Tensor, y: Tensor, data: Dataset) -> tuple[Tensor, Tensor]:
    """Clicks and rows of every feature."""
    size = data.num_features
    return torch.bincount(ids, y, size), torch.bincount(ids, minlength=size).double()


def _history(
    ids: dict[str, Tensor], y: Tensor, data: Dataset
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Clicks and rows before each row, of the same feature, in the training part.

    A training row looks at the training rows that stand before it. To take all but itself would
    leak: the rate without the own click is lower where the own click is 1, and a model sees that.
    """
    train = ids["train"]
    order = train.argsort(stable=True)
    before = {}
    for name, weights in (("clicks", y), ("rows", torch.ones_like(y))):
        sums = weights[order].cumsum(0) - weights[order]
        starts = torch.ones(len(order), dtype=torch.bool)
        starts[1:] = train[order][1:] != train[order][:-1]
        first = sums[starts][starts.cumsum(0) - 1]  # what other features have added up to
        before[name] = torch.empty_like(y)
        before[name][order] = sums - first
    clicks, rows = _totals(train, y, data)
    later = [part for part in PARTS if part != "train"]
    return (
        {"train": before["clicks"], **{part: clicks[ids[part]] for part in later}},
        {"train": before["rows"], **{part: rows[ids[part]] for part in later}},
    )


def _smooth(clicks: Tensor, rows: Tensor, base: float) -> Tensor:
    """Click rates, drawn a little towards the rate of all, so that no row divides by 0."""
    return (clicks + base) / (rows + 1)


def _with_field(data: Dataset, name: str, numbers: dict[str, Tensor]) -> Dataset:
    """The data with a field more: numbers in ten classes with about as many training rows each."""
    edges = torch.quantile(numbers["train"][:1_000_000], torch.linspace(0.1, 0.9, 9).double())
    edges = edges.unique()
    parts = {}
    for part, values in numbers.items():
        rows = getattr(data, part)
        codes = torch.bucketize(values, edges) + data.num_features
        ids = torch.cat([rows.ids.long(), codes[:, None]], dim=1)
        more = None if rows.values is None else torch.ones(len(rows), 1)
        values = None if more is None else torch.cat([rows.values, more], dim=1)
        parts[part] = Rows(ids, values, rows.y)
    labels = tuple(f"class {i}" for i in range(len(edges) + 1))
    return dataclasses.replace(
        data,
        **parts,
        fields=(*data.fields, name),
        field_dims=(*data.field_dims, len(labels)),
        num_features=data.num_features + len(labels),
        labels=(*data.labels, labels),
        fingerprint=f"{data.fingerprint}+{name}",
        encoder=None,
    )
