"""Exercise 7.1: a logloss within a budget of steps."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial
from typing import Any

from fmteach.exercises.answers import describe, not_given
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.slip import Slip
from fmteach.training import History, StepRecord

LOGLOSS, STEPS = 0.57, 160  # what notebook 07 asks for
_MOVED = 0.03  # a loss that fell by less has hardly moved


def check_budget(histories: Iterable[History], *, logloss: float, steps: int) -> Feedback:
    """Exercise 7.1. Some run must have a validation loss of `logloss` or less within `steps`.

    histories: those of the learner's runs on the like task; one alone, or the runs themselves, will
    do as well.

    >>> check_budget([], logloss=0.56, steps=300).verdict
    'not attempted'
    """
    name = "7.1 budget"
    if not_given(histories):
        return not_attempted(name, "give the histories of your runs on the task like.")
    found = _histories(histories)
    if found is None:
        return Feedback(
            name, "not yet",
            f"a list of histories is wanted; got {describe(histories)}. A panel keeps its runs in "
            "panel.runs, and each run has .history.",
        )  # fmt: skip
    scored = [r for h in found for r in h.evaluations if r.step and r.valid is not None]
    on_likes = [r for r in scored if "rmse" not in r.valid]
    if scored and not on_likes:
        return Feedback(
            name, "not yet",
            "your runs are on the task rating. Their loss is a squared error of stars, which "
            "cannot be compared with a logloss. Start a run on the task like.",
        )  # fmt: skip
    if not on_likes:
        return not_attempted(name, "start a run on the task like in the panel, then check again.")
    early = [r for r in on_likes if r.step <= steps]
    if not early:
        # As in the notebook's own runs, before the learner has made one.
        first = min(r.step for r in on_likes)
        return not_attempted(
            name,
            f"your runs were first scored at step {first:,}, after the {steps} steps allowed. The "
            "validation rows are scored a few times an epoch, so make an epoch shorter: with a "
            "larger batch size it has fewer steps.",
        )
    best = min(early, key=lambda r: _worst_if_nan(r.valid["loss"]))
    value = best.valid["loss"]
    if value <= logloss:
        return Feedback(
            name, "correct",
            f"your best run has validation logloss {value:.4f} at step {best.step}; {logloss} "
            f"within {steps} steps was asked.",
        )  # fmt: skip
    starts = [r.valid["loss"] for h in found for r in h.evaluations if not r.step and r.valid]
    on_train = [r.train["loss"] for r in early if r.train is not None]
    return Feedback(
        name, "not yet",
        f"the best so far is {value:.4f} at step {best.step}; {logloss} within {steps} steps is "
        f"asked. {_advice(value, on_train, on_likes, starts, logloss, steps)}",
    )  # fmt: skip


def _worst_if_nan(loss: float) -> float:
    """A run that has diverged is no better than any other."""
    return math.inf if math.isnan(loss) else loss


def _histories(given: Any) -> list[History] | None:
    """The histories in what was given: they themselves, or what has them. None for all else."""
    if isinstance(given, History) or hasattr(given, "history"):
        given = [given]
    if isinstance(given, dict):
        given = given.values()
    try:
        found = [getattr(each, "history", each) for each in given]
    except TypeError:
        return None
    return found if all(isinstance(each, History) for each in found) else None


def _advice(
    value: float,
    on_train: list[float],
    scored: list[StepRecord],
    starts: list[float],
    logloss: float,
    steps: int,
) -> str:
    late = [r.step for r in scored if r.step > steps and r.valid["loss"] <= logloss]
    if late:
        return (
            f"You get there, but only at step {min(late):,}. Each step must go further: raise the "
            "learning rate, or let a step look at more rows."
        )
    if on_train and min(on_train) <= logloss:
        return (
            f"The training loss, {min(on_train):.4f}, is low enough. The validation loss "
            "counts: rows that the model has not learned from. A smaller k, or some L2, brings "
            "the two together."
        )
    if starts and not value < max(starts):
        return (
            "That is no better than before the first step: the steps are too long and jump over "
            "the valley. Lower the learning rate."
        )
    if starts and value > max(starts) - _MOVED:
        return (
            "The loss has hardly moved from its start: the steps are too short. Raise the learning "
            "rate, ten times at once."
        )
    return (
        "Few steps are allowed, so each must go further: think of the learning rate first, then "
        "of the batch size, then of k."
    )


# -- slips -------------------------------------------------------------------------------------


def _run(*points: tuple[int, float, float], **metrics: float) -> History:
    """A run written down by hand: (step, training loss, validation loss)."""
    history = History()
    for step, train, valid in points:
        history.append(
            StepRecord(
                step=step, epoch=step / 80, loss=train if step else None, seconds=step / 100,
                samples=1024 * step, learning_rate=0.01, valid={"loss": valid, **metrics},
                train={"loss": train, **metrics},
            )
        )  # fmt: skip
    return history


_START = (0, 0.695, 0.695)

BUDGET = Exercise(
    "7.1", "budget", partial(check_budget, logloss=LOGLOSS, steps=STEPS),
    hints=(
        "Few steps are allowed, so every step has to go further.",
        "Two controls make a step worth more: the learning rate, and how many rows it looks "
        "at.",
        "Raise the learning rate ten times, take batches of 1,024 or 2,048 rows, and see that "
        "the validation rows are scored within the 160 steps.",
    ),
    solution="For example learning rate 0.01, batch size 2048, L2 0, k 16, 3 epochs: the "
    "validation logloss is below 0.57 after about 100 steps.",
    stub="histories = [run.history for run in panel.runs if run.task == \"like\"]",
    slips=(
        Slip("reached too late",
             ([_run(_START, (80, 0.64, 0.65), (160, 0.6, 0.61), (320, 0.55, 0.565))],),
             "You get there, but only at step"),
        Slip("training loss read", ([_run(_START, (80, 0.58, 0.60), (160, 0.50, 0.61))],),
             "is low enough. The validation loss counts"),
        Slip("learning rate too high", ([_run(_START, (80, 2.1, 2.3), (160, 0.9, 1.1))],),
             "no better than before the first step"),
        Slip("learning rate too low", ([_run(_START, (80, 0.693, 0.693), (160, 0.69, 0.69))],),
             "has hardly moved from its start"),
        Slip("rating instead of like",
             ([_run((0, 1.1, 1.1), (80, 0.8, 0.82), (160, 0.7, 0.78), rmse=0.88)],),
             "your runs are on the task rating"),
        Slip("a number instead of histories", (0.569,), "a list of histories is wanted"),
        Slip("needs more of each step", ([_run(_START, (80, 0.62, 0.62), (160, 0.59, 0.595))],),
             "think of the learning rate first"),
    ),
)  # fmt: skip
