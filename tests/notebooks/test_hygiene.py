"""Every notebook keeps the house style, and the rules notice when it does not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4

from .hygiene import problems, problems_of_file

COURSE = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(COURSE.glob("*.ipynb"))
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_keeps_the_house_style(path: Path) -> None:
    found = problems_of_file(path)
    assert not found, f"{path.name}\n" + "\n".join(found)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_valid(path: Path) -> None:
    nbformat.validate(nbformat.read(path, as_version=nbformat.NO_CONVERT))
    assert re.fullmatch(r"\d\d_[a-z0-9_]+", path.stem)


TWO_SITTINGS = {"06"}  # losses and metrics, then the bug lab


def test_a_number_is_one_notebook_or_a_chapter_of_two_sittings() -> None:
    numbers = Counter(path.stem[:2] for path in NOTEBOOKS)
    assert {number for number, count in numbers.items() if count > 1} == TWO_SITTINGS
    assert max(numbers.values()) == 2


def test_the_map_names_every_notebook_and_no_other() -> None:
    text = (COURSE / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b(\d\d_[a-z0-9_]+)\.ipynb", text))
    assert named == {path.stem for path in NOTEBOOKS}


def good() -> Any:
    """A notebook of generated cells that breaks no rule."""
    cells = [v4.new_markdown_cell("# A title\n\n30 minutes. You will see, count and check.")]
    for number in range(15):
        words = f"a formula $5! = 120$, `a != b` and [Rendle 2010](https://doi.org/{number})."
        cells.append(v4.new_markdown_cell(f"## Part {number}\n\n### Small\n\n{words}"))
        cells.append(v4.new_code_cell(f"assert {number} != -1  # a != b"))
    cells.append(v4.new_markdown_cell("![A rising line](line.svg) <img src='a' alt='A dot'>"))
    checked = v4.new_code_cell("# NBVAL_CHECK_OUTPUT\nprint(3)")
    checked.outputs = [v4.new_output("stream", name="stdout", text="3\n")]
    cells.append(checked)
    return v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


def test_a_good_notebook_has_no_problem() -> None:
    assert problems(good(), 50_000) == []


def _set(target: Callable[[Any], Any], **values: Any) -> Callable[[Any], None]:
    return lambda notebook: target(notebook).update(values)


def _code(notebook: Any) -> Any:
    return notebook.cells[2]


def _text(notebook: Any) -> Any:
    return notebook.cells[1]


def _last(notebook: Any) -> Any:
    return notebook.cells[-1]


OUTPUT = v4.new_output("stream", name="stdout", text="3\n")
PICTURE = v4.new_output("display_data", data={"image/png": "AA=="})
ADDRESS = v4.new_output("stream", name="stdout", text="<Model at 0x7f00>\n")
BREACHES = {
    "an output is stored": _set(_code, outputs=[OUTPUT]),
    "an execution count is stored": _set(_code, execution_count=3),
    "26 lines of code": _set(_code, source="x = 1\n" * 26),
    "an exclamation mark in a comment": _set(_code, source="x = 1  # look!"),
    "no output is stored to compare": _set(_last, outputs=[]),
    "more than plain text": _set(_last, outputs=[PICTURE]),
    "an address, a path or a time": _set(_last, outputs=[ADDRESS]),
    "an execution count is stored in an output": _set(
        _last,
        outputs=[v4.new_output("execute_result", data={"text/plain": "3"}, execution_count=1)],
    ),
    "81 words, at most 80": _set(_text, source="word " * 81),
    "a picture without alt text": _set(_text, source="![](line.svg)"),
    "picture without alt": _set(_text, source="<img src='line.svg'>"),
    "an exclamation mark": _set(_text, source="Well done!"),
    "a heading of level 3 ('Deep') after one of level 1": _set(_text, source="### Deep"),
    "a second title": _set(_text, source="# Another"),
    "a link whose words do not say where it leads: 'here'": _set(
        _text, source="Look [here](line.svg)."
    ),
    "a bare address": _set(_text, source="See https://arxiv.org/abs/1234 for more."),
    "empty": _set(_text, source=" \n"),
    "metadata ['scrolled'] is stored": _set(_code, metadata={"scrolled": True}),
    "no cell id": _set(_code, id=""),
    "metadata ['widgets'] is stored": _set(
        lambda n: n, metadata={"kernelspec": KERNEL, "widgets": {}}
    ),
    "the kernel is not python3": _set(lambda n: n, metadata={}),
    "cells, wanted 25 to 45": lambda n: n.cells.extend(good().cells[1:]),
    "the first cell is not a title": lambda n: n.cells.pop(0),
    "how many minutes": _set(lambda n: n.cells[0], source="# A title"),
    "two cells have one id": lambda n: [cell.update(id="same") for cell in n.cells[:2]],
    "words, at most 1,500": lambda n: (
        [cell.update(source="word " * 80) for cell in n.cells if cell.cell_type == "markdown"]
        and n.cells.extend(v4.new_markdown_cell("word " * 80) for _ in range(5))
    ),
}


@pytest.mark.parametrize("rule", BREACHES)
def test_each_breach_is_noticed(rule: str) -> None:
    notebook = good()
    BREACHES[rule](notebook)
    assert any(rule in line for line in problems(notebook, 50_000))


def test_a_large_file_is_noticed() -> None:
    assert problems(good(), 100_001) == ["the file: 100,001 bytes, at most 100,000"]
