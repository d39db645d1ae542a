"""Checks of notebook 14: classes of numbers, a gap closed, how many buckets, the full set."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from fmteach.exercises.answers import as_number, describe, not_given
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.rivals import against_linear
from fmteach.training import Trainer, linear_baseline


def solution_bin(x: int) -> int:
    """The class of a number of Criteo: floor(ln(x)²) above 2, else x itself. Exercise 14.1."""
    return math.floor(math.log(x) ** 2) if x > 2 else x


# What learners write instead -> what to say, where all numbers above 2 agree with it.
_BIN_SLIPS: tuple[tuple[Callable[[int], float], str], ...] = (
    (lambda x: math.floor(math.log(x)), "The logarithm is not squared."),
    (lambda x: math.floor(math.log(x)) ** 2, "You round down before you square; square first."),
    (lambda x: math.floor(math.log(x**2)), "Square the logarithm, not x: ln(x²) is 2 ln(x)."),
    (lambda x: math.floor(math.log10(x) ** 2), "Use the natural logarithm, math.log."),
    (lambda x: math.floor(math.log2(x) ** 2), "Use the natural logarithm, math.log."),
    (lambda x: math.floor(math.log(x + 1) ** 2), "The logarithm of x itself, without the 1."),
    (lambda x: round(math.log(x) ** 2), "Round down: math.floor."),
    (lambda x: math.ceil(math.log(x) ** 2), "Round down: math.floor."),
    (lambda x: math.log(x) ** 2, "A class is a whole number: round down."),
    (lambda x: x, "Above 2 the class is floor(ln(x)²)."),
)  # fmt: skip


def check_bin(function: Callable | None) -> Feedback:
    """Exercise 14.1. function(x) -> the class of a whole number x.

    >>> check_bin(lambda x: None).verdict
    'not attempted'
    """
    name = "14.1 classes of numbers"
    above = (10, 100, 12_345, 3, 4, 5, 7, 250_000, 55, 1_000, 8_886_110)
    given: dict[int, float] = {}
    for x in (*above, 2, 1, 0, -1, -2):
        try:
            got = function(x)
        except Exception as error:
            hint = "The logarithm wants a number above 0: treat x up to 2 first. " if x <= 2 else ""
            return Feedback(
                name, "not yet", f"for x = {x} your function stopped: {error}. {hint}".strip()
            )
        if not_given(got) and not given:
            return not_attempted(name, "let bin_of return the class of x.")
        number = as_number(got)
        if number is None:
            hint = " Up to 2 the class is the number itself." if x <= 2 else ""
            return Feedback(
                name, "not yet",
                f"for x = {x} bin_of returned {describe(got)}: return a whole number.{hint}",
            )  # fmt: skip
        given[x] = number
    wrong = [x for x, number in given.items() if number != solution_bin(x)]
    if not wrong:
        return Feedback(
            name, "correct",
            f"right on {len(given)} numbers. The class of 250,000 is {solution_bin(250_000)}: fine "
            "steps for small numbers, coarse ones for large.",
        )  # fmt: skip
    x = wrong[0]
    said = f"for x = {x} your class is {given[x]:g}, and {solution_bin(x)} is right. "
    if x <= 2:
        return Feedback(name, "not yet", f"{said}Up to 2 the class is the number itself.")
    for slip, message in _BIN_SLIPS:
        if all(abs(given[x] - slip(x)) < 1e-9 for x in above):
            return Feedback(name, "not yet", said + message)
    return Feedback(name, "not yet", f"{said}ln({x})² is {math.log(x) ** 2:.3f}.")


def check_gap(trainer: Trainer | None, share: float = 0.4) -> Feedback:
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


def solution_choose_buckets(losses: Mapping[int, float], vocabulary: float, within: float) -> int:
    """The fewest buckets with a logloss at most `within` above the vocabulary's. Exercise 14.2."""
    return min(buckets for buckets, loss in losses.items() if loss <= vocabulary + within)


