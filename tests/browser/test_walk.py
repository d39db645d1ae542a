"""The course by hand: a learner clicks, drags, types and presses keys in a real JupyterLab.

Every walk leaves screenshots, to be looked at.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from .lab import LabPage

RACE = "race = live.cost_race"
PANEL = "training_panel("
NOTEBOOK_07 = ("07_live_training.ipynb", "import torch\n", "EPOCHS = 12")


@pytest.fixture(scope="module")
def page(shared_page: LabPage) -> LabPage:
    return shared_page


def opened(page: LabPage, name: str, *cells: str) -> None:
    """Opens a notebook, if it is not the one that is open, and runs some of its cells."""
    if page.notebook != name:
        page.open_notebook(name)
    for cell in cells:
        page.run_cell(cell)


def button(page: LabPage, cell: str, name: str | re.Pattern[str]) -> Any:
    return page.output(cell).get_by_role("button", name=name).first


def test_00_the_slider_turns_the_line(page: LabPage) -> None:
    opened(page, "00_start_here.ipynb", "import fmteach\n", "import plotly.graph_objects as go")
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


def test_03_the_race_waits_for_a_guess(page: LabPage) -> None:
    opened(page, "03_the_kd_trick.ipynb", "import math\n", RACE)
    page.screenshot("race_first", of=page.output(RACE))
    button(page, RACE, re.compile("Guess first")).click(force=True)
    assert page.value("race.status") == "'ready'"
    page.output(RACE).locator("input[type=text], input[type=number]").first.fill("500")
    button(page, RACE, "This is my guess").click()
    page.tell("race.sizes = race.sizes[:9]")  # enough to see it go and end
    button(page, RACE, re.compile("Start")).click()
    page.wait_value("race.status", "'finished'", timeout=120)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.js-plotly-plot')].some("
        "(plot) => plot.data.some((line) => (line.y?.length ?? 0) > 3))"
    )
    page.screenshot("race_done", of=page.output(RACE))
    page.set_theme("dark")
    page.screenshot("race_done_dark", of=page.output(RACE))
    page.set_theme("light")
    measured = "{point['form'] for point in race.results} == set(race.slopes)"
    assert page.value(f"(race.prediction.answer, {measured})") == "(500.0, True)"
    page.assert_no_errors()


def steps_done(page: LabPage) -> int:
    """Asked in a cell of its own: that it answers shows that the kernel is free."""
    return int(page.run_code("print(len(panel.runs[-1].history))", timeout=20))


def wait_steps(page: LabPage, more_than: int) -> None:
    page.wait_value(f"len(panel.runs[-1].history) > {more_than}", "True", timeout=30)


def test_07_a_run_is_started_steered_and_stopped(page: LabPage) -> None:
    opened(page, *NOTEBOOK_07, "data = fmteach.load(", PANEL)
    page.output(PANEL).locator(".fmteach-baseline").first.wait_for()
    page.screenshot("panel_first", of=page.output(PANEL))
    page.tell("panel.set(epochs=200)")  # long enough for all that follows

    button(page, PANEL, "Start").click()
    wait_steps(page, 0)
    first = steps_done(page)
    wait_steps(page, first + 20)
    assert steps_done(page) > first
    page.screenshot("panel_running", of=page.output(PANEL))

    button(page, PANEL, "Pause").click()
    page.wait_value("panel.status", "'paused'")
    held = steps_done(page)
    assert steps_done(page) == held, "a paused run took a step"
    button(page, PANEL, "Step").click()
    wait_steps(page, held)
    assert steps_done(page) == held + 1

    button(page, PANEL, "Resume").click()
    page.save()
    page.reload()
    page.output(PANEL)
    page.wait_for_function(
        "() => Math.max(0, ...[...document.querySelectorAll('.js-plotly-plot')].flatMap("
        "p => p.data.map(t => t.y?.length ?? 0))) > 20"
    )
    page.screenshot("panel_reloaded", of=page.output(PANEL))
    wait_steps(page, held + 1)  # the run survived the reload

    button(page, PANEL, "Stop").click()
    page.output(PANEL).get_by_text("stopped").first.wait_for()
    stopped = steps_done(page)
    assert steps_done(page) == stopped

    page.set_theme("dark")
    page.screenshot("panel_stopped_dark", of=page.output(PANEL))
    page.set_theme("light")
    page.tell("old = panel.start()")
    page.run_cell(PANEL)  # the cell runs again: its panel takes the place of the old one
    page.wait_value("(old.runs[-1].status, panel is old, len(panel.runs))", "('stopped', False, 0)")
    page.assert_no_errors()
    assert page.save().stat().st_size < 100_000


def test_07_every_change_of_the_picture_gets_a_scale_of_its_own(page: LabPage) -> None:
    """plotly keeps what a reader zoomed; a range that the panel itself asked for is not kept."""
    opened(page, *NOTEBOOK_07, PANEL)
    page.tell("panel.set(epochs=1, batch_size=512).start().wait()")
    plot = "[...document.querySelectorAll('.js-plotly-plot')].at(-1)._fullLayout"

    def wait_range(axis: str, holds: str) -> None:
        """Waits until `holds` is true of the ends of an axis, and stays so for half a second."""
        page.wait_for_function(
            f"""() => {{ const [low, high] = {plot}.{axis}.range;
            window.since = ({holds}) ? (window.since ?? performance.now()) : undefined;
            return performance.now() - window.since > 500; }}"""
        )
        page.evaluate("delete window.since")

    wait_range("yaxis2", "low < high")
    low, high = page.evaluate(f"{plot}.yaxis2.range")
    close_up = page.output(PANEL).get_by_role("checkbox").first
    close_up.click()
    wait_range("yaxis2", f"high - low < {0.5 * (high - low)}")
    close_up.click()
    wait_range("yaxis2", f"low === {low} && high === {high}")
    page.tell("panel.set(task='rating').start().wait()")
    wait_range("yaxis", "0.5 < low && low < high && high < 2")  # losses from 0.7 to 1.3

    # Where the page is narrow, the two panels stand one above the other.
    size = page.viewport_size
    page.set_viewport_size({"width": 640, "height": 900})
    page.output(PANEL)
    page.wait_for_function(
        f"() => {{ const p = {plot}; return p.xaxis.domain[1] === 1 && "
        "p.yaxis.domain[0] > p.yaxis2.domain[1]; }"
    )
    page.set_viewport_size(size)
    page.assert_no_errors()


def test_07_by_keyboard_alone(page: LabPage) -> None:
    """Arrow keys and letters belong to the widget that has the focus, not to the notebook."""
    guess = "falling = live.predict"
    opened(page, *NOTEBOOK_07, guess, PANEL)
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
    page.wait_for_timeout(900)  # longer than an answer of the kernel is kept from the control
    button(page, PANEL, "Start").click()
    page.wait_value("panel.runs[-1].config.k", "32")
    button(page, PANEL, "Stop").click()
    page.wait_value("panel.status", "'stopped'")
    page.output(PANEL).get_by_role("button", name="Delete Run 1").press("Enter")
    page.wait_value("len(panel.runs)", "0")
    inside = "() => document.activeElement.closest('.fmteach-runs') !== null"
    page.wait_for_function(inside)
    page.assert_no_errors()
