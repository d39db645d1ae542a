"""The cost race in words and tables: what stands beside the chart, and its text form."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

from fmteach.interaction import FORMS
from fmteach.live.race.costs import PREDICTED_SLOPES, find_crossing, fit_slope
from fmteach.live.race.figure import AXES, LOOKS, ORDERS, TITLES
from fmteach.live.sheet import mark

FAMILY = "fmteach-race-table"

CLEARLY = 1.25  # "clearly faster": this many times as fast; below it the order changes by chance
_PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))


def in_units(value: float, unit: str = "") -> str:
    """A number with three digits and a prefix: 0.000123 s is 123 µs.

    >>> in_units(1.234e-4, "s"), in_units(8_991_000), in_units(2752, "B")
    ('123 µs', '8.99 M', '2.75 kB')
    """
    if value == 0:
        return f"0 {unit}".strip()
    scale, prefix = next((p for p in _PREFIXES if value >= 0.9995 * p[0]), _PREFIXES[-1])
    return f"{value / scale:.3g} {prefix}{unit}".strip()


def summary(points: Sequence[Mapping], stopped: Mapping[str, Mapping], quantity: str) -> list[dict]:
    """One dict a form: form, predicted and measured slope, largest d, the cost there, the end."""
    rows = []
    for form in FORMS:
        mine = [p for p in points if p["form"] == form and p.get(quantity)]
        last = mine[-1] if mine else None
        gone = stopped.get(form)
        rows.append(
            {
                "form": form,
                "predicted": PREDICTED_SLOPES[quantity][form],
                "slope": fit_slope([p["d"] for p in mine], [p[quantity] for p in mine]),
                "d": last and last["d"],
                "cost": last and last[quantity],
                "end": " ".join(_notes(form, mine, gone, quantity)),
            }
        )
    return rows


def _notes(form: str, mine: Sequence[Mapping], gone: Mapping | None, quantity: str) -> list[str]:
    notes = [f"left the race before d = {gone['d']:,}: {gone['stopped']}."] if gone else []
    if form == "all_pairs" and quantity == "seconds":
        for a, b in pairwise(mine):
            slope = math.log(b["seconds"] / a["seconds"]) / math.log(b["d"] / a["d"])
            size = 4 * b["d"] ** 2
            if slope > 3 and size > 1e6:
                size_text = f"{size / 1e6:,.0f} MB"
                notes.append(
                    f"Jump of the time at d = {b['d']:,}: the matrix takes {size_text} there and "
                    "may no longer fit in the processor's cache."
                )
                break
    return notes


_HEAD = (
    "form", "order", "slope predicted", "slope {how}", "doubling d", "largest d", "cost there"
)  # fmt: skip


def _cells(row: Mapping, quantity: str) -> list[str]:
    slope = row["slope"]
    return [
        TITLES[row["form"]],
        ORDERS[quantity][row["form"]],
        str(row["predicted"]),
        # "-0.00" says nothing that "0.00" does not.
        "–" if slope is None else f"{slope + 0.0:.2f}".replace("-0.00", "0.00"),
        "–" if slope is None else f"× {2**slope:.2g}",
        "–" if row["d"] is None else f"{row['d']:,}",
        "–" if row["cost"] is None else in_units(row["cost"], AXES[quantity][1]),
    ]


def _ending(row: Mapping) -> str:
    title = TITLES[row["form"]]
    return f"{title[0].upper()}{title[1:]}: {row['end']}"


def _head(quantity: str) -> list[str]:
    how = "counted" if quantity == "multiplications" else "measured"
    return [name.format(how=how) for name in _HEAD]


def table_html(points, stopped, quantity: str) -> str:
    """The summary as a table with the marks of the chart; below it why forms left the race."""
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in _head(quantity))
    body, notes = [], []
    for row in summary(points, stopped, quantity):
        cells = _cells(row, quantity)
        first = f"<th scope='row'>{mark(*LOOKS[row['form']])}{escape(cells[0])}</th>"
        classes = ["", "", "big", "", "", ""]
        rest = [
            f"<td class='{name}'>{escape(cell)}</td>"
            for name, cell in zip(classes, cells[1:], strict=True)
        ]
        body.append(f"<tr>{first}{''.join(rest)}</tr>")
        if row["end"]:
            notes.append(f"<p>{escape(_ending(row))}</p>")
    return (
        f"<div class='fmteach-figures {FAMILY}'><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table>{''.join(notes)}</div>"
    )


def table_text(points, stopped, quantity: str) -> str:
    """The summary, then the cost of every form at every size, as plain text."""
    rows = [_head(quantity)]
    forms = summary(points, stopped, quantity)
    rows += [_cells(row, quantity) for row in forms]
    ends = [_ending(row) for row in forms if row["end"]]
    unit = AXES[quantity][1]
    numbers = [["d", *(TITLES[form] for form in FORMS)]]
    known = {(p["form"], p["d"]): p[quantity] for p in points if p.get(quantity)}
    for d in sorted({d for _, d in known}):
        costs = [known.get((form, d)) for form in FORMS]
        numbers.append([f"{d:,}", *("–" if c is None else in_units(c, unit) for c in costs)])
    return "\n".join([*_align(rows), *ends, "", f"{AXES[quantity][0]}:", *_align(numbers)])


def _align(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def truth_about_crossing(
    points: Sequence[Mapping], k: int
) -> tuple[float | None, float | str, str] | None:
    """Where the reformulated form begins to be clearly faster than the all-pairs matrix.

    Returns (crossing or None, the truth to show beside a guess, why it is so); None when the two
    forms share no size yet.
    """
    times: dict[str, dict] = {form: {} for form in FORMS}
    for point in points:
        times[point["form"]][point["d"]] = point["seconds"]
    slow, fast = times["all_pairs"], times["reformulated"]
    shared = sorted(set(slow) & set(fast))
    if not shared:
        return None
    crossing = find_crossing(shared, [slow[d] for d in shared], [fast[d] for d in shared], CLEARLY)
    clearly = f"(k = {k}. Clearly faster: at least {CLEARLY:g} times as fast.)"
    fixed = (
        "Counted in multiplications the reformulated form is ahead from d = 2. Measured in time, "
        f"every call has a fixed cost of about {in_units(fast[shared[0]], 's')}, however small d "
        f"is, and it hides the difference while d is small. {clearly}"
    )
    if crossing is not None:
        return crossing, float(f"{crossing:.2g}"), fixed
    last = shared[-1]
    if slow[last] >= CLEARLY * fast[last]:
        return (
            None,
            f"below d = {shared[0]:,}",
            "The reformulated form is clearly faster at every size that was measured, so there is "
            f"no crossing in this range. {clearly}",
        )
    return (
        None,
        f"above d = {last:,}",
        f"There is no crossing in the range that both forms reached. {fixed}",
    )
