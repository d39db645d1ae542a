"""The row that collapses, as a learner uses it: without a kernel, by keys, in JupyterLab."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from fmteach.live import collapse
from fmteach.live.sparse import Collapse

from .exported import EXPORTED
from .lab import LabPage

TRAITS = ("d", "m", "k", "stage", "start")
BARS = "[...document.querySelectorAll('.fmsp-number')].map((e) => e.textContent)"


def exported(widget: Collapse) -> str:
    return EXPORTED.format(
        css=Collapse._css,
        source=str(Collapse._esm).replace("export default", "const front ="),
        state=json.dumps({name: getattr(widget, name) for name in TRAITS}),
    )


@pytest.fixture
def paper(chromium: Any) -> Iterator[Any]:
    page = chromium.new_page(viewport={"width": 1130, "height": 800}, reduced_motion="reduce")
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.set_default_timeout(15_000)
    yield page
    page.close()
    assert not wrong


def test_the_bars_follow_the_sliders_and_the_sparse_one_stays(paper: Any) -> None:
    paper.set_content(exported(collapse(d=1_000_000, m=10, k=8)))
    before = paper.evaluate(BARS)
    assert before == ["4,999,995,000,000", "36.0 MB", "16,000,009", "68.0 MB", "169", "760 bytes"]
    paper.get_by_label("d, columns").focus()
    for _ in range(3):
        paper.keyboard.press("ArrowRight")
    after = paper.evaluate(BARS)
    assert after[:4] == ["499,999,950,000,000", "360 MB", "160,000,009", "680 MB"]
    assert after[4:] == before[4:]
    assert "sparse stays the same" in paper.locator(".fmsp-status").inner_text()
    changes = paper.locator(".fmsp-change").all_inner_texts()
    assert changes == ["×100", "×10", "×10", "×10", "does not move", "does not move"]
    # The twin says the same, in Python's own words.
    twin = paper.locator(".fmsp-twin pre").text_content()
    assert twin == collapse(d=10_000_000, m=10, k=8).text()


def test_it_collapses_from_the_keyboard_and_goes_back(paper: Any) -> None:
    paper.set_content(exported(collapse(m=4)))
    assert paper.locator(".fmsp-strip").get_attribute("width") == "1076"
    paper.get_by_role("button", name="Collapse").focus()
    paper.keyboard.press("Enter")
    assert paper.locator(".fmsp-strip").get_attribute("width") == "104"  # four cells of 26
    assert "What remains is 4 ids" in paper.locator(".fmsp-words").inner_text()
    paper.keyboard.press("Enter")
    assert paper.locator(".fmsp-row").count() == 4
    paper.keyboard.press("Enter")
    row = collapse(m=4)
    assert f"{row.value:.4f}".replace("-", "−") in paper.locator(".fmsp-words").inner_text()
    assert paper.get_by_role("button", name="Two sums").is_disabled()
    paper.get_by_label("m, not zero").focus()
    paper.keyboard.press("End")
    assert paper.locator(".fmsp-row").count() == 100
    paper.get_by_role("button", name="Reset").click()
    assert paper.evaluate("[state.d, state.m, state.k, state.stage]") == [1_000_000, 4, 8, 1]


@pytest.mark.parametrize("width", [480, 860, 1130, 1700])
def test_nothing_overflows(paper: Any, width: int) -> None:
    paper.set_viewport_size({"width": width, "height": 900})
    paper.set_content(exported(collapse(d=10_000_000, m=100, k=64)))
    for stage in range(1, 5):
        outside = paper.evaluate("""() => {
          const edge = document.querySelector(".fmsp").getBoundingClientRect().right;
          return [...document.querySelectorAll(".fmsp *:not(.fm-sr)")]
            .filter((e) => e.getClientRects().length && e.getBoundingClientRect().right > edge + 1)
            .map((e) => e.getAttribute("class") + e.textContent);
        }""")
        assert outside == []
        if stage < 4:
            paper.locator(".fmsp-buttons .primary").click()


def test_an_answer_takes_less_than_150_ms(paper: Any) -> None:
    paper.set_content(exported(collapse(m=100, k=64)))
    for _ in range(3):
        paper.locator(".fmsp-buttons .primary").click()
    slowest = paper.evaluate("""async () => {
      const input = document.querySelector(".fmsp-slider input");
      const shown = document.querySelector(".fmsp-number");
      let slowest = 0;
      for (let place = 0; place <= 15; place++) {
        const before = shown.textContent;
        const began = performance.now();
        input.value = place;
        input.dispatchEvent(new Event("input"));
        while (shown.textContent === before) await new Promise((go) => setTimeout(go));
        slowest = Math.max(slowest, performance.now() - began);
      }
      return slowest;
    }""")
    print(f"slowest answer {slowest:.1f} ms")
    assert slowest < 150


def test_it_moves_slowly_only_where_motion_is_welcome(paper: Any) -> None:
    paper.emulate_media(reduced_motion="no-preference")
    paper.set_content(exported(collapse(m=4)))
    paper.locator(".fmsp-buttons .primary").click()
    paper.wait_for_timeout(50)
    assert float(paper.locator(".fmsp-strip").get_attribute("width")) > 104
    paper.wait_for_function("document.querySelector('.fmsp-strip').getAttribute('width') === '104'")


def test_in_jupyterlab_python_sees_what_the_learner_did(page: LabPage) -> None:
    page.write_notebook(
        "collapse.ipynb",
        [
            "from fmteach import live\nrow = live.collapse(m=5)\nrow",
            "row.m = 12",
            "print(row.text())",
        ],
    )
    page.open_notebook("collapse.ipynb")
    page.run_cell(0)
    page.get_by_label("d, columns").focus()
    page.keyboard.press("ArrowLeft")  # the notebook must not take the key
    page.get_by_role("button", name="Collapse").click()
    page.wait_value("(row.d, row.stage)", "(500000, 2)")
    page.run_cell(1)
    page.wait_for_function(
        "document.querySelectorAll('.fmsp-slider output')[1].textContent === '12'"
    )
    page.run_cell(2)
    assert page.text(2).strip() == page.locator(".fmsp-twin pre").text_content().strip()
    page.assert_no_errors()
