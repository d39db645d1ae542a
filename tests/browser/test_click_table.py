"""The click table as a learner uses it: without a kernel, from the keyboard, and with Python."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from fmteach.live.clicktable import ClickTable, click_table
from fmteach.live.clicktable.fits import fit_all
from fmteach.live.clicktable.patterns import PATTERNS, hide

from .exported import EXPORTED
from .lab import LabPage

TRAITS = ("clicks", "k", "pattern", "names", "known", "start")


def exported(table: ClickTable) -> str:
    return EXPORTED.format(
        css=table._css,
        source=table._esm.replace("export default", "const front ="),
        state=json.dumps({name: getattr(table, name) for name in TRAITS}),
    )


@pytest.fixture
def paper(chromium: Any) -> Iterator[Any]:
    """An empty page without JupyterLab; a script error fails the test."""
    page = chromium.new_page(viewport={"width": 1100, "height": 800})
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.set_default_timeout(15_000)
    yield page
    page.close()
    assert not wrong


def cell(page: Any, row: str, column: str) -> Any:
    return page.locator(f".fmct-click[aria-label^='{row}, {column}:']")


def state(page: Any, row: str, column: str) -> str:
    return cell(page, row, column).get_attribute("aria-label").split(": ")[1]


def test_the_page_and_python_fit_the_same_numbers(paper: Any) -> None:
    draw = random.Random(4)
    tables = [hide(PATTERNS[name], hidden) for name in PATTERNS for hidden in (0, 7)]
    for rows, columns in ((1, 1), (2, 8), (6, 3), (6, 8), (5, 6)):
        tables.append([[draw.choice((-1, 0, 1)) for _ in range(columns)] for _ in range(rows)])
    for clicks in tables:
        table = click_table(clicks)
        for k in (1, 3):
            table.k = k
            paper.set_content(exported(table))
            paper.locator(".fmct-status").wait_for()
            shown = paper.evaluate("() => document.querySelector('.fmct').fits")
            for name, fit in fit_all(clicks, k).items():
                mine = shown[name]
                assert mine["w0"] == pytest.approx(fit.w0, abs=1e-9)
                assert mine["rows"] == pytest.approx(fit.rows, abs=1e-9)
                assert mine["columns"] == pytest.approx(fit.columns, abs=1e-9)
                for row, wanted in zip(mine["pair"], fit.pair, strict=True):
                    assert row == pytest.approx(wanted, abs=1e-9)


def test_clicks_turn_cells_and_the_models_answer_without_a_kernel(paper: Any) -> None:
    paper.set_content(exported(click_table()))
    assert "wrong on 12 of 30" in paper.locator(".fmct-wrong").first.inner_text()
    for wanted in ("never shown", "clicked", "not clicked"):
        cell(paper, "Ana", "Emma").click()  # first hidden, then turned over, then as it was
        assert state(paper, "Ana", "Emma") == wanted
    cell(paper, "Ana", "Emma").click()
    linear, poly2, fm = (paper.locator(".fmct-cell").nth(n) for n in (3, 33, 63))  # Ana and Emma
    assert poly2.locator(".fmct-value").inner_text() == linear.locator(".fmct-value").inner_text()
    assert "no weight of its own, wrong" in poly2.inner_text()
    assert "never shown, right" in fm.inner_text() and "−" in fm.inner_text()
    assert paper.locator(".fmct-sums .own").all_inner_texts()[:2] == ["none", "0"]
    said = paper.locator(".fmct-status").inner_text()
    assert said.startswith("Ana × Emma is never shown now.") and "FM 1, of 1." in said
    slowest = paper.evaluate("""() => {
      const menu = document.querySelectorAll(".fmct select")[1];
      menu.value = "3";
      menu.dispatchEvent(new Event("change"));
      return Math.max(...[...document.querySelectorAll(".fmct-click")].map((td) => {
        const start = performance.now();
        td.click();
        return performance.now() - start;
      }));
    }""")
    assert slowest < 1000  # some ms on a quiet machine


def test_everything_from_the_keyboard(paper: Any) -> None:
    paper.set_content(exported(click_table(hidden=8)))
    paper.locator(".fmct-click[tabindex='0']").focus()
    assert paper.locator(".fmct-click[tabindex='0']").count() == 1
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        paper.keyboard.press(key)
    assert state(paper, "Ben", "Tron") == "clicked"
    paper.keyboard.press(" ")
    assert state(paper, "Ben", "Tron") == "never shown"
    paper.keyboard.press("Enter")
    assert state(paper, "Ben", "Tron") == "not clicked"
    paper.keyboard.press("+")
    assert state(paper, "Ben", "Tron") == "clicked"
    for key in ("Home", "ArrowUp", "ArrowUp", "Delete"):
        paper.keyboard.press(key)
    assert state(paper, "Ana", "Alien") == "never shown"
    paper.keyboard.press("-")
    assert state(paper, "Ana", "Alien") == "not clicked"
    menu = paper.get_by_label("Pattern")
    menu.select_option("random")
    paper.get_by_role("button", name="Hide 6 cells").press("Enter")
    assert paper.evaluate("window.state.clicks") == hide(PATTERNS["random"], 6)
    paper.get_by_role("button", name="Reset").press("Enter")
    assert paper.evaluate("window.state.clicks") == hide(PATTERNS["taste groups"], 8)
    assert menu.input_value() == "taste groups"


def test_the_table_below_has_the_same_numbers_as_the_text(paper: Any) -> None:
    table = click_table(hidden=8, k=2)
    paper.set_content(exported(table))
    paper.locator(".fmct-twin summary").click()
    shown = [
        " ".join(row.locator("td").all_inner_texts())
        for row in paper.locator(".fmct-twin tr").all()[1:]
    ]
    assert shown == [" ".join(line.split()) for line in table.text().splitlines()[1:31]]


@pytest.mark.parametrize("width", [420, 700, 1000, 1800])
def test_nothing_overflows(paper: Any, width: int) -> None:
    paper.set_viewport_size({"width": width, "height": 900})
    paper.set_content(exported(click_table(hidden=8)))
    outside = paper.evaluate("""() => {
      const edge = document.querySelector(".fmct").getBoundingClientRect().right;
      return [...document.querySelectorAll(".fmct *")]
        .filter((e) => e.getClientRects().length && e.getBoundingClientRect().right > edge + 1)
        .map((e) => e.className);
    }""")
    assert outside == []


def test_in_jupyterlab_python_sees_the_clicks_and_both_views_agree(page: LabPage) -> None:
    page.write_notebook(
        "table.ipynb",
        ["from fmteach import live\ntable = live.click_table()\ntable", "table", "table.reset();"],
    )
    page.open_notebook("table.ipynb")
    page.run_cell(0)
    page.run_cell(1)
    first, second = page.locator(".fmct").nth(0), page.locator(".fmct").nth(1)
    cell(first, "Dina", "Dune").click()
    page.wait_value("table.clicks[3][1]", "0")
    assert state(second, "Dina", "Dune") == "never shown"
    cell(second, "Dina", "Dune").focus()
    page.keyboard.press("ArrowUp")  # the notebook must not take the keys
    page.keyboard.press("0")
    page.wait_value("table.clicks[2][1]", "0")
    page.wait_value("table.counts['FM'].right", "2")
    page.run_cell(2)
    cell(first, "Dina", "Dune").wait_for()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.fmct-click')].every((td) => td.textContent !== '?')"
    )
    page.assert_no_errors()
