"""A text file as blocks of whole lines: plain, gzip, or one member of a zip archive.

Line numbers, broken ends, CRLF and marks of encodings are settled here, so that whoever parses a
block sees lines that end in one LF, and nothing else.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fmteach.errors import DataFileError

BLOCK = 32 << 20  # bytes of text in a block
LONGEST = 1 << 20  # bytes of a line; a longer one is set aside as bad
_GZIP, _ZIP, _BOM = b"\x1f\x8b", b"PK", b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
TOO_LONG = "a line without an end"
BROKEN_OFF = "the file breaks off in this line"


@dataclass(frozen=True)
class Block:
    """Whole lines of a file.

    data: the lines, each ending in LF. done: bytes of the file, as it lies on the disk, that were
    read so far. fault: why its first line is bad, when that is known already here, else "".
    note: what is wrong with the file as a whole; on its last block only. last: no block follows.
    """

    data: bytes
    done: int
    fault: str = ""
    note: str = ""
    last: bool = False


def blocks(path: Path, size: int = BLOCK) -> Iterator[Block]:
    """The lines of a file in blocks of about `size` bytes, in their order.

    Memory is bounded by `size`, whatever the file holds: a line above LONGEST bytes is cut and
    marked bad. A compressed file that ends early or is damaged gives the rows before the break,
    the broken line is marked bad, and the last block has a note.

    Errors: DataFileError when the file cannot be opened or read, is a folder, or is not text.
    """
    with _Stream(path, size) as stream:
        rest, fault = b"", ""  # rest: the start of a line whose end is to come
        skipping = False  # over the middle of a line that is too long
        for piece in stream.pieces():
            if skipping:
                end = piece.find(b"\n")
                if end < 0:
                    continue
                piece, skipping = piece[end:], False
            text = rest + piece if rest else piece
            end = text.rfind(b"\n") + 1
            whole, rest = text[:end], text[end:]
            if whole:
                yield Block(_one_line_end(whole), stream.done, fault)
                fault = ""
            if len(rest) > LONGEST:
                rest, fault, skipping = rest[:1000], TOO_LONG, True
        whole = _one_line_end(rest + b"\n") if rest else b""
        if rest and stream.note and not fault:
            fault = BROKEN_OFF
        yield Block(whole, stream.done, fault, stream.note, last=True)


def first_lines(path: Path, size: int = 1 << 18) -> bytes:
    """The first lines of a file, each ending in LF; b"" when it is empty.

    Errors: DataFileError, also when the line ends are CR alone.
    """
    with _Stream(path, size) as stream:
        pieces = stream.pieces()
        piece = next(pieces, b"")
        whole = next(pieces, None) is None
    if piece and b"\n" not in piece and piece.count(b"\r") > 1:
        raise DataFileError(
            f"{path.name} has no line ends but CR alone (an old form of Macintosh files). Save it "
            "with the line ends LF or CRLF."
        )
    end = len(piece) if whole else piece.rfind(b"\n") + 1
    return _one_line_end(piece[:end] + b"\n") if piece else b""


def file_size(path: Path) -> int:
    """Bytes on the disk; DataFileError when there is no such file."""
    archive = archive_of(path)
    check_file(archive or path)
    return (archive or path).stat().st_size


def _one_line_end(text: bytes) -> bytes:
    if b"\r" in text:
        while b"\r\n" in text:
            text = text.replace(b"\r\n", b"\n")
    return text


class _Stream:
    """The bytes of a file, unpacked, in pieces. note: what is wrong with its end, or ""."""

    def __init__(self, path: Path, size: int) -> None:
        self.path, self.size = path, size
        self.note = ""
        self.done = 0

    def __enter__(self) -> _Stream:
        archive = archive_of(self.path)
        check_file(archive or self.path)
        try:
            self._file: BinaryIO = open(archive or self.path, "rb")
        except OSError as error:
            raise _unreadable(self.path, error) from error
        self._member = self.path.relative_to(archive).as_posix() if archive else None
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def pieces(self) -> Iterator[bytes]:
        """The bytes; `done` says how many of the file, as it lies on the disk, were read so far."""
        try:
            start = self._file.read(4)
            self._file.seek(0)
            if start.startswith(_ZIP) and (self._member or self.path.suffix == ".zip"):
                source = self._zip()
            elif start.startswith(_GZIP):
                source = self._gzip()
            else:
                source = self._plain()
            first = True
            for piece in source:
                if first:
                    piece, first = self._without_mark(piece), False
                self.done = self._file.tell()
                if piece:
                    yield piece
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def _without_mark(self, piece: bytes) -> bytes:
        if piece.startswith(_UTF16):
            raise DataFileError(
                f"{self.path.name} is written in UTF-16, and UTF-8 is wanted. Save it as UTF-8."
            )
        return piece.removeprefix(_BOM)

    def _plain(self) -> Iterator[bytes]:
        # Up to a line end at once: nothing has to be copied to put lines together.
        at, size = 0, os.fstat(self._file.fileno()).st_size
        while True:
            self._file.seek(at + self.size)
            self._file.readline(LONGEST + 1)
            end = self._file.tell()
            self._file.seek(at)
            piece = self._file.read(end - at)
            if not piece:
                return
            at += len(piece)
            yield piece if at < size else _ended(piece)

    def _gzip(self) -> Iterator[bytes]:
        # Own loop: the gzip module keeps nothing of a block in which the file breaks off.
        unpacker = zlib.decompressobj(wbits=31)
        packed = b""
        while True:
            gathered: list[bytes] = []
            have = 0
            while have < self.size:
                packed = packed or self._file.read(1 << 20)
                if not packed:
                    if not unpacker.eof:
                        self.note = "the compressed file ends early; what stands before is kept"
                    break
                try:
                    piece = unpacker.decompress(packed, self.size - have)
                except zlib.error as error:
                    self.note = (
                        f"the compressed file is damaged ({error}); what stands before is kept"
                    )
                    packed = b""
                    break
                gathered.append(piece)
                have += len(piece)
                packed = unpacker.unconsumed_tail
                if unpacker.eof:  # another part may follow, or zeros that fill up the file
                    packed = (unpacker.unused_data or self._file.read(1 << 20)).lstrip(b"\0")
                    if not packed:
                        break
                    if not packed.startswith(_GZIP[: len(packed)]):
                        self.note = (
                            "bytes that are not compressed follow its end; they are left out"
                        )
                        break
                    unpacker = zlib.decompressobj(wbits=31)
            text = b"".join(gathered)
            if self.note or (not packed and unpacker.eof) or have < self.size:
                yield text if self.note else _ended(text)
                return
            yield text

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
            with archive.open(member) as file:
                try:
                    while piece := file.read(self.size):
                        yield piece
                except (zipfile.BadZipFile, zlib.error, EOFError) as error:
                    self.note = f"the archive is damaged ({error}); what stands before is kept"


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
    return next((p for p in path.parents if p.suffix == ".zip" and p.is_file()), None)


def check_file(path: Path) -> None:
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


def _unreadable(path: Path, error: OSError) -> DataFileError:
    return DataFileError(
        f"{path} cannot be read ({error.strerror or error}). Check its permissions and the disk."
    )
