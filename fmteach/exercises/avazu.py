"""Checks of notebook 13: logistic regression beaten by a margin, a leak found, a rate repaired."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fmteach.datasets import Dataset, Rows
from fmteach.datasets.dataset import PARTS
from fmteach.errors import InputError
from fmteach.exercises.answers import as_number, describe, not_given
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.rivals import against_linear
from fmteach.training import Trainer

MARGIN = 0.002  # of logloss


def check_beats_lr(trainer: Trainer | None, margin: float = MARGIN) -> Feedback:
    """Exercise 13.2. The run's test logloss is below that of logistic regression by `margin`.

    Where the rows have times, the split must be by time: a random one is the easier question.

    >>> check_beats_lr(None).verdict
    'not attempted'
    """
    if isinstance(trainer, Trainer) and not _by_time(trainer.dataset):
        return Feedback(
            "13.2 beat logistic regression", "not yet",
            "the test rows of your run do not lie after its training rows. This exercise asks "
            "about tomorrow: load the data with split='time'.",
        )  # fmt: skip
    return against_linear(
        "13.2 beat logistic regression", trainer,
        metric="logloss", rival="logistic regression", wanted="classification", margin=margin,
    )  # fmt: skip


def _by_time(data: Dataset) -> bool:
    """Does every test row lie after the training rows? True as well where no times are known."""
    if data.times is None or not len(data.test):
        return True
    return bool(np.min(data.times["test"]) >= np.max(data.times["train"]))


# -- 13.3: three features, one of them leaks -----------------------------------------------------

_LEAK = "rate of the device"
_WHY = {
    "rows of the device": (
        "it counts earlier training rows and looks at no click; a model may know how often it has "
        "met a device"
    ),
    "rate of the site": (
        "it is the click rate of earlier training rows; neither the row's own click nor any test "
        "click is in it"
    ),
}
SUSPECTS = ("rows of the device", _LEAK, "rate of the site")
_RIGHT = "the clicks of the test rows are in it"
REASONS = (
    "it has too many values",
    "it differs from day to day",
    _RIGHT,
    "it says nothing about a new device",
)


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
        _LEAK: {part: careless[devices[part]] for part in PARTS},
        "rate of the site": {part: _smooth(clicks[part], rows[part], base) for part in PARTS},
    }
    return {name: _with_field(data, name, numbers) for name, numbers in made.items()}


def check_leak(field: str | None, reason: str | int | None) -> Feedback:
    """Exercise 13.3. field: one of SUSPECTS; reason: one of REASONS, or its number from 1 on.

    >>> check_leak(None, None).verdict
    'not attempted'
    """
    name = "13.3 find the leak"
    if not_given(field) or not_given(reason):
        return not_attempted(
            name, "name one of the three fields, and the number of a reason from the list."
        )
    if str(reason) in map(str, range(1, len(REASONS) + 1)):
        reason = REASONS[int(reason) - 1]
    for value, known in ((field, SUSPECTS), (reason, REASONS)):
        if value not in known:
            return Feedback(name, "not yet", f"{value!r} is not among: {'; '.join(known)}.")
    if field != _LEAK:
        return Feedback(
            name, "not yet",
            f"“{field}” is clean: {_WHY[field]}. Which field lifts the test AUC far above that of "
            "the others?",
        )  # fmt: skip
    if reason != _RIGHT:
        return Feedback(
            name, "not yet",
            "the field is the right one. Ask where its number comes from: which rows were counted "
            "when the rate of a device was computed?",
        )  # fmt: skip
    return Feedback(
        name, "correct",
        "the rate of a device was computed over all rows, so the clicks of the test rows are in "
        "it. Many devices have only a few rows: a large part of such a rate is the row's own "
        "click. Compute a rate over earlier rows only.",
    )  # fmt: skip


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


# -- 13.1: the intercept repaired ----------------------------------------------------------------


def solution_shift(scores: Tensor, y: Tensor) -> float:
    """The number to add to all scores so that the mean probability is the click rate.

    Bisection: the mean of sigmoid(scores + b) grows with b. Exercise 13.1.
    """
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        if torch.sigmoid(scores + middle).mean() < y.mean():
            low = middle
        else:
            high = middle
    return (low + high) / 2


def check_shift(function: Callable | None) -> Feedback:
    """Exercise 13.1. function(scores, y) -> the number to add to the scores.

    >>> check_shift(lambda scores, y: None).verdict
    'not attempted'
    """
    name = "13.1 repair the rate"
    for seed, offset in ((0, -1.0), (1, 0.7), (2, 0.0)):
        generator = torch.Generator().manual_seed(seed)
        truth = 1.5 * torch.randn(4000, generator=generator, dtype=torch.float64) - 1.5
        y = (torch.rand(4000, generator=generator, dtype=torch.float64) < truth.sigmoid()).double()
        scores = truth - offset
        try:
            got = function(scores.clone(), y.clone())
        except Exception as error:
            return Feedback(
                name, "not yet",
                f"your function stopped with {type(error).__name__}: {error}. It gets two tensors "
                "of shape [n]: scores (logits), and y with 0 and 1.",
            )  # fmt: skip
        if not_given(got):
            return not_attempted(name, "let shift return a number.")
        number = as_number(got)
        if number is None or not np.isfinite(number):
            return Feedback(
                name, "not yet", f"shift returned {describe(got)}: return one finite number."
            )
        reached, wanted = float((scores + number).sigmoid().mean()), float(y.mean())
        if abs(reached - wanted) > 2e-4:
            return Feedback(name, "not yet", _advice_on_shift(scores, y, number, reached, wanted))
    return Feedback(name, "correct", "the mean probability is the click rate, in all three trials.")


def _advice_on_shift(scores: Tensor, y: Tensor, got: float, reached: float, wanted: float) -> str:
    right = solution_shift(scores, y)
    mean = float(scores.sigmoid().mean())
    logit = _logit(wanted) - _logit(mean)
    said = (
        f"with your {got:+.4f} the mean probability becomes {reached:.4f}; the click rate is "
        f"{wanted:.4f}. "
    )
    slips: tuple[tuple[Any, str], ...] = (
        (-right, "The sign is turned round: where the model says too little, add."),
        (logit, "You took the difference of the logits of the two means. That is close, but the "
         "mean of a sigmoid is not the sigmoid of the mean: search for the number, for example "
         "by bisection."),
        (wanted - mean, "You took the difference of two probabilities. The number is added to "
         "logits, which have another scale."),
        (wanted / mean, "You took the ratio of the two rates. The number is added to logits."),
        (np.log(wanted / mean), "You took the logarithm of the ratio of the rates; the odds, "
         "p / (1 - p), are what a logit is made of, and even they are close only."),
    )  # fmt: skip
    for value, message in slips:
        if abs(got - value) < 1e-3 * max(1.0, abs(value)) and abs(value - right) > 2e-3:
            return said + message
    return said + "Look for the b at which sigmoid(scores + b).mean() is y.mean()."


def _logit(p: float) -> float:
    return float(np.log(p / (1 - p)))


EXERCISES = (
    Exercise(
        "13.1", "repair the rate", check_shift,
        hints=(
            "The mean of torch.sigmoid(scores + b) grows with b.",
            "So halve an interval: is the mean at its middle too low? Go on in the upper half.",
            "Start with -20 and 20, halve 60 times, return the middle.",
        ),
        solution=solution_shift,
    ),
    Exercise(
        "13.2", "beat logistic regression", check_beats_lr,
        hints=(
            "Section 6 of the notebook has shown what helps most.",
            "Go on with min_count while the validation logloss falls, then try l2. Keep "
            "split=\"time\".",
            "data = fmteach.load(DATA, split=\"time\", rows=ROWS, min_count=50), then "
            "mine = Trainer(data, SETTINGS), then mine.fit().",
        ),
        solution="On the synthetic rows min_count=50 with the notebook's SETTINGS is enough.",
        seconds=300,
    ),
    Exercise(
        "13.3", "find the leak", check_leak,
        hints=(
            "Compare each AUC with the first line.",
            "May a rate that is used for tomorrow know tomorrow's clicks?",
            "Ask of each field which rows were counted for it, and whether their clicks were.",
        ),
        solution="The rate of the device; reason 1: it is made of the clicks of the test rows.",
    ),
)  # fmt: skip
