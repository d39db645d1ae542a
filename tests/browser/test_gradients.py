"""Derivatives by hand and the init scale as a learner uses them, without a kernel."""

from __future__ import annotations

import pytest

from fmteach.live.gradients import derivatives, init_scale
from fmteach.live.gradients.fields import FIELDS
from fmteach.live.gradients.judging import judge
from fmteach.live.gradients.rows import difference
from fmteach.live.gradients.small_training import SCALES

from .paper import Paper

WRITTEN = (
    "1", "-½", "x_i", "2z_il", "s_l", "x_i(s_l - z_il)", "x_i s_l − v_il x_i²", "2(yhat - y)",
    "p-y", "2", "0", "1/2 s_l", "x_i*(", "(x_i", "x_i)", "*", "x_i $ 2", "v_jl x_j", "v", "foo",
    "sum(z)", "Σ_j v_jl x_j", "sigmoid(ŷ)", "x_iz_il", "lin", "pair", "1/0", "s_l^0.5", "9^9^9^9",
    "0,5 x_i", ".5z_il", "v[i,l]x[i]", "v_{il} x_{i}", "V_i,l x_i", "2^-1 s_l", "-z_il/2", "4z_il",
    "3 s_l - 2 s_l", "(-2)^3 z_il", "x_i - -1", "y\u0302", "w_0", "w0 + w_i", "((x_i))", "1e5", "",
    "7 z_il + 1",
)  # fmt: skip


def test_the_page_judges_as_python_does(paper: Paper) -> None:
    widget = derivatives()
    paper.show(widget, also="Object.assign(window, { judge, difference });")
    texts = [[*WRITTEN, *(text for text, _ in field.slips)] for field in FIELDS]
    found = paper.evaluate(
        """(texts) => {
          const { rows, fields } = JSON.parse(state.data);
          const list = (v) => v.map((of) => of.map((x) => (Number.isFinite(x) ? x : null)));
          const slope = (row, key, i) => [0, 1].map((l) => difference(row, key, i, l));
          return fields.map((field, n) => [
            rows.map((row) => [0, 1, 2].map((i) => slope(row, field.key, i))),
            texts[n].map((text) => {
              const { verdict, score, says, read, values } = judge(field, text, rows);
              return [verdict, score, says, read, list(values)];
            }),
          ]); }""",
        texts,
    )
    rows = widget._rows
    for field, tried, (differences, judged) in zip(FIELDS, texts, found, strict=True):
        for row, values in zip(rows, differences, strict=True):
            mine = [[difference(row, field.key, i, l) for l in range(2)] for i in range(3)]
            assert values == [pytest.approx(of, abs=1e-9) for of in mine]
        for text, (verdict, score, says, read, values) in zip(tried, judged, strict=True):
            wanted = judge(field, text, rows)
            assert (verdict, says, read) == (wanted.verdict, wanted.says, wanted.read), text
            assert score == pytest.approx(wanted.score, abs=1e-9)
            for got, want in zip(values, wanted.values, strict=True):
                assert [float("nan") if v is None else v for v in got] == pytest.approx(
                    list(want), rel=1e-9, nan_ok=True
                )


def test_a_learner_answers_by_the_keyboard_alone(paper: Paper) -> None:
    widget = derivatives()
    paper.show(widget)
    paper.get_by_role("textbox", name="Derivative of z_il by v_il").focus()
    word, says = paper.locator(".fmg-line.active .fmg-word"), paper.locator(".fmg-says")
    status = paper.get_by_role("status")
    paper.keyboard.type("v_il")
    assert word.inner_text() == "✗ wrong" and says.count() == 0, "no slip in the middle of a word"
    paper.press("Enter")
    assert says.inner_text().startswith("That is the slope by x")
    assert "wrong. Yours 0.70, autograd 2.00." in status.inner_text()
    for answer in ("x_i", "1", "2z_il", "s_l", "-1/2", "1", "x_i", "x_i*s_l", "2(yhat - y)"):
        paper.press("Control+A")
        paper.keyboard.type(answer)
        paper.press("ArrowDown")
    assert paper.locator(".fmg-progress").inner_text() == "8 of 9 exact"
    paper.press("ArrowUp", "Enter")
    assert "own term is not subtracted" in says.inner_text()
    paper.press("Tab", "Enter")
    assert status.inner_text().startswith("Hint 1 of 2: v_il acts on pair by two ways")
    paper.press("Shift+Tab", "End")
    paper.keyboard.type(" - z_il x_i")
    assert paper.locator(".fmg-progress").inner_text() == "9 of 9 exact"
    # 2 (2.375 - 1) = 2.75 times 3.00
    assert "= 2.75 · 3.00 = 8.25. A nudge of vil gives 8.25." in paper.locator(
        ".fmg-chain"
    ).inner_text().replace("\n", "")
    twin = derivatives()
    twin.answers = paper.state("answers")
    assert paper.locator(".fmg-text pre").text_content() == twin.text()
    # Another feature and factor by the arrows, other numbers and another loss by their controls.
    paper.locator(".fmg-z button[aria-pressed=true]").focus()
    paper.press("ArrowDown", "ArrowRight")
    paper.get_by_role("button", name="Random numbers").click()
    twin.feature, twin.factor, twin.numbers = 2, 2, 1
    assert paper.locator(".fmg-text pre").text_content() == twin.text()
    paper.get_by_role("combobox", name="Loss").select_option("log")
    assert paper.locator(".fmg-progress").inner_text() == "8 of 9 exact"
    assert "belongs to the squared loss" in says.inner_text()
    paper.get_by_role("button", name="Start over").click()
    assert paper.state("answers", "numbers") == [{}, 0]
    assert paper.locator(".fmg-line input").evaluate_all("all => all.every((i) => !i.value)")


def test_the_scale_moves_by_keys_and_by_a_click(paper: Paper) -> None:
    widget = init_scale()
    paper.show(widget)
    slider, says = paper.get_by_role("slider"), paper.locator(".fmi-says")
    slider.focus()
    paper.press("Home")
    assert says.inner_text() == widget.sentence(0) and "V is still 0" in widget.sentence(0)
    paper.press("End")
    assert says.inner_text() == widget.sentence(len(SCALES) - 1)
    assert paper.locator(".fmi-right .big").text_content() == "scale 10: explodes"
    assert slider.get_attribute("aria-valuetext") == "init scale 10"
    box = paper.locator(".fmi-left .cover").first.bounding_box()
    paper.mouse.click(box["x"] + 4, box["y"] + 50)
    assert paper.locator("output").inner_text() == "0"
    cells = paper.locator(".fmi-text tr").nth(1 + SCALES.index(0.01)).locator("td")
    assert cells.all_text_contents() == widget.text().splitlines()[8].split()[2:]
    paper.get_by_role("combobox", name="Loss after").select_option("10")
    assert paper.locator(".fmi-left .title").nth(1).text_content() == "Loss after 10 steps"
    paper.get_by_role("button", name="Start over").click()
    assert says.inner_text() == widget.sentence(SCALES.index(0.01))
