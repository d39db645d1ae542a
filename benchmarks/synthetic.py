"""How fast synthetic clicks are made, in memory and as files, and how long `load` takes.

    python benchmarks/synthetic.py [ROWS] [--scores]

Each figure is the best of three. "first" includes planting the truth. --scores also trains the
linear model and a factorization machine on each dialect (with ROWS 1,000,000: several minutes) and
says how much of the gap between the linear model and the oracle the machine closes. The bounds
that the project sets itself: 300,000 rows/s in memory, `load("clicks")` below 1 s, 60 % of the gap
of the Criteo dialect with 1,000,000 rows.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fmteach import datasets
from fmteach.datasets import synthetic
from fmteach.training import TrainConfig, Trainer

LOAD = """
from fmteach import datasets
import time; start = time.perf_counter()
datasets.load("clicks")
first = time.perf_counter(); datasets.load("clicks")
print(first - start, time.perf_counter() - first)
"""


def seconds(call: Callable[[], object], times: int = 3) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return min(taken)


def speed(rows: int) -> None:
    done = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True)
    first, second = map(float, done.stdout.split())
    print(f"load('clicks'), a new process: {first:.3f} s; a second call: {second:.6f} s")
    print(f"{'rows/s, ' + format(rows, ','):24}{'first':>12}{'memory':>12}{'Dataset':>12}"
          f"{'file':>12}{'file.gz':>12}")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for name in synthetic.DIALECTS:
            first = seconds(lambda name=name: synthetic.generate(synthetic.plant(name), rows), 1)
            truth = synthetic.plant(name)
            figures = [
                first,
                seconds(lambda truth=truth: synthetic.generate(truth, rows)),
                # With the vocabulary, the split and the oracle; the rows themselves are kept.
                seconds(lambda name=name: synthetic.dataset(name, rows)),
            ]
            if name != "clicks":
                for end in ("txt", "txt.gz"):
                    path = Path(folder) / f"{name}.{end}"
                    figures.append(
                        seconds(lambda name=name, path=path: synthetic.write(path, name, rows), 1)
                    )
            print(f"{name:24}" + "".join(f"{rows / figure:12,.0f}" for figure in figures))


def scores(name: str, rows: int) -> None:
    data = (
        datasets.load("clicks") if name == "clicks"
        else synthetic.dataset(name, rows, min_count=2)
    )  # fmt: skip
    batch = 4096 if len(data.train) >= 500_000 else 1024
    settings = TrainConfig(batch_size=batch, learning_rate=0.004, epochs=2, k=8)
    best = {}
    for model in ("linear", "fm"):
        trainer = Trainer(data, settings.replace(model=model, epochs=6 if model == "linear" else 2))
        trainer.fit()
        best[model] = trainer.evaluate("test")
    oracle = data.oracle["test"]
    gap = (best["linear"]["loss"] - best["fm"]["loss"]) / (best["linear"]["loss"] - oracle["loss"])
    print(f"{data.title}, {len(data.train):,} rows to train on, {data.num_features:,} features:")
    for label, values in (("linear", best["linear"]), ("FM", best["fm"]), ("oracle", oracle)):
        print(f"    {label:8} test logloss {values['loss']:.4f}, AUC {values['auc']:.4f}")
    print(f"    the FM closes {100 * gap:.0f} % of the gap in logloss")


if __name__ == "__main__":
    numbers = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    count = int(numbers[0]) if numbers else 300_000
    speed(count)
    if "--scores" in sys.argv:
        for dialect in synthetic.DIALECTS:
            scores(dialect, count)
