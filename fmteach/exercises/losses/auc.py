"""Exercise 6.5: AUC by pairs, a tie counts half."""

from __future__ import annotations

import numpy as np

from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip


def solution_auc(scores, y):
    positive, negative = scores[y == 1], scores[y == 0]
    above = positive[:, None] > negative[None, :]
    tied = positive[:, None] == negative[None, :]
    return (above + 0.5 * tied).mean()


def definition(scores, y) -> float:
    """Every positive row beside every negative one."""
    points, pairs = 0.0, 0
    for a, label in zip(scores, y, strict=True):
        for b, other in zip(scores, y, strict=True):
            if label == 1 and other == 0:
                pairs += 1
                points += 1.0 if a > b else 0.5 if a == b else 0.0
    return points / pairs


def _trials() -> list[Trial]:
    rng = np.random.default_rng(65)
    trials = [
        Trial(
            "scores 0.9, 0.4, 0.4, 0.1 and y = 1, 0, 1, 0",
            (np.array([0.9, 0.4, 0.4, 0.1]), np.array([1.0, 0.0, 1.0, 0.0])),
        ),
        Trial("a constant score", (np.full(5, 0.3), np.array([0.0, 1.0, 0.0, 1.0, 0.0]))),
    ]
    for n in (6, 20):
        scores = rng.integers(0, n // 2, n) / 4 - 1  # on a grid, so that there are ties
        y = (rng.random(n) < 0.4).astype(float)
        y[:3] = 1, 0, 0
        trials.append(Trial(f"{n} rows with ties", (scores, y)))
    backwards = (np.array([0.1, 0.3, 0.9, 0.8, 0.3, 0.7]), np.array([1.0, 1.0, 0.0, 0.0, 0.0, 1.0]))
    return [*trials, Trial("6 rows in nearly the wrong order", backwards)]


# -- slips ---------------------------------------------------------------------------------------


def _points(scores, y, tie):
    positive, negative = scores[y == 1], scores[y == 0]
    gap = positive[:, None] - negative[None, :]
    return (gap > 0) + tie * (gap == 0)


def _ties_lost(scores, y):
    return _points(scores, y, 0).mean()


def _ties_won(scores, y):
    return _points(scores, y, 1).mean()


def _ties_left_out(scores, y):
    tied = _points(scores, y, 1).sum() - _points(scores, y, 0).sum()
    return _points(scores, y, 0).sum() / (len(scores[y == 1]) * len(scores[y == 0]) - tied)


def _reversed(scores, y):
    return 1 - _points(scores, y, 0.5).mean()


def _reversed_ties_lost(scores, y):
    return 1 - _points(scores, y, 1).mean()


def _never_below_half(scores, y):
    found = _points(scores, y, 0.5).mean()
    return max(found, 1 - found)


def _accuracy(scores, y):
    return ((scores > 0.5) == (y == 1)).mean()


def _accuracy_at_zero(scores, y):
    return ((scores > 0) == (y == 1)).mean()


def _neighbours(scores, y):
    positive, negative = scores[y == 1], scores[y == 0]
    gaps = [p - n for p, n in zip(positive, negative, strict=False)]
    return np.mean([(gap > 0) + 0.5 * (gap == 0) for gap in gaps])


def _counted(scores, y):
    return _points(scores, y, 0.5).sum()


def _all_pairs(scores, y):
    n = len(y)
    return _points(scores, y, 0.5).sum() / (n * (n - 1) / 2)


def _all_cells(scores, y):
    return _points(scores, y, 0.5).sum() / len(y) ** 2


def _per_row(scores, y):
    return _points(scores, y, 0.5).sum() / len(y)


def _one_direction(scores, y):
    n = len(y)
    pairs = [(scores[i], scores[j]) for i in range(n) for j in range(i + 1, n) if y[i] > y[j]]
    return np.mean([(a > b) + 0.5 * (a == b) for a, b in pairs])


def _difference_of_means(scores, y):
    return scores[y == 1].mean() - scores[y == 0].mean()


AUC = function_exercise(
    "6.5", "auc by pairs",
    solution=solution_auc,
    truth=definition,
    trials=_trials,
    stub="""
def auc(scores, y):
    # the share of pairs (positive, negative) that are in order; a tie counts 1/2
    return ...
""",
    slips=(
        Slip("ties as 0", _ties_lost,
             "you give a tie 0 points. Equal scores have no order: count 1/2, or a constant score "
             "gets 0."),
        Slip("ties as 1", _ties_won,
             "you give a tie a whole point (>=). Then a constant score, which knows nothing, gets "
             "AUC 1. Count 1/2."),
        Slip("ties left out", _ties_left_out,
             "you left the tied pairs out of the count. They belong to it, with 1/2 point each."),
        Slip("order reversed", _reversed,
             "that is 1 - AUC: you count the pairs in which the negative row stands above."),
        Slip("order reversed, ties as 0", _reversed_ties_lost,
             "two things at once: you count the pairs in which the negative row stands above, and "
             "a tie gets nothing."),
        Slip("never below 1/2", _never_below_half,
             "yours is never below 1/2. A model that puts the negatives above has an AUC below "
             "1/2, and that is what shows it."),
        Slip("accuracy at 0.5", _accuracy,
             "that is the accuracy at the threshold 0.5. AUC has no threshold: compare scores with "
             "each other."),
        Slip("accuracy at 0", _accuracy_at_zero,
             "that is the accuracy at score 0. AUC has no threshold: compare scores with each "
             "other."),
        Slip("one partner each", _neighbours,
             "you gave each positive row one partner only. Compare it with EVERY negative row."),
        Slip("not divided", _counted,
             "that is the number of points. Divide by the number of pairs: positives times "
             "negatives."),
        Slip("divided by all pairs", _all_pairs,
             "you divided by all pairs of rows, n(n - 1)/2. Only pairs of one positive and one "
             "negative row count."),
        Slip("divided by n", _per_row,
             "you divided by the number of rows. What you count is pairs, and there are positives "
             "times negatives of them."),
        Slip("divided by n²", _all_cells,
             "you divided by n². Only pairs of one positive and one negative row count: positives "
             "times negatives."),
        Slip("later rows only", _one_direction,
             "you compared a positive row only with negatives that come after it. The place in the "
             "table means nothing: take all of them."),
        Slip("difference of means", _difference_of_means,
             "that is the mean score of the positives minus that of the negatives. It changes with "
             "the scale of the scores; AUC does not."),
    ),
    hints=(
        "Take two positives and three negatives. How many pairs are there, and how many points at "
        "most?",
        "Two loops: over the positive rows, and inside over the negative ones. 1 point when the "
        "positive row has the higher score; what when the two are equal?",
        "Points: (a > b) + 0.5 · (a == b) for each pair. Then divide by positives times negatives.",
    ),
    otherwise="Try scores 0.9, 0.4, 0.4, 0.1 with y = 1, 0, 1, 0 by hand: 4 pairs, 3.5 points.",
    right="equal to the double loop on 5 sets of rows; a constant score gets 1/2.",
)  # fmt: skip
