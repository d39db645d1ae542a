"""Derivatives by hand: nine fields to fill in, beside autograd and finite differences.

The page judges at every key by itself (derivatives.js); Python judges by the same rules when it is
asked, so that a notebook, a test and a print-out see the same.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from fmteach.derivation import show
from fmteach.errors import InputError
from fmteach.live.frontend import FRAME, compact, script, style
from fmteach.live.gradients.fields import FIELDS, SHOWN, field_of
from fmteach.live.gradients.judging import Judged, judge
from fmteach.live.gradients.rows import (
    LOSSES,
    D,
    K,
    Row,
    autograd,
    difference,
    forward,
    own_row,
    random_rows,
)

_HERE = Path(__file__).parent
_RANDOM_ROWS = 7

_X = (2.0, -1.5, 0.5)
_V = ((0.7, 1.2), (-0.4, 0.3), (1.8, -0.6))
_W = (0.3, -0.2, 0.8)


class Derivatives(anywidget.AnyWidget):
    """The widget. Make it with `derivatives`; drive it with `answer` or with its traits.

    Traits: `answers` (key -> what is written), `loss` ("squared" or "log"), `numbers` (0: your own
    row, 1 to 7: random ones), `feature` (1 to 3) and `factor` (1 to 2): for which of them the
    values are shown, `hints` (key -> how many were seen).
    """

    _esm = script(_HERE / "derivatives.js", _HERE / "expression.js", _HERE / "judging.js")
    _css = style(_HERE / "gradients.css", FRAME)

    answers = traitlets.Dict().tag(sync=True)
    hints = traitlets.Dict().tag(sync=True)
    loss = traitlets.Enum(LOSSES, "squared").tag(sync=True)
    numbers = traitlets.Int(0).tag(sync=True)
    feature = traitlets.Int(1).tag(sync=True)
    factor = traitlets.Int(1).tag(sync=True)
    data = traitlets.Unicode().tag(sync=True)

    def __init__(self, row: Row, loss: str, seed: int):
        if loss not in LOSSES:
            raise InputError(f"loss must be one of {', '.join(LOSSES)}; got {loss!r}")
        self._lock = threading.RLock()
        self._rows = [row, *random_rows(np.random.default_rng(seed), _RANDOM_ROWS)]
        super().__init__(loss=loss, data=self._payload())

    # ---- what the learner does ---------------------------------------------------------------

    def answer(self, key: str, text: str | None = None) -> str:
        """Write an expression into a field, or read one (text left out); returns the verdict.

        key: one of "dz_dv", "ds_dz", "dq_dz", "dpair_ds", "dpair_dq", "dy_dw0", "dy_dw", "dy_dv",
        "dloss_dy". An empty text clears the field.
        """
        _known(key)
        if text is not None:
            if not isinstance(text, str):
                raise InputError(f'an expression is a text such as "2z_il"; got {text!r}')
            with self._lock:
                self.answers = {**self.answers, key: text}
        found = self.judged(key)
        return f"{found.verdict}: {found.says}" if found.says else found.verdict

    def judged(self, key: str) -> Judged:
        """The verdict on a field with all that belongs to it."""
        _known(key)
        return judge(field_of(key, self.loss), str(self.answers.get(key, "")), self._in_order())

    @property
    def verdicts(self) -> dict[str, str]:
        """key -> "open", "unfinished", "unclear", "wrong", "close" or "exact"."""
        return {key: self.judged(key).verdict for key in SHOWN}

    @property
    def exact(self) -> int:
        """How many of the nine are exact."""
        return list(self.verdicts.values()).count("exact")

    @property
    def row(self) -> Row:
        """The numbers that are shown."""
        return self._rows[self.numbers]

    def set_numbers(self, x: Any, V: Any, *, w0: Any = 0.1, w: Any = _W, y: Any = 1) -> None:
        """Show a row of your own: x [3], V [3, 2], w0, w [3], y 0 or 1. The answers stay."""
        row = own_row(x, V, w0, w, y)
        with self._lock:
            self._rows[0] = row
            self.data = self._payload()
            self.numbers = 0

    def reset(self) -> None:
        """Clear all fields and hints, and go back to your own numbers."""
        with self.hold_sync():
            self.answers, self.hints = {}, {}
            self.numbers, self.feature, self.factor = 0, 1, 1

    # ---- what it shows -----------------------------------------------------------------------

    def text(self) -> str:
        """The same content as plain text."""
        row, steps = self.row, forward(self.row)
        name = "your own" if self.numbers == 0 else f"random row {self.numbers} of {_RANDOM_ROWS}"

        def vector(values: Any) -> str:
            return f"({', '.join(show(value, 0, 4) for value in values)})"

        lines = [
            f"Numbers: {name}",
            f"x = {vector(row.x)}, w0 = {show(row.w0, 0, 4)}, w = {vector(row.w)}, y = {row.y:g}",
            *(
                f"feature {i + 1}: v = {vector(row.V[i])}, z = {vector(steps['z'][i])}"
                for i in range(D)
            ),
            f"s = {vector(steps['s'])}, q = {vector(steps['q'])}",
            f"pair = {show(steps['pair'], 0, 4)}, lin = {show(steps['lin'], 0, 4)}, "
            f"ŷ = {show(steps['ŷ'], 0, 4)}, p = {show(steps['p'], 0, 4)}, "
            f"{self.loss} loss = {show(steps['loss'][self.loss], 0, 4)}",
            "",
        ]
        i, l = self.feature - 1, self.factor - 1
        table = [["derivative", "your expression", "verdict", "gives", "autograd", "difference"]]
        for key in SHOWN:
            field, found = field_of(key, self.loss), self.judged(key)
            numbers = ["", "", ""]
            if found.values:
                truth = autograd(row)[field.key][i][l], difference(row, field.key, i, l)
                numbers = [show(value, 2, 4) for value in (found.values[i][l], *truth)]
            written = str(self.answers.get(key, "")).strip()
            table.append([field.label, written, found.verdict, *numbers])
        widths = [max(len(line[n]) for line in table) for n in range(len(table[0]))]
        lines += [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in table
        ]
        lines += ["", f"The numbers are for feature {self.feature}, factor {self.factor}."]
        return "\n".join([*lines, f"{self.exact} of {len(SHOWN)} exact."])

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/plain": self.text()}, metadata

    # ---- inside ------------------------------------------------------------------------------

    def _in_order(self) -> list[Row]:
        return [self.row, *(row for row in self._rows if row is not self.row)]

    def _payload(self) -> str:
        rows = []
        for row in self._rows:
            truth = autograd(row)
            told = {field.key: _short(truth[field.key], field.over) for field in FIELDS}
            rows.append({**row.as_dict(), "autograd": told})
        fields = [
            {
                "key": field.key, "of": field.of, "by": field.by, "over": field.over,
                "names": field.names, "hints": field.hints, "slips": field.slips,
            }
            for field in FIELDS
        ]  # fmt: skip
        return compact({"rows": rows, "fields": fields, "shown": SHOWN})

    @traitlets.validate("numbers", "feature", "factor")
    def _inside(self, proposal: Any) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        low, high = {"numbers": (0, _RANDOM_ROWS), "feature": (1, D), "factor": (1, K)}[name]
        if not low <= value <= high:
            raise InputError(f"{name} must be {low} to {high}; got {value}")
        return value


def _short(values: list[list[float]], over: str) -> Any:
    """Each number once: a list over the features, of lists over the factors, where they vary."""
    rounded = [[round(one, 12) for one in of] for of in values]
    rounded = rounded if "i" in over else rounded[:1]
    return rounded if "l" in over else [of[:1] for of in rounded]


def _known(key: str) -> None:
    if key not in SHOWN:
        raise InputError(f"there is no field {key!r}; the fields are {', '.join(SHOWN)}")


def derivatives(
    x: Any = None, V: Any = None, *, w0: Any = 0.1, w: Any = _W, y: Any = 1,
    loss: str = "squared", seed: int = 0,
) -> Derivatives:  # fmt: skip
    """Fill in the derivatives of a factorization machine, by hand, on your own numbers.

    x: [3], V: [3, 2], w0: a number, w: [3], y: 0 or 1; x and V both or none. loss: "squared",
    (ŷ − y)², or "log". seed: of the seven random rows on which an expression must hold too.
    Raises InputError for numbers that cannot be used.

    >>> page = derivatives()
    >>> page.answer("dq_dz", "z_il")
    'close: Half of the truth: the slope of a square t² is 2t. The factor 2 is lost.'
    >>> page.answer("dq_dz", "2z_il"), page.exact
    ('exact: Exact, on these numbers and on the random rows.', 1)
    """
    if (x is None) != (V is None):
        raise InputError("only one of x and V was given; give both, or none for the usual numbers")
    given = (_X, _V) if x is None else (x, V)
    return Derivatives(own_row(*given, w0, w, y), loss, seed)
