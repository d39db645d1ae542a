"""The `fmteach` command: lab, doctor, data, train.

torch is imported by the command that needs it, so that help and `fmteach lab` answer at once.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from fmteach import __version__
from fmteach.cli import data, doctor, lab, train
from fmteach.errors import FMTeachError

BAD_INPUT = 2


class _Group(TyperGroup):
    """Shows an error of ours as one message. Any other exception is a bug, and is shown whole."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except FMTeachError as error:
            if ctx.params.get("debug"):
                raise
            console = Console(stderr=True)
            console.print(f"[bold red]Error:[/] {escape(str(error))}", highlight=False)
            raise typer.Exit(BAD_INPUT) from None


app = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("lab")(lab.lab)
app.command("doctor")(doctor.doctor)
app.command("train")(train.train)
app.add_typer(data.app, name="data")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fmteach {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the whole traceback of an error.")
    ] = False,
) -> None:
    """Factorization machines, to be taught, watched and trained.

    [bold]Start here[/]

      fmteach lab                  open the course in JupyterLab
      fmteach doctor               is this machine ready?
      fmteach train --task like    train on real films, in the terminal
      fmteach data list            which data sets there are, and what is here

    `fmteach COMMAND --help` says what a command can do, with examples.
    """


def main() -> None:
    """The entry point of the command `fmteach`."""
    app()
