"""Room on the disk, and errors of the disk in words."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from fmteach.datasets.sources.location import DATA_VARIABLE, data_home
from fmteach.datasets.sources.registry import size_text
from fmteach.errors import DataFileError

SPARE = 50_000_000  # a disk that is full to the last byte is no good to anybody
ELSEWHERE = f"Free some space, or set {DATA_VARIABLE} to a folder on another disk."


def require_space(need: int, what: str) -> None:
    """DataFileError when the disk of the data folder has not `need` bytes, and a little more."""
    where = data_home()
    existing = next(p for p in (where, *where.parents) if p.exists())
    free = shutil.disk_usage(existing).free
    if free < need + SPARE:
        raise DataFileError(
            f"there is not enough room for {what}: {size_text(need)} are needed and "
            f"{size_text(free)} are free in {where}. Nothing was lost. {ELSEWHERE}"
        )


@contextlib.contextmanager
def clear_disk_errors(what: str) -> Iterator[None]:
    """Turn an error of the disk into a DataFileError that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DataFileError(
                f"the disk is full, in the middle of {what}. What was there is kept; the next "
                f"call goes on. {ELSEWHERE}"
            ) from error
        path, reason = error.filename or data_home(), error.strerror or error
        raise DataFileError(
            f"cannot write to {path} ({reason}), in the middle of {what}. Set "
            f"{DATA_VARIABLE} to a folder that you may write to."
        ) from error


def tree_size(path: Path, names: str = ".*") -> int:
    """Bytes of all files in a folder whose names match; 0 where there is none, or none that can be
    looked at. Another process may delete files meanwhile."""
    total = 0
    for folder, _, files in os.walk(path):
        for name in files:
            if re.fullmatch(names, name):
                with contextlib.suppress(OSError):
                    total += os.stat(os.path.join(folder, name)).st_size
    return total
