"""The first walk: a notebook opens in a real JupyterLab, runs whole, and needs no network."""

from __future__ import annotations

import pytest

from .lab import LabPage

CELLS = [
    "#md # A small notebook\n\nOne formula: $\\hat y = w_0$.",
    "import sys\nprint(sys.prefix)",
    "import ipywidgets as widgets\nslider = widgets.IntSlider(value=3, description='k')\nslider",
    "slider.value",
]


def test_a_notebook_runs_whole_and_nothing_leaves_the_machine(page: LabPage) -> None:
    import sys

    page.write_notebook("small.ipynb", CELLS)
    page.open_notebook("small.ipynb")
    page.run_all()
    page.assert_no_errors()
    assert page.text("sys.prefix").strip() == sys.prefix, "the kernel is of another environment"

    handle = page.output("IntSlider").get_by_role("slider")
    handle.focus()
    page.keyboard.press("ArrowRight")
    page.wait_value("slider.value", "4")
    assert page.run_code("print(slider.value)").strip() == "4"

    page.screenshot("lab_light")
    page.set_theme("dark")
    page.screenshot("lab_dark")
    assert page.requests.urls, "the recorder saw nothing at all"


def test_errors_are_seen_and_a_page_that_asks_for_the_network_is_caught(page: LabPage) -> None:
    page.write_notebook("broken.ipynb", ["1 / 0", "print('after')"])
    page.open_notebook("broken.ipynb")
    page.run_cell(0)
    assert page.errors() == ["cell 0: ZeroDivisionError: division by zero"]
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        page.assert_no_errors()
    with pytest.raises(AssertionError, match="NameError"):
        page.tell("nothing_of_that_name")
    page.evaluate("() => fetch('http://example.invalid/x').catch(() => null)")
    assert page.requests.outside() == ["http://example.invalid/x"]
    page.requests.urls.clear()
