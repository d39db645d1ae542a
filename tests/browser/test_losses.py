"""Loss against score, as a learner uses it without a kernel: by mouse, touch and keys."""

from __future__ import annotations

import random
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from fmteach.live import losses
from fmteach.live.losses import loss_against_score
from fmteach.live.losses.words import State, facts, lines, sentence, table

from .paper import Paper, middle

HERE = Path(losses.__file__).parent
POINT = "[role=slider]"
CTRS = (0.01, 0.1, 0.17, 0.2, 0.24, 0.27, 0.3, 0.35, 0.4, 0.5)


def shown(page: Any) -> dict[str, str]:
    names, values = (page.locator(f".fml-facts {tag}").all_inner_texts() for tag in ("dt", "dd"))
    return dict(zip(names, values, strict=True))


def choose(page: Any, words: str) -> None:
    page.get_by_role("radio", name=words, exact=True).check()


def test_page_and_python_say_the_same(paper: Paper) -> None:
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


def test_the_point_by_keys_mouse_and_touch(paper: Paper) -> None:
    paper.show(loss_against_score())
    point = paper.locator(POINT)
    point.focus()
    for key, score in (("ArrowRight", -0.95), ("PageUp", 0.05), ("Home", -6), ("End", 6)):
        paper.press(key)
        assert paper.state("score") == score
        assert point.get_attribute("aria-valuenow") == str(score)
    assert shown(paper)["loss −ln p"] == "0.0025"
    assert "probability p = σ(ŷ) 0.998" in point.get_attribute("aria-valuetext")
    box = paper.locator(".fml-canvas").bounding_box()
    x, y = middle(point)
    paper.mouse.move(x, y)
    paper.mouse.down()
    paper.mouse.move(box["x"] + box["width"] / 3, y - 40, steps=4)
    paper.mouse.up()
    dragged = paper.state("score")
    assert -3 < dragged < -1
    paper.mouse.move(x, y)  # no button is down: the point stays
    assert paper.state("score") == dragged
    paper.touchscreen.tap(box["x"] + box["width"] * 0.8, box["y"] + 100)
    assert 2 < paper.state("score") < 5
    assert shown(paper)["score ŷ"] == f"{paper.evaluate('state.score'):.2f}"


def test_two_sigmoids_the_base_rate_and_the_floor(paper: Paper) -> None:
    paper.show(loss_against_score())
    assert paper.get_by_label("CTR").is_hidden()
    choose(paper, "all rows")
    ctr = paper.get_by_label("CTR")
    ctr.focus()
    assert "base rate 0.4559" in paper.locator(".fml-canvas").text_content()
    choose(paper, "two")
    assert "floor 0.6286" in paper.locator(".fml-canvas").text_content()
    assert "above the base rate" in paper.locator(".fml-said").inner_text()
    ctr.focus()
    paper.press("End")
    assert paper.state("ctr") == 0.5
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
    paper.press("End")  # both films move, as far as their sliders go
    assert paper.state("liked", "other") == [3, -3]
    choose(paper, "MSE")
    paper.get_by_label("Label").fill("1.5")
    assert shown(paper)["error ŷ − y"] == "1.00"
    paper.get_by_role("button", name="Reset").click()
    assert paper.state("loss", "rows", "ctr", "liked") == ["logloss", "1", 0.17, -0.5]


COVERED = """() => {
  const words = [...document.querySelectorAll(".fml-canvas .words")]
    .map((t) => [t.textContent, t.getBoundingClientRect()]);
  return words.flatMap(([a, p]) => words.filter(([b, q]) => a !== b &&
    p.left < q.right && q.left < p.right && p.top + 4 < q.bottom && q.top + 4 < p.bottom)
    .map(([b]) => `${a} on ${b}`)); }"""


@pytest.mark.parametrize("width", [480, 860, 1400])
def test_no_words_cover_others(paper: Paper, width: int) -> None:
    paper.set_viewport_size({"width": width, "height": 900})
    paper.show(loss_against_score())
    for loss in ("mse", "bpr"):
        paper.set(loss=loss)
        assert paper.evaluate(COVERED) == [], loss
    paper.set(loss="logloss")
    for rows, ctrs in (("1", (0.17,)), ("0", (0.17,)), ("all", CTRS)):
        for ctr in ctrs:
            for sigmoids in (1, 2):
                paper.set(rows=rows, ctr=ctr, sigmoids=sigmoids)
                assert paper.outside() == [], (rows, ctr, sigmoids)
                assert paper.evaluate(COVERED) == [], (rows, ctr, sigmoids)
