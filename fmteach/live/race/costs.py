"""What one call of each form of the pairwise term costs: time, multiplications, memory."""

from __future__ import annotations

import statistics
import sys
import threading
import time
import tracemalloc
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from fmteach import interaction
from fmteach.interaction import FORMS, multiplications
from fmteach.training.threads import one_torch_thread

QUANTITIES = ("seconds", "multiplications", "bytes")
PREDICTED_SLOPES = {  # of log(quantity) against log(d), for large d and fixed k and m
    "seconds": {"naive": 2, "all_pairs": 2, "reformulated": 1, "sparse": 0},
    "multiplications": {"naive": 2, "all_pairs": 2, "reformulated": 1, "sparse": 0},
    "bytes": {"naive": 0, "all_pairs": 2, "reformulated": 1, "sparse": 0},
}
COARSE_CPU_CLOCK = sys.platform == "win32"  # there it ticks in steps of 16 ms
SHORTEST_SAMPLE = 1e-3  # a call that is shorter is timed in a bunch
MOST_TRACED = 0.05  # the memory of a naive call is traced up to this time: tracing is slow


@dataclass(frozen=True)
class Budget:
    """When a form stops: one call would take longer (s), or need more memory (bytes)."""

    seconds: float = 0.5
    bytes: int = 300_000_000
    measuring: float = 0.12  # time spent on one point


@dataclass(frozen=True)
class Inputs:
    """One random row for every form. x: [d], V: [d, k], float32; m of the d are not zero."""

    d: int
    k: int
    m: int
    x: torch.Tensor
    V: torch.Tensor
    ids: torch.Tensor
    values: torch.Tensor

    @classmethod
    def random(cls, d: int, k: int, m: int, device: str = "cpu", seed: int = 0) -> Inputs:
        generator = torch.Generator().manual_seed(seed)
        x = torch.randn(d, generator=generator)
        V = torch.randn(d, k, generator=generator) / k**0.5
        m = min(m, d)
        ids = torch.randperm(d, generator=generator)[:m].sort().values[None]
        x, V, ids = x.to(device), V.to(device), ids.to(device)
        return cls(d, k, m, x, V, ids, x[ids])

    def call(self, form: str) -> Callable[[], object]:
        """A function without arguments that computes the pairwise term in this form."""
        if form == "naive":
            x, V = self.x.tolist(), self.V.tolist()  # plain Python numbers, as a loop wants them
            return lambda: interaction.pairwise_naive(x, V)
        if form == "all_pairs":
            return lambda: interaction.pairwise_all_pairs(self.x, self.V)
        if form == "reformulated":
            return lambda: interaction.pairwise_reformulated(self.x, self.V)
        return lambda: interaction.pairwise_sparse(self.ids, self.values, self.V)


def measure(form: str, inputs: Inputs, budget: Budget = Budget()) -> dict:
    """One point of the race: {form, d, k, seconds, multiplications, bytes}.

    seconds: the median over repeats of one call on one thread; on a CPU its CPU time, so that
    other programs (or a training run beside the race) do not bend the curves. bytes: the most
    memory the call holds at a time on top of its inputs; None where tracing it would take too
    long.
    """
    call = inputs.call(form)
    with torch.no_grad(), one_torch_thread():
        call()  # the first call pays for things that are done once
        seconds = _median_time(call, inputs.x.is_cuda, budget.measuring)
        peak = _traced_peak(call, seconds) if form == "naive" else tensor_peak(call)
    return {
        "form": form,
        "d": inputs.d,
        "k": inputs.k,
        "seconds": seconds,
        "multiplications": multiplications(form, inputs.d, inputs.k, inputs.m),
        "bytes": peak,
    }


def _median_time(call: Callable[[], object], on_gpu: bool, budget: float) -> float:
    def timed(calls: int) -> float:
        before = clock()
        for _ in range(calls):
            call()
        if on_gpu:
            torch.cuda.synchronize()
        return (clock() - before) / calls

    clock = time.perf_counter if on_gpu or COARSE_CPU_CLOCK else time.thread_time
    until = time.perf_counter() + budget
    once = timed(1)
    bunch = max(1, round(SHORTEST_SAMPLE / max(once, 1e-7)))
    samples = [once] if bunch == 1 else []
    # One long call is precise enough; of shorter ones at least three.
    while len(samples) < (1 if once > budget else 3) or (
        time.perf_counter() < until and len(samples) < 25
    ):
        samples.append(timed(bunch))
    return statistics.median(samples)


