"""The bytes of a file: plain, gzip, or one member of a zip archive.

A compressed file that ends early or is damaged gives what stands before the break.
"""

from __future__ import annotations

import lzma
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from fmteach.errors import DataFileError

LONGEST = 1 << 20  # bytes of a line; a longer one is set aside as bad
# Bytes read and unpacked at a time: with a damaged file, what such a portion held is lost.
_PACKED, _UNPACKED = 1 << 16, 1 << 18
_GZIP, _ZIP, _BOM = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06"), b"\xef\xbb\xbf"
_OTHERS = {
    "gzip": rb"\x1f\x8b",
    "bzip2": rb"BZh[1-9]1AY&SY",
    "xz": rb"\xfd7zXZ",
    "zstd": rb"\x28\xb5\x2f\xfd",
}
_TAR = 257  # where a tar archive says that it is one
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def file_size(path: Path) -> int:
    """Bytes on the disk; DataFileError when there is no such file."""
    archive = archive_of(path)
    check_file(archive or path)
    return (archive or path).stat().st_size


class Stream:
    """The bytes of a file, unpacked, in pieces of about `size` bytes.

    done: bytes of the file, as it lies on the disk, that were read so far. note: what is wrong
    with the file as a whole, or "". broken: whether it ends in the middle, so that its last line
    cannot be trusted.
    """

    def __init__(self, path: Path, size: int) -> None:
        self.path, self.size = path, size
        self.note, self.broken = "", False
        self.done = 0

    def __enter__(self) -> Stream:
        archive = archive_of(self.path)
        check_file(archive or self.path)
        try:
            self._file: BinaryIO = open(archive or self.path, "rb")
        except OSError as error:
            raise unreadable(self.path, error) from error
        self._member = self.path.relative_to(archive).as_posix() if archive else None
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def pieces(self) -> Iterator[bytes]:
        """The bytes in their order. The last line ends in LF, unless the file is broken."""
        try:
            start = self._file.read(4)
            self._file.seek(0)
            if self._member or start.startswith(_ZIP):
                source = self._zip()
            elif start.startswith(_GZIP):
                source = self._gzip()
            else:
                source = self._plain()
            first, gathered, have = True, [], 0
            for piece in source:
                if first and piece:
                    piece, first = self._without_mark(piece), False
                gathered.append(piece)
                have += len(piece)
                if have >= self.size:
                    self.done = self._file.tell()
                    # A single piece is handed on as it is, without a copy.
                    yield gathered[0] if len(gathered) == 1 else b"".join(gathered)
                    gathered, have = [], 0
            self.done = self._file.tell()
            rest = b"".join(gathered)
            if rest:
                yield rest if self.broken else _ended(rest)
        except OSError as error:
            raise unreadable(self.path, error) from error

    def _without_mark(self, piece: bytes) -> bytes:
        packed = next((name for name, mark in _OTHERS.items() if re.match(mark, piece)), "")
        if packed or piece[_TAR : _TAR + 5] == b"ustar":
            what = f"packed by {packed}" if packed else "a tar archive"
            raise DataFileError(
                f"{self.path.name} is, or holds, a file that is {what}; plain text, gzip, or zip "
                "around plain text is wanted. Unpack it first."
            )
        if piece.startswith(_UTF16):
            raise DataFileError(
                f"{self.path.name} is written in UTF-16, and UTF-8 is wanted. Save it as UTF-8."
            )
        return piece.removeprefix(_BOM)

    def _plain(self) -> Iterator[bytes]:
        # Up to a line end at once: nothing has to be copied to put lines together.
        at = 0
        while True:
            self._file.seek(at + self.size)
            self._file.readline(LONGEST + 1)
            end = self._file.tell()
            self._file.seek(at)
            piece = self._file.read(end - at)
            if not piece:
                return
            at += len(piece)
            yield piece

    def _gzip(self) -> Iterator[bytes]:
        # Own loop: the gzip module keeps nothing of a block in which the file breaks off.
        unpacker, packed = zlib.decompressobj(wbits=31), b""
        while True:
            packed = packed or self._file.read(_PACKED)
            if not packed:
                if not unpacker.eof:
                    self._breaks("the compressed file ends early")
                return
            try:
                piece = unpacker.decompress(packed, min(self.size, _UNPACKED))
            except zlib.error as error:
                self._breaks(f"the compressed file is damaged ({error})")
                return
            yield piece
            packed = unpacker.unconsumed_tail
            if unpacker.eof:  # another part may follow, or zeros that fill up the file
                packed = (unpacker.unused_data or self._file.read(_PACKED)).lstrip(b"\0")
                if packed and not packed.startswith(_GZIP[: len(packed)]):
                    self.note = "bytes that are not compressed follow its end; they are left out"
                    return
                if packed:
                    unpacker = zlib.decompressobj(wbits=31)

    def _breaks(self, what: str) -> None:
        self.note, self.broken = f"{what}; what stands before is kept", True

    def _zip(self) -> Iterator[bytes]:
        try:
            archive = zipfile.ZipFile(self._file)
        except zipfile.BadZipFile as error:
            raise DataFileError(
                f"{self.path.name} is a zip archive that cannot be opened ({error}): it may be cut "
                "off. Fetch it again."
            ) from error
        with archive:
            member = self._member or _only_member(self.path, archive.namelist())
            if member not in archive.namelist():
                raise DataFileError(
                    f"{self.path.name} is not in the archive. It holds: "
                    f"{', '.join(archive.namelist()[:10])}."
                )
            try:
                with archive.open(member) as file:
                    while piece := file.read(min(self.size, _UNPACKED)):
                        yield piece
            except (RuntimeError, NotImplementedError) as error:  # a password, or a rare method
                raise DataFileError(
                    f"{member} cannot be unpacked ({error}). Unpack the archive with another "
                    "program first."
                ) from error
            except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError) as error:
                if getattr(error, "errno", None) is not None:  # bz2 gives errors without a number
                    raise
                self._breaks(f"the archive is damaged ({error})")


