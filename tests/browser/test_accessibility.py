"""Everything that the course shows in a notebook, for readers who use keys, a screen reader, large
letters, a dark page or no motion.

One notebook in a real JupyterLab has one cell for each thing (shown.py). axe-core, an engine that
knows the rules of WCAG, looks at the outputs alone and not at JupyterLab's own page; probes.js asks
what axe cannot know. Every test goes through all things that it concerns.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import NOTEBOOKS
from .lab import LabPage
from .server import LabServer
from .shown import SETUP, SHOWN, TEXT

AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js")
PROBES = Path(__file__).with_name("probes.js")
# WCAG 2.1 A and AA, the size of targets from 2.2, and what axe calls best practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
NOT_ASKED = {
    "region": "the landmarks of the page are JupyterLab's; an output is only a part of it",
}
# Drawn marks that may be fainter than 3:1, as nothing depends on seeing them.
QUIET = {
    ".gridlayer, .zerolinelayer, .fmf-grid, .fmv-grid, path.grid, .fmsp-rule": "lines that only "
    "divide a chart",
    ".fmsp-zero": "the columns that are zero: nothing is there",
    ".js-fill, .legendfill": "areas between lines that are drawn themselves",
    ".js-line[style*='opacity: 0.7']": "single minibatches: the noise behind the two loss curves",
    ".fmst-thumb": "a small copy of the square of numbers, which stands beside it",
    ".hl": "the highlighter pen behind a term, which is named in words as well",
    ".modebar": "plotly's buttons, judged as buttons",
}
THEMES = ("light", "dark")
NAMES = list(SHOWN)
TABBED = [name for name, (kind, _) in SHOWN.items() if kind != TEXT and name != "predict, revealed"]


class Shown:
    """The notebook with all things, open in a page."""

    def __init__(self, page: LabPage) -> None:
        self.page = page
        self.theme = "light"
        page.write_notebook("shown.ipynb", [SETUP, *(source for _, source in SHOWN.values())])
        page.open_notebook("shown.ipynb")
        page.run_all(timeout=200)
        page.assert_no_errors()
        page.evaluate(AXE.read_text("utf-8"))
        page.evaluate(PROBES.read_text("utf-8"))

    def output(self, name: str) -> Any:
        """The output of a thing, in sight and drawn, with its text form unfolded."""
        found = self.page.output(1 + NAMES.index(name))
        found.locator(".jp-OutputArea-output").first.wait_for()
        handle = found.element_handle()
        self.page.wait_for_function(
            "e => e.getClientRects().length && [...e.querySelectorAll('.fmteach-plot')]"
            ".every((plot) => plot.querySelector('.main-svg'))",
            arg=handle,
        )
        handle.evaluate("e => e.querySelectorAll('details').forEach((d) => (d.open = true))")
        return handle

    def dress(self, theme: str) -> None:
        if theme != self.theme:
            self.page.set_theme(theme)
            self.theme = theme


@pytest.fixture(scope="module")
def shown(lab: LabServer, chromium: Any) -> Iterator[Shown]:
    lab.add_folder("accessibility", NOTEBOOKS)
    page = LabPage(lab, chromium, "accessibility")
    try:
        yield Shown(page)
        page.requests.assert_local()
    finally:
        page.close()
        lab.tidy()


def violations(output: Any, theme: str) -> list[str]:
    """What axe finds wrong in an output: one line for each rule and element.

    On the dark page only colours are another; names, roles and sizes were looked at before.
    """
    found = output.evaluate(
        """(e, [only, not]) => axe.run({ include: [e], exclude: [".jp-OutputPrompt"] }, {
          runOnly: only,
          rules: Object.fromEntries(not.map((id) => [id, { enabled: false }])),
          resultTypes: ["violations"],
        })""",
        [TAGS, list(NOT_ASKED)] if theme == "light" else [COLOURS, []],
    )
    assert found["passes"] or theme == "dark", "axe looked at nothing"
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def problems(output: Any, theme: str) -> list[str]:
    """What is wrong with an output as it stands now, in the theme of the page."""
    output.evaluate("e => probes.atRest(e)")
    asked = ["faintText", "faintSigns", "faintMarks"]
    asked += ["unnamed", "small"] if theme == "light" else []
    found = output.evaluate(
        """(e, [asked, not]) => asked.flatMap(
          (ask) => probes[ask](e, not).map((what) => `${ask}: ${what}`))""",
        [asked, ", ".join(QUIET)],
    )
    return violations(output, theme) + found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("theme", THEMES)
def test_it_can_be_read_and_has_names(shown: Shown, theme: str, name: str) -> None:
    shown.dress(theme)
    assert problems(shown.output(name), theme) == []


@pytest.mark.parametrize("name", NAMES)
def test_it_has_a_text_form(shown: Shown, name: str) -> None:
    for output in shown.page.outputs(1 + NAMES.index(name)):
        text = "".join(output["data"]["text/plain"])
        assert len(text) > 30 and not text.startswith("<fmteach"), text
        assert "(children=" not in text and " object at 0x" not in text, text


@pytest.mark.parametrize("name", TABBED)
def test_tab_goes_through_it_and_changes_are_said(shown: Shown, name: str) -> None:
    output, keyboard = shown.output(name), shown.page.keyboard
    live = output.query_selector("[aria-live], [role=status], [role=alert]")
    assert live, "what changes is not said to a screen reader"
    expected = output.evaluate("e => probes.stops(e)")
    assert expected, "nothing in it can be reached by Tab"
    output.evaluate("e => probes.enter(e)")
    keyboard.press("Shift+Tab")  # backwards it leads out as well
    assert output.evaluate("e => probes.focused(e)")[0] == "out"
    output.evaluate("e => probes.enter(e)")
    visited, unseen = 0, []
    for _ in range(expected + 1):
        where, problem = output.evaluate("e => probes.focused(e)")
        if where == "out":
            break
        visited += 1
        unseen += [f"{where}: {problem}"] if problem else []
        keyboard.press("Tab")
    assert unseen == []
    assert (visited, where) == (expected, "out"), f"stopped at {where}"


def test_everything_that_live_offers_is_looked_at() -> None:
    import fmteach.live

    charts = {"draw_runs", "loss_curves"}  # each makes a LivePlot, which stands on the page
    offered = set(fmteach.live.__all__) - charts - {"Session"}
    sources = "\n".join(source for _, source in SHOWN.values())
    assert not [name for name in offered if f"live.{name}(" not in sources]


def test_a_chart_is_named_by_its_curves(shown: Shown) -> None:
    name = shown.output("plot").query_selector("svg.main-svg").get_attribute("aria-label")
    assert name == "The loss falls. loss: 5 points, from 1 to 0.2"


# ---- as it looks after the first click ----------------------------------------------------------


def _type_nonsense(output: Any) -> None:
    output.query_selector("input.number").fill("many")


def _search(output: Any) -> None:
    output.query_selector("[role=combobox]").fill("1")
    output.wait_for_selector("[role=option]")


def _rename(output: Any) -> None:
    output.query_selector("button[aria-label^='Rename']").click()


def _line(number: int) -> Callable[[Any], None]:
    def go(output: Any) -> None:
        output.query_selector(f".fmst-line[data-line='{number}']").click()
        output.wait_for_selector(f".fmst-square[data-line='{number}']", state="attached")
        output.query_selector(".fmst-say").hover()

    return go


def _spoil(output: Any) -> None:
    output.query_selector("input[data-name=x_1]").fill("abc")


def _answer(output: Any) -> None:
    """A wrong choice, and a hint."""
    output.query_selector("fieldset label:first-child input").click()
    output.query_selector("form:last-child button.commit").click()
    output.wait_for_selector("label.choice.wrong")
    output.query_selector("form:last-child button.skip").click()
    output.wait_for_selector(".fmteach-ask-hints p")


def _guess_wrong(output: Any) -> None:
    field = output.query_selector("input[placeholder='an expression']")
    field.fill("2 *")
    field.press("Enter")


def _all_rows(output: Any) -> None:
    output.query_selector("label:has-text('all rows') input").click()


LATER: dict[tuple[str, str], Callable[[Any], None]] = {
    ("predict a number", "nonsense typed"): _type_nonsense,
    ("film map", "searching"): _search,
    ("training panel", "renaming"): _rename,
    ("questions", "a wrong choice and a hint"): _answer,
    ("derivatives", "no expression"): _guess_wrong,
    ("loss against score", "all rows"): _all_rows,
    **{("stepper", f"line {n}"): _line(n) for n in (1, 4, 5)},
    ("stepper", "a wrong number"): _spoil,
}


@pytest.mark.parametrize("later", LATER, ids=" ".join)
@pytest.mark.parametrize("theme", THEMES[::-1])
def test_it_stays_so_when_it_is_used(shown: Shown, theme: str, later: tuple[str, str]) -> None:
    shown.dress(theme)
    output = shown.output(later[0])
    LATER[later](output)
    assert problems(output, theme) == []


# ---- large letters, no motion -------------------------------------------------------------------


@pytest.fixture(scope="module")
def large(shown: Shown) -> Shown:
    """The page of 1280 by 800 pixels at 200 %, for a reader who wants no motion."""
    shown.page.set_viewport_size({"width": 640, "height": 400})
    shown.page.emulate_media(reduced_motion="reduce")
    return shown


@pytest.mark.parametrize("name", NAMES)
def test_at_200_percent_nothing_is_cut_off_and_nothing_moves(large: Shown, name: str) -> None:
    output = large.output(name)
    settled = (
        "async e => { for (let n = 0; n < 20 && probes.cut(e).length; n += 1) await new Promise"
    )
    output.evaluate(
        settled + "((done) => setTimeout(done, 100)); }"
    )  # a chart follows a moment later
    assert output.evaluate("e => probes.cut(e)") == []
    assert output.evaluate("e => probes.moving(e)") == []


# ---- that the tests can fail --------------------------------------------------------------------

FAULTY = """<!doctype html><title>faults</title><html lang="en"><style>
#out { width: 300px } .bare:focus { outline: none } .cage { overflow: hidden }
.cage :focus { outline: 3px solid #000 }
.fm { transition: color 1s } .sign::before { content: "✓"; color: #ccc }</style><main><div id="out">
<p style="color: #999">pale</p><p class="sign">signed</p>
<svg width="9" height="9"><path d="M0 0H9V9Z" fill="#ddd"/></svg>
<button class="bare">none</button><div class="cage"><button>caged</button></div>
<button style="width: 20px; height: 20px; padding: 0; border: 0" aria-label="tiny"></button>
<div class="fm">moves</div><div style="width: 400px">too wide</div><img src="data:,">
</div></main>"""
NOTICED = {
    "faintText": "2.85 p 'pale'",
    "faintSigns": '1.61 "✓" of p.sign',
    "faintMarks": "1.36 path",
    "unnamed": "svg",
    "small": "20x20 button 'tiny'",
    "moving": "div.fm 'moves'",
    "cut": "sticks out: div 'too wide'",
}


def test_each_fault_is_noticed(chromium: Any) -> None:
    page = chromium.new_page()
    page.set_content(FAULTY)
    for script in (AXE, PROBES):
        page.evaluate(script.read_text("utf-8"))
    output = page.query_selector("#out")
    for probe, wanted in NOTICED.items():
        found = output.evaluate(f"e => probes.{probe}(e, 'nothing')")
        assert any(what.startswith(wanted) for what in found), (probe, found)
    assert {what.partition(":")[0] for what in violations(output, "light")} >= {"image-alt"}
    assert [what.partition(":")[0] for what in violations(output, "dark")] == ["color-contrast"]
    output.evaluate("e => probes.enter(e)")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert output.evaluate("e => probes.focused(e)") == ["button.bare 'none'", "no ring"]
    page.keyboard.press("Tab")
    assert output.evaluate("e => probes.focused(e)") == ["button 'caged'", "ring cut off"]
    page.close()
