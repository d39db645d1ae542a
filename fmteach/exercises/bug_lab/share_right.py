"""Exercise 6.9: the accuracy of scores, counted on the right side of the threshold."""

from __future__ import annotations

import numpy as np

from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip


def solution_accuracy(scores, y):
    """A score above 0 is a probability above 1/2: a "yes"."""
    right = (scores > 0) == (y > 0.5)
    return sum(right) / len(right)


def definition(scores, y):
    """Row by row. scores, y: [n]; O(n)."""
    right = 0
    for score, label in zip(scores, y, strict=True):
        if (label == 1 and score > 0) or (label == 0 and score < 0):
            right += 1
    return right / len(scores)


def trials() -> list[Trial]:
    """No score is 0. Some lie between 0 and 0.5, some are whole numbers, some are very large."""
    rng = np.random.default_rng(9)
    made = []
    for n in (10, 25):
        y = (rng.random(n) < 0.4).astype(float)
        scores = np.where(rng.random(n) < 0.75, 2 * y - 1, 1 - 2 * y) * rng.uniform(0.1, 3, n)
        made.append(Trial(f"{n} rows", (scores.round(2), y)))
    return [
        *made,
        Trial("scores near 0", (np.array([0.2, 0.4, -0.3, 0.1, -0.2]),
                                np.array([1.0, 1.0, 0.0, 0.0, 1.0]))),
        Trial("whole scores", (np.array([1.0, 1.0, -2.0, 3.0, -1.0, 1.0]),
                               np.array([1.0, 1.0, 0.0, 1.0, 1.0, 0.0]))),
        Trial("very large scores", (np.array([60.0, -80.0, 90.0, 0.7, 70.0]),
                                    np.array([1.0, 0.0, 0.0, 1.0, 1.0]))),
        Trial("one row", (np.array([-0.4]), np.array([0.0]))),
    ]  # fmt: skip


# -- slips -------------------------------------------------------------------------------------


def _sigmoid(s):
    return 1 / (1 + np.exp(-s))


def scores_equal_labels(scores, y):
    return (scores == y).mean()


def probabilities_equal_labels(scores, y):
    return (_sigmoid(scores) == y).mean()


def cut_off(scores, y):
    return (_sigmoid(scores).astype(int) == y).mean()


def scores_cut_off(scores, y):
    return (scores.astype(int) == y).mean()


def half_of_a_score(scores, y):
    return ((scores > 0.5) == (y > 0.5)).mean()


def rounded(scores, y):
    return (np.round(scores) == y).mean()


def count(scores, y):
    return ((scores > 0) == (y > 0.5)).sum()


def signs(scores, y):
    return (np.sign(scores) == y).mean()


def wrong_share(scores, y):
    return ((scores > 0) != (y > 0.5)).mean()


def spread_out(scores, y):
    return ((scores[:, None] > 0) == (y > 0.5)).mean()


def threshold_0_on_probabilities(scores, y):
    return ((_sigmoid(scores) > 0) == (y > 0.5)).mean()


def recall(scores, y):
    return ((scores > 0) & (y > 0.5)).sum() / (y > 0.5).sum()


def precision(scores, y):
    return ((scores > 0) & (y > 0.5)).sum() / (scores > 0).sum()


def said_yes(scores, y):
    return (scores > 0).mean()


def negatives(scores, y):
    return (y < 0.5).mean()


def row_by_row(scores, y):
    return (scores > 0) == (y > 0.5)


SLIPS = (
    Slip(
        "scores == y", scores_equal_labels,
        "a score such as 1.73 never equals a label, which is 0 or 1. Turn the score into a "
        "decision first: is it above 0?",
    ),
    Slip(
        "probabilities == y", probabilities_equal_labels,
        "a probability such as 0.83 equals no label; only one that was rounded to 0 or 1 does. "
        "Compare it with a threshold first, p > 0.5.",
    ),
    Slip(
        "probabilities cut to whole numbers", cut_off,
        "int() cuts off what stands behind the point: 0.83 becomes 0. You count the negatives, "
        "whatever the model says. Use a threshold.",
    ),
    Slip(
        "scores cut to whole numbers", scores_cut_off,
        "int() makes 0 of every score between -1 and 1, and 2 of 2.7. What counts is the side "
        "of 0 on which the score lies.",
    ),
    Slip(
        "0.5 on the score", half_of_a_score,
        "your “yes” begins at the score 0.5, by > 0.5 or by rounding. That is the threshold of a "
        "probability; the score that belongs to it is 0, since sigmoid(0) = 0.5.",
    ),
    Slip(
        "rounded scores", rounded,
        "round() of a score can be 2 or -3, and such a row is never counted. Round a "
        "probability, or ask whether the score is above 0.",
    ),
    Slip(
        "a count", count,
        "that is how many rows are right. Accuracy is their share: divide by the number of rows.",
    ),
    Slip(
        "right yes only, or signs", signs,
        "a right “no” is never counted, only a right “yes”. Compare scores > 0 with y > 0.5; a "
        "sign, which is -1 or 1, equals no label 0.",
    ),
    Slip(
        "share of the wrong rows", wrong_share,
        "that is the share of the rows that are wrong. Accuracy counts those that are right: == "
        "in place of !=.",
    ),
    Slip(
        "every score with every label", spread_out,
        "one side has shape [n, 1], the other [n]: you compared every score with every label. "
        "Give both one shape.",
    ),
    Slip(
        "0 on the probability", threshold_0_on_probabilities,
        "that is the share of the labels 1: every row got a “yes”. Every probability is above 0; "
        "with a sigmoid the threshold is 0.5, without one it is 0.",
    ),
    Slip(
        "recall", recall,
        "that is the share of the positives that were found (recall). Accuracy looks at all rows: "
        "divide all right rows, “yes” and “no”, by n.",
    ),
    Slip(
        "precision", precision,
        "that is the share of right ones among the “yes” (precision). Accuracy looks at all rows: "
        "a right “no” counts too.",
    ),
    Slip(
        "share of yes", said_yes,
        "that is how often the model says “yes”; the labels are not used. Is the answer the "
        "right one?",
    ),
    Slip(
        "share of the negatives", negatives,
        "that is the share of the labels 0, which is what “no” to every row gets. Where does the "
        "score decide?",
    ),
    Slip(
        "not a share yet", row_by_row,
        "True and False say which rows are right, and they are as they should be. Their share is "
        "the mean of them, as numbers.",
    ),
)  # fmt: skip

STUB = """
def accuracy(scores, y):
    # scores: [n], raw scores ŷ. y: [n], labels 0 and 1.
    # Returns the share of the rows that are right.
    return ...
"""

EXERCISE = function_exercise(
    "6.9", "accuracy of scores",
    solution=solution_accuracy, truth=definition, trials=trials, slips=SLIPS,
    hints=(
        "A label is 0 or 1. What must happen to a score before the two can be compared?",
        "Make two lists of True and False: does the model say “yes”, and is the label 1? Which "
        "score has the probability 0.5?",
        "(scores > 0) == (y > 0.5) is True where the row is right. Take the mean of that, as "
        "numbers.",
    ),
    stub=STUB,
    otherwise="decide each row first (is the score above 0?), compare the decisions with the "
    "labels, then divide the number of matches by n.",
    right="equal to counting row by row on six sets, among them scores near 0 and very large ones.",
)  # fmt: skip
