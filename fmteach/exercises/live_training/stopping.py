"""Exercise 7.3: the rule of early stopping."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from fmteach.exercises.comparing import Trial
from fmteach.exercises.deciding import decide
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback
from fmteach.exercises.slip import Slip


def solution_should_stop(losses, patience):
    """The rule: the best value is `patience` or more evaluations old. Exercise 7.3."""
    best_at = min(range(len(losses)), key=lambda i: losses[i])
    return len(losses) - 1 - best_at >= patience


def by_counting(losses: list[float], patience: int) -> bool:
    """The same rule as a trainer follows it, one evaluation after the other; O(n)."""
    best, since = float("inf"), 0
    for loss in losses:
        best, since = (loss, 0) if loss < best else (best, since + 1)
    return since >= patience


def trials() -> list[Trial]:
    """Curves without two equal losses: of equal ones the first or the last may count."""
    rng = np.random.default_rng(0)
    curves = [([0.6, 0.5, 0.52, 0.51], 2), ([0.6], 1), ([0.6, 0.5, 0.4], 1), ([0.5, 0.6], 1)]
    curves += [
        ((rng.permutation(100)[: rng.integers(1, 12)] / 100).tolist(), patience)
        for patience in (1, 2, 3) * 20
    ]
    return [Trial(f"losses {losses} and patience {p}", (losses, p)) for losses, p in curves]


# -- slips -------------------------------------------------------------------------------------


def rises_in_a_row(losses, patience):
    tail = losses[-patience - 1 :]
    return len(tail) > patience and all(b > a for a, b in itertools.pairwise(tail))


def last_against_the_one_before(losses, patience):
    return len(losses) > 1 and losses[-1] > losses[-2]


def last_against_the_best(losses, patience):
    return losses[-1] > min(losses)


def last_against_patience_ago(losses, patience):
    return len(losses) > patience and losses[-1] > losses[-1 - patience]


def last_against_patience_ago_unguarded(losses, patience):
    return losses[-1] > losses[-1 - patience]


def one_too_early(losses, patience):
    return len(losses) - losses.index(min(losses)) >= patience


def one_too_late(losses, patience):
    return len(losses) - 1 - losses.index(min(losses)) > patience


def place_from_the_start(losses, patience):
    return losses.index(min(losses)) >= patience


def largest(losses, patience):
    return len(losses) - 1 - losses.index(max(losses)) >= patience


def turned_round(losses, patience):
    return len(losses) - 1 - losses.index(min(losses)) < patience


def while_it_is_young(losses, patience):
    return len(losses) - 1 - losses.index(min(losses)) <= patience


def counts_all(losses, patience):
    return len(losses) > patience


def never(losses, patience):
    return False


def always(losses, patience):
    return True


SLIPS = (
    Slip("rises in a row", rises_in_a_row,
         "You seem to compare each value with the one before it. A small fall after a rise does "
         "not help: compare with the best value so far."),
    Slip("last rise", last_against_the_one_before,
         "You stop at the first rise from one value to the next, and patience is not used. Curves "
         "are jagged: patience waits."),
    Slip("no patience", last_against_the_best,
         "You stop as soon as the newest value is not the best. That is the rule for patience 1 "
         "alone."),
    Slip("patience ago", last_against_patience_ago,
         "You compare the newest value with the one `patience` evaluations ago. That one need not "
         "be the best."),
    Slip("patience ago, on short lists too", last_against_patience_ago_unguarded,
         "A list may be shorter than patience + 1. And the value `patience` ago need not be the "
         "best: look for the smallest."),
    Slip("one too early", one_too_early,
         "You stop one evaluation too early. The newest loss has the place len(losses) − 1, since "
         "places count from 0."),
    Slip("one too late", one_too_late,
         "You stop one evaluation too late: “`patience` or more” is >=, not >."),
    Slip("place from the start", place_from_the_start,
         "That is how far the best value stands from the start. Count from the newest value "
         "backwards."),
    Slip("largest", largest,
         "You look for the largest loss. The best loss is the smallest."),
    Slip("turned round", turned_round,
         "Every answer is the opposite of the right one: True means stop."),
    Slip("inequality turned", while_it_is_young,
         "You stop while the best value is young, `patience` evaluations old or less. Stop when it "
         "is as old as that, or older."),
    Slip("all evaluations counted", counts_all,
         "You count all evaluations so far. Count only those after the best one: each new best "
         "begins the count again."),
    Slip("never stops", never,
         "Your rule never stops. Where in the list is the smallest loss, and how long ago?"),
    Slip("always stops", always,
         "Your rule always stops, also while the loss still falls."),
)  # fmt: skip


def check_should_stop(function: Any = None) -> Feedback:
    """Exercise 7.3. function(losses, patience) -> stop or go on, after the last of the losses.

    losses: the validation losses so far, oldest first, one or more. True when the smallest is
    `patience` or more evaluations old. Of equal ones the first or the last may count.

    >>> check_should_stop(solution_should_stop).verdict
    'correct'
    >>> check_should_stop(lambda losses, patience: None).verdict
    'not attempted'
    """
    tried = trials()

    def ago(at: int) -> str:
        losses, patience = tried[at].arguments
        best = min(losses)
        return (
            f"The best value, {best}, is {len(losses) - 1 - losses.index(best)} evaluations old; "
            f"the patience is {patience}."
        )

    return decide(
        "7.3 stopping rule", function, tried, by_counting, SLIPS, yes="stop", no="go on",
        todo="write the rule in the cell above, then check again.", otherwise=ago,
        right=f"the rule decides right on {len(tried)} curves, jagged ones among them.",
    )  # fmt: skip


STOPPING = Exercise(
    "7.3", "stopping rule", check_should_stop,
    hints=(
        "Where in the list is the smallest loss?",
        "losses.index(min(losses)) is its place, counted from 0.",
        "The newest loss has the place len(losses) - 1. Compare the difference of the two "
        "places with patience.",
    ),
    solution=solution_should_stop,
    seconds=10.0,
    stub="""
def should_stop(losses, patience):
    # True or False
    return ...
""".strip("\n"),
    slips=SLIPS,
)  # fmt: skip