def _traced_peak(call, seconds: float) -> int | None:
    if seconds > MOST_TRACED or tracemalloc.is_tracing():
        return None
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def tensor_peak(call: Callable[[], object]) -> int:
    """The most bytes of new tensors that are alive at a time while `call` runs.

    >>> tensor_peak(lambda: torch.ones(1000) + torch.ones(1000))  # two terms and their sum
    12000
    """
    mode = _CountTensorBytes()
    with mode:
        call()
    return mode.peak


class _CountTensorBytes(TorchDispatchMode):
    """Adds up the storages that operations make, and takes off those that are freed."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.peak = 0
        self._known: set[int] = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        for value in args:
            if isinstance(value, torch.Tensor):  # an input, or already counted
                self._known.add(value.untyped_storage()._cdata)
        out = func(*args, **(kwargs or {}))
        for value in out if isinstance(out, tuple | list) else (out,):
            if isinstance(value, torch.Tensor):
                self._add(value.untyped_storage())
        return out

    def _add(self, storage) -> None:
        key = storage._cdata
        if key in self._known:  # a view shares its storage
            return
        self._known.add(key)
        self.now += storage.nbytes()
        self.peak = max(self.peak, self.now)
        weakref.finalize(storage, self._release, key, storage.nbytes())

    def _release(self, key: int, size: int) -> None:
        self._known.discard(key)
        self.now -= size


def race(
    sizes: Sequence[int],
    k: int,
    m: int,
    *,
    forms: Sequence[str] = FORMS,
    device: str = "cpu",
    budget: Budget = Budget(),
    stop: threading.Event | None = None,
) -> Iterator[dict]:
    """Points of all forms for growing d, as they are measured.

    A form leaves when its next call would go over the budget; that is a point too, with "stopped"
    (the reason in words) and without numbers.
    """
    last: dict[str, dict] = {}
    left: set[str] = set()
    for d in sizes:
        inputs = Inputs.random(d, k, m, device)
        for form in forms:
            if stop is not None and stop.is_set():
                return
            if form in left:
                continue
            reason = _too_much(form, inputs, last.get(form), budget)
            if reason:
                left.add(form)
                yield {"form": form, "d": d, "stopped": reason}
                continue
            last[form] = measure(form, inputs, budget)
            yield last[form]


def _too_much(form: str, inputs: Inputs, last: dict | None, budget: Budget) -> str | None:
    if form == "all_pairs" and 4 * inputs.d**2 > budget.bytes:
        needed = 4 * inputs.d**2 / 1e6
        return f"its d × d matrix would take {needed:,.0f} MB (limit {budget.bytes / 1e6:,.0f} MB)"
    if last is None:
        return None
    expected = last["seconds"] * (inputs.d / last["d"]) ** PREDICTED_SLOPES["seconds"][form]
    if expected > budget.seconds:
        return f"one call would take about {expected:.1f} s (limit {budget.seconds:g} s)"
    return None


def fit_slope(d: Sequence[float], cost: Sequence[float | None], steps: int = 5) -> float | None:
    """The slope of log(cost) against log(d) over the largest sizes.

    It is the median of the slopes of the last `steps` steps from one size to the next. (A straight
    line by least squares would be bent by one jump, where the data no longer fit in the cache.)
    None with fewer than three sizes.

    >>> fit_slope([1, 10, 100, 1000], [5, 500, 50_000, 5_000_000])
    2.0
    """
    pairs = sorted((a, b) for a, b in zip(d, cost, strict=True) if a > 0 and b)
    logs = np.log(np.asarray(pairs, dtype=np.float64).reshape(-1, 2))
    if len(logs) < 3 or not np.all(np.diff(logs[:, 0]) > 0):
        return None
    rise = np.diff(logs, axis=0)[-steps:]
    return round(float(np.median(rise[:, 1] / rise[:, 0])), 6)


def find_crossing(
    d: Sequence[float], slow: Sequence[float], fast: Sequence[float], margin: float = 1.0
) -> float | None:
    """The d from which on `fast` is `margin` times as fast as `slow`, and stays so.

    Interpolated in log(d) and log(cost) between the two sizes where it happens. None when this
    holds at every size, or not at the last one.

    >>> round(find_crossing([1, 10, 100], [1, 10, 100], [5, 5, 5]), 3)
    5.0
    """
    gap = np.log(np.asarray(slow, dtype=np.float64)) - np.log(np.asarray(fast, dtype=np.float64))
    gap = gap - np.log(margin)
    behind = np.flatnonzero(gap < 0)
    if not len(behind) or behind[-1] == len(gap) - 1:
        return None
    i = int(behind[-1])
    left, right = np.log(d[i]), np.log(d[i + 1])
    return float(np.exp(left + (right - left) * -gap[i] / (gap[i + 1] - gap[i])))
