"""Exercise 13.2: logistic regression beaten by a margin, on the rows of tomorrow."""

from __future__ import annotations

import numpy as np

from fmteach.datasets import Dataset
from fmteach.exercises import small_runs
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback
from fmteach.exercises.rivals import against_linear, slips_of_runs
from fmteach.exercises.slip import Made, Slip
from fmteach.training import Trainer

MARGIN = 0.002  # of logloss


def check_beats_lr(trainer: Trainer | None = None, margin: float = MARGIN) -> Feedback:
    """Exercise 13.2. The run's test logloss is below that of logistic regression by `margin`.

    Where the rows have times, the split must be by time: a random one is the easier question.

    >>> check_beats_lr(None).verdict
    'not attempted'
    """
    if isinstance(trainer, Trainer) and not _by_time(trainer.dataset):
        return Feedback(
            "13.2 beat logistic regression", "not yet",
            "the test rows of your run do not lie after its training rows. This exercise asks "
            "about tomorrow: load the data with split='time'.",
        )  # fmt: skip
    return against_linear(
        "13.2 beat logistic regression", trainer,
        metric="logloss", rival="logistic regression", wanted="classification", margin=margin,
    )  # fmt: skip


def _by_time(data: Dataset) -> bool:
    """Does every test row lie after the training rows? True as well where no times are known."""
    if data.times is None or not len(data.test):
        return True
    return bool(np.min(data.times["test"]) >= np.max(data.times["train"]))


BEAT_LR = Exercise(
    "13.2", "beat logistic regression", check_beats_lr,
    hints=(
        "Section 6 of the notebook has shown what helps most.",
        "Go on with min_count while the validation logloss falls, then try l2. Keep "
        "split=\"time\".",
        "data = fmteach.load(DATA, split=\"time\", rows=ROWS, min_count=50), then "
        "mine = Trainer(data, SETTINGS), then mine.fit().",
    ),
    solution="On the synthetic rows min_count=50 with the notebook's SETTINGS is enough.",
    stub="mine = None  # mine = Trainer(fmteach.load(...), TrainConfig(...)); mine.fit()",
    slips=(
        *slips_of_runs("classification"),
        Slip("random split",
             Made(lambda: (small_runs.with_times(small_runs.good("classification"), 10),)),
             "do not lie after its training rows"),
        Slip("margin not reached",
             Made(lambda: {"trainer": small_runs.at_rest("classification"), "margin": 5.0}),
             "better, but 5 or more is asked"),
    ),
    seconds=300,
)  # fmt: skip
