"""The derivation stepper and the hunt as a learner uses them without a kernel."""

from __future__ import annotations

from fmteach.live.derivation import stepper, wrong_line

from .paper import Paper


def current(page: Paper) -> str:
    return page.locator(".fmst-item.current .fmst-line").get_attribute("data-line")


def test_stepping_needs_no_kernel(paper: Paper) -> None:
    paper.show(stepper())
    paper.locator(".fmst").focus()
    for line in "2345":
        paper.press("ArrowRight")
        assert current(paper) == line
        assert paper.locator(".current .fmst-value b").inner_text() == "3.86"
        assert "still equal" in paper.locator(".current .fmst-check").inner_text()
    paper.press("Home")
    assert current(paper) == "1"
    paper.locator(".fm-hint").wait_for()
    assert paper.locator("input[data-trait=d]").is_disabled()
    assert not paper.locator("[data-do=step]").is_disabled()


def test_keys_go_on_working_at_the_end_of_the_lines(paper: Paper) -> None:
    paper.show(stepper())
    for _ in range(4):
        paper.locator("[data-do=step]").click()
    assert current(paper) == "5"
    paper.press("ArrowLeft")  # the Step button, now off, held the focus
    assert current(paper) == "4"


def test_a_cell_tells_how_it_came_about(paper: Paper) -> None:
    paper.show(stepper([1.0, 2.0], [[0.5, 1.0], [0.2, -1.0]]))
    paper.locator(".fmst-cell[data-i='0'][data-j='1']").hover()
    said = paper.locator(".fmst-why").inner_text()
    assert "(0.5·0.2 + 1·(−1))·1·2 = −1.80" in said
    paper.locator(".fmst-line[data-line='2']").click()
    paper.locator(".fmst-cell[data-i='0'][data-j='1']").hover()
    assert paper.locator(".fmst-cell.mirror-of").get_attribute("data-i") == "1"


def test_the_hunt_needs_no_kernel(paper: Paper) -> None:
    hunt = wrong_line()
    wrong = next(n for n in range(2, 6) if n != hunt.answer)
    paper.show(hunt)
    paper.locator(".fmwl").focus()
    paper.press(str(wrong))
    assert "this line is right" in paper.locator(".fmwl-say").inner_text()
    paper.press(str(hunt.answer))
    assert paper.locator(".fmwl-say .first").inner_text().startswith("Found.")
    assert "Found 1 of 6, 2 tries" in paper.locator(".fmwl-score").inner_text()
    paper.press("n")
    assert paper.locator(".fmwl-line.wrong").count() == 0
