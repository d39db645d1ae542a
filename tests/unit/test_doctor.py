"""The doctor: what it finds, what it advises, and that it works where things are missing."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from fmteach import doctor
from fmteach.cli import app
from fmteach.datasets import embedded
from fmteach.doctor import FAIL, OK, WARN, Check, Report, jupyter, machine, packages, run

GOOD = Check("Python", OK, "3.12.1")
ODD = Check("ipykernel", WARN, "7.4.0", "Use a version below 7.4.")
BAD = Check("jupyterlab", FAIL, "missing", "Run: pip install jupyterlab")


def only(checks: list[Check]) -> Check:
    assert len(checks) == 1, checks
    return checks[0]


def test_this_machine_is_ready() -> None:
    report = doctor.report()
    failed = [check for check in report.checks if check.status == FAIL]
    assert not failed, report.text()
    assert {"Python", "Packages", "Film ratings", "Memory", "Speed"} <= {
        check.name for check in report.checks
    }


def test_versions_are_those_that_are_installed() -> None:
    found = packages.packages()[0].value
    for name in ("torch", "jupyterlab", "ipykernel"):
        assert f"{name} {metadata.version(name)}" in found


def test_the_ranges_are_those_of_the_project() -> None:
    requirements = dict(packages.split_requirement(line) for line in packages.project()[1])
    assert set(requirements["ipykernel"].split(",")) == {">=7.1", "<7.4"}
    assert "pytest" not in requirements


@pytest.mark.parametrize(
    ("version", "wanted", "fits"),
    [
        ("7.3.0", ">=7.1,<7.4", True),
        ("7.4.0", ">=7.1,<7.4", False),
        ("7.0.9", "<7.4,>=7.1", False),
        ("2.13.0+cpu", ">=2.6,<2.14", True),
        ("2.14", ">=2.6,<2.14", False),
        ("2.14.0", "<2.14", False),
        ("3", ">=3,!=3.0", False),
        ("1.0", "", True),
    ],
)
def test_in_range(version: str, wanted: str, fits: bool) -> None:
    assert packages.in_range(version, wanted) is fits


def test_a_package_out_of_range_says_what_it_does_and_what_to_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(packages.metadata, "version", lambda _: "7.4.0")
    check = packages.package("ipykernel<7.4,>=7.1")
    assert check.status == WARN
    assert "Stop waits for the running cell" in check.advice
    assert 'pip install "ipykernel<7.4,>=7.1"' in check.advice


def test_a_missing_package_is_a_failure() -> None:
    assert packages.package("no-such-package-here>=1").status == FAIL


def test_widget_versions_that_do_not_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"ipywidgets": "8.1.9", "jupyterlab_widgets": "1.1.9"}
    monkeypatch.setattr(packages.metadata, "version", versions.__getitem__)
    assert only(packages.pairs()).status == FAIL
    versions["jupyterlab_widgets"] = "3.0.17"
    assert packages.pairs() == []


def test_a_jupyter_of_another_environment_on_the_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    other = tmp_path / "bin" / "jupyter-lab"
    monkeypatch.setattr(jupyter.shutil, "which", lambda _: str(other))
    check = only(jupyter.server())
    assert (check.status, check.value) == (WARN, str(other))
    assert "make lab" in check.advice
    monkeypatch.setattr(jupyter.shutil, "which", lambda _: f"{sys.prefix}/bin/jupyter-lab")
    assert only(jupyter.server()).status == OK


def test_a_kernel_looks_at_the_server_that_started_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    monkeypatch.setenv("JPY_PARENT_PID", "1")
    monkeypatch.setattr(jupyter, "_prefix_of_process", lambda _: tmp_path)
    assert only(jupyter.server()).status == WARN
    monkeypatch.setattr(jupyter, "_prefix_of_process", lambda _: Path(sys.prefix))
    assert only(jupyter.server()).status == OK


def test_the_environment_of_a_process_is_read_from_its_program() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as process:
        found = jupyter._prefix_of_process(process.pid)
        process.communicate(b"\n")
    assert found is not None
    assert jupyter.same(found, Path(sys.executable).parent.parent)


def test_a_widget_extension_that_is_missing_or_disabled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import jupyter_core.paths

    assert [check.status for check in jupyter.widgets()] == [OK, OK]
    config = tmp_path / "labconfig" / "page_config.json"
    config.parent.mkdir()
    config.write_text('{"disabledExtensions": {"anywidget": true}}')
    monkeypatch.setattr(jupyter_core.paths, "jupyter_config_path", lambda: [str(tmp_path)])
    assert [check.value for check in jupyter.widgets()][1] == "disabled"
    monkeypatch.setattr(jupyter_core.paths, "jupyter_path", lambda *_: [str(tmp_path)])
    assert [check.status for check in jupyter.widgets()] == [FAIL, FAIL]


def test_a_damaged_data_file_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert only(machine.data_file()).status == OK
    copy = tmp_path / embedded.FILE_NAME
    damaged = bytearray(embedded.find().read_bytes())
    damaged[1000] ^= 1
    copy.write_bytes(damaged)
    monkeypatch.setattr(embedded, "find", lambda: copy)
    check = only(machine.data_file())
    assert check.status == FAIL
    assert str(copy) in check.advice


@pytest.mark.parametrize(("free", "status"), [(8e9, OK), (1e9, WARN), (1e8, FAIL)])
def test_little_memory(monkeypatch: pytest.MonkeyPatch, free: float, status: str) -> None:
    import psutil

    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("M", (), {"available": free}))
    assert only(machine.memory()).status == status


def test_the_offline_switch_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FMTEACH_OFFLINE", "1")
    assert "off" in only(machine.network()).value
    monkeypatch.setenv("FMTEACH_OFFLINE", "0")
    assert "off" not in only(machine.network()).value


def test_a_check_that_breaks_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def memory() -> list[Check]:
        raise OSError("no such counter")

    from fmteach.doctor import checks as module

    monkeypatch.setattr(module, "ALWAYS", (memory, lambda: [GOOD]))
    monkeypatch.setattr(module, "WITH_TORCH", ())
    found = run()
    assert found[0] == Check("memory", WARN, "could not be checked: OSError: no such counter")
    assert found[1] is GOOD


def test_it_works_where_torch_is_missing() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from fmteach import doctor\n"
        "print(doctor.report())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "✗ wrong  torch" in done.stdout
    assert "Not ready. First: torch." in done.stdout


@pytest.mark.parametrize(
    ("checks", "verdict", "failed"),
    [
        ([GOOD], "Ready. Everything that the course needs is here.", False),
        ([GOOD, ODD], "Ready, but look at: ipykernel.", False),
        ([ODD, BAD], "Not ready. First: jupyterlab. Run: pip install jupyterlab", True),
    ],
)
def test_the_verdict(checks: list[Check], verdict: str, failed: bool) -> None:
    report = Report(checks)
    assert (report.verdict, report.failed) == (verdict, failed)


def test_text_terminal_and_html_say_the_same_and_status_is_a_word() -> None:
    report = Report([GOOD, ODD, Check("Disk", FAIL, "<b>0 & 1</b>", "Free [bold]some[/] space.")])
    with (console := Console(width=200)).capture() as captured:
        console.print(report)
    terminal, html = captured.get(), report._repr_mimebundle_()["text/html"]
    for words in ("ok", "look", "wrong", "ipykernel", "7.4.0", "Use a version below 7.4."):
        assert words in report.text()
        assert words in terminal
        assert words in html
    assert "&lt;b&gt;0 &amp; 1&lt;/b&gt;" in html
    assert "[bold]some[/]" in terminal
    assert report._repr_mimebundle_()["text/plain"] == report.text() == str(report)


def test_the_exit_status_says_whether_something_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    for checks, status in (([GOOD, ODD], 0), ([BAD], 1)):
        monkeypatch.setattr(doctor, "report", lambda checks=checks: Report(checks))
        result = CliRunner().invoke(app, ["doctor", "--plain"])
        assert result.exit_code == status
        assert Report(checks).verdict in result.output
