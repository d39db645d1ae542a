"""From the terms of a score to the bars of a waterfall, and to the words beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from fmteach.explain import Group, Row, Terms

UNITS = {"regression": "", "classification": "log-odds", "ranking": "score"}
_PROBABILITIES = (0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
_LONGEST = 36  # letters of a name that fit beside a bar
_TICKS = 7  # about so many on the axis


@dataclass(frozen=True)
class Bar:
    """One bar: it goes from `before` to `after`. members: the single terms, where it has several.

    kind: "linear", "pair", or "rest" for all terms that are too small for a bar of their own.
    """

    key: str
    name: str
    kind: str
    before: float
    after: float
    members: tuple[Bar, ...] = field(default=(), repr=False)
    detail: str = ""

    @property
    def value(self) -> float:
        return self.after - self.before

    def to_dict(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "name": self.name,
            "kind": self.kind,
            "detail": self.detail,
            "before": self.before,
            "after": self.after,
            "value": self.value,
            "members": [member.to_dict() for member in self.members],
        }


def bars_of(terms: Terms, most: int = 12) -> list[Bar]:
    """The bars after w0, in the order of the formula; the smallest of more than `most` in one.

    They begin at w0 and end at the score.
    """
    groups = [group for group in terms.groups() if group.kind != "bias"]
    rest: list[Group] = []
    if len(groups) > most:
        ranked = sorted(range(len(groups)), key=lambda g: -abs(groups[g].value))
        kept = set(ranked[: most - 1])
        rest = [group for g, group in enumerate(groups) if g not in kept]
        groups = [group for g, group in enumerate(groups) if g in kept]
    bars = []
    total = terms.all[0].value
    for group in groups:
        bars.append(_bar(group, total))
        total = bars[-1].after
    if rest:
        count = sum(len(group.terms) for group in rest)
        end = total + math.fsum(group.value for group in rest)
        bars.append(Bar("rest", f"the {count} smaller terms", "rest", total, end))
    return bars


def _bar(group: Group, start: float) -> Bar:
    members = []
    total = start
    for term in group.terms:
        detail = "" if term.x == 1 else f"{term.weight:.3g} · {term.x:.3g}".replace("-", "−")
        members.append(
            Bar(term.name, plain(term.name), term.kind, total, total + term.value, (), detail)
        )
        total += term.value
    if len(members) == 1:
        only = members[0]
        name = only.name if len(only.name) <= _LONGEST else group.name
        return Bar(group.name, name, group.kind, start, total, (), only.detail)
    return Bar(
        group.name, f"{group.name}, {len(members)} terms", group.kind, start, total, tuple(members)
    )


def plain(name: str) -> str:
    """A term's name as a person would write it.

    >>> plain("user=12 × film=Heat (1995)"), plain("genres=Action")
    ('user 12 × Heat (1995)', 'Action')
    """
    words = []
    for part in name.split(" × "):
        field, _, text = part.partition("=")
        speaks = field in ("film", "genres") and not text.startswith("(")
        words.append(text if speaks or not text else f"{field} {text}")
    return " × ".join(words)


def axis(points: Sequence[float], objective: str) -> dict[str, Any]:
    """The range of the horizontal axis, its ticks, and the ticks in probabilities."""
    low, high = min(points), max(points)
    least = 1.5 if objective == "classification" else 1.0
    middle, half = (low + high) / 2, max(high - low, least) / 2 * 1.12
    low, high = middle - half, middle + half
    step = 10.0 ** math.floor(math.log10((high - low) / _TICKS))
    step *= next(f for f in (1, 2, 5, 10) if (high - low) / (step * f) <= _TICKS)
    first, last = math.ceil(low / step), math.floor(high / step)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    ticks = [(n * step, f"{n * step + 0.0:.{digits}f}") for n in range(first, last + 1)]
    chances = []
    if objective == "classification":
        chances = [
            (math.log(p / (1 - p)), f"{100 * p:g} %")
            for p in _PROBABILITIES
            if low <= math.log(p / (1 - p)) <= high
        ]
    return {"low": low, "high": high, "ticks": ticks, "chances": chances}


def verdict(terms: Terms, row: Row) -> str:
    """What is predicted and what is known, in one or two sentences."""
    task, score = terms.task, f"{terms.score:.2f}".replace("-", "−")
    if terms.objective == "classification":
        said = f"Score {score} (log-odds): P({task} = 1) = {terms.prediction:.2f}."
    elif terms.objective == "ranking":
        said = f"Score {score}: it says something only beside the user's other scores."
    else:
        said = f"Predicted {task}: {score}."
    if row.y is None and terms.objective == "ranking":
        return f"{said} The data has no row of this pair."
    if row.y is None:
        return f"{said} No row has this combination: nobody knows the true {task}."
    learnt = {
        "train": "It was trained on.",
        "valid": "It was used to choose the best epoch.",
        "test": "The model has never seen this row.",
    }[row.part]
    if terms.objective == "ranking":
        return f"{said} The pair is row {row.number:,} of the {row.part} part. {learnt}"
    truth = f"What happened: {task} = {row.y:g}"
    if terms.objective == "regression":
        truth = f"True {task}: {row.y:g}"
    return f"{said} {truth}, in row {row.number:,} of the {row.part} part. {learnt}"
