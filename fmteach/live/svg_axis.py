"""One axis of a static drawing: from numbers to pixels, and its tick labels."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Axis:
    """From numbers to pixels on one axis."""

    def __init__(self, spec: Mapping, values: list[np.ndarray], start: float, end: float) -> None:
        self.log = spec.get("type") == "log"
        self.start, self.end = start, end
        self.spec = spec
        given = spec.get("range")
        if given and None not in given:
            low, high = (float(v) for v in given)
        else:
            low, high = self._span(values, spec)
        self.low, self.high = low, high

    def _span(self, values, spec) -> tuple[float, float]:
        flat = np.concatenate([v.ravel() for v in values]) if values else np.empty(0)
        flat = flat[np.isfinite(flat)]
        if self.log:
            flat = np.log10(flat[flat > 0])
        if spec.get("rangemode") == "tozero" and not self.log:
            flat = np.append(flat, 0.0)
        if not len(flat):
            return 0.0, 1.0
        low, high = float(flat.min()), float(flat.max())
        if low == high:
            low, high = low - 0.5, high + 0.5
        margin = 0.04 * (high - low)
        return low - margin, high + margin

    def at(self, values) -> np.ndarray:
        values = np.asarray(values, dtype=np.float64)
        if self.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.log10(np.where(values > 0, values, np.nan))
        return self.start + (values - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[tuple[float, str]]:
        """(value, label) of the grid lines."""
        if self.spec.get("tickvals") is not None:
            names = self.spec.get("ticktext") or self.spec["tickvals"]
            return [(float(v), str(n)) for v, n in zip(self.spec["tickvals"], names, strict=True)]
        suffix = self.spec.get("ticksuffix") or ""
        if self.spec.get("tickformat") == "~s":
            return [(value, _prefixed(value) + suffix) for value, _ in self._places()]
        return [(value, name + suffix) for value, name in self._places()]

    def _places(self) -> list[tuple[float, str]]:
        if self.log:
            first, last = math.ceil(self.low - 1e-9), math.floor(self.high + 1e-9)
            step = max(1, math.ceil((last - first + 1) / 7))
            if last > first:
                return [(10.0**p, _power(p)) for p in range(first, last + 1, step)]
            powers = np.linspace(self.low, self.high, 4)
            return [(10.0**p, f"{10.0**p:.3g}") for p in powers]
        wanted = max(2, abs(self.end - self.start) / 75)
        raw = (self.high - self.low) / wanted
        scale = 10.0 ** math.floor(math.log10(raw))
        step = next(m * scale for m in (1, 2, 2.5, 5, 10) if m * scale >= raw * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        digits = max(0, -math.floor(math.log10(step) + 1e-9) + (step / scale == 2.5))
        return [(i * step, f"{i * step:.{min(digits, 8)}f}") for i in range(first, last + 1)]


def _prefixed(value: float) -> str:
    power = math.floor(math.log10(abs(value)) / 3 + 1e-9) if value else 0
    power = min(max(power, -4), 4)
    return f"{value / 1000.0**power:.3g}" + "pnµm kMGT"[power + 4].strip()


def _power(p: int) -> str:
    return f"{10**p:g}" if 0 <= p <= 3 else "10" + str(p).translate(SUPERSCRIPTS)
