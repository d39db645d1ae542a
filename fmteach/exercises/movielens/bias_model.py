"""Exercise 12.3: a run that beats the bias model."""

from __future__ import annotations

from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback
from fmteach.exercises.rivals import against_linear, slips_of_runs
from fmteach.training import Trainer


def check_beats_bias(trainer: Trainer | None = None) -> Feedback:
    """Exercise 12.3. The run's test RMSE is below that of the bias model, beyond chance.

    trainer: a trained `Trainer` of the task rating. "Beyond chance": the whole 95 % interval of
    the paired difference is below 0.

    >>> check_beats_bias(None).verdict
    'not attempted'
    """
    name = "12.3 beat the bias model"
    return against_linear(name, trainer, metric="rmse", rival="the bias model", wanted="regression")


BEAT_BIAS = Exercise(
    "12.3", "beat the bias model", check_beats_bias,
    hints=(
        "Fresh rows come by another seed: fmteach.load(DATA, task=\"rating\", seed=1).",
        "Begin with config = defaults(\"regression\"); change it with config.replace(k=8).",
        "mine = Trainer(data_1, config), then mine.fit().",
    ),
    solution="defaults(\"regression\") as they are: k 16, L2 0.05, Adam 0.003, batches of 256, "
    "stopped by the validation rows.",
    stub="mine = None  # your own Trainer, trained",
    slips=slips_of_runs("regression"),
    seconds=300,
)  # fmt: skip
