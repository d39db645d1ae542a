"""The list of runs of one panel: numbering, names, pinning, and what is in the picture."""

from __future__ import annotations

import threading

from fmteach.errors import InputError
from fmteach.live.panel.runs import Run
from fmteach.live.session import Session

MOST_UNPINNED = 6  # so many runs that are not pinned stay in the picture


class RunBook:
    """The runs of a panel, oldest first. All methods may be called from any thread.

    >>> book = RunBook()
    >>> len(book.runs)
    0
    """

    def __init__(self) -> None:
        self.runs: tuple[Run, ...] = ()  # replaced as a whole, so a reader needs no lock
        self._lock = threading.Lock()
        self._count = 0

    def add(self, session: Session, data: str, task: str) -> Run:
        """Enter a run; unpinned runs beyond the newest six leave the picture."""
        with self._lock:
            self._count += 1
            run = Run(self._count, self._free_name(f"Run {self._count}"), data, task, session)
            session.name = run.name
            self.runs = (*self.runs, run)
            shown = [r for r in self.runs if r.visible and not r.pinned and r.key == run.key]
            for old in shown[:-MOST_UNPINNED]:
                old.visible = False
        return run

    def find(self, which: Run | int | str) -> Run:
        """A run by its number or its name; InputError lists those that there are."""
        for run in self.runs:
            if which is run or which == run.name or (which == run.number and which is not True):
                return run
        known = ", ".join(f"{run.number} ({run.name})" for run in self.runs) or "none yet"
        raise InputError(f"there is no run {which!r}; the runs are: {known}.")

    def rename(self, run: Run, name: str) -> None:
        """Give a run another name; it must be free and not empty."""
        name = " ".join(str(name).split())[:60]
        if not name:
            raise InputError("a run needs a name of at least one letter.")
        with self._lock:
            if any(other.name == name for other in self.runs if other is not run):
                raise InputError(f"another run is called {name!r}; choose another name.")
            run.name = run.session.name = name

    def remove(self, run: Run) -> None:
        """Take a run off the list."""
        with self._lock:
            self.runs = tuple(other for other in self.runs if other is not run)

    def drawn(self, key: tuple[str, str], last: Run | None) -> list[Run]:
        """The visible runs of one (data, task), oldest first, `last` at the end."""
        shown = [run for run in self.runs if run.visible and run.key == key]
        if last in shown:
            shown.remove(last)
            shown.append(last)
        return shown

    def best(self, key: tuple[str, str]) -> Run | None:
        """The run with the best validation score of those of one (data, task)."""
        best = None
        for run in self.runs:
            if run.key != key or run.score(run.best) is None:
                continue
            if best is None or run.scoring.better(run.score(run.best), best.score(best.best)):
                best = run
        return best

    def _free_name(self, name: str) -> str:
        taken = {run.name for run in self.runs}
        while name in taken:
            name += " (new)"
        return name
