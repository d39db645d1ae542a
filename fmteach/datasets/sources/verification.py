"""Are the files of a data set still as they were published, and as they came?"""

from __future__ import annotations

import html
from dataclasses import dataclass

from fmteach.datasets.progress import progress_bar
from fmteach.datasets.sources import record
from fmteach.datasets.sources.checks import digest
from fmteach.datasets.sources.registry import files, get, size_text
from fmteach.datasets.table import Table


@dataclass(frozen=True)
class FileCheck:
    """One file of a data set, hashed again. ok: None when there is no hash to compare with.

    against: "published md5", or "sha256 when it came", or why there was nothing to compare.
    """

    name: str
    size: int
    ok: bool | None
    against: str
    expected: str = ""
    got: str = ""


@dataclass(frozen=True)
class Verification:
    """The result of `verify`: `ok` is False when a file is missing or not as it should be."""

    name: str
    files: tuple[FileCheck, ...]

    @property
    def ok(self) -> bool:
        return all(file.ok is not False for file in self.files)

    def table(self) -> Table:
        """One row a file: its name, size, the result and what it was compared with."""
        words = {True: "as it should be", False: "DIFFERENT", None: "not checked"}
        rows = tuple(
            (file.name, size_text(file.size), words[file.ok], file.against) for file in self.files
        )
        return Table(("file", "size", "result", "compared with"), rows)

    def __str__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return f"<b>{html.escape(self.name)}</b>{self.table()._repr_html_()}"


def verify(name: str, *, progress: bool = False) -> Verification:
    """Hash every file of a data set again, from the disk, and compare.

    Compared with the md5 that is published for the file, and with the sha256 that was written down
    when it came. About 500 MB a second. Errors: DataFileError when the data set is not here.
    """
    paths, source, kept = files(name), get(name), record.read(name)
    total = sum(path.stat().st_size for path in paths.values())
    checks, before = [], 0
    with progress_bar(f"Verifying {name}", total, "bytes", enabled=progress) as advance:
        for file in source.files:
            got = digest(paths[file.name], lambda done, at=before: advance(at + done))
            before += got.bytes
            came = kept.files.get(file.name) if kept is not None else None
            results = []
            if file.md5 is not None:
                results.append(("published md5", file.md5, got.md5))
            if came is not None:
                results.append(("sha256 when it came", came.sha256, got.sha256))
            against = ", ".join(text for text, *_ in results) or "nothing: no hash is known"
            wrong = [result for result in results if result[1] != result[2]]
            if wrong:
                checks.append(FileCheck(file.name, got.bytes, False, *wrong[0]))
            else:
                checks.append(FileCheck(file.name, got.bytes, True if results else None, against))
    return Verification(name, tuple(checks))
