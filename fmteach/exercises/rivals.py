"""Is a learner's run better than the linear model on the same rows, and by more than chance?"""

from __future__ import annotations

from typing import Any

from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.models import FactorizationMachine
from fmteach.training import Trainer, bootstrap_difference, linear_baseline

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
        return Feedback(
            name, "not yet",
            f"a Trainer is needed, and a {type(trainer).__name__} came. Keep the trainer: "
            "trainer = Trainer(data, config); trainer.fit().",
        )  # fmt: skip
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
        return Feedback(name, "not yet", f"{figures}: the interval holds 0, so it may be chance.")
    return Feedback(name, "not yet", f"{figures}. {_what_to_try(trainer)}")


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
