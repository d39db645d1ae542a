"""Loss against score, as a learner uses it: without a kernel, by mouse, touch and keys, in Lab."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from fmteach.live import losses
from fmteach.live.losses import LossAgainstScore, loss_against_score
from fmteach.live.losses.words import State, facts, lines, sentence, table

from .exported import EXPORTED
from .lab import LabPage

HERE = Path(losses.__file__).parent
NAMES = [*State.__dataclass_fields__, "first"]
POINT = "[role=slider]"


def exported(widget: LossAgainstScore) -> str:
    return EXPORTED.format(
        css=LossAgainstScore._css,
        source=str(LossAgainstScore._esm).replace("export default", "const front ="),
        state=json.dumps({name: getattr(widget, name) for name in NAMES}),
    )


@pytest.fixture
def paper(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1130, "height": 800}, has_touch=True)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.set_default_timeout(15_000)
    yield page
    context.close()
    assert not wrong


def shown(page: Any) -> dict[str, str]:
    names, values = (page.locator(f".fml-facts {tag}").all_inner_texts() for tag in ("dt", "dd"))
    return dict(zip(names, values, strict=True))


def choose(page: Any, words: str) -> None:
    page.get_by_role("radio", name=words, exact=True).check()


def test_page_and_python_say_the_same(paper: Any) -> None:
    dice = random.Random(0)
    states = [
        State(
            loss=dice.choice(("mse", "logloss", "logloss", "bpr")),
            rows=dice.choice(("1", "0", "all")),
            score=dice.randrange(-120, 121) / 20,
            ctr=dice.randrange(1, 51) / 100,
            sigmoids=dice.choice((1, 2)),
            stars=dice.randrange(1, 11) / 2,
            rating=dice.randrange(0, 121) / 20,
            liked=dice.randrange(-60, 61) / 20,
            other=dice.randrange(-60, 61) / 20,
        )
        for _ in range(300)
    ]
    source = "".join((HERE / name).read_text("utf-8") for name in ("arithmetic.js", "words.js"))
    found = paper.evaluate(
        f"""(states) => {{ {source}
        return states.map((s) => [factsOf(s), linesOf(s), sentenceOf(s), tableOf(s),
                                  curveOf(s, placeOf(s))]); }}""",
        [asdict(state) for state in states],
    )
    for state, (said, levels, words, (head, rows), point) in zip(states, found, strict=True):
        assert [tuple(fact) for fact in said] == facts(state)
        assert [name for name, _ in levels] == [name for name, _ in lines(state)]
        assert [v for _, v in levels] == pytest.approx([v for _, v in lines(state)], abs=1e-12)
        assert words == sentence(state)
        assert (head, rows) == table(state)
        assert point == pytest.approx(state.curve(state.at), abs=1e-12)


def test_the_point_by_keys_mouse_and_touch(paper: Any) -> None:
    paper.set_content(exported(loss_against_score()))
    point = paper.locator(POINT)
    point.focus()
    for key, score in (("ArrowRight", -0.95), ("PageUp", 0.05), ("Home", -6), ("End", 6)):
        paper.keyboard.press(key)
        assert paper.evaluate("state.score") == score
        assert point.get_attribute("aria-valuenow") == str(score)
    assert shown(paper)["loss −ln p"] == "0.0025"
    assert "probability p = σ(ŷ) 0.998" in point.get_attribute("aria-valuetext")
    box = paper.locator(".fml-canvas").bounding_box()
    at = point.bounding_box()
    x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
    paper.mouse.move(x, y)
    paper.mouse.down()
    paper.mouse.move(box["x"] + box["width"] / 3, y - 40, steps=4)
    paper.mouse.up()
    dragged = paper.evaluate("state.score")
    assert -3 < dragged < -1
    paper.mouse.move(x, y)  # no button is down: the point stays
    assert paper.evaluate("state.score") == dragged
    paper.touchscreen.tap(box["x"] + box["width"] * 0.8, box["y"] + 100)
    assert 2 < paper.evaluate("state.score") < 5
    assert shown(paper)["score ŷ"] == f"{paper.evaluate('state.score'):.2f}"


def test_two_sigmoids_the_base_rate_and_the_floor(paper: Any) -> None:
    paper.set_content(exported(loss_against_score()))
    assert paper.get_by_label("CTR").is_hidden()
    choose(paper, "all rows")
    ctr = paper.get_by_label("CTR")
    ctr.focus()
    assert "base rate 0.4559" in paper.locator(".fml-canvas").text_content()
    choose(paper, "two")
    assert "floor 0.6286" in paper.locator(".fml-canvas").text_content()
    assert "above the base rate" in paper.locator(".fml-said").inner_text()
    ctr.focus()
    paper.keyboard.press("End")
    assert paper.evaluate("state.ctr") == 0.5
    assert "floor 0.5032" in paper.locator(".fml-canvas").text_content()
    paper.get_by_role("status").filter(has_text="0.5032").wait_for(state="attached")
    paper.locator(".fml-twin summary").click()
    paper.locator("caption").wait_for()
    assert paper.locator(".fml-twin tbody tr").count() == 13
    assert "The floor: 0.5032." in paper.locator("caption").inner_text()
    choose(paper, "BPR")
    assert paper.locator(".fml-twin thead th").first.inner_text() == "difference"
    paper.get_by_label("liked film").fill("2")
    paper.get_by_label("other film").fill("2")
    assert shown(paper)["loss −ln p"] == "0.6931"
    paper.locator(POINT).focus()
    paper.keyboard.press("End")  # both films move, as far as their sliders go
    assert paper.evaluate("[state.liked, state.other]") == [3, -3]
    choose(paper, "MSE")
    paper.get_by_label("Label").fill("1.5")
    assert shown(paper)["error ŷ − y"] == "1.00"
    paper.get_by_role("button", name="Reset").click()
    assert paper.evaluate("[state.loss, state.rows, state.ctr, state.liked]") == [
        "logloss", "1", 0.17, -0.5,
    ]  # fmt: skip


WORDS = """() => {
  const boxes = [...document.querySelectorAll('.fml-canvas .words')].map((t) => [t, t.getBoundingClientRect()]);
  const hits = [];
  for (const [a, p] of boxes) for (const [b, q] of boxes) {
    if (a !== b && p.left < q.right && q.left < p.right && p.top + 4 < q.bottom && q.top + 4 < p.bottom) hits.push(`${a.textContent} on ${b.textContent}`);
  }
  return hits; }"""  # noqa: E501


@pytest.mark.parametrize("width", [480, 860, 1400])
def test_nothing_overflows_and_no_words_cover_others(paper: Any, width: int) -> None:
    paper.set_viewport_size({"width": width, "height": 900})
    for state in (
        *({"loss": loss} for loss in ("mse", "bpr")),
        *({"rows": rows, "sigmoids": n} for rows in ("1", "0") for n in (1, 2)),
        *(
            {"rows": "all", "sigmoids": n, "ctr": ctr}
            for ctr in (0.01, 0.1, 0.17, 0.2, 0.24, 0.27, 0.3, 0.35, 0.4, 0.5)
            for n in (1, 2)
        ),
    ):
        paper.set_content(exported(loss_against_score(**state)))
        paper.wait_for_timeout(30)  # it is drawn again when it knows its width
        assert paper.evaluate("document.documentElement.scrollWidth") <= width, state
        assert paper.evaluate(WORDS) == [], state


def test_in_the_notebook(page: LabPage) -> None:
    page.write_notebook(
        "losses.ipynb",
        [
            "from fmteach import live",
            "shown = live.loss_against_score()\nshown",
            "shown",
            "live.loss_against_score('mse', name='another')",
        ],
    )
    page.open_notebook("losses.ipynb")
    page.run_all()
    page.assert_no_errors()
    point = page.output(1).locator(POINT)
    point.wait_for(timeout=60_000)
    point.focus()
    page.keyboard.press("ArrowRight")
    page.wait_value("shown.score", "-0.95")
    name, value = (
        point.locator(f"xpath=ancestor::section//{tag}").nth(2).bounding_box()
        for tag in ("dt", "dd")
    )
    assert value["x"] == name["x"] and value["y"] >= name["y"] + name["height"] - 1
    # Another widget on the page does not take the choices of this one away.
    assert page.output(1).locator("input:checked").count() == 3
    # The second view moves along, and the shortcuts of the notebook stay out.
    second = page.output(2).locator(POINT)
    assert second.get_attribute("aria-valuenow") == "-0.95"
    cells = len(page.sources())
    point.focus()
    page.keyboard.press("d")
    page.keyboard.press("d")
    assert len(page.sources()) == cells
    took = point.evaluate(
        """async (node) => {
          const times = [];
          for (let n = 0; n < 20; n += 1) {
            const start = performance.now();
            node.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
            times.push(performance.now() - start);
          }
          return times.sort((a, b) => a - b); }"""
    )
    print(f"a key: median {took[10]:.0f} ms, slowest {took[-1]:.0f} ms")
    assert took[10] < 150
    page.run_code("shown.rows, shown.sigmoids = 'all', 2")
    page.output(1).get_by_text("floor 0.6286").wait_for()
    assert Path(page.save()).stat().st_size < 100_000
    page.assert_no_errors()
    page.requests.assert_local()
