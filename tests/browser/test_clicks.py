"""The interactives of the click notebooks in a real JupyterLab: keys, mouse, both themes."""

from __future__ import annotations

from .lab import LabPage

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


def slider(page: LabPage, cell: str) -> object:
    return page.output(cell).locator("input[type=range]")


def test_the_click_panels_answer_keys_and_mouse(page: LabPage) -> None:
    page.write_notebook("clicks.ipynb", CELLS)
    page.open_notebook("clicks.ipynb")
    page.run_all()
    page.assert_no_errors()

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
    assert page.errors() == [] and len(page.sources()) == len(CELLS)  # no key reached the notebook

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
