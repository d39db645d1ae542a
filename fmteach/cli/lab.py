"""`fmteach lab`: JupyterLab on the course, with the user's own settings left as they are."""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from fmteach.errors import InputError

FIRST = "00_start_here.ipynb"
_CLONE = Path(__file__).resolve().parents[2]
# What the course changes, for this start only: no pop-up asks for news (labconfig/), and kernels
# load fmteach.kernel (kernels/).
_SETTINGS = Path(__file__).resolve().parent / "jupyter"


def lab(
    notebook: Annotated[
        str,
        typer.Argument(help="A notebook's number or a part of its name, such as 03 or kd_trick."),
    ] = "00",
    port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="Use this port. Left out: the first free one from 8888."
        ),
    ] = None,
    browser: Annotated[
        bool,
        typer.Option("--browser/--no-browser", help="Open a browser, or only print the address."),
    ] = True,
) -> None:
    """Open the course in JupyterLab.

    The server listens on this machine alone (127.0.0.1) and asks for the token
    that is part of the printed address. Ctrl-C, then y, stops it.

    [bold]Examples[/]

      fmteach lab                       the first notebook
      fmteach lab 07                    the notebook on live training
      fmteach lab --no-browser --port 9000
    """
    folder = find_notebooks()
    chosen = find_notebook(folder, notebook)
    if port is not None:
        require_free(port)
    console = Console(stderr=True)
    page = f"/lab/tree/{folder.name}/{chosen.name}"
    arguments = [
        f"--ServerApp.root_dir={folder.parent}",
        "--ServerApp.ip=127.0.0.1",
        f"--LabApp.default_url={page}",
        "--log-level=WARN",
        "--LabApp.log_level=WARN",
    ]
    if port is not None:
        arguments += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if not (browser and _has_screen()):
        arguments.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        console.print("Running as root: JupyterLab is started with --allow-root.")
        arguments.append("--allow-root")
    console.print(f"Starting JupyterLab on {chosen.stem}.")
    os.environ.update(jupyter_environment())
    _serve(arguments, page, console)


def jupyter_environment() -> dict[str, str]:
    """The environment variables that make Jupyter use the settings and kernels of the course."""
    found = {
        name: os.pathsep.join(filter(None, [str(_SETTINGS), os.environ.get(name)]))
        for name in ("JUPYTER_CONFIG_PATH", "JUPYTER_PATH")
    }
    # The kernels and extensions of this environment come before those of the home folder.
    return {**found, "JUPYTER_PREFER_ENV_PATH": os.environ.get("JUPYTER_PREFER_ENV_PATH", "1")}


def find_notebooks(places: tuple[Path, ...] | None = None) -> Path:
    """The folder with the course: in the clone, else in or below the current folder."""
    here = Path.cwd()
    places = places or (_CLONE / "notebooks", here / "notebooks", here)
    for place in places:
        if (place / FIRST).is_file():
            return place.resolve()
    raise InputError(
        f"the notebooks are not here: no {FIRST} in {', '.join(map(str, places))}. "
        "An installed package does not bring them. Get the project's repository (git clone, or "
        "download and unpack it) and run `fmteach lab` in its folder."
    )


def find_notebook(folder: Path, name: str) -> Path:
    """The only notebook whose name has `name` in it; a number or a whole name wins.

    Of a chapter in two sittings, such as 06, the number opens the first.
    """
    notebooks = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    wanted = Path(name).name.removesuffix(".ipynb")
    exact = [n for n in notebooks if wanted in (n.stem, n.stem[:2], n.stem[:2].lstrip("0"))]
    found = exact[:1] or [n for n in notebooks if wanted in n.stem]
    if len(found) != 1:
        what = "no notebook is" if not found else "several notebooks are"
        listed = ", ".join(n.stem for n in found or notebooks)
        raise InputError(f"{what} called {name!r}; choose one of {listed}")
    return found[0]


def require_free(port: int) -> None:
    """InputError when another program listens on this port."""
    with socket.socket() as probe:
        if os.name != "nt":  # a port that was just left is free, as it is for the server
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise InputError(
                f"port {port} is in use or not allowed ({error.strerror}). Choose another one, or "
                "leave --port out: a free port is then found."
            ) from error


def _has_screen() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def _serve(arguments: list[str], page: str, console: Console) -> None:
    try:
        from jupyterlab.labapp import LabApp
    except ImportError as error:
        raise InputError(
            f"JupyterLab cannot be started: {error}. Install it: pip install 'jupyterlab>=4.4,<5'"
        ) from error
    # Jupyter's own message names a file first; ours, below, is the address alone.
    own = logging.getLogger("ServerApp")
    own.addFilter(lambda record: "To access the server" not in record.getMessage())
    threading.Thread(target=_announce, args=[page, console], daemon=True).start()
    LabApp.launch_instance(arguments)


def _announce(page: str, console: Console) -> None:
    """Prints the address as soon as the server answers."""
    from jupyter_core.paths import jupyter_runtime_dir

    info = Path(jupyter_runtime_dir()) / f"jpserver-{os.getpid()}.json"
    while True:
        time.sleep(0.1)
        try:
            server = json.loads(info.read_text())
            query = f"?token={server['token']}" if server.get("token") else ""
            urllib.request.urlopen(f"{server['url']}api/status{query}", timeout=5).close()
            break
        except (OSError, ValueError):
            continue
    address = f"{server['url'].rstrip('/')}{page}{query}"
    console.print("\n[bold]The course is open.[/] Its address, for a browser on this machine:\n")
    console.print(f"  [bold]{escape(address)}[/]", soft_wrap=True, highlight=False)
    console.print("\nCtrl-C in this window, then y, stops it.\n")
