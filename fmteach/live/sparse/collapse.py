"""A row of up to ten million columns that collapses to its m non-zero features.

The picture has four stages: the long row, the zeros vanish, m rows of V are looked up, two sums.
Beside it stand the multiplications and the bytes of three forms of the pairwise term. The page
computes all of it by itself (collapse.js), so that it needs no kernel; `made_row` and `costs` are
the same rules in Python, and the tests compare the two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from fmteach.arguments import whole_number
from fmteach.live.frontend import FRAME, script, style
from fmteach.live.sparse import made_row
from fmteach.live.sparse.costs import Cost, costs
from fmteach.live.sparse.still import still
from fmteach.live.sparse.text import STAGES, text_table

_HERE = Path(__file__).parent
LIMITS = {"d": (100, 10_000_000), "m": (1, 100), "k": (1, 64), "stage": (1, len(STAGES))}


class Collapse(anywidget.AnyWidget):
    """The widget. Make it with `collapse`; drive it with `step`, `back`, `reset` or its traits.

    Traits: `d` columns (100 to 10,000,000), `m` non-zero features (1 to 100), `k` factors (1 to
    64), `stage` (1 to 4). They may be set from Python and from the page. `ids`, `values` and
    `rows` are the numbers that are shown, `value` is the pairwise term, `costs` are the bars.
    """

    _esm = script(_HERE / "collapse.js")
    _css = style(_HERE / "collapse.css", FRAME)

    # TraitType: what is wrong is told by the check below, and not in the words of traitlets.
    d = traitlets.TraitType().tag(sync=True)
    m = traitlets.TraitType().tag(sync=True)
    k = traitlets.TraitType().tag(sync=True)
    stage = traitlets.TraitType(1).tag(sync=True)
    start = traitlets.List(traitlets.Int(), help="d, m, k of a reset").tag(sync=True)

    def __init__(self, d: int, m: int, k: int) -> None:
        super().__init__(d=d, m=m, k=k)
        self.start = [self.d, self.m, self.k]

    # ---- the numbers -----------------------------------------------------------------------

    @property
    def ids(self) -> list[int]:
        """The m columns that are not zero, in rising order."""
        return made_row.row_ids(self.d, self.m)

    @property
    def values(self) -> list[float]:
        """Their values."""
        return [made_row.value_tenths(j) / 10 for j in range(self.m)]

    @property
    def rows(self) -> np.ndarray:
        """Their rows of V: [m, k] float64."""
        found = [[made_row.factor_tenths(i, l) for l in range(self.k)] for i in self.ids]
        return np.array(found) / 10

    @property
    def value(self) -> float:
        """The pairwise term: the same in all three forms."""
        return made_row.pairwise(self.d, self.m, self.k)

    @property
    def costs(self) -> tuple[Cost, ...]:
        """Multiplications and bytes: the definition, two passes dense, two passes sparse."""
        return costs(self.d, self.m, self.k)

    # ---- the stages ------------------------------------------------------------------------

    def step(self) -> None:
        """One stage further; stays at the last one."""
        self.stage = min(self.stage + 1, len(STAGES))

    def back(self) -> None:
        """One stage back; stays at the first one."""
        self.stage = max(self.stage - 1, 1)

    def reset(self) -> None:
        """Back to the long row, with the first d, m and k."""
        with self.hold_sync():
            self.d, self.m, self.k = self.start
            self.stage = 1

    # ---- other forms -----------------------------------------------------------------------

    def text(self) -> str:
        """The same content as plain text."""
        return text_table(self.d, self.m, self.k, self.stage)

    def to_svg(self) -> str:
        """Strip and bars as one still picture, for a page without widgets."""
        return still(self.d, self.m, self.k)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        data = {**data, "text/plain": self.text(), "image/svg+xml": self.to_svg()}
        return data, metadata

    @traitlets.validate("d", "m", "k", "stage")
    def _check(self, proposal: Any) -> int:
        name = proposal["trait"].name
        return whole_number(name, proposal["value"], *LIMITS[name])


def collapse(d: int = 1_000_000, m: int = 10, k: int = 8) -> Collapse:
    """A row of d columns, m of them not zero, and what the pairwise term with k factors costs.

    d: 100 to 10,000,000; m: 1 to 100; k: 1 to 64. The page works without a kernel. Python's own
    numbers cost O(k m), whatever d is. Raises InputError for sizes outside the picture.

    >>> row = collapse(d=1_000_000, m=3, k=4)
    >>> row.ids, row.values, row.rows.shape
    ([103666, 642666, 848333], [1.0, 1.0, 0.5], (3, 4))
    >>> {cost.name: cost.multiplications for cost in row.costs}["Two passes, sparse"]
    29
    """
    return Collapse(d, m, k)
