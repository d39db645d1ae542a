"""The cache of encoded rows: complete or not there, whatever happens to the process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from fmteach.datasets import cache
from fmteach.errors import DataFileError


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("FMTEACH_DATA", str(tmp_path / "data"))
    return tmp_path / "data" / "encoded"


def writes(text: str = "rows"):
    def write(folder: Path) -> dict[str, object]:
        (folder / "train.ids").write_text(text)
        (folder / "more").mkdir()
        (folder / "more" / "words").write_text("ü")
        return {"title": "t", "rows": {"train": 4}}

    return write


def never(folder: Path) -> dict[str, object]:
    raise AssertionError("this was made already")


def test_what_was_made_once_is_found_again(home):
    meta = cache.make("abc", writes())
    assert meta["files"] == {"train.ids": 4, "more/words": 2}
    assert cache.make("abc", never) == meta == cache.find("abc")
    assert sorted(entry.name for entry in home.iterdir() if entry.is_dir()) == ["abc"]


def test_the_key_depends_on_everything_and_on_no_order():
    assert cache.key_of({"a": 1, "b": [2]}) == cache.key_of({"b": [2], "a": 1})
    assert cache.key_of({"a": 1}) != cache.key_of({"a": 2}) != cache.key_of({"b": 2})


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "train.ids").write_text("row"),
        lambda folder: (folder / "train.ids").unlink(),
        lambda folder: (folder / "more" / "words").write_text("longer"),
        lambda folder: (folder / "meta.json").write_text('{"key": "abc", "fil'),
        lambda folder: (folder / "meta.json").write_text("[]"),
        lambda folder: (folder / "meta.json").write_bytes(b"\xff\xfe"),
        lambda folder: (folder / "meta.json").unlink(),
        lambda folder: (folder / "meta.json").write_text(
            json.dumps({"key": "other", "files": {"train.ids": 4}})
        ),
    ],
)
def test_a_damaged_folder_is_noticed_and_made_again(home, damage):
    meta = cache.make("abc", writes())
    damage(home / "abc")
    assert cache.find("abc") is None
    assert cache.make("abc", writes()) == meta
    assert (home / "abc" / "train.ids").read_text() == "rows"


def test_a_failure_leaves_nothing_behind(home):
    def fails(folder: Path) -> dict[str, object]:
        (folder / "train.ids").write_text("half")
        raise ValueError("a bad row")

    with pytest.raises(ValueError, match="a bad row"):
        cache.make("abc", fails)
    assert [entry for entry in home.iterdir() if entry.is_dir()] == []

    def full(folder: Path) -> dict[str, object]:
        raise OSError(28, "No space left on device")

    with pytest.raises(DataFileError, match=r"No space left on device.*FMTEACH_DATA"):
        cache.make("abc", full)
    assert [entry for entry in home.iterdir() if entry.is_dir()] == []


def test_space_is_checked_before_anything_is_written():
    cache.check_space(1)
    with pytest.raises(DataFileError, match=r"need about 1000000000\.0 GB and only .* are free"):
        cache.check_space(10**18)


def test_contents_and_clear(home):
    cache.make("abc", writes())
    cache.make("def", writes("more"))
    table = cache.contents()
    assert [row[0] for row in table.rows] == ["abc", "def"]
    assert cache.clear() > 8
    assert len(cache.contents()) == 0
    assert cache.clear() == 0


def test_a_folder_that_is_just_being_made_is_not_cleared(home):
    def clears(folder: Path) -> dict[str, object]:
        (folder / "train.ids").write_text("rows")
        cache.clear()
        return {}

    cache.make("abc", clears)
    assert cache.find("abc") is not None


SCRIPT = """
    import sys, time
    from pathlib import Path
    from fmteach.datasets import cache

    def write(folder):
        (folder / "train.ids").write_text("rows")
        with open(Path(sys.argv[1]), "a") as log:
            log.write("made\\n")
        time.sleep(float(sys.argv[2]))
        return {}

    cache.make("abc", write)
"""


def start(log: Path, seconds: float) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", textwrap.dedent(SCRIPT), str(log), str(seconds)]
    return subprocess.Popen(command, env=dict(os.environ))


def wait_for(path: Path) -> None:
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} did not come")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_process_leaves_no_folder_under_its_name_and_its_rest_is_cleared(home, tmp_path):
    log = tmp_path / "log"
    process = start(log, 60)
    try:
        wait_for(log)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    finally:
        process.kill()
    left = [entry.name for entry in home.iterdir() if entry.is_dir()]
    assert len(left) == 1 and left[0].startswith(".abc.")
    assert cache.find("abc") is None
    # Another key clears the rest too: nobody holds the lock of the dead one.
    cache.make("other", writes())
    assert [entry.name for entry in home.iterdir() if entry.is_dir()] == ["other"]
    cache.make("abc", writes())
    assert cache.find("abc") is not None


def test_two_processes_make_it_once(home, tmp_path):
    log = tmp_path / "log"
    first = start(log, 1.0)
    try:
        wait_for(log)
        assert cache.make("other", writes())  # what the first one is making stays untouched
        cache.make("abc", never)  # waits for the first one
        assert first.wait(30) == 0
    finally:
        first.kill()
    assert log.read_text() == "made\n"
