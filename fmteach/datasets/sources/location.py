"""Where data sets lie on this machine, and what the environment says about it."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from fmteach.errors import InputError

DATA_VARIABLE, OFFLINE_VARIABLE = "FMTEACH_DATA", "FMTEACH_OFFLINE"
WORK = ".downloads"
"""The folder for what is not finished. It lies in the data folder, so that what is finished can
be renamed into its place, which a file system does at once or not at all."""


def data_home() -> Path:
    """The folder of all data sets: FMTEACH_DATA, else the cache folder of this system.

    The folder is not made. The caches of encoded rows lie in its folder "encoded". InputError when
    FMTEACH_DATA begins with "~" and the name of a user who is not known.
    """
    chosen = os.environ.get(DATA_VARIABLE, "").strip()
    if chosen:
        try:
            return Path(chosen).expanduser().absolute()
        except RuntimeError as error:  # "~" and the name of nobody
            raise InputError(
                f"{DATA_VARIABLE} is {chosen!r}, and there is no such user on this machine. Set it "
                "to the path of a folder."
            ) from error
    return platformdirs.user_cache_path("fmteach", appauthor=False)


def folder(name: str) -> Path:
    """The folder of one data set: `data_home() / name`. It may not be there yet."""
    return data_home() / name


def work_folder(name: str) -> Path:
    """Where the unfinished parts of one data set lie."""
    return data_home() / WORK / name


def is_offline() -> bool:
    """True when FMTEACH_OFFLINE is set to anything but 0: then nothing may be downloaded."""
    return os.environ.get(OFFLINE_VARIABLE, "").strip() not in ("", "0")
