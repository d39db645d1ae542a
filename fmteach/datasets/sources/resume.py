"""A downloader for pooch that goes on where the last one stopped."""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fmteach.datasets.progress import Advance, progress_bar
from fmteach.datasets.sources.checks import GIT_BLOB, require_hash
from fmteach.datasets.sources.source import OriginFailed, Remote
from fmteach.datasets.sources.space import clear_disk_errors, require_space

if TYPE_CHECKING:
    from requests import Response

CHUNK = 1 << 15  # what is lost at most, and how often the bar moves on a slow line
TRY_AGAIN = (408, 425, 429, 500, 502, 503, 504)


@dataclass
class Patience:
    """How long to wait, in seconds, and how often to try before an origin is given up.

    tries: in a row without a single new byte. pause: before the second try; doubled each time.
    """

    connect: float = 10.0
    read: float = 30.0
    tries: int = 4
    pause: float = 1.0


PATIENCE = Patience()


@dataclass(frozen=True)
class _Version:
    """Which version of a file a part was cut from, as the server named it."""

    url: str
    etag: str | None = None
    modified: str | None = None
    length: int | None = None

    @property
    def validator(self) -> str | None:
        """What If-Range may name: a weak ETag does not promise equal bytes."""
        strong = self.etag is not None and not self.etag.startswith("W/")
        return self.etag if strong else self.modified

    def same_as(self, other: _Version) -> bool:
        pairs = zip(asdict(self).values(), asdict(other).values(), strict=True)
        return all(a is None or b is None or a == b for a, b in pairs)


class _BrokeOff(Exception):
    """The connection or the server failed in a way that may be over at the next try."""


class ResumingDownloader:
    """Called by pooch with a URL and the file to write; keeps a part beside it until all is there.

    part: the unfinished file. It stays when the download fails or is stopped, with a note of the
    version that it was cut from, and the next download of this URL goes on from it. A server that
    cannot go on, or whose file has changed, sends the whole file again.
    room: bytes that must stay free for what is unpacked. most: no more bytes than this are taken.

    Errors: OriginFailed with the reason; DataFileError when the disk is full or not writable.
    """

    def __init__(
        self, remote: Remote, part: Path, *, room: int, most: int, progress: bool,
        say: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.remote, self.part, self.room, self.most = remote, part, room, most
        self.progress, self.say = progress, say
        self.note = part.with_name(part.name + ".json")
        self.continued = False

    def __call__(self, url: str, output_file: str, pooch: Any, check_only: bool = False) -> None:
        label = self.remote.file_name
        with (
            clear_disk_errors(f"the download of {label}"),
            progress_bar(label, self.remote.size, "bytes", enabled=self.progress) as advance,
        ):
            self._download(url, advance)
        if (self.remote.hash or "").startswith(GIT_BLOB):  # pooch does not know this one
            require_hash(self.part, self.remote.hash, label)
        _hand_over(self.part, Path(output_file))

    def forget(self) -> None:
        """Delete the part and its note."""
        self.part.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)

    def _download(self, url: str, advance: Advance) -> None:
        failures, furthest = 0, self._have()
        while True:
            try:
                return self._request(url, advance)
            except _BrokeOff as error:
                have = self._have()
                failures = 0 if have > furthest else failures + 1
                furthest = max(furthest, have)
                if failures >= PATIENCE.tries:
                    kept = f" {have:,} bytes are kept for the next call." if have else ""
                    raise OriginFailed(f"{error} (tried {failures} times).{kept}") from error
                self.say(f"{error}; trying again.")
            time.sleep(PATIENCE.pause * 2 ** max(failures - 1, 0))

    def _request(self, url: str, advance: Advance) -> None:
        import requests

        from fmteach import __version__

        have, kept = self._have(), self._kept(url)
        if have and kept.length == have:
            self.continued = True
            return advance(have, have)
        # "identity": the size and the hash are those of the file, not of a packed answer.
        headers = {"Accept-Encoding": "identity", "User-Agent": f"fmteach/{__version__}"}
        if have:
            headers["Range"] = f"bytes={have}-"
            if kept.validator is not None:
                headers["If-Range"] = kept.validator
        wait = (PATIENCE.connect, PATIENCE.read)
        with (
            _clear_network_errors(),
            requests.get(url, headers=headers, stream=True, timeout=wait) as response,
        ):
            answer = self._answer(response, url, have, kept)
            if answer is None:
                return advance(have, have)
            have, version = answer
            total = self.remote.size or version.length
            if total is not None and self.remote.size is None:
                require_space(total - have + self.room, self.remote.file_name)
            if not have:  # first the part goes: a note must never stand beside another version
                self.part.unlink(missing_ok=True)
            _write_note(self.note, version)
            advance(have, total)
            self._receive(response, have, total, advance)

    def _answer(
        self, response: Response, url: str, have: int, kept: _Version
    ) -> tuple[int, _Version] | None:
        """How many bytes of the part the answer goes on from, and of which version it is; None
        when there is nothing more to come."""
        status = response.status_code
        whole = re.fullmatch(
            r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", response.headers.get("Content-Range", "")
        )
        if status == 416 and have:
            if whole and whole[2] == str(have):  # the length was wrong before; the hash decides
                self.continued = True
                return None
            self.forget()
            raise _BrokeOff("the server has no more bytes than the part, which is no whole file")
        if status in TRY_AGAIN:
            raise _BrokeOff(f"the server answered {status} {response.reason}")
        if status not in (200, 206):
            raise OriginFailed(f"the server answered {status} {response.reason}.")
        if response.headers.get("Content-Type", "").lower().startswith("text/html"):
            raise OriginFailed(
                "the server answered with a web page, not with the file. A network that asks for "
                "a sign-in does this: open any page in a browser, and try again."
            )
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdigit() else None
        if status == 206:
            total = int(whole[2]) if whole and whole[2] != "*" else None
        version = _Version(
            url, response.headers.get("ETag"), response.headers.get("Last-Modified"), total
        )
        if total is not None and self.remote.size not in (None, total):
            raise OriginFailed(
                f"the server announces {total:,} bytes, and the published file has "
                f"{self.remote.size:,}."
            )
        if status == 206:
            start = int(whole[1]) if whole and whole[1] else -1
            if start != have or not version.same_as(kept):
                self.forget()
                raise _BrokeOff("the file has changed on the server since its first part came")
            if have:
                self.continued = True
                self.say(f"Going on after {have:,} bytes that were here already.")
            return have, version
        if have:
            self.say("The server sends the file from its start again, as it is another or cannot "
                     "go on.")  # fmt: skip
        return 0, version

    def _receive(self, response: Response, have: int, total: int | None, advance: Advance) -> None:
        most = self.most if total is None else total
        with open(self.part, "ab" if have else "wb", buffering=0) as out:
            for block in response.raw.stream(CHUNK, decode_content=False):
                if have + len(block) > most:
                    self.forget()
                    raise OriginFailed(f"the server sends more than {most:,} bytes.")
                out.write(block)
                have += len(block)
                advance(have)
        if total is not None and have < total:
            raise _BrokeOff(f"the connection ended after {have:,} of {total:,} bytes")

    def _have(self) -> int:
        return self.part.stat().st_size if self.part.is_file() else 0

    def _kept(self, url: str) -> _Version:
        """The note beside the part. A part without a readable note, or that is longer than its
        file, is deleted."""
        try:
            kept = _Version(**json.loads(self.note.read_text(encoding="utf-8")))
            if kept.url == url and not (kept.length and self._have() > kept.length):
                return kept
        except (OSError, ValueError, TypeError):
            pass
        self.forget()
        return _Version(url)


