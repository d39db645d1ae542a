"""What of a data set is on this machine, and how to be rid of it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from fmteach.datasets.sources import record
from fmteach.datasets.sources.bring import alone
from fmteach.datasets.sources.location import data_home, folder, work_folder
from fmteach.datasets.sources.registry import get, here, missing, size_text
from fmteach.datasets.sources.space import clear_disk_errors, tree_size

ENCODED = "encoded"  # the folder of the caches of encoded rows


@dataclass(frozen=True)
class Status:
    """What of a data set is on this machine. Sizes in bytes.

    partial: of a download that did not end. record: where the files came from, when that is known.
    """

    name: str
    here: bool
    folder: Path
    size: int
    missing: tuple[str, ...]
    partial: int
    record: record.Record | None

    def __str__(self) -> str:
        if self.here:
            text = f"yes, {size_text(self.size)} in {self.folder}"
            if self.record is not None:
                text += f"; {self.record.how} from {self.record.origin} on {self.record.when[:10]}"
            return text
        if self.size:
            return f"not whole: {', '.join(self.missing)} missing in {self.folder}"
        if self.partial:
            return f"no; {size_text(self.partial)} of a download are kept, to go on from"
        return "no"


def status(name: str) -> Status:
    """What of a data set is on this machine. Errors: InputError for an unknown name."""
    source = get(name)
    return Status(
        name=name,
        here=here(name),
        folder=folder(name),
        size=tree_size(folder(name)),
        missing=tuple(missing(source)),
        partial=tree_size(work_folder(name)),
        record=record.read(name),
    )


def remove(name: str, *, encoded: bool = False) -> int:
    """Delete the files of a data set, and what is kept of its downloads; gives the bytes freed.

    encoded: delete the caches of its encoded rows too. Files of the user's that were linked or
    copied stay where they are. Waits while another process fetches it. Errors: InputError for an
    unknown name; DataFileError when the disk does not allow it.
    """
    get(name)
    targets = [folder(name), *(encoded_caches(name) if encoded else ())]
    freed = sum(tree_size(path) for path in (*targets, work_folder(name)) if path.exists())
    if not freed:
        return 0
    with clear_disk_errors(f"the removal of {name}"), alone(name):
        work = work_folder(name)
        work.mkdir(parents=True, exist_ok=True)
        # Renamed first: a removal that is broken off never leaves half a data set in its place.
        for number, path in enumerate(targets):
            if path.exists():
                os.replace(path, work / f"removed-{number}")
        shutil.rmtree(work)
    return freed


def encoded_caches(name: str) -> list[Path]:
    """The folders of encoded rows that were made of the files of a data set."""
    mark = str(folder(name))
    found = []
    for place in sorted((data_home() / ENCODED).glob("*")):
        notes = place.glob("*.json") if place.is_dir() else ()
        if any(mark in note.read_text(encoding="utf-8", errors="replace") for note in notes):
            found.append(place)
    return found