def check_choose_buckets(function: Callable | None) -> Feedback:
    """Exercise 14.2. function(losses, vocabulary, within) -> a key of losses.

    >>> check_choose_buckets(lambda losses, vocabulary, within: None).verdict
    'not attempted'
    """
    name = "14.2 choose the buckets"
    # Made up. In the second neither the first nor the best is right; in the third hashing beats
    # the vocabulary.
    trials: tuple[tuple[dict[int, float], float, float], ...] = (
        ({100: 0.480, 1_000: 0.462, 10_000: 0.4515, 100_000: 0.4502}, 0.450, 0.002),
        ({1_000_000: 0.4502, 10_000: 0.4530, 100_000: 0.4509, 1_000: 0.4700}, 0.450, 0.001),
        ({50: 0.449, 500: 0.448, 5_000: 0.447}, 0.450, 0.0),
    )
    for losses, vocabulary, within in trials:
        shown = ", ".join(f"{b:,} buckets {loss:.4f}" for b, loss in losses.items())
        try:
            got = function(dict(losses), vocabulary, within)
        except Exception as error:
            return Feedback(
                name, "not yet",
                f"for {shown} your function stopped with {type(error).__name__}: {error}.",
            )  # fmt: skip
        if not_given(got):
            return not_attempted(name, "let choose_buckets return a key of losses.")
        number = as_number(got)
        wanted = solution_choose_buckets(losses, vocabulary, within)
        if number == wanted:
            continue
        said = f"for {shown}, vocabulary {vocabulary} and within {within}: {wanted:,} is right. "
        if number not in losses:
            return Feedback(name, "not yet", f"{said}{describe(got)} is no key of losses.")
        if losses[int(number)] > vocabulary + within:
            return Feedback(name, "not yet", f"{said}{number:,.0f} buckets lose too much.")
        return Feedback(
            name, "not yet", f"{said}{number:,.0f} buckets are allowed too, but need more memory."
        )
    return Feedback(name, "correct", "the fewest buckets that lose no more than allowed.")


_PUBLISHED = {"criteo-x4": (0.8086, 0.4431), "criteo-x1": (0.8022, 0.4491)}
_NEAR = 0.002


def check_published(trainer: Trainer | None) -> Feedback:
    """Exercise 14.4, for the full set: the test AUC of the published FM, to within 0.002.

    >>> check_published(None).verdict
    'not attempted'
    """
    name = "14.4 the published figure"
    if trainer is None or trainer is Ellipsis:
        return not_attempted(
            name,
            "this one needs the full set (criteo-x4 or criteo-x1) and some hours; come back to it.",
        )
    if not isinstance(trainer, Trainer):
        return Feedback(name, "not yet", f"a Trainer is needed; {describe(trainer)} came.")
    data = trainer.dataset
    if data.name not in _PUBLISHED:
        return not_attempted(
            name,
            f"your run is on {data.name}; the published figures are for "
            f"{' and '.join(_PUBLISHED)}, with their own test rows.",
        )
    wanted, _ = _PUBLISHED[data.name]
    found = trainer.evaluate("test")["auc"]
    said = f"test AUC {found:.4f}, published {wanted:.4f}"
    if found >= wanted - _NEAR:
        return Feedback(name, "correct", f"{said}: reached, to within {_NEAR}.")
    return Feedback(
        name, "not yet",
        f"{said}. The published run: Adam, learning rate 0.001, k = 16 (x4) or 10 (x1), batches of "
        "10,000 (x4) or 4,096 (x1), stopped early by the validation AUC.",
    )  # fmt: skip


EXERCISES = (
    Exercise(
        "14.1", "classes of numbers", check_bin,
        hints=(
            "math.log is the natural logarithm. It wants a number above 0.",
            "Up to 2 return x. Above, square the logarithm, then round down with math.floor.",
            "math.floor(math.log(x) ** 2) if x > 2 else x",
        ),
        solution=solution_bin,
    ),
    Exercise(
        "14.2", "choose the buckets", check_choose_buckets,
        hints=(
            "Which losses are allowed? Those up to vocabulary + within.",
            "for buckets, loss in losses.items() goes through both. Their order tells nothing.",
            "min(b for b, loss in losses.items() if ...)",
        ),
        solution=solution_choose_buckets,
    ),
    Exercise(
        "14.3", "close the gap", check_gap,
        hints=(
            "Section 5 of the notebook shows what helps most.",
            "Raise min_count while the validation logloss falls. Then try l2.",
            "Trainer(fmteach.load(DATA, seed=SEED, rows=ROWS, min_count=200), SETTINGS), then "
            "fit().",
        ),
        solution="On the synthetic rows min_count=200 with the notebook's SETTINGS closes about "
        "three quarters of the gap.",
        seconds=300,
    ),
    Exercise(
        "14.4", "the published figure", check_published,
        hints=(
            "Read section 5 of the notebook again: what does min_count=10 mean on 36 million rows?",
            "Validate often: a large set learns its best within an epoch or two.",
            "TrainConfig(k=16, learning_rate=0.001, batch_size=10_000, epochs=10, patience=2), and "
            "an l2 chosen by the validation rows.",
        ),
        solution="The published settings: Adam 0.001, k = 16, batches of 10,000, min_count 10, "
        "stopped by the validation AUC with patience 2.",
        seconds=3600,
    ),
)  # fmt: skip
