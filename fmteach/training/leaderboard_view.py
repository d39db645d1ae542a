"""What a leaderboard shows: the sections that can be compared, as text and as HTML."""

from __future__ import annotations

import csv
import html
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from fmteach.datasets.published import HIGHER_IS_BETTER, Board
from fmteach.datasets.table import Table
from fmteach.training.config import TrainConfig

NO_SPLIT = "split not given"
OWN, PUBLISHED, ORACLE = "yours", "published", "oracle"
_NAMES = {"auc": "AUC", "rmse": "RMSE", "mae": "MAE"}
_SETTINGS = 6  # shown in the column "note"; the file has all of them
_USUAL = {one.name: one.default for one in fields(TrainConfig)}  # k is said, for it is the subject
del _USUAL["k"]


@dataclass(frozen=True)
class Entry:
    """One line of the board. number: of an own run, for `remove`; else None."""

    name: str
    kind: str
    metrics: Mapping[str, float]
    split: str
    note: str = ""
    number: int | None = None
    date: str = ""


@dataclass(frozen=True)
class Section:
    """The entries that can be compared with each other, best first."""

    title: str
    about: str
    entries: list[Entry] = field(default_factory=list)


def sections(board: Board, runs: Sequence[Mapping[str, Any]], primary: str) -> list[Section]:
    """One section a split: those with own runs, synthetic data, then what is published besides."""
    groups: dict[str, list[Entry]] = {board.split: []} if board.scores else {}
    for score in board.scores:
        note = "; ".join(part for part in (score.source, score.note) if part)
        entry = Entry(score.model, PUBLISHED, score.metrics, score.split, note)
        groups.setdefault(score.split, []).append(entry)
    made_up: list[Entry] = []
    for run in runs:
        entry = _own_entry(run)
        if not run.get("synthetic"):
            groups.setdefault(entry.split, []).append(entry)
            continue
        made_up.append(entry)
        oracle = run.get("oracle")
        if oracle and not any(e.kind == ORACLE and e.metrics == oracle for e in made_up):
            note = "the true probabilities: no model can be expected to do better"
            made_up.append(Entry("oracle", ORACLE, oracle, entry.split, note))
    own = {split: any(e.kind == OWN for e in entries) for split, entries in groups.items()}
    found = [(f"Split: {split}.", groups[split]) for split in groups if own[split]]
    found += [("Synthetic data.", made_up)] if made_up else []
    found += [(f"Split: {split}.", groups[split]) for split in groups if not own[split]]
    return [
        Section(title, _about(title, n, entries), _ranked(entries, primary))
        for n, (title, entries) in enumerate(found)
    ]


def whole_table(found: Sequence[Section], metrics: Sequence[str]) -> Table:
    """All sections in one table."""
    columns = ("#", "model", *map(_title, metrics), "kind", "compare with", "run", "note")
    rows = []
    for section in found:
        group = section.title.removeprefix("Split: ").rstrip(".")
        for place, e in enumerate(section.entries, 1):
            values = (_cell(e.metrics.get(m)) for m in metrics)
            number = "" if e.number is None else e.number
            rows.append((place, e.name, *values, e.kind, group, number, e.note))
    return Table(columns, tuple(rows))


def as_text(
    title: str, messages: Sequence[str], found: Sequence[Section], metrics: Sequence[str]
) -> str:
    parts = [title, *(f"Note: {message}." for message in messages)]
    for section in found:
        parts += [f"{section.title} {section.about}".strip(), str(_table(section, metrics))]
    if not found:
        parts.append("No runs yet: add(name, metrics) enters one.")
    return "\n".join(parts)


def as_html(
    title: str, messages: Sequence[str], found: Sequence[Section], metrics: Sequence[str]
) -> str:
    """Own runs in bold, on the colour of the page: light or dark, the page decides."""
    parts = [f"<h4>{html.escape(title)}</h4>"]
    parts += [f"<p><b>Note:</b> {html.escape(message)}.</p>" for message in messages]
    for section in found:
        caption = f"<b>{html.escape(section.title)}</b> {html.escape(section.about)}"
        parts.append(f"<p>{caption}</p>{_html(section, _table(section, metrics))}")
    if not found:
        parts.append("<p>No runs yet: <code>add(name, metrics)</code> enters one.</p>")
    return f"<div>{''.join(parts)}</div>"


