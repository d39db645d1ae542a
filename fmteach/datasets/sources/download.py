"""One file from one URL by pooch: not again when it is here, verified before it gets its name."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from fmteach.datasets.sources import own
from fmteach.datasets.sources.checks import GIT_BLOB, file_hash, wrong_bytes
from fmteach.datasets.sources.resume import ResumingDownloader
from fmteach.datasets.sources.source import Remote, Source, WrongBytes

Say = Callable[[str], None]
NAMED = r"[0-9a-f]{8}-"  # how the names of a part, its note and a whole archive start


def download(remote: Remote, source: Source, work: Path, progress: bool, say: Say) -> Path:
    """The file of one URL in the work folder, complete and verified by its own hash, if any."""
    import pooch

    name = remote.file_name
    key = hashlib.sha256(remote.url.encode()).hexdigest()[:8]
    target = f"{key}-{name}"  # NAMED
    known = None if (remote.hash or "").startswith(GIT_BLOB) else remote.hash
    ours = ResumingDownloader(
        remote, work / f"{target}.part", room=source.unpacked, most=own.most(source),
        progress=progress, say=say,
    )  # fmt: skip
    keeper = pooch.create(
        path=work, base_url="", registry={target: known}, urls={target: remote.url}
    )
    for _ in range(2):
        try:
            with _quiet_pooch():
                path = Path(keeper.fetch(target, downloader=ours))
            ours.forget()
            return path
        except WrongBytes as error:
            failure = error
        except ValueError as error:  # pooch found another hash
            failure = _mismatch(remote, ours.part, error)
        ours.forget()
        if not ours.continued:
            break
        # Two pieces of different files may have been put together: that is not the server's fault.
        say(f"{failure} It came in pieces: once more, from its start.")
    raise failure


def _mismatch(remote: Remote, part: Path, error: ValueError) -> WrongBytes:
    """What pooch says of a wrong hash, in our words; anything else is raised as it is."""
    if remote.hash is None or "does not match the known hash" not in str(error):
        raise error
    algorithm, _, wanted = remote.hash.partition(":")
    if not part.is_file():
        return WrongBytes(f"{remote.file_name} is not the published file: its {algorithm} differs.")
    got = file_hash(part, algorithm)
    return wrong_bytes(remote.file_name, algorithm, wanted, got, part.stat().st_size)


@contextlib.contextmanager
def _quiet_pooch() -> Iterator[None]:
    """pooch announces each download in its own words; ours say more."""
    import pooch

    logger = pooch.get_logger()
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)
