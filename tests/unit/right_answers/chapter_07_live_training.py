"""Correct answers to the exercises of notebook 07."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np
import torch

from fmteach.training import History, StepRecord

# -- 7.1: histories that reach 0.57 within 160 steps -------------------------------------------


def run(*points, **metrics) -> History:
    """(step, validation loss) of each evaluation."""
    history = History()
    for step, loss in points:
        history.append(
            StepRecord(
                step=step, epoch=step / 50, loss=loss if step else None, seconds=0.1,
                samples=512 * step, valid={"loss": loss, "auc": 0.7, **metrics},
            )
        )  # fmt: skip
    return history


GOOD = run((0, 0.69), (60, 0.6), (120, 0.565), (240, 0.55))
AT_THE_LIMIT = run((0, 0.69), (160, 0.57))
LATE = run((0, 0.69), (80, 0.65), (320, 0.55))
OVERFITS_LATER = run((0, 0.69), (40, 0.56), (80, 0.6), (160, 0.7))
STARS = run((0, 1.1), (80, 0.9), rmse=0.95)
UNSCORED = History()

# -- 7.3 ---------------------------------------------------------------------------------------


def in_place_counter(losses, patience):
    best, old = losses[0], 0
    for loss in losses[1:]:
        best, old = (loss, 0) if loss < best else (best, old + 1)
    return old >= patience


def with_numpy(losses, patience):
    return np.argmin(losses) + patience < len(losses)


def with_torch(losses, patience):
    return torch.tensor(losses).argmin() <= len(losses) - 1 - patience


def one_or_zero(losses, patience):
    return int(len(losses) - 1 - losses.index(min(losses)) >= patience)


def the_last_of_equal_ones(losses, patience):
    return losses[::-1].index(min(losses)) >= patience


def recent_ones_against_all(losses, patience):
    """The best is old when it is not among the newest `patience`."""
    return len(losses) > patience and min(losses[-patience:]) > min(losses)


def recent_ones_against_the_earlier(losses, patience):
    early, late = losses[:-patience], losses[-patience:]
    return bool(early) and min(early) < min(late)


def by_recursion(losses, patience):
    if len(losses) <= patience:
        return False
    if losses[-1] == min(losses):
        return False
    return patience <= 1 or by_recursion(losses[:-1], patience - 1)


def running_minimum(losses, patience):
    lowest = list(itertools.accumulate(losses, min))
    return len(lowest) > patience and len(set(lowest[-patience - 1 :])) == 1


def backwards(losses, patience):
    best = min(losses)
    for age, loss in enumerate(reversed(losses)):
        if loss == best:
            return age >= patience


def sorted_places(losses, patience):
    places = sorted(range(len(losses)), key=losses.__getitem__)
    return np.array([len(losses) - 1 - places[0] >= patience])


def spoils_the_list(losses, patience):
    best, n = min(losses), len(losses)
    while losses.pop() != best:
        pass
    return n - 1 - len(losses) >= patience


LOW, OVERFITS, HIGH = "learning rate too low", "overfits", "learning rate too high"

RIGHT = {
    "7.1": [
        ([GOOD],), ((AT_THE_LIMIT,),), ([LATE, GOOD],), ([OVERFITS_LATER],), ([STARS, GOOD],),
        (GOOD,), (SimpleNamespace(history=GOOD),), ([SimpleNamespace(history=GOOD)],),
        ({"mine": GOOD, "other": LATE},), ([UNSCORED, GOOD],),
        {"histories": [GOOD, GOOD]},
    ],
    "7.2": [
        {"A": LOW, "B": OVERFITS, "C": HIGH},
        {"C": HIGH, "B": OVERFITS, "A": LOW},
        (LOW, OVERFITS, HIGH),
        {"A": LOW.upper(), "B": OVERFITS.upper(), "C": HIGH.upper()},
        {"A": LOW.capitalize(), "B": "Overfits", "C": HIGH.capitalize()},
        {"A": f" {LOW} ", "B": f"{OVERFITS}\n", "C": f"\t{HIGH}"},
        {"A": f"{LOW}.", "B": "overfits.", "C": f"{HIGH}."},
        {"A": f"“{LOW}”", "B": "'overfits'", "C": f'"{HIGH}"'},
        {"A": "learning  rate too   low", "B": OVERFITS, "C": "learning rate\ntoo high"},
        {"A": np.str_(LOW), "B": np.str_(OVERFITS), "C": np.str_(HIGH)},
    ],
    "7.3": [
        in_place_counter, with_numpy, with_torch, one_or_zero, the_last_of_equal_ones,
        recent_ones_against_all, recent_ones_against_the_earlier, by_recursion, running_minimum,
        backwards, sorted_places, spoils_the_list,
    ],
}  # fmt: skip
