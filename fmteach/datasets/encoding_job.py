"""Encode all rows of a reader into a folder: count, learn, write. `from_files` calls it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fmteach.datasets import cache, encoded, streaming
from fmteach.datasets.dataset import PARTS
from fmteach.datasets.encoder import Encoder, Encoding, Fitting
from fmteach.datasets.encoder.draft import Draft
from fmteach.datasets.progress import progress_bar
from fmteach.datasets.targets import Targets

if TYPE_CHECKING:
    from fmteach.datasets.reading import FieldSpec, Frame, Reader

_VERSION = 2  # part of the key: raise it when the same files and options give other rows

Oracle = Callable[[Mapping[str, np.ndarray]], dict[str, dict[str, float]]]
"""From the row numbers of each part to what the truth scores on it."""


@dataclass(frozen=True, eq=False)
class Job:
    """What is to be encoded, and how; the values are checked, and as of `from_reader`.

    specs: the chosen fields. kind: of the split. title: what the cache says that it holds.
    """

    reader: Reader
    encoding: Encoding
    specs: Sequence[FieldSpec]
    kind: str
    seed: int
    valid: float
    test: float
    rows: int | None
    objective: str | None
    progress: bool
    oracle: Oracle | None
    title: str

    def determined_by(self) -> dict[str, Any]:
        return {
            "version": _VERSION,
            "reader": self.reader.determined_by(),
            "encoding": self.encoding.determined_by(),
            "fields": [spec.name for spec in self.specs],
            "split": self.kind,
            "seed": None if self.kind == "time" else self.seed,
            "valid": self.valid,
            "test": self.test,
            "rows": self.rows,
            "objective": self.objective,
        }

    def write(self, folder: Path) -> dict[str, Any]:
        """Encode all rows into the folder; gives the meta data."""
        part_of, targets = self._split(), Targets()
        fitting = Fitting(self.specs, self.encoding, self.reader.dialect)
        done = self._in_one_pass(folder, part_of, targets, fitting) if Draft.fits(fitting) else None
        if done is None:
            done = self._in_two_passes(folder, part_of, targets, fitting)
        encoder, told = done
        told["objective"] = targets.objective(self.objective)
        if targets.signed:
            encoded.replace_targets(folder, told, -1.0, 0.0)
        encoder.save(folder / encoded.ENCODER)
        if self.oracle is not None:
            numbers = {part: encoded.row_numbers(folder, part, told) for part in PARTS}
            told["oracle"] = self.oracle(numbers)
        report = self.reader.report
        return {
            **told,
            "title": self.title,
            "target": self.reader.target,
            "report": None if report is None else report.to_dict(),
        }

    def _in_one_pass(
        self, folder: Path, part_of: streaming.PartOf, targets: Targets, fitting: Fitting
    ) -> tuple[Encoder, dict[str, Any]] | None:
        """Draft ids while the text is read, final ones at the end; see `encoder.draft`.

        None when there are too many values for that: then `fitting` and `targets` have counted all
        rows, and the text has to be read once more.
        """
        draft: Draft | None = Draft(fitting)
        with encoded.Writer(folder) as writer:
            for frame in self._frames("Reading"):
                parts = part_of(frame)
                targets.add(frame.y, parts)
                train = parts == streaming.TRAIN
                numbers = frame.first_row + np.arange(len(parts))
                if draft is None:
                    fitting.add(frame.table.filter(train), numbers[train])
                    continue
                drafted = draft.add(frame.table, train, numbers)
                if draft.full:
                    draft.give_up()
                    draft = None
                else:
                    writer.append(frame, parts, *drafted)
        targets.objective(self.objective)  # refuses what cannot be learnt before more is done
        if draft is None:
            encoded.remove(folder)
            return None
        encoder, final = draft.finish()
        told, rows = writer.told(), sum(writer.rows.values())
        with progress_bar("Final numbers", rows, enabled=self.progress) as advance_to:
            for done in encoded.replace_ids(folder, told, final):
                advance_to(done)
        return encoder, told

    def _in_two_passes(
        self, folder: Path, part_of: streaming.PartOf, targets: Targets, fitting: Fitting
    ) -> tuple[Encoder, dict[str, Any]]:
        """Count, unless `fitting` has counted already; then encode."""
        widths = None
        if not any(targets.rows.values()):
            widths = self._count(part_of, targets, fitting)
            targets.objective(self.objective)
        encoder = fitting.encoder()
        with encoded.Writer(folder, encoder, widths) as writer:
            for frame in self._frames("Encoding"):
                writer.add(frame, part_of(frame))
        return encoder, writer.told()

    def _count(
        self, part_of: streaming.PartOf, targets: Targets, fitting: Fitting
    ) -> dict[str, list[int]]:
        """Count values of training rows, and the places that each part needs."""
        widths = {part: [1] * len(self.specs) for part in PARTS}
        for frame in self._frames("Counting values of"):
            parts = part_of(frame)
            targets.add(frame.y, parts)
            numbers = frame.first_row + np.arange(len(parts))
            train = parts == streaming.TRAIN
            fitting.add(frame.table.filter(train), numbers[train])
            for code, part in enumerate(PARTS):
                own = fitting.widths(frame.table.filter(parts == code))
                widths[part] = list(map(max, widths[part], own))
        # A part has at least the places of train: then the same model code fits all of them.
        return {part: list(map(max, own, widths["train"])) for part, own in widths.items()}

    def _split(self) -> streaming.PartOf:
        shares = {"valid": self.valid, "test": self.test}
        if self.kind == "time":
            label = f"Reading the times of {self.reader.paths[0].name}"
            with progress_bar(label, unit="bytes", enabled=self.progress) as advance_to:
                times = self.reader.time_counts(rows=self.rows, progress=advance_to)
            return streaming.time_stream(*times, **shares)
        if self.kind == "random":
            return streaming.random_stream(seed=self.seed, **shares)
        files = self.reader.determined_by()["files"]
        return streaming.published_stream(
            {file["part"] for file in files}, seed=self.seed, **shares
        )

    def _frames(self, label: str) -> Iterator[Frame]:
        """All frames, with a progress bar; disk space is checked once the size can be told."""
        label = f"{label} {self.reader.paths[0].name}"
        with progress_bar(label, unit="bytes", enabled=self.progress) as advance_to:
            bytes_done = bytes_all = 0

            def note(done: int, total: int) -> None:
                nonlocal bytes_done, bytes_all
                bytes_done, bytes_all = done, total
                advance_to(done, total)

            rows_done = 0
            for turn, frame in enumerate(self.reader.frames(progress=note, rows=self.rows)):
                if turn == 1:  # one frame is behind us
                    self._check_space(rows_done, bytes_done, bytes_all, frame)
                rows_done += len(frame.y)
                yield frame
                del frame  # the next one is made before this name is given to it

    def _check_space(self, rows: int, done: int, total: int, frame: Frame) -> None:
        if not done:
            return
        expected = math.ceil(rows * total / done)
        if self.rows is not None:
            expected = min(expected, self.rows)
        values = any(spec.kind in ("real", "multi") for spec in self.specs)
        row = encoded.bytes_a_row(len(self.specs), values, frame.time is not None)
        cache.check_space(expected * row)
