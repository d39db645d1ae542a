"""A small table that prints as aligned text and shows as HTML in a notebook."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from fmteach.datasets.choices import one_of


@dataclass(frozen=True)
class Table:
    """Column names and rows of cells. Numbers are set to the right, texts to the left.

    >>> print(Table(("film", "ratings"), ((("Toy Story (1995)"), 247), ("Heat (1995)", 104))))
    film              ratings
    Toy Story (1995)      247
    Heat (1995)           104
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]

    def only(self, *columns: str) -> Table:
        """The table with these columns alone, in this order: for one that is too wide to be read.

        Errors: InputError for a column that is not there.

        >>> print(Table(("a", "b", "c"), ((1, 2, 3),)).only("c", "a"))
        c  a
        3  1
        """
        places = [self.columns.index(one_of("column", name, self.columns)) for name in columns]
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        return Table(tuple(columns), rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        cells = [list(self.columns), *([_text(cell) for cell in row] for row in self.rows)]
        widths = [max(len(row[j]) for row in cells) for j in range(len(self.columns))]
        right = self._set_right()
        lines = []
        for row in cells:
            padded = (
                cell.rjust(width) if to_right else cell.ljust(width)
                for cell, width, to_right in zip(row, widths, right, strict=True)
            )
            lines.append("  ".join(padded).rstrip())
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        sides = ["right" if right else "left" for right in self._set_right()]

        def row(tag: str, cells: Sequence[object]) -> str:
            scope = ' scope="col"' if tag == "th" else ""
            return "".join(
                f'<{tag}{scope} style="text-align:{side}">{html.escape(_text(cell))}</{tag}>'
                for cell, side in zip(cells, sides, strict=True)
            )

        body = "".join(f"<tr>{row('td', cells)}</tr>" for cells in self.rows)
        return (
            f"<table><thead><tr>{row('th', self.columns)}</tr></thead><tbody>{body}</tbody></table>"
        )

    def _set_right(self) -> list[bool]:
        return [any(_is_number(row[j]) for row in self.rows) for j in range(len(self.columns))]


def _is_number(cell: object) -> bool:
    """A number, or a share such as "2.7 %"."""
    return isinstance(cell, int | float) or (
        isinstance(cell, str) and cell.endswith(" %") and cell[:-2].replace(".", "").isdigit()
    )


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.4g}" if abs(cell) < 1000 else f"{cell:,.0f}"
    if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) >= 10_000:
        return f"{cell:,}"
    return str(cell)
