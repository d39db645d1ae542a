"""JupyterLab, its widget extensions, and whether kernel and server are of one environment."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from fmteach.doctor.check import FAIL, OK, WARN, Check, pip_install

_EXTENSIONS = {
    "@jupyter-widgets/jupyterlab-manager": ("jupyterlab_widgets", "sliders and buttons"),
    "anywidget": ("anywidget", "live figures"),
}
_START = "Start the course with `make lab` or `fmteach lab`."


def widgets() -> list[Check]:
    """The JavaScript halves of the widget packages, where the server of this environment looks."""
    from jupyter_core.paths import jupyter_config_path, jupyter_path

    folders = [Path(folder) for folder in jupyter_path("labextensions")]
    disabled = _disabled([Path(folder) / "labconfig" for folder in jupyter_config_path()])
    checks = []
    for extension, (package, purpose) in _EXTENSIONS.items():
        name = f"Lab extension {package}"
        found = next(
            (
                f / extension / "package.json"
                for f in folders
                if (f / extension / "package.json").is_file()
            ),
            None,
        )
        if found is None:
            advice = f"No {purpose} without it. {pip_install(package)} --force-reinstall"
            checks.append(Check(name, FAIL, "missing", advice))
        elif extension in disabled:
            advice = f"No {purpose} without it. Run: jupyter labextension enable {extension}"
            checks.append(Check(name, FAIL, "disabled", advice))
        else:
            version = json.loads(found.read_text(encoding="utf-8"))["version"]
            checks.append(Check(name, OK, version))
    return checks


def _disabled(folders: list[Path]) -> set[str]:
    names: set[str] = set()
    for folder in folders:
        file = folder / "page_config.json"
        if file.is_file():
            found = json.loads(file.read_text(encoding="utf-8")).get("disabledExtensions", {})
            names |= {name for name, off in dict(found).items() if off}
    return names


def server() -> list[Check]:
    """In a kernel: is the server that started it of the same environment? Else: would it be?"""
    here = Path(sys.prefix)
    if "ipykernel" in sys.modules and (parent := os.environ.get("JPY_PARENT_PID")):
        prefix = _prefix_of_process(int(parent))
        if prefix is None:
            return []  # a server elsewhere, or one that may not be looked at
        if same(prefix, here):
            return [Check("Kernel and server", OK, "of one environment")]
        advice = (
            "Widgets can stay blank, as kernel and JupyterLab are of different environments. "
            + _START
        )
        return [Check("Kernel and server", WARN, f"{here} and {prefix}", advice)]
    found = shutil.which("jupyter-lab")
    if found is None:
        return [Check("jupyter on the path", OK, "none; `fmteach lab` does not need it")]
    if same(Path(found).parent.parent, here):
        return [Check("jupyter on the path", OK, "of this environment")]
    advice = "`jupyter lab` would start another environment, without the course. " + _START
    return [Check("jupyter on the path", WARN, found, advice)]


def kernel() -> list[Check]:
    """Does the kernel called python3, which the notebooks ask for, run in this environment?"""
    from jupyter_client.kernelspec import KernelSpecManager

    program = Path(KernelSpecManager().get_kernel_spec("python3").argv[0])
    if not program.is_absolute() or same(program.parent.parent, here := Path(sys.prefix)):
        return [Check("Kernel python3", OK, "runs in this environment")]
    advice = (
        f"A kernel of this name that is kept elsewhere comes first. Run: {sys.executable} -m "
        f'ipykernel install --prefix "{here}" and start the course with `fmteach lab`.'
    )
    return [Check("Kernel python3", WARN, f"runs {program}", advice)]


def _prefix_of_process(pid: int) -> Path | None:
    """The environment of a process that runs a Python: two folders above its program."""
    try:
        import psutil

        program = Path(psutil.Process(pid).cmdline()[0])
    except Exception:  # psutil missing, process gone, not allowed: then there is no answer
        return None
    return program.parent.parent if program.is_absolute() else None


def same(a: Path, b: Path) -> bool:
    """Do two paths lead to one folder?"""
    return os.path.realpath(a) == os.path.realpath(b)
