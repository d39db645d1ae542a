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
_unsaved: dict[str, dict[str, dict[str, Any]]] = {part: {} for part in PARTS}


def progress_path() -> Path:
    """The file of the progress: FMTEACH_PROGRESS, or in the data folder of the learner's system."""
    named = os.environ.get("FMTEACH_PROGRESS")
    if named:
        return Path(named).expanduser()
    import platformdirs

    return platformdirs.user_data_path("fmteach", appauthor=False) / "progress.json"


def read(part: str, say: Callable[[str], None] = lambda text: None) -> dict[str, dict[str, Any]]:
    """What is kept in a part, by key. say: is told what could not be read."""
    try:
        kept = _file(say).read()[part]
    except DataFileError as error:
        say(str(error))
        kept = {}
    return {**kept, **_unsaved[part]}


def change(
    part: str, key: str, fresh: Callable[[], dict[str, Any]], change: Callable[[dict], Any]
) -> str:
    """Change what is kept under a key. Returns a message when it could not be kept, else ""."""
    said: list[str] = []

    def whole(stored: dict[str, Any]) -> None:
        of = {**fresh(), **stored[part].get(key, {})}
        change(of)
        stored[part][key] = of

    try:
        _file(said.append).change(whole)
    except (OSError, DataFileError) as error:
        of = {**fresh(), **read(part).get(key, {})}
        change(of)
        _unsaved[part][key] = of
        reason = short(error) if isinstance(error, OSError) else str(error)
        said.append(f"your progress could not be kept in {progress_path()} ({reason})")
    return " ".join(said)


def forget() -> None:
    """Empty both parts."""
    for part in PARTS:
        _unsaved[part].clear()
    _file(lambda text: None).change(lambda stored: [stored[part].clear() for part in PARTS])


def _file(say: Callable[[str], None]) -> JsonFile:
    return JsonFile(
        progress_path(), what="progress", format=1, empty=lambda: {part: {} for part in PARTS},
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
    return stored
