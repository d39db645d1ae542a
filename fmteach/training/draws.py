"""The random numbers of a run. Each depends on the seed and the epoch alone, on every device."""

from __future__ import annotations

import torch
from torch import Tensor

_DRAWS = 1_000_003  # of a seed: number e for the order in epoch e, the last for the sample
SAMPLE = _DRAWS - 1
_CHANCES = 500_000  # the numbers from here on are for the chances; no run has so many epochs


def shuffled(n: int, seed: int, draw: int) -> Tensor:
    """The numbers 0 .. n-1 in random order, int64 [n] on the CPU. draw: an epoch, or SAMPLE."""
    generator = torch.Generator().manual_seed(seed * _DRAWS + draw)
    return torch.randperm(n, generator=generator)


def chances(n: int, seed: int, draw: int) -> Tensor:
    """Numbers in 0 <= x < 1, float64 [n] on the CPU, independent of `shuffled`."""
    generator = torch.Generator().manual_seed(seed * _DRAWS + _CHANCES + draw)
    return torch.rand(n, generator=generator, dtype=torch.float64)
