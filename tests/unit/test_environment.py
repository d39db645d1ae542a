"""environment.yml, pyproject.toml and constraints.txt say the same thing."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from rattler import MatchSpec

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
CONDA = [line for line in ENVIRONMENT["dependencies"] if isinstance(line, str)]
PIP = [
    line for part in ENVIRONMENT["dependencies"] if isinstance(part, dict) for line in part["pip"]
]
CONDA_NAME = {"torch": "pytorch"}  # the packages that conda-forge calls otherwise
REQUIREMENTS = [Requirement(line) for line in PROJECT["dependencies"]]
PINS = dict(
    line.split("==")
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)


@pytest.mark.parametrize("line", CONDA)
def test_every_conda_line_is_a_valid_spec(line: str) -> None:
    assert MatchSpec(line, strict=True).name is not None


def test_conda_and_pip_ask_for_the_same_packages_and_bounds() -> None:
    conda = {
        name: SpecifierSet(bounds)
        for name, _, bounds in (line.partition(" ") for line in CONDA)
        if name not in ("python", "pip")
    }
    pip = {CONDA_NAME.get(r.name, r.name): r.specifier for r in REQUIREMENTS}
    assert conda == pip


def test_conda_installs_the_python_that_the_project_needs_and_the_project_itself() -> None:
    assert f"python {PROJECT['requires-python']}" in CONDA
    assert PIP == ["-e ."]


def test_every_conda_line_says_what_it_is_for() -> None:
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()
    specs = [line for line in lines if re.match(r"\s+- [a-z-]", line) and "pip:" not in line]
    silent = [line for line in specs if "#" not in line and "conda-forge" not in line]
    assert not silent


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda r: r.name)
def test_the_tested_version_is_in_the_supported_range(requirement: Requirement) -> None:
    assert requirement.specifier.contains(PINS[requirement.name])


@pytest.mark.parametrize("line", PROJECT["optional-dependencies"]["test"])
def test_the_test_tools_are_pinned_too(line: str) -> None:
    requirement = Requirement(line)
    pins = {name.lower(): version for name, version in PINS.items()}
    assert requirement.specifier.contains(pins[requirement.name.lower()])


def test_constraints_are_plain_versions_that_any_platform_can_install() -> None:
    assert PINS["torch"] == "2.13.0"
    assert all(re.fullmatch(r"[\w.]+", version) for version in PINS.values())