def as_csv(lines: Sequence[Mapping[str, Any]]) -> str:
    """One line a run or published score, with every metric in a column of its own."""
    metrics = dict.fromkeys(name for line in lines for name in line["metrics"])
    first = ("kind", "name", "split", "synthetic", "data", "fingerprint", "number", "date",
             "fmteach", "source", "note")  # fmt: skip
    out = io.StringIO()
    writer = csv.DictWriter(out, [*first, *metrics, "settings"], lineterminator="\n")
    writer.writeheader()
    for line in lines:
        cells = {name: line.get(name, "") for name in first} | dict(line["metrics"])
        writer.writerow({**cells, "settings": json.dumps(line.get("settings", {}))})
    return out.getvalue()


def _table(section: Section, metrics: Sequence[str]) -> Table:
    metrics = [m for m in metrics if any(m in e.metrics for e in section.entries)]
    columns = ["#", "model", *map(_title, metrics), "kind", "note"]
    rows = [
        [place, e.name, *(_cell(e.metrics.get(m)) for m in metrics), e.kind, e.note]
        for place, e in enumerate(section.entries, 1)
    ]
    if any(e.kind == OWN for e in section.entries):
        columns = [*columns[:-1], "run", "note", "date"]
        for row, e in zip(rows, section.entries, strict=True):
            row.insert(-1, "" if e.number is None else e.number)
            row.append(e.date)
    return Table(tuple(columns), tuple(map(tuple, rows)))


def _html(section: Section, table: Table) -> str:
    numbers = {
        "#",
        "run",
        *(c for c in table.columns if c not in ("model", "kind", "note", "date")),
    }
    sides = ["right" if name in numbers else "left" for name in table.columns]

    def row(tag: str, cells: Sequence[object], own: bool = False) -> str:
        inside = []
        for name, side, cell in zip(table.columns, sides, cells, strict=True):
            style = f"text-align:{side}"
            style += "" if name == "note" else ";white-space:nowrap"
            style += ";font-weight:600" if own and name not in ("note", "date") else ""
            scope = ' scope="col"' if tag == "th" else ""
            inside.append(f'<{tag}{scope} style="{style}">{html.escape(str(cell))}</{tag}>')
        return f"<tr>{''.join(inside)}</tr>"

    body = []
    for entry, cells in zip(section.entries, table.rows, strict=True):
        body.append(row("td", cells, own=entry.kind == OWN))
    head = row("th", table.columns)
    return f"<table><thead>{head}</thead><tbody>{''.join(body)}</tbody></table>"


def _own_entry(run: Mapping[str, Any]) -> Entry:
    metrics = {k: math.nan if v is None else v for k, v in run["metrics"].items()}
    settings = [
        f"{name} = {value}" for name, value in run.get("settings", {}).items()
        if name not in _USUAL or value != _USUAL[name]
    ]  # fmt: skip
    more = [f"and {len(settings) - _SETTINGS} more"] if len(settings) > _SETTINGS else []
    note = ", ".join(settings[:_SETTINGS] + more)
    if run.get("data"):
        code = f" ({run['fingerprint'][:6]})" if run.get("fingerprint") else ""
        made = run.get("synthetic") and run.get("fingerprint")  # its section says what it is
        data = f"data {run['fingerprint'][:6]}" if made else f"{run['data']}{code}"
        note = "; ".join(part for part in (note, data) if part)
    split = run.get("split") or NO_SPLIT
    return Entry(run["name"], OWN, metrics, split, note, run["number"], run.get("date", ""))


def _ranked(entries: list[Entry], primary: str) -> list[Entry]:
    higher = primary in HIGHER_IS_BETTER or primary.startswith(("ndcg", "hr"))

    def rank(entry: Entry) -> tuple[bool, float]:
        value = entry.metrics.get(primary, math.nan)
        return math.isnan(value), 0.0 if math.isnan(value) else (-value if higher else value)

    return sorted(entries, key=rank)


def _about(title: str, number: int, entries: Sequence[Entry]) -> str:
    if title == "Synthetic data.":
        return "Your runs on generated data: not to be compared with published scores."
    if NO_SPLIT in title:
        return "Say split=... when you add a run, and it stands beside what it compares with."
    if number and all(entry.kind == PUBLISHED for entry in entries):
        return "Published, on other rows: not to be compared with the tables above."
    return "Another split: not to be compared with the tables above." if number else ""


def _title(metric: str) -> str:
    return _NAMES.get(metric, metric)


def _cell(value: float | None) -> str:
    return "–" if value is None or math.isnan(value) else f"{value:.4f}"
