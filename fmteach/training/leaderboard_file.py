"""The stored runs of one board, in one small JSON file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from fmteach.jsonfile import JsonFile

FORMAT = 1


def run_file(path: Path, board: str, say: Callable[[str], None]) -> JsonFile:
    """{"format", "board", "next", "runs"}: next is the number of the next run. say: for messages
    about a file that is damaged or cannot be read."""
    return JsonFile(
        path,
        what="leaderboard",
        format=FORMAT,
        empty=lambda: {"board": board, "next": 1, "runs": []},
        check=partial(_checked, board),
        say=say,
    )


def _checked(board: str, stored: dict[str, Any]) -> dict[str, Any]:
    runs = stored.get("runs")
    if not isinstance(runs, list) or not all(map(_is_run, runs)):
        raise ValueError("a run in it has not the form of a run")
    highest = max((run["number"] for run in runs), default=0)
    following = stored.get("next")
    following = following if isinstance(following, int) else 1
    return {"board": board, "next": max(following, highest + 1), "runs": runs}


def _is_run(run: Any) -> bool:
    return (
        isinstance(run, dict)
        and isinstance(run.get("number"), int)
        and isinstance(run.get("name"), str)
        and isinstance(run.get("metrics"), dict)
        and all(isinstance(v, int | float | None) for v in run["metrics"].values())
        and isinstance(run.get("settings", {}), dict)
    )
