"""The system's Chromium, and a JupyterLab server that shares nothing with the user's own."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fmteach.cli.lab import jupyter_environment

HOW_TO_GET_CHROMIUM = (
    "no Chromium here: install the package chromium (Debian: apt install chromium), "
    "or set FMTEACH_CHROMIUM to the path of a Chromium or Chrome"
)
CHROMIUM_FLAGS = [
    "--no-sandbox",  # as root in a container there is no other way
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The page must work where there is no network: nothing but loopback has an address.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome on this machine, or None."""
    named = os.environ.get("FMTEACH_CHROMIUM")
    if named:
        return named
    found = (shutil.which(name) for name in NAMES)
    return next((p for p in (*found, *MAC) if p and Path(p).exists()), None)


@contextlib.contextmanager
def launch(path: str) -> Iterator[Any]:
    """A headless browser, closed at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class LabServer:
    """A JupyterLab server in `base`, on a free port, with settings, home and token of its own."""

    def __init__(self, base: Path) -> None:
        self.root = base / "root"
        self.settings = base / "settings"
        self.log = base / "server.log"
        self.token = secrets.token_hex(16)
        self._base = base
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> LabServer:
        self.root.mkdir(parents=True, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._write_settings()
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--expose-app-in-browser"),
            *("--allow-root", "--ServerApp.ip=127.0.0.1", f"--port={port}"),
            *("--ServerApp.port_retries=0", f"--IdentityProvider.token={self.token}"),
            f"--ServerApp.root_dir={self.root}",
            # A kernel that is done with is not waited for.
            "--KernelManager.shutdown_wait_time=0.2",
        ]
        with open(self.log, "wb") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, env=self._environment(), cwd=self.root
            )
        self._wait_until_up(60)
        return self

    def __exit__(self, *exc: object) -> None:
        assert self._process is not None
        self.tidy()
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def add_folder(self, name: str, source: Path) -> Path:
        """A copy of `source` under the server's root, so that a test may change and save it."""
        target = self.root / name
        shutil.rmtree(target, ignore_errors=True)
        ignore = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
        shutil.copytree(source, target, ignore=ignore)
        return target

    def tidy(self) -> None:
        """Shuts every kernel down and forgets settings and open tabs: the next test starts new."""
        for session in self.get("api/sessions"):
            self.get(f"api/sessions/{session['id']}", method="DELETE")
        for kernel in self.get("api/kernels"):
            self.get(f"api/kernels/{kernel['id']}", method="DELETE")
        for folder in (self.settings, self._base / "workspaces"):
            shutil.rmtree(folder, ignore_errors=True)
        self._write_settings()

    def get(self, path: str, method: str = "GET") -> Any:
        """The answer of the server's REST interface, decoded; None when it is empty."""
        request = urllib.request.Request(
            f"{self.url}/{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def _environment(self) -> dict[str, str]:
        base = self._base
        own = {
            "HOME": base / "home",
            "IPYTHONDIR": base / "ipython",
            "JUPYTER_CONFIG_DIR": base / "config",
            "JUPYTER_DATA_DIR": base / "data",
            "JUPYTER_RUNTIME_DIR": base / "runtime",
            "JUPYTERLAB_SETTINGS_DIR": self.settings,
            "JUPYTERLAB_WORKSPACES_DIR": base / "workspaces",
        }
        for folder in own.values():
            folder.mkdir(parents=True, exist_ok=True)
        paths = {name: str(path) for name, path in own.items()}
        return {**os.environ, **jupyter_environment(), **paths}

    def _write_settings(self) -> None:
        folder = self.settings / "@jupyterlab" / "apputils-extension"
        folder.mkdir(parents=True, exist_ok=True)
        quiet = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
        (folder / "notification.jupyterlab-settings").write_text(json.dumps(quiet))

    def _wait_until_up(self, seconds: float) -> None:
        assert self._process is not None
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                self.get("api/status")
                return
            time.sleep(0.1)
        self._process.kill()
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-3000:]}")
