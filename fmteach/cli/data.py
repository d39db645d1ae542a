"""`fmteach data`: what can be loaded, and bring, check and remove what does not come along."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from fmteach.errors import InputError

if TYPE_CHECKING:
    from fmteach.datasets.sources import Entry, Info, Source, Status

INTERRUPTED = 130
ASK_ABOVE = 1_000_000_000  # bytes: a download or a data set above this is asked about first

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")
Name = Annotated[str, typer.Argument(metavar="NAME", help="Data set, as `fmteach data list` says.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


@app.callback()
def data() -> None:
    """Data sets: what can be loaded, and bring, check or remove the larger ones.

    [bold]Examples[/]

      fmteach data list
      fmteach data info ml-100k
      fmteach data fetch ml-100k
      fmteach data fetch avazu-kaggle --path ~/Downloads/train.gz

    They lie in the cache folder of this system, or where FMTEACH_DATA says.
    FMTEACH_OFFLINE=1 forbids every download.
    """


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Show every data set that can be loaded, and which of them are on this machine.

    [bold]Examples[/]

      fmteach data list
      fmteach data list --json
    """
    from fmteach.datasets import sources

    entries = sources.listing()
    if as_json:
        typer.echo(json.dumps([_entry_as_json(entry) for entry in entries], indent=2))
        return
    console = Console()
    console.print(listing_table(entries))
    here = [e.here for e in entries if e.here is not None and e.here.size + e.here.partial]
    from fmteach.datasets.sources.registry import size_text

    total = sum(status.size + status.partial for status in here)
    used = f"{size_text(total)} used" if total else "nothing fetched yet"
    console.print(f" They lie in {sources.data_home()} ({used}).", highlight=False, soft_wrap=True)
    if sources.is_offline():
        console.print(" FMTEACH_OFFLINE is set: nothing will be downloaded.", style="yellow")
    console.print(
        " Size, terms and hashes of one: [bold]fmteach data info NAME[/]\n"
        " Bring one to this machine:     [bold]fmteach data fetch NAME[/]",
        highlight=False,
    )


