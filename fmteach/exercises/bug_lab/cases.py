"""Five cases for exercise 6.12: what can be seen of five broken models, measured on the spot."""

from __future__ import annotations

import functools
import html
from dataclasses import dataclass

import torch
from torch import Tensor

from fmteach.datasets import load
from fmteach.exercises.bug_lab.broken import (
    AllAtOnce,
    LoudStart,
    SigmoidInside,
    StrayHalf,
    accuracy_by_equality,
)
from fmteach.exercises.bug_lab.diagnosis import FAULTS
from fmteach.exercises.bug_lab.experiments import CLICKS, PAGE, page_rows, train
from fmteach.exercises.bug_lab.fingerprints import TESTS
from fmteach.models import FactorizationMachine
from fmteach.training import base_rate

Line = tuple[str, str]
_SEED = (
    3  # not that of the notebook: a case is told by its fingerprint, not by a number seen before
)


@dataclass(frozen=True)
class Cases:
    """What was seen, case by case: {"A": (("training loss", "0.954"), ...), ...}.

    faults: the names to choose from; they are numbered from 1.
    """

    seen: dict[str, tuple[Line, ...]]
    faults: tuple[str, ...]

    @property
    def offered(self) -> str:
        return "faults: " + ", ".join(f"{n} {fault}" for n, fault in enumerate(self.faults, 1))

    def __repr__(self) -> str:
        width = max(len(what) for lines in self.seen.values() for what, _ in lines)
        rows = []
        for name, lines in self.seen.items():
            for number, (what, value) in enumerate(lines):
                rows.append(f"{name if number == 0 else ' '}  {what:{width}}  {value}")
        return "\n".join([*rows, self.offered])

    def _repr_html_(self) -> str:
        rows = []
        for name, lines in self.seen.items():
            for number, (what, value) in enumerate(lines):
                head = (
                    f'<th scope="rowgroup" rowspan="{len(lines)}" style="vertical-align:top;'
                    f'font-size:16px">{name}</th>'
                )
                rule = "border-top:1px solid var(--jp-border-color1,#999)" if number == 0 else ""
                rows.append(
                    f'<tr style="{rule}">{head if number == 0 else ""}'
                    f'<td style="text-align:left">{html.escape(what)}</td>'
                    f'<td style="text-align:left">{html.escape(value)}</td></tr>'
                )
        return (
            '<table style="font-size:15px"><caption>Five broken models, and what can be seen of '
            'them</caption><thead><tr><th scope="col">case</th>'
            '<th scope="col" style="text-align:left">what</th>'
            '<th scope="col" style="text-align:left">seen</th></tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table>"
            f'<p style="font-size:15px">{html.escape(self.offered)}</p>'
        )


@functools.cache
def cases() -> Cases:
    """Trains three of the five models, in 3 s; the same cases are not made twice in a process.

    Their seeds are others than in the notebook, so none of their numbers stands there.
    """
    return Cases(
        {
            "A": _start(),
            "B": _floor(),
            "C": _tested(AllAtOnce),
            "D": _never_right(),
            "E": _tested(StrayHalf),
        },
        FAULTS,
    )


def _start() -> tuple[Line, ...]:
    clicks = load("clicks")
    kinds = (LoudStart, FactorizationMachine)
    runs = [train(kind, clicks, CLICKS, epochs=1, seed=_SEED) for kind in kinds]
    first, right = (run.history.evaluations for run in runs)
    return (
        ("training loss before the first step",
         f"{first[0].train['loss']:.3f} (base rate {base_rate(clicks, 'train')['loss']:.3f})"),
        ("validation AUC after one epoch",
         f"{first[-1].valid['auc']:.3f} (the repaired model: {right[-1].valid['auc']:.3f})"),
    )  # fmt: skip


def _floor() -> tuple[Line, ...]:
    run = train(SigmoidInside, page_rows(), PAGE, seed=_SEED)
    _, losses = run.history.curve("train", "loss")
    shown = (0, 2, 4, 6, 9, 12)
    scores, y = run.scores("train"), run.dataset.train.y
    return (
        (f"training loss after {', '.join(map(str, shown[:-1]))} and {shown[-1]} epochs",
         ", ".join(f"{losses[n]:.3f}" for n in shown)),
        ("training rows whose score is on the right side",
         f"{100 * _on_its_side(scores, y):.1f} %"),
    )  # fmt: skip


def _on_its_side(scores: Tensor, y: Tensor) -> float:
    """The share of the rows that the best threshold for these scores sorts right, about."""
    middle = (scores[y > 0.5].mean() + scores[y <= 0.5].mean()) / 2
    return float(((scores > middle) == (y > 0.5)).double().mean())


def _never_right() -> tuple[Line, ...]:
    rows = page_rows()
    run = train(FactorizationMachine, rows, PAGE, epochs=3, seed=_SEED)
    _, losses = run.history.curve("train", "loss")
    p = torch.sigmoid(run.scores("test"))
    return (
        ("training loss after 0, 1, 2 and 3 epochs", ", ".join(f"{loss:.3f}" for loss in losses)),
        ("test accuracy", f"{accuracy_by_equality(p, rows.test.y):.3f}"),
    )  # fmt: skip


def _tested(kind: type[FactorizationMachine]) -> tuple[Line, ...]:
    alone, order, flip = (f"{test(kind, _SEED) + 0.0:.3f}".replace("-", "−") for test in TESTS)
    return (
        ("pair term of a row with one feature", alone),
        ("change when the row is listed in another order", order),
        ("change when one factor changes its sign", flip),
    )
