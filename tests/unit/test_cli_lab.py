"""`fmteach lab`: finds the course, starts a server for this machine alone, says its address."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from fmteach.cli.lab import find_notebook, find_notebooks, require_free
from fmteach.errors import InputError

NAMES = ("00_start_here", "03_the_kd_trick", "06_tasks_and_losses", "06_the_bug_lab",
         "07_live_training", "10_higher_order")  # fmt: skip


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    empty = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for name in NAMES:
        (folder / f"{name}.ipynb").write_text(json.dumps(empty))
    return folder


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("00", "00_start_here"),
        ("3", "03_the_kd_trick"),
        ("kd", "03_the_kd_trick"),
        ("06", "06_tasks_and_losses"),
        ("bug", "06_the_bug_lab"),
        ("notebooks/07_live_training.ipynb", "07_live_training"),
    ],
)
def test_a_notebook_is_found_by_number_or_name(course: Path, asked: str, found: str) -> None:
    assert find_notebook(course, asked).stem == found


def test_an_unknown_or_unclear_name_lists_the_choices(course: Path) -> None:
    with pytest.raises(InputError, match="no notebook is called '99'; choose one of 00_start_here"):
        find_notebook(course, "99")
    with pytest.raises(InputError, match="several notebooks are called 't'"):
        find_notebook(course, "t")


def test_the_course_is_found_where_it_is_and_missed_where_it_is_not(course: Path) -> None:
    assert find_notebooks((course.parent, course)) == course.resolve()
    with pytest.raises(InputError, match="git clone"):
        find_notebooks((course.parent,))


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} is in use"):
            require_free(port)
    require_free(port)


@pytest.fixture
def server(course: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A started `fmteach lab`: what it printed, and its address."""
    home = tmp_path / "home"
    environment = {
        **os.environ,
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "DISPLAY": ":0",  # so that --no-browser is what keeps it from opening one
        "COLUMNS": "80",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "fmteach", "lab", "--no-browser"],
        cwd=course.parent,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    printed = ""
    for line in process.stderr:
        printed += line
        if "stops it" in line:
            break
    found = re.search(r"http://\S+", printed)
    try:
        assert found, printed
        yield printed, found[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


def answer(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as reply:
        return reply.read().decode()


def test_the_server_is_private_quiet_and_says_its_address(server: tuple[str, str]) -> None:
    printed, address = server
    match = re.fullmatch(
        r"(http://(?:127\.0\.0\.1|localhost):\d+)/lab/tree/(\S+)\?token=(\w+)", address
    )
    assert match, printed
    base, page, token = match.groups()
    assert page == "notebooks/00_start_here.ipynb"
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        assert "--allow-root" in printed

    assert "JupyterLab" in answer(address)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        answer(f"{base}/api/contents")
    name = "@jupyterlab/apputils-extension:notification"
    settings = json.loads(answer(f"{base}/lab/api/settings/{name}?token={token}"))
    news = settings["schema"]["properties"]["fetchNews"]["default"]
    assert news == "false", "the pop-up that asks for news is not off"
    for other in {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None)}:
        if not other.startswith("127.") and other != "::1":
            port = int(base.rsplit(":", 1)[1])
            with pytest.raises(OSError):
                socket.create_connection((other, port), timeout=2).close()
