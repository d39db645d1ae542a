"""The click sets by name: real ones that were fetched, and generated files in the same dialects.

Every set has the encoding that is published for it as its default (BARS: Zhu et al. 2021, Open
Benchmarking for Click-Through Rate Prediction, CIKM): Criteo's numbers by floor(ln(x)²) and a
min_count of 10; Avazu without id, the hour as hour of day, weekday and weekend, min_count 2; the
sets "x1" come encoded, so every value is kept, and Criteo's scaled numbers stay numbers. The d2l
set has a min_count of 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fmteach.datasets import sources
from fmteach.datasets.choices import one_of
from fmteach.datasets.dataset import Dataset

TASKS = {"click": "clicked or not"}
OPTIONS = ("min_count", "buckets", "numbers", "bins", "rows", "strict")


@dataclass(frozen=True)
class ClickSet:
    """A real click set. files: the one file, or part -> file. encoding: options of `from_files`.

    rows: in words. by_default: the split that is taken when none is named, in words.
    """

    name: str
    title: str
    rows: str
    dialect: str
    files: str | Mapping[str, str]
    by_default: str
    encoding: Mapping[str, Any]

    @property
    def description(self) -> str:
        return f"{self.title}, {self.rows} (real, to be fetched); task click"


_THREE = {"train": "train.csv", "valid": "valid.csv", "test": "test.csv"}
_ALL = {"min_count": 1}

REAL = {
    one.name: one
    for one in (
        ClickSet("criteo-100k", "Criteo sample", "100,000 rows", "criteo", "dac_sample.txt",
                 "random", {"min_count": 10}),
        ClickSet("criteo-full", "Criteo (Kaggle 2014)", "45.8 million rows", "criteo",
                 "train.txt", "random", {"min_count": 10}),
        ClickSet("criteo-x4", "Criteo x4 (BARS)", "45.8 million rows", "criteo", _THREE,
                 "published", {"min_count": 10}),
        ClickSet("criteo-x1", "Criteo x1 (BARS)", "45.8 million rows", "criteo-x1", _THREE,
                 "published", _ALL),
        ClickSet("avazu-kaggle", "Avazu (Kaggle 2014)", "40.4 million rows", "avazu", "train.gz",
                 "time", {"min_count": 2}),
        ClickSet("avazu-x4", "Avazu x4 (BARS)", "40.4 million rows", "avazu", _THREE,
                 "published", {"min_count": 2}),
        ClickSet("avazu-x1", "Avazu x1 (BARS)", "40.4 million rows", "avazu-x1", _THREE,
                 "published", _ALL),
        ClickSet("d2l-ctr", "d2l ctr", "18,000 rows", "d2l",
                 {"train": "train.csv", "test": "test.csv"}, "published", {"min_count": 4}),
    )
}  # fmt: skip
"""The real click sets, by name."""


def loader(name: str) -> Callable[..., Dataset]:
    """The `load` function of one real set, with the arguments of `fmteach.datasets.load`."""
    return partial(_load, REAL[name])


def _load(
    kind: ClickSet,
    task: str | None = None,
    split: str | None = None,
    seed: int = 0,
    features: Sequence[str] | None = None,
    valid: float = 0.1,
    test: float = 0.1,
    *,
    progress: bool = False,
    **options: Any,
) -> Dataset:
    from fmteach.datasets.file_sets import from_files

    one_of("task", "click" if task is None else task, TASKS)
    options = checked_options(options, OPTIONS)
    here = sources.files(kind.name)  # says how to fetch it, where it is not here
    paths: Any = (
        here[kind.files]
        if isinstance(kind.files, str)
        else {part: here[file] for part, file in kind.files.items()}
    )
    return from_files(
        paths, kind.dialect, split=split, seed=seed, valid=valid, test=test, features=features,
        **{**kind.encoding, **options},
        name=kind.name, title=f"{kind.title} (real)", objective="classification",
        progress=progress,
    )  # fmt: skip


def checked_options(options: Mapping[str, Any], known: Sequence[str]) -> dict[str, Any]:
    """The options that are not None; InputError for one that is not known."""
    return {
        one_of("option", name, known): value for name, value in options.items() if value is not None
    }
