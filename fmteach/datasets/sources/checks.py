"""Is a file the one that it should be? Hashes, computed in one pass, and the first line."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fmteach.datasets.sources.source import OriginFailed, Wanted, WrongBytes

CHUNK = 1 << 20
GIT_BLOB = "git-blob-sha1"
FIRST_LINE = 4096
Moved = Callable[[int], None]  # takes the bytes that were read or written so far


@dataclass(frozen=True)
class Digest:
    """The size and the hashes of one file."""

    bytes: int
    sha256: str
    md5: str


def copy(
    read: Callable[[int], bytes], out: BinaryIO | None, most: int, moved: Moved | None = None
) -> Digest:
    """Copy a stream and hash it on the way; OriginFailed when it gives more than `most` bytes.

    read: a function as the method of a file. out: None only hashes.
    """
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    done = 0
    while block := read(CHUNK):
        done += len(block)
        if done > most:
            raise OriginFailed(
                f"it unpacks to more than {most:,} bytes, far more than the data has: refused."
            )
        sha256.update(block)
        md5.update(block)
        if out is not None:
            out.write(block)
        if moved is not None:
            moved(done)
    return Digest(done, sha256.hexdigest(), md5.hexdigest())


def digest(path: Path, moved: Moved | None = None) -> Digest:
    """Size and hashes of a file on disk, read in one pass."""
    with open(path, "rb") as file:
        return copy(file.read, None, most=1 << 62, moved=moved)


def file_hash(path: Path, algorithm: str) -> str:
    """The hash of a file; `algorithm` as in Remote.hash, git's own included.

    git hashes "blob", the size and a zero byte in front of the bytes of the file.
    """
    if algorithm != GIT_BLOB:
        import pooch

        return pooch.file_hash(str(path), alg=algorithm)
    sha1 = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with open(path, "rb") as file:
        while block := file.read(CHUNK):
            sha1.update(block)
    return sha1.hexdigest()


def require_hash(path: Path, expected: str, what: str) -> None:
    """WrongBytes unless the file has the hash `expected`, such as "md5:0e33..."."""
    algorithm, _, wanted = expected.partition(":")
    got = file_hash(path, algorithm)
    if got != wanted:
        raise wrong_bytes(what, algorithm, wanted, got, path.stat().st_size)


def wrong_bytes(what: str, algorithm: str, wanted: str, got: str, size: int) -> WrongBytes:
    return WrongBytes(
        f"{what} is not the published file: its {algorithm} is {got} ({size:,} bytes), and should "
        f"be {wanted}."
    )


def require_wanted(path: Path, file: Wanted, found: Digest) -> None:
    """OriginFailed unless a file is the wanted one, as far as that can be told."""
    if file.md5 is not None and found.md5 != file.md5:
        raise wrong_bytes(path.name, "md5", file.md5, found.md5, found.bytes)
    if found.bytes == 0:
        raise OriginFailed(f"{path.name} is empty.")
    if file.begins is not None:
        first = first_line(path)
        if not first.startswith(file.begins):
            raise OriginFailed(
                f"the first line of {path.name} is {first[:60]!r}; it should start with "
                f"{file.begins!r}."
            )


def first_line(path: Path) -> str:
    """The first line of a file, of a gzip file what is in it; at most a few thousand letters."""
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path, "rb") if packed else open(path, "rb") as file:
            line = file.readline(FIRST_LINE)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise OriginFailed(f"{path.name} is damaged ({error}).") from error
    return line.decode("utf-8", "replace").lstrip("\ufeff").rstrip("\r\n")
