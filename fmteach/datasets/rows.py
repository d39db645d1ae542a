"""The rows of one part of a data set, as tensors that a model takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from fmteach.errors import InputError

_CHUNK = 1 << 20  # rows that are checked at once


@dataclass(frozen=True, eq=False)
class Rows:
    """One part of a data set.

    ids: int64 or int32 [n, m], the numbers of the features that are not 0, different within a
        row. int32 is for large sets: half the memory. The tensor may lie in a file (memory-mapped).
    values: float32 [n, m], what those features are; None means that all are 1. A place with
        value 0 is padding.
    y: float32 [n], the targets.
    checked: True for rows that were checked when they were written to a file: they are not read
        through again when they are opened.

    Errors: InputError for wrong shapes or types, NaN or infinity.
    """

    ids: Tensor
    values: Tensor | None
    y: Tensor
    checked: bool = field(default=False, repr=False)

    def __post_init__(self) -> None:
        finite = not self.checked
        _check_tensor("ids", self.ids, (torch.int64, torch.int32), 2)
        _check_tensor("y", self.y, (torch.float32,), 1, finite)
        if len(self.ids) != len(self.y):
            raise InputError(
                f"ids has {len(self.ids)} rows and y has {len(self.y)}: give one target a row."
            )
        if self.ids.shape[1] == 0:
            raise InputError("ids has no columns: every row needs at least one feature.")
        if self.values is not None:
            _check_tensor("values", self.values, (torch.float32,), 2, finite)
            if self.values.shape != self.ids.shape:
                raise InputError(
                    f"values has shape {list(self.values.shape)} and ids has "
                    f"{list(self.ids.shape)}: give one value for each id, or values=None."
                )

    def __len__(self) -> int:
        return len(self.y)


def chunks(rows: Rows, size: int = _CHUNK) -> Iterator[Rows]:
    """The rows in portions, so that a check of many rows needs little memory."""
    for first in range(0, len(rows), size):
        at = slice(first, first + size)
        values = None if rows.values is None else rows.values[at]
        yield Rows(rows.ids[at], values, rows.y[at], rows.checked)


def repeats_an_id(rows: Rows, offsets: Sequence[int], dims: Sequence[int]) -> bool:
    """Whether an id stands twice in a row, padding (value 0) left aside."""
    if rows.ids.shape[1] == len(dims):
        # One column a field, each within its own range: no sorting needed to know the answer.
        low, high = torch.tensor(offsets), torch.tensor(offsets) + torch.tensor(dims)
        if bool(((rows.ids >= low) & (rows.ids < high)).all()):
            return False
    ids = rows.ids
    if rows.values is not None:
        # Padding gets numbers of its own, all different, so that it cannot count as a repeat.
        own = -1 - torch.arange(ids.shape[1], dtype=ids.dtype)
        ids = torch.where(rows.values != 0, ids, own)
    ordered = ids.sort(dim=1).values
    return bool((ordered[:, 1:] == ordered[:, :-1]).any())


def _check_tensor(
    name: str, tensor: object, dtypes: tuple[torch.dtype, ...], dims: int, finite: bool = True
) -> None:
    wanted = " or ".join(map(str, dtypes))
    if not isinstance(tensor, Tensor):
        raise InputError(f"{name} is a {type(tensor).__name__}: give a torch tensor of {wanted}.")
    if tensor.dtype not in dtypes or tensor.dim() != dims:
        shape = "[n, m]" if dims == 2 else "[n]"
        raise InputError(
            f"{name} is {tensor.dtype} with shape {list(tensor.shape)}: give {wanted} {shape}."
        )
    if finite and tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
        where = torch.nonzero(~torch.isfinite(tensor))
        raise InputError(
            f"{name} holds NaN or infinity in {len(where)} place(s), first at "
            f"{where[0].tolist()}: remove or repair these rows."
        )
