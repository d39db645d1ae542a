"""The row that collapses, as a learner uses it without a kernel: by keys, with and without
motion."""

from __future__ import annotations

from fmteach.live import collapse

from .paper import Paper

BARS = "[...document.querySelectorAll('.fmsp-number')].map((e) => e.textContent)"


def test_the_bars_follow_the_sliders_and_the_sparse_one_stays(paper: Paper) -> None:
    paper.show(collapse(d=1_000_000, m=10, k=8))
    before = paper.evaluate(BARS)
    assert before == ["4,999,995,000,000", "36.0 MB", "16,000,009", "68.0 MB", "169", "760 bytes"]
    paper.get_by_label("d, columns").focus()
    paper.press(*["ArrowRight"] * 3)
    after = paper.evaluate(BARS)
    assert after[:4] == ["499,999,950,000,000", "360 MB", "160,000,009", "680 MB"]
    assert after[4:] == before[4:]
    assert "sparse stays the same" in paper.locator(".fmsp-status").inner_text()
    changes = paper.locator(".fmsp-change").all_inner_texts()
    assert changes == ["×100", "×10", "×10", "×10", "does not move", "does not move"]
    # The twin says the same, in Python's own words.
    twin = paper.locator(".fmsp-twin pre").text_content()
    assert twin == collapse(d=10_000_000, m=10, k=8).text()


def test_it_collapses_from_the_keyboard_and_goes_back(paper: Paper) -> None:
    paper.show(collapse(m=4))
    wide = float(paper.locator(".fmsp-strip").get_attribute("width"))
    assert wide > 1000
    paper.get_by_role("button", name="Collapse").focus()
    paper.press("Enter")
    assert paper.locator(".fmsp-strip").get_attribute("width") == "104"  # four cells of 26
    assert "What remains is 4 ids" in paper.locator(".fmsp-words").inner_text()
    paper.press("Enter")
    assert paper.locator(".fmsp-row").count() == 4
    paper.press("Enter")
    row = collapse(m=4)
    assert f"{row.value:.4f}".replace("-", "−") in paper.locator(".fmsp-words").inner_text()
    assert paper.get_by_role("button", name="Two sums").is_disabled()
    paper.get_by_label("m, not zero").focus()
    paper.press("End")
    assert paper.locator(".fmsp-row").count() == 100
    paper.get_by_role("button", name="Reset").click()
    assert paper.state("d", "m", "k", "stage") == [1_000_000, 4, 8, 1]


def test_it_moves_slowly_only_where_motion_is_welcome(paper: Paper) -> None:
    paper.emulate_media(reduced_motion="no-preference")
    paper.show(collapse(m=4))
    width = """() => {
      document.querySelector(".fmsp-buttons .primary").click();
      return Number(document.querySelector(".fmsp-strip").getAttribute("width")); }"""
    assert paper.evaluate(width) > 104
    paper.wait_for_function("document.querySelector('.fmsp-strip').getAttribute('width') === '104'")
    paper.emulate_media(reduced_motion="reduce")
    paper.show(collapse(m=4))
    paper.evaluate(width)
    paper.settle()
    assert paper.locator(".fmsp-strip").get_attribute("width") == "104"


def test_on_a_low_screen_all_bars_are_in_view_and_the_last_stage_keeps_the_focus(
    paper: Paper,
) -> None:
    paper.set_viewport_size({"width": 1130, "height": 720})  # a projector at 150 %
    paper.show(collapse(m=20))
    paper.get_by_role("button", name="Collapse").focus()
    paper.press(*["Enter"] * 5)
    assert "4 of 4" in paper.locator(".fmsp-title").inner_text()
    assert "… 17 more" in paper.locator(".fmsp-picture").text_content()
    # At a disabled button the focus would be lost, and the next key would go to the notebook.
    assert paper.evaluate("document.activeElement.textContent") == "Two sums ▶"
    top, bottom = paper.evaluate("""() => [".fmsp", ".fmsp-status"].map((name, n) =>
        document.querySelector(name).getBoundingClientRect()[n ? "bottom" : "top"])""")
    assert bottom - top < 600
