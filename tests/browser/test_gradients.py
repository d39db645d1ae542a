"""Derivatives by hand and the init scale as a learner uses them: without a kernel, and with one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from fmteach.live.gradients import derivatives, init_scale
from fmteach.live.gradients.fields import FIELDS
from fmteach.live.gradients.judging import judge
from fmteach.live.gradients.rows import difference
from fmteach.live.gradients.small_training import SCALES

from .exported import EXPORTED
from .lab import LabPage

ANSWERED_MS = 150
TRAITS = ["answers", "hints", "loss", "numbers", "feature", "factor", "data"]
WRITTEN = (
    "1", "-½", "x_i", "2z_il", "s_l", "x_i(s_l - z_il)", "x_i s_l − v_il x_i²", "2(yhat - y)",
    "p-y", "2", "0", "1/2 s_l", "x_i*(", "(x_i", "x_i)", "*", "x_i $ 2", "v_jl x_j", "v", "foo",
    "sum(z)", "Σ_j v_jl x_j", "sigmoid(ŷ)", "x_iz_il", "lin", "pair", "1/0", "s_l^0.5", "9^9^9^9",
    "0,5 x_i", ".5z_il", "v[i,l]x[i]", "v_{il} x_{i}", "V_i,l x_i", "2^-1 s_l", "-z_il/2", "4z_il",
    "3 s_l - 2 s_l", "(-2)^3 z_il", "x_i - -1", "y\u0302", "w_0", "w0 + w_i", "((x_i))", "1e5", "",
    "7 z_il + 1",
)  # fmt: skip


def exported(widget: Any, traits: list[str]) -> str:
    source = widget._esm.replace("export default", "const front =")
    if "answers" in traits:
        source += "\nObject.assign(window, { judge, difference });"
    state = {name: getattr(widget, name) for name in traits}
    return EXPORTED.format(css=widget._css, source=source, state=json.dumps(state))


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


def test_the_page_judges_as_python_does(paper: Any) -> None:
    widget = derivatives()
    paper.set_content(exported(widget, TRAITS))
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


def test_a_learner_answers_by_the_keyboard_alone(paper: Any) -> None:
    widget = derivatives()
    paper.set_content(exported(widget, TRAITS))
    paper.get_by_role("textbox", name="Derivative of z_il by v_il").focus()
    word, says = paper.locator(".fmg-line.active .fmg-word"), paper.locator(".fmg-says")
    status = paper.get_by_role("status")
    paper.keyboard.type("v_il")
    assert word.inner_text() == "✗ wrong" and says.count() == 0, "no slip in the middle of a word"
    paper.keyboard.press("Enter")
    assert says.inner_text().startswith("That is the slope by x")
    assert "wrong. Yours 0.70, autograd 2.00." in status.inner_text()
    for answer in ("x_i", "1", "2z_il", "s_l", "-1/2", "1", "x_i", "x_i*s_l", "2(yhat - y)"):
        paper.keyboard.press("Control+A")
        paper.keyboard.type(answer)
        paper.keyboard.press("ArrowDown")
    assert paper.locator(".fmg-progress").inner_text() == "8 of 9 exact"
    paper.keyboard.press("ArrowUp")
    paper.keyboard.press("Enter")
    assert "own term is not subtracted" in says.inner_text()
    paper.keyboard.press("Tab")
    paper.keyboard.press("Enter")
    assert status.inner_text().startswith("Hint 1 of 2: v_il acts on pair by two ways")
    paper.keyboard.press("Shift+Tab")
    paper.keyboard.press("End")
    paper.keyboard.type(" - z_il x_i")
    assert paper.locator(".fmg-progress").inner_text() == "9 of 9 exact"
    # 2 (2.375 - 1) = 2.75 times 3.00
    assert "= 2.75 · 3.00 = 8.25. A nudge of vil gives 8.25." in paper.locator(
        ".fmg-chain"
    ).inner_text().replace("\n", "")
    twin = derivatives()
    twin.answers = paper.evaluate("state.answers")
    assert paper.locator(".fmg-text pre").text_content() == twin.text()
    # Another feature and factor by the arrows, other numbers and another loss by their controls.
    paper.locator(".fmg-z button[aria-pressed=true]").focus()
    paper.keyboard.press("ArrowDown")
    paper.keyboard.press("ArrowRight")
    paper.get_by_role("button", name="Random numbers").click()
    twin.feature, twin.factor, twin.numbers = 2, 2, 1
    assert paper.locator(".fmg-text pre").text_content() == twin.text()
    paper.get_by_role("combobox", name="Loss").select_option("log")
    assert paper.locator(".fmg-progress").inner_text() == "8 of 9 exact"
    assert "belongs to the squared loss" in says.inner_text()
    paper.get_by_role("button", name="Start over").click()
    assert paper.evaluate("[state.answers, state.numbers]") == [{}, 0]
    assert paper.locator(".fmg-line input").evaluate_all("all => all.every((i) => !i.value)")


def test_both_answer_at_once(paper: Any) -> None:
    paper.set_content(exported(derivatives(), TRAITS))
    slowest = paper.evaluate("""async () => {
      const times = [];
      for (const input of document.querySelectorAll(".fmg-line input")) {
        for (const text of ["x", "x_i*(s_l", "x_i*(s_l - z_il)", "7 z_il + 1"]) {
          const start = performance.now();
          input.value = text;
          input.dispatchEvent(new Event("input"));
          await new Promise(requestAnimationFrame);
          times.push(performance.now() - start);
        }
      }
      return Math.max(...times); }""")
    assert slowest < ANSWERED_MS
    paper.set_content(exported(init_scale(), ["position", "after", "data"]))
    slowest = paper.evaluate("""async () => {
      const slider = document.querySelector(".fmi input"), times = [];
      for (let n = 0; n <= slider.max; n++) {
        const start = performance.now();
        slider.value = n;
        slider.dispatchEvent(new Event("input"));
        await new Promise(requestAnimationFrame);
        times.push(performance.now() - start);
      }
      return Math.max(...times); }""")
    assert slowest < ANSWERED_MS


def test_the_scale_moves_by_keys_and_by_a_click(paper: Any) -> None:
    widget = init_scale()
    paper.set_content(exported(widget, ["position", "after", "data"]))
    slider, says = paper.get_by_role("slider"), paper.locator(".fmi-says")
    slider.focus()
    paper.keyboard.press("Home")
    assert says.inner_text() == widget.sentence(0) and "V is still 0" in widget.sentence(0)
    paper.keyboard.press("End")
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


def test_nothing_overflows(paper: Any) -> None:
    answered = derivatives()
    answered.answer("dy_dv", "(" * 12 + "x_i s_l" + ")" * 12 + " - " * 3 + "w_i w_i w_i w_i w_i")
    for widget, traits in ((answered, TRAITS), (init_scale(10), ["position", "after", "data"])):
        for width in (420, 700, 1000, 1800):
            paper.set_viewport_size({"width": width, "height": 900})
            paper.set_content(exported(widget, traits))
            wide = paper.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (type(widget).__name__, width)


def test_in_jupyterlab_answers_go_to_python_and_back(page: LabPage) -> None:
    page.write_notebook(
        "gradients.ipynb",
        [
            "from fmteach import live\nslopes = live.derivatives()\nslopes",
            "slopes  # a second view",
            "spread = live.init_scale()\nspread",
        ],
    )
    page.open_notebook("gradients.ipynb")
    page.run_all()
    first, second = (page.output(n).locator(".fmg-line input").first for n in (0, 1))
    page.output(0)
    first.fill("x_i")
    page.wait_value("slopes.answers", "{'dz_dv': 'x_i'}")
    # Many keys in a short time: no answer may be lost to the echo of an older state.
    quick = page.output(0).locator(".fmg-line input")
    for n in range(1, 9):
        quick.nth(n).focus()
        page.keyboard.type("x_i + 1")
    page.wait_value("set(slopes.answers.values())", "{'x_i', 'x_i + 1'}")
    page.wait_value("len(slopes.answers)", "9")
    page.run_code("slopes.answer('dq_dz', 'z_il'); slopes.numbers = 2")
    page.output(1)
    assert second.input_value() == "x_i"
    page.output(1).locator(".fmg-line").nth(2).get_by_text("close").wait_for()
    assert "random numbers 2" in page.output(1).locator(".fmg-left h4").inner_text()
    page.output(2).get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")  # the notebook must not take the keys of a slider
    page.wait_value("round(spread.scale, 6)", "0.02")
    page.save()
    page.reload()
    page.output(0).locator(".fmg-line").nth(2).get_by_text("close").wait_for()
    page.assert_no_errors()
