"""How time and memory of reading and encoding grow with the rows: measured, not claimed.

Every measurement runs in a process of its own, with an empty cache folder: nothing is warm,
nothing is left over from the one before, and the peak of the memory is that of this one reading.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fmteach.arguments import above_zero, whole_number
from fmteach.datasets.progress import progress_bar
from fmteach.datasets.sources import data_home
from fmteach.errors import DataFileError, FMTeachError, InputError

VOCABULARY, HASHING = "vocabulary", "hashing"
_CHILD = "from fmteach.datasets.growth import _answer; _answer()"
_ERRORS = {error.__name__: error for error in (DataFileError, InputError)}
_MARK = "fmteach growth:"


@dataclass(frozen=True)
class Measurement:
    """One reading. seconds: from the call to the open data set, imports not counted. peak_bytes:
    the most memory in use at once, above that of the bare imports; None where the system does not
    tell. features: numbers given. cache_bytes: of the encoded rows, on disk."""

    series: str
    rows: int
    seconds: float
    peak_bytes: int | None
    features: int
    cache_bytes: int

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.seconds

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)


def measure_growth(
    path: str | Path,
    dialect: str,
    rows: Sequence[int],
    *,
    series: str | None = None,
    timeout: float = 600,
    progress: bool = False,
    **options: Any,
) -> list[Measurement]:
    """Read and encode the first n rows of a file, for every n of `rows`, each in a fresh process.

    path, dialect, options: as of `fmteach.datasets.from_files` (buckets=..., min_count=...);
    options must be plain values. rows: several numbers, smallest first is best. A file that holds
    fewer rows is read whole, and then the larger numbers are left out.
    series: what the chart calls it; "hashing" with buckets, else "vocabulary". timeout: seconds a
    measurement may take.

    Each costs the reading itself and about two seconds for the imports of the new process.
    Errors: as of `from_files`; DataFileError when a process dies (out of memory) or is too slow.
    """
    sizes = sorted({whole_number("rows", n) for n in rows})
    if not sizes:
        raise InputError("rows is empty: give at least one number of rows, such as [10_000]")
    timeout = above_zero("timeout", timeout)
    series = series or (HASHING if options.get("buckets") else VOCABULARY)
    found: list[Measurement] = []
    label = f"Measuring {Path(path).name}, {series}"
    with progress_bar(label, total=sum(sizes), enabled=progress) as advance_to:
        for place, n in enumerate(sizes):
            task = {"path": str(path), "dialect": dialect, "rows": n, "options": options}
            got = Measurement(series=series, **_in_a_new_process(task, timeout))
            if not found or got.rows > found[-1].rows:
                found.append(got)
            advance_to(sum(sizes[: place + 1]))
            if got.rows < n:
                break
    return found


def _in_a_new_process(task: dict[str, Any], timeout: float) -> dict[str, Any]:
    try:
        question = json.dumps(task)
    except TypeError as problem:
        raise InputError(f"the options must be plain values, for JSON: {problem}") from None
    with tempfile.TemporaryDirectory(prefix="growth-", dir=_folder()) as folder:
        environment = {**os.environ, "FMTEACH_DATA": folder, "FMTEACH_OFFLINE": "1"}
        try:
            done = subprocess.run(
                [sys.executable, "-c", _CHILD], input=question, env=environment,
                capture_output=True, text=True, timeout=timeout, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise DataFileError(
                f"reading {task['rows']:,} rows of {task['path']} took longer than {timeout:g} s: "
                "measure fewer rows, or give a larger timeout"
            ) from None
    answers = [line for line in done.stdout.splitlines() if line.startswith(_MARK)]
    if not answers:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise DataFileError(
            f"the process that read {task['rows']:,} rows of {task['path']} ended with code "
            f"{done.returncode} ({last}). Code -9 or 137 means that memory ran out: measure fewer "
            "rows"
        )
    answer = json.loads(answers[-1].removeprefix(_MARK))
    if "error" in answer:
        raise _ERRORS.get(answer["error"], FMTeachError)(answer["message"])
    return answer


def _folder() -> Path | None:
    """Where the cache of a measurement lies: on the disk of the data, if that can be written."""
    home = data_home()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return home if os.access(home, os.W_OK) else None


# ---- in the new process --------------------------------------------------------------------------


def _answer() -> None:
    """Read a task from the standard input, do it, print the answer."""
    task = json.loads(sys.stdin.read())
    try:
        answer = _measure_here(task)
    except FMTeachError as problem:
        answer = {"error": type(problem).__name__, "message": str(problem)}
    print(_MARK + json.dumps(answer), flush=True)


def _measure_here(task: dict[str, Any]) -> dict[str, Any]:
    import polars

    from fmteach.datasets import encoder, reading
    from fmteach.datasets.file_sets import from_files

    polars.DataFrame({"a": ["x", "y"]}).group_by("a").len()  # its threads belong to the imports
    assert encoder and reading  # loaded, so that their imports are not measured
    before = _forget_peak()
    started = time.perf_counter()
    data = from_files(task["path"], task["dialect"], rows=task["rows"], **task["options"])
    seconds = time.perf_counter() - started
    peak = _peak()
    files = [file for file in Path(os.environ["FMTEACH_DATA"]).rglob("*") if file.is_file()]
    return {
        "rows": sum(len(part) for part in (data.train, data.valid, data.test)),
        "seconds": seconds,
        "peak_bytes": None if before is None or peak is None else max(0, peak - before),
        "features": data.num_features,
        "cache_bytes": sum(file.stat().st_size for file in files),
    }


def _forget_peak() -> int | None:
    """Set the peak back to the memory in use now (Linux), and tell it; else the peak so far."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return _peak()
    return _status("VmRSS")


def _peak() -> int | None:
    """The most resident memory so far, in bytes; None where it cannot be asked for."""
    found = _status("VmHWM")
    if found is not None:
        return found
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _status(name: str) -> int | None:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    kilobytes = next((line.split()[1] for line in lines if line.startswith(f"{name}:")), None)
    return None if kilobytes is None else int(kilobytes) * 1024
