"""A leaderboard: your own runs, kept on disk, beside the published scores of the same data.

    board = Leaderboard("criteo-x4")
    board.add("FM, k = 16", trainer.evaluate("test"), data=dataset, config=trainer.config,
              split="published x4 (8:1:1), min count 10")
    board

It ranks only what can be compared: one table a split, and synthetic data in a table of its own,
without any published score.
"""

from __future__ import annotations

import datetime
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import fmteach
from fmteach.datasets import Dataset
from fmteach.datasets.published import BOARDS, Board, board_of
from fmteach.datasets.table import Table
from fmteach.errors import DataFileError, InputError
from fmteach.jsonfile import write_whole
from fmteach.training.leaderboard_file import run_file
from fmteach.training.leaderboard_view import (
    NO_SPLIT,
    OWN,
    PUBLISHED,
    Section,
    as_csv,
    as_html,
    as_text,
    sections,
    whole_table,
)

_LIKELY = ("auc", "rmse", "ndcg", "logloss", "accuracy")  # the primary metric, if no one says it
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")


class Leaderboard:
    """Own runs beside published scores. Every call reads and writes the file anew.

    board: a name such as "criteo-x4" or "avazu-x1" (`fmteach.datasets.published.BOARDS` has those
    with published scores), or any name of your own. path: a folder, or a file that ends in .json;
    left out, the folder "leaderboard" beside the downloaded data (see FMTEACH_DATA).

    The file cannot be written: the runs stay in this object and a message says so. The file is
    damaged: it is renamed, and the board begins anew. Two notebooks may add at the same time.

    >>> import tempfile
    >>> board = Leaderboard("my-clicks", tempfile.mkdtemp())
    >>> _ = board.add("linear", {"auc": 0.71}, split="random")
    >>> print(board.add("FM", {"auc": 0.75}, split="random", k=8).table())
    #  model   AUC     kind   compare with  run  note
    1  FM      0.7500  yours  random          2  k = 8
    2  linear  0.7100  yours  random          1
    """

    def __init__(self, board: str, path: str | Path | None = None) -> None:
        if not isinstance(board, str) or not _FILE_NAME.fullmatch(board):
            raise InputError(
                f"board is {board!r}: give a short name of letters, digits, dots and dashes; with "
                f"published scores there are {', '.join(BOARDS)}"
            )
        self.board: Board = board_of(board)
        self.messages: list[str] = []
        self._unsaved: list[dict[str, Any]] = []
        self._file = run_file(_place(board, path), board, self._say)

    @property
    def path(self) -> Path:
        """The file that holds the runs."""
        return self._file.path

    @property
    def runs(self) -> list[dict[str, Any]]:
        """Own runs, oldest first: dicts with number, date, name, metrics, split, settings, ..."""
        stored = self._file.read()
        return stored["runs"] + [
            {**run, "number": stored["next"] + place} for place, run in enumerate(self._unsaved)
        ]

    # ---- changing --------------------------------------------------------------------------

    def add(
        self,
        name: str,
        metrics: Mapping[str, Any],
        *,
        data: Dataset | str | None = None,
        split: str | None = None,
        synthetic: bool | None = None,
        **settings: Any,
    ) -> Leaderboard:
        """Keep a run. Returns the board, so that it can be the last line of a cell.

        metrics: on the test rows, as `Trainer.evaluate` gives them; an `Interval` keeps its ends.
        data: the data set (its fingerprint and whether it is synthetic are noted), or its name.
        split: how the rows were split, in the words of the published scores when it is the same
        split; only then the run stands beside them. settings: what you want to find again, such
        as k=16; a TrainConfig is taken apart.

        A run that is on the board already (the same name, data, split, settings and metrics) is
        not entered twice: it keeps its number and gets a new date.
        """
        if not isinstance(name, str) or not name.strip():
            raise InputError(f"name is {name!r}: say in a few words what was run")
        values, ends = _numbers(metrics)
        known = isinstance(data, Dataset)
        if synthetic is None:
            synthetic = known and not data.real
        elif known and not data.real and not synthetic:
            raise InputError(f"{data.title} is synthetic, so the run cannot be entered as real")
        run = {
            "number": 0,
            "date": datetime.datetime.now().isoformat(sep=" ", timespec="minutes"),
            "name": name.strip(),
            "metrics": values,
            "intervals": ends,
            "split": str(split) if split else NO_SPLIT,
            "synthetic": bool(synthetic),
            "data": data.title if known else (str(data) if data else ""),
            "fingerprint": data.fingerprint if known else "",
            "oracle": dict(data.oracle["test"]) if known and data.oracle else None,
            "fmteach": fmteach.__version__,
            "settings": _plain(settings),
        }
        fresh = [*(one for one in self._unsaved if _identity(one) != _identity(run)), run]

        def append(stored: dict) -> None:
            known = {_identity(one): one for one in stored["runs"]}
            for one in fresh:
                same = known.get(_identity(one))
                if same is not None:
                    same["date"] = one["date"]
                    continue
                one["number"], stored["next"] = stored["next"], stored["next"] + 1
                stored["runs"].append(one)

        try:
            self._file.change(append)
            self._unsaved = []
        except (OSError, DataFileError) as problem:
            self._unsaved = fresh
            self._say(
                f"the run {run['name']!r} could not be written to {self.path} ({problem}). It is "
                "kept as long as this notebook runs; export(file) writes it elsewhere"
            )
        return self

    def remove(self, number: int) -> Leaderboard:
        """Take run `number` (column "run") off the board. InputError when there is none."""

        def cut(stored: dict) -> bool:
            kept = [run for run in stored["runs"] if run["number"] != number]
            found = len(kept) < len(stored["runs"])
            stored["runs"] = kept
            return found

        place = [run["number"] for run in self.runs[len(self.runs) - len(self._unsaved) :]]
        if number in place:
            del self._unsaved[place.index(number)]
        elif not self._write(cut):
            numbers = ", ".join(str(run["number"]) for run in self.runs) or "none"
            raise InputError(f"there is no run {number!r} on this board; there are {numbers}")
        return self

    def reset(self) -> Leaderboard:
        """Take all own runs off the board. They stay in a file beside it, which a message names."""

        def clear(stored: dict) -> int:
            if stored["runs"]:
                before = self.path.with_name(f"{self.path.stem}.before-reset.json")
                write_whole(before, json.dumps(stored, indent=1, ensure_ascii=False))
            count, stored["runs"] = len(stored["runs"]), []
            return count

        count = self._write(clear) + len(self._unsaved)
        self._unsaved = []
        if count:
            self._say(f"{count} runs removed; {self.path.stem}.before-reset.json still has them")
        return self

    def export(self, path: str | Path) -> Path:
        """Write own runs and published scores to a .csv or .json file; returns its path."""
        path = Path(path)
        if path.suffix not in (".csv", ".json"):
            raise InputError(f"{path} ends neither in .csv nor in .json: name a file of that kind")
        published = [{"kind": PUBLISHED, "name": s.model, **asdict(s)} for s in self.board.scores]
        own = [{"kind": OWN, **run} for run in self.runs]
        if path.suffix == ".json":
            text = json.dumps(
                {"board": self.board.name, "published": published, "runs": own},
                indent=1, ensure_ascii=False,
            )  # fmt: skip
        else:
            text = as_csv([*own, *published])
        try:
            write_whole(path, text)
        except OSError as problem:
            raise DataFileError(f"{path} cannot be written: {problem}") from problem
        return path

    # ---- showing ---------------------------------------------------------------------------

    @property
    def primary(self) -> str:
        """The metric that ranks."""
        if self.board.primary:
            return self.board.primary
        present = [name for run in self.runs for name in run["metrics"]]
        return next((name for name in _LIKELY if name in present), next(iter(present), "auc"))

    def sections(self) -> list[Section]:
        """What can be compared, each best first: the splits that you have runs of, runs on
        synthetic data, and the published scores of other splits."""
        return sections(self.board, self.runs, self.primary)

    def table(self) -> Table:
        """Everything in one table; the column "compare with" says what belongs together."""
        return whole_table(self.sections(), self._metrics())

    def __str__(self) -> str:
        return as_text(self.board.title, self.messages, self.sections(), self._metrics())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return as_html(self.board.title, self.messages, self.sections(), self._metrics())

    def _metrics(self) -> list[str]:
        """The columns: the primary metric first; of own boards every metric but the bare loss."""
        names = [m for score in self.board.scores for m in score.metrics]
        names += [m for run in self.runs for m in run["metrics"] if m != "loss"]
        return [self.primary, *(m for m in dict.fromkeys(names) if m != self.primary)]

    def _write(self, change) -> Any:
        try:
            return self._file.change(change)
        except OSError as problem:
            raise DataFileError(
                f"{self.path} cannot be written ({problem}): nothing was changed"
            ) from problem

    def _say(self, message: str) -> None:
        if message not in self.messages:
            self.messages.append(message)
            print(f"Leaderboard: {message}.")


