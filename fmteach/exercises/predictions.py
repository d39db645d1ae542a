"""The learner's predictions, kept and shown beside the truth."""

from __future__ import annotations

import datetime
import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fmteach.exercises import stored

_MARKS = {True: "✓", False: "✗", None: "○"}
_WORDS = {True: "right", False: "another answer", None: "not yet shown"}


def keep(key: str, question: str, guess: str) -> str:
    """Keep a guess, the last one made under this key. Returns a message when it cannot be kept."""
    now = datetime.datetime.now().isoformat(timespec="seconds")
    return stored.change(
        "predictions", key, dict,
        lambda of: of.update(question=question, guess=guess, made=now, truth="", said="",
                             right=None),
    )  # fmt: skip


def keep_truth(key: str, truth: str, said: str, right: bool | None) -> str:
    """Keep the truth beside a guess; nothing happens where no guess was made."""
    of = stored.read("predictions").get(key)
    if of is None or (of.get("truth"), of.get("said")) == (truth, said):
        return ""
    return stored.change(
        "predictions", key, dict, lambda of: of.update(truth=truth, said=said, right=right)
    )


def chapter_of(key: str) -> int | None:
    """The chapter that a key such as "03-count" belongs to; None when it names none.

    >>> chapter_of("03-count"), chapter_of("mine")
    (3, None)
    """
    head = key.partition("-")[0]
    return int(head) if head.isdecimal() else None


@dataclass(frozen=True)
class Predictions:
    """What was guessed, with the truth beside it. Shows as a table. Made by `predictions()`."""

    entries: Mapping[str, Mapping[str, Any]]

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def right(self) -> int:
        """How many were right, or within a tenth of the true number."""
        return sum(of.get("right") is True for of in self.entries.values())

    def rows(self) -> list[dict[str, Any]]:
        """One dict a prediction: key, question, guess, truth, said, right, made."""
        return [{"key": key, **of} for key, of in self.entries.items()]

    def __repr__(self) -> str:
        if not self.entries:
            return "No prediction has been made yet."
        lines = [f"{self.right} of {len(self)} predictions right"]
        for of in self.entries.values():
            truth = of.get("truth") or "not yet shown"
            lines.append(
                f"{_MARKS[of.get('right')]} {of['question']}\n    your guess: {of['guess']}   "
                f"the truth: {truth}"
            )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        if not self.entries:
            return "<p>No prediction has been made yet.</p>"
        cell = "text-align:left;white-space:normal;padding:6px 12px"
        rows = "".join(
            f'<tr><td style="{cell}">{html.escape(of["question"])}</td>'
            f'<td style="{cell}">{html.escape(of["guess"])}</td>'
            f'<td style="{cell}">{html.escape(of.get("truth") or "–")}</td>'
            f'<td style="{cell}">{_MARKS[of.get("right")]} '
            f"{html.escape(of.get('said') or _WORDS[of.get('right')])}</td></tr>"
            for of in self.entries.values()
        )
        heads = "".join(
            f'<th scope="col" style="{cell}">{text}</th>'
            for text in ("Question", "Your guess", "The truth", "How near")
        )
        return (
            f'<div role="group" aria-label="Predictions" style="font-size:15px"><b>{self.right} of '
            f"{len(self)} predictions right</b><table><thead><tr>{heads}</tr></thead>"
            f"<tbody>{rows}</tbody></table></div>"
        )


def predictions(chapter: int | str | None = None) -> Predictions:
    """Your predictions so far, each beside the truth. chapter: 3 or "03" for one notebook alone.

    They are kept in the file of your progress; `progress().reset(sure=True)` forgets them too.
    """
    wanted = None if chapter is None else int(chapter)
    found = sorted(stored.read("predictions").items())
    return Predictions(
        {key: of for key, of in found if wanted is None or chapter_of(key) == wanted}
    )
