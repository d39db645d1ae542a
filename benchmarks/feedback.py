"""How long a learner waits for feedback: every slip of every exercise, and the stub, checked.

    python benchmarks/feedback.py

Each wrong answer is checked as in a notebook, with the record on the disk. Wanted: below 1 s.
Where a trained run is handed in, it is trained before the clock starts.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

WANTED_SECONDS = 1.0


def seconds_of(id: str, answer: object) -> float:
    from fmteach.exercises import check
    from fmteach.exercises.slip import given

    answer = given(answer)  # a run is trained before the clock starts
    start = time.perf_counter()
    if isinstance(answer, dict):
        check(id, **answer)
    else:
        check(id, *(answer if isinstance(answer, tuple) else (answer,)))
    return time.perf_counter() - start


def main() -> None:
    from rich.console import Console
    from rich.table import Table

    from fmteach.exercises.catalogue import EXERCISES

    with tempfile.TemporaryDirectory() as folder:
        os.environ["FMTEACH_PROGRESS"] = str(Path(folder) / "progress.json")
        first = seconds_of("3.1", ...)  # what is imported on the first check of a kernel
        table = Table(title=f"Seconds to feedback; the first check of all took {first:.2f} s")
        for name in ("exercise", "slips", "median", "slowest", "which"):
            table.add_column(name, justify="left" if name in ("exercise", "which") else "right")
        slowest = 0.0
        for exercise in EXERCISES.values():
            times = sorted((seconds_of(exercise.id, s.answer), s.name) for s in exercise.slips)
            if not times:
                continue
            slowest = max(slowest, times[-1][0])
            table.add_row(
                exercise.name, str(len(times)), f"{times[len(times) // 2][0]:.3f}",
                f"{times[-1][0]:.3f}", times[-1][1],
            )  # fmt: skip
    Console().print(table)
    print(f"slowest of all {slowest:.3f} s, wanted below {WANTED_SECONDS:g} s")


if __name__ == "__main__":
    main()
