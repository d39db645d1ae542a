"""The film map and the waterfall as a learner uses them without a kernel."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from fmteach.live import film_map, waterfall

from .paper import Paper, middle


def test_choosing_on_the_map_needs_no_kernel(paper: Paper, small_model: tuple[Any, Any]) -> None:
    shown = film_map(
        *small_model, least_rows=1, groups={str(n): ("even", "odd")[n % 2] for n in range(12)}
    )
    paper.show(shown)
    title = paper.locator(".fmf-about h3")
    field = paper.get_by_role("combobox", name="Find a film")
    field.fill("11")
    paper.press("Enter")
    assert title.inner_text() == "11"
    # From neighbour to neighbour by the keyboard alone.
    wanted = shown.select("11").nearest.rows[1][0]
    paper.locator(".fmf-near button").first.focus()
    paper.press("ArrowDown", "Enter")
    assert title.inner_text() == wanted
    assert paper.evaluate("document.activeElement.parentElement.parentElement.className") == (
        "fmf-near"
    )
    # A click on a point; an arrow on the map; another axis.
    paper.mouse.click(*middle(paper.locator(".fmf-points path").nth(3)))
    clicked = title.inner_text()
    assert clicked != wanted
    paper.locator(".fmf-canvas").focus()
    paper.press("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown")
    assert title.inner_text() in shown.map.names
    paper.get_by_label("Across").select_option("2")
    assert paper.state("across") == 2
    paper.get_by_role("button", name="Reset").click()
    assert paper.state("across", "selected") == [0, shown.payload["first"]]
    assert paper.locator(".fmf-legend").inner_text().split()[:2] == ["even", "odd"]


def test_names_do_not_cover_each_other(paper: Paper, small_model: tuple[Any, Any]) -> None:
    paper.set_viewport_size({"width": 1600, "height": 900})
    texts = (
        "[...document.querySelectorAll('.fmf-words text')].map((t) => t.getBoundingClientRect())"
    )
    paper.show(film_map(*small_model, least_rows=1))
    covered = paper.evaluate(f"""() => {{
      const boxes = {texts};
      return boxes.filter((a, i) => boxes.some((b, j) => j < i && a.left < b.right - 3 &&
        b.left < a.right - 3 && a.top < b.bottom - 5 && b.top < a.bottom - 5)).length; }}""")
    assert covered == 0


def test_at_the_edge_names_stay_inside_and_arrows_and_zoom_go_on(
    paper: Paper, small_model: tuple[Any, Any]
) -> None:
    shown = film_map(*small_model, least_rows=1)
    x = shown.payload["axes"][0]["values"]
    right = max(range(12), key=lambda n: x[n])
    # Long names crowded at the right edge: none is cut off, none lies under the zoom buttons.
    data = crowded(shown.payload, right)
    first = data["names"][right]
    paper.show(shown, data=json.dumps(data), selected=first)
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
    paper.show(shown.select(shown.map.names[second]))
    paper.locator(".fmf-canvas").focus()
    paper.press("ArrowRight")
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


def test_a_waterfall_steps_from_bar_to_bar(paper: Paper, small_model: tuple[Any, Any]) -> None:
    shown = waterfall(*small_model, user=1, film=2)
    paper.show(shown)
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
