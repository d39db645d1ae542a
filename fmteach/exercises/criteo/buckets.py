"""Exercise 14.2: the fewest buckets that lose no more than allowed."""

from __future__ import annotations

from collections.abc import Mapping

from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip


def solution_choose_buckets(losses, vocabulary, within):
    """The fewest buckets with a logloss at most `within` above the vocabulary's."""
    return min(buckets for buckets, loss in losses.items() if loss <= vocabulary + within)


def definition(losses: Mapping[int, float], vocabulary: float, within: float) -> int:
    """Go up from the fewest buckets and stop at the first that is allowed."""
    for buckets in sorted(losses):
        if not losses[buckets] > vocabulary + within:
            return buckets
    raise ValueError("none is allowed")


# Made up. In the second neither the first nor the best is right; in the third hashing beats the
# vocabulary; in the fourth a loss lies exactly at the limit; in the fifth the losses do not fall
# with the buckets, and the nearest to the limit lies above it; in the sixth `within` is large.
_SWEEPS: tuple[tuple[dict[int, float], float, float], ...] = (
    ({100: 0.480, 1_000: 0.462, 10_000: 0.4515, 100_000: 0.4502}, 0.450, 0.002),
    ({1_000_000: 0.4502, 10_000: 0.4530, 100_000: 0.4509, 1_000: 0.4700}, 0.450, 0.001),
    ({50: 0.449, 500: 0.448, 5_000: 0.447}, 0.450, 0.0),
    ({5_000: 0.4375, 500: 0.5, 50: 0.625}, 0.4375, 0.0625),
    (
        {
            4_000: 0.454, 20: 0.4515, 200: 0.4516, 2_000: 0.4507, 40_000: 0.4512,
            400_000: 0.4523, 2: 0.4533,
        },
        0.450,
        0.002,
    ),
    ({10: 0.49, 100: 0.43, 1_000: 0.41, 10_000: 0.405}, 0.4, 0.1),
)  # fmt: skip


def trials() -> list[Trial]:
    return [
        Trial(
            f"losses {losses}, vocabulary {vocabulary} and within {within}",
            (losses, vocabulary, within),
        )
        for losses, vocabulary, within in _SWEEPS
    ]


# -- slips -------------------------------------------------------------------------------------


def best(losses, vocabulary, within):
    return min(losses, key=losses.get)


def worst(losses, vocabulary, within):
    return max(losses, key=losses.get)


def fewest_of_all(losses, vocabulary, within):
    return min(losses)


def most_of_all(losses, vocabulary, within):
    return max(losses)


def first_allowed(losses, vocabulary, within):
    return next(buckets for buckets, loss in losses.items() if loss <= vocabulary + within)


def most_allowed(losses, vocabulary, within):
    return max(buckets for buckets, loss in losses.items() if loss <= vocabulary + within)


def not_within(losses, vocabulary, within):
    return min((b for b, loss in losses.items() if loss <= vocabulary), default=max(losses))


def within_forgotten_and_empty(losses, vocabulary, within):
    return min(b for b, loss in losses.items() if loss <= vocabulary)


def strictly_below(losses, vocabulary, within):
    return min(buckets for buckets, loss in losses.items() if loss < vocabulary + within)


def as_near_as_within(losses, vocabulary, within):
    return min(b for b, loss in losses.items() if abs(loss - vocabulary) <= within)


def share_of_the_vocabulary(losses, vocabulary, within):
    return min(b for b, loss in losses.items() if loss <= vocabulary * (1 + within))


def above_the_best(losses, vocabulary, within):
    return min(b for b, loss in losses.items() if loss <= min(losses.values()) + within)


def nearest_to_the_limit(losses, vocabulary, within):
    return min(losses, key=lambda b: abs(losses[b] - vocabulary - within))


def nearest_to_the_vocabulary(losses, vocabulary, within):
    return min(losses, key=lambda b: abs(losses[b] - vocabulary))


def largest_loss_allowed(losses, vocabulary, within):
    return max((b for b in losses if losses[b] <= vocabulary + within), key=losses.get)


def all_allowed(losses, vocabulary, within):
    return [buckets for buckets, loss in losses.items() if loss <= vocabulary + within]


def smallest_loss(losses, vocabulary, within):
    return min(losses.values())


def loss_of_the_right_one(losses, vocabulary, within):
    return losses[definition(losses, vocabulary, within)]


SLIPS = (
    Slip("the best", best,
         "those have the smallest loss. Fewer are allowed too, and need less memory."),
    Slip("the worst", worst,
         "those have the largest loss. A loss is better when it is small."),
    Slip("fewest of all", fewest_of_all,
         "those are the fewest of all, whatever they lose. Their loss must be allowed."),
    Slip("most of all", most_of_all,
         "those are the most of all. They lose least as a rule, but the question is about memory."),
    Slip("first allowed", first_allowed,
         "those are the first in the dictionary that are allowed. The order of its keys says "
         "nothing: take the fewest."),
    Slip("most allowed", most_allowed,
         "of the allowed ones you take the most. Take the fewest: memory is what they cost."),
    Slip("within not used", not_within,
         "you allow no loss above the vocabulary's. `within` says how far above it may be."),
    Slip("within not used, none left", within_forgotten_and_empty,
         "where no hashed loss is as good as the vocabulary's, your list of allowed ones is "
         "empty. Add `within` to the vocabulary's loss."),
    Slip("strictly below", strictly_below,
         "a loss that is exactly at the limit is allowed, too: “at most” is <=."),
    Slip("on both sides", as_near_as_within,
         "you want a loss near the vocabulary's on both sides. A loss far below it is even better, "
         "and allowed."),
    Slip("as a share", share_of_the_vocabulary,
         "you take `within` as a share of the vocabulary's loss. It is added: vocabulary + "
         "within."),
    Slip("above the best hashed", above_the_best,
         "you measure from the best hashed loss. Measure from the vocabulary's."),
    Slip("nearest to the limit", nearest_to_the_limit,
         "those have the loss nearest to the limit. It may even be above it; all below are "
         "allowed, and of these the fewest are asked."),
    Slip("nearest to the vocabulary", nearest_to_the_vocabulary,
         "those have the loss nearest to the vocabulary's. A loss may be as far above it as "
         "`within` says."),
    Slip("largest loss allowed", largest_loss_allowed,
         "those have the largest loss that is allowed. The fewest buckets are asked, and losses "
         "need not fall in step with them."),
    Slip("all that are allowed", all_allowed,
         "these are all that are allowed, and they are the right ones. Return the fewest: min()."),
    Slip("smallest loss returned", smallest_loss,
         "that is a loss, the smallest. Return a number of buckets, a key of losses."),
    Slip("loss of the right buckets returned", loss_of_the_right_one,
         "that is the loss of the right buckets. Return the buckets themselves, the key."),
)  # fmt: skip

BUCKETS = function_exercise(
    "14.2", "choose the buckets",
    solution=solution_choose_buckets, truth=definition, trials=trials, slips=SLIPS,
    hints=(
        "Which losses are allowed? Those up to vocabulary + within.",
        "for buckets, loss in losses.items() goes through both. Their order tells nothing.",
        "min(b for b, loss in losses.items() if ...)",
    ),
    stub="""
def choose_buckets(losses, vocabulary, within):
    return ...
""",
    todo="let choose_buckets return a key of losses.",
    against="right is",
    otherwise="write the limit down, vocabulary + within, mark the losses that are not above it, "
    "and return the smallest of their keys.",
    right="the fewest buckets that lose no more than allowed.",
)  # fmt: skip
