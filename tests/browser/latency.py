"""How long a key interactive takes to answer: from the input event to the first frame that shows
the new numbers, measured inside the page.

    shown = page.output(1)
    times = measure(page, shown, INTERACTIVES["collapse"])  # milliseconds, for every act

The event is a real one: Playwright presses a key or moves the mouse, and the clock starts at the
time stamp that the browser gives it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .paper import middle

WANTED_MS = 150
KEY, MOVE = "keydown", "pointermove"
# The clock starts at the next event of this kind; it stops in the first frame after the watched
# text is another one. A frame is over when a task that was asked for in it runs.
START = """(root, [event, watched]) => {
  const text = () => [...root.querySelectorAll(watched)].map((e) => e.textContent).join("|");
  const before = text();
  window.answered = new Promise((done, fail) => {
    const start = (at) => {
      window.removeEventListener(event, start, true);
      const slow = setTimeout(() => fail(new Error(`no answer in 20 s, still ${before}`)), 20000);
      const look = () => {
        if (text() === before) return;
        observer.disconnect();
        clearTimeout(slow);
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - at.timeStamp)));
      };
      const observer = new MutationObserver(look);
      observer.observe(root, { subtree: true, childList: true, characterData: true });
    };
    window.addEventListener(event, start, true);
  });
}"""


@dataclass(frozen=True)
class Interactive:
    """A widget, and what a learner does to it.

    cell: the source that shows it. control: the selector of what gets the keys. watched: the
    selector of the numbers or words that must change. keys: pressed one after another; each
    changes what is watched. typed: what stands in the control before each key, in turn.
    dragged: the selector of what is moved with the mouse as well.
    """

    cell: str
    control: str
    watched: str
    keys: tuple[str, ...]
    typed: tuple[str, ...] = ()
    dragged: str = ""


SLIDE = ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft")
INTERACTIVES = {
    # The sliders of d and k ask the kernel for new numbers; all others answer by themselves.
    "stepper": Interactive(
        "live.stepper()", "input[data-trait=d]", ".fmst-item .fmst-value b", SLIDE
    ),
    "click_table": Interactive(
        "live.click_table(hidden=8, k=3)", ".fmct-click[tabindex='0']", ".fmct-value", (" ",) * 6
    ),
    "vectors": Interactive(
        "live.vectors()", "[role=slider]", ".fmv-square .number", SLIDE, dragged="[role=slider]"
    ),
    "collapse": Interactive(
        "live.collapse(m=100, k=64)", ".fmsp-slider input", ".fmsp-number", SLIDE[::-1]
    ),
    "derivatives": Interactive(
        "live.derivatives()", ".fmg-line input", ".fmg-three b", ("1", "2", "3", "Backspace")
    ),
    "init_scale": Interactive("live.init_scale()", "input[type=range]", ".fmi-says", SLIDE),
    "loss_against_score": Interactive(
        "live.loss_against_score()",
        "[role=slider]",
        ".fml-facts dd",
        SLIDE,
        dragged="[role=slider]",
    ),
    "ask": Interactive(
        "live.ask('3.4')", "input.number", ".fmteach-ask-said", ("Enter",) * 4, ("3", "6", "2", "4")
    ),
}


def measure(page: Any, shown: Any, of: Interactive) -> dict[str, float]:
    """The milliseconds of every act, by name. page: of JupyterLab, or without it; shown: a locator
    of what the interactive is drawn in. Whatever it is changed to, it is left so."""
    root = shown.element_handle()

    def start(event: str) -> None:
        root.evaluate(START, [event, of.watched])

    times: dict[str, float] = {}
    control = shown.locator(of.control).first
    control.focus()
    for n, key in enumerate(of.keys):
        if of.typed:
            control.fill(of.typed[n])
        start(KEY)
        page.keyboard.press(key)
        times[f"{n + 1}: {of.typed[n] if of.typed else ''}{key}"] = page.evaluate("answered")
    if of.dragged:
        x, y = middle(shown.locator(of.dragged).first)
        page.mouse.move(x, y)
        page.mouse.down()
        for n, (across, up) in enumerate(((30, 10), (60, 0), (30, 0), (0, 0)), 1):
            start(MOVE)
            page.mouse.move(x + across, y - up)
            times[f"drag {n}"] = page.evaluate("answered")
        page.mouse.up()
    return times
