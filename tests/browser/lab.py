"""A notebook in a real JupyterLab, and what a test does with it, in plain words."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from .server import LabServer

SCREENSHOTS = Path(__file__).parent / "screenshots"
# A size that is heard in one frame is drawn in the next.
FRAMES = """() => new Promise((done) => {
  const next = (n) => (n ? requestAnimationFrame(() => next(n - 1)) : done());
  next(3); })"""


class Requests:
    """Every address that a page asked for, WebSockets included."""

    def __init__(self, context: Any) -> None:
        self.urls: list[str] = []
        context.on("request", lambda request: self.urls.append(request.url))
        context.on(
            "page",
            lambda page: page.on("websocket", lambda socket: self.urls.append(socket.url)),
        )

    def outside(self) -> list[str]:
        """The addresses that are neither on 127.0.0.1 nor inside the page (data:, blob:)."""
        network = [u for u in self.urls if urlparse(u).scheme in ("http", "https", "ws", "wss")]
        return [u for u in network if urlparse(u).hostname != "127.0.0.1"]

    def assert_local(self) -> None:
        outside = self.outside()
        assert not outside, "the page asked for addresses outside 127.0.0.1:\n" + "\n".join(outside)


# What the page's helpers say to JupyterLab. `nb` is the open notebook's widget.
_NB = "const app = window.jupyterapp; const nb = app.shell.currentWidget; "
_READY = (
    "() => { const nb = window.jupyterapp?.shell?.currentWidget; "
    "return nb?.context?.isReady && nb.content?.widgets?.length > 0 && "
    "nb.sessionContext?.session?.kernel?.status === 'idle'; }"
)


class LabPage:
    """A browser page in a LabServer. What is not defined here is Playwright's page (`.raw`)."""

    def __init__(
        self, server: LabServer, browser: Any, folder: str, *, width: int = 1400, height: int = 900
    ) -> None:
        self.server = server
        self.folder = folder
        self.notebook = ""
        self._context = browser.new_context(viewport={"width": width, "height": height})
        self.requests = Requests(self._context)
        self.console: list[str] = []
        self.raw = self._context.new_page()
        self.raw.on("console", lambda m: self.console.append(f"{m.type}: {m.text}"))
        self.raw.on("pageerror", lambda e: self.console.append(f"uncaught: {e}"))
        self.raw.set_default_timeout(30_000)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)

    def close(self) -> None:
        self._context.close()

    # Opening -------------------------------------------------------------------------------------

    def open_notebook(self, name: str, *, timeout: float = 60) -> None:
        """Opens a notebook of the test's own copy of notebooks/ and waits for its kernel."""
        self.notebook = name
        self.raw.goto(
            f"{self.server.url}/lab/workspaces/{self.folder}/tree/{self.folder}/{name}"
            f"?token={self.server.token}&reset"
        )
        self._wait_ready(timeout)
        self._hide_side_bar()

    def write_notebook(self, name: str, cells: list[str]) -> None:
        """Makes a small notebook for this test: a cell that starts with '#md ' is Markdown."""
        import nbformat
        from nbformat import v4

        made = [
            v4.new_markdown_cell(c[4:]) if c.startswith("#md ") else v4.new_code_cell(c)
            for c in cells
        ]
        spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = v4.new_notebook(cells=made, metadata={"kernelspec": spec})
        nbformat.write(notebook, self.server.root / self.folder / name)

    def reload(self, *, timeout: float = 60) -> None:
        """Reloads the page, as a learner does, and waits until the notebook is back."""
        self.raw.reload()
        self._wait_ready(timeout, any_status=True)

    def save(self) -> Path:
        """Saves the notebook; returns the file."""
        self.raw.evaluate(f"async () => {{ {_NB} await nb.context.save(); }}")
        return self.server.root / self.folder / self.notebook

    # Running -------------------------------------------------------------------------------------

    def run_all(self, *, wait: bool = True, timeout: float = 120) -> None:
        """Runs every cell; with wait=False returns at once (then call wait_idle)."""
        self._command("notebook:run-all-cells")
        if wait:
            self.wait_idle(timeout)

    def run_cell(self, which: int | str, *, wait: bool = True, timeout: float = 60) -> int:
        """Runs one cell, given by index or by a piece of its source; returns its index."""
        index = self.index(which)
        self.raw.evaluate(f"i => {{ {_NB} nb.content.activeCellIndex = i; }}", index)
        self._command("notebook:run-cell")
        if wait:
            self.wait_idle(timeout)
        return index

    def run_code(self, source: str, *, wait: bool = True, timeout: float = 60) -> str:
        """Runs `source` in a new cell at the end, as a learner would; returns the printed text."""
        index = self.raw.evaluate(
            f"""async source => {{ {_NB}
            nb.content.activeCellIndex = nb.content.widgets.length - 1;
            await app.commands.execute('notebook:insert-cell-below');
            nb.content.activeCell.model.sharedModel.setSource(source);
            return nb.content.activeCellIndex; }}""",
            source,
        )
        self.run_cell(index, wait=wait, timeout=timeout)
        return self.text(index)

    def wait_idle(self, timeout: float = 60) -> None:
        """Waits until every cell that was started has finished."""
        self.raw.wait_for_function(
            f"""() => {{ {_NB}
            return window.__commands === 0 && nb.sessionContext.session.kernel.status === 'idle' &&
            nb.content.widgets.every(c => c.model.executionState !== 'running'); }}""",
            timeout=timeout * 1000,
        )

    def tell(self, source: str) -> None:
        """Runs `source` in the kernel without a cell: the notebook stays as it is."""
        said = self.raw.evaluate(
            f"""async code => {{ {_NB}
            const future = nb.sessionContext.session.kernel.requestExecute({{
              code, silent: true, store_history: false, stop_on_error: false,
            }});
            const {{ status, ename, evalue }} = (await future.done).content;
            return status === 'ok' ? '' : `${{ename}}: ${{evalue}}`; }}""",
            source,
        )
        assert not said, f"{source}\n{said}"

    def value(self, expression: str) -> str:
        """The repr of an expression in the kernel, without a cell of its own."""
        return self.raw.evaluate(
            f"""async expression => {{ {_NB}
            const future = nb.sessionContext.session.kernel.requestExecute({{
              code: '', silent: true, store_history: false, user_expressions: {{ it: expression }},
            }});
            const found = (await future.done).content.user_expressions.it;
            return found.status === 'ok' ? found.data['text/plain'] : found.ename; }}""",
            expression,
        )

    def wait_value(self, expression: str, wanted: str, *, timeout: float = 30) -> None:
        """Waits until an expression in the kernel has this repr.

        What a widget sends after a key or a drag arrives a moment later, and one message at a time.
        """
        deadline = time.monotonic() + timeout
        while (found := self.value(expression)) != wanted:
            assert time.monotonic() < deadline, f"{expression} is {found}, not {wanted}"
            self.raw.wait_for_timeout(50)

    def interrupt(self) -> None:
        """Interrupts the kernel (the ■ button)."""
        self._command("notebook:interrupt-kernel")

    # Looking -------------------------------------------------------------------------------------

    def sources(self) -> list[str]:
        return self.raw.evaluate(
            f"() => {{ {_NB} return nb.content.widgets.map(c => c.model.sharedModel.source); }}"
        )

    def index(self, which: int | str) -> int:
        """The index of a cell: a number, or the only cell whose source has that piece of text."""
        sources = self.sources()
        if isinstance(which, int):
            return range(len(sources))[which]
        found = [i for i, source in enumerate(sources) if which in source]
        assert len(found) == 1, f"{len(found)} cells have {which!r} in them: {found}"
        return found[0]

    def cell(self, which: int | str) -> Any:
        """A locator of a cell, scrolled into view."""
        index = self.index(which)
        self.raw.evaluate(
            f"async i => {{ {_NB} await nb.content.scrollToItem(i, 'start'); }}", index
        )
        return self.raw.locator(".jp-Notebook:visible .jp-Cell").nth(index)

    def output(self, which: int | str) -> Any:
        """A locator of a cell's output area."""
        return self.cell(which).locator(".jp-Cell-outputArea")

    def outputs(self, which: int | str) -> list[dict[str, Any]]:
        """The outputs of a cell as nbformat dictionaries."""
        return self.raw.evaluate(
            f"i => {{ {_NB} return nb.content.widgets[i].model.outputs?.toJSON() ?? []; }}",
            self.index(which),
        )

    def text(self, which: int | str) -> str:
        """The printed and displayed plain text of a cell."""
        parts = []
        for out in self.outputs(which):
            text = out.get("text") or out.get("data", {}).get("text/plain", "")
            parts.append("".join(text))
        return "".join(parts)

    def errors(self) -> list[str]:
        """One line for each error output of the notebook."""
        found = []
        for index in range(len(self.sources())):
            for out in self.outputs(index):
                if out["output_type"] == "error":
                    found.append(f"cell {index}: {out['ename']}: {out['evalue']}")
        return found

    def assert_no_errors(self) -> None:
        """No cell ended in an error, and no widget or script of the page threw one."""
        problems = self.errors() + [c for c in self.console if c.startswith("uncaught:")]
        assert not problems, f"{self.notebook}:\n" + "\n".join(problems)

    def set_theme(self, name: str) -> None:
        """'light' or 'dark'."""
        title = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}[name]
        light = str(name == "light").lower()
        self._command("apputils:change-theme", {"theme": title})
        self.raw.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{light}'")
        self.raw.wait_for_timeout(300)  # colours fade over

    def screenshot(self, name: str, *, of: Any = None) -> Path:
        """Writes screenshots/<name>.png: the window, or what a locator (of=...) finds."""
        SCREENSHOTS.mkdir(exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        (self.raw if of is None else of).screenshot(path=path)
        return path

    def screenshot_all(self, name: str, *, height: int = 1500) -> list[Path]:
        """Writes the whole notebook as screenshots/<name>_1.png, _2.png, ... from top to bottom."""
        size = self.raw.viewport_size
        self.raw.set_viewport_size({"width": size["width"], "height": height})
        panel = (
            "document.querySelector("
            "'.jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer')"
        )
        last = f"{panel}.querySelector('.jp-Cell:last-of-type').getBoundingClientRect().bottom"
        paths = []
        for number in range(40):
            self.raw.evaluate(
                f"n => {{ const p = {panel}; p.scrollTop = n * p.clientHeight; }}", number
            )
            self._wait_drawn()
            paths.append(self.screenshot(f"{name}_{number + 1}"))
            if self.raw.evaluate(last) < height:
                break
        self.raw.set_viewport_size(size)
        return paths

    # Inside --------------------------------------------------------------------------------------

    def _wait_drawn(self) -> None:
        """Waits until every plot that is in sight is drawn, and the frame after that."""
        self.raw.wait_for_function(
            """() => [...document.querySelectorAll('.fmteach-plot')].every((plot) => {
              const { top, bottom, width } = plot.getBoundingClientRect();
              return !width || bottom < 0 || top > innerHeight || plot.querySelector('.main-svg');
            })"""
        )
        self.raw.evaluate(FRAMES)

    def _command(self, name: str, arguments: dict[str, Any] | None = None) -> None:
        """Starts a command of JupyterLab; wait_idle waits for the end of all of them."""
        self.raw.evaluate(
            """([name, args]) => { window.__commands = (window.__commands ?? 0) + 1;
            window.jupyterapp.commands.execute(name, args)
              .catch(() => null).finally(() => { window.__commands -= 1; }); }""",
            [name, arguments or {}],
        )

    def _wait_ready(self, timeout: float, *, any_status: bool = False) -> None:
        ready = _READY.replace("status === 'idle'", "status") if any_status else _READY
        self.raw.wait_for_function(ready, timeout=timeout * 1000)
        self.raw.evaluate("() => { window.__commands = 0; }")

    def _hide_side_bar(self) -> None:
        collapsed = "() => window.jupyterapp.shell.leftCollapsed"
        if not self.raw.evaluate(collapsed):
            self._command("application:toggle-left-area")
            self.raw.wait_for_function(collapsed)
