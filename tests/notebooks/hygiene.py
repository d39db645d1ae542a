"""The house style of a notebook as rules that a program can check.

`problems(notebook, size)` returns one line for each breach, naming the cell and the rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

MAX_BYTES = 100_000
MAX_WORDS = 1500
MAX_CELL_WORDS = 80
MAX_CODE_LINES = 25
CELLS = range(25, 46)
CHECKED = re.compile(r"^# NBVAL_CHECK_OUTPUT\b", re.MULTILINE)
HEADING = re.compile(r"^(#{1,6}) (.*)$", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)]*)\)")
NO_LINK_TEXT = {"here", "click here", "this", "link", "this link", "there", "more", "read more"}
# Text in a stored output that is another one tomorrow, or on another machine.
PASSING = re.compile(r" at 0x[0-9a-f]+|/home/|/tmp/|\d\d:\d\d:\d\d")


def problems_of_file(path: Path) -> list[str]:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    return problems(notebook, path.stat().st_size)


def problems(notebook: Any, size: int = 0) -> list[str]:
    found = [f"the file: {what}" for what in _of_the_whole(notebook, size)]
    for number, cell in enumerate(notebook.cells):
        first = next(iter(cell.source.splitlines()), "")[:40]
        rules = _of_markdown if cell.cell_type == "markdown" else _of_code
        for what in (*_of_any_cell(cell), *rules(cell)):
            found.append(f"cell {number} ({first!r}): {what}")
    return found


def _of_the_whole(notebook: Any, size: int) -> Iterator[str]:
    if size > MAX_BYTES:
        yield f"{size:,} bytes, at most {MAX_BYTES:,}"
    if len(notebook.cells) not in CELLS:
        yield f"{len(notebook.cells)} cells, wanted {CELLS.start} to {CELLS.stop - 1}"
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    total = sum(len(text.split()) for text in texts)
    if total > MAX_WORDS:
        yield f"{total:,} words, at most {MAX_WORDS:,}"
    title = notebook.cells[0] if notebook.cells else None
    if title is None or title.cell_type != "markdown" or not title.source.startswith("# "):
        yield "the first cell is not a title (Markdown that starts with '# ')"
    elif not re.search(r"\d+ minutes", title.source):
        yield "the title cell does not say how many minutes the chapter takes ('30 minutes')"
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "the kernel is not python3"
    extra = set(notebook.metadata) - {"kernelspec", "language_info"}
    if extra:
        yield f"metadata {sorted(extra)} is stored; widget state and the like stay out"
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        yield "older than nbformat 4.5, so cells have no ids"
    yield from _of_headings(texts)
    ids = [cell.get("id") for cell in notebook.cells]
    if len(set(ids)) != len(ids):
        yield "two cells have one id"


def _of_headings(texts: list[str]) -> Iterator[str]:
    """A screen reader's list of headings is the map of the page: no level is left out."""
    last = 0
    for text in texts:
        for marks, words in HEADING.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
            level = len(marks)
            if level == 1 and last:
                yield f"a second title ({words!r}); the parts are of level 2"
            elif level > last + 1:
                yield f"a heading of level {level} ({words!r}) after one of level {last}"
            last = level


def _of_any_cell(cell: Any) -> Iterator[str]:
    if not cell.get("id"):
        yield "no cell id"
    extra = set(cell.metadata) - {"tags", "jupyter"}
    if extra:
        yield f"metadata {sorted(extra)} is stored"
    if cell.cell_type not in ("markdown", "code"):
        yield f"a {cell.cell_type} cell; only Markdown and code"
    if not cell.source.strip():
        yield "empty"


def _of_code(cell: Any) -> Iterator[str]:
    lines = len(cell.source.splitlines())
    if lines > MAX_CODE_LINES:
        yield f"{lines} lines of code, at most {MAX_CODE_LINES}"
    if cell.get("execution_count") is not None:
        yield "an execution count is stored"
    outputs = cell.get("outputs", [])
    if not CHECKED.search(cell.source):
        if outputs:
            yield "an output is stored, and the cell is not marked # NBVAL_CHECK_OUTPUT"
    elif not outputs:
        yield "marked # NBVAL_CHECK_OUTPUT, but no output is stored to compare with"
    for output in outputs:
        if output.get("execution_count") is not None:
            yield "an execution count is stored in an output"
        if output.output_type == "error":
            yield "an error is stored"
        if set(output.get("data", {})) - {"text/plain"}:
            yield "a stored output is more than plain text"
        text = output.get("text", "") or output.get("data", {}).get("text/plain", "")
        if PASSING.search(text):
            yield "a stored output has an address, a path or a time in it"
    comments = re.findall(r"#.*", re.sub(r"(['\"]).*?\1", "", cell.source))
    if any("!" in comment.replace("!=", "") for comment in comments):
        yield "an exclamation mark in a comment"


def _of_markdown(cell: Any) -> Iterator[str]:
    text = cell.source
    words = [w for w in re.sub(r"\$.+?\$", " x ", text, flags=re.DOTALL).split() if _is_word(w)]
    if len(words) > MAX_CELL_WORDS:
        yield f"{len(words)} words, at most {MAX_CELL_WORDS}"
    for picture in re.findall(r"!\[([^\]]*)\]\(", text):
        if not picture.strip():
            yield "a picture without alt text"
    for tag in re.findall(r"<(?:img|svg)\b[^>]*>", text, flags=re.IGNORECASE):
        if not re.search(r"(?:alt|aria-label)\s*=\s*['\"][^'\"]+", tag):
            yield "a picture without alt text"
    for words, where in LINK.findall(text):
        if words.strip().lower() in NO_LINK_TEXT or words.startswith("http"):
            yield f"a link whose words do not say where it leads: {words!r} to {where}"
    if re.search(r"(?<![(<`])https?://", LINK.sub("", text)):
        yield "a bare address; make it a link with words"
    if cell.get("attachments"):
        yield "an attached file; link to a small file in the repository"
    if "!" in _prose(text):
        yield "an exclamation mark"


def _is_word(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _prose(text: str) -> str:
    """Markdown without code, formulas, comments and the mark before a picture."""
    for pattern in (r"```.*?```", r"`[^`]*`", r"\$\$.*?\$\$", r"\$[^$]*\$", r"<!--.*?-->"):
        text = re.sub(pattern, " ", text, flags=re.DOTALL)
    return text.replace("![", "[").replace("> [!", "> [")
