"""How fast files of click data are encoded, how much memory it takes, and how fast they reopen.

    python benchmarks/encoding.py [ROWS] [--memory] [--keep FOLDER]

Writes a generated file of ROWS rows in the Criteo dialect (default 1,000,000) to a temporary
folder, or to FOLDER, where it is kept and used again. Figures:

- rows/s of reading alone, and of reading and encoding together: by vocabulary in one pass, by
  vocabulary in two passes (as for sets with very many values), by hashing; beside them a plain
  Python loop in the way of the d2l loader over the same rows (at most a million), with the same
  encoding;
- seconds until an encoded set is open again, in a new process and in the same one;
- with --memory, instead: the peak of the resident memory of a process of its own for growing
  numbers of rows, and for as many different values as the real Criteo set has. With ROWS 10,000,000
  this takes some minutes and about 5 GB of disk.

The bounds that the project sets itself: 150,000 rows/s for both passes on 2 cores, 15 times the
plain loop, reopening well below a second, and below 4 GB of memory for 45 million rows.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from fmteach.datasets import synthetic

LOOP_ROWS = 1_000_000  # it keeps every cell as an object: about 3 GB
CORES = min(2, os.cpu_count() or 1)
# Different values in the five largest columns of the 45.8 million real rows; 34 million in all.
REAL_VALUES = (10_131_227, 8_351_593, 7_046_547, 5_461_306, 2_202_608)
MIN_COUNT = 10

# In a process of its own: peak memory is that of this work alone.
ENCODE = """
import json, os, resource, sys, time
from fmteach.datasets.file_sets import from_files
from fmteach.datasets import cache
from fmteach.datasets.encoder import draft
if int(sys.argv[4]) >= 0:
    draft.MOST_VALUES = int(sys.argv[4])
    cache.clear()
path, rows, buckets = sys.argv[1], int(sys.argv[2]) or None, int(sys.argv[3]) or None
loaded = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start, cpu = time.perf_counter(), time.process_time()
data = from_files(path, "criteo", rows=rows, buckets=buckets, real=False)
told = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu,
        "imports": loaded / 1e6, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        "rows": data.report.rows, "features": data.num_features}
start = time.perf_counter()
from_files(path, "criteo", rows=rows, buckets=buckets, real=False)
told["again"] = time.perf_counter() - start
told["values"] = sum(f.counted.kept + f.counted.rare for f in data.encoder.fields if f.counted)
print(json.dumps(told))
"""


VALUES = """
import resource, sys
import numpy as np, polars as pl
from fmteach.datasets.encoder import Encoding, Fitting
from fmteach.datasets.encoder.draft import Draft
from fmteach.datasets.reading import FieldSpec
from fmteach.datasets.synthetic.fields import hexadecimal
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
sizes = list(map(int, sys.argv[1:]))
specs = [FieldSpec(f"C{j}", "category") for j in range(len(sizes))]
fitting = Fitting(specs, Encoding(min_count=2))
draft, rng, before = Draft(fitting), np.random.default_rng(0), peak()
every = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
for first in range(0, max(sizes), 100_000):
    rows = np.arange(first, first + 100_000)
    columns = {}
    for spec, size in zip(specs, sizes):
        # A permutation of 32 bits: new values until all have been met, then the same ones again.
        x = (rows % size * 0x9E3779B1) & 0xFFFFFFFF
        digits = every[(x[:, None] >> np.arange(28, -1, -4)) & 15]
        columns[spec.name] = pl.Series(digits.reshape(-1).view("S8").astype(str))
    table, train = pl.DataFrame(columns), np.ones(len(rows), dtype=bool)
    if draft is None:
        fitting.add(table, rows)
        continue
    draft.add(table, train, rows)
    if draft.full:
        print(f"{sum(f.values for f in draft._fields):12,} values drafted, peak {peak():.2f} GB")
        draft.give_up()
        draft = None
