"""The plane of arrows as a learner uses it without a kernel: dragged, touched, by keys."""

from __future__ import annotations

import math
from typing import Any

from fmteach.live import vectors

from .paper import Paper, middle


def drag(page: Paper, what: Any, x: float, y: float) -> None:
    page.settle()
    page.mouse.move(*middle(what))
    page.mouse.down()
    page.mouse.move(x, y)
    page.mouse.up()


def number(page: Paper, i: int, j: int) -> str:
    page.settle()
    return page.locator(".fmv-square tbody tr").nth(i).locator("td").nth(j + 1).inner_text()


def same_as_python(page: Paper, plane: Any) -> None:
    """The page's own arithmetic and words are Python's, letter by letter."""
    for name in ("tips", "x", "k", "chosen", "target"):
        setattr(plane, name, page.state(name))
    page.settle()
    assert page.locator(".fmv-twin pre").text_content() == plane.text()


def test_dragging_needs_no_kernel(paper: Paper) -> None:
    plane = vectors()
    paper.show(plane)
    paper.locator(".fmv-twin summary").click()
    same_as_python(paper, plane)
    unit = paper.locator(".fmv-plane").bounding_box()["width"] / 460 * 98
    tip = paper.get_by_role("slider").nth(2)
    x, y = middle(tip)
    paper.mouse.move(x + 3, y - 2)
    paper.mouse.down()
    paper.mouse.move(x + 3 - 1.3 * unit, y - 2 - 0.6 * unit)
    # While the button is down the numbers follow.
    assert number(paper, 0, 2) == "−0.68"  # 0.8 · (−0.4) + 0.9 · (−0.4)
    paper.mouse.move(2000, 900)  # far outside: the arrow stays on its rim, on the grid
    paper.mouse.up()
    a, b = paper.state("tips")[2]
    assert 1.85 < math.hypot(a, b) <= 2 and round(a * 10) / 10 == a
    box = paper.locator(".fmv-plane").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    assert abs(math.atan2(b, a) - math.atan2(y - 900, 2000 - x)) < 0.06  # towards the pointer
    drag(paper, tip, x + 1.46 * unit, y - 1.36 * unit)  # on the grid it would be longer than 2
    assert paper.state("tips")[2] == [1.4, 1.4]
    assert paper.state("chosen") == [0, 2]
    same_as_python(paper, plane)
    # The lower triangle shows the pair again, and is no button.
    assert number(paper, 2, 0) == number(paper, 0, 2)
    assert paper.locator(".fmv-square button").count() == 6
    # No dragging needed: a tip is touched, then a place.
    paper.touchscreen.tap(*middle(paper.get_by_role("slider").nth(0)))
    x, y = middle(paper.locator(".fmv-plane"))
    paper.touchscreen.tap(x - unit, y - 1.5 * unit)
    assert paper.state("tips")[0] == [-1, 1.5]
    same_as_python(paper, plane)


def test_all_of_it_by_the_keyboard(paper: Paper) -> None:
    plane = vectors([[1.0, 1.0], [1.0, -0.5], [0.5, 0.0]], names=["Ann", "Heat", "Up"])
    paper.show(plane)
    paper.locator(".fmv-twin summary").press("Enter")
    paper.get_by_role("slider", name="v₁ Ann").focus()
    paper.press("Tab")
    paper.press("ArrowUp", "ArrowLeft", "Shift+ArrowDown")
    assert paper.state("tips")[1] == [0.9, -0.9]
    status = paper.locator(".fmv [role=status]")
    status.filter(has_text="v₂ is now (0.9, −0.9); ⟨v₂, v₁⟩ = 0.00.").wait_for(state="attached")
    assert paper.locator(".fmv-tip:focus-visible").count() == 1
    paper.press(*["Shift+ArrowRight"] * 3)
    assert paper.state("tips")[1] == [1.4, -0.9]
    status.filter(has_text="v₂ stays: an arrow is at most 2 long.").wait_for(state="attached")
    paper.press("Shift+ArrowLeft")
    assert "right angle" in paper.locator(".fmv-detail").inner_text()
    # A cell: one stop of Tab for all of them, arrows within.
    paper.get_by_role("button", name="Ann and Heat").focus()
    paper.press("ArrowDown")  # below the diagonal is nothing to choose
    paper.press("ArrowRight")
    paper.press("Enter")
    assert paper.state("chosen") == [0, 2]
    paper.settle()
    assert paper.get_by_role("button", pressed=True).get_attribute("aria-label") == (
        "Ann and Up: +0.50"
    )
    assert "1.0 · 0.5 + 1.0 · 0.0 = 0.50" in paper.locator(".fmv-detail").inner_text()
    # x: off, on, a number of one's own.
    there = paper.get_by_role("checkbox", name="Ann is in this row")
    there.press("Space")
    assert paper.state("x") == [0, 1, 1] and number(paper, 0, 2) == "0.00"
    assert number(paper, 1, 2) == "+0.45"
    same_as_python(paper, plane)
    there.press("Space")
    field = paper.get_by_role("spinbutton", name="x₃, Up")
    field.fill("-2.5")
    assert paper.state("x") == [1, 1, -2.5] and number(paper, 0, 2) == "−1.25"
    field.fill("")
    field.fill("77")
    assert paper.state("x")[2] == -2.5
    field.blur()
    assert field.input_value() == "-2.5"
    same_as_python(paper, plane)


