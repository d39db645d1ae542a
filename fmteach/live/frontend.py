"""The sources of the front ends, made small: every saved notebook carries them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

_SHARED = Path(__file__).parent / "shared.js"
_SHARED_STYLE = Path(__file__).parent / "shared.css"
FRAME = (
    Path(__file__).parent / "frame.css"
)  # of widgets with a front end of their own: style(path, FRAME)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Quoted text stays as it is; space goes around braces and commas and after the colon of a
# declaration (before a colon it is a selector's), and is one elsewhere.
_CSS_SPACE = re.compile(r"""("[^"]*"|'[^']*')|\s*([{};,])\s*|(:)\s+|(\s)\s*""")


def script(path: Path, *before: Path) -> str:
    """A front end's JavaScript behind what all of them share, without comments and indentation.

    before: further files that stand in front of it, of a family of widgets that share more.
    """
    return "\n".join(map(_slim, (_SHARED, *before, path)))


def style(path: Path, *before: Path) -> str:
    """A style sheet behind what all of them share, without comments and needless space.

    The shared sheet has the variables for colours, the focus ring, the class for what only a
    screen reader reads, and the rule that stops motion. before: as for script().
    """
    return "".join(map(_slim_style, (_SHARED_STYLE, *before, path)))


def compact(data: Any) -> str:
    """JSON without spaces, for a trait: nested lists in a saved notebook are indented, text is not.

    >>> compact({"x": [1, 2]})
    '{"x":[1,2]}'
    """
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def _slim_style(path: Path) -> str:
    text = _CSS_COMMENT.sub("", path.read_text(encoding="utf-8"))
    text = _CSS_SPACE.sub(lambda found: found[1] or found[2] or found[3] or " ", text)
    return text.replace(";}", "}").strip()


def _slim(path: Path) -> str:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
