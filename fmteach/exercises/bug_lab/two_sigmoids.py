"""Exercise 6.8: the loss, the probability and the decision, each from the right number."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F

from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip


def solution_repaired(score, y):
    """One sigmoid in the loss, one in the probability, and none in the score."""
    loss = F.binary_cross_entropy_with_logits(score, y)
    p = torch.sigmoid(score)
    yes = p > 0.5
    return loss, p, yes


def definition(score, y):
    """Row by row, with the standard library only. score, y: [n]; O(n)."""
    losses, p, yes = [], [], []
    for s, label in zip(score, y, strict=True):
        # -ln of the probability of what happened, as ln(1 + e^-m) with the margin m.
        margin = s if label == 1 else -s
        losses.append(math.log1p(math.exp(-abs(margin))) + max(-margin, 0.0))
        small = math.exp(-abs(s))
        p.append(1 / (1 + small) if s >= 0 else small / (1 + small))
        yes.append(s > 0)
    return sum(losses) / len(losses), np.array(p), np.array(yes)


def trials() -> list[Trial]:
    """Usual scores, one row, and scores so large that a careless formula overflows."""
    rng = np.random.default_rng(6)
    usual = [
        Trial(f"{n} rows", (rng.normal(0.3, 1.5, n).round(2) + 0.001, rng.permutation(n) % 2.0))
        for n in (4, 9)
    ]
    return [
        *usual,
        Trial("one row, a positive", (np.array([0.3]), np.array([1.0]))),
        Trial("large scores, all right", (np.array([40.0, -50.0, 800.0, -800.0]),
                                          np.array([1.0, 0.0, 1.0, 0.0]))),
        Trial("large scores, all wrong", (np.array([40.0, -800.0, 300.0]),
                                          np.array([0.0, 1.0, 0.0]))),
    ]  # fmt: skip


# -- slips -------------------------------------------------------------------------------------


def _sigmoid(s):
    return 1 / (1 + np.exp(-s))


def _with_logits(s, y):
    return np.mean(np.maximum(s, 0) - s * y + np.log1p(np.exp(-np.abs(s))))


def as_found(score, y):
    out = _sigmoid(score)
    p = _sigmoid(out)
    return _with_logits(out, y), p, p > 0.5


def only_the_output_repaired(score, y):
    p = _sigmoid(score)
    return _with_logits(p, y), p, p > 0.5


def score_as_probability(score, y):
    return _with_logits(score, y), score, score > 0


def score_as_probability_cut_at_half(score, y):
    return _with_logits(score, y), score, score > 0.5


def half_of_a_score(score, y):
    return _with_logits(score, y), _sigmoid(score), score > 0.5


def zero_on_the_probability(score, y):
    return _with_logits(score, y), _sigmoid(score), _sigmoid(score) > 0


def probability_twice(score, y):
    p = _sigmoid(_sigmoid(score))
    return _with_logits(score, y), p, p > 0.5


def probability_twice_decision_right(score, y):
    return _with_logits(score, y), _sigmoid(_sigmoid(score)), score > 0


def logarithm_by_hand(score, y):
    p = _sigmoid(score)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)), p, p > 0.5


def sigmoid_undone(score, y):
    p = _sigmoid(score)
    return _with_logits(np.log(p / (1 - p)), y), p, p > 0.5


def loss_of_probabilities(score, y):
    # What F.binary_cross_entropy does: logarithms below -100 become -100.
    p = _sigmoid(score)
    log_p, log_q = np.maximum(np.log(p), -100), np.maximum(np.log(1 - p), -100)
    return -np.mean(y * log_p + (1 - y) * log_q), p, p > 0.5


def score_in_the_loss_of_probabilities(score, y):
    # Stops, unless every score happens to lie between 0 and 1.
    score, y = torch.as_tensor(score), torch.as_tensor(y)
    return F.binary_cross_entropy(score, y), torch.sigmoid(score), score > 0


def squared_error(score, y):
    p = _sigmoid(score)
    return np.mean((p - y) ** 2), p, p > 0.5


def summed(score, y):
    p = _sigmoid(score)
    return _with_logits(score, y) * len(score), p, p > 0.5


def losses_row_by_row(score, y):
    losses = np.maximum(score, 0) - score * y + np.log1p(np.exp(-np.abs(score)))
    return losses, _sigmoid(score), score > 0


def probability_for_a_decision(score, y):
    return _with_logits(score, y), _sigmoid(score), _sigmoid(score)


SLIPS = (
    Slip(
        "nothing repaired", as_found,
        "both sigmoids are still there. Let the model put out the score, and give that score to "
        "the loss.",
    ),
    Slip(
        "sigmoid kept before the loss", only_the_output_repaired,
        "p is right now, but the loss still gets it. binary_cross_entropy_with_logits applies the "
        "sigmoid itself: give it the score.",
    ),
    Slip(
        "score taken for a probability", score_as_probability,
        "the loss is repaired, but p is the score itself. A probability lies between 0 and 1: "
        "here, and only here, one sigmoid is needed.",
    ),
    Slip(
        "score taken for a probability and cut at 0.5", score_as_probability_cut_at_half,
        "you took out one sigmoid too many: p is a score, and it is compared with 0.5. Make p = "
        "sigmoid(score) for the probability and the decision.",
    ),
    Slip(
        "0.5 on the score", half_of_a_score,
        "the decision compares the score with 0.5. The probability 0.5 belongs to the score 0: "
        "use score > 0 or p > 0.5.",
    ),
    Slip(
        "0 on the probability", zero_on_the_probability,
        "loss and p are right, but you compare p with 0. Every probability is above 0, so every "
        "decision is “yes”. For p the middle is 0.5; 0 is the middle of the score.",
    ),
    Slip(
        "two sigmoids in the probability", probability_twice,
        "the loss is repaired, but p went through two sigmoids, so it is never below 0.5 and "
        "every decision is “yes”.",
    ),
    Slip(
        "two sigmoids in the probability only", probability_twice_decision_right,
        "loss and decision are right, but p went through two sigmoids: it stays between 0.5 and "
        "0.731. One is enough.",
    ),
    Slip(
        "logarithm by hand", logarithm_by_hand,
        "sigmoid first and ln after it is the right formula, but a large score rounds p to 0 or "
        "1, and ln 0 is minus infinity. Give the score to binary_cross_entropy_with_logits.",
    ),
    Slip(
        "sigmoid undone", sigmoid_undone,
        "you undo the sigmoid with its inverse. Where p was rounded to 0 or 1 the score is lost. "
        "Do not undo it: leave it out.",
    ),
    Slip(
        "loss of probabilities", loss_of_probabilities,
        "binary_cross_entropy takes p. A large score rounds p to 0 or 1, and the loss is cut off "
        "at 100: no gradient is left. Use the form ..._with_logits on the score.",
    ),
    Slip(
        "score in the loss of probabilities", score_in_the_loss_of_probabilities,
        "binary_cross_entropy wants probabilities and got the score. Its sister "
        "binary_cross_entropy_with_logits takes the score as it is.",
    ),
    Slip(
        "squared error", squared_error,
        "that is the mean of (p - y)², a squared error. For labels the loss is the cross-entropy: "
        "the mean of -ln of the probability of what happened.",
    ),
    Slip(
        "losses row by row", losses_row_by_row,
        "these are the losses of the rows, and each is right. The loss is their mean: .mean(), or "
        "no reduction=\"none\".",
    ),
    Slip(
        "probability for a decision", probability_for_a_decision,
        "loss and p are right, but yes is p once more. A decision is True or False: is p above "
        "0.5?",
    ),
    Slip(
        "sum over the rows", summed,
        "the loss is added up over the rows. Logloss is the mean: the same learning rate then "
        "works for every batch size.",
    ),
)  # fmt: skip

STUB = """
def repaired(score, y):
    # score, y: [n]. The model's raw score ŷ, and the labels 0 and 1.
    loss = ...  # one number: the mean over the rows
    p = ...  # [n], the probability of a 1
    yes = ...  # [n], True where a 1 is more likely than a 0
    return loss, p, yes
"""

EXERCISE = function_exercise(
    "6.8", "one sigmoid too many",
    solution=solution_repaired, truth=definition, trials=trials, slips=SLIPS,
    hints=(
        "Follow one score through the broken cell and count the sigmoids before the logarithm. "
        "How many should there be?",
        "The name says it: ..._with_logits wants the score before any sigmoid. The probability "
        "is another number, made apart, with one sigmoid.",
        "loss = F.binary_cross_entropy_with_logits(score, y); p = torch.sigmoid(score); "
        "yes = p > 0.5.",
    ),
    stub=STUB, todo="fill in the three dots in the cell above, then check again.",
    parts=("loss", "p", "yes"),
    otherwise="ask of each of the three what it is made from: the loss from the score, p from "
    "one sigmoid of the score, the decision from p > 0.5.",
    right="loss, probability and decision agree with the definition on five sets of rows, also "
    "where scores are as large as 800.",
)  # fmt: skip