def _hand_over(part: Path, out: Path) -> None:
    """Give pooch its file. A second name for the same bytes lets the part outlive a Ctrl-C while
    pooch computes the hash; a file system without such names moves it."""
    out.unlink(missing_ok=True)
    try:
        os.link(part, out)
    except OSError:
        os.replace(part, out)


def _write_note(path: Path, version: _Version) -> None:
    new = path.with_name(path.name + ".new")
    new.write_text(json.dumps(asdict(version)), encoding="utf-8")
    os.replace(new, path)


@contextlib.contextmanager
def _clear_network_errors() -> Iterator[None]:
    """Errors of requests and urllib3 in words; those that may pass become _BrokeOff."""
    import urllib3
    from requests import exceptions as web

    try:
        yield
    except web.SSLError as error:
        # Verification stays on: a certificate that is not valid may belong to anybody.
        raise OriginFailed(_certificate(str(error))) from error
    except (web.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise _BrokeOff("the server did not answer in time") from error
    except web.ConnectionError as error:
        text = str(error)
        if "NameResolution" in text or "getaddrinfo" in text:
            raise OriginFailed(
                "the name of the server is not known: is there a network?"
            ) from error
        raise _BrokeOff("no connection to the server") from error
    except (web.ChunkedEncodingError, urllib3.exceptions.HTTPError) as error:
        raise _BrokeOff("the connection broke off") from error
    except web.RequestException as error:
        raise OriginFailed(f"the request failed: {error}.") from error


def _certificate(text: str) -> str:
    if "expired" in text:
        why = "has expired"
    elif "not valid yet" in text or "not yet valid" in text:
        why = "is not valid yet: is the clock of this machine right?"
    elif "match" in text:
        why = "is for another server"
    elif "CERTIFICATE_VERIFY_FAILED" in text:
        why = "was not signed by anyone that this machine trusts"
    else:
        why = f"could not be checked ({text})"
    return f"the TLS certificate of the server {why}. Nothing was taken from it."
