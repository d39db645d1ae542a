"""The film map and the waterfall as a learner uses them: without a kernel, and in JupyterLab."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

import fmteach
from fmteach.datasets import from_arrays
from fmteach.live import film_map, waterfall

from .exported import EXPORTED
from .lab import LabPage

TRAITS = ["data", "selected", "across", "up"]


SETUP = """import fmteach
from fmteach import live
data = fmteach.load("movielens", task="rating", features=("user", "film", "genres"))
config = fmteach.TrainConfig(k=6, epochs=1, batch_size=2048, learning_rate=0.02, device="cpu")
trainer = fmteach.Trainer(data, config)
_ = trainer.fit()"""


def exported(widget: Any, names: list[str], **changed: Any) -> str:
    return EXPORTED.format(
        css=widget._css,
        source=widget._esm.replace("export default", "const front ="),
        state=json.dumps({**{name: getattr(widget, name) for name in names}, **changed}),
    )


@pytest.fixture(scope="module")
def small() -> tuple[Any, Any]:
    """A model of 4 users and 12 films, not trained: only the drawing is looked at."""
    codes = [(u, f) for u in range(4) for f in range(12)] * 3
    data = from_arrays(codes, [1.0 + (u + f) % 5 for u, f in codes], fields=("user", "film"))
    return fmteach.FactorizationMachine(data.num_features, k=5, init_scale=0.3, seed=2), data


@pytest.fixture
def paper(chromium: Any) -> Iterator[Any]:
    """An empty page without JupyterLab; a script error fails the test."""
    page = chromium.new_page(viewport={"width": 1200, "height": 800})
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.set_default_timeout(15_000)
    yield page
    page.close()
    assert not wrong


def test_choosing_on_the_map_needs_no_kernel(paper: Any, small: tuple[Any, Any]) -> None:
    shown = film_map(
        *small, least_rows=1, groups={str(n): ("even", "odd")[n % 2] for n in range(12)}
    )
    paper.set_content(exported(shown, ["data", "selected", "across", "up"]))
    title = paper.locator(".fmf-about h3")
    field = paper.get_by_role("combobox", name="Find a film")
    field.fill("11")
    paper.keyboard.press("Enter")
    assert title.inner_text() == "11"
    # From neighbour to neighbour by the keyboard alone.
    wanted = shown.select("11").nearest.rows[1][0]
    paper.locator(".fmf-near button").first.focus()
    paper.keyboard.press("ArrowDown")
    paper.keyboard.press("Enter")
    assert title.inner_text() == wanted
    assert paper.evaluate("document.activeElement.parentElement.parentElement.className") == (
        "fmf-near"
    )
    # A click on a point; an arrow on the map; another axis.
    box = paper.locator(".fmf-points path").nth(3).bounding_box()
    paper.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    clicked = title.inner_text()
    assert clicked != wanted
    paper.locator(".fmf-canvas").focus()
    moved = [paper.keyboard.press(f"Arrow{way}") for way in ("Left", "Up", "Right", "Down")]
    assert moved and title.inner_text() in shown.map.names
    paper.get_by_label("Across").select_option("2")
    assert paper.evaluate("state.across") == 2
    paper.get_by_role("button", name="Reset").click()
    assert paper.evaluate("[state.across, state.selected]") == [0, shown.payload["first"]]
    assert paper.locator(".fmf-legend").inner_text().split()[:2] == ["even", "odd"]


def test_nothing_overflows_and_names_do_not_cover_each_other(
    paper: Any, small: tuple[Any, Any]
) -> None:
    for widget, names in (
        (film_map(*small, least_rows=1), ["data", "selected", "across", "up"]),
        (waterfall(*small), ["data", "boxes", "opened", "problem", "part"]),
    ):
        for width in (480, 900, 1600):
            paper.set_viewport_size({"width": width, "height": 900})
            paper.set_content(exported(widget, names))
            paper.wait_for_timeout(60)  # the map is drawn again when it knows its width
            wide = paper.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (type(widget).__name__, width)
    texts = (
        "[...document.querySelectorAll('.fmf-words text')].map((t) => t.getBoundingClientRect())"
    )
    paper.set_content(
        exported(film_map(*small, least_rows=1), ["data", "selected", "across", "up"])
    )
    paper.wait_for_timeout(60)
    covered = paper.evaluate(f"""() => {{
      const boxes = {texts};
      return boxes.filter((a, i) => boxes.some((b, j) => j < i && a.left < b.right - 3 &&
        b.left < a.right - 3 && a.top < b.bottom - 5 && b.top < a.bottom - 5)).length; }}""")
    assert covered == 0


def test_at_the_edge_names_stay_inside_and_arrows_and_zoom_go_on(
    paper: Any, small: tuple[Any, Any]
) -> None:
    shown = film_map(*small, least_rows=1)
    x = shown.payload["axes"][0]["values"]
    right = max(range(12), key=lambda n: x[n])
    # Long names crowded at the right edge: none is cut off, none lies under the zoom buttons.
    data = crowded(shown.payload, right)
    first = data["names"][right]
    paper.set_content(exported(shown, TRAITS, data=json.dumps(data), selected=first))
    paper.wait_for_timeout(60)
    outside = paper.evaluate("""() => {
      const [box, zoom] = [".fmf-picture", ".fmf-zoom"].map((s) =>
        document.querySelector(s).getBoundingClientRect());
      const names = [...document.querySelectorAll(".fmf-words text")];
      return [names.length, names.map((t) => t.getBoundingClientRect()).filter((t) =>
        t.right > box.right || t.left < box.left + 30 ||
        (t.right > zoom.left && t.top < zoom.bottom)).length]; }""")
    assert outside[0] >= 9 and outside[1] == 0, outside
    # Every film can be reached: from the second to the right, the last one lies that way.
    title = paper.locator(".fmf-about h3")
    second = sorted(range(12), key=lambda n: x[n])[-2]
    paper.set_content(exported(shown.select(shown.map.names[second]), TRAITS))
    paper.locator(".fmf-canvas").focus()
    paper.keyboard.press("ArrowRight")
    assert title.inner_text() == shown.map.names[right]
    # Zooming in keeps the chosen film where it is.
    ring = "document.querySelector('.fmf-chosen circle')"
    before = paper.evaluate(f"[+{ring}.getAttribute('cx'), +{ring}.getAttribute('cy')]")
    for _ in range(3):
        paper.get_by_role("button", name="Zoom in").click()
    after = paper.evaluate(f"[+{ring}.getAttribute('cx'), +{ring}.getAttribute('cy')]")
    assert after == pytest.approx(before, abs=1)


def crowded(payload: dict[str, Any], chosen: int) -> dict[str, Any]:
    """The payload with long names, and all neighbours of the chosen film beside it."""
    names = [f"A film whose name is long, part {n} (1994)" for n in range(12)]
    axes = [dict(axis) for axis in payload["axes"]]
    near = payload["near"][chosen]
    for axis in axes[:2]:
        values = list(axis["values"])
        for step, n in enumerate(near):
            values[n] = values[chosen] - 4 * step
        axis["values"] = values
    return {**payload, "names": names, "axes": axes, "first": names[chosen]}


def test_a_waterfall_steps_from_bar_to_bar(paper: Any, small: tuple[Any, Any]) -> None:
    shown = waterfall(*small, user=1, film=2)
    paper.set_content(exported(shown, ["data", "boxes", "opened", "problem", "part"]))
    edges = paper.evaluate("""() => [...document.querySelectorAll(".fmf-row .block")].map((b) =>
      [b.classList.contains("up"), b.getBoundingClientRect().left, b.getBoundingClientRect().right]
    )""")
    values = [bar["value"] for bar in shown.payload["bars"]]
    assert [up for up, _, _ in edges] == [value >= 0 for value in values]
    for (up, left, right), (up_next, left_next, right_next) in pairwise(edges):
        ends, starts = (right if up else left), (left_next if up_next else right_next)
        assert abs(ends - starts) < 3
    paper.get_by_role("button", name="Random row").click()
    assert "while the notebook's kernel runs" in paper.get_by_role("alert").inner_text()


def test_both_in_jupyterlab(page: LabPage) -> None:
    page.write_notebook(
        "films.ipynb",
        [
            SETUP,
            "shown = live.film_map(trainer.model, data)\nshown",
            'fall = live.waterfall(trainer.model, data, user=12, film="Heat (1995)")\nfall',
        ],
    )
    page.open_notebook("films.ipynb")
    page.run_all()
    page.cell(1)
    field = page.get_by_role("combobox", name="Find a film")
    field.fill("star wars")
    page.locator(".fmf-search li", has_text="Episode V -").click()
    page.wait_value("shown.selected", "'Star Wars: Episode V - The Empire Strikes Back (1980)'")
    page.cell(2)
    bars = page.locator(".fmf-fall .fmf-row")
    closed = bars.count()
    page.get_by_role("button", name="genres, 3 terms: show").first.click()
    assert bars.count() == closed + 3
    page.get_by_role("combobox", name="User").fill("15")
    page.keyboard.press("Enter")  # too early for the answer: nothing may break
    page.locator(".fmf-search li").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_value("fall.row.labels(data)['user']", "('15',)")
    page.locator(".fmf-fall .fmf-title", has_text="user 15").wait_for()
    page.get_by_role("button", name="Random row").click()
    page.locator(".fmf-verdict", has_text="of the test part").wait_for()
    title = page.locator(".fmf-fall .fmf-title").inner_text()
    page.save()
    page.reload()
    page.cell(2)
    page.locator(".fmf-fall .fmf-title", has_text=title).wait_for()
    page.cell(1)
    page.locator(".fmf-about h3", has_text="Empire").wait_for()
    page.assert_no_errors()
