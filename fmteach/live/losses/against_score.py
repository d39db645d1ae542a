"""Loss against score, with a point to drag. The page (losses.js) does its own arithmetic.

So it answers at once, and works on a page without a kernel; words.py and arithmetic.py are the same
in Python, for the text twin, for the still picture and for whoever drives the widget from code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from fmteach.errors import InputError
from fmteach.live.films import owner
from fmteach.live.frontend import FRAME, script, style
from fmteach.live.losses import words
from fmteach.live.losses.arithmetic import base_rate, floor, probability, sigmoid
from fmteach.live.losses.still import still
from fmteach.live.losses.words import State

_HERE = Path(__file__).parent
_FIRST = State()
_LIMITS = {
    "score": (-6.0, 6.0),
    "ctr": (0.01, 0.5),
    "stars": (0.5, 5.0),
    "rating": (0.0, 6.0),
    "liked": (-3.0, 3.0),
    "other": (-3.0, 3.0),
}


class LossAgainstScore(anywidget.AnyWidget):
    """The widget. Make it with `loss_against_score`.

    Traits; all may be set from Python and from the page.

    loss: "mse", "logloss" or "bpr". Of the logloss: rows, "1" or "0" for one row with that label,
    "all" for all rows together; score; ctr, the share of rows with y = 1; sigmoids, 1 or 2. Of MSE:
    stars, the label; rating, what the model says. Of BPR: liked, other, the scores of two films.
    """

    _esm = script(_HERE / "losses.js", _HERE / "arithmetic.js", _HERE / "words.js")
    _css = style(_HERE / "losses.css", FRAME)

    loss = traitlets.Enum(("mse", "logloss", "bpr"), _FIRST.loss).tag(sync=True)
    rows = traitlets.Enum(("1", "0", "all"), _FIRST.rows).tag(sync=True)
    score = traitlets.Float(_FIRST.score).tag(sync=True)
    ctr = traitlets.Float(_FIRST.ctr).tag(sync=True)
    sigmoids = traitlets.Enum((1, 2), _FIRST.sigmoids).tag(sync=True)
    stars = traitlets.Float(_FIRST.stars).tag(sync=True)
    rating = traitlets.Float(_FIRST.rating).tag(sync=True)
    liked = traitlets.Float(_FIRST.liked).tag(sync=True)
    other = traitlets.Float(_FIRST.other).tag(sync=True)
    first = traitlets.Dict(help="What Reset goes back to").tag(sync=True)

    def __init__(self, **start: Any) -> None:
        names = State.__dataclass_fields__
        super().__init__(first={n: start.get(n, getattr(_FIRST, n)) for n in names}, **start)

    @property
    def state(self) -> State:
        """All settings as one value."""
        return State(**{name: getattr(self, name) for name in State.__dataclass_fields__})

    @property
    def value(self) -> float:
        """The loss at the point."""
        return self.state.curve(self.state.at)[0]

    @property
    def slope(self) -> float:
        """The derivative of the loss at the point; of BPR, by the difference of the scores."""
        return self.state.curve(self.state.at)[1]

    @property
    def probability(self) -> float | None:
        """The p that the loss computes with; None for MSE, which knows of none."""
        if self.loss == "bpr":
            return sigmoid(self.state.at)
        return None if self.loss == "mse" else probability(self.score, self.sigmoids)

    @property
    def base_rate(self) -> float:
        """The logloss of p = CTR in every row."""
        return base_rate(self.ctr)

    @property
    def floor(self) -> float:
        """The mean logloss that no model gets below: 0 with one sigmoid."""
        return floor(self.ctr, self.sigmoids)

    def reset(self) -> LossAgainstScore:
        """Back to the settings it was made with."""
        with self.hold_trait_notifications():
            for name, value in self.first.items():
                setattr(self, name, value)
        return self

    def text(self) -> str:
        """The same content in words and as a plain table."""
        head, rows = words.table(self.state)
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        lines = [
            "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
            for row in (head, *rows)
        ]
        facts = "; ".join(f"{name} {value}" for name, value in words.facts(self.state))
        return "\n".join([words.sentence(self.state), facts, "", *lines])

    def to_svg(self) -> str:
        """The current state as one still picture, for a page without widgets."""
        return still(self.state)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        data = {**data, "text/plain": self.text(), "image/svg+xml": self.to_svg()}
        return data, metadata

    @traitlets.validate(*_LIMITS)
    def _check(self, proposal: Any) -> float:
        name, value = proposal["trait"].name, proposal["value"]
        low, high = _LIMITS[name]
        if not low <= value <= high:  # NaN is not between them either
            raise InputError(
                f"{name} = {value:g} is outside the picture; wanted {low:g} to {high:g}"
            )
        return value


def loss_against_score(
    loss: str = "logloss",
    *,
    rows: str = "1",
    score: float = _FIRST.score,
    ctr: float = _FIRST.ctr,
    sigmoids: int = 1,
    stars: float = _FIRST.stars,
    rating: float = _FIRST.rating,
    liked: float = _FIRST.liked,
    other: float = _FIRST.other,
    name: str = "losses",
) -> LossAgainstScore:
    """Loss against score: MSE, cross-entropy (logloss) or BPR, with a point to drag.

    The point shows score, probability, loss and slope in numbers; the arrow is one step downhill.
    For all rows the curve is the mean loss of one score in every row, and its lowest point the base
    rate. sigmoids = 2 shows a model that ends in a sigmoid while its loss applies another: the
    floor is the loss that no such model gets below.

    The arguments are the settings it starts with, and that Reset goes back to: the traits of
    `LossAgainstScore`. name: one widget a name; running the cell again replaces it. InputError for
    a number outside the picture, TraitError for a word that is none of those offered.

    >>> shown = loss_against_score(rows="all", ctr=0.17, sigmoids=2)
    >>> round(shown.floor, 4), round(shown.base_rate, 4)
    (0.6286, 0.4559)
    """
    owner.replace(LossAgainstScore, name)
    made = LossAgainstScore(
        loss=loss, rows=rows, score=score, ctr=ctr, sigmoids=sigmoids, stars=stars, rating=rating,
        liked=liked, other=other,
    )  # fmt: skip
    return owner.keep(LossAgainstScore, name, made)
