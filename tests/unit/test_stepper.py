"""The derivation stepper and the hunt, driven without a browser through their traits."""

from __future__ import annotations

import json
import re
import threading
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

import fmteach.live
from fmteach import interaction
from fmteach.derivation import multiplications
from fmteach.errors import InputError
from fmteach.exercises.kd_trick import hunt
from fmteach.live.derivation import Stepper, stepper, wrong_line
from fmteach.slips import HISTORY, SLIPS

HERE = Path(fmteach.live.__file__).parent / "derivation"


def tell(widget, message):
    widget._handle_custom_msg(message, [])


@pytest.fixture
def answers(monkeypatch):
    sent = []
    monkeypatch.setattr(Stepper, "send", lambda self, content, buffers=None: sent.append(content))
    return sent


def test_steps_stay_inside_the_five_lines():
    s = stepper()
    assert s.line == 1
    s.back()
    assert s.line == 1
    for _ in range(9):
        s.step()
    assert s.line == 5
    s.layer = 2
    s.reset()
    assert (s.line, s.layer) == (1, 1)


def test_values_and_counts_are_those_of_the_numbers():
    x, V = [1.0, -2.0, 0.5], [[0.1, 0.2], [0.3, -0.4], [1.0, 0.0]]
    s = stepper(x, V)
    assert (s.d, s.k, s.x, s.V) == (3, 2, x, V)
    truth = interaction.pairwise_naive(x, V)
    assert s.values == pytest.approx([truth] * 5)
    assert s.counts == tuple(multiplications(n, 3, 2) for n in range(1, 6))
    lines = s.payload["lines"]
    assert [line["value"] for line in lines] == list(s.values)
    assert [line["multiplications"] for line in lines] == list(s.counts)
    assert all(line["equal"] for line in lines)


def test_the_payload_is_plain_json_and_small():
    text = json.dumps(stepper(d=8, k=6).payload, allow_nan=False)
    assert len(text) < 40_000


def test_a_slider_keeps_the_numbers_that_stay():
    s = stepper(seed=3)
    x, V = list(s.x), [list(row) for row in s.V]
    s.d, s.k = 6, 4
    assert s.x[:4] == x and [row[:2] for row in s.V[:4]] == V
    assert s.payload["d"] == 6 and len(s.payload["lines"][1]["work"]["cells"]) == 6
    s.d, s.k = 4, 2
    assert s.x == x and s.V == V


def test_own_numbers_survive_the_sliders():
    s = stepper([7.0, 8.0], [[0.25], [0.5]])
    s.d = 1
    s.d = 2
    assert s.x == [7.0, 8.0] and s.V == [[0.25], [0.5]]


def test_set_numbers_changes_the_shape_once_and_refuses_bad_ones():
    s = stepper()
    seen = []
    s.observe(lambda change: seen.append(change["new"]["d"]), "payload")
    s.set_numbers([1, 2, 3], np.ones((3, 1)))
    assert (s.d, s.k) == (3, 1) and seen == [3]
    for x, V in [([1, float("nan")], [[1], [2]]), ([1], [[1], [2]]), (["a"], [[1]])]:
        with pytest.raises(InputError):
            s.set_numbers(x, V)
    assert s.x == [1, 2, 3] and s.payload["x"] == [1, 2, 3]
    s.d = 2  # still answers after a refusal
    assert s.payload["d"] == 2


def test_random_numbers_change_and_repeat():
    s = stepper(seed=1)
    first = list(s.x), [list(row) for row in s.V]
    s.random()
    assert (s.x, s.V) != first
    s.random(seed=1)
    assert (s.x, s.V) == first


@pytest.mark.parametrize("name", ["line", "layer", "d", "k"])
@pytest.mark.parametrize("value", [0, -1, 9])
def test_traits_outside_the_picture(name, value):
    s = stepper()
    before = getattr(s, name)
    with pytest.raises(InputError, match=f"{name} = {value}"):
        setattr(s, name, value)
    assert getattr(s, name) == before


def test_wrong_arguments():
    with pytest.raises(InputError, match="give both"):
        stepper(x=[1, 2])
    with pytest.raises(InputError, match="d = 9"):
        stepper(d=9)
    with pytest.raises(InputError, match="k = 0"):
        stepper(k=0)


def test_messages_from_the_page(answers):
    s = stepper()
    tell(s, {"type": "hello"})
    assert answers == [{"type": "here"}]
    tell(s, {"type": "edit", "x": [2, 3], "V": [[1], [0.5]]})
    assert s.x == [2, 3] and s.payload["V"] == [[1], [0.5]]
    for bad in ({"x": [None], "V": [[1]]}, {"x": [1], "V": []}, {"x": "abc", "V": None}, {}):
        tell(s, {"type": "edit", **bad})
        assert answers[-1]["type"] == "refused" and answers[-1]["message"]
    assert s.x == [2, 3]
    x = list(s.x)
    tell(s, {"type": "random"})
    assert len(s.x) == 2 and s.x != x
    tell(s, "nonsense")
    tell(s, {"type": "unknown"})


