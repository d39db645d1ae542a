"""Exercise 14.3: how much of the gap to the best possible a run closes."""

from __future__ import annotations

from fmteach.exercises import small_runs
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback
from fmteach.exercises.rivals import against_linear, slips_of_runs
from fmteach.exercises.slip import Made, Slip
from fmteach.training import Trainer, linear_baseline


def check_gap(trainer: Trainer | None = None, share: float = 0.4) -> Feedback:
    """Exercise 14.3. The run closes `share` of the logloss gap from logistic regression to the
    oracle, on the test rows; on real data, which has no oracle, it beats logistic regression.

    >>> check_gap(None).verdict
    'not attempted'
    """
    name = "14.3 close the gap"
    rival = "logistic regression"
    found = against_linear(name, trainer, metric="logloss", rival=rival, wanted="classification")
    if not found.passed or trainer.dataset.oracle is None:
        return found
    linear = linear_baseline(trainer.dataset).evaluate("test")["logloss"]
    mine = trainer.evaluate("test")["logloss"]
    best = trainer.dataset.oracle["test"]["logloss"]
    closed = (linear - mine) / (linear - best)
    figures = (
        f"test logloss: {rival} {linear:.4f}, yours {mine:.4f}, oracle {best:.4f}. "
        f"{100 * closed:.0f} % of the gap"
    )
    if closed >= share:
        return Feedback(name, "correct", f"{figures} is closed.")
    return Feedback(
        name, "not yet",
        f"{figures} is closed, and {100 * share:g} % is asked. Think of what is rare: min_count; "
        "then l2 and k.",
    )  # fmt: skip


GAP = Exercise(
    "14.3", "close the gap", check_gap,
    hints=(
        "Section 5 of the notebook shows what helps most.",
        "Raise min_count while the validation logloss falls. Then try l2.",
        "Trainer(fmteach.load(DATA, seed=SEED, rows=ROWS, min_count=200), SETTINGS), then "
        "fit().",
    ),
    solution="On the synthetic rows min_count=200 with the notebook's SETTINGS closes about "
    "three quarters of the gap.",
    stub="mine = None  # mine = Trainer(fmteach.load(DATA, ...), TrainConfig(...)); mine.fit()",
    slips=(
        *slips_of_runs("classification"),
        Slip("gap not closed",
             Made(lambda: {"trainer": small_runs.good("classification"), "share": 1.5}),
             "is closed, and 150 % is asked"),
    ),
    seconds=300,
)  # fmt: skip
