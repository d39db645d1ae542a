"""Exercise 12.2: a test that finds out whether test ratings leak into a feature."""

from __future__ import annotations

from typing import Any

import numpy as np

from fmteach.exercises.comparing import Trial
from fmteach.exercises.deciding import decide
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback
from fmteach.exercises.movielens.preparations import PREPARATIONS
from fmteach.exercises.slip import Slip


def solution_leaks(prepare, film, y, train, test):
    """Change the targets of the test rows; no feature may change. Exercise 12.2."""
    changed = y.copy()
    changed[test] = 7 - changed[test]
    return not np.array_equal(prepare(film, y, train, test), prepare(film, changed, train, test))


def trials() -> list[Trial]:
    """The same 200 rows for each of the six preparations."""
    rng = np.random.default_rng(12)
    film = rng.integers(0, 12, size=200)
    y = rng.integers(1, 6, size=200).astype(float)
    order = rng.permutation(200)
    train, test = order[:150], order[150:]
    return [
        Trial(f"“{what}”", (prepare, film, y, train, test))
        for what, (prepare, _, _) in PREPARATIONS.items()
    ]


def known(prepare, film, y, train, test):
    """Whether the preparation leaks, as it was built."""
    return next(leaks for function, leaks, _ in PREPARATIONS.values() if function is prepare)


# -- slips -------------------------------------------------------------------------------------


def _differ(prepare, film, y, other, train, test, where=slice(None)):
    before, after = prepare(film, y, train, test), prepare(film, other, train, test)
    return not np.array_equal(before[where], after[where])


def _changed(y, rows):
    other = y.copy()
    other[rows] = 7 - other[rows]
    return other


def training_targets(prepare, film, y, train, test):
    return _differ(prepare, film, y, _changed(y, train), train, test)


def train_rows_alone(prepare, film, y, train, test):
    return _differ(prepare, film, y, _changed(y, test), train, test, train)


def test_rows_alone(prepare, film, y, train, test):
    return _differ(prepare, film, y, _changed(y, test), train, test, test)


def same_mean(prepare, film, y, train, test):
    other = y.copy()
    other[test] = y[test][::-1]
    return _differ(prepare, film, y, other, train, test)


def every_row(prepare, film, y, train, test):
    other = _changed(y, test)
    return (prepare(film, y, train, test) != prepare(film, other, train, test)).all()


def turned_round(prepare, film, y, train, test):
    return not _differ(prepare, film, y, _changed(y, test), train, test)


def always(prepare, film, y, train, test):
    return True


def never(prepare, film, y, train, test):
    return False


def spoils_y(prepare, film, y, train, test):
    before = prepare(film, y, train, test)
    y[test] = 0
    return not np.array_equal(before, prepare(film, y, train, test))


_SPOILS = (
    "the answers are right, but your function changes y itself, and whoever called it goes on with "
    "spoiled ratings. Change a copy: y.copy()."
)

SLIPS = (
    Slip("training targets changed", training_targets,
         "You seem to change training targets, which may act on a feature. Change nothing but "
         "y[test]."),
    Slip("training rows alone compared", train_rows_alone,
         "You seem to compare the features of the training rows only. A leak may show in the test "
         "rows alone: compare all."),
    Slip("test rows alone compared", test_rows_alone,
         "You seem to compare the features of the test rows only. Where test targets reach the "
         "training rows, the model learns from them: compare all."),
    Slip("small leak missed", same_mean,
         "This leak is small: the mean of all targets is in every row. It shows when the mean of "
         "y[test] changes, which a shuffle leaves as it is, and when you compare exactly."),
    Slip("every row wanted", every_row,
         "You ask that every row changes. One row that changes is a leak already: any, not all."),
    Slip("turned round", turned_round,
         "Every answer is the opposite of the right one. Features that stay the same when test "
         "targets change are clean: False."),
    Slip("always true", always,
         "Your function says True every time. A preparation of training targets alone is clean."),
    Slip("always false", never,
         "Your function says False every time. Does your changed y reach the second call of "
         "prepare, and is it a copy? other = y is no copy."),
    Slip("y spoiled", spoils_y, _SPOILS),
)  # fmt: skip


def _leaves_y_alone(function: Any) -> str | None:
    for trial in trials():
        prepare, film, y, train, test = trial.arguments
        given = y.copy()
        function(prepare, film.copy(), given, train.copy(), test.copy())
        if not np.array_equal(given, y):
            return _SPOILS
    return None


def check_leaks(function: Any = None) -> Feedback:
    """Exercise 12.2. function(prepare, film, y, train, test) -> does `prepare` leak the targets of
    the test rows? Tried on all of PREPARATIONS.

    >>> check_leaks(lambda prepare, film, y, train, test: None).verdict
    'not attempted'
    """
    facts = tuple(PREPARATIONS.values())

    def why(at: int) -> str:
        _, leaks, reason = facts[at]
        if leaks:
            return (
                f"The reason: {reason}. Change the targets of the test rows, call prepare again, "
                "and compare the features of all rows, also where they differ little."
            )
        return f"The reason: {reason}. Change nothing but the targets of the test rows: y[test]."

    return decide(
        "12.2 leak detector", function, trials(), known, SLIPS,
        yes="“it leaks”", no="“it is clean”", todo="let leaks return True or False.",
        otherwise=why, also=(_leaves_y_alone,),
        right=f"right on all {len(PREPARATIONS)} preparations, the small leak included.",
    )  # fmt: skip


LEAKS = Exercise(
    "12.2", "leak detector", check_leaks,
    hints=(
        "If the test ratings leak, other test ratings give other features.",
        "So make an experiment: you may call prepare twice. What differs between the two calls, "
        "and what should then be the same?",
        "other = y.copy(), then change other[test], so that its mean changes too. Compare what "
        "prepare makes of y and of other, in all rows, with np.array_equal.",
    ),
    solution=solution_leaks,
    seconds=10.0,
    stub="""
def leaks(prepare, film, y, train, test):
    return ...  # True or False
""".strip("\n"),
    slips=SLIPS,
)  # fmt: skip
