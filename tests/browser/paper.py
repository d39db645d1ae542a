"""A page without JupyterLab that shows one widget as an export leaves it, without a kernel.

def test_something(paper):
    paper.show(stepper(d=3))
    paper.press("ArrowRight")
    assert paper.state("line") == 2
"""

from __future__ import annotations

import json
from typing import Any

from .lab import FRAMES

PAGE = """<!doctype html><meta charset="utf-8"><style>{css}</style>
<body data-jp-theme-light="true"><div id="here"></div><script type="module">{source}
const state = {state}, heard = {{}};
const model = {{
  get: (name) => state[name],
  set: (name, value) => {{
    state[name] = value;
    (heard["change:" + name] ?? []).forEach((f) => f());
  }},
  save_changes() {{ throw new Error("no kernel"); }},
  send() {{ throw new Error("no kernel"); }},
  on: (name, f) => (heard[name] ??= []).push(f),
  off() {{}},
}};
Object.assign(window, {{ state, model }});
front.render({{ el: document.getElementById("here"), model }});
</script>"""
# ipywidgets' own traits, which say nothing about what is shown.
FRAME = ("layout", "tabbable", "tooltip")
# What lies in a box that scrolls by itself, or is cut off by its own picture, may be wider.
OUTSIDE = """() => {
  const root = document.querySelector("#here > *");
  const edge = root.getBoundingClientRect().right;
  const free = (e) => {
    for (let at = e; at !== root; at = at.parentElement) {
      if (at.getAttribute("clip-path")) return false;
      if (at !== e && ["auto", "scroll"].includes(getComputedStyle(at).overflowX)) return false;
    }
    return true;
  };
  return [...root.querySelectorAll(":not(.fm-sr, g)")]
    .filter((e) => e.getClientRects().length && e.getBoundingClientRect().right > edge + 1)
    .filter(free)
    .map((e) => `${e.tagName}.${e.getAttribute("class")}: ${e.textContent.slice(0, 60)}`);
}"""


class Paper:
    """A page for one widget. What is not defined here is Playwright's page (`.raw`).

    It can be touched, and its reader wants no motion.
    """

    def __init__(self, browser: Any, *, width: int = 1200, height: int = 900) -> None:
        self._context = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=True, reduced_motion="reduce"
        )
        self.raw = self._context.new_page()
        self.raw.set_default_timeout(20_000)
        self._errors: list[str] = []
        self.raw.on("pageerror", lambda error: self._errors.append(str(error)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)

    def close(self) -> None:
        self._context.close()

    def assert_no_errors(self) -> None:
        """No script of the page ended in an error."""
        assert not self._errors

    def show(self, widget: Any, *, also: str = "", **changed: Any) -> None:
        """Shows a widget alone on the page, with some traits changed, and waits until it is drawn.

        also: a script that runs behind the widget's own, to reach what that does not export.
        """
        state = {
            name: getattr(widget, name)
            for name in widget.keys
            if not name.startswith("_") and name not in FRAME
        }
        source = str(widget._esm).replace("export default", "const front =")
        self.raw.set_content(
            PAGE.format(
                css=widget._css, source=f"{source}\n{also}", state=json.dumps({**state, **changed})
            )
        )
        self.settle()

    def set(self, **traits: Any) -> None:
        """Sets traits, as Python would, and waits until the change is drawn."""
        self.raw.evaluate(
            "(traits) => Object.entries(traits).forEach(([name, value]) => model.set(name, value))",
            traits,
        )
        self.settle()

    def state(self, *names: str) -> Any:
        """The value of one trait as the page has it; of several, a list."""
        found = self.raw.evaluate("(names) => names.map((name) => state[name])", names)
        return found[0] if len(names) == 1 else found

    def settle(self) -> None:
        """Waits until the picture is drawn."""
        self.raw.evaluate(FRAMES)

    def press(self, *keys: str) -> None:
        """Presses keys one after another, wherever the focus is, and waits for the picture."""
        for key in keys:
            self.raw.keyboard.press(key)
        self.settle()

    def outside(self) -> list[str]:
        """What reaches over the right edge of the widget, or makes the page wider than itself."""
        wide = self.raw.evaluate("document.documentElement.scrollWidth")
        page = [f"the page is {wide} wide"] if wide > self.raw.viewport_size["width"] else []
        return page + self.raw.evaluate(OUTSIDE)


def middle(of: Any) -> tuple[float, float]:
    """The middle of what a locator finds, in the window."""
    box = of.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
