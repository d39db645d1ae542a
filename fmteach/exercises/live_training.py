"""Checks of notebook 07: a logloss within a step budget, reading curves, a stopping rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from fmteach.exercises.answers import as_number, describe, not_given
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.training import History, TrainConfig

# The three runs of exercise 7.2, on the like task; they differ in the learning rate alone.
READING_RUNS = {
    name: TrainConfig(learning_rate=rate, batch_size=1024, epochs=6, keep_best=False, device="cpu")
    for name, rate in (("A", 1e-4), ("B", 0.01), ("C", 0.3))
}

DIAGNOSES = ("learning rate too low", "learning rate too high", "overfits", "well set")


def check_budget(
    histories: Iterable[History], *, logloss: float, steps: int, metric: str = "loss"
) -> Feedback:
    """Exercise 7.1. Some run must have a validation loss of `logloss` or less within `steps`.

    histories: those of the learner's runs on the like task.

    >>> check_budget([], logloss=0.56, steps=300).verdict
    'not attempted'
    """
    name = "7.1 budget"
    best: tuple[float, int] | None = None
    too_late: list[int] = []
    for history in histories:
        for record in history.evaluations:
            if record.step == 0 or record.valid is None:
                continue
            if record.step > steps:
                too_late.append(record.step)
            elif best is None or record.valid[metric] < best[0]:
                best = (record.valid[metric], record.step)
    if best is None and too_late:
        return not_attempted(
            name,
            f"your runs were first scored at step {min(too_late):,}, after the {steps} steps "
            "allowed. The validation rows are scored a few times an epoch, so make an epoch "
            "shorter: with a larger batch size it has fewer steps.",
        )
    if best is None:
        return not_attempted(name, "start a run on the task like in the panel, then check again.")
    value, at = best
    if value <= logloss:
        return Feedback(
            name, "correct",
            f"your best run has validation logloss {value:.4f} at step {at}; {logloss} within "
            f"{steps} steps was asked.",
        )  # fmt: skip
    return Feedback(
        name, "not yet",
        f"the best so far is {value:.4f} at step {at}; {logloss} within {steps} steps is asked. "
        "Few steps are allowed, so each must go further: think of the learning rate first, then "
        "of the batch size, then of k.",
    )  # fmt: skip


def check_reading(**answers: str | None) -> Feedback:
    """Exercise 7.2. The diagnosis of runs A, B and C of READING_RUNS, each one of DIAGNOSES.

    >>> check_reading(A=None, B=None, C=None).verdict
    'not attempted'
    """
    name = "7.2 reading"
    truth = {
        "A": "learning rate too low",
        "B": "overfits",
        "C": "learning rate too high",
    }
    why = {
        "A": "both curves still fall, slowly and together, when the run ends",
        "B": "the training loss keeps falling while the validation loss turns and climbs",
        "C": "the training loss itself jumps up and down and ends above the base rate",
    }
    if any(not_given(answers.get(run)) for run in truth):
        return not_attempted(name, "give a diagnosis for A, B and C.")
    unknown = [answer for answer in answers.values() if answer not in DIAGNOSES]
    if unknown:
        return Feedback(
            name, "not yet", f"{unknown[0]!r} is no diagnosis; choose from: {'; '.join(DIAGNOSES)}."
        )
    wrong = [run for run in truth if answers[run] != truth[run]]
    if not wrong:
        return Feedback(
            name, "correct", "; ".join(f"{run} {truth[run]}: {why[run]}" for run in truth) + "."
        )
    run = wrong[0]
    return Feedback(
        name, "not yet",
        f"{3 - len(wrong)} of 3. Look at run {run} again: {why[run]}. Is that "
        f"“{answers[run]}”?",
    )  # fmt: skip


def solution_should_stop(losses, patience):
    """The rule: the best value is `patience` or more evaluations old. Exercise 7.3."""
    best_at = min(range(len(losses)), key=lambda i: losses[i])
    return len(losses) - 1 - best_at >= patience


def check_should_stop(function: Callable[[list[float], int], Any]) -> Feedback:
    """Exercise 7.3. function(losses, patience) -> stop or go on, after the last of the losses.

    losses: the validation losses so far, oldest first, one or more. True when the smallest is
    `patience` or more evaluations old. Of equal ones the first or the last may count.

    >>> check_should_stop(solution_should_stop).verdict
    'correct'
    >>> check_should_stop(lambda losses, patience: None).verdict
    'not attempted'
    """
    name = "7.3 stopping rule"
    todo = not_attempted(name, "write the rule in the cell above, then check again.")
    if not_given(function):
        return todo
    rng = np.random.default_rng(0)
    trials = [([0.6, 0.5, 0.52, 0.51], 2), ([0.6], 1), ([0.6, 0.5, 0.4], 1), ([0.5, 0.6], 1)]
    # Permutations: no two losses of a curve are equal.
    trials += [
        ((rng.permutation(100)[: rng.integers(1, 12)] / 100).tolist(), p) for p in (1, 2, 3) * 20
    ]
    for losses, patience in trials:
        try:
            got = function(list(losses), patience)
        except Exception as error:
            return Feedback(
                name, "not yet",
                f"for losses {losses} and patience {patience} your rule stopped with "
                f"{type(error).__name__}: {error}",
            )  # fmt: skip
        if not_given(got) and (losses, patience) == trials[0]:
            return todo  # the first trial wants True, which no rule gives by saying nothing
        if as_number(got) not in (0, 1):
            return Feedback(
                name, "not yet",
                f"for losses {losses} and patience {patience} your rule returned {describe(got)}. "
                "Return True to stop, and return False to go on.",
            )  # fmt: skip
        wanted = solution_should_stop(losses, patience)
        if bool(got) != wanted:
            return Feedback(name, "not yet", _stopping_advice(function, losses, patience, wanted))
    return Feedback(
        name, "correct", f"the rule decides right on {len(trials)} curves, jagged ones among them."
    )


def _stopping_advice(function: Callable, losses: list, patience: int, wanted: bool) -> str:
    said = (
        f"for losses {losses} and patience {patience} the answer is "
        f"{'stop' if wanted else 'go on'}, yours is {'go on' if wanted else 'stop'}. "
    )

    def stops(values: list[float]) -> bool:
        try:
            return bool(function(values, 2))
        except Exception:  # it may fail on these alone; the curve above is advice enough then
            return False

    # [0.6, 0.5, 0.52, 0.51]: the best is two old, but the last value fell.
    if not stops([0.6, 0.5, 0.52, 0.51]):
        if stops([0.6, 0.5, 0.52, 0.53]):
            return said + (
                "You seem to compare each value with the one before it. A small fall after a rise "
                "does not help: compare with the best value so far."
            )
        return said + "Count how many evaluations ago the best value was: 0.5 is 2 ago."
    if stops([0.6, 0.5, 0.52]):
        return said + "You stop one evaluation too early: the best is 1 ago, the patience is 2."
    return said + "Count how many evaluations ago the best value was, and compare with patience."


EXERCISES = (
    Exercise(
        "7.1", "budget", partial(check_budget, logloss=0.57, steps=160),
        hints=(
            "Few steps are allowed, so every step has to go further.",
            "Two controls make a step worth more: the learning rate, and how many rows it looks "
            "at.",
            "Raise the learning rate ten times, take batches of 1,024 or 2,048 rows, and see that "
            "the validation rows are scored within the 160 steps.",
        ),
        solution="For example learning rate 0.01, batch size 2048, L2 0, k 16, 3 epochs: the "
        "validation logloss is below 0.57 after about 100 steps.",
    ),
    Exercise(
        "7.2", "reading", check_reading,
        hints=(
            "Look first at the training loss: does it fall, and does it fall smoothly?",
            "Then at the gap: the validation loss that turns while the training loss falls has a "
            "name.",
            "One of the three still falls at its end, one turns, one jumps above its start.",
        ),
        solution="A: learning rate too low. B: overfits. C: learning rate too high.",
    ),
    Exercise(
        "7.3", "stopping rule", check_should_stop,
        hints=(
            "Where in the list is the smallest loss?",
            "losses.index(min(losses)) is its place, counted from 0.",
            "The newest loss has the place len(losses) - 1. Compare the difference of the two "
            "places with patience.",
        ),
        solution=solution_should_stop,
    ),
)  # fmt: skip
