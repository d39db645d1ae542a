"""The sheet in front of every widget's own: its colours can be read, its rules are short."""

from __future__ import annotations

import re
from pathlib import Path

import anywidget
import pytest

from fmteach.live import frontend

SHEET = frontend.style(Path(frontend.__file__).with_name("plot.css"))
# the grounds of JupyterLab's two themes: the page, layout colours 1 and 2
GROUNDS = {"light": ("#ffffff", "#eeeeee"), "dark": ("#111111", "#212121", "#424242")}
TEXT = ("blue", "orange", "green", "red", "purple", "muted")


def variables(theme: str) -> dict[str, str]:
    """The colours of a theme, as the sheet gives them."""
    rules = re.findall(r"body(\[data-jp-theme-light=\"false\"\])?{(--fm-[^}]*)}", SHEET)
    found: dict[str, str] = {}
    for dark, body in rules:
        if not dark or theme == "dark":
            found |= dict(re.findall(r"--fm-([a-z]+):(#[0-9a-f]+)", body))
    return found


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.1."""
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """
    >>> contrast("#000000", "#ffffff")
    21.0
    """
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", GROUNDS)
@pytest.mark.parametrize("name", TEXT)
def test_text_in_every_colour_can_be_read(theme: str, name: str) -> None:
    colour = variables(theme)[name]
    assert min(contrast(colour, ground) for ground in GROUNDS[theme]) >= 4.5


@pytest.mark.parametrize("theme", GROUNDS)
def test_edges_and_the_words_on_a_coloured_ground_can_be_seen(theme: str) -> None:
    colours = variables(theme)
    assert min(contrast(colours["line"], ground) for ground in GROUNDS[theme]) >= 3
    assert min(contrast(colours["on"], colours[name]) for name in TEXT) >= 4.5


def test_the_sheet_stands_before_the_widgets_own_and_stays_small() -> None:
    own = SHEET.index(".fmteach-plot{")
    assert 0 < SHEET.index(":focus-visible{") < own
    assert SHEET.index("prefers-reduced-motion") < own
    assert own < 1500, "every saved notebook carries this for each widget"
    assert "/*" not in SHEET and "\n" not in SHEET


def widgets() -> list[type[anywidget.AnyWidget]]:
    """Every front end of the course."""
    import fmteach.live  # noqa: F401

    kinds = anywidget.AnyWidget.__subclasses__()
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    ours = [kind for kind in kinds if kind.__module__.startswith("fmteach.live.")]
    return [kind for kind in ours if hasattr(kind, "_esm")]  # a base class has none


@pytest.mark.parametrize("kind", widgets(), ids=lambda kind: kind.__name__)
def test_every_widget_has_the_shared_sheet_once(kind: type[anywidget.AnyWidget]) -> None:
    sheet = str(getattr(kind, "_css", ""))
    assert not sheet or sheet.count("body{--fm-blue:") == 1
    assert str(kind._esm).count("function keepKey(") == 1


def test_the_frame_weighs_less_than_what_a_widget_says_of_itself() -> None:
    """A page has it once for each kind of widget, also behind another one's own sheet."""
    sheet = re.sub(r"/\*.*?\*/", "", frontend.FRAME.read_text(encoding="utf-8"), flags=re.DOTALL)
    heavy = [
        rule.strip()
        for rule in re.findall(r"([^{}]+){", sheet)
        if "." in re.sub(r":where\((?:[^()]|\([^()]*\))*\)", "", rule)
    ]
    assert heavy == [".fm-box button", ".fm-box :where(details) pre"]  # as heavy as JupyterLab's
    framed = [kind for kind in widgets() if ":where(.fm-box){" in str(getattr(kind, "_css", ""))]
    assert len(framed) >= 8 and all(" fm-box" in str(kind._esm) for kind in framed)
    assert len(sheet) < 2000, "every saved notebook carries this for each widget"


def test_a_sheet_keeps_its_meaning_when_it_is_made_small(tmp_path: Path) -> None:
    sheet = tmp_path / "own.css"
    sheet.write_text(
        """.a :focus,\n.b  > i { color : red;\n  content: "✓,  so: "; /* note */\n}\n"""
        "@media (width < 9px) { .c::before { margin: 0 auto; } }\n"
    )
    small = frontend.style(sheet)
    assert small.endswith(
        '.a :focus,.b > i{color :red;content:"✓,  so: "}'
        "@media (width < 9px){.c::before{margin:0 auto}}"
    )
