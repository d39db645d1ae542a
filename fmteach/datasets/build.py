"""Make a Dataset: of encoded fields, or of arrays of your own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from fmteach.datasets.dataset import Dataset
from fmteach.datasets.encoding import EncodedField, join_fields
from fmteach.datasets.rows import Rows
from fmteach.datasets.splits import Split, make_split, own_split
from fmteach.errors import InputError

if TYPE_CHECKING:
    from fmteach.datasets.candidates import Candidates
    from fmteach.datasets.reading import ReadReport


def from_arrays(
    codes: object,
    y: object,
    *,
    values: object = None,
    objective: str = "regression",
    fields: Sequence[str] | None = None,
    field_dims: Sequence[int] | None = None,
    split: str | Split = "random",
    times: object = None,
    valid: float = 0.1,
    test: float = 0.1,
    seed: int = 0,
    name: str = "own data",
    real: bool = True,
) -> Dataset:
    """Make a data set of your own arrays: one column of codes per field.

    codes: whole numbers [n, m]; column j holds 0 .. field_dims[j]-1, counted from 0 in every
        column (the offsets are added here). y: [n]; 0 or 1 for "classification".
    values: [n, m] or None. field_dims: default is the largest code of each column, plus 1.
    split: "random", "time" (needs `times`, [n]), or a Split of your own.

    Errors: InputError for wrong shapes, NaN, codes out of range, no rows, and for a split with a
    row in two parts.

    >>> data = from_arrays([[0, 2], [1, 0], [1, 1], [0, 1]], [5, 3, 4, 2],
    ...                            fields=("user", "film"), valid=0.25, test=0.25)
    >>> data.field_dims, len(data.train), data.feature_name(3)
    ((2, 3), 2, 'film=1')
    """
    codes = _as_array("codes", codes, 2, np.int64)
    y = _as_array("y", y, 1, np.float32)
    n, m = codes.shape
    if len(y) != n:
        raise InputError(f"codes has {n} rows and y has {len(y)}: give one target a row.")
    if n == 0 or m == 0:
        raise InputError(f"codes has shape [{n}, {m}]: give at least one row and one column.")
    values = None if values is None else _as_array("values", values, 2, np.float32)
    if values is not None and values.shape != codes.shape:
        raise InputError(
            f"values has shape {list(values.shape)} and codes has {list(codes.shape)}: "
            "give one value for each code, or values=None."
        )
    fields = tuple(f"field {j + 1}" for j in range(m)) if fields is None else tuple(fields)
    dims = (codes.max(axis=0) + 1).tolist() if field_dims is None else [int(d) for d in field_dims]
    if len(fields) != m or len(dims) != m:
        raise InputError(
            f"codes has {m} columns, but there are {len(fields)} field names and "
            f"{len(dims)} field_dims: give one of each per column."
        )
    bad = (codes < 0) | (codes >= np.array(dims))
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise InputError(
            f"codes[{row}, {column}] is {codes[row, column]}, but the codes of field "
            f"{fields[column]!r} go from 0 to {dims[column] - 1}."
        )
    if isinstance(split, str):
        times = None if times is None else np.asarray(times)
        if times is not None and times.shape != (n,):
            raise InputError(f"times has shape {list(times.shape)}: give [{n}], one a row.")
        split = make_split(split, n, times, valid=valid, test=test, seed=seed)
    else:
        split = own_split(split, n)
    columns = [
        EncodedField(
            fields[j],
            tuple(map(str, range(dims[j]))),
            codes[:, j : j + 1],
            None if values is None else values[:, j : j + 1],
        )
        for j in range(m)
    ]
    arrays = [codes, y, split.train, split.valid, split.test]
    arrays += [] if values is None else [values]
    digest = hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays))
    return build(
        columns, y, split, name=name, title=f"{name} ({'real' if real else 'synthetic'})",
        task=objective, objective=objective, real=real,
        determined_by={"arrays": digest.hexdigest(), "fields": fields, "dims": dims},
    )  # fmt: skip


def build(
    columns: Sequence[EncodedField],
    y: np.ndarray,
    split: Split,
    *,
    name: str,
    title: str,
    task: str,
    objective: str,
    real: bool,
    determined_by: Mapping[str, object],
    oracle: Mapping[str, Mapping[str, float]] | None = None,
    candidates: Candidates | None = None,
    report: ReadReport | None = None,
) -> Dataset:
    """Put encoded fields, targets and a split together. `determined_by` makes the fingerprint."""
    ids, values = join_fields(columns)
    target = torch.from_numpy(np.array(y, dtype=np.float32))
    all_ids = torch.from_numpy(ids)
    all_values = None if values is None else torch.from_numpy(values)

    def rows(numbers: np.ndarray) -> Rows:
        at = torch.from_numpy(numbers)
        return Rows(all_ids[at], None if all_values is None else all_values[at], target[at])

    dims = tuple(len(column.labels) for column in columns)
    described = json.dumps({"name": name, "task": task, **determined_by}, sort_keys=True)
    return Dataset(
        name=name,
        title=title,
        task=task,
        objective=objective,
        fields=tuple(column.name for column in columns),
        field_dims=dims,
        num_features=sum(dims),
        train=rows(split.train),
        valid=rows(split.valid),
        test=rows(split.test),
        real=real,
        fingerprint=hashlib.sha256(described.encode()).hexdigest()[:12],
        labels=tuple(column.labels for column in columns),
        split=split,
        oracle=oracle,
        candidates=candidates,
        report=report,
    )


def _as_array(name: str, data: object, dims: int, dtype: type) -> np.ndarray:
    """Numbers of any origin as an array of `dtype`; InputError when that would change them."""
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise InputError(f"{name} is not a table of numbers: {error}.") from error
    if array.ndim != dims or array.dtype.kind not in "biuf":
        shape = "[n, m]" if dims == 2 else "[n]"
        raise InputError(
            f"{name} has shape {list(array.shape)} and type {array.dtype}: give numbers {shape}."
        )
    if array.dtype.kind == "f":
        bad = ~np.isfinite(array)
        if dtype is np.int64:
            bad |= array != np.floor(array)
        if bad.any():
            where = np.argwhere(bad)[0].tolist()
            kind = "a whole number" if dtype is np.int64 else "a finite number"
            raise InputError(f"{name}{where} is {array[tuple(where)]}: {kind} is needed.")
    return array.astype(dtype)
