"""A data set from what the user has already: an archive, an unpacked folder, or a single file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from fmteach.datasets.progress import progress_bar
from fmteach.datasets.sources import record
from fmteach.datasets.sources.checks import Digest, digest, require_hash, require_wanted
from fmteach.datasets.sources.registry import size_text
from fmteach.datasets.sources.source import Download, OriginFailed, Source, Wanted
from fmteach.datasets.sources.space import require_space
from fmteach.datasets.sources.unpack import kind, unpack
from fmteach.errors import DataFileError

MOST_TIMES = 4  # an archive may unpack to so many times what the data takes
DEPTH = 3  # how deep a folder is searched


def most(source: Source) -> int:
    """The bytes that the archive of a data set may unpack to."""
    return MOST_TIMES * source.unpacked + 2_000_000_000


def take(
    source: Source, path: Path, into: Path, *, progress: bool, say: Callable[[str], None]
) -> None:
    """Check what the user gave, and put its files into a folder: linked, copied or unpacked.

    The user's own files are only read. Errors: DataFileError that says what was wrong.
    """
    try:
        if path.is_dir():
            _take_files(source, _search(source, path), path, into, progress, say)
        elif not path.is_file():
            raise DataFileError(f"there is no file or folder {path}.")
        elif (wanted := _single(source, path)) is not None:
            _take_files(source, {wanted: path}, path, into, progress, say)
        elif kind(path) is not None:
            _unpack(source, path, into, progress, say)
        else:
            raise OriginFailed(
                f"{path.name} is no zip, tar.gz or gz archive, and its name is not that of a file "
                "of the data set"
            )
    except PermissionError as error:
        if error.filename is None or not Path(error.filename).is_relative_to(path):
            raise
        raise DataFileError(f"{error.filename} cannot be read: {error.strerror}.") from error
    except OriginFailed as error:
        names = ", ".join(file.name for file in source.files)
        raise DataFileError(
            f"{path} was not taken: {str(error).rstrip('.')}. {source.name} needs {names}: give "
            "the archive as it was downloaded, or a folder with the unpacked files."
        ) from error


def _single(source: Source, path: Path) -> Wanted | None:
    """The wanted file that a path is, when it is the only one that is wanted."""
    if len(source.files) != 1:
        return None
    (file,) = source.files
    return file if path.name in (file.name, *file.also) else None


def _search(source: Source, path: Path) -> dict[Wanted, Path]:
    """The wanted files in a folder; of two with one name, the one nearer to its top."""
    found: dict[Wanted, Path] = {}
    names = {name: file for file in source.files for name in (file.name, *file.also)}
    for folder, folders, files in os.walk(path):
        depth = len(Path(folder).relative_to(path).parts)
        folders[:] = sorted(folders) if depth < DEPTH - 1 else []
        for name in sorted(files):
            file = names.get(name)
            other = found.get(file)
            if file is not None and (
                other is None or len(other.relative_to(path).parts) > depth + 1
            ):
                found[file] = Path(folder) / name
    missing = [file.name for file in source.files if file not in found]
    if missing:
        raise OriginFailed(f"the folder has no {', '.join(missing)}")
    return {file: found[file] for file in source.files}


def _take_files(
    source: Source, found: dict[Wanted, Path], path: Path, into: Path, progress: bool,
    say: Callable[[str], None],
) -> None:  # fmt: skip
    digests: dict[str, Digest] = {}
    total = sum(place.stat().st_size for place in found.values())
    before = 0
    with progress_bar(f"Checking {path.name}", total, "bytes", enabled=progress) as advance:
        for file, place in found.items():
            got = digest(place, lambda done, at=before: advance(at + done))
            require_wanted(place, file, got)
            digests[file.name] = got
            before += got.bytes
    how = {_link_or_copy(place, into / file.name) for file, place in found.items()}
    word = "copied" if "copied" in how else "linked"
    record.write(into, str(path.absolute()), word, digests)
    known = [file.name for file in found if file.md5 is not None]
    unknown = [file.name for file in found if file.md5 is None]
    if known:
        say(f"Verified by the published md5: {', '.join(known)}.")
    if unknown:
        say(f"No hash is published for {', '.join(unknown)}: taken as it is.")
    say(f"{word.capitalize()} from {path}: {_what_it_means(word, total)}")


def _what_it_means(word: str, total: int) -> str:
    if word == "copied":
        return f"{size_text(total)} more on disk. Your files stay as they are."
    return (
        "no space is used twice. Your files stay where they are; do not edit them in place, as "
        "both names stand for the same bytes."
    )


def _link_or_copy(place: Path, to: Path) -> str:
    """A second name for the same bytes where the file system has such names, else a copy."""
    try:
        os.link(place.resolve(), to)
        return "linked"
    except OSError:
        require_space(place.stat().st_size, f"a copy of {place.name}")
        shutil.copyfile(place, to)
        return "copied"


def _unpack(
    source: Source, path: Path, into: Path, progress: bool, say: Callable[[str], None]
) -> None:
    hashes = {
        part.hash
        for origin in source.origins
        if isinstance(origin, Download) and len(origin.parts) == 1
        for part in origin.parts
        if part.hash is not None
    }
    for expected in hashes:
        require_hash(path, expected, path.name)
        say(f"{path.name} is the published archive ({expected.partition(':')[0]} verified).")
    require_space(source.unpacked, "the unpacked files")
    names = [file.name for file in source.files]
    found = unpack(path, names, into, most(source), progress=progress)
    for file in source.files:
        require_wanted(into / file.name, file, found[file.name])
    known = [file.name for file in source.files if file.md5 is not None]
    if known:
        say(f"Verified by the published md5: {', '.join(known)}.")
    if not hashes and not known:
        say(f"No hash is published for {source.name}: taken as it is.")
    record.write(into, str(path.absolute()), "unpacked", found)
    say(f"Unpacked from {path}, which stays as it is.")
