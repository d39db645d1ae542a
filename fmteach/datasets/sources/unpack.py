"""Take the wanted files out of an archive, and nothing else, and nowhere else.

An archive is refused as a whole when it holds a path that leaves its folder, a link or a device
among its wanted files, or far more bytes than the data has. Files are written by their base name
alone, so that no path in an archive ever reaches the disk.
"""

from __future__ import annotations

import contextlib
import gzip
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from fmteach.datasets.progress import progress_bar
from fmteach.datasets.sources.checks import CHUNK, Digest, Moved, copy
from fmteach.datasets.sources.source import OriginFailed

# Kept beside the data: its terms.
NOTES = re.compile(r"(readme|licen[cs]e)(\.(txt|md|html))?", re.IGNORECASE)
MOST_NOTE, MOST_MEMBERS = 1_000_000, 10_000


def kind(path: Path) -> str | None:
    """What a file is by its first bytes: "zip", "tar" (packed with gzip), "gzip" or None.

    A zip archive that is empty or cut off at its start is None, as is any other file.
    """
    with open(path, "rb") as file:
        start = file.read(4)
    if start == b"PK\x03\x04":
        return "zip"
    if start[:2] != b"\x1f\x8b":
        return None
    try:
        with tarfile.open(path, "r|gz") as file:
            return "gzip" if file.next() is None else "tar"
    except (tarfile.TarError, EOFError, OSError, zlib.error, ValueError):
        return "gzip"


def unpack(
    archive: Path,
    wanted: Iterable[str],
    into: Path,
    most: int,
    *,
    label: str = "",
    progress: bool = False,
) -> dict[str, Digest]:
    """Write the wanted files, and the README and licence beside them, into a folder.

    archive: .zip, .tar.gz, or one .gz file. wanted: base names. into: a folder that exists.
    most: bytes that the archive may unpack to, as it declares and as it really gives. label: what
    the archive is called in messages.
    Gives size and hashes of each wanted file, computed while it is written.

    Errors: OriginFailed when the archive is damaged, unsafe, too large, or lacks a wanted file.
    """
    names, shape, label = set(wanted), kind(archive), label or archive.name
    readers = {"zip": _zip, "tar": _tar, "gzip": _gzip}
    if shape not in readers:
        raise OriginFailed(f"{label} is no zip, tar.gz or gz file.")
    with (
        _clear_archive_errors(label),
        progress_bar(
            f"Unpacking {label}", archive.stat().st_size, "bytes", enabled=progress
        ) as advance,
    ):
        found = readers[shape](archive, names, into, most, advance)
        advance(archive.stat().st_size)
    missing = sorted(names - found.keys())
    if missing:
        raise OriginFailed(f"{label} has no {', '.join(missing)}.")
    return {name: found[name] for name in names}


def _zip(
    archive: Path, names: set[str], into: Path, most: int, advance: Moved
) -> dict[str, Digest]:
    found: dict[str, Digest] = {}
    with zipfile.ZipFile(archive) as file:
        members = file.infolist()
        for member in members:
            _require_safe(member.orig_filename)
        _require_small(sum(m.file_size for m in members), len(members), most)
        packed = 0
        for member in members:
            name = _base_name(member.filename)
            if member.is_dir() or not _is_wanted(name, names, member.file_size, found):
                continue
            mode = stat.S_IFMT(member.external_attr >> 16)
            if mode not in (0, stat.S_IFREG):
                raise OriginFailed(
                    f"its member {member.filename!r} is a link or a device: refused."
                )
            if member.flag_bits & 1:
                raise OriginFailed(f"its member {member.filename!r} needs a password.")
            ratio = member.compress_size / max(member.file_size, 1)
            with file.open(member) as data:
                _write(
                    data.read, name, into, member.file_size, found,
                    lambda done, at=packed, ratio=ratio: advance(at + done * ratio),
                )  # fmt: skip
            packed += member.compress_size
    return found


def _tar(
    archive: Path, names: set[str], into: Path, most: int, advance: Moved
) -> dict[str, Digest]:
    found: dict[str, Digest] = {}
    total = count = 0
    # One pass without going back: the stream itself is bounded, headers included.
    with (
        open(archive, "rb") as packed,
        gzip.open(packed) as unpacked,
        tarfile.open(
            fileobj=(stream := _Bounded(unpacked, most + 20 * MOST_NOTE)), mode="r|"
        ) as file,
    ):
        for member in file:
            _require_safe(member.name)
            count += 1
            total += member.size if member.size >= 0 else most + 1
            _require_small(total, count, most)
            name = _base_name(member.name)
            if member.isdir() or not _is_wanted(name, names, member.size, found):
                continue
            data = file.extractfile(member) if member.isreg() else None
            if data is None:
                raise OriginFailed(f"its member {member.name!r} is a link or a device: refused.")
            _write(data.read, name, into, member.size, found, lambda _: advance(packed.tell()))
        while stream.read(CHUNK):  # to the end, where gzip has its checksum
            pass
    return found


def _gzip(
    archive: Path, names: set[str], into: Path, most: int, advance: Moved
) -> dict[str, Digest]:
    if len(names) != 1:
        raise OriginFailed(f"it is one packed file; {len(names)} files are needed.")
    (name,) = names
    found: dict[str, Digest] = {}
    with open(archive, "rb") as packed, gzip.open(packed) as data:
        _write(data.read, name, into, most, found, lambda _: advance(packed.tell()))
    return found


def _write(
    read: Callable[[int], bytes], name: str, into: Path, most: int, found: dict[str, Digest],
    moved: Moved,
) -> None:  # fmt: skip
    if name in found:
        raise OriginFailed(f"it holds two files called {name}.")
    with open(into / name, "xb") as out:
        found[name] = copy(read, out, most, moved)


def _is_wanted(name: str, names: set[str], size: int, found: Mapping[str, Digest]) -> bool:
    note = NOTES.fullmatch(name) is not None and size <= MOST_NOTE and name not in found
    return name in names or note


def _base_name(name: str) -> str:
    path = PurePosixPath(name.replace("\\", "/"))  # some programs of Windows write backslashes
    return "" if "__MACOSX" in path.parts else path.name


def _require_safe(name: str) -> None:
    """OriginFailed for a path that does not stay below the folder it is unpacked into, on any
    system: absolute, with a drive, or with a step up."""
    parts = re.split(r"[/\\]", name)
    if ".." in parts or parts[0] == "" or re.match(r"[A-Za-z]:", name) or "\0" in name:
        raise OriginFailed(
            f"it holds the path {name!r}, which leaves the folder: the archive was refused as a "
            "whole."
        )


def _require_small(total: int, count: int, most: int) -> None:
    if total > most or count > MOST_MEMBERS:
        raise OriginFailed(
            f"it unpacks to {total:,} bytes in {count:,} files, far more than the data has "
            f"(at most {most:,}): refused."
        )


class _Bounded:
    """A stream that gives no more than so many bytes."""

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self.stream, self.left = stream, most

    def read(self, size: int) -> bytes:
        block = self.stream.read(size)
        self.left -= len(block)
        if self.left < 0:
            raise OriginFailed("it unpacks to far more bytes than the data has: refused.")
        return block


@contextlib.contextmanager
def _clear_archive_errors(name: str) -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error,
        lzma.LZMAError, NotImplementedError, ValueError,
    ) as error:  # fmt: skip
        raise OriginFailed(f"{name} is damaged ({error}).") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise OriginFailed(f"{name} is damaged ({error}).") from error  # so bz2 says it
    except OriginFailed as error:
        raise OriginFailed(f"{name}: {error}") from error