def test_traits_may_be_set_from_many_threads():
    s = stepper()

    def turn(n):
        for value in (2, 8, 5, n):
            s.d = value
            s.k = 1 + n % 6

    threads = [threading.Thread(target=turn, args=(n,)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    s.random()
    assert s.payload["d"] == s.d == len(s.x) and s.payload["k"] == s.k == len(s.V[0])


def test_text_twin_has_every_line_with_its_value_and_count():
    s = stepper(d=5, k=3, seed=2)
    s.line = 2
    text = s.text()
    for n, count in enumerate(s.counts, start=1):
        row = next(row for row in text.splitlines() if re.match(rf"[> ] {n}  ", row))
        assert f"{count:,}" in row
    assert "> 2" in text and "All five values are equal." in text
    assert s.payload["text"]["2"] == text


@pytest.mark.parametrize("line", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(("d", "k"), [(1, 1), (4, 2), (8, 6)])
def test_fallbacks_of_every_line(line, d, k):
    s = stepper(d=d, k=k)
    s.line, s.layer = line, k
    data = s._repr_mimebundle_()[0]
    assert data["text/plain"] == s.text()
    assert "application/vnd.jupyter.widget-view+json" in data
    root = ET.fromstring(data["image/svg+xml"])
    assert root.get("aria-label").startswith(f"Line {line} ")
    assert len(data["image/svg+xml"]) < 40_000


def test_formulas_are_small_and_tagged_and_follow_the_theme():
    tags = {"line1": {"cross"}, "line2": {"cross", "diag", "half"}}
    for path in sorted((HERE / "formulas").glob("*.svg")):
        svg = path.read_text("utf-8")
        ET.fromstring(svg)
        assert len(svg) < 14_000 and 'fill="currentColor"' in svg and "<text" not in svg
        wanted = tags.get(
            path.stem, set() if "slip" in path.stem else {"cross", "diag", "half", "layer"}
        )
        assert wanted <= set(re.findall(r'class=" ?t-(\w+)"', svg)), path.stem
        ids = re.findall(r'\bid="([^"]+)"', svg)
        assert ids and all(name.startswith(path.stem + "-") for name in ids)


def test_the_front_ends_load_nothing_from_anywhere():
    for name in ("stepper.js", "hunt.js", "stepper.css"):
        source = (HERE / name).read_text("utf-8")
        assert not re.search(r"https?://|\bimport\b.*from|@import|url\(|fetch\(", source), name


# ---- the hunt --------------------------------------------------------------------------------


def test_every_slip_comes_once_and_can_be_found():
    hunt = wrong_line(seed=5)
    seen = []
    for _ in SLIPS:
        seen.append(hunt.slip)
        assert not hunt.solved
        said = hunt.choose(hunt.answer)
        assert said.startswith("Found.") and hunt.solved
        hunt.another()
    assert sorted(seen) == sorted(slip.name for slip in SLIPS)
    assert (hunt.found, hunt.tries, hunt.round) == (len(SLIPS), len(SLIPS), 0)
    assert hunt.score() == f"Found {len(SLIPS)} of {len(SLIPS)}, {len(SLIPS)} tries."


def test_a_right_line_is_answered_with_equal_numbers():
    hunt = wrong_line()
    line = next(n for n in (2, 3, 4, 5) if n != hunt.answer)
    said = hunt.choose(line)
    first, second = re.findall(r"gives (−?[\d.]+\d)", said)
    assert first == second and "this line is right" in said
    assert (hunt.found, hunt.tries) == (0, 1)
    assert "definition" in hunt.choose(1)


def test_only_the_planted_line_differs():
    for seed in range(10):
        for shown in wrong_line(seed).rounds:
            values = [line["value"] for line in shown["lines"]]
            truth = values[0]
            off = [n for n, value in enumerate(values, 1) if abs(value - truth) > 1e-9]
            assert off == [shown["answer"]]
            assert bool(shown["history"]) == (shown["slip"] in HISTORY)


def test_the_same_choice_counts_once_and_a_solved_round_is_closed():
    hunt = wrong_line()
    wrong = next(n for n in range(2, 6) if n != hunt.answer)
    hunt.choose(wrong)
    hunt.choose(wrong)
    assert hunt.tries == 1
    hunt.choose(hunt.answer)
    hunt.choose(1)
    assert (hunt.found, hunt.tries) == (1, 2)
    hunt.restart()
    assert (hunt.found, hunt.tries, hunt.round) == (0, 0, 0)


def test_a_choice_made_on_the_page_is_counted():
    hunt = wrong_line()
    hunt.set_state({"choices": [[2, hunt.answer]] + [[]] * 5})
    assert hunt.found == 1 and hunt.solved


@pytest.mark.parametrize("line", [0, 6, "2", None])
def test_a_line_that_does_not_exist(line):
    with pytest.raises(InputError, match="choose 1 to 5"):
        wrong_line().choose(line)


def test_a_round_that_does_not_exist():
    with pytest.raises(InputError, match="rounds 0 to 5"):
        wrong_line().round = 6


def test_text_of_the_hunt_keeps_the_values_until_they_are_asked_for():
    hunt = wrong_line()
    assert "(wrong)" not in hunt.text() and "Found 0 of 6, 0 tries." in hunt.text()
    hunt.choose(hunt.answer)
    text = hunt.text()
    assert text.count("(right)") == 4 and text.count("(wrong)") == 1
    assert "Found 1 of 6, 1 try." in text
    data = hunt._repr_mimebundle_()[0]
    assert data["text/plain"] == text
    ET.fromstring(data["image/svg+xml"])


def test_the_exercise_names_the_buttons_as_the_hunt_does() -> None:
    page = (HERE / "hunt.js").read_text(encoding="utf-8")
    for label in (hunt._NEXT, hunt._AGAIN):
        assert f">{label}" in page
