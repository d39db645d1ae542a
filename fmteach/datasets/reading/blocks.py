"""A text file as blocks of whole lines.

Line numbers, broken ends, CRLF and marks of encodings are settled here, so that whoever parses a
block sees lines that end in one LF, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fmteach.datasets.reading.streams import LONGEST, Stream, file_size
from fmteach.errors import DataFileError

__all__ = ["BLOCK", "Block", "blocks", "file_size", "first_lines"]

BLOCK = 32 << 20  # bytes of text in a block
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
    with Stream(path, size) as stream:
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
        if rest and stream.broken and not fault:
            fault = BROKEN_OFF
        yield Block(whole, stream.done, fault, stream.note, last=True)


def first_lines(path: Path, size: int = 1 << 18) -> bytes:
    """The first lines of a file, each ending in LF; b"" when it is empty.

    Errors: DataFileError, also when the line ends are CR alone.
    """
    with Stream(path, size) as stream:
        pieces = stream.pieces()
        piece = next(pieces, b"")
        whole = next(pieces, None) is None
    if not piece and stream.note:
        raise DataFileError(f"{path.name} is empty: {stream.note}. Fetch or make it again.")
    if b"\n" not in piece[:-1] and piece.count(b"\r") > 1:
        raise DataFileError(
            f"{path.name} has no line ends but CR alone (an old form of Macintosh files). Save it "
            "with the line ends LF or CRLF."
        )
    end = len(piece) if whole else piece.rfind(b"\n") + 1
    return _one_line_end(piece[:end] + b"\n") if piece else b""


def _one_line_end(text: bytes) -> bytes:
    if b"\r" in text:
        while b"\r\n" in text:
            text = text.replace(b"\r\n", b"\n")
    return text