encoder = fitting.encoder()
met = sum(f.counted.kept + f.counted.rare for f in encoder.fields)
print(f"{met:12,} values counted, peak {peak():.2f} GB, of which {before:.2f} GB before the start")
"""


def encode(
    path: Path, home: Path, rows: int = 0, buckets: int = 0, most: int = -1
) -> dict[str, float]:
    """most: the values that are drafted in one pass; 0 forces two, -1 is as usual."""
    command = [sys.executable, "-c", ENCODE, str(path), str(rows), str(buckets), str(most)]
    env = {**os.environ, "FMTEACH_DATA": str(home)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def read_only(path: Path, rows: int) -> float:
    from fmteach.datasets.reading import open_reader

    start = time.perf_counter()
    for _ in open_reader(path, "criteo").frames(rows=rows):
        pass
    return time.perf_counter() - start


def plain_loop(path: Path, rows: int) -> tuple[float, float]:
    """The same encoding, a line and a cell at a time, in the way of the d2l loader.

    A dictionary for every row, counts in dictionaries, then one look-up a cell and one array a row.
    Returns seconds, and seconds of the processor.
    """
    start, cpu = time.perf_counter(), time.process_time()
    counts = defaultdict(lambda: defaultdict(int))
    data = {}
    with open(path, encoding="utf-8") as file:
        for _, line in zip(range(rows), file, strict=False):
            values = line.rstrip("\n").split("\t")
            if len(values) != 40:
                continue
            row = {"y": [np.float32(values[0])]}
            for j in range(1, 40):
                value = values[j]
                if j <= 13 and value:
                    x = int(value)
                    value = str(math.floor(math.log(x) ** 2) if x > 2 else x)
                counts[j][value] += 1
                row.setdefault("x", []).append(value)
            data[len(data)] = row
    codes = {
        j: {v: i for i, v in enumerate(sorted(v for v, n in c.items() if n >= MIN_COUNT))}
        for j, c in counts.items()
    }
    rare = {j: len(known) for j, known in codes.items()}
    offsets = np.array((0, *np.cumsum([len(codes[j]) + 1 for j in range(1, 40)])[:-1]))
    for row in data.values():
        ids = np.array([codes[j].get(v, rare[j]) for j, v in enumerate(row["x"], start=1)])
        row["ids"] = ids + offsets
    return time.perf_counter() - start, time.process_time() - cpu


def speed(path: Path, rows: int, home: Path) -> None:
    loop_rows = min(rows, LOOP_ROWS)
    read = rows / read_only(path, rows)
    figures = {
        "vocabulary": encode(path, home),
        "vocabulary, two passes": encode(path, home, most=0),
        "hashing": encode(path, home, buckets=10_000),
    }
    # Last, as its memory would count for the processes that are started from this one.
    seconds, cpu = (figure / loop_rows for figure in plain_loop(path, loop_rows))
    print(f"{'':28}{'rows/s':>12}{'x loop':>8}{'µs CPU/row':>12}{'CPU x loop':>12}{'peak GB':>9}")
    print(f"{'plain Python loop':28}{1 / seconds:12,.0f}{1:8}{1e6 * cpu:12.1f}{1:12}")
    print(f"{'reading alone':28}{read:12,.0f}{read * seconds:8.1f}")
    for label, told in figures.items():
        fast, used = told["rows"] / told["seconds"], told["cpu"] / told["rows"]
        print(f"{label:28}{fast:12,.0f}{fast * seconds:8.1f}{1e6 * used:12.1f}"
              f"{CORES * cpu / used:12.1f}{told['peak']:9.2f}")  # fmt: skip
    print(f"CPU x loop: the ratio where both of {CORES} cores are free, the loop using one of them")
    again = encode(path, home)
    print(
        f"open again: {again['seconds']:.4f} s in a new process, {again['again']:.4f} s in the same"
    )


def memory(path: Path, rows: int, home: Path) -> None:
    print(f"{'rows':>12}{'values':>12}{'features':>12}{'peak GB':>10}{'rows/s':>12}")
    for count in (rows // 16, rows // 8, rows // 4, rows // 2, rows):
        told = encode(path, home, count)
        print(f"{count:12,}{told['values']:12,}{told['features']:12,}{told['peak']:10.2f}"
              f"{told['rows'] / told['seconds']:12,.0f}", flush=True)  # fmt: skip
        shutil.rmtree(home)
    print(f"of the peak, {told['imports']:.2f} GB are there before the first row is read")


def many_values() -> None:
    """Peak memory for as many different values as the real rows have: drafted, then counted."""
    done = subprocess.run(
        [sys.executable, "-c", VALUES, *map(str, REAL_VALUES)], capture_output=True, text=True
    )
    print(done.stdout or done.stderr, end="")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"criteo-{options.rows}.txt"
        if not path.exists():
            start = time.perf_counter()
            synthetic.write(path, "criteo", options.rows)
            print(f"generated {options.rows:,} rows, {path.stat().st_size / 1e9:.2f} GB, in "
                  f"{time.perf_counter() - start:.0f} s")  # fmt: skip
        if options.memory:
            memory(path, options.rows, Path(temporary) / "data")
            many_values()
        else:
            speed(path, options.rows, Path(temporary) / "data")


if __name__ == "__main__":
    main()
