"""The plane of arrows: factors to drag, and the square of pair products that follows.

The front end (vectors.js) computes everything itself, so that it follows a finger at once and works
on a page without a kernel. Python sees the arrows as `.V` and `.x`, and can move them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from fmteach.arguments import finite_number, texts, whole_number
from fmteach.errors import InputError
from fmteach.live.frontend import FRAME, compact, script, style
from fmteach.live.vectors import words
from fmteach.live.vectors.patterns import read_pattern, targets_of
from fmteach.live.vectors.still import picture

_HERE = Path(__file__).parent
FEWEST, MOST = 2, 6  # features
LARGEST_X = 5.0
LONGEST_NAME = 24
_NAMES = ("Ann", "Alien", "evening", "with kids", "at work", "a comedy")
_START = ((0.8, 0.9), (1.4, -0.4), (0.9, -1.0), (-1.2, 0.6), (-0.4, -1.4), (0.2, 1.6))


class VectorPlane(anywidget.AnyWidget):
    """The widget. Make it with `vectors`.

    Traits, which may be set from Python and from the page: tips [d, 2], the arrows with both of
    their numbers (for k = 1 only the first is used); x [d]; k (1 or 2); chosen, the two features of
    the chosen pair, from 0; target, the name of the pattern of signs to hit, "" for none.
    """

    _esm = script(_HERE / "vectors.js", _HERE / "numbers.js", _HERE / "drawing.js")
    _css = style(_HERE / "vectors.css", FRAME)

    data = traitlets.Unicode(help="Names, targets and the start, as JSON").tag(sync=True)
    # TraitType: what is wrong is told by the checks below, and not in the words of traitlets.
    tips = traitlets.TraitType(help="[d][2]").tag(sync=True)
    x = traitlets.TraitType(help="[d]").tag(sync=True)
    k = traitlets.TraitType(2).tag(sync=True)
    chosen = traitlets.TraitType(help="[i, j], i < j").tag(sync=True)
    target = traitlets.TraitType("").tag(sync=True)

    def __init__(
        self, names: list[str], V: list[list[float]], x: list[float], targets: dict[str, list[str]],
        target: str,
    ) -> None:  # fmt: skip
        self.names, self.targets = tuple(names), targets
        k = len(V[0])
        # The first pair that is in the row: of one-hot rows most are not.
        pairs = [[i, j] for i, j in words.pairs(len(x)) if x[i] and x[j]]
        start = {
            "tips": [[*row, 0.0][:2] for row in V], "x": x, "k": k, "chosen": [*pairs, [0, 1]][0],
            "target": target,
        }  # fmt: skip
        self._start = start
        super().__init__(
            data=compact({"names": names, "targets": targets, "start": start}), **start
        )

    # ---- what the arrows are -------------------------------------------------------------------

    @property
    def V(self) -> list[list[float]]:
        """The factors as they are now: d rows of k numbers. May be set, with 1 or 2 columns."""
        return [list(map(float, tip[: self.k])) for tip in self.tips]

    @V.setter
    def V(self, rows: Any) -> None:
        V = _factors(rows, len(self.names))
        with self.hold_sync():
            self.k = len(V[0])
            self.tips = [[*row, 0.0][:2] for row in V]

    @property
    def products(self) -> list[list[float]]:
        """The d x d square of <v_i, v_j> x_i x_j."""
        return words.products(self.tips, self.x, self.k)

    @property
    def pair_term(self) -> float:
        """The sum of the products over i < j."""
        return words.pair_term(self.tips, self.x, self.k)

    @property
    def met(self) -> tuple[int, int] | None:
        """How many signs of the target are met, and how many it wants; None without a target."""
        if not self.target:
            return None
        return words.met(self.products, self.targets[self.target])

    def reset(self) -> VectorPlane:
        """Everything as it was when the cell was run."""
        with self.hold_sync():
            for name, value in self._start.items():
                setattr(self, name, value)
        return self

    # ---- other forms ---------------------------------------------------------------------------

    def text(self) -> str:
        """The same content as plain text: arrows, pairs, their sum, the target."""
        return words.twin(
            self.names, self.tips, self.x, self.k, self.chosen, self.target,
            self.targets.get(self.target),
        )  # fmt: skip

    def to_svg(self) -> str:
        """The current state as one still picture, for a page without widgets."""
        return picture(self.names, self.tips, self.x, self.k, self.chosen)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        data = {**data, "text/plain": self.text(), "image/svg+xml": self.to_svg()}
        return data, metadata

    # ---- what a trait may be -------------------------------------------------------------------

    @traitlets.validate("tips")
    def _check_tips(self, proposal: Any) -> list[list[float]]:
        tips = _factors(proposal["value"], len(self.names))
        if len(tips[0]) != 2:
            raise InputError("tips must have 2 columns; to give 1 column, set .V")
        return tips

    @traitlets.validate("x")
    def _check_x(self, proposal: Any) -> list[float]:
        return _features(proposal["value"], len(self.names))

    @traitlets.validate("k")
    def _check_k(self, proposal: Any) -> int:
        return whole_number("k", proposal["value"], least=1, most=2)

    @traitlets.validate("chosen")
    def _check_chosen(self, proposal: Any) -> list[int]:
        value, d = proposal["value"], len(self.names)
        two = isinstance(value, Sequence | np.ndarray) and len(value) == 2
        pair = [whole_number("a feature of chosen", each, least=0) for each in value] if two else []
        if not pair or not pair[0] < pair[1] < d:
            raise InputError(f"chosen must be a pair [i, j] with 0 <= i < j < {d}; got {value!r}")
        return pair

    @traitlets.validate("target")
    def _check_target(self, proposal: Any) -> str:
        value = proposal["value"]
        if not isinstance(value, str) or (value and value not in self.targets):
            known = ", ".join(map(repr, self.targets))
            raise InputError(f"no target {value!r}; choose one of {known}, or ''")
        return value


def vectors(
    V: Any = None,
    x: Any = None,
    names: Sequence[str] | None = None,
    *,
    challenge: Any = None,
) -> VectorPlane:
    """Arrows in the plane, one for each feature, and what each pair of them adds to the score.

    Drag a tip (or move it with the arrow keys), and the square of <v_i, v_j> x_i x_j follows. `.V`
    and `.x` are what the learner made; both may be set.

    V: [d, k] numbers, d from 2 to 6, k 1 or 2, no row longer than 2. x: [d] numbers from -5 to 5, 1
    each when left out. names: d short names. Without V and names: four features of an evening with
    a film. challenge: a pattern of signs to hit, "two camps", "three camps", "four camps", or d
    rows such as "0+-" or [0, 1, -1], of which the part above the diagonal counts. O(kd²).
    Raises InputError for what cannot be drawn.

    >>> plane = vectors([[1.0, 0.0], [0.5, 1.0], [-1.0, 0.5]], names=["Ann", "Alien", "Heat"])
    >>> plane.pair_term
    -0.5
    >>> plane.x = [1, 1, 0]; plane.pair_term
    0.5
    """
    d = next((_length(given) for given in (V, names, x) if given is not None), 4)
    if not FEWEST <= d <= MOST:
        raise InputError(f"the plane holds {FEWEST} to {MOST} features; got {d}")
    rows = _factors(_START[:d] if V is None else V, d)
    targets = targets_of(d)
    target = ""
    if isinstance(challenge, str) and challenge in targets:
        target = challenge
    elif challenge is not None:
        target, targets["own signs"] = "own signs", read_pattern(challenge, d)
    return VectorPlane(
        _names(names, d, V is None), rows, _features([1.0] * d if x is None else x, d), targets,
        target,
    )  # fmt: skip


def _length(given: Any) -> int:
    try:
        return len(given)
    except TypeError:
        raise InputError(f"V, x and names have an entry for each feature; got {given!r}") from None


def _names(names: Any, d: int, ours: bool) -> list[str]:
    if names is None:
        return list(_NAMES[:d]) if ours else [f"feature {n + 1}" for n in range(d)]
    return texts("names", names, d, LONGEST_NAME)


def _factors(V: Any, d: int) -> list[list[float]]:
    try:
        rows = np.array(V, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"V must be {d} rows of 1 or 2 numbers; got {V!r}") from None
    if rows.ndim != 2 or rows.shape[0] != d or rows.shape[1] not in (1, 2):
        raise InputError(
            f"V must have the shape [{d}, 1] or [{d}, 2] for {d} features; got {list(rows.shape)}"
        )
    lengths = np.hypot(rows[:, 0], rows[:, -1] if rows.shape[1] == 2 else 0)
    if not np.isfinite(rows).all() or (lengths > words.LONGEST + 1e-6).any():
        worst = rows[int(np.argmax(np.nan_to_num(lengths, nan=np.inf)))].tolist()
        raise InputError(f"an arrow must be finite and at most 2 long; got the row {worst}")
    return rows.tolist()


def _features(x: Any, d: int) -> list[float]:
    several = isinstance(x, Sequence | np.ndarray) and not isinstance(x, str)
    values = [finite_number("x_i", value) for value in x] if several else []
    if len(values) != d or any(abs(value) > LARGEST_X for value in values):
        raise InputError(f"x must be {d} numbers from -{LARGEST_X:g} to {LARGEST_X:g}; got {x!r}")
    return values
