"""The course by hand: a learner clicks, drags, types and presses keys in a real JupyterLab.

Every walk leaves screenshots, to be looked at.
"""

from __future__ import annotations

import re
import time
from typing import Any

from .lab import LabPage

STEPPER = "steps = live.stepper"
HUNT = "hunt = live.wrong_line"
RACE = "race = live.cost_race"
PANEL = "training_panel("


def button(page: LabPage, cell: str, name: str | re.Pattern[str]) -> Any:
    return page.output(cell).get_by_role("button", name=name).first


def test_00_the_slider_turns_the_line(page: LabPage) -> None:
    page.open_notebook("00_start_here.ipynb")
    for cell in ("import fmteach\n", "import plotly.graph_objects as go"):
        page.run_cell(cell)
    handle = page.output("go.Figure").get_by_role("slider")
    handle.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    # Four steps of 0.5 make x₂ = 2, and the line ends at 1 + (1 + 0.5 · 2) · 3 = 7.
    page.wait_value("(slider.value, float(plot.curves()[0][2][-1]))", "(2.0, 7.0)")
    drawn = "() => [...document.querySelectorAll('.js-plotly-plot')].some(" + (
        "p => p.data?.[0]?.y?.at(-1) === 7)"
    )
    page.wait_for_function(drawn)
    page.screenshot("slider_and_line", of=page.output("go.Figure"))


def test_03_the_stepper_by_key_by_drag_and_with_own_numbers(page: LabPage) -> None:
    page.open_notebook("03_the_kd_trick.ipynb")
    for cell in ("import math\n", "x = [1.0, 2.0", STEPPER):
        page.run_cell(cell)
    page.screenshot("stepper_line_1", of=page.output(STEPPER))
    button(page, STEPPER, re.compile("Step")).click()
    page.screenshot("stepper_line_2", of=page.output(STEPPER))
    for line in (3, 4, 5):
        button(page, STEPPER, re.compile("Step")).press("ArrowRight")
        page.wait_for_timeout(400)
        page.screenshot(f"stepper_line_{line}", of=page.output(STEPPER))
    assert page.run_code("print(steps.line)").strip() == "5"

    # The slider of d, dragged with the mouse from 4 to its end.
    box = page.output(STEPPER).get_by_role("slider").first.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.43, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 5, middle, steps=6)
    page.mouse.up()
    page.wait_for_timeout(500)
    found = page.run_code("print(steps.d, max(steps.values) - min(steps.values) < 1e-9)")
    assert found.split() == ["8", "True"]
    page.set_theme("dark")
    page.screenshot("stepper_dark", of=page.output(STEPPER))
    page.set_theme("light")

    # Own numbers: a bad one is marked and changes nothing, a good one changes every line.
    before = page.run_code("print(steps.x[0])")
    for text, wanted in (("two", before.strip()), ("2.5", "2.5")):
        field = page.output(STEPPER).get_by_role("textbox").first
        field.fill(text)
        field.press("Enter")
        page.wait_for_timeout(500)
        page.screenshot(f"stepper_number_{text}", of=page.output(STEPPER))
        assert page.run_code("print(steps.x[0])").strip() == wanted
    page.assert_no_errors()


def test_03_the_hunt_answers_with_numbers(page: LabPage) -> None:
    page.open_notebook("03_the_kd_trick.ipynb")
    for cell in ("import math\n", HUNT):
        page.run_cell(cell)
    answer = int(page.run_code("print(hunt.answer)"))
    wrong = 1 if answer != 1 else 2
    for line, found in ((wrong, "False 1 0"), (answer, "True 2 1")):
        button(page, HUNT, re.compile(f"^Line {line}")).click()
        page.wait_for_timeout(300)
        assert page.run_code("print(hunt.solved, hunt.tries, hunt.found)").strip() == found
        page.screenshot(f"hunt_{found.split()[0]}", of=page.output(HUNT))


def test_03_the_race_waits_for_a_guess(page: LabPage) -> None:
    page.open_notebook("03_the_kd_trick.ipynb")
    for cell in ("import math\n", RACE):
        page.run_cell(cell)
    page.screenshot("race_first", of=page.output(RACE))
    button(page, RACE, re.compile("Guess first")).click(force=True)
    assert page.run_code("print(race.status)").strip() == "ready"
    page.output(RACE).locator("input[type=text], input[type=number]").first.fill("500")
    button(page, RACE, "This is my guess").click()
    button(page, RACE, re.compile("Start")).click()
    page.wait_for_timeout(500)
    page.run_code("race.wait(120)", timeout=150)
    page.wait_for_timeout(800)
    page.screenshot("race_done", of=page.output(RACE))
    page.set_theme("dark")
    page.screenshot("race_done_dark", of=page.output(RACE))
    found = page.run_code("print(race.slopes['reformulated'], race.prediction.answer)").split()
    assert float(found[0]) < 1.6 and float(found[1]) == 500
    page.assert_no_errors()


def steps_done(page: LabPage) -> int:
    """Asked in a cell of its own: that it answers shows that the kernel is free."""
    return int(page.run_code("print(len(panel.runs[-1].history))", timeout=20))


