"""`fmteach data`, as a user types it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from fmteach import datasets
from fmteach.cli import app, data
from fmteach.datasets import sources
from fmteach.datasets.sources import registry, resume
from tests.unit.bad_server import BadServer, Stall
from tests.unit.toy_source import FILES, download, sha256, toy, zipped

ZIP = zipped()


def run(*arguments: str, width: int = 120, typed: str = "") -> Result:
    environment = {"COLUMNS": str(width), "NO_COLOR": "1", "TERM": "dumb"}
    return CliRunner().invoke(app, ["data", *arguments], env=environment, input=typed)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FMTEACH_DATA", str(tmp_path / "home"))
    monkeypatch.setenv("FMTEACH_OFFLINE", "0")
    monkeypatch.setattr(resume, "PATIENCE", resume.Patience(1.0, 0.3, 2, 0.01))
    return tmp_path / "home"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BadServer]:
    """A data set called toy, and the server that has it."""
    with BadServer() as server:
        source = toy(download(server.put("/toy.zip", ZIP), sha256(ZIP), len(ZIP)))
        monkeypatch.setitem(registry._SOURCES, "toy", source)
        yield server


@pytest.mark.parametrize("command", [[], *([c] for c in
                         ("list", "info", "fetch", "path", "verify", "remove"))])  # fmt: skip
def test_help_describes_and_gives_examples(command: list[str]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert "Examples" in result.output
    assert f"fmteach data {' '.join(command)}".strip() in result.output


@pytest.mark.parametrize("width", [80, 120])
def test_list_shows_everything_within_the_width(width: int) -> None:
    result = run("list", width=width)
    assert result.exit_code == 0
    for name in (*datasets.DATASETS, *sources.SOURCES):
        assert f" {name} " in result.output
    table = result.output.partition("They lie in")[0]
    assert max(map(len, table.splitlines())) <= width
    assert "nothing fetched yet" in result.output


def test_list_says_what_is_here_and_that_it_is_offline(
    server: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("fetch", "toy").exit_code == 0
    monkeypatch.setenv("FMTEACH_OFFLINE", "1")
    lines = run("list").output
    assert [line.split()[-1] for line in lines.splitlines() if " toy " in line] == ["yes"]
    assert "301 kB used" in lines
    assert "FMTEACH_OFFLINE is set" in lines


def test_list_as_json(server: BadServer, home: Path) -> None:
    run("fetch", "toy")
    entries = {entry["name"]: entry for entry in json.loads(run("list", "--json").stdout)}
    assert entries["toy"]["here"] == "yes"
    assert entries["toy"]["folder"] == str(home / "toy")
    assert entries["toy"]["bytes"] > 300_000
    assert entries["movielens"]["here"] == "always"


def test_info_in_words_and_as_json() -> None:
    shown = run("info", "ml-100k", width=80)
    assert shown.exit_code == 0
    assert "50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229" in shown.output
    assert max(map(len, shown.output.splitlines())) <= 80
    known = json.loads(run("info", "ml-100k", "--json").stdout)
    assert known["title"] == "MovieLens 100K"
    assert "recbole" in known["source 2"]
    for name in datasets.DATASETS:
        assert run("info", name).exit_code == 0


def test_fetch_says_what_it_does_and_then_how_to_load_it(server: BadServer, home: Path) -> None:
    result = run("fetch", "toy")
    assert result.exit_code == 0
    assert result.stdout == ""
    for text in (server.url("/toy.zip"), "to download, about 300 kB on disk", "Free to use",
                 f"toy is ready in {home / 'toy'}", 'fmteach.load("toy")'):  # fmt: skip
        assert text in result.stderr
    again = run("fetch", "toy")
    assert again.exit_code == 0
    assert "toy is here already" in again.stderr
    assert len(server.requests) == 1


def test_fetch_as_json_prints_the_paths_alone(server: BadServer, home: Path) -> None:
    result = run("fetch", "toy", "--json")
    assert json.loads(result.stdout) == {name: str(home / "toy" / name) for name in FILES}
    assert result.stderr == ""


def test_fetch_by_path(server: BadServer, tmp_path: Path) -> None:
    (tmp_path / "mine.zip").write_bytes(ZIP)
    result = run("fetch", "toy", "--path", str(tmp_path / "mine.zip"))
    assert result.exit_code == 0
    assert "is the published archive (sha256 verified)" in result.stderr
    assert server.requests == []


def test_fetch_that_fails_tells_why_and_what_to_do(server: BadServer) -> None:
    server.files.clear()
    result = run("fetch", "toy")
    assert result.exit_code == 2
    assert "the server answered 404 Not Found" in " ".join(result.stderr.split())
    assert "--path FILE" in result.stderr


@pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("\n", 0)])
def test_a_large_download_is_asked_about(
    server: BadServer, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    monkeypatch.setattr(data, "ASK_ABOVE", 1000)
    monkeypatch.setattr(data, "_can_ask", lambda: True)
    result = run("fetch", "toy", typed=answer)
    assert result.exit_code == code
    assert "Download it now?" in result.output
    assert len(server.requests) == 1 - code
    assert ("Nothing was downloaded" in result.output) == bool(code)
    removed = run("remove", "toy", "--yes")
    assert "Delete" not in removed.output
    assert "Download" not in run("fetch", "toy", "--yes").output


def test_path_prints_the_path_alone(server: BadServer, home: Path) -> None:
    missing = run("path", "toy")
    assert missing.exit_code == 2
    assert missing.stdout == ""
    assert "fmteach data fetch toy" in " ".join(missing.stderr.split())
    run("fetch", "toy")
    assert run("path", "toy").stdout == f"{home / 'toy'}\n"
    assert run("path", "toy", "rows.csv").stdout == f"{home / 'toy' / 'rows.csv'}\n"
    assert "did you mean 'rows.csv'" in run("path", "toy", "row.csv").stderr


def test_verify_shows_each_file_and_fails_on_a_changed_one(server: BadServer, home: Path) -> None:
    run("fetch", "toy")
    good = run("verify", "toy")
    assert good.exit_code == 0
    assert good.stdout.count("as it should be") == 2
    (home / "toy" / "rows.csv").write_bytes(b"changed")
    bad = run("verify", "toy")
    assert bad.exit_code == 1
    assert "DIFFERENT" in bad.stdout
    assert "fmteach data remove toy" in bad.stdout
    result = run("verify", "toy", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["ok"] is False
    assert [file["ok"] for file in json.loads(result.stdout)["files"]] == [False, True]


def test_remove(server: BadServer, home: Path) -> None:
    run("fetch", "toy")
    result = run("remove", "toy")
    assert result.exit_code == 0
    assert "toy: 301 kB deleted." in result.stdout
    assert not (home / "toy").exists()
    assert "nothing of it was on this machine" in run("remove", "toy").stdout


def test_a_large_removal_is_asked_about(
    server: BadServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("fetch", "toy")
    monkeypatch.setattr(data, "ASK_ABOVE", 1000)
    monkeypatch.setattr(data, "_can_ask", lambda: True)
    assert run("remove", "toy", typed="\n").exit_code == 1
    assert sources.here("toy")
    assert run("remove", "toy", typed="y\n").exit_code == 0
    assert not sources.here("toy")


@pytest.mark.parametrize("command", ["fetch", "path", "verify"])
def test_names_that_are_always_here_or_unknown(command: str) -> None:
    always = run(command, "movielens")
    assert always.exit_code == 2
    assert "movielens is always here" in always.stderr
    unknown = run(command, "ml-1mm")
    assert unknown.exit_code == 2
    assert "did you mean 'ml-1m'" in unknown.stderr


def test_what_comes_with_the_course_cannot_be_removed() -> None:
    result = run("remove", "movielens")
    assert result.exit_code == 2
    assert "movielens comes with the course" in result.stderr
    assert "did you mean 'ml-1m'" in run("remove", "ml-1mm").stderr


SCRIPT = """
import sys
from fmteach.cli import main
from fmteach.datasets.sources import registry
from tests.unit.toy_source import download, toy
registry._SOURCES["toy"] = toy(download(sys.argv.pop(1), sys.argv.pop(1)))
main()
"""


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent as a signal of POSIX")
def test_ctrl_c_says_what_is_kept_and_how_to_go_on(server: BadServer) -> None:
    url = server.put("/toy.zip", ZIP, [Stall(3 * resume.CHUNK)])
    command = [sys.executable, "-c", SCRIPT, url, sha256(ZIP), "data", "fetch", "toy"]
    # A shell that starts the tests in the background has Ctrl-C switched off in them.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    root = Path(__file__).parents[2]
    try:
        with subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) as process:
            try:
                while sources.status("toy").partial < 3 * resume.CHUNK:
                    assert process.poll() is None
                    time.sleep(0.02)
                process.send_signal(signal.SIGINT)
                _, said = process.communicate(timeout=60)
            finally:
                process.kill()
    finally:
        signal.signal(signal.SIGINT, before)
    assert process.returncode == data.INTERRUPTED
    assert "Stopped. 98.3 kB are kept; the same command goes on from there" in said
    assert "Traceback" not in said
    assert run("fetch", "toy").exit_code == 0
    assert server.ranges("/toy.zip") == [None, f"bytes={3 * resume.CHUNK}-"]


def test_an_unexpected_error_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(sources, "listing", broken)
    assert isinstance(run("list").exception, ZeroDivisionError)
