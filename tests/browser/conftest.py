"""Fixtures of the browser tests: one JupyterLab and one Chromium a session, one fresh page a test.

    def test_something(page):
        page.open_notebook("03_the_kd_trick.ipynb")
        page.run_all()
        page.assert_no_errors()
        page.screenshot("kd_trick")

`page` also passes every attribute of Playwright's own page through: page.locator(...),
page.get_by_role(...), page.keyboard, page.mouse, page.evaluate(...). When the test ends, its
kernels are shut down, the theme is light again, and the test fails if the page asked for anything
outside 127.0.0.1. `shared_page` is the same for all tests of a module. `paper` is a page without
JupyterLab and without a kernel (paper.py).
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .lab import LabPage
from .paper import Paper
from .server import HOW_TO_GET_CHROMIUM, LabServer, find_chromium, launch

HERE = Path(__file__).parent
NOTEBOOKS = HERE.parents[1] / "notebooks"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """The running browser (a Playwright Browser)."""
    path = find_chromium()
    if path is None:
        # Where a browser is promised (continuous integration), its absence is a failure.
        stop = pytest.fail if os.environ.get("FMTEACH_REQUIRE_BROWSER") else pytest.skip
        stop(HOW_TO_GET_CHROMIUM)
    with launch(path) as browser:
        yield browser


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory, chromium: object) -> Iterator[LabServer]:
    """A JupyterLab that shares no setting, no file and no port with the user's own."""
    server = LabServer(tmp_path_factory.mktemp("lab"))
    with server:
        yield server


@contextlib.contextmanager
def opened(lab: LabServer, chromium: object, name: str) -> Iterator[LabPage]:
    """A fresh browser page on a fresh copy of notebooks/, in a folder of that name."""
    folder = re.sub(r"\W+", "_", name)
    lab.add_folder(folder, NOTEBOOKS)
    page = LabPage(lab, chromium, folder)
    try:
        yield page
        page.requests.assert_local()
    finally:
        page.close()
        lab.tidy()


@pytest.fixture
def page(lab: LabServer, chromium: object, request: pytest.FixtureRequest) -> Iterator[LabPage]:
    """A page of JupyterLab for one test."""
    with opened(lab, chromium, request.node.name) as page:
        yield page


@pytest.fixture(scope="module")
def shared_page(
    lab: LabServer, chromium: object, request: pytest.FixtureRequest
) -> Iterator[LabPage]:
    """A page of JupyterLab, and its kernels, for all tests of a module that do not disturb one
    another. No test of such a module asks for `page`: it would shut all kernels down."""
    with opened(lab, chromium, request.module.__name__.rpartition(".")[2]) as page:
        yield page


@pytest.fixture
def paper(chromium: object) -> Iterator[Paper]:
    """A page without JupyterLab for one test; a script that ends in an error fails it."""
    page = Paper(chromium)
    try:
        yield page
        page.assert_no_errors()
    finally:
        page.close()


@pytest.fixture(scope="session")
def small_model() -> tuple[object, object]:
    """A model of 4 users and 12 films, not trained: only the drawing is looked at."""
    import fmteach
    from fmteach.datasets import from_arrays

    codes = [(u, f) for u in range(4) for f in range(12)] * 3
    data = from_arrays(codes, [1.0 + (u + f) % 5 for u, f in codes], fields=("user", "film"))
    return fmteach.FactorizationMachine(data.num_features, k=5, init_scale=0.3, seed=2), data
