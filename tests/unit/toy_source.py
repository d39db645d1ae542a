"""A small data set with a source of its own, for the tests of downloads. All of it is made up."""

from __future__ import annotations

import gzip
import hashlib
import io
import random
import tarfile
import zipfile
from collections.abc import Mapping

from fmteach.datasets.sources.source import Download, Origin, Remote, Source, Wanted

ROWS = random.Random(0).randbytes(150_000).hex().encode()  # 300,000 bytes that do not pack well
FILES = {"rows.csv": b"user,film\n" + ROWS, "films.csv": b"film,title\n1,Made up\n"}


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def zipped(files: Mapping[str, bytes] = FILES, folder: str = "toy/") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(zipfile.ZipInfo(folder + name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tarred(files: Mapping[str, bytes] = FILES, *more: tarfile.TarInfo) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as file:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            file.addfile(member, io.BytesIO(data))
        for member in more:
            file.addfile(member)
    return out.getvalue()


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def toy(*origins: Origin, with_md5: bool = False, unpacked: int = 300_000) -> Source:
    files = tuple(
        Wanted(name, md5(data) if with_md5 else None, begins=data.split(b"\n")[0].decode())
        for name, data in FILES.items()
    )
    return Source(
        name="toy",
        group="Toys",
        title="A toy",
        brief="made up",
        about="Rows that were made up for a test.",
        in_short="free",
        terms="Free to use: it is made up.",
        citation="Nobody (2026). Nothing.",
        unpacked=unpacked,
        files=files,
        origins=origins,
    )


def download(url: str, hash: str | None = None, size: int | None = None) -> Download:
    return Download((Remote(url, hash, size),))
