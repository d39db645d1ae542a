"""The plane of arrows as a learner uses it: without a kernel, and in JupyterLab."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest

from fmteach.live import vectors

from .exported import EXPORTED
from .lab import LabPage

TRAITS = ["data", "tips", "x", "k", "chosen", "target"]


def exported(widget: Any) -> str:
    return EXPORTED.format(
        css=widget._css,
        source=widget._esm.replace("export default", "const front ="),
        state=json.dumps({name: getattr(widget, name) for name in TRAITS}),
    )


@pytest.fixture
def paper(chromium: Any) -> Iterator[Any]:
    """An empty page without JupyterLab; a script error fails the test."""
    context = chromium.new_context(
        viewport={"width": 1100, "height": 900}, has_touch=True, reduced_motion="reduce"
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.set_default_timeout(15_000)
    yield page
    context.close()
    assert not wrong


def state(page: Any, name: str) -> Any:
    return page.evaluate(f"state.{name}")


def settle(page: Any) -> None:
    """Waits until the picture is drawn."""
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def middle(place: Any) -> tuple[float, float]:
    box = place.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Any, what: Any, x: float, y: float) -> None:
    settle(page)
    page.mouse.move(*middle(what))
    page.mouse.down()
    page.mouse.move(x, y)
    page.mouse.up()


def number(page: Any, i: int, j: int) -> str:
    settle(page)
    return page.locator(".fmv-square tbody tr").nth(i).locator("td").nth(j + 1).inner_text()


def same_as_python(page: Any, plane: Any) -> None:
    """The page's own arithmetic and words are Python's, letter by letter."""
    for name in TRAITS[1:]:
        setattr(plane, name, state(page, name))
    settle(page)
    assert page.locator(".fmv-twin pre").text_content() == plane.text()


def test_dragging_needs_no_kernel(paper: Any) -> None:
    plane = vectors()
    paper.set_content(exported(plane))
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
    a, b = state(paper, "tips")[2]
    assert 1.85 < math.hypot(a, b) <= 2 and round(a * 10) / 10 == a
    box = paper.locator(".fmv-plane").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    assert abs(math.atan2(b, a) - math.atan2(y - 900, 2000 - x)) < 0.06  # towards the pointer
    drag(paper, tip, x + 1.46 * unit, y - 1.36 * unit)  # on the grid it would be longer than 2
    assert state(paper, "tips")[2] == [1.4, 1.4]
    assert state(paper, "chosen") == [0, 2]
    same_as_python(paper, plane)
    # The lower triangle shows the pair again, and is no button.
    assert number(paper, 2, 0) == number(paper, 0, 2)
    assert paper.locator(".fmv-square button").count() == 6
    # No dragging needed: a tip is touched, then a place.
    paper.touchscreen.tap(*middle(paper.get_by_role("slider").nth(0)))
    x, y = middle(paper.locator(".fmv-plane"))
    paper.touchscreen.tap(x - unit, y - 1.5 * unit)
    assert state(paper, "tips")[0] == [-1, 1.5]
    same_as_python(paper, plane)


def test_all_of_it_by_the_keyboard(paper: Any) -> None:
    plane = vectors([[1.0, 1.0], [1.0, -0.5], [0.5, 0.0]], names=["Ann", "Heat", "Up"])
    paper.set_content(exported(plane))
    paper.locator(".fmv-twin summary").press("Enter")
    paper.get_by_role("slider", name="v₁ Ann").focus()
    paper.keyboard.press("Tab")
    for key in ("ArrowUp", "ArrowLeft", "Shift+ArrowDown"):
        paper.keyboard.press(key)
    assert state(paper, "tips")[1] == [0.9, -0.9]
    status = paper.locator(".fmv [role=status]")
    status.filter(has_text="v₂ is now (0.9, −0.9); ⟨v₂, v₁⟩ = 0.00.").wait_for(state="attached")
    assert paper.locator(".fmv-tip:focus-visible").count() == 1
    for _ in range(3):
        paper.keyboard.press("Shift+ArrowRight")
    assert state(paper, "tips")[1] == [1.4, -0.9]
    status.filter(has_text="v₂ stays: an arrow is at most 2 long.").wait_for(state="attached")
    paper.keyboard.press("Shift+ArrowLeft")
    assert "right angle" in paper.locator(".fmv-detail").inner_text()
    # A cell: one stop of Tab for all of them, arrows within.
    paper.get_by_role("button", name="Ann and Heat").focus()
    paper.keyboard.press("ArrowDown")  # below the diagonal is nothing to choose
    paper.keyboard.press("ArrowRight")
    paper.keyboard.press("Enter")
    assert state(paper, "chosen") == [0, 2]
    settle(paper)
    assert paper.get_by_role("button", pressed=True).get_attribute("aria-label") == (
        "Ann and Up: +0.50"
    )
    assert "1.0 · 0.5 + 1.0 · 0.0 = 0.50" in paper.locator(".fmv-detail").inner_text()
    # x: off, on, a number of one's own.
    there = paper.get_by_role("checkbox", name="Ann is in this row")
    there.press("Space")
    assert state(paper, "x") == [0, 1, 1] and number(paper, 0, 2) == "0.00"
    assert number(paper, 1, 2) == "+0.45"
    same_as_python(paper, plane)
    there.press("Space")
    field = paper.get_by_role("spinbutton", name="x₃, Up")
    field.fill("-2.5")
    assert state(paper, "x") == [1, 1, -2.5] and number(paper, 0, 2) == "−1.25"
    field.fill("")
    field.fill("77")
    assert state(paper, "x")[2] == -2.5
    field.blur()
    assert field.input_value() == "-2.5"
    same_as_python(paper, plane)


def test_targets_k_and_turning(paper: Any) -> None:
    plane = vectors([[1.0, 0.2], [0.5, 1.0], [-1.0, 0.5]], names=["a", "b", "c"])
    paper.set_content(exported(plane))
    paper.locator(".fmv-twin summary").click()
    goal = paper.locator(".fmv-goal")
    assert goal.is_hidden()
    paper.get_by_label("Target signs").select_option("three camps")
    settle(paper)
    assert "1 of 3 signs" in goal.inner_text()
    wanted = paper.locator(".fmv-cell .wanted").all_inner_texts()
    assert wanted == ["✗ −", "✓ −", "✗ −"]
    same_as_python(paper, plane)
    tip = paper.get_by_role("slider").nth(1)
    for key in ("Shift+ArrowDown",) * 4 + ("Shift+ArrowLeft",) * 2 + ("Shift+ArrowLeft",):
        tip.press(key)
    assert state(paper, "tips")[1] == [-1, -1]
    settle(paper)
    assert "2 of 3" in goal.inner_text()
    paper.get_by_role("slider").nth(2).press("Shift+ArrowUp")
    paper.get_by_role("slider").nth(2).press("Shift+ArrowUp")
    settle(paper)
    assert "✓ Target met: all 3 signs, with k = 2." in goal.inner_text()
    same_as_python(paper, plane)
    # Turning all of them changes every arrow and no number of the square.
    before, square = state(paper, "tips"), paper.locator(".fmv-square .number").all_inner_texts()
    paper.get_by_role("button", name="Turn all by 30°").click()
    settle(paper)
    assert all(a != b for a, b in zip(state(paper, "tips"), before, strict=True))
    assert paper.locator(".fmv-square .number").all_inner_texts() == square
    same_as_python(paper, plane)
    # One factor: on a line. The second is kept for later.
    paper.get_by_role("button", name="Reset").click()
    assert state(paper, "tips") == plane._start["tips"] and state(paper, "target") == ""
    paper.get_by_label("k = 1").check()
    assert number(paper, 0, 1) == "+0.50" and "(0.5)" in paper.locator(".where").nth(1).inner_text()
    paper.get_by_role("slider").nth(0).press("ArrowUp")
    assert state(paper, "tips")[0] == [1.1, 0.2]
    same_as_python(paper, plane)
    paper.get_by_role("button", name="Flip all").click()
    assert [a for a, _ in state(paper, "tips")] == [-1.1, -0.5, 1]
    assert number(paper, 0, 1) == "+0.55"
    paper.get_by_label("k = 2").check()
    assert state(paper, "tips")[0] == [-1.1, 0.2]


@pytest.mark.parametrize("width", [480, 900, 1700])
def test_nothing_overflows(paper: Any, width: int) -> None:
    paper.set_viewport_size({"width": width, "height": 900})
    for d, k in ((2, 1), (4, 2), (6, 2)):
        long = [f"a long name, number {n}" for n in range(d)]
        plane = vectors([[1.97, 0.2][:k]] * d, names=long, challenge="two camps")
        paper.set_content(exported(plane))
        settle(paper)
        assert paper.evaluate("document.documentElement.scrollWidth") <= width, (d, k)
        outside = paper.evaluate("""() => {
          const box = document.querySelector(".fmv-plane").getBoundingClientRect();
          return [...document.querySelectorAll(".fmv-words text")].map((t) => [t.textContent,
            t.getBoundingClientRect()]).filter(([, t]) => t.left < box.left - 1 ||
            t.right > box.right + 1 || t.top < box.top || t.bottom > box.bottom)
            .map(([text]) => text); }""")
        assert outside == [], (d, k)


def test_in_jupyterlab_python_sees_the_arrows(page: LabPage) -> None:
    page.write_notebook(
        "plane.ipynb",
        ["from fmteach import live\nplane = live.vectors()\nplane", "plane"],
    )
    page.open_notebook("plane.ipynb")
    page.run_all()
    page.cell(0)
    first = page.locator(".fmv").first
    tip = first.get_by_role("slider").nth(1)
    x, y = middle(tip)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 30, y - 40, steps=4)
    page.mouse.up()
    moved = page.evaluate(
        "[...document.querySelectorAll('.fmv')].map((w) => w.querySelectorAll('.where')[1]"
        ".textContent)"
    )
    assert moved[0] != "(1.4, −0.4)" and len(set(moved)) == 1  # two views, one state
    said = moved[0].strip("()").replace("−", "-")
    page.wait_value("plane.V[1]", f"[{said}]")
    # The arrow keys are the tip's, not the notebook's; Python hears of the last one.
    tip.focus()
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    down = float(said.split(",")[1]) - 0.5
    page.wait_value("round(plane.V[1][1], 6)", f"{down + 0.0:.1f}")
    # And from Python to the page.
    page.run_code(
        "plane.V = [[0.5, 1.0], [1.2, 0.3], [0.0, 0.7], [-0.6, 0.0]]\nplane.x = [1, 1, 0, 1]"
    )
    first.locator(".fmv-total", has_text="+0.90 0.00 −0.30 0.00 −0.72 0.00 = −0.12").wait_for()
    assert first.get_by_role("checkbox").nth(2).is_checked() is False
    page.assert_no_errors()
