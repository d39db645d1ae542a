"""The one small file in which a learner's progress and predictions are kept.

It has two parts, "exercises" and "predictions", each a dict of dicts. Where the file cannot be
written, what is new is kept for this kernel, and a message says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fmteach.errors import DataFileError
from fmteach.jsonfile import JsonFile, short

PARTS = ("exercises", "predictions")

_FIELDS = {"tries": int, "hints": int, "first": str, "passed": str, "slips": list,
           "question": str, "guess": str, "truth": str, "said": str, "made": str}  # fmt: skip
_TRUTHS = (True, False, None)
# NotImplementedError: a disk that knows no locks, as some in a network do.
_CANNOT = (OSError, DataFileError, NotImplementedError)
_unsaved: dict[str, dict[str, dict[str, Any]]] = {part: {} for part in PARTS}


def progress_path() -> Path:
    """The file of the progress: FMTEACH_PROGRESS, or in the data folder of the learner's system."""
    named = os.environ.get("FMTEACH_PROGRESS")
    if named:
        return Path(os.path.expanduser(named))  # as it is, where nobody has that name
    import platformdirs

    return platformdirs.user_data_path("fmteach", appauthor=False) / "progress.json"


def _whole_path() -> Path:
    path = progress_path()
    if not path.name or path.is_dir():
        raise DataFileError(f"FMTEACH_PROGRESS is a folder: {path}. Name a file in it")
    return path


def read(part: str, say: Callable[[str], None] = lambda text: None) -> dict[str, dict[str, Any]]:
    """What is kept in a part, by key. say: is told what could not be read."""
    try:
        kept = _file(say).read()[part]
    except DataFileError as error:
        say(f"{str(error).rstrip('.')}.")
        kept = {}
    return {**kept, **_unsaved[part]}


def change(
    part: str, key: str, fresh: Callable[[], dict[str, Any]], change: Callable[[dict], Any]
) -> str:
    """Change what is kept under a key. Returns a message when it could not be kept, else ""."""
    said: list[str] = []

    def whole(stored: dict[str, Any]) -> None:
        # What could not be written before is written now, in one go.
        stored[part].update(_unsaved[part])
        of = {**fresh(), **stored[part].get(key, {})}
        change(of)
        stored[part][key] = of

    try:
        _file(said.append).change(whole)
        _unsaved[part].clear()
    except _CANNOT as error:
        of = {**fresh(), **read(part).get(key, {})}
        change(of)
        _unsaved[part][key] = of
        said.append(f"your progress could not be kept: {_reason(error)}")
    return " ".join(said)


def forget() -> None:
    """Empty both parts. Errors: DataFileError when the file cannot be written."""
    for part in PARTS:
        _unsaved[part].clear()
    try:
        _file(lambda text: None).change(lambda stored: [stored[part].clear() for part in PARTS])
    except _CANNOT as error:
        raise DataFileError(f"your progress could not be forgotten: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, DataFileError) else f"{progress_path()}: {short(error)}"


def _file(say: Callable[[str], None]) -> JsonFile:
    return JsonFile(
        _whole_path(), what="progress", format=1, empty=lambda: {part: {} for part in PARTS},
        check=_checked, say=say,
    )  # fmt: skip


def _checked(stored: dict[str, Any]) -> dict[str, Any]:
    stored.setdefault("predictions", {})  # a file from before predictions were kept has none
    for part in PARTS:
        if not isinstance(stored.get(part), dict):
            raise ValueError(f"it holds no {part}")
        for known in stored[part].values():
            if not isinstance(known, dict):
                raise ValueError("an exercise in it has another form")
            for name, kind in _FIELDS.items():
                if name in known and not isinstance(known[name], kind):
                    raise ValueError("an exercise in it has another form")
            if not all(isinstance(slip, str) for slip in known.get("slips", ())):
                raise ValueError("an exercise in it has another form")
    for guess in stored["predictions"].values():
        if {"question", "guess", "made"} - guess.keys() or guess.get("right") not in _TRUTHS:
            raise ValueError("a prediction in it has another form")
    return stored
