"""What of a data set is on this machine, and how to be rid of it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from fmteach.datasets.choices import one_of
from fmteach.datasets.sources import record
from fmteach.datasets.sources.bring import alone, clear
from fmteach.datasets.sources.location import folder, work_folder
from fmteach.datasets.sources.registry import SOURCES, get, here, missing, size_text
from fmteach.datasets.sources.space import clear_disk_errors, tree_size
from fmteach.errors import InputError


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
        partial=tree_size(work_folder(name), r"[0-9a-f]{8}-.*(?<!\.json)"),
        record=record.read(name),
    )


def remove(name: str, *, encoded: bool = False) -> int:
    """Delete the files of a data set, and what is kept of its downloads; gives the bytes freed.

    name: one of SOURCES, or a synthetic data set, whose files are made again when they are needed.
    encoded: delete the caches of its encoded rows too. Files of the user's that were linked or
    copied stay where they are. Waits while another process fetches it. Errors: InputError for an
    unknown name; DataFileError when the disk does not allow it.
    """
    require_removable(name)
    caches = encoded_caches(name) if encoded else {}
    freed = tree_size(folder(name)) + tree_size(work_folder(name)) + sum(caches.values())
    if not freed:
        return 0
    with clear_disk_errors(f"the removal of {name}"), alone(name):
        work = work_folder(name)
        # Renamed first: a removal that is broken off never leaves half a data set in its place.
        clear(work)
        if os.path.lexists(folder(name)):
            os.replace(folder(name), work / "removed")
        shutil.rmtree(work)
        for key in caches:
            cache().forget(key)
    return freed


def require_removable(name: str) -> None:
    """InputError unless `remove` can take the name."""
    from fmteach.datasets import DATASETS, SYNTHETIC

    if name in DATASETS and name not in SOURCES and name not in SYNTHETIC:
        raise InputError(f"{name} comes with the course and cannot be removed.")
    one_of("data set", name, [*SOURCES, *sorted(SYNTHETIC)])


def encoded_caches(name: str) -> dict[str, int]:
    """The caches of encoded rows that were made of a data set: key -> bytes."""
    encoded = cache()
    if not encoded.home().is_dir():
        return {}
    found = {place.name: encoded.find(place.name) for place in encoded.home().iterdir()}
    return {
        key: tree_size(encoded.home() / key)
        for key, meta in found.items()
        if meta is not None and meta.get("title") == name
    }


def cache() -> ModuleType:
    """The module of the caches, which itself asks where the data folder is."""
    from fmteach.datasets import cache

    return cache
