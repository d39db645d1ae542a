"""The cost race: four forms of the pairwise term, measured while you watch."""

from __future__ import annotations

import torch

from fmteach.errors import InputError
from fmteach.live.ending import at_exit
from fmteach.live.race import costs
from fmteach.live.race.panel import CostRace

LARGEST = 2**20
_CURRENT: dict[str, CostRace] = {}


def cost_race(
    k: int = 16,
    *,
    max_d: int = 2**17,
    m: int = 20,
    device: str = "auto",
    budget: costs.Budget | None = None,
    name: str = "cost race",
) -> CostRace:
    """Measure the four forms of the pairwise term against d, live, on this machine.

    k: embedding size. max_d: where d ends (it grows by factors of 2 from 4). m: non-zero features
    of the row, for the sparse form. device: "auto" (the CPU; a GPU can be chosen in the panel),
    "cpu" or "cuda". budget: when a form leaves the race. name: one race a name; the one that
    had this name before is stopped.

    >>> race = cost_race(k=8, max_d=64)
    >>> len(race.start().wait(timeout=60))
    20
    """
    for what, value, low, high in (
        ("k", k, 1, 512), ("max_d", max_d, 16, LARGEST), ("m", m, 1, LARGEST)
    ):  # fmt: skip
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise InputError(f"{what} must be a whole number from {low} to {high}; got {value!r}")
    if device not in ("auto", "cpu", "cuda"):
        raise InputError(f"device must be 'auto', 'cpu' or 'cuda'; got {device!r}")
    if device == "cuda" and not torch.cuda.is_available():
        raise InputError("device is 'cuda' and torch finds no GPU here; use device='cpu'")
    if name in _CURRENT:
        _CURRENT.pop(name).stop()
    where = "cuda" if device == "cuda" else "cpu"
    race = CostRace(k, max_d, m, where, budget or costs.Budget(), key=name)
    _CURRENT[name] = race
    at_exit(race, "stop")
    return race
