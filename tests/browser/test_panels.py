"""The panels in a real JupyterLab, all in one notebook: the training panel with another data set,
and the panels of the click notebooks by keys, by mouse and on a dark page."""

from __future__ import annotations

import pytest

from .lab import LabPage

PANEL = """panel = live.training_panel(batch_size=1024, learning_rate=0.003, epochs=2)
panel"""
CELLS = [
    "import numpy as np\nfrom fmteach import live\n"
    "rng = np.random.default_rng(0)\n"
    "s = rng.normal(size=4000) - 1.5\n"
    "y = rng.random(4000) < 1 / (1 + np.exp(-s))\n"
    "rows = [{'rows': n, 'seconds': n / 1e5, 'peak_bytes': 1e6 + n, 'series': 'vocabulary'}"
    " for n in (1000, 2000, 4000)]",
    "r = live.reliability({'linear': s / 2, 'FM': s}, y)\nr",
    "d = live.drift(s, y, name='FM')\nd",
    "t = live.by_time(None, s, y, name='FM')\nt",
    "g = live.growth(rows)\ng",
]


@pytest.fixture(scope="module")
def page(shared_page: LabPage) -> LabPage:
    shared_page.write_notebook("panels.ipynb", [*CELLS, PANEL])
    shared_page.open_notebook("panels.ipynb")
    shared_page.run_all()
    shared_page.assert_no_errors()
    return shared_page


def slider(page: LabPage, cell: str) -> object:
    return page.output(cell).locator("input[type=range]")


def test_the_click_panels_answer_keys_and_mouse(page: LabPage) -> None:
    cells = len(page.sources())

    # Reliability: an arrow key moves the slider by one stop, a model can be taken out, not both.
    output = page.output("live.reliability")
    output.locator(".main-svg").first.wait_for()
    slider(page, "live.reliability").focus()
    page.keyboard.press("ArrowRight")
    page.wait_value("r.values['bins']", "12")
    assert slider(page, "live.reliability").get_attribute("aria-valuetext") == "12"
    output.get_by_role("button", name="linear").click()
    page.wait_value("r.shown", "['FM']")
    output.locator("tbody tr").nth(1).wait_for(state="detached")
    output.get_by_role("button", name="FM").click()
    output.get_by_role("radio", name="equal counts").focus()
    page.keyboard.press("ArrowRight")
    page.wait_value("(r.shown, r.values['by'])", "(['FM'], 'width')")
    output.get_by_role("button", name="Reset", exact=True).click()
    page.wait_value("(len(r.shown), r.values['bins'], r.values['by'])", "(2, 10, 'count')")

    # Drift: the end of the slider, and the repair; what is said is on the page.
    output = page.output("live.drift")
    slider(page, "live.drift").focus()
    page.keyboard.press("End")
    page.wait_value("d.now.rate > 0.6", "True")
    output.get_by_text("worse than a constant").first.wait_for()
    output.get_by_label("Correct the intercept").press("Space")
    page.wait_value("d.values['correct']", "True")
    output.get_by_role("row", name="now, intercept corrected").wait_for()
    assert page.errors() == [] and len(page.sources()) == cells  # no key reached the notebook

    page.output("live.by_time").get_by_label("Correct each part").check()
    page.wait_value("t.values['correct']", "True")
    output = page.output("live.growth")
    output.get_by_role("radio", name="memory").click()
    page.wait_value("g.values['show']", "'peak_bytes'")
    output.get_by_text("Peak memory").first.wait_for()

    # A dark page: ink and marks follow.
    page.set_theme("dark")
    ink = "e => getComputedStyle(e).color"
    assert page.output("live.growth").locator(".fmteach-clicks-table").first.evaluate(ink) in (
        "rgb(255, 255, 255)",
        "rgba(255, 255, 255, 0.87)",
    )
    blue = page.output("live.growth").locator(".fmteach-clicks-table svg").first.evaluate(ink)
    assert blue == "rgb(58, 155, 224)"
    page.set_theme("light")
    page.assert_no_errors()


def test_the_data_set_brings_its_tasks_and_its_oracle(page: LabPage) -> None:
    shown = page.output("training_panel")
    data, task = (shown.locator(f'[data-name="{name}"] select') for name in ("data", "task"))
    assert task.locator("option").all_inner_texts() == [
        "like: 4 stars or more",
        "rating: the stars",
        "rank: likes first",
    ]
    data.select_option("clicks")
    only = shown.locator('[data-name="task"] option:first-child', has_text="click: clicked or not")
    only.wait_for(state="attached")
    assert task.locator("option").count() == 1 and task.input_value() == "click"
    shown.locator(".fmteach-baseline", has_text="oracle (best possible)").wait_for()
    shown.get_by_role("button", name="Start", exact=True).click()
    shown.locator("text=Run 1 is finished").first.wait_for(timeout=90_000)
    page.screenshot("panel_clicks")
    data.select_option("movielens")
    shown.locator('[data-name="task"] option', has_text="rating").wait_for(state="attached")
    assert task.input_value() == "like"
    page.assert_no_errors()


def test_films_are_ranked_and_the_curves_drawn(page: LabPage) -> None:
    page.run_cell("training_panel")
    shown = page.output("training_panel")
    shown.locator('[data-name="task"] select').select_option("rank")
    shown.locator(".fmteach-baseline", has_text="popularity").wait_for()
    shown.locator("text=NDCG@10 (higher is better)").first.wait_for()
    shown.get_by_role("button", name="Start", exact=True).click()
    shown.locator("text=Run 1 is finished").first.wait_for(timeout=120_000)
    page.screenshot("panel_rank")
    page.assert_no_errors()
