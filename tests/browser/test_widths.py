"""No widget reaches over its edge, in a narrow column of a page or on a projector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fmteach import live
from fmteach.live.gradients.fields import FIELDS

from .paper import Paper

WIDTHS = (480, 860, 1200, 1800)
LONG = "(" * 12 + "x_i s_l" + ")" * 12 + " - " * 3 + "w_i w_i w_i w_i w_i"
STAGES = [{"stage": stage} for stage in range(1, 5)]
LINES = [{"line": line} for line in range(1, 6)]


def plane(d: int, k: int) -> Any:
    names = [f"a long name, number {n}" for n in range(d)]
    return live.vectors([[1.97, 0.2][:k]] * d, names=names, challenge="two camps")


# Each widget as large as it can be, as small as it can be, and the states that it is shown in.
SHOWN: dict[str, tuple[list[Callable[[], Any]], list[dict[str, Any]]]] = {
    "click table": ([lambda: live.click_table(hidden=8)], [{"k": 3}]),
    "collapse": ([lambda: live.collapse(d=10_000_000, m=100, k=64)], STAGES),
    "derivatives": (
        [live.derivatives],
        [{}, {"answers": {field.key: LONG for field in FIELDS}, "numbers": 2}],
    ),
    "init scale": ([lambda: live.init_scale(10)], [{}, {"after": 10}]),
    "loss against score": (
        [live.loss_against_score],
        [{"loss": "mse"}, {"loss": "bpr"}, {"loss": "logloss", "rows": "all", "sigmoids": 2}],
    ),
    "stepper": (
        [lambda size=size: live.stepper(d=size[0], k=size[1]) for size in ((1, 1), (4, 2), (8, 6))],
        LINES,
    ),
    "vectors": ([lambda: plane(2, 1), lambda: plane(4, 2), lambda: plane(6, 2)], [{}]),
    "wrong line": ([live.wrong_line], [{}]),
}


def assert_fits(paper: Paper, widget: Any, states: list[dict[str, Any]]) -> None:
    for width in WIDTHS:
        paper.set_viewport_size({"width": width, "height": 900})
        paper.show(widget)
        for state in states:
            paper.set(**state)
            assert paper.outside() == [], (width, state)


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_overflows(paper: Paper, name: str) -> None:
    widgets, states = SHOWN[name]
    for made in widgets:
        assert_fits(paper, made(), states)


def test_nothing_overflows_in_what_shows_a_model(
    paper: Paper, small_model: tuple[Any, Any]
) -> None:
    assert_fits(paper, live.film_map(*small_model, least_rows=1), [{}])
    fall = live.waterfall(*small_model)
    assert_fits(paper, fall, [{}, {"opened": [bar["key"] for bar in fall.payload["bars"]]}])