def test_07_a_run_is_started_steered_and_stopped(page: LabPage) -> None:
    page.open_notebook("07_live_training.ipynb")
    for cell in ("import torch\n", "EPOCHS = 12", "data = fmteach.load(", PANEL):
        page.run_cell(cell)
    button(page, PANEL, "Start").wait_for()
    page.wait_for_timeout(2500)  # until the baselines stand there
    page.screenshot("panel_first", of=page.output(PANEL))
    page.run_code("panel.set(epochs=200)")  # long enough for all that follows

    button(page, PANEL, "Start").click()
    page.wait_for_timeout(1500)
    first = steps_done(page)
    page.wait_for_timeout(1500)
    assert steps_done(page) > first > 0, "the run does not go on"
    page.screenshot("panel_running", of=page.output(PANEL))

    button(page, PANEL, "Pause").click()
    page.wait_for_timeout(300)
    held = steps_done(page)
    assert steps_done(page) == held, "a paused run took a step"
    button(page, PANEL, "Step").click()
    page.wait_for_timeout(300)
    assert steps_done(page) == held + 1

    button(page, PANEL, "Resume").click()
    page.save()
    page.reload()
    page.wait_for_timeout(2000)
    page.screenshot("panel_reloaded", of=page.output(PANEL))
    points = page.evaluate(
        "() => Math.max(0, ...[...document.querySelectorAll('.js-plotly-plot')].flatMap("
        "p => p.data.map(t => t.y?.length ?? 0)))"
    )
    assert points > 20, "after a reload the picture has no curve"
    assert steps_done(page) > held + 1, "the run did not survive the reload"

    began = time.monotonic()
    button(page, PANEL, "Stop").click()
    page.output(PANEL).get_by_text("stopped").first.wait_for(timeout=5000)
    assert time.monotonic() - began < 5
    stopped = steps_done(page)
    page.wait_for_timeout(400)
    assert steps_done(page) == stopped

    page.set_theme("dark")
    page.screenshot("panel_stopped_dark", of=page.output(PANEL))
    page.set_theme("light")
    page.run_code("old = panel.start()")
    page.run_cell(PANEL)  # the cell runs again: its panel takes the place of the old one
    page.wait_for_timeout(500)
    said = page.run_code("print(old.runs[-1].status, panel is old, len(panel.runs))")
    assert said.split() == ["stopped", "False", "0"]
    page.assert_no_errors()
    assert page.save().stat().st_size < 100_000


def test_07_every_change_of_the_picture_gets_a_scale_of_its_own(page: LabPage) -> None:
    """plotly keeps what a reader zoomed; a range that the panel itself asked for is not kept."""
    page.open_notebook("07_live_training.ipynb")
    for cell in ("import torch\n", "EPOCHS = 12", PANEL):
        page.run_cell(cell)
    page.run_code("panel.set(epochs=1, batch_size=512).start().wait()")
    page.output(PANEL)
    drawn = "() => [...document.querySelectorAll('.js-plotly-plot')].map(p => p._fullLayout)"

    def low_and_high(axis: str) -> list[float]:
        page.wait_for_timeout(900)
        return page.evaluate(f"({drawn})().at(-1).{axis}.range")

    whole = low_and_high("yaxis2")
    close_up = page.output(PANEL).get_by_role("checkbox").first
    close_up.click()
    low, high = low_and_high("yaxis2")
    assert high - low < 0.5 * (whole[1] - whole[0])
    close_up.click()
    assert low_and_high("yaxis2") == whole
    page.run_code("panel.set(task='rating').start().wait()")
    page.output(PANEL)
    low, high = low_and_high("yaxis")
    assert 0.5 < low < high < 2, "the losses of the ratings lie between 0.7 and 1.3"

    # Where the page is narrow, the two panels stand one above the other.
    page.set_viewport_size({"width": 640, "height": 900})
    page.output(PANEL)
    page.wait_for_function(
        f"() => {{ const p = ({drawn})().at(-1); return p.xaxis.domain[1] === 1 && "
        "p.yaxis.domain[0] > p.yaxis2.domain[1]; }"
    )
    page.assert_no_errors()


def test_07_by_keyboard_alone(page: LabPage) -> None:
    """Arrow keys and letters belong to the widget that has the focus, not to the notebook."""
    page.open_notebook("07_live_training.ipynb")
    guess = "falling = live.predict"
    for cell in ("import torch\n", "EPOCHS = 12", guess, PANEL):
        page.run_cell(cell)
    button(page, PANEL, "Start").wait_for()
    page.output(guess).get_by_role("radio").first.focus()
    for key in ("ArrowRight", "ArrowRight", "Tab", "Enter"):
        page.keyboard.press(key)
    page.wait_value("falling.answer", "'both'")

    cells = len(page.sources())
    page.output(PANEL).get_by_label("Model").first.focus()
    page.keyboard.press("ArrowDown")
    page.wait_value("panel.settings['model']", "'linear'")
    page.keyboard.press("ArrowUp")
    button(page, PANEL, "Step").focus()
    page.keyboard.type("dd")  # would delete a cell of the notebook
    assert len(page.sources()) == cells

    # A number that is still being typed is neither overwritten nor lost when Start is pressed.
    k = page.output(PANEL).get_by_label("Factors k, as a number")
    k.fill("0")
    k.press("Enter")
    page.output(PANEL).locator("[data-name=k] + .fmteach-problem").wait_for()
    k.fill("32")
    page.wait_for_timeout(900)
    button(page, PANEL, "Start").click()
    page.wait_value("panel.runs[-1].config.k", "32")
    button(page, PANEL, "Stop").click()
    page.wait_value("panel.status", "'stopped'")
    page.output(PANEL).get_by_role("button", name="Delete Run 1").press("Enter")
    page.wait_value("len(panel.runs)", "0")
    inside = "() => document.activeElement.closest('.fmteach-runs') !== null"
    page.wait_for_function(inside)
    page.assert_no_errors()
