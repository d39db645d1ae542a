"""What was computed once and lies in a folder: found again by everything that determines it.

A folder is made under another name and renamed when it is complete. So a folder that has its name
is complete, even if the process was killed in the middle. What dead processes left behind is
cleared away by the next one that makes something. Two processes that want the same thing at once
make it once: one waits for the other.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from fmteach.datasets.sources import data_home
from fmteach.datasets.table import Table
from fmteach.errors import DataFileError

FOLDER, META, PART = "encoded", "meta.json", ".part"


def key_of(determined_by: Mapping[str, Any]) -> str:
    """A short name (20 hex digits) for everything that determines a result.

    >>> key_of({"rows": 3, "seed": 0}) == key_of({"seed": 0, "rows": 3})
    True
    """
    text = json.dumps(determined_by, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def home() -> Path:
    """The folder that holds all caches of encoded rows."""
    return data_home() / FOLDER


def find(key: str, place: Path | None = None) -> dict[str, Any] | None:
    """The meta data of a complete and sound folder, else None. place: where it lies (`home()`).

    Sound: meta.json can be read, has this key, and every file that it names has the size that it
    names. That takes no longer for large files.
    """
    folder = (place or home()) / key
    try:
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
        sizes = meta["files"]
        whole = meta["key"] == key and all(
            (folder / name).stat().st_size == size for name, size in sizes.items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return meta if whole else None


def make(
    key: str, write: Callable[[Path], dict[str, Any]], place: Path | None = None
) -> dict[str, Any]:
    """The meta data of the folder `key`; where it is missing or damaged, it is made by `write`.

    place: the folder in which it lies, default `home()`.

    write: writes files into the folder that it is given, and returns the meta data (plain values).
    The sizes of the files are added here. When it raises, nothing is left behind.

    Errors: DataFileError when there is no space or no permission; what `write` raises.
    """
    place = place or home()
    found = find(key, place)
    if found is not None:
        return found
    try:
        place.mkdir(parents=True, exist_ok=True)
        with FileLock(place / f".{key}.lock"):
            found = find(key, place)  # another process may have made it while this one waited
            return found if found is not None else _made(place, key, write)
    except OSError as error:
        raise DataFileError(
            f"nothing could be written to {place} ({error.strerror or error}), and nothing was "
            "left behind. Check the free space and the permissions of this folder; FMTEACH_DATA "
            "names another one."
        ) from error


def forget(key: str) -> None:
    """Remove one folder, waiting for a process that is making it.

    Errors: DataFileError when it cannot be removed.
    """
    folder = home() / key
    try:
        with FileLock(home() / f".{key}.lock"):
            if folder.exists():
                shutil.rmtree(folder)
    except OSError as error:
        raise DataFileError(
            f"the encoded rows in {folder} are damaged and cannot be removed "
            f"({error.strerror or error}). Remove this folder, or name another one by FMTEACH_DATA."
        ) from error


def check_space(needed: int) -> None:
    """DataFileError when fewer than `needed` bytes are free where caches are kept."""
    free = shutil.disk_usage(_existing(home())).free
    if free < needed:
        raise DataFileError(
            f"the encoded rows need about {_gb(needed)} and only {_gb(free)} are free in {home()}. "
            "Free some space (fmteach.datasets.cache.clear() removes all encoded rows), set "
            "FMTEACH_DATA to a folder on another disk, or read fewer rows (rows=...)."
        )


def contents() -> Table:
    """The caches that are kept: key, data set, rows, size in MB."""
    rows = []
    for folder in sorted(home().glob("*/")) if home().is_dir() else []:
        meta = None if folder.name.startswith(".") else find(folder.name)
        if meta is not None:
            count = sum(meta.get("rows", {}).values())
            size = sum(meta["files"].values())
            rows.append((meta["key"], meta.get("title", ""), count, round(size / 1e6, 1)))
    return Table(("key", "data", "rows", "MB"), tuple(rows))


def clear() -> int:
    """Remove all caches that no process is making just now; gives the bytes that were freed."""
    freed = 0
    for folder in list(home().glob("*")) if home().is_dir() else []:
        if not folder.is_dir():
            continue
        key = folder.name.lstrip(".").split(".")[0]
        lock = FileLock(home() / f".{key}.lock")
        try:
            with lock.acquire(timeout=0):
                freed += sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
                shutil.rmtree(folder, ignore_errors=True)
        except Timeout:
            continue
    return freed


def _made(place: Path, key: str, write: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    """The lock of `key` is held."""
    _clear_leftovers(place, key)
    part, final = place / f".{key}.{os.getpid()}{PART}", place / key
    try:
        part.mkdir()
        meta = write(part)
        sizes = {
            str(file.relative_to(part).as_posix()): file.stat().st_size
            for file in sorted(part.rglob("*"))
            if file.is_file()
        }
        meta = {**meta, "key": key, "files": sizes}
        text = json.dumps(meta, ensure_ascii=False)
        with open(part / META, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if final.exists():  # it was damaged, or `find` would have found it
            shutil.rmtree(final)
        os.rename(part, final)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return json.loads(text)


def _clear_leftovers(place: Path, own: str) -> None:
    """Remove the unfinished folders of processes that are gone: nobody holds their lock."""
    for left in place.glob(f".*{PART}"):
        key = left.name[1:].split(".")[0]
        if key == own:
            shutil.rmtree(left, ignore_errors=True)
            continue
        try:
            with FileLock(place / f".{key}.lock").acquire(timeout=0):
                shutil.rmtree(left, ignore_errors=True)
        except Timeout:
            continue  # somebody is making it


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
