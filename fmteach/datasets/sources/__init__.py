"""Data sets that are too large, or not free enough, to come with the course: fetch and check them.

    sources.fetch("ml-100k")             download, verify, unpack; the paths of its files
    sources.files("ml-100k")             the same paths, once it is here
    sources.here("ml-100k")              is it on this machine?
    sources.table()                      all data sets, and which are here
    sources.info("ml-100k")              contents, size, terms, citation, origins
    sources.verify("ml-100k")            hash its files again
    sources.remove("ml-100k")            delete its files

Nothing is downloaded unless `fetch` is called. FMTEACH_DATA names another folder for all of it,
and FMTEACH_OFFLINE=1 forbids every download.
"""

from __future__ import annotations

from fmteach.datasets.sources.bring import announcement, fetch
from fmteach.datasets.sources.catalogue import Entry, Info, info, listing, table
from fmteach.datasets.sources.inventory import Status, remove, status
from fmteach.datasets.sources.location import data_home, folder, is_offline
from fmteach.datasets.sources.registry import SOURCES, files, here, how_to_fetch
from fmteach.datasets.sources.source import Source
from fmteach.datasets.sources.verification import FileCheck, Verification, verify

__all__ = [
    "SOURCES",
    "Entry",
    "FileCheck",
    "Info",
    "Source",
    "Status",
    "Verification",
    "announcement",
    "data_home",
    "fetch",
    "files",
    "folder",
    "here",
    "how_to_fetch",
    "info",
    "is_offline",
    "listing",
    "remove",
    "status",
    "table",
    "verify",
]
