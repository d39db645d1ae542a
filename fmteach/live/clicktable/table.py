"""The click table: a small grid of clicks to edit, and what three models say of every cell.

The front end (table.js) fits the models itself, so that a click is answered at once and without a
kernel. Python fits them with the same lines (fits.py) when it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from fmteach.arguments import texts, whole_number
from fmteach.errors import InputError
from fmteach.live.clicktable.fits import Fit, fit_all
from fmteach.live.clicktable.patterns import FILMS, PATTERNS, USERS, Clicks, hide
from fmteach.live.clicktable.still import still
from fmteach.live.clicktable.text import Counts, count, text_table
from fmteach.live.frontend import FRAME, compact, script, style

_HERE = Path(__file__).parent
OWN = "own table"
MOST_ROWS, MOST_COLUMNS, MOST_FACTORS, LONGEST_NAME = 6, 8, 3, 24


class ClickTable(anywidget.AnyWidget):
    """The widget. Make it with `click_table`.

    Traits, set from Python and from the page: `clicks` ([rows][columns] of 1 clicked, -1 not
    clicked, 0 never shown), `k` (1 to 3), `pattern` (a name of `patterns`, of which the clicks are
    a part; it says what a hidden cell would have held).
    """

    _esm = script(_HERE / "table.js", _HERE / "fits.js", _HERE / "grids.js")
    _css = style(_HERE / "table.css", FRAME)

    # TraitType: what is wrong is told by the checks below, and not in the words of traitlets.
    clicks = traitlets.TraitType().tag(sync=True)
    k = traitlets.TraitType().tag(sync=True)
    pattern = traitlets.TraitType().tag(sync=True)
    # JSON in one string each: nested lists would be indented in a saved notebook.
    names = traitlets.Unicode().tag(sync=True)
    known = traitlets.Unicode().tag(sync=True)
    start = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        clicks: Clicks,
        *,
        pattern: str,
        patterns: dict[str, Clicks],
        k: int,
        rows: Sequence[str],
        columns: Sequence[str],
        fields: Sequence[str],
    ) -> None:
        self.rows, self.columns, self.fields = tuple(rows), tuple(columns), tuple(fields)
        self.patterns = patterns
        self._start = {"clicks": clicks, "k": k, "pattern": pattern}
        named = {"rows": self.rows, "columns": self.columns, "fields": self.fields}
        super().__init__(
            clicks=clicks, k=k, pattern=pattern, names=compact(named), known=compact(patterns),
            start=compact(self._start),
        )  # fmt: skip

    # ---- the table -------------------------------------------------------------------------

    @property
    def truth(self) -> Clicks:
        """What each cell holds in the whole pattern; 0 where nobody knows."""
        return self.patterns[self.pattern]

    def set(self, row: str, column: str, click: int) -> ClickTable:
        """One cell by its names: 1 clicked, -1 not clicked, 0 never shown."""
        u, f = self._place(row, self.rows), self._place(column, self.columns)
        changed = [list(line) for line in self.clicks]
        changed[u][f] = click
        self.clicks = changed
        return self

    def show(self, pattern: str, hidden: int = 0) -> ClickTable:
        """A whole pattern, less `hidden` of its cells."""
        pattern = _known(pattern, self.patterns)
        clicks = hide(self.patterns[pattern], whole_number("hidden", hidden, least=0))
        with self.hold_trait_notifications():
            self.pattern, self.clicks = pattern, clicks
        return self

    def hide(self, count: int = 6) -> ClickTable:
        """Hides `count` more of the shown cells."""
        self.clicks = hide(self.clicks, whole_number("count", count, least=0))
        return self

    def reset(self) -> ClickTable:
        """Back to how the table was made."""
        with self.hold_trait_notifications():
            for name, value in self._start.items():
                setattr(self, name, value)
        return self

    # ---- what the models say ---------------------------------------------------------------

    @property
    def fits(self) -> dict[str, Fit]:
        """The three fitted models by name: "linear", "poly-2", "FM"."""
        return fit_all(self.clicks, self.k)

    @property
    def counts(self) -> dict[str, Counts]:
        """For each model: wrong on how many shown cells, right on how many hidden ones."""
        return {name: count(fit, self.clicks, self.truth) for name, fit in self.fits.items()}

    def text(self) -> str:
        """The same content as a plain table: a line for each cell, then the counts."""
        return text_table(
            self.clicks, self.truth, self.fits, self.k, self.rows, self.columns, self.fields
        )

    def to_svg(self) -> str:
        """The current state as one still picture, for a page without widgets."""
        return still(self.clicks, self.truth, self.fits, self.k, self.rows, self.columns)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        data = {**data, "text/plain": self.text(), "image/svg+xml": self.to_svg()}
        return data, metadata

    # ---- inside ----------------------------------------------------------------------------

    def _place(self, name: str, names: tuple[str, ...]) -> int:
        if name not in names:
            raise InputError(f"{name!r} is not in the table; there are {', '.join(names)}")
        return names.index(name)

    @traitlets.validate("clicks")
    def _check_clicks(self, proposal: Any) -> Clicks:
        return _table(proposal["value"], len(self.rows), len(self.columns))

    @traitlets.validate("k")
    def _check_k(self, proposal: Any) -> int:
        return whole_number("k", proposal["value"], least=1, most=MOST_FACTORS)

    @traitlets.validate("pattern")
    def _check_pattern(self, proposal: Any) -> str:
        return _known(proposal["value"], self.patterns)


def click_table(
    clicks: Any = None,
    *,
    pattern: str = "taste groups",
    hidden: int = 0,
    k: int = 1,
    rows: Sequence[str] = USERS,
    columns: Sequence[str] = FILMS,
    fields: Sequence[str] = ("user", "film"),
) -> ClickTable:
    """An editable table of clicks beside what a linear score, poly-2 and an FM say of every cell.

    Either a pattern of 5 users and 6 films ("taste groups", "additive taste", "one odd cell",
    "random"), `hidden` of its cells hidden; or your own clicks: [rows][columns] of 1 (clicked), -1
    (not clicked) and 0 (never shown), at most 6 rows and 8 columns, with names for rows, columns
    and the two fields. k: the FM's factors, 1 to 3.

    Raises InputError for a table that cannot be used. A fit costs a tenth of a second at most.

    >>> table = click_table(hidden=8)
    >>> {name: (c.wrong, c.shown, c.right, c.hidden) for name, c in table.counts.items()}
    {'linear': (6, 22, 1, 8), 'poly-2': (0, 22, 1, 8), 'FM': (0, 22, 8, 8)}
    >>> ads = click_table([[1, -1], [-1, 0]], rows=("sale", "news"), columns=("phone", "desk"),
    ...                   fields=("ad", "device"))
    >>> ads.set("news", "desk", 1).clicks
    [[1, -1], [-1, 1]]
    """
    patterns = dict(PATTERNS)
    if clicks is not None:
        rows, columns = _names(clicks, rows, columns)
        table = _table(clicks, len(rows), len(columns))
        pattern, patterns = OWN, {OWN: table}
    elif rows is not USERS or columns is not FILMS:
        raise InputError("names were given without a table; give your own clicks with them")
    fields = texts("fields", fields, 2, LONGEST_NAME)
    made = hide(patterns[_known(pattern, patterns)], whole_number("hidden", hidden, least=0))
    return ClickTable(
        made, pattern=pattern, patterns=patterns, k=k, rows=rows, columns=columns, fields=fields
    )


def _names(clicks: Any, rows: Sequence[str], columns: Sequence[str]) -> tuple[tuple, tuple]:
    """The names for a table of this size; the users and films of the course where they fit."""
    try:
        sizes = len(clicks), len(clicks[0])
    except (TypeError, IndexError, KeyError):
        raise InputError(f"clicks must be a table, rows of numbers; got {clicks!r}") from None
    found = []
    for what, names, usual, size, most in (
        ("rows", rows, USERS, sizes[0], MOST_ROWS),
        ("columns", columns, FILMS, sizes[1], MOST_COLUMNS),
    ):
        if not 1 <= size <= most:
            raise InputError(f"{size} {what}; the table takes 1 to {most}")
        if names is usual:
            names = [*usual, *(f"{what[:-1]} {n}" for n in range(len(usual) + 1, most + 1))][:size]
        names = tuple(texts(f"the names of the {what}", names, size, LONGEST_NAME))
        if len(set(names)) != size:
            raise InputError(f"{size} {what} need {size} different names; got {names!r}")
        found.append(names)
    return found[0], found[1]


def _known(pattern: Any, patterns: Mapping[str, Clicks]) -> str:
    if not isinstance(pattern, str) or pattern not in patterns:
        raise InputError(f"pattern {pattern!r} is not one of {', '.join(patterns)}")
    return pattern


def _table(clicks: Any, rows: int, columns: int) -> Clicks:
    try:
        table = [[int(y) for y in row] for row in clicks]
        whole = all(y == z for row, line in zip(clicks, table, strict=True)
                    for y, z in zip(row, line, strict=True))  # fmt: skip
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"clicks must be rows of 1, -1 and 0; got {clicks!r}") from None
    if len(table) != rows or any(len(row) != columns for row in table):
        raise InputError(
            f"clicks must be {rows} rows of {columns} numbers; got rows of "
            f"{[len(row) for row in table]}"
        )
    if not whole or any(y not in (-1, 0, 1) for row in table for y in row):
        raise InputError("a cell holds 1 (clicked), -1 (not clicked) or 0 (never shown)")
    return table
