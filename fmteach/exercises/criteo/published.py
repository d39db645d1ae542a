"""Exercise 14.4, for the full set: the figure that was published."""

from __future__ import annotations

import copy
import dataclasses

from fmteach.exercises import small_runs
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.rivals import no_trainer
from fmteach.exercises.slip import Made, Slip
from fmteach.models import FactorizationMachine
from fmteach.training import History, Trainer

_PUBLISHED = {"criteo-x4": (0.8086, 0.4431), "criteo-x1": (0.8022, 0.4491)}
_NEAR = 0.002


def check_published(trainer: Trainer | None = None) -> Feedback:
    """Exercise 14.4, for the full set: the test AUC of the published FM, to within 0.002.

    >>> check_published(None).verdict
    'not attempted'
    """
    name = "14.4 the published figure"
    if trainer is None or trainer is Ellipsis:
        return not_attempted(
            name,
            "this one needs the full set (criteo-x4 or criteo-x1) and some hours; come back to it.",
        )
    if not isinstance(trainer, Trainer):
        return Feedback(name, "not yet", no_trainer(trainer))
    data = trainer.dataset
    if data.name not in _PUBLISHED:
        return not_attempted(
            name,
            f"your run is on {data.name}; the published figures are for "
            f"{' and '.join(_PUBLISHED)}, with their own test rows.",
        )
    if not isinstance(trainer.model, FactorizationMachine):
        return Feedback(
            name, "not yet",
            "this model has no pair term: it is logistic regression. The figure is that of an FM: "
            "use model='fm'.",
        )  # fmt: skip
    wanted, _ = _PUBLISHED[data.name]
    found = trainer.evaluate("test")["auc"]
    said = f"test AUC {found:.4f}, published {wanted:.4f}"
    if found >= wanted - _NEAR:
        return Feedback(name, "correct", f"{said}: reached, to within {_NEAR}.")
    if found < 0.5 + _NEAR:
        return Feedback(
            name, "not yet",
            f"{said}. 0.5 is what chance gives: has this run been trained? Call fit(), and hand in "
            "the trainer that it was called on.",
        )  # fmt: skip
    return Feedback(
        name, "not yet",
        f"{said}. The published run: Adam, learning rate 0.001, k = 16 (x4) or 10 (x1), batches of "
        "10,000 (x4) or 4,096 (x1), stopped early by the validation AUC.",
    )  # fmt: skip


def as_if_on(run: Trainer, name: str = "criteo-x4") -> Trainer:
    """The run, its rows called by the name of the full set."""
    other = copy.copy(run)
    other.dataset = dataclasses.replace(run.dataset, name=name)
    return other


PUBLISHED = Exercise(
    "14.4", "the published figure", check_published,
    hints=(
        "Read section 5 of the notebook again: what does min_count=10 mean on 36 million rows?",
        "Validate often: a large set learns its best within an epoch or two.",
        "TrainConfig(k=16, learning_rate=0.001, batch_size=10_000, epochs=10, patience=2), and "
        "an l2 chosen by the validation rows.",
    ),
    solution="The published settings: Adam 0.001, k = 16, batches of 10,000, min_count 10, "
    "stopped by the validation AUC with patience 2.",
    stub="full = None  # full = Trainer(fmteach.load(\"criteo-x4\", min_count=10), ...); "
    "full.fit()",
    slips=(
        Slip("history kept", (History(),), "fit() returns the history of the run"),
        Slip("linear model", Made(lambda: (as_if_on(small_runs.linear("classification")),)),
             "it is logistic regression. The figure is that of an FM"),
        Slip("not trained", Made(lambda: (as_if_on(small_runs.untouched()),)),
             "0.5 is what chance gives"),
        Slip("figure not reached", Made(lambda: (as_if_on(small_runs.weak()),)),
             "The published run: Adam"),
    ),
    seconds=3600,
)  # fmt: skip
