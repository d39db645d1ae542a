"""What is written down beside the files of a data set: where they came from, and their hashes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from fmteach.datasets.sources.checks import Digest
from fmteach.datasets.sources.location import folder

FILE_NAME = "fmteach.json"


@dataclass(frozen=True)
class Record:
    """origin: an address or a path. how: "downloaded", "unpacked", "linked" or "copied".
    when: the time, UTC, in ISO form."""

    origin: str
    how: str
    when: str
    files: Mapping[str, Digest]


def write(into: Path, origin: str, how: str, digests: Mapping[str, Digest]) -> None:
    when = datetime.now(UTC).isoformat(timespec="seconds")
    text = json.dumps(asdict(Record(origin, how, when, dict(digests))), indent=2)
    (into / FILE_NAME).write_text(text + "\n", encoding="utf-8")


def read(name: str) -> Record | None:
    """The record of a data set on this machine; None where there is none that can be read."""
    try:
        data = json.loads((folder(name) / FILE_NAME).read_text(encoding="utf-8"))
        digests = {file: Digest(**values) for file, values in data.pop("files").items()}
        texts = {key: str(value) for key, value in data.items()}
        return Record(files=digests, **texts)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
