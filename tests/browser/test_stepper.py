"""The derivation stepper and the hunt as a learner uses them: with a kernel, and without one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from fmteach.live.derivation import Stepper, stepper, wrong_line

from .exported import EXPORTED
from .lab import LabPage


def exported(widget: Any) -> str:
    names = (
        ["line", "layer", "d", "k", "payload", "formulas"]
        if isinstance(widget, Stepper)
        else ["round", "choices", "rounds", "formulas"]
    )
    return EXPORTED.format(
        css=widget._css,
        source=widget._esm.replace("export default", "const front ="),
        state=json.dumps({name: getattr(widget, name) for name in names}),
    )


@pytest.fixture
def paper(chromium: Any) -> Iterator[Any]:
    """An empty page without JupyterLab; a script error fails the test."""
    page = chromium.new_page(viewport={"width": 1200, "height": 800})
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.set_default_timeout(15_000)
    yield page
    page.close()
    assert not wrong


def current(page: Any) -> str:
    return page.locator(".fmst-item.current .fmst-line").get_attribute("data-line")


def test_stepping_needs_no_kernel(paper: Any) -> None:
    paper.set_content(exported(stepper()))
    paper.locator(".fmst").focus()
    for line in "2345":
        paper.keyboard.press("ArrowRight")
        assert current(paper) == line
        assert paper.locator(".current .fmst-value b").inner_text() == "3.86"
        assert "still equal" in paper.locator(".current .fmst-check").inner_text()
    paper.keyboard.press("Home")
    assert current(paper) == "1"
    paper.locator(".fm-hint").wait_for()
    assert paper.locator("input[data-trait=d]").is_disabled()
    assert not paper.locator("[data-do=step]").is_disabled()


def test_keys_go_on_working_at_the_end_of_the_lines(paper: Any) -> None:
    paper.set_content(exported(stepper()))
    for _ in range(4):
        paper.locator("[data-do=step]").click()
    assert current(paper) == "5"
    paper.keyboard.press("ArrowLeft")  # the Step button, now off, held the focus
    assert current(paper) == "4"


@pytest.mark.parametrize(("d", "k"), [(1, 1), (2, 1), (4, 2), (8, 6)])
@pytest.mark.parametrize("width", [480, 860, 1200, 1800])
def test_nothing_overflows(paper: Any, d: int, k: int, width: int) -> None:
    paper.set_viewport_size({"width": width, "height": 900})
    paper.set_content(exported(stepper(d=d, k=k)))
    for line in range(1, 6):
        paper.locator(f".fmst-line[data-line='{line}']").click()
        outside = paper.evaluate("""() => {
          const edge = document.querySelector(".fmst").getBoundingClientRect().right;
          return [...document.querySelectorAll(".fmst *")]
            .filter((e) => e.getClientRects().length && e.getBoundingClientRect().right > edge + 1)
            .map((e) => e.getAttribute("class"));
        }""")
        assert outside == []


def test_a_cell_tells_how_it_came_about(paper: Any) -> None:
    paper.set_content(exported(stepper([1.0, 2.0], [[0.5, 1.0], [0.2, -1.0]])))
    paper.locator(".fmst-cell[data-i='0'][data-j='1']").hover()
    said = paper.locator(".fmst-why").inner_text()
    assert "(0.5·0.2 + 1·(−1))·1·2 = −1.80" in said
    paper.locator(".fmst-line[data-line='2']").click()
    paper.locator(".fmst-cell[data-i='0'][data-j='1']").hover()
    assert paper.locator(".fmst-cell.mirror-of").get_attribute("data-i") == "1"


def test_the_hunt_needs_no_kernel(paper: Any) -> None:
    hunt = wrong_line()
    wrong = next(n for n in range(2, 6) if n != hunt.answer)
    paper.set_content(exported(hunt))
    paper.locator(".fmwl").focus()
    paper.keyboard.press(str(wrong))
    assert "this line is right" in paper.locator(".fmwl-say").inner_text()
    paper.keyboard.press(str(hunt.answer))
    assert paper.locator(".fmwl-say .first").inner_text().startswith("Found.")
    assert "Found 1 of 6, 2 tries" in paper.locator(".fmwl-score").inner_text()
    paper.keyboard.press("n")
    assert paper.locator(".fmwl-line.wrong").count() == 0


def test_in_jupyterlab_numbers_go_to_python_and_back(page: LabPage) -> None:
    page.write_notebook(
        "stepper.ipynb",
        [
            "from fmteach import live\ns = live.stepper()\ns",
            "print(s.d, s.x[1], s.line)",
        ],
    )
    page.open_notebook("stepper.ipynb")
    page.run_cell(0)
    page.locator(".fmst-cell").first.wait_for()
    page.locator("input[data-trait=d]").focus()
    page.keyboard.press("ArrowRight")  # the notebook must not take the arrow keys of the slider
    page.wait_for_function("() => document.querySelectorAll('.fmst-x').length === 5")
    entry = page.locator("input[data-name=x_2]")
    entry.fill("abc")
    page.locator(".fm-error").wait_for()
    assert page.locator(".current .fmst-value b").inner_text() != "NaN"
    entry.fill("2,5")
    page.locator(".fm-error").wait_for(state="hidden")
    page.locator("[data-do=step]").click()
    page.wait_for_timeout(500)
    page.run_cell(1)
    assert page.text(1).strip() == "5 2.5 2"
    page.assert_no_errors()
