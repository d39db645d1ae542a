"""All data sets that are fetched, by name, and what of them is on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from os.path import isfile  # False, and no error, where it may not be looked at
from pathlib import Path
from types import MappingProxyType

from fmteach.datasets.choices import one_of
from fmteach.datasets.sources.ads import ADS
from fmteach.datasets.sources.films import FILMS
from fmteach.datasets.sources.location import folder
from fmteach.datasets.sources.source import Source
from fmteach.errors import DataFileError

_SOURCES = {source.name: source for source in (*FILMS, *ADS)}

SOURCES: Mapping[str, Source] = MappingProxyType(_SOURCES)
"""The data sets that can be fetched or given by path, by name."""


def get(name: str) -> Source:
    """The source called `name`; InputError with the nearest name otherwise."""
    return _SOURCES[one_of("data set", name, _SOURCES)]


def here(name: str) -> bool:
    """True when all files of the data set are on this machine, unpacked and ready to be read."""
    return not missing(get(name))


def files(name: str) -> dict[str, Path]:
    """The files of a data set on this machine: base name -> path.

    Errors: InputError for an unknown name; DataFileError when the data set is not on this machine,
    with the command that brings it, its size and its terms.
    """
    source = get(name)
    lacking = missing(source)
    if not lacking:
        return {file.name: folder(name) / file.name for file in source.files}
    what = "not on this machine" if len(lacking) == len(source.files) else "not complete"
    raise DataFileError(
        f"the data set {name!r} is {what}: {folder(name)} has no {', '.join(lacking)}.\n"
        f"{how_to_fetch(source)}"
    )


def how_to_fetch(source: Source) -> str:
    """What a user does to get the data set, with its size and terms, as one or more sentences."""
    by_path = f"fmteach data fetch {source.name} --path FILE"
    if source.by_path_only:
        return f"{source.get_it} Then: {by_path}\nTerms: {source.terms}"
    return (
        f"To fetch it ({sizes(source)}): "
        f"fmteach data fetch {source.name}\nA file that you have already: {by_path}\n"
        f"Terms: {source.terms}"
    )


def sizes(source: Source) -> str:
    """What a data set takes, such as "4.9 MB to download, about 2.3 MB on disk"."""
    on_disk = f"about {size_text(source.unpacked)} on disk"
    if source.size:
        return f"{size_text(source.size)} to download, {on_disk}"
    if source.said_size:
        return f"about {size_text(source.said_size)} to download, {on_disk}"
    return on_disk


def size_text(size: float) -> str:
    """A number of bytes in words, such as "4.9 MB".

    >>> size_text(978_202), size_text(4_924_029), size_text(11_200_000_000)
    ('978 kB', '4.9 MB', '11.2 GB')
    """
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= scale * 0.9995:
            value = size / scale
            return f"{value:.0f} {unit}" if value >= 99.95 else f"{value:.1f} {unit}"
    return f"{size:.0f} bytes"


def missing(source: Source) -> list[str]:
    """The names of the files of a data set that are not in its folder."""
    return [f.name for f in source.files if not isfile(folder(source.name) / f.name)]
