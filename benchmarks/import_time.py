"""How long `import fmteach`, its training part and its widgets take on top of `import torch`.

    python benchmarks/import_time.py [ROUNDS]

Each figure is the median over fresh interpreters, files in the cache of the system. The bound that
the project sets itself is 0.3 s for `import fmteach`.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

BEFORE = "import torch"
STATEMENTS = {
    "import torch (for comparison)": ("pass", "import torch"),
    "import fmteach": (BEFORE, "import fmteach"),
    "... and use Trainer and load": (BEFORE, "import fmteach; fmteach.Trainer, fmteach.load"),
    "... and load the films": (
        BEFORE + "; import fmteach; fmteach.Trainer, fmteach.load",
        "fmteach.load('movielens', task='like')",
    ),
    "... and the widgets": (
        BEFORE + "; import fmteach; fmteach.Trainer",
        "import ipywidgets, anywidget; from fmteach.live import panel",
    ),
}


def seconds(before: str, statement: str) -> float:
    code = (
        f"{before}\nimport time; start = time.perf_counter()\n{statement}\n"
        "print(time.perf_counter() - start)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main(rounds: int) -> None:
    for name, (before, statement) in STATEMENTS.items():
        times = [seconds(before, statement) for _ in range(rounds)]
        print(f"{name:32} {statistics.median(times):7.3f} s   (fastest {min(times):.3f} s)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
