"""The map of a model's factors, to search, to click through and to read.

Everything that the front end (map.js) needs is in one trait, so that choosing a film is instant and
works on a page without a kernel too.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from fmteach.arguments import whole_number
from fmteach.datasets import Dataset, Table
from fmteach.errors import InputError
from fmteach.explain import FactorMap, axis_words, factor_map
from fmteach.live.films import owner
from fmteach.live.films.still import still_map
from fmteach.live.frontend import FRAME, compact, script, style
from fmteach.models import LinearModel

_HERE = Path(__file__).parent
AXES = 4  # of the principal axes that can be chosen
_UNITS = 1000  # coordinates travel as whole numbers from -1000 to 1000
_FIRST = "Toy Story (1995)"  # shown first where it is on the map: everybody knows it


class FilmMap(anywidget.AnyWidget):
    """The widget. Make it with `film_map`.

    selected: the chosen film. across, up: the axes shown, from 0. All three may be set from Python
    and from the page. `map` is the `fmteach.explain.FactorMap` that is drawn.
    """

    _esm = script(_HERE / "map.js", _HERE / "search.js")
    _css = style(_HERE / "films.css", FRAME)

    # One string: nested lists would be indented in a saved notebook, and far larger there.
    data = traitlets.Unicode(help="The payload as JSON").tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)
    across = traitlets.Int(0).tag(sync=True)
    up = traitlets.Int(1).tag(sync=True)

    def __init__(self, map: FactorMap, neighbours: int = 8) -> None:
        self.map = map
        self._near, self._similar = map.nearest(neighbours)
        first = _FIRST if _FIRST in map.names else map.names[0]
        axes = min(AXES, map.coordinates.shape[1])
        self.payload = _payload(map, axes, self._near, self._similar, first)
        super().__init__(
            data=compact(self.payload),
            selected=first,
            up=min(1, axes - 1),
        )

    def select(self, name: str) -> FilmMap:
        """Choose a film by its name; InputError with near names for an unknown one."""
        self.selected = self.map.names[self.map.place(name)]
        return self

    @property
    def nearest(self) -> Table:
        """The chosen film's nearest ones on the map: name, similarity, train rows."""
        place = self.map.names.index(self.selected)
        pairs = zip(self._near[place], self._similar[place], strict=True)
        rows = tuple((self.map.names[n], float(s), int(self.map.rows[n])) for n, s in pairs)
        return Table((self.map.field, "similarity", "train rows"), rows)

    def text(self) -> str:
        """The map in words: its axes, the chosen film, and its nearest ones."""
        shares = 100 * self.map.shares
        shown = shares[[*{self.across, self.up}]].sum()
        return "\n".join(
            [
                f"Map of the factors of {len(self.map):,} {self.map.field}s. The two axes shown "
                f"hold {shown:.0f} % of the variance of {self.map.factors.shape[1]} factors.",
                *(axis_words(self.map, a).sentence() for a in range(len(self.payload["axes"]))),
                "",
                f"Nearest to {self.selected}, by the cosine of all factors:",
                str(self.nearest),
            ]
        )

    def to_svg(self) -> str:
        """The map as one still picture, for a page without widgets."""
        place = self.map.names.index(self.selected)
        return still_map(self.map, self.across, self.up, place, self._near[place].tolist())

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        data = {**data, "text/plain": self.text(), "image/svg+xml": self.to_svg()}
        return data, metadata

    @traitlets.validate("selected")
    def _check_selected(self, proposal: Any) -> str:
        if proposal["value"] not in self.map.names:
            raise InputError(
                f"{proposal['value']!r} is not on the map; .select(name) offers near names"
            )
        return proposal["value"]

    @traitlets.validate("across", "up")
    def _check_axis(self, proposal: Any) -> int:
        axes = min(AXES, self.map.coordinates.shape[1])
        if not 0 <= proposal["value"] < axes:
            raise InputError(
                f"{proposal['trait'].name} = {proposal['value']}: axes go from 0 to {axes - 1}"
            )
        return proposal["value"]


def film_map(
    model: LinearModel,
    dataset: Dataset,
    *,
    field: str | None = None,
    least_rows: int = 30,
    most: int = 1000,
    neighbours: int = 8,
    groups: str | Mapping[str, object] | None = None,
    together: bool = True,
    name: str = "film map",
) -> FilmMap:
    """A map of the factors of one field, with the nearest neighbours of a chosen feature.

    Search or click to choose a film; arrow keys work on the map and in the list. The picture shows
    two principal axes, the neighbours come from all k factors (see `fmteach.explain.factor_map`
    and `fmteach.explain.nearest`, whose arguments these are).

    neighbours: how many are joined to the chosen film. name: one map a name; running the cell
    again replaces it and keeps the chosen film. O(n² k) for n films, below a second for 1,000.

    >>> import fmteach
    >>> from fmteach.datasets import from_arrays
    >>> data = from_arrays([[0, 0], [0, 1], [1, 2], [1, 3]] * 9, [1, 0, 1, 0] * 9,
    ...                    fields=("user", "film"))
    >>> fm = fmteach.FactorizationMachine(data.num_features, k=3, seed=1)
    >>> len(film_map(fm, data, least_rows=1).nearest)
    3
    """
    drawn = factor_map(
        model, dataset, field, least_rows, most=most, groups=groups, together=together
    )
    made = FilmMap(drawn, whole_number("neighbours", neighbours, most=20))
    earlier = owner.replace(FilmMap, name)
    if earlier is not None and earlier.selected in drawn.names:
        made.selected = earlier.selected
    return owner.keep(FilmMap, name, made)


def _payload(map: FactorMap, axes: int, near, similar, first: str) -> dict[str, Any]:
    largest = float(abs(map.coordinates[:, :axes]).max()) or 1.0
    measure = "mean rating" if map.task == "rating" else f"share of {map.task}"
    if float(map.mean.std()) == 0:  # of ranking data every row is a positive
        measure = ""
    sets = sorted({", ".join(groups) for groups in map.groups})
    kind_of = {kind: place for place, kind in enumerate(map.kinds)}
    described = []
    for axis in range(axes):
        words = axis_words(map, axis)
        values = (map.coordinates[:, axis] * _UNITS / largest).round().astype(int)
        described.append(
            {
                "share": round(100 * float(map.shares[axis])),
                "low_words": [name for name, _ in words.low[:3]],
                "high_words": [name for name, _ in words.high[:3]],
                "words": words.sentence().split(". ", 1)[-1],
                "low": int(values.min()),
                "high": int(max(values.max(), values.min() + 1)),
                "values": values.tolist(),
            }
        )
    return {
        "field": map.field,
        "first": first,
        "k": int(map.factors.shape[1]),
        "counted": {"rating": "ratings", "like": "ratings", "rank": "likes"}.get(map.task, "rows"),
        "measure": measure,
        "names": list(map.names),
        "counts": map.rows.tolist(),
        "mean": (100 * map.mean).round().astype(int).tolist(),
        "sets": sets,
        "set": [sets.index(", ".join(groups)) for groups in map.groups],
        "main": [kind_of.get(kind, -1) for kind in map.main],
        "kinds": list(map.kinds),
        "axes": described,
        "near": near.tolist(),
        "similar": (similar * 1000).round().astype(int).tolist(),
    }
