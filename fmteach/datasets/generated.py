"""Generated click sets that go through files: written once in a real dialect, then read like it.

What is synthetic about them is known: a planted truth (see `synthetic.truth`), so the scores that
no model can beat on the same rows, the oracle's, come with each part. In "avazu-synthetic" the
truth turns with time and the click rate rises, so a split by time is harder than a random one.
Two things that the real sets have are not in them: columns that depend on each other, and rows
that nearly repeat each other within an hour.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from fmteach.arguments import whole_number
from fmteach.datasets import cache, clicks, sources
from fmteach.datasets.choices import checked_seed, one_of
from fmteach.datasets.dataset import PARTS, Dataset
from fmteach.datasets.progress import progress_bar
from fmteach.datasets.synthetic.files import write
from fmteach.datasets.synthetic.memory import DRIFT, TREND
from fmteach.datasets.synthetic.oracle import Tally
from fmteach.datasets.synthetic.truth import BLOCK, Truth, plant

_VERSION = 1  # raise it when the generator gives other rows for the same settings
TRUTH = ("strength", "rank", "linear", "ctr", "drift", "trend", "truth_seed")


@dataclass(frozen=True)
class GeneratedSet:
    """A generated set. file: its name as in the real set. truth: arguments of `synthetic.plant`.

    last: the share of the rows that goes into a file of its own, test.csv, 0 for none.
    """

    name: str
    title: str
    dialect: str
    rows: int
    file: str
    truth: Mapping[str, float]
    last: float = 0.0

    @property
    def description(self) -> str:
        return (
            f"{self.rows:,} clicks and non-clicks as a file in the {self.title} (synthetic, with a "
            "known truth); task click"
        )


GENERATED = {
    one.name: one
    for one in (
        GeneratedSet("criteo-synthetic", "Criteo dialect", "criteo", 200_000, "train.txt", {}),
        GeneratedSet("avazu-synthetic", "Avazu dialect", "avazu", 200_000, "train.csv",
                     {"drift": DRIFT, "trend": TREND}),
        # As few rows as the real set has: interactions must be strong to be found in them.
        GeneratedSet("d2l-synthetic", "d2l dialect", "d2l", 18_000, "train.csv",
                     {"strength": 6.0, "linear": 2.0, "rank": 2}, last=1 / 6),
    )
}  # fmt: skip
"""The generated click sets, by name."""


def loader(name: str) -> Callable[..., Dataset]:
    """The `load` function of one generated set, with the arguments of `fmteach.datasets.load`."""
    return partial(_load, GENERATED[name])


def files(
    name: str, rows: int | None = None, progress: bool = False, **truth: Any
) -> dict[str, Path]:
    """Write the files of a generated set, where they are not here yet: base name -> path.

    rows: default that of the set. truth: strength, rank, linear, ctr, drift, trend, truth_seed.
    The files lie in the set's own folder and are written again when these settings change.
    """
    kind = GENERATED[one_of("generated set", name, GENERATED)]
    return _files(kind, *_planted(kind, rows, truth), progress)


def _load(
    kind: GeneratedSet,
    task: str | None = None,
    split: str | None = None,
    seed: int = 0,
    features: Sequence[str] | None = None,
    valid: float = 0.1,
    test: float = 0.1,
    *,
    progress: bool = False,
    rows: int | None = None,
    **options: Any,
) -> Dataset:
    from fmteach.datasets.encoder import Encoding
    from fmteach.datasets.file_sets import MIN_COUNT, USUAL_NUMBERS, from_reader
    from fmteach.datasets.reading import open_reader

    one_of("task", "click" if task is None else task, clicks.TASKS)
    options = clicks.checked_options(options, (*clicks.OPTIONS, *TRUTH))
    truth = {name: options.pop(name) for name in TRUTH if name in options}
    strict = bool(options.pop("strict", False))
    planted, count = _planted(kind, rows, truth)
    written = _files(kind, planted, count, progress)
    paths: Any = written[kind.file]
    if kind.last:
        paths = {"train": written["train.csv"], "test": written["test.csv"]}
    encoding = Encoding(
        **{
            "min_count": MIN_COUNT.get(kind.dialect, 1),
            "usual": USUAL_NUMBERS.get(kind.dialect, "bins"),
            **options,
        }
    )
    return from_reader(
        open_reader(paths, kind.dialect, strict=strict), encoding,
        split=split, seed=seed, valid=valid, test=test, features=features,
        objective="classification", name=kind.name, title=f"{kind.title} (synthetic)", real=False,
        strict=strict, progress=progress, oracle=partial(oracle_by_part, planted, count),
        also={"truth": planted.settings(), "generator": _VERSION},
    )  # fmt: skip


def oracle_by_part(
    planted: Truth, rows: int, numbers: Mapping[str, np.ndarray]
) -> dict[str, dict[str, float]]:
    """What the true probabilities score on each part. numbers: the row numbers of each part.

    The rows are drawn again, block by block: memory does not grow with them but for one byte each.
    """
    part_of = np.full(rows, len(PARTS), dtype=np.uint8)
    for code, part in enumerate(PARTS):
        part_of[numbers[part]] = code
    tallies = [Tally() for _ in PARTS]
    for number in range(-(-rows // BLOCK)):
        block = planted.block(number, rows)
        own = part_of[number * BLOCK : number * BLOCK + len(block.y)]
        for code, tally in enumerate(tallies):
            tally.add(block.scores[own == code], block.y[own == code])
    return {part: tally.result() for part, tally in zip(PARTS, tallies, strict=True)}


def _planted(kind: GeneratedSet, rows: int | None, truth: Mapping[str, Any]) -> tuple[Truth, int]:
    settings = {**kind.truth, **clicks.checked_options(truth, TRUTH)}
    seed = checked_seed(settings.pop("truth_seed", 0))
    count = kind.rows if rows is None else whole_number("rows", rows, least=10)
    return plant(kind.dialect, seed, **settings), count


def _files(kind: GeneratedSet, planted: Truth, rows: int, progress: bool) -> dict[str, Path]:
    settings = {**planted.settings(), "rows": rows, "generator": _VERSION, "last": kind.last}
    place, key = sources.folder(kind.name), f"{rows}-rows-{cache.key_of(settings)[:8]}"

    def make(folder: Path) -> dict[str, Any]:
        told = planted.settings()
        with progress_bar(f"Writing {kind.file} (synthetic)", rows, enabled=progress) as advance_to:
            summary = write(
                folder / kind.file, told.pop("dialect"), rows, told.pop("seed"),
                progress=advance_to, **told,
            )  # fmt: skip
        if kind.last:
            _cut_off(folder / kind.file, folder / "test.csv", rows - round(rows * kind.last))
        return {"title": f"{kind.title} (synthetic)", "summary": _plain(summary)}

    cache.make(key, make, place)
    names = [kind.file, "test.csv"] if kind.last else [kind.file]
    return {name: place / key / name for name in names}


def _cut_off(path: Path, test: Path, lines: int) -> None:
    """Move all lines after the first `lines` to the file `test`."""
    with open(path, "rb") as file, open(test, "wb") as rest:
        for _ in range(lines):
            file.readline()
        end = file.tell()
        rest.write(file.read())
    os.truncate(path, end)


def _plain(summary: Mapping[str, Any]) -> Any:
    """JSON has no NaN."""
    return json.loads(
        json.dumps(summary, default=str).replace("NaN", "null").replace("Infinity", "null")
    )
