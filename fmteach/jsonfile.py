"""A small JSON object on disk: safe against half a write, two processes at once, and damage."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fmteach.errors import DataFileError

_LOCK_SECONDS = 10


class JsonFile:
    """One object with a format number: {"format": 1, ...}.

    Writing is read, change, write under a lock, to a temporary name that is renamed: another
    process never sees half a file, and no change is lost. A file that cannot be read is renamed
    (`say` tells to what) and never overwritten.

    what: its name in messages, such as "progress". empty: makes the object of a new file.
    check: raises ValueError for an object that is none of these; may return a mended one.
    """

    def __init__(
        self,
        path: Path,
        *,
        what: str,
        format: int,
        empty: Callable[[], dict[str, Any]],
        check: Callable[[dict[str, Any]], dict[str, Any]],
        say: Callable[[str], None],
    ) -> None:
        self.path = path
        self._what = what
        self._format = format
        self._make = empty
        self._check = check
        self._say = say

    def read(self) -> dict[str, Any]:
        """What is stored; an empty object when there is no file, or none that can be read."""
        try:
            return self._parse(self.path.read_bytes())
        except FileNotFoundError:
            return self._empty()
        except ValueError as problem:
            return self._set_aside(problem)
        except OSError as problem:
            self._say(f"{self.path} cannot be read ({short(problem)}): its {self._what} is missing")
            return self._empty()

    def change(self, change: Callable[[dict[str, Any]], Any]) -> Any:
        """Apply `change` to what is stored and write it; returns what `change` returns.

        Errors: OSError (a folder that cannot be written), DataFileError (a newer format, or a
        lock that another process does not give back). The stored file is as before then.
        """
        import filelock

        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(self.path.with_name(f".{self.path.stem}.lock"))
        try:
            with lock.acquire(timeout=_LOCK_SECONDS):
                stored = self.read()
                if stored["format"] != self._format:
                    raise DataFileError(
                        f"{self.path} was written by a newer fmteach (format {stored['format']}, "
                        f"this one knows {self._format}): update fmteach, or give another path"
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
        return {"format": self._format, **self._make()}

    def _parse(self, content: bytes) -> dict[str, Any]:
        """ValueError (of which JSON's and UTF-8's errors are kinds) for what is no such file."""
        try:
            stored = json.loads(content.decode("utf-8"))
        except RecursionError:
            raise ValueError("brackets in brackets without end") from None
        if not isinstance(stored, dict) or not isinstance(stored.get("format"), int):
            raise ValueError(f"it holds no {self._what}")
        if stored["format"] != self._format:
            self._say(f"{self.path} was written by a newer fmteach: its {self._what} is missing")
            return {**self._empty(), "format": stored["format"]}
        return {**self._empty(), **self._check(stored)}

    def _set_aside(self, problem: ValueError) -> dict[str, Any]:
        stamp = time.strftime("%Y%m%d-%H%M%S")
        for number in range(100):
            again = f"-{number}" if number else ""
            aside = self.path.with_name(f"{self.path.stem}.damaged-{stamp}{again}.json")
            if not aside.exists():
                break
        try:
            os.rename(self.path, aside)
        except FileNotFoundError:  # another process has just done it
            return self._empty()
        except OSError as why:
            raise DataFileError(
                f"{self.path} is damaged ({problem}) and cannot be renamed ({short(why)}): move "
                "it away yourself, or give another path"
            ) from None
        self._say(
            f"{self.path.name} was damaged ({short(problem)}). It is kept as {aside}; the "
            f"{self._what} begins anew"
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


def short(problem: BaseException) -> str:
    """An error in a few words."""
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror
    return str(problem)[:120]
