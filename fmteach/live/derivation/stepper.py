"""The derivation stepper: the pairwise term from O(kd²) to O(kd) in five lines, on your numbers.

Python computes all five lines whenever the numbers change; the front end (stepper.js) draws them
and steps through them on its own, so that a step needs no kernel. hunt.py has the second half, the
search for a wrong line.
"""

from __future__ import annotations

import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from fmteach.derivation import (
    MAX_FACTORS,
    MAX_FEATURES,
    as_numbers,
    derive,
    multiplications,
    random_numbers,
)
from fmteach.errors import InputError
from fmteach.live.derivation.picture import picture
from fmteach.live.derivation.text import (
    SCALE_D,
    SENTENCES,
    cost_sentence,
    scale_sentence,
    text_table,
)
from fmteach.live.frontend import script, style

_HERE = Path(__file__).parent
LAST_LINE = 5


class Stepper(anywidget.AnyWidget):
    """The widget. Make it with `stepper`; drive it with the methods below or with its traits.

    Traits: `line` (1 to 5), `layer` (1 to k), `d` (1 to 8), `k` (1 to 6). All of them may be set
    from Python and from the page, and from any thread.
    """

    _esm = script(_HERE / "stepper.js")
    _css = style(_HERE / "stepper.css")

    line = traitlets.Int(1).tag(sync=True)
    layer = traitlets.Int(1).tag(sync=True)
    d = traitlets.Int(4).tag(sync=True)
    k = traitlets.Int(2).tag(sync=True)
    payload = traitlets.Dict().tag(sync=True)
    formulas = traitlets.Dict().tag(sync=True)

    def __init__(self, x: Any = None, V: Any = None, *, d: int = 4, k: int = 2, seed: int = 0):
        self._lock = threading.RLock()
        self._ready = False
        # Numbers for the largest table are kept, so that d and k only choose how much of it is
        # used: the learner's own numbers survive a move of the slider.
        self._seed = seed
        self._x, self._V = random_numbers(MAX_FEATURES, MAX_FACTORS, seed)
        if (x is None) != (V is None):
            raise InputError("only one of x and V was given; give both, or none for random numbers")
        if x is not None:
            xs, Vs = as_numbers(x, V)
            d, k = len(xs), len(Vs[0])
            self._keep(xs, Vs)
        super().__init__(d=d, k=k, formulas=_formulas())
        self._ready = True
        self._compute()
        self.on_msg(self._on_message)

    # ---- the numbers -----------------------------------------------------------------------

    @property
    def x(self) -> list[float]:
        """The d numbers in use."""
        return self._x[: self.d]

    @property
    def V(self) -> list[list[float]]:
        """The d rows of k factors in use."""
        return [row[: self.k] for row in self._V[: self.d]]

    def set_numbers(self, x: Any, V: Any) -> None:
        """Show the derivation on x [d] and V [d, k]. Bad numbers raise InputError; the last good
        ones stay."""
        xs, Vs = as_numbers(x, V)
        with self._lock:
            self._ready = False
            try:
                self._keep(xs, Vs)
                with self.hold_trait_notifications():
                    self.d, self.k = len(xs), len(Vs[0])
            finally:
                self._ready = True
            self._compute()

    def random(self, seed: int | None = None) -> None:
        """New random numbers of the same shape; the same ones for the same seed."""
        with self._lock:
            self._seed = self._seed + 1 if seed is None else seed
            self._x, self._V = random_numbers(MAX_FEATURES, MAX_FACTORS, self._seed)
            self._compute()

    def _keep(self, xs: list[float], Vs: list[list[float]]) -> None:
        self._x[: len(xs)] = xs
        for row, new in zip(self._V, Vs, strict=False):
            row[: len(new)] = new

    # ---- the steps -------------------------------------------------------------------------

    def step(self) -> None:
        """One line further; stays on the last line."""
        self.line = min(self.line + 1, LAST_LINE)

    def back(self) -> None:
        """One line back; stays on the first line."""
        self.line = max(self.line - 1, 1)

    def reset(self) -> None:
        """Back to the definition."""
        self.line, self.layer = 1, 1

    # ---- what it shows ---------------------------------------------------------------------

    @property
    def values(self) -> tuple[float, ...]:
        """The value of each of the five lines, each computed by its own loops."""
        return tuple(step.value for step in derive(self.x, self.V))

    @property
    def counts(self) -> tuple[int, ...]:
        """The multiplications of each of the five lines."""
        return tuple(multiplications(n, self.d, self.k) for n in range(1, LAST_LINE + 1))

    def text(self) -> str:
        """The same content as a plain table."""
        return text_table(derive(self.x, self.V), self.x, self.V, self.line)

    def to_svg(self) -> str:
        """The current state as one still picture, for a page without widgets."""
        return picture(
            derive(self.x, self.V),
            self.x,
            self.V,
            self.line,
            min(self.layer, self.k),
            self.formulas[f"line{self.line}"],
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        data = {**data, "text/plain": self.text(), "image/svg+xml": self.to_svg()}
        return data, metadata

    def _compute(self) -> None:
        if not self._ready:
            return
        with self._lock:
            x, V = self.x, self.V
            steps = derive(x, V)
            d, k = len(x), len(V[0])
            self.payload = {
                "d": d,
                "k": k,
                "x": x,
                "V": V,
                "scale_d": SCALE_D,
                "text": {str(n): text_table(steps, x, V, n) for n in range(1, LAST_LINE + 1)},
                "lines": [
                    {
                        "number": step.line.number,
                        "title": step.line.title,
                        "formula": step.line.formula,
                        "sentence": SENTENCES[step.line.number],
                        "cost": cost_sentence(step, d, k),
                        "scale": scale_sentence(step, k),
                        "value": step.value,
                        "multiplications": step.multiplications,
                        "equal": step.equal,
                        "work": asdict(step.work),
                    }
                    for step in steps
                ],
            }

    # ---- traits and messages ---------------------------------------------------------------

    @traitlets.validate("line", "layer", "d", "k")
    def _check(self, proposal: Any) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        top = {"line": LAST_LINE, "layer": MAX_FACTORS, "d": MAX_FEATURES, "k": MAX_FACTORS}[name]
        if not 1 <= value <= top:
            raise InputError(f"{name} = {value} is outside the picture; wanted 1 to {top}")
        return value

    @traitlets.observe("d", "k")
    def _resized(self, _change: Any) -> None:
        self._compute()

    def _on_message(self, _widget: Any, message: Any, _buffers: Any) -> None:
        kind = message.get("type") if isinstance(message, dict) else None
        if kind == "hello":  # a front end asks whether a kernel is there
            self.send({"type": "here"})
        elif kind == "random":
            self.random()
        elif kind == "edit":
            try:
                self.set_numbers(message.get("x"), message.get("V"))
            except InputError as error:
                self.send({"type": "refused", "message": str(error)})


def _formulas() -> dict[str, str]:
    folder = _HERE / "formulas"
    return {
        f"line{n}": (folder / f"line{n}.svg").read_text("utf-8") for n in range(1, LAST_LINE + 1)
    }


def stepper(x: Any = None, V: Any = None, d: int = 4, k: int = 2, seed: int = 0) -> Stepper:
    """The derivation stepper on your own numbers, or on random ones.

    x: [d] numbers, V: [d, k] numbers, d from 1 to 8 and k from 1 to 6; give both or none. Without
    them d and k say the size and seed the numbers. All five lines cost O(kd²) together.
    Raises InputError for numbers that cannot be used.

    >>> s = stepper([1, 2], [[3.0], [0.5]])
    >>> s.step(); s.line, s.values[1], s.counts
    (2, 3.0, (3, 19, 19, 12, 6))
    """
    return Stepper(x, V, d=d, k=k, seed=seed)
