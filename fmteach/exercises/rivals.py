"""Is a learner's run better than the linear model on the same rows, and by more than chance?"""

from __future__ import annotations

from functools import partial
from typing import Any

from fmteach.datasets import Dataset
from fmteach.exercises import small_runs
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.slip import Made, Slip
from fmteach.models import FactorizationMachine
from fmteach.training import (
    History,
    TrainConfig,
    Trainer,
    bootstrap_difference,
    linear_baseline,
)

_LABELS = {"rmse": "RMSE", "logloss": "logloss"}


def against_linear(
    name: str,
    trainer: Any,
    *,
    metric: str,
    rival: str,
    wanted: str,
    margin: float = 0.0,
) -> Feedback:
    """Feedback on a trained run against the linear model of the same data, on the test rows.

    metric: an error, of which less is better. wanted: the objective that the data must have.
    margin: the difference must be larger than this. Correct when the whole 95 % interval of the
    paired difference lies below 0, and the difference itself below -margin.
    """
    if trainer is None or trainer is Ellipsis:
        return not_attempted(name, "train a model, then give its trainer to the check.")
    if not isinstance(trainer, Trainer):
        return Feedback(name, "not yet", no_trainer(trainer))
    data = trainer.dataset
    if data.objective != wanted:
        return Feedback(
            name, "not yet",
            f"your run has the task {data.task!r} ({data.objective}); this exercise needs a data "
            f"set of the kind {wanted}.",
        )  # fmt: skip
    if trainer.step == 0:
        return not_attempted(name, "the trainer has made no step yet: call trainer.fit().")
    if not isinstance(trainer.model, FactorizationMachine):
        return Feedback(
            name, "not yet", f"this model has no pair term: it is {rival} itself. Use model='fm'."
        )
    if not len(data.test):
        return Feedback(name, "not yet", "the test part is empty; load the data with test=0.1.")
    linear = linear_baseline(data)
    y = data.test.y
    gain = bootstrap_difference(
        metric, trainer.scores("test").cpu(), linear.scores("test").cpu(), y, resamples=400
    )
    mine, other = (run.evaluate("test")[metric] for run in (trainer, linear))
    label = _LABELS[metric]
    figures = (
        f"test {label} {mine:.4f}, {rival} {other:.4f}; difference {gain.value:+.4f}, "
        f"95 % interval {gain.low:+.4f} to {gain.high:+.4f}"
    )
    if gain.high < 0 and gain.value <= -margin:
        return Feedback(name, "correct", f"{figures}: better, and not by chance.")
    if gain.high < 0:
        return Feedback(
            name, "not yet",
            f"{figures}: better, but {margin:g} or more is asked. {_what_to_try(trainer)}",
        )  # fmt: skip
    if gain.value < 0:
        return Feedback(
            name, "not yet",
            f"{figures}: the interval holds 0, so it may be chance. {_what_to_try(trainer)}",
        )  # fmt: skip
    return Feedback(name, "not yet", f"{figures}. {_what_to_try(trainer)}")


def no_trainer(given: Any) -> str:
    """What to say to somebody who hands in something else than a trainer."""
    what = "the class itself" if isinstance(given, type) else f"a {type(given).__name__}"
    said = f"a Trainer is needed, and {what} came. "
    if isinstance(given, History):
        return said + (
            "fit() returns the history of the run. Make the trainer first, then call its fit on a "
            "line of its own: mine = Trainer(data, config), then mine.fit()."
        )
    if isinstance(given, TrainConfig):
        return said + "The settings are the second thing that a Trainer is made of."
    if isinstance(given, Dataset):
        return said + "The data is the first thing that a Trainer is made of."
    if hasattr(given, "state_dict"):
        return said + "The model alone does not know its data: hand in the trainer around it."
    return said + "Keep it: mine = Trainer(data, config), then mine.fit()."


def slips_of_runs(objective: str) -> tuple[Slip, ...]:
    """What is handed in wrongly where a run of `objective` must beat the linear model."""
    other = "classification" if objective == "regression" else "regression"

    def run(make: Any) -> Made:
        return Made(lambda: (make(),))

    return (
        Slip("history kept", (History(),), "fit() returns the history of the run"),
        Slip("settings handed in", (TrainConfig(),), "The settings are the second thing"),
        Slip("data handed in", run(partial(small_runs.planted, objective)),
             "The data is the first thing"),
        Slip("model handed in", Made(lambda: (small_runs.good(objective).model,)),
             "The model alone does not know its data"),
        Slip("another task", run(partial(small_runs.good, other)),
             "this exercise needs a data set of the kind"),
        Slip("linear model", run(partial(small_runs.linear, objective)), "has no pair term"),
        Slip("overfits", run(partial(small_runs.overfitting, objective)), "it overfits"),
        Slip("stopped too early", run(partial(small_runs.too_short, objective)),
             "was still falling at the end"),
        Slip("may be chance", run(partial(small_runs.by_chance, objective)),
             "so it may be chance"),
    )  # fmt: skip


def _what_to_try(trainer: Trainer) -> str:
    """Where the run's own curves point to."""
    last = [record for record in trainer.history.evaluations if record.valid and record.train]
    if last and trainer.best is not None:
        gap = last[-1].valid["loss"] - last[-1].train["loss"]
        if last[-1].valid["loss"] > trainer.best.valid["loss"] * 1.01 or gap > 0.2:
            rare = "" if trainer.dataset.encoder is None else (
                "raise min_count, so that rare values share a feature; then "
            )  # fmt: skip
            cure = f"{rare}raise l2, lower k, or stop earlier (patience)."
            return (
                "Your training loss is well below the validation loss: it overfits. "
                f"{cure[0].upper()}{cure[1:]}"
            )
        if trainer.best.step == last[-1].step:
            return "The validation loss was still falling at the end: train for more epochs."
    if trainer.dataset.encoder is not None:
        return "Think of what is rare: load the data with another min_count; then try l2 and k."
    return "Try the settings of fmteach.training.defaults(...) first, then move one at a time."
