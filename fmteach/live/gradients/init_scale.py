"""The init scale: what the size of the first factors does to the first gradient and to the loss.

Python trains once for every place of the slider; the page draws, so that it answers at once.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from fmteach.errors import InputError
from fmteach.live.frontend import FRAME, compact, script, style
from fmteach.live.gradients.small_training import (
    EXPLODED,
    SCALES,
    STEPS,
    Outcome,
    ratings_block,
    train_all,
)

_HERE = Path(__file__).parent
AFTER = (10, 100, 300)
_EVERY = 10  # steps between two points of a curve


class InitScale(anywidget.AnyWidget):
    """The widget. Make it with `init_scale`.

    Traits: `position` of the slider (0 to 16, see `scale`), `after` (10, 100 or 300: the steps
    after which the loss is drawn against the scale).
    """

    _esm = script(_HERE / "init_scale.js")
    _css = style(_HERE / "init_scale.css", FRAME)

    position = traitlets.Int().tag(sync=True)
    after = traitlets.Enum(AFTER, 100).tag(sync=True)
    data = traitlets.Unicode().tag(sync=True)

    def __init__(self, scale: float):
        self.outcomes = _outcomes()
        self._first = _position(scale)
        super().__init__(position=self._first, data=self._payload())

    @property
    def scale(self) -> float:
        """The scale that is shown; set it to one of SCALES."""
        return SCALES[self.position]

    @scale.setter
    def scale(self, scale: float) -> None:
        self.position = _position(scale)

    @property
    def outcome(self) -> Outcome:
        """Gradient norm, losses and the size of V at the end, for the scale that is shown."""
        return self.outcomes[self.position]

    def sentence(self, position: int | None = None) -> str:
        """What the scale does, in numbers and words."""
        return _sentence(self.outcomes[self.position if position is None else position])

    def reset(self) -> None:
        """The scale that it began with."""
        with self.hold_sync():
            self.position, self.after = self._first, 100

    def text(self) -> str:
        """The same content as a plain table."""
        head = ["init scale", "gradient norm", *(f"loss after {n}" for n in AFTER)]
        table = [head]
        for outcome in self.outcomes:
            mark = "> " if outcome.scale == self.scale else "  "
            losses = [
                f"{outcome.losses[n]:.3f}" if n < len(outcome.losses) else "explodes" for n in AFTER
            ]
            table.append([f"{mark}{outcome.scale:g}", _number(outcome.gradient), *losses])
        widths = [max(len(line[n]) for line in table) for n in range(len(head))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in table
        ]
        return "\n".join([*lines, "", self.sentence()])

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/plain": self.text()}, metadata

    def _payload(self) -> str:
        return compact(
            {
                "scales": SCALES,
                "gradients": [float(f"{one.gradient:.4g}") for one in self.outcomes],
                "after": {
                    n: [round(o.losses[n], 4) if n < len(o.losses) else None for o in self.outcomes]
                    for n in AFTER
                },
                "curves": [[float(f"{v:.4g}") for v in o.losses[::_EVERY]] for o in self.outcomes],
                "every": _EVERY, "steps": STEPS, "first": self._first,
                "says": [_sentence(outcome) for outcome in self.outcomes],
            }
        )  # fmt: skip

    @traitlets.validate("position")
    def _inside(self, proposal: Any) -> int:
        value = proposal["value"]
        if not 0 <= value < len(SCALES):
            raise InputError(f"position must be 0 to {len(SCALES) - 1}; got {value}")
        return value


def _sentence(outcome: Outcome) -> str:
    flat, usual = _outcomes()[0].losses[-1], _outcomes()[0].losses[0]
    size = _number(outcome.gradient)
    start = f"Init scale {outcome.scale:g}: the first gradient of V has the norm {size}."
    if outcome.scale == 0:
        return (
            f"{start} After {STEPS} steps V is still {outcome.factors:g}. The loss stops at "
            f"{flat:.3f}: that is what w0 and w can do alone."
        )
    if outcome.explodes:
        steps = len(outcome.losses)
        return (
            f"{start} The loss begins at {outcome.losses[0]:,.0f} and is above {EXPLODED:,.0f} "
            f"after {steps} step{'s' if steps > 1 else ''}: it explodes."
        )
    after, end = outcome.losses[100], outcome.losses[STEPS]
    words = f"{start} Loss {after:.3f} after 100 steps, {end:.3f} after {STEPS}."
    if outcome.losses[0] > 1.2 * usual:
        best = min((o for o in _outcomes() if not o.explodes), key=lambda o: o.losses[-1])
        return (
            f"{words} It begins at {outcome.losses[0]:,.1f} instead of {usual:.1f}, and stays "
            f"above scale {best.scale:g} ({best.losses[-1]:.3f})."
        )
    if end > flat - 0.005:
        return f"{words} So far as with V = 0 ({flat:.3f}): V has hardly grown yet."
    if after > flat - 0.01:
        return f"{words} It first waits beside V = 0 ({flat:.3f}), then leaves it."
    return f"{words} With V = 0 it is {flat:.3f}: the pairs are used from the start."


def _number(value: float) -> str:
    return f"{value:.2g}" if value < 100 else f"{value:,.0f}"


def _position(scale: float) -> int:
    for n, one in enumerate(SCALES):
        if abs(one - scale) <= 1e-9 * max(one, 1e-9):
            return n
    places = ", ".join(f"{one:g}" for one in SCALES)
    raise InputError(f"the scale must be one of {places}; got {scale!r}")


@lru_cache(maxsize=1)
def _outcomes() -> tuple[Outcome, ...]:
    return tuple(train_all(ratings_block()))


def init_scale(scale: float = 0.01) -> InitScale:
    """Move the scale of the first V; see the first gradient, and where the loss goes.

    scale: one of 0, 1e-4, 2e-4, 5e-4, ... 10: where the slider begins. Every place of the slider is
    a training of its own: 300 steps on 16 users and 16 films of MovieLens, k = 4, squared error,
    learning rate 0.4. They are computed once a kernel, in about two seconds with the loading.

    >>> init_scale(0).outcome.gradient
    0.0
    """
    return InitScale(scale)
