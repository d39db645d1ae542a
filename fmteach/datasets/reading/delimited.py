"""Files of lines whose cells are separated by one character: block by block to typed columns."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

from fmteach.datasets.reading.ahead import ahead
from fmteach.datasets.reading.blocks import Block, blocks
from fmteach.datasets.reading.cells import parse
from fmteach.datasets.reading.layout import Layout
from fmteach.datasets.reading.piece import Piece
from fmteach.datasets.reading.quoted import Unquoter
from fmteach.datasets.reading.screen import Text, screen


def pieces(
    path: Path, layout: Layout, size: int, *, table: bool = True
) -> Generator[Piece, None, None]:
    """The rows of a file. table: False for y and time alone; the same rows are good then."""
    width, line, header = len(layout.columns), 1, layout.header
    unquote = Unquoter(layout.separator, path.name) if layout.quoted else None
    for block in ahead(blocks(path, size)):
        if header:
            block, passed, found = _without_header(block)
            line, header = line + passed, not found
        text = Text(block.data, None, [], block.fault)
        if unquote is not None:
            text = unquote(block, line)
            line += block.data.count(b"\n")
        lines = screen(text, line, layout.separator, width, path.name)
        if unquote is None:
            line += lines.count
        piece = parse(lines, layout, path.name, table=table)
        bad = sorted([*lines.bad, *piece.bad], key=lambda row: row.line)
        yield replace(piece, bad=bad, blank=lines.blank, done=block.done, note=block.note)


def _without_header(block: Block) -> tuple[Block, int, bool]:
    """The rest of a block behind its first line that is not empty, the number of lines passed
    over, and whether there was such a line."""
    start = passed = 0
    found = False
    while start < len(block.data) and not found:
        end = block.data.index(b"\n", start) + 1
        found = bool(block.data[start:end].strip())
        start, passed = end, passed + 1
    return replace(block, data=block.data[start:], fault=""), passed, found
