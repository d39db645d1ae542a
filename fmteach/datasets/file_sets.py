"""A Dataset out of files of any size: read, split, encoded once, and then only opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fmteach.arguments import whole_number
from fmteach.datasets import cache, encoded, streaming
from fmteach.datasets.choices import checked_fractions, checked_seed, names_of, one_of
from fmteach.datasets.dataset import PARTS, Dataset
from fmteach.datasets.encoder import Encoder, Encoding
from fmteach.datasets.encoding_job import Job, Oracle
from fmteach.datasets.splits import Split
from fmteach.errors import DataFileError, InputError

if TYPE_CHECKING:
    from fmteach.datasets.reading import Reader

OBJECTIVES = ("regression", "classification")
_CLICKS = ("criteo", "criteo-x1", "avazu", "avazu-x1", "d2l")
MIN_COUNT = MappingProxyType({"criteo": 10, "avazu": 2, "d2l": 4})
USUAL_NUMBERS = MappingProxyType({"criteo": "log-squared"})


def from_files(
    paths: object,
    dialect: str,
    *,
    split: str | None = None,
    seed: int = 0,
    valid: float = 0.1,
    test: float = 0.1,
    features: Sequence[str] | None = None,
    min_count: int | None = None,
    buckets: int | Mapping[str, int] | None = None,
    numbers: str | Mapping[str, str] | None = None,
    bins: int = 32,
    rows: int | None = None,
    columns: Sequence[str] | Mapping[str, str] | None = None,
    target: str | None = None,
    time: str | None = None,
    separator: str | None = None,
    objective: str | None = None,
    name: str | None = None,
    title: str | None = None,
    real: bool = True,
    strict: bool = False,
    progress: bool = False,
) -> Dataset:
    """Make a data set of files of rows.

    The files are read frame by frame: all rows are written as draft numbers, the values of
    training rows are counted, and at the end the draft numbers become feature numbers. (Sets with
    more than some 8 million different values are read twice, to count first.) The numbers are
    kept in the data folder and opened memory-mapped: the next call with the same files and
    arguments takes a fraction of a second. Memory grows with the different values, not with rows.

    paths: a file, several files, or {"train": path, "valid": path, "test": path} of a published
        split. dialect: "criteo", "criteo-x1", "avazu", "avazu-x1", "d2l", "libsvm" or "table".
    split: "random", "time", "published", or None for the best that the files allow: published,
        else time, else random. seed, valid, test: see `streaming` for what they mean; shares are
        met nearly, not exactly, because the number of rows is not known beforehand.
    features: which fields to use, in which order; default all.
    min_count: values with fewer training rows share the unseen feature of their field (default:
        10 for "criteo", 4 for "d2l", 2 for "avazu", else 1).
    buckets: the hashing trick: that many features for each field instead of a vocabulary, or
        field -> number for some fields. A blank is a value like any other.
    numbers: how fields of numbers are encoded: "log-squared" (the rule for Criteo, its default),
        "bins" (quantiles; default for tables), "exact" or "real" (the number itself as the value
        of one feature; default for "criteo-x1"); or field -> how. bins: at most so many.
    rows: only the first so many good rows (of each file of a published split).
    columns, target, time, separator, strict: of the files, see `reading.open_reader`.
    objective: "regression" or "classification"; None tells it by the targets. Classes -1 and 1
        become 0 and 1. name, title: of the data set. real: False for data that a generator made.
    progress: show a progress bar.

    The result's `encoder` encodes new rows, `report` says which rows were bad, `split` holds the
    row numbers of the parts, `times` their times.

    Errors: InputError for bad arguments, and for rows from which nothing can be learnt (one class
    only); DataFileError for files that cannot be read, and for too little space.
    """
    from fmteach.datasets.reading import open_reader

    reader = open_reader(
        paths, dialect, columns=columns, target=target, time=time, separator=separator,
        strict=strict,
    )  # fmt: skip
    encoding = Encoding(
        MIN_COUNT.get(dialect, 1) if min_count is None else min_count,
        buckets,
        numbers,
        bins,
        USUAL_NUMBERS.get(dialect, "bins"),
    )
    return from_reader(
        reader, encoding, split=split, seed=seed, valid=valid, test=test, features=features,
        rows=rows, objective=objective, name=name, title=title, real=real, strict=strict,
        progress=progress,
    )  # fmt: skip


def from_reader(
    reader: Reader,
    encoding: Encoding,
    *,
    split: str | None = None,
    seed: int = 0,
    valid: float = 0.1,
    test: float = 0.1,
    features: Sequence[str] | None = None,
    rows: int | None = None,
    objective: str | None = None,
    name: str | None = None,
    title: str | None = None,
    real: bool = True,
    strict: bool = False,
    progress: bool = False,
    oracle: Oracle | None = None,
    also: Mapping[str, Any] | None = None,
) -> Dataset:
    """The same of an open Reader; arguments as of `from_files`.

    oracle: of generated rows, a function from row numbers by part to the scores of the truth; its
    result is kept with the rows. also: what determines these scores, as plain values.
    """
    from fmteach.datasets.reading import BadRow, ReadReport

    kind = streaming.best_split(split, reader.published, reader.has_time)
    names = [spec.name for spec in reader.fields]
    chosen = names_of("features", names if features is None else features, names)
    specs = [reader.fields[names.index(one)] for one in chosen]
    encoding = encoding.checked(specs)
    valid, test = checked_fractions(valid, test)
    if objective is not None:
        one_of("objective", objective, OBJECTIVES)
    job = Job(
        reader, encoding, specs, kind, checked_seed(seed), valid, test,
        None if rows is None else whole_number("rows", rows), objective, progress, oracle,
        name or reader.paths[0].name,
    )  # fmt: skip
    determined_by = {**job.determined_by(), "also": also}
    key = cache.key_of(determined_by)
    told = cache.make(key, job.write)
    try:
        held = _opened(told, key)
    except (DataFileError, OSError):  # damaged at the right size, or removed just now: once more
        cache.forget(key)
        told = cache.make(key, job.write)
        held = _opened(told, key)
    if strict and told["report"]["first"]:  # kept when it was read without `strict`
        raise InputError(
            f"{BadRow(**told['report']['first'][0])}. Repair this row, or read with strict=False "
            "to set bad rows aside."
        )
    name = name or reader.paths[0].name
    objective = told["objective"]
    return Dataset(
        name=name,
        title=title or f"{name} ({'real' if real else 'synthetic'})",
        task="click" if reader.dialect in _CLICKS else (told["target"] or objective),
        objective=objective,
        real=real,
        fingerprint=_fingerprint(determined_by, told),
        oracle=told.get("oracle"),
        report=None if told["report"] is None else ReadReport.from_dict(told["report"]),
        **held,
    )


def _opened(told: Mapping[str, Any], key: str) -> dict[str, Any]:
    """What lies in the folder of `key`, as arguments of Dataset."""
    folder = cache.home() / key
    encoder = Encoder.load(folder / encoded.ENCODER)
    times = {part: encoded.times(folder, part, told) for part in PARTS}
    return {
        "fields": encoder.names,
        "field_dims": encoder.field_dims,
        "num_features": encoder.num_features,
        "labels": encoder.labels,
        "encoder": encoder,
        "split": Split(*(encoded.row_numbers(folder, part, told) for part in PARTS)),
        "times": None if times["train"] is None else times,
        **{part: encoded.open_part(folder, part, told) for part in PARTS},
    }


def _fingerprint(determined_by: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """The same for the same rows on every machine: a copy of a file has another date, and may
    have another name."""
    reader = dict(determined_by["reader"])
    reader["files"] = [
        {key: value for key, value in file.items() if key not in ("name", "mtime_ns")}
        for file in reader["files"]
    ]
    return cache.key_of({**determined_by, "reader": reader, "sums": told["sums"]})[:12]
