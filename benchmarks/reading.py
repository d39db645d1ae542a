"""How fast files of rows are read: one pass of the readers, by dialect, and a plain Python loop.

    python benchmarks/reading.py [ROWS]

The files are synthetic and are written first. Each figure is the best of three passes, once by the
clock and once by the time of the processors: with other work on the machine, the second says more.
"1 bad in 10,000": a cell that is no number in every 10,000th row, so that every block has to be
looked at more closely. The loop splits lines and counts values, as the loop of the d2l page does.
The bound that the project sets itself: 500,000 Criteo rows/s for this pass on two cores.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path

from fmteach.datasets import synthetic
from fmteach.datasets.reading import open_reader
from fmteach.datasets.reading.blocks import blocks
from fmteach.datasets.reading.screen import Text, screen

SEPARATOR = {"criteo": b"\t", "avazu": b",", "d2l": b"\t"}


def best(call: Callable[[], int], times: int = 3) -> tuple[int, float, float]:
    """(rows, seconds by the clock, seconds of the processors) of the fastest of some calls."""
    taken = []
    for _ in range(times):
        clock, processors = time.perf_counter(), time.process_time()
        rows = call()
        taken.append((time.perf_counter() - clock, time.process_time() - processors))
    return rows, min(c for c, _ in taken), min(p for _, p in taken)


def parse(path: Path, dialect: str) -> int:
    return sum(len(frame) for frame in open_reader(path, dialect).frames())


def times(path: Path, dialect: str) -> int:
    return len(open_reader(path, dialect).times())


def read_and_screen(path: Path, dialect: str) -> int:
    """The share of the work before any cell is typed."""
    rows, width = 0, len(open_reader(path, dialect)._layouts[0].columns)
    for block in blocks(path):
        text = Text(block.data, None, [], block.fault)
        rows += len(screen(text, 1, SEPARATOR[dialect], width, path.name).numbers)
    return rows


def plain_loop(path: Path, dialect: str) -> int:
    separator = SEPARATOR[dialect].decode()
    counts: defaultdict[int, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = 0
    with open(path) as file:
        for line in file:
            for place, value in enumerate(line.rstrip("\n").split(separator)[1:]):
                counts[place][value] += 1
            rows += 1
    return rows


def with_bad_cells(path: Path, dialect: str) -> Path:
    """The same file with a label in words in every 10,000th row."""
    other = path.with_name(f"{path.name}.bad")
    at = 1 if dialect == "avazu" else 0
    mark = SEPARATOR[dialect]
    with open(path, "rb") as source, open(other, "wb") as target:
        for number, line in enumerate(source):
            if number % 10_000 == 5_000:
                cells = line.split(mark)
                cells[at] = b"yes"
                line = mark.join(cells)
            target.write(line)
    return other


def show(what: str, rows: int, clock: float, processors: float) -> None:
    each = 1e6 * processors / rows
    print(f"{what:34}{rows / clock:14,.0f} rows/s{each:10.2f} µs of processor a row", flush=True)


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for dialect in SEPARATOR:
            path, packed = Path(folder) / f"{dialect}.txt", Path(folder) / f"{dialect}.txt.gz"
            synthetic.write(path, dialect, rows)
            synthetic.write(packed, dialect, rows)
            size = path.stat().st_size / rows
            print(f"{dialect}, {rows:,} rows of {size:.0f} bytes (synthetic)")
            bad = with_bad_cells(path, dialect)
            tries: list[tuple[str, Callable[[Path, str], int], Path]] = [
                ("plain Python loop", plain_loop, path),
                ("reader", parse, path),
                ("  of it, lines and separators", read_and_screen, path),
                ("reader, gzip", parse, packed),
                ("reader, 1 bad in 10,000", parse, bad),
            ]
            if dialect == "avazu":
                tries.append(("times alone", times, path))
            for what, call, file in tries:
                show(
                    f"  {what}", *best(partial(call, file, dialect), 1 if call is plain_loop else 3)
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500_000)