def test_targets_k_and_turning(paper: Paper) -> None:
    plane = vectors([[1.0, 0.2], [0.5, 1.0], [-1.0, 0.5]], names=["a", "b", "c"])
    paper.show(plane)
    paper.locator(".fmv-twin summary").click()
    goal = paper.locator(".fmv-goal")
    assert goal.is_hidden()
    paper.get_by_label("Target signs").select_option("three camps")
    paper.settle()
    assert "1 of 3 signs" in goal.inner_text()
    wanted = paper.locator(".fmv-cell .wanted").all_inner_texts()
    assert wanted == ["✗ −", "✓ −", "✗ −"]
    same_as_python(paper, plane)
    tip = paper.get_by_role("slider").nth(1)
    for key in ("Shift+ArrowDown",) * 4 + ("Shift+ArrowLeft",) * 2 + ("Shift+ArrowLeft",):
        tip.press(key)
    assert paper.state("tips")[1] == [-1, -1]
    paper.settle()
    assert "2 of 3" in goal.inner_text()
    paper.get_by_role("slider").nth(2).press("Shift+ArrowUp")
    paper.get_by_role("slider").nth(2).press("Shift+ArrowUp")
    paper.settle()
    assert "✓ Target met: all 3 signs, with k = 2." in goal.inner_text()
    same_as_python(paper, plane)
    # Turning all of them changes every arrow and no number of the square.
    before, square = paper.state("tips"), paper.locator(".fmv-square .number").all_inner_texts()
    paper.get_by_role("button", name="Turn all by 30°").click()
    paper.settle()
    assert all(a != b for a, b in zip(paper.state("tips"), before, strict=True))
    assert paper.locator(".fmv-square .number").all_inner_texts() == square
    same_as_python(paper, plane)
    # One factor: on a line. The second is kept for later.
    paper.get_by_role("button", name="Reset").click()
    assert paper.state("tips") == plane._start["tips"] and paper.state("target") == ""
    paper.get_by_label("k = 1").check()
    assert number(paper, 0, 1) == "+0.50" and "(0.5)" in paper.locator(".where").nth(1).inner_text()
    paper.get_by_role("slider").nth(0).press("ArrowUp")
    assert paper.state("tips")[0] == [1.1, 0.2]
    same_as_python(paper, plane)
    paper.get_by_role("button", name="Flip all").click()
    assert [a for a, _ in paper.state("tips")] == [-1.1, -0.5, 1]
    assert number(paper, 0, 1) == "+0.55"
    paper.get_by_label("k = 2").check()
    assert paper.state("tips")[0] == [-1.1, 0.2]


def test_names_keep_off_the_other_words_of_the_plane(paper: Paper) -> None:
    near_the_axes = [[1.4, -0.1], [1.4, -0.4], [0.1, 1.7], [-0.7, 1.1]]
    turned = [[0.95, -0.13], [-1.31, 0.33], [-0.86, 0.13], [-0.37, 0.58], [0.55, 0.28]]
    for tips in (near_the_axes, turned):
        names = ["user 20", "user 428", "Pulp Fiction", "Jaws", "Titanic"][: len(tips)]
        paper.show(vectors(tips, names=names))
        paper.set(chosen=[0, 2])
        paper.settle()
        hits = paper.evaluate("""() => {
          const boxes = [...document.querySelectorAll(".fmv-plane text")]
            .map((text) => [text.textContent, text.getBoundingClientRect()])
            .filter(([words, box]) => words && box.width);
          const isName = ([words]) => /^v./.test(words);
          const apart = (a, b) => a.right < b.left + 2 || b.right < a.left + 2 ||
            a.bottom < b.top + 4 || b.bottom < a.top + 4;
          return boxes.filter(isName).flatMap((name) => boxes
            .filter((other) => other !== name && !apart(name[1], other[1]))
            .map((other) => `${name[0]} / ${other[0]}`));
        }""")
        assert hits == []
