"""The waterfall of one prediction: from w0, term by term, to the score."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from fmteach.arguments import whole_number
from fmteach.datasets import Dataset
from fmteach.datasets.dataset import PARTS
from fmteach.errors import InputError
from fmteach.explain import Row, Terms, compose, owners, pick, terms, train_rows
from fmteach.explain.features import check_model
from fmteach.explain.row_index import rows_with, span
from fmteach.live.films import owner
from fmteach.live.films.bars import UNITS, axis, bars_of, verdict
from fmteach.live.films.still import still_waterfall
from fmteach.live.frontend import FRAME, compact, script, style
from fmteach.models import LinearModel

_HERE = Path(__file__).parent
_SUGGESTED = 8
PAIR = ("user", "film")


class Waterfall(anywidget.AnyWidget):
    """The widget. Make it with `waterfall`.

    `choose(user=..., film=...)`, `choose_row(number)`, `random_row()` and `reset()` do from code
    what the page does. `row` and `terms` are what is shown.
    """

    _esm = script(_HERE / "waterfall.js", _HERE / "search.js")
    _css = style(_HERE / "films.css", FRAME)

    boxes = traitlets.List(help="[field, caption, hint] of each search box").tag(sync=True)
    data = traitlets.Unicode(help="The payload as JSON").tag(sync=True)
    opened = traitlets.List(traitlets.Unicode(), help="Groups of terms shown singly").tag(sync=True)
    part = traitlets.Unicode("test", help="Where a random row comes from").tag(sync=True)
    problem = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self, model: LinearModel, dataset: Dataset, first: Row, part: str, most: int
    ) -> None:
        self.model, self.dataset = model, dataset
        self._most = most
        self._lock = threading.RLock()
        self._first = self._row = first
        self._random = random.Random(0)  # the same walk through the rows in every class
        by_pair = set(PAIR) <= set(dataset.fields)
        boxes = [[field, field.capitalize(), "type a part of it"] for field in PAIR]
        if not by_pair:
            boxes = [["row", f"Row of the {part} part", "a number"]]
        super().__init__(boxes=boxes, part=part)
        self._show(first)
        self.on_msg(self._on_message)

    # ---- from code -------------------------------------------------------------------------

    @property
    def row(self) -> Row:
        """The row that is explained."""
        return self._row

    @property
    def terms(self) -> Terms:
        """Its terms; they add up to the score."""
        return terms(self.model, self.dataset, self._row.ids, self._row.values)

    def choose(self, **names: object) -> Waterfall:
        """Explain the row of these names; fields that are not named stay as they are.

        Fields that go with a named one follow it: the genres follow the film.
        """
        with self._lock:
            decided = owners(self.dataset)
            free = [f for f in self.dataset.fields if f in PAIR or f not in decided]
            kept = self._row.labels(self.dataset)
            now = {f: kept[f][0] for f in free if f in kept and f not in names}
            self._show(compose(self.dataset, **now, **names))
        return self

    def choose_row(self, number: int) -> Waterfall:
        """Explain row `number` of the part that the widget was made with."""
        self._show(pick(self.dataset, number, self.part))
        return self

    def random_row(self) -> Waterfall:
        """Explain a random row of the part."""
        rows = getattr(self.dataset, self.part)
        return self.choose_row(self._random.randrange(len(rows)))

    def reset(self) -> Waterfall:
        """Back to the first row, with all groups closed."""
        self.opened = []
        self._show(self._first)
        return self

    def text(self) -> str:
        """The prediction as a table of terms, and what is known of it."""
        found = self.terms
        return "\n".join([self.payload["title"], str(found.table()), verdict(found, self._row)])

    def to_svg(self) -> str:
        """The waterfall as one still picture, for a page without widgets."""
        return still_waterfall(self.payload)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        data = {**data, "text/plain": self.text(), "image/svg+xml": self.to_svg()}
        return data, metadata

    # ---- inside ----------------------------------------------------------------------------

    def _show(self, row: Row) -> None:
        with self._lock:
            found = terms(self.model, self.dataset, row.ids, row.values)
            labels = row.labels(self.dataset)
            likely = found.objective == "classification"
            bars = bars_of(found, self._most)
            w0 = found.all[0].value
            rating = found.objective == "regression"
            known = [row.y] if rating and row.y is not None else []
            single = [end for bar in bars for m in bar.members for end in (m.before, m.after)]
            places = [w0, found.score, *(bar.after for bar in bars), *single, *known]
            shown = {field: labels.get(field, ("",))[0] for field in PAIR}
            if row.part and self.boxes[0][0] == "row":
                shown = {"row": str(row.number)}
            self._row = row
            self.payload = {
                "shown": shown,
                "title": " · ".join(f"{name} {', '.join(texts)}" for name, texts in labels.items()),
                "verdict": verdict(found, row),
                "task": found.task,
                "unit": UNITS[found.objective],
                "w0": w0,
                "score": found.score,
                "probability": found.prediction if likely else None,
                "truth": row.y,
                "truth_on_axis": bool(known),
                "bars": [bar.to_dict() for bar in bars],
                "axis": axis(places, found.objective),
                "text": str(found.table()),
            }
            with self.hold_sync():
                self.problem = ""
                self.data = compact(self.payload)

    def _suggest(self, field: str, text: str) -> list[dict[str, str]]:
        wanted = text.lower().split()
        labels = self.dataset.labels[self.dataset.fields.index(field)]
        start, end = span(self.dataset, field)
        counts = train_rows(self.dataset)[start:end]
        hits = [
            i for i, label in enumerate(labels) if all(word in label.lower() for word in wanted)
        ]
        # An exact number first (user 12 before 112), then what has most rows.
        hits.sort(key=lambda i: (labels[i].lower() != text.lower(), -counts[i]))
        given = self._targets_with(field) if len(hits) else {}
        found = []
        for i in hits[:_SUGGESTED]:
            known = given.get(start + i)
            rows = f"{counts[i]:,} rows"
            note = rows if known is None else f"{self.dataset.task} {known:g}"
            found.append({"text": labels[i], "note": note, "value": labels[i]})
        return found

    def _targets_with(self, field: str) -> dict[int, float]:
        """The known targets of the other box's present choice: film id -> rating, or user id."""
        start, end = span(self.dataset, PAIR[1 - PAIR.index(field)])
        mine = [i for i in self._row.ids.tolist() if start <= i < end]
        start, end = span(self.dataset, field)
        found: dict[int, float] = {}
        for part in PARTS if mine else ():
            rows = getattr(self.dataset, part)
            here = rows_with(self.dataset, part, mine[:1])
            ids, y = rows.ids.numpy()[here], rows.y.numpy()[here]
            row, column = ((ids >= start) & (ids < end)).nonzero()
            found |= zip(ids[row, column].tolist(), y[row].tolist(), strict=True)
        return found

    def _suggest_row(self, text: str) -> list[dict[str, str]]:
        size = len(getattr(self.dataset, self.part))
        if not text.isdigit() or int(text) >= size:
            return []
        return [{"text": text, "note": f"of 0 to {size - 1:,}", "value": text}]

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        kind = content.get("kind") if isinstance(content, dict) else None
        known = [name for name, _, _ in self.boxes]
        field, value = content.get("field") if kind else None, str((content or {}).get("value", ""))
        try:
            if kind == "suggest" and field in known:
                row = field == "row"
                items = self._suggest_row(value) if row else self._suggest(field, value)
                answer = {"kind": "suggestions", "field": field, "asked": content.get("asked")}
                self.send({**answer, "items": items})
            elif kind == "choose" and field == "row" and field in known:
                self.choose_row(int(value))
            elif kind == "choose" and field in known:
                self.choose(**{field: value})
            elif kind == "random":
                self.random_row()
            elif kind == "reset":
                self.reset()
        except (InputError, ValueError) as error:
            text = str(error)
            self.problem = f"{text[:1].upper()}{text[1:]}"


