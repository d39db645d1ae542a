"""`fmteach doctor`: the checks of fmteach.doctor in the terminal."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console


def doctor(
    plain: Annotated[
        bool, typer.Option("--plain", help="Plain text, to be pasted into a question.")
    ] = False,
) -> None:
    """Say whether this machine is ready for the course, and what to do where it is not.

    Looks at Python, the packages and whether they go together, the processor or
    GPU, memory and disk, the data that comes with the course, and the
    JupyterLab that would be started. Nothing is changed and nothing is sent.
    The exit status is 1 when something keeps the course from working.

    [bold]Examples[/]

      fmteach doctor
      fmteach doctor --plain > report.txt
    """
    from fmteach import doctor as checks

    report = checks.report()
    if plain:
        typer.echo(report.text())
    else:
        Console().print(report)
    if report.failed:
        raise typer.Exit(1)