def _place(board: str, path: str | Path | None) -> Path:
    if path is None:
        from fmteach.datasets.sources import data_home

        path = data_home() / "leaderboard"
    path = Path(path).expanduser()
    return path if path.suffix == ".json" else path / f"{board}.json"


def _numbers(metrics: Any) -> tuple[dict[str, float | None], dict[str, list[float]]]:
    """(metric -> value, metric -> [low, high] where an interval came); NaN becomes None."""
    if not isinstance(metrics, Mapping) or not metrics:
        raise InputError(
            f"metrics is {metrics!r}: give a dict such as {{'auc': 0.75}}, as evaluate() returns it"
        )
    values: dict[str, float | None] = {}
    ends: dict[str, list[float]] = {}
    for name, value in metrics.items():
        if hasattr(value, "low") and hasattr(value, "high"):
            if not math.isnan(value.low):
                ends[str(name)] = [float(value.low), float(value.high)]
            value = value.value
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise InputError(f"the metric {name} is {value!r}: give a number") from None
        values[str(name)] = number if math.isfinite(number) else None
    return values, ends


def _identity(run: Mapping[str, Any]) -> str:
    """The same text for two runs that differ in number and date only.

    Metrics to six digits: with other threads the last bits of a sum are others.
    """
    metrics = {name: None if v is None else f"{v:.6g}" for name, v in run["metrics"].items()}
    parts = [run.get(name) for name in ("name", "data", "fingerprint", "split", "synthetic")]
    return json.dumps([*parts, metrics, run.get("settings", {})], sort_keys=True)


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as JSON can hold them; a dataclass such as TrainConfig is taken apart."""
    plain: dict[str, Any] = {}
    for name, value in settings.items():
        if is_dataclass(value) and not isinstance(value, type):
            plain.update(_plain(asdict(value)))
        elif value is None or isinstance(value, bool | int | str):
            plain[name] = value
        elif isinstance(value, float) and math.isfinite(value):
            plain[name] = value
        elif hasattr(value, "item") and getattr(value, "size", 1) == 1:
            plain[name] = value.item()  # a number of NumPy
        else:
            plain[name] = str(value)
    return plain