def waterfall(
    model: LinearModel,
    dataset: Dataset,
    row: int = 0,
    *,
    part: str = "test",
    most: int = 12,
    name: str = "waterfall",
    **names: object,
) -> Waterfall:
    """The waterfall of one prediction: w0, the weights and the pair terms, up to the score.

    row, part: which row to begin with; or by names, waterfall(model, data, user=12,
    film="Heat (1995)"), also for a user and a film of which no row exists: then it is a real
    prediction. Where the data has the fields user and film, two search boxes choose them; in any
    other data set a row is chosen by its number. Terms of the same pair of fields stand in one
    bar that opens. most: bars at most; the smallest terms share the last one. name: one waterfall
    a name; running the cell again replaces it.

    For classification the bars are log-odds; the probability stands at the end and on the upper
    axis. O(k m²) a row. Errors: InputError for a model of another data set, an unknown name, and
    a row that does not exist.

    >>> import fmteach
    >>> from fmteach.datasets import from_arrays
    >>> data = from_arrays([[0, 0], [0, 1], [1, 2], [1, 3]] * 9, [1, 0, 1, 0] * 9,
    ...                    fields=("user", "film"))
    >>> fm = fmteach.FactorizationMachine(data.num_features, k=3, seed=1)
    >>> shown = waterfall(fm, data, user=0, film=3)
    >>> shown.row.y is None, len(shown.terms)
    (True, 4)
    """
    check_model(model, dataset)
    first = compose(dataset, **names) if names else pick(dataset, row, part)
    made = Waterfall(model, dataset, first, part, whole_number("most", most, least=2))
    owner.replace(Waterfall, name)
    return owner.keep(Waterfall, name, made)
