"""A web server on 127.0.0.1 that misbehaves as it is told, to try the downloads against.

with BadServer() as server:
    server.put("/toy.zip", body, faults=[Break(500)])       # once; then as it should be
    server.url("/toy.zip")
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import re
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Break:
    """Send so many bytes of the body, then end the connection."""

    after: int


@dataclass(frozen=True)
class Stall:
    """Send so many bytes of the body, then nothing until the server is closed."""

    after: int


@dataclass(frozen=True)
class Silent:
    """Do not answer at all."""


@dataclass(frozen=True)
class Status:
    """Answer with an error."""

    code: int


@dataclass(frozen=True)
class Lie:
    """Announce a length that is off by so many bytes."""

    by: int


@dataclass(frozen=True)
class Page:
    """Answer with a web page, as a network does that asks for a sign-in."""


@dataclass(frozen=True)
class Become:
    """From now on the file has other bytes; answer with them."""

    body: bytes


@dataclass(frozen=True)
class Redirect:
    """Send the client to another address."""

    url: str


@dataclass(frozen=True)
class Shift:
    """Go on, but so many bytes behind the place that was asked for."""

    by: int


@dataclass(frozen=True)
class Packed:
    """Send the body packed by gzip, and say so, though nobody asked for it."""


@dataclass(frozen=True)
class Endless:
    """Send bytes without a length and without an end."""


Fault = Break | Stall | Silent | Status | Lie | Page | Become | Redirect | Shift | Packed | Endless


@dataclass
class Served:
    body: bytes
    faults: list[Fault] = field(default_factory=list)
    ranges: bool = True  # does it understand Range?
    if_range: bool = True  # and If-Range?
    validator: str = "etag"  # "etag", "modified" or "none"
    chunked: bool = False  # without a length
    content_type: str = "application/octet-stream"

    @property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.body).hexdigest()}"'


class BadServer:
    """Serves what was `put`; `requests` keeps path and Range of every request."""

    def __init__(self, certificate: tuple[Path, Path] | None = None) -> None:
        self.files: dict[str, Served] = {}
        self.requests: list[tuple[str, str | None]] = []
        self.closing = threading.Event()
        self.stalled = threading.Event()  # set as soon as a Stall has sent its bytes
        handler = type("Handler", (_Handler,), {"bad": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self.scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
            self.scheme = "https"
        self._http.handle_error = lambda *_: None  # a client that leaves is what is tried here
        serve = lambda: self._http.serve_forever(poll_interval=0.01)  # noqa: E731
        self._thread = threading.Thread(target=serve, daemon=True)

    def put(self, path: str, body: bytes, faults: Sequence[Fault] = (), **how: Any) -> str:
        self.files[path] = Served(body, list(faults), **how)
        return self.url(path)

    def url(self, path: str) -> str:
        return f"{self.scheme}://127.0.0.1:{self._http.server_address[1]}{path}"

    def ranges(self, path: str) -> list[str | None]:
        return [asked for asked_path, asked in self.requests if asked_path == path]

    def __enter__(self) -> BadServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    bad: BadServer

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.bad.requests.append((self.path, wanted))
        self.close_connection = True
        served = self.bad.files.get(self.path)
        if served is None:
            return self._page(404)
        fault = served.faults.pop(0) if served.faults else None
        match fault:
            case Silent():
                self.bad.closing.wait(30)
                return None
            case Status(code):
                return self._page(code)
            case Page():
                return self._page(200)
            case Become(body):
                served.body = body
            case Redirect(url):
                return self._answer(302, b"", {"Location": url})
            case Packed():
                return self._answer(200, gzip.compress(served.body), {"Content-Encoding": "gzip"})
            case Endless():
                with contextlib.suppress(ConnectionError):
                    self._without_end()
                return None
        with contextlib.suppress(ConnectionError):
            self._send(served, fault, wanted)

    def _send(self, served: Served, fault: Fault | None, wanted: str | None) -> None:
        body, start = served.body, 0
        found = re.fullmatch(r"bytes=(\d+)-", wanted or "") if served.ranges else None
        condition = self.headers.get("If-Range") if served.if_range else None
        if found and condition in (None, self._validators(served).get("value")):
            start = int(found[1]) + (fault.by if isinstance(fault, Shift) else 0)
            if start >= len(body):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(body)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        else:
            self.send_response(200)
        self.send_header("Content-Type", served.content_type)
        for name, value in self._validators(served).items():
            if name != "value":
                self.send_header(name, value)
        rest = body[start:]
        if served.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            lie = fault.by if isinstance(fault, Lie) else 0
            self.send_header("Content-Length", str(len(rest) + lie))
        self.end_headers()
        if isinstance(fault, Break | Stall):
            rest = rest[: fault.after]
        if served.chunked:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(rest), rest))
            if not isinstance(fault, Break | Stall):
                self.wfile.write(b"0\r\n\r\n")
        else:
            self.wfile.write(rest)
        self.wfile.flush()
        if isinstance(fault, Stall):
            self.bad.stalled.set()
            self.bad.closing.wait(30)

    def _validators(self, served: Served) -> dict[str, str]:
        if served.validator == "etag":
            return {"ETag": served.etag, "value": served.etag}
        if served.validator == "modified":
            second = int(served.etag[1:3], 16) % 60  # another body, another time
            date = f"Mon, 02 Nov 2026 10:00:{second:02d} GMT"
            return {"Last-Modified": date, "value": date}
        return {}

    def _page(self, code: int) -> None:
        page = b"<!DOCTYPE html><title>Please sign in</title>"
        self._answer(code, page, {"Content-Type": "text/html; charset=utf-8"})

    def _answer(self, code: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(code)
        headers |= {"Content-Length": str(len(body)), "Connection": "close"}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _without_end(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.bad.closing.is_set():
            self.wfile.write(bytes(1 << 16))

    def log_message(self, *_: object) -> None:
        pass
