"""Work that is done one step ahead of its consumer, in a thread."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
_END = object()


def ahead(source: Generator[T, None, None]) -> Iterator[T]:
    """The items of `source`; while one is used, the next is made.

    Reading, unpacking and parsing release the interpreter, so both go on at once. At most one item
    is made ahead. When the consumer stops early, the source is closed.

    >>> list(ahead(n * n for n in range(4)))
    [0, 1, 4, 9]
    """
    with ThreadPoolExecutor(1, "fmteach-reading") as pool:
        try:
            coming = pool.submit(next, source, _END)
            while (item := coming.result()) is not _END:
                coming = pool.submit(next, source, _END)
                yield item  # type: ignore[misc]
                del item
        finally:
            pool.submit(source.close).result()
