"""One small JSON file a board, safe against half a write, two notebooks at once, and damage."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import filelock

from fmteach.errors import DataFileError

FORMAT = 1
_LOCK_SECONDS = 10


class RunFile:
    """The stored runs of one board: {"format", "board", "next", "runs"}.

    Writing is read, change, write under a lock, to a temporary name that is renamed: another
    notebook never sees half a file, and never loses a run. A file that cannot be read is renamed
    (`on_message` says to what) and never overwritten.
    """

    def __init__(self, path: Path, board: str, on_message: Callable[[str], None]) -> None:
        self.path = path
        self.board = board
        self._say = on_message

    def read(self) -> dict[str, Any]:
        """What is stored; an empty board when there is no file, or none that can be read."""
        try:
            return self._parse(self.path.read_bytes())
        except FileNotFoundError:
            return self._empty()
        except ValueError as problem:
            return self._set_aside(problem)
        except OSError as problem:
            self._say(f"{self.path} cannot be read ({_short(problem)}): its runs are not shown")
            return self._empty()

    def change(self, change: Callable[[dict[str, Any]], Any]) -> Any:
        """Apply `change` to what is stored and write it; returns what `change` returns.

        Errors: OSError (a folder that cannot be written), DataFileError (a newer format, or a
        lock that another process does not give back). The stored file is as before then.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(self.path.with_name(f".{self.path.stem}.lock"))
        try:
            with lock.acquire(timeout=_LOCK_SECONDS):
                stored = self.read()
                if stored["format"] != FORMAT:
                    raise DataFileError(
                        f"{self.path} was written by a newer fmteach (format {stored['format']}, "
                        f"this one knows {FORMAT}): update fmteach, or give another path"
                    )
                result = change(stored)
                write_whole(self.path, json.dumps(stored, indent=1, ensure_ascii=False))
                return result
        except filelock.Timeout:
            raise DataFileError(
                f"another process has held the lock of {self.path} for {_LOCK_SECONDS} s: close "
                "the notebook that hangs, or delete the .lock file beside it"
            ) from None

    def _empty(self) -> dict[str, Any]:
        return {"format": FORMAT, "board": self.board, "next": 1, "runs": []}

    def _parse(self, content: bytes) -> dict[str, Any]:
        """ValueError (of which JSON's and UTF-8's errors are kinds) for what is no board."""
        stored = json.loads(content.decode("utf-8"))
        if not isinstance(stored, dict) or not isinstance(stored.get("format"), int):
            raise ValueError("it is no leaderboard")
        if stored["format"] != FORMAT:
            self._say(f"{self.path} was written by a newer fmteach: its runs are not shown")
            return {**self._empty(), "format": stored["format"]}
        runs = stored.get("runs")
        if not isinstance(runs, list) or not all(map(_is_run, runs)):
            raise ValueError("a run in it has not the form of a run")
        highest = max((run["number"] for run in runs), default=0)
        following = stored.get("next")
        following = following if isinstance(following, int) else 1
        return {**self._empty(), "next": max(following, highest + 1), "runs": runs}

    def _set_aside(self, problem: ValueError) -> dict[str, Any]:
        stamp = time.strftime("%Y%m%d-%H%M%S")
        for number in range(100):
            again = f"-{number}" if number else ""
            aside = self.path.with_name(f"{self.path.stem}.damaged-{stamp}{again}.json")
            if not aside.exists():
                break
        try:
            os.rename(self.path, aside)
        except FileNotFoundError:  # another notebook has just done it
            return self._empty()
        except OSError as why:
            raise DataFileError(
                f"{self.path} is damaged ({problem}) and cannot be renamed ({_short(why)}): move "
                "it away yourself, or give another path"
            ) from None
        self._say(
            f"{self.path.name} was damaged ({_short(problem)}). It is kept as {aside}; the board "
            "begins anew"
        )
        return self._empty()


def write_whole(path: Path, text: str, newline: str = "\n") -> None:
    """Write a text file under a temporary name and rename it: whole, or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}.part")
    try:
        with open(temporary, "w", encoding="utf-8", newline=newline) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _is_run(run: Any) -> bool:
    return (
        isinstance(run, dict)
        and isinstance(run.get("number"), int)
        and isinstance(run.get("name"), str)
        and isinstance(run.get("metrics"), dict)
        and all(isinstance(v, int | float | None) for v in run["metrics"].values())
        and isinstance(run.get("settings", {}), dict)
    )


def _short(problem: BaseException) -> str:
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror
    return str(problem)[:120]
