"""All that can be loaded: what comes with the course, what is made, what is fetched."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from fmteach.datasets.choices import one_of
from fmteach.datasets.sources.films import CITATION, IN_SHORT, TERMS
from fmteach.datasets.sources.inventory import Status, status
from fmteach.datasets.sources.registry import SOURCES, get, size_text, sizes
from fmteach.datasets.sources.source import Source, Wheel
from fmteach.datasets.table import Table

COURSE, MADE = "Included", "Synthetic"
WIDTH = 68  # of the text beside its heading, in a terminal of 80 letters


@dataclass(frozen=True)
class Entry:
    """One line of the listing. terms: the same for a whole group. here: None for what is always
    here."""

    name: str
    group: str
    what: str
    size: str
    terms: str
    here: Status | None

    @property
    def state(self) -> str:
        """Is it on this machine, in a word or two."""
        if self.here is None:
            return "always"
        if self.here.here:
            return "yes"
        return "in part" if self.here.size or self.here.partial else "no"


def listing() -> tuple[Entry, ...]:
    """Every data set that can be loaded, in groups."""
    course, made = [], []
    for name, text, synthetic in _always_here():
        if synthetic:
            made.append(
                Entry(
                    name, MADE, _first_part(text), "-", "made when asked, with a known truth", None
                )
            )
        else:
            course.append(Entry(name, COURSE, _first_part(text), "-", IN_SHORT, None))
    fetched = (
        Entry(s.name, s.group, s.brief, _size(s), s.in_short, status(s.name))
        for s in SOURCES.values()
    )
    return (*course, *made, *fetched)


def table() -> Table:
    """The listing as a table, for a notebook."""
    rows = tuple((e.name, e.group, e.what, e.size, e.terms, e.state) for e in listing())
    return Table(("name", "group", "what it is", "download", "terms", "here"), rows)


@dataclass(frozen=True)
class Info:
    """All that is known of one data set, as pairs of a heading and a text."""

    name: str
    title: str
    lines: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        pairs = (f"  {key:<9} " + text.replace("\n", "\n" + " " * 12) for key, text in self.lines)
        return "\n".join((f"{self.name}: {self.title}", *pairs))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left">{html.escape(key)}</th>'
            f'<td style="text-align:left">{html.escape(text).replace(chr(10), "<br>")}</td></tr>'
            for key, text in self.lines
        )
        return f"<b>{html.escape(self.name)}: {html.escape(self.title)}</b><table>{rows}</table>"


def info(name: str) -> Info:
    """What a data set is: contents, size, terms, citation, origins, hashes, and what is here.

    name: one of DATASETS or SOURCES. Errors: InputError for any other.

    >>> print(info("clicks"))  # doctest: +ELLIPSIS
    clicks: 200,000 clicks ...
    """
    always = {entry: (text, made) for entry, text, made in _always_here()}
    one_of("data set", name, [*always, *SOURCES])
    if name in always:
        return _info_of_ours(name, *always[name])
    source = get(name)
    lines = [
        ("what", source.about),
        ("size", sizes(source)),
        ("terms", source.terms),
        ("cite", source.citation),
        *_origins(source),
        *_files(source),
        ("here", str(status(name))),
        ("load", f'fmteach.load("{name}")'),
    ]
    if source.by_path_only:
        lines.append(("get", f"{source.get_it} Then: fmteach data fetch {name} --path FILE"))
    elif not status(name).here:
        lines.append(("get", f"fmteach data fetch {name}"))
    return Info(name, source.title, tuple(lines))


def _info_of_ours(name: str, text: str, made: bool) -> Info:
    if made:
        terms = "Made by this project with a known truth: use it as you like. It is synthetic."
    else:
        terms = TERMS + " See data/NOTICE.md."
    lines = [("what", text), ("terms", terms)]
    if not made:
        lines.append(("cite", CITATION))
    lines += [("here", "always: nothing is downloaded"), ("load", f'fmteach.load("{name}")')]
    return Info(name, _first_part(text), tuple(lines))


def _origins(source: Source) -> list[tuple[str, str]]:
    lines = []
    for number, origin in enumerate(source.origins, 1):
        if isinstance(origin, Wheel):
            text = _with_hash(origin.where, origin.size, origin.hash)
        else:
            text = "\n".join(_with_hash(part.url, part.size, part.hash) for part in origin.parts)
        lines.append((f"source {number}", text))
    return lines


def _with_hash(where: str, size: int | None, hash: str | None) -> str:
    """The place, and below it what is known of the file. A sha256 gets a line of its own."""
    algorithm, _, value = (hash or "").partition(":")
    about = ", ".join(text for text in (f"{size:,} bytes" if size else "", algorithm) if text)
    space = " " if len(about) + len(value) < WIDTH else "\n"
    return "\n".join(text for text in (where, f"{about}{space}{value}".strip()) if text)


def _files(source: Source) -> list[tuple[str, str]]:
    texts = [f"{file.name} (md5 {file.md5})" if file.md5 else file.name for file in source.files]
    return [("files", "\n".join(texts) if any(f.md5 for f in source.files) else ", ".join(texts))]


def _size(source: Source) -> str:
    if source.by_path_only:
        return "by path"
    if source.size:
        return size_text(source.size)
    if source.said_size:
        return f"~{size_text(source.said_size)}"
    return f"< {size_text(source.unpacked)}"  # a packed file is smaller than what is in it


def _always_here() -> list[tuple[str, str, bool]]:
    """Name, description, made by a generator: of what `load` knows and nobody has to fetch."""
    from fmteach import datasets

    return [
        (name, text, name in datasets.SYNTHETIC)
        for name, text in datasets.DATASETS.items()
        if name not in SOURCES
    ]


def _first_part(text: str) -> str:
    """The description of a data set up to its first semicolon, without what the group says."""
    return re.sub(r" \((real|synthetic), [^)]*\)", "", text.partition(";")[0])
