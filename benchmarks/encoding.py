"""How fast files of click data are encoded, how much memory it takes, and how fast they reopen.

    python benchmarks/encoding.py [ROWS] [--memory] [--keep FOLDER]

Writes a generated file of ROWS rows in the Criteo dialect (default 1,000,000) to a temporary
folder, or to FOLDER, where it is kept and used again. Figures:

- rows/s of reading alone, of counting and of writing, and of both passes together, vocabulary
  against hashing; beside them a plain Python loop like the one of the d2l loader (split every line,
  count in dictionaries, then look up), over the first 50,000 rows, with the same encoding;
- seconds until an encoded set is open again, in a new process and in the same one;
- with --memory, the peak of the resident memory of a process of its own for growing numbers of
  rows. With ROWS 10,000,000 this takes some minutes and about 6 GB of disk.

The bounds that the project sets itself: 150,000 rows/s for both passes on 2 cores, 15 times the
plain loop, reopening well below a second, and below 4 GB of memory for 45 million rows.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from fmteach.datasets import synthetic

LOOP_ROWS = 50_000
MIN_COUNT = 10

# In a process of its own: peak memory is that of this work alone.
ENCODE = """
import json, os, resource, sys, time
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
from fmteach.datasets.from_files import from_files
import polars
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


def encode(path: Path, home: Path, rows: int = 0, buckets: int = 0) -> dict[str, float]:
    command = [sys.executable, "-c", ENCODE, str(path), str(rows), str(buckets)]
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


def plain_loop(path: Path, rows: int) -> float:
    """The same encoding, a line and a cell at a time. Returns seconds."""
    start = time.perf_counter()
    counts = defaultdict(lambda: defaultdict(int))
    kept = []
    with open(path, encoding="utf-8") as file:
        for _, line in zip(range(rows), file, strict=False):
            values = line.rstrip("\n").split("\t")
            if len(values) != 40:
                continue
            for j in range(1, 14):
                if values[j]:
                    x = int(values[j])
                    values[j] = str(math.floor(math.log(x) ** 2) if x > 2 else x)
            for j in range(1, 40):
                counts[j][values[j]] += 1
            kept.append(values)
    codes = {
        j: {v: i for i, v in enumerate(sorted(v for v, n in c.items() if n >= MIN_COUNT))}
        for j, c in counts.items()
    }
    offset, offsets = 0, {}
    for j in range(1, 40):
        offsets[j] = offset
        offset += len(codes[j]) + 1
    encoded = []
    for values in kept:
        row = [codes[j].get(values[j], len(codes[j])) + offsets[j] for j in range(1, 40)]
        encoded.append((row, float(values[0])))
    return time.perf_counter() - start


def speed(path: Path, rows: int, home: Path) -> None:
    loop_rows = min(rows, LOOP_ROWS)
    loops = [loop_rows / plain_loop(path, loop_rows)]
    read = rows / read_only(path, rows)
    vocabulary = encode(path, home)
    hashed = encode(path, home, buckets=10_000)
    loops.append(loop_rows / plain_loop(path, loop_rows))
    loop = max(loops)
    print(f"{'plain Python loop, ' + format(loop_rows, ',') + ' rows':44}{loop:12,.0f} rows/s")
    print(f"{'reading alone, one pass':44}{read:12,.0f} rows/s")
    for label, told in (("two passes, vocabulary", vocabulary), ("one pass, hashing", hashed)):
        fast = told["rows"] / told["seconds"]
        share = told["cpu"] / told["seconds"]
        print(f"{label:44}{fast:12,.0f} rows/s, {fast / loop:.1f} times the loop, "
              f"{1e6 * told['cpu'] / told['rows']:.1f} µs of processor a row, "
              f"{share:.1f} cores in use, peak {told['peak']:.2f} GB")  # fmt: skip
    again = encode(path, home)
    print(f"{'open again, in a new process':44}{again['seconds']:12.4f} s")
    print(f"{'open again, in the same process':44}{again['again']:12.4f} s")


def memory(path: Path, rows: int, home: Path) -> None:
    print(f"{'rows':>12}{'values':>12}{'features':>12}{'peak GB':>10}{'rows/s':>12}")
    for count in (rows // 16, rows // 8, rows // 4, rows // 2, rows):
        told = encode(path, home, count)
        print(f"{count:12,}{told['values']:12,}{told['features']:12,}{told['peak']:10.2f}"
              f"{told['rows'] / told['seconds']:12,.0f}", flush=True)  # fmt: skip
        subprocess.run(["rm", "-rf", str(home)], check=True)
    print(f"of the peak, {told['imports']:.2f} GB are there before the first row is read")


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
        speed(path, options.rows, Path(temporary) / "data")
        if options.memory:
            memory(path, options.rows, Path(temporary) / "data")


if __name__ == "__main__":
    main()
