"""A progress bar for work that is counted in bytes, rows or steps, in a terminal or a notebook."""

from __future__ import annotations

import contextlib
import io
import sys
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

NOTEBOOK_SECONDS, NOTEBOOK_WIDTH = 0.2, 100


class Advance(Protocol):
    """What `progress_bar` gives: call it with how much is done by now, not with a difference."""

    def __call__(self, done: float, total: float | None = None) -> None: ...


@contextlib.contextmanager
def progress_bar(
    label: str,
    total: float | None = None,
    unit: str = "rows",
    *,
    enabled: bool = True,
    console: Console | None = None,
) -> Iterator[Advance]:
    """Draw a bar with speed and time left while the block runs; gives a function to move it.

    label: what is being done. total: how much there is; None when it is not known (yet): the
    function takes it later, `advance_to(done, total)`. unit: "bytes", or the plural of what is
    counted, such as "rows". enabled: False draws nothing, and the function does nothing.

    In a terminal the bar goes to stderr, so that the output of a command stays clean. In a
    notebook it is one line, printed over and over.

    >>> with progress_bar("Reading", total=3, enabled=False) as advance_to:
    ...     for done in range(4):
    ...         advance_to(done)
    """
    if not enabled:
        yield lambda done, total=None: None
        return
    columns: tuple[ProgressColumn, ...]
    if unit == "bytes":
        columns = (DownloadColumn(), TransferSpeedColumn())
    else:
        columns = (_Counted(unit), _Speed(unit))
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30, complete_style="blue", finished_style="green"),
        *columns,
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        console=console or Console(stderr=True),
    )
    # rich draws in a notebook from a thread and through a widget: the last state is often lost.
    notebook = console is None and bar.console.is_jupyter
    with notebook_line(bar) if notebook else bar as draw:
        shown = bar.add_task(label, total=total)

        def advance_to(done: float, total: float | None = None) -> None:
            if total is not None:
                bar.update(shown, completed=done, total=total)
            else:
                bar.update(shown, completed=done)
            if notebook:
                draw()

        yield advance_to


def say(text: str) -> None:
    """Print a line about the work, beside a bar: to stderr, so that the output of a command stays
    clean; in a notebook, where stderr looks like an error, to stdout."""
    console = Console(stderr=True)
    print(text, file=sys.stdout if console.is_jupyter else sys.stderr, flush=True)


@contextlib.contextmanager
def notebook_line(bar: Progress) -> Iterator[Callable[[], None]]:
    """The bar as one line that is printed over and over; gives a function that prints it."""
    drawn_at = 0.0

    def draw(at_once: bool = False) -> None:
        nonlocal drawn_at
        if at_once or time.monotonic() - drawn_at > NOTEBOOK_SECONDS:
            drawn_at = time.monotonic()
            print(f"\r{_as_text(bar)}", end="", flush=True)

    try:
        yield draw
    finally:
        draw(at_once=True)
        print()


def _as_text(bar: Progress) -> str:
    """One drawing of the bar, without colours, always of the same width."""
    # No colours, although a kernel sets FORCE_COLOR: their codes would break the width.
    width = NOTEBOOK_WIDTH
    page = Console(file=io.StringIO(), width=width, force_jupyter=False, color_system=None)
    page.print(bar.get_renderable())
    return page.file.getvalue().rstrip().ljust(width)


class _Counted(ProgressColumn):
    """How much is done, of how much: "1,200/5,000 rows"."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self.unit = unit

    def render(self, task: Task) -> Text:
        of = "" if task.total is None else f"/{task.total:,.0f}"
        return Text(f"{task.completed:,.0f}{of} {self.unit}", style="progress.download")


class _Speed(ProgressColumn):
    def __init__(self, unit: str) -> None:
        super().__init__()
        self.unit = unit

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f} {self.unit}/s" if speed else "", style="progress.data.speed")
