"""Exercises in a real JupyterLab: a learner who slips, asks for hints, and uses no mouse."""

from __future__ import annotations

from typing import Any

from .lab import LabPage

STUB = "def fm_fast(x, V):"
IMPORTS = "import math\n"
LOST_HALF = """def fm_fast(x, V):
    z = x[:, None] * V
    return (z.sum(0) ** 2 - (z ** 2).sum(0)).sum()


exercises.check("3.1", fm_fast)"""
RIGHT = LOST_HALF.replace("return (z", "return 0.5 * (z")


def typed(page: LabPage, which: int | str, source: str) -> None:
    """Replaces a cell's source from the keyboard, and runs it with Shift+Enter."""
    page.cell(which)
    page.evaluate(
        """i => { const notebook = window.jupyterapp.shell.currentWidget.content;
        notebook.mode = 'command'; notebook.activeCellIndex = i; notebook.activate(); }""",
        page.index(which),
    )
    page.keyboard.press("Enter")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)
    page.keyboard.press("Shift+Enter")
    page.wait_idle()


def command(page: LabPage, name: str) -> None:
    page.evaluate("name => window.jupyterapp.commands.execute(name)", name)
    page.wait_for_timeout(150)


def test_a_learner_slips_asks_and_gets_there(page: LabPage) -> None:
    page.open_notebook("03_the_kd_trick.ipynb")
    for cell in (IMPORTS, STUB):
        page.run_cell(cell)
    assert "not attempted" in page.text(STUB)
    typed(page, STUB, LOST_HALF)
    said = page.text(STUB)
    assert "exactly twice the truth" in said and "the definition gives" in said
    page.screenshot("slip_named", of=page.output(STUB))

    # The cell is moved up, copied, pasted below and the first one deleted: nothing breaks.
    page.evaluate("() => window.jupyterapp.shell.currentWidget.content.mode = 'command'")
    page.cell(STUB).click(position={"x": 5, "y": 5})
    for name in ("notebook:move-cell-up", "notebook:copy-cell", "notebook:paste-cell-below"):
        command(page, name)
    both = [n for n, source in enumerate(page.sources()) if STUB in source]
    assert len(both) == 2
    command(page, "notebook:cut-cell")
    typed(page, STUB, RIGHT)
    assert "correct" in page.text(STUB)
    assert page.value("'✓ 3.1' in repr(exercises.progress())") == "True"

    page.run_code("exercises.progress().reset(sure=True)")  # other tests have asked for hints
    for n in (1, 2):
        assert f"Hint {n} of 3" in page.run_code('print(exercises.hint("3.1"))')
    typed(page, STUB, RIGHT.replace("    z =", "    while True: pass\n    z ="))
    assert "stopped after 5 seconds" in page.text(STUB)
    typed(page, STUB, RIGHT.replace("V\n", "V @ x\n"))
    assert "in the line “z = x[:, None] * V @ x”" in page.text(STUB)
    page.assert_no_errors()


def focused(page: LabPage) -> dict[str, Any]:
    return page.evaluate(
        """() => { const e = document.activeElement;
        return {tag: e.tagName, type: e.type ?? '', text: e.textContent.trim(),
                inside: Boolean(e.closest('.fmteach-ask'))}; }"""
    )


def test_questions_are_answered_from_the_keyboard_alone(page: LabPage) -> None:
    page.write_notebook(
        "asked.ipynb",
        ["from fmteach import live", 'live.ask("3.4", "3.5")', "print('below')"],
    )
    page.open_notebook("asked.ipynb")
    page.run_all()
    asked = page.output('live.ask("3.4"')
    asked.locator("input.number").focus()
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    status = asked.get_by_role("status")
    status.filter(has_text="all d² products").wait_for()
    seen = []
    for _ in range(8):  # Check, Hint, then the four choices as one stop, then Check again
        page.keyboard.press("Tab")
        seen.append(focused(page))
        if seen[-1]["type"] == "radio":
            break
    assert [each["text"] for each in seen[:2]] == ["Check", "Hint 1 of 3"]
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    status.filter(has_text="Each call of the library").wait_for()
    page.screenshot("questions", of=asked)

    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert focused(page)["text"] == "Hint 1 of 3"
    for n in (1, 2, 3):
        page.keyboard.press("Space")
        asked.get_by_text(f"Hint {n} of 3:").wait_for()
    assert focused(page)["text"] == "No more hints" and focused(page)["inside"]
    page.keyboard.press("Tab")
    assert not focused(page)["inside"]
    page.set_theme("dark")
    page.screenshot("questions_dark", of=asked)
    page.assert_no_errors()


def test_an_answer_that_waits_is_announced_and_stands_in_both_views(page: LabPage) -> None:
    page.write_notebook(
        "waits.ipynb",
        [
            "from fmteach import exercises, live\nimport time",
            'q = live.ask("3.4", "3.5")\nq',
            "q  # once more",
            # JupyterLab answers while a cell runs; a notebook of another kind may not.
            "from fmteach.exercises import asking\nat_once = asking.check\n"
            "asking.check = lambda *a: (time.sleep(3), at_once(*a))[1]",
            'exercises.check("3.1", lambda x, V: 0.0)\nexercises.hint("3.1")\nexercises.progress()',
        ],
    )
    page.open_notebook("waits.ipynb")
    for cell in ("import time", "q = live", "once more"):
        page.run_cell(cell)
    asked, again = page.output("q = live"), page.output("once more")
    field = asked.locator("input.number")
    field.fill("0,5032")
    asked.get_by_text("A comma does not work here, write a point: 0.5032").wait_for()
    assert asked.get_by_role("button", name="Check").first.is_disabled()
    field.fill("1e3")
    assert not asked.get_by_text("A comma does not work").count()

    page.run_cell("at_once")
    field.press("Enter")
    asked.get_by_text("Sent. The feedback comes").wait_for()
    said = asked.get_by_role("status").filter(has_text="✗ not yet: 1,000")
    said.wait_for(timeout=20_000)
    assert not asked.get_by_text("Sent. The feedback comes").count()
    assert field.input_value() == "1e3" and again.locator("input.number").input_value() == "1,000"

    # The other question was left alone; the same answer again is spoken again.
    page.evaluate(
        """() => { window.fmSpoken = [];
        for (const node of document.querySelectorAll('.fmteach-ask-said'))
            new MutationObserver(() => window.fmSpoken.push(node.textContent.slice(0, 9)))
                .observe(node, {childList: true}); }"""
    )
    field.press("Enter")
    page.wait_for_function("() => window.fmSpoken.length >= 2")
    page.wait_for_timeout(200)
    assert page.evaluate("() => window.fmSpoken") == ["✗ not yet", "✗ not yet"]  # in two views

    page.run_cell("exercises.progress()")
    for theme in ("light", "dark"):
        page.set_theme(theme)
        page.screenshot(f"map_{theme}", of=page.output("exercises.progress()"))
        page.screenshot(f"waits_{theme}", of=asked)
    page.assert_no_errors()