def _ended(piece: bytes) -> bytes:
    """The last piece of a file, with an LF behind its last line."""
    return piece if not piece or piece.endswith(b"\n") else piece + b"\n"


def _only_member(path: Path, names: list[str]) -> str:
    files = [n for n in names if not n.endswith("/") and not n.startswith("__MACOSX")]
    if len(files) != 1:
        listed = ", ".join(files[:10]) or "none"
        raise DataFileError(
            f"{path.name} holds {len(files)} files ({listed}), and one is wanted. Name one of them "
            f"as if the archive were a folder, such as {path}/{files[0] if files else 'train.csv'}."
        )
    return files[0]


def archive_of(path: Path) -> Path | None:
    """The zip archive in which `path` lies: "a.zip/train.csv" lies in "a.zip"."""
    return next((p for p in path.parents if p.suffix == ".zip" and os.path.isfile(p)), None)


def check_file(path: Path) -> None:
    """DataFileError unless there is a file that may be looked at."""
    try:
        path.stat()
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:  # ValueError: no path at all, with a NUL in it
        raise unreadable(path, error) from error
    if path.is_dir():
        names = sorted(p.name for p in path.iterdir() if p.is_file())[:6]
        raise DataFileError(
            f"{path} is a folder, and a file is wanted. Name one in it"
            + (f": {', '.join(names)}." if names else "; it holds no file.")
        )
    if not path.exists():
        beside = path.parent
        here = sorted(p.name for p in beside.iterdir())[:6] if beside.is_dir() else []
        raise DataFileError(
            f"{path} does not exist"
            + (f"; {beside} holds {', '.join(here)}." if here else "; nor does its folder.")
            + " Check the path."
        )


def unreadable(path: Path, error: OSError | ValueError) -> DataFileError:
    why = getattr(error, "strerror", None) or error
    return DataFileError(f"{path} cannot be read ({why}). Check its permissions and the disk.")
