"""The names that `fmteach` offers, and the wheel that carries them."""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import fmteach

ROOT = Path(__file__).parents[2]


def test_every_name_of_the_package_can_be_had() -> None:
    for name in fmteach.__all__:
        assert getattr(fmteach, name) is not None
    assert set(fmteach.__all__) == {"__version__", *fmteach._PARTS, *fmteach._NAMES}
    assert set(fmteach.__all__) <= set(dir(fmteach))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        fmteach.nonsense  # noqa: B018


def test_every_module_can_be_imported() -> None:
    names = [m.name for m in pkgutil.walk_packages(fmteach.__path__, "fmteach.")]
    for name in names:
        if not name.endswith("__main__"):
            importlib.import_module(name)
    assert "fmteach.interaction" in names


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(folder), str(ROOT))
    return next(folder.glob("*.whl"))


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", *arguments, "--disable-pip-version-check", "-q"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    kept = set(zipfile.ZipFile(wheel).namelist())
    suffixes = (".py", ".js", ".css", ".svg", ".json")
    files = [p for p in (ROOT / "fmteach").rglob("*") if p.suffix in suffixes]
    ours = {
        p.relative_to(ROOT).as_posix()
        for p in files
        if not {"node_modules", "__pycache__"} & set(p.parts)
    }
    assert ours - kept == set()
    assert not [name for name in kept if "node_modules" in name]
    assert any(name.endswith("licenses/LICENSE") for name in kept)


def test_an_installed_wheel_brings_its_data(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    pip("install", "--no-deps", "--no-index", "--target", str(target), str(wheel))
    code = (
        "import fmteach, fmteach.datasets as d; data = d.load('movielens', task='like'); "
        "print(fmteach.__file__, len(data.train) + len(data.valid) + len(data.test))"
    )
    environment = {**os.environ, "PYTHONPATH": str(target), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    place, rows = done.stdout.split()
    assert Path(place).is_relative_to(target)
    assert int(rows) == 100_004
