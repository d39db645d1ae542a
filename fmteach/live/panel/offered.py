"""The data sets of a panel: those on this machine that load while a class waits, and your own."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from fmteach.datasets import DATASETS, SYNTHETIC, TASKS, Dataset, load
from fmteach.errors import InputError

_LARGEST = 200_000_000  # bytes of files; what is larger is offered from code alone
_own: dict[str, Dataset] = {}


def give(data: str | Dataset) -> str:
    """The name under which a panel knows `data`; a data set of one's own gets one.

    Errors: InputError for anything else. A second data set of the same name takes its place.
    """
    if isinstance(data, str):
        return data
    if not isinstance(data, Dataset):
        raise InputError(
            f"data is a {type(data).__name__}: give the name of a data set or a Dataset."
        )
    name = data.name if data.name not in DATASETS else f"{data.name}, own"
    _own[name] = data
    return name


def known() -> list[str]:
    """Every name that code may use."""
    return [*DATASETS, *_own]


def offered() -> list[str]:
    """The names in the menu: what comes with the course, what was fetched, what was given."""
    from fmteach.datasets import sources

    def quick(name: str) -> bool:
        source = sources.SOURCES.get(name)
        return source is None or (source.unpacked <= _LARGEST and sources.here(name))

    return [*filter(quick, DATASETS), *_own]


def tasks_of(name: str) -> Mapping[str, str]:
    """The tasks of a data set, each in words."""
    return {_own[name].task: _own[name].objective} if name in _own else TASKS[name]


def titled(name: str) -> str:
    """The name of a data set as it is shown: what a generator made is called synthetic.

    >>> titled("movielens"), titled("clicks"), titled("criteo-synthetic")
    ('movielens', 'clicks (synthetic)', 'criteo-synthetic')
    """
    made = not _own[name].real if name in _own else name in SYNTHETIC
    return f"{name} (synthetic)" if made and "synthetic" not in name else name


def dataset_of(name: str, task: str) -> Dataset:
    """The rows of a data set and task; those used last are kept."""
    return _own[name] if name in _own else _loaded(name, task)


@functools.lru_cache(maxsize=8)
def _loaded(name: str, task: str) -> Dataset:
    return load(name, task=task)