def listing_table(entries: tuple[Entry, ...]) -> Table:
    """One row a data set, in groups; the terms, which a group shares, stand in its heading."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column("name", no_wrap=True)
    table.add_column("what it is")
    table.add_column("download", justify="right", no_wrap=True)
    table.add_column("here", no_wrap=True)
    looks = {"always": "green", "yes": "bold green", "in part": "yellow", "no": "dim"}
    for number, (group, members) in enumerate(groupby(entries, key=lambda e: (e.group, e.terms))):
        if number:
            table.add_row()
        table.add_row(Text(group[0], style="bold blue"), Text(group[1], style="blue"))
        for e in members:
            table.add_row(e.name, e.what, e.size, Text(e.state, style=looks[e.state]))
    return table


@app.command()
def info(name: Name, as_json: AsJson = False) -> None:
    """Say what a data set is: contents, size, terms, citation, sources, hashes, what is here.

    [bold]Examples[/]

      fmteach data info criteo-full
    """
    from fmteach.datasets import sources

    about = sources.info(name)
    if as_json:
        known = {"name": about.name, "title": about.title, **dict(about.lines)}
        typer.echo(json.dumps(known, indent=2, ensure_ascii=False))
        return
    Console().print(info_page(about))


def info_page(about: Info) -> Group:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="blue", no_wrap=True)
    table.add_column(overflow="fold")
    for key, text in about.lines:
        table.add_row(f"  {key}", Text(text))
    heading = Text.assemble((about.name, "bold"), f"  {about.title}")
    return Group(heading, table)


@app.command()
def fetch(
    name: Name,
    path: Annotated[
        Path | None,
        typer.Option(help="A file or folder that you have already, instead of a download."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask before a large download.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the paths of the files as JSON, no bar.")
    ] = False,
) -> None:
    """Bring a data set to this machine: download, verify, unpack.

    Where it comes from, its size and its terms are said first. Ctrl-C keeps
    what has come; the same command goes on from there. With --path a file that
    you have is checked, and then linked, copied or unpacked; it stays as it is.

    [bold]Examples[/]

      fmteach data fetch ml-100k
      fmteach data fetch criteo-full --yes
      fmteach data fetch avazu-kaggle --path ~/Downloads/train.gz
      fmteach data fetch ml-1m --path ~/Downloads/ml-1m.zip
    """
    from fmteach.datasets import sources
    from fmteach.datasets.sources.bring import bring

    source = _fetchable(name)
    console = Console(stderr=True)

    def say(text: str) -> None:
        if not as_json:
            console.print(text, highlight=False, markup=False, soft_wrap=True)

    def agree() -> bool:
        large = max(source.size or source.said_size or 0, source.unpacked) > ASK_ABOVE
        if yes or not large or not _can_ask():
            return True
        return typer.confirm("Download it now?", default=True, err=True)

    try:
        done = bring(source, path, progress=not as_json, say=say, agree=agree)
    except KeyboardInterrupt:
        kept = sources.status(name)
        console.print(f"Stopped. {_how_to_go_on(kept, path)}", highlight=False, soft_wrap=True)
        raise typer.Exit(INTERRUPTED) from None
    if not done:
        console.print("Nothing was downloaded.")
        raise typer.Exit(1)
    if as_json:
        files = {key: str(file) for key, file in sources.files(name).items()}
        typer.echo(json.dumps(files, indent=2))
    else:
        say(f'Load it in Python: fmteach.load("{name}")')


def _how_to_go_on(kept: Status, path: Path | None) -> str:
    from fmteach.datasets.sources.registry import size_text

    if not kept.partial or path is not None:
        return "Nothing was changed."
    return (
        f"{size_text(kept.partial)} are kept; the same command goes on from there: "
        f"fmteach data fetch {kept.name}"
    )


@app.command()
def path(
    name: Name,
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="One of its files, such as u.data.")
    ] = None,
) -> None:
    """Print where a data set lies on this machine, and nothing else, for scripts.

    The exit status is 2, and stdout empty, when it is not here.

    [bold]Examples[/]

      fmteach data path ml-100k
      head "$(fmteach data path ml-100k u.data)"
    """
    from fmteach.datasets import sources
    from fmteach.datasets.choices import one_of

    _fetchable(name)
    files = sources.files(name)
    place = sources.folder(name) if file is None else files[one_of("file", file, files)]
    typer.echo(str(place))


@app.command()
def verify(name: Name, as_json: AsJson = False) -> None:
    """Hash every file of a data set again and compare. The exit status is 1 when one differs.

    [bold]Examples[/]

      fmteach data verify ml-100k
    """
    from fmteach.datasets import sources

    _fetchable(name)
    result = sources.verify(name, progress=not as_json)
    if as_json:
        typer.echo(
            json.dumps({"ok": result.ok, "files": list(map(asdict, result.files))}, indent=2)
        )
    else:
        print_verification(result, Console())
    if not result.ok:
        raise typer.Exit(1)


def print_verification(result: Any, console: Console) -> None:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    shown = result.table()
    for column in shown.columns:
        table.add_column(column, justify="right" if column == "size" else "left")
    looks = {True: "green", False: "bold red", None: "yellow"}
    for file, (name, size, word, against) in zip(result.files, shown.rows, strict=True):
        table.add_row(name, size, Text(word, style=looks[file.ok]), against)
    console.print(table)
    for file in result.files:
        if file.ok is False:
            console.print(
                f"{file.name}: {file.against} {file.expected}, now {file.got}",
                highlight=False,
                soft_wrap=True,
            )
    if not result.ok:
        console.print(
            f"The data is damaged or was changed. To bring it anew: fmteach data remove "
            f"{result.name}, then fmteach data fetch {result.name}",
            highlight=False,
            soft_wrap=True,
        )


@app.command()
def remove(
    name: Name,
    encoded: Annotated[
        bool, typer.Option("--encoded", help="Also delete the caches of its encoded rows.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a data set from this machine, with what is kept of its downloads.

    Files of yours that were taken with --path stay where they are. Synthetic
    data sets can be removed too: they are made again when they are needed.

    [bold]Examples[/]

      fmteach data remove ml-25m
      fmteach data remove criteo-full --encoded --yes
    """
    from fmteach.datasets import sources
    from fmteach.datasets.sources.inventory import require_removable
    from fmteach.datasets.sources.registry import size_text
    from fmteach.datasets.sources.space import tree_size

    require_removable(name)
    console = Console()
    size = tree_size(sources.folder(name))
    if size > ASK_ABOVE and not yes and _can_ask():
        if not typer.confirm(f"Delete {size_text(size)} in {sources.folder(name)}?"):
            console.print("Nothing was deleted.")
            raise typer.Exit(1)
    freed = sources.remove(name, encoded=encoded)
    what = f"{size_text(freed)} deleted." if freed else "nothing of it was on this machine."
    console.print(f"{name}: {what}", highlight=False)


def _can_ask() -> bool:
    """Is there anybody at the other end? A script goes on without a question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _fetchable(name: str) -> Source:
    """The source called `name`; InputError for another name, in words of its own for a data set
    that is always here."""
    from fmteach import datasets
    from fmteach.datasets.sources import SOURCES
    from fmteach.datasets.sources.registry import get

    if name in datasets.DATASETS and name not in SOURCES:
        raise InputError(
            f'{name} is always here and has no files to bring: fmteach.load("{name}") loads it.'
        )
    return get(name)


def _entry_as_json(entry: Entry) -> dict[str, Any]:
    values = {
        "name": entry.name, "group": entry.group, "what": entry.what, "download": entry.size,
        "terms": entry.terms, "here": entry.state,
    }  # fmt: skip
    if entry.here is not None:
        values |= {
            "folder": str(entry.here.folder),
            "bytes": entry.here.size,
            "partial_bytes": entry.here.partial,
        }
    return values
