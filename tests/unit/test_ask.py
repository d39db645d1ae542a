"""live.ask: every answer gets its feedback, from the page and from code."""

from __future__ import annotations

from pathlib import Path

import pytest

from fmteach.errors import InputError
from fmteach.exercises import asking
from fmteach.exercises import record as kept
from fmteach.live import ask
from fmteach.live import ask as ask_function
from fmteach.live.ask import _STATES


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FMTEACH_PROGRESS", str(tmp_path / "progress.json"))
    _STATES.clear()


def message(asked, **content) -> None:
    asked._on_message(asked, content, [])


def test_an_answer_from_the_page_gets_the_feedback_of_its_choice() -> None:
    asked = ask("3.5")
    message(asked, kind="answer", id="3.5", value="the multiplications")
    state = asked.states["3.5"]
    assert state["verdict"] == "not yet" and "about a microsecond" in state["message"]
    message(asked, kind="answer", id="3.5", value="starting the operations at all")
    assert asked.states["3.5"]["verdict"] == "correct"
    assert kept.entry("3.5")["passed"] and kept.entry("3.5")["tries"] == 2


def test_a_number_from_the_page() -> None:
    asked = ask("3.4")
    message(asked, kind="answer", id="3.4", value=3)
    assert "all d² products" in asked.states["3.4"]["message"]
    message(asked, kind="answer", id="3.4", value=5.0)
    assert asked.states["3.4"]["verdict"] == "correct"


def test_hints_come_one_after_another_and_end() -> None:
    asked = ask("3.4")
    for _ in range(4):
        message(asked, kind="hint", id="3.4")
    assert asked.states["3.4"]["hints"] == list(asking.question("3.4").hints)
    assert kept.entry("3.4")["hints"] == 3
    warm = ask("3.a")
    assert warm.hint("3.a") == ""


def test_running_the_cell_again_shows_the_answer_again() -> None:
    ask("3.5").answer("3.5", "a")
    again = ask("3.5")
    assert again.states["3.5"]["answer"] == "the multiplications"
    assert again.states["3.5"]["verdict"] == "not yet"


def test_the_text_twin_holds_question_choices_answer_and_hints() -> None:
    asked = ask("3.a", "3.5")
    text = asked.text()
    assert "How many pairs" in text and "b) starting the operations" in text
    assert 'exercises.check("3.5", "a")' in text
    asked.answer("3.a", 12)
    asked.hint("3.5")
    text = asked._repr_mimebundle_()[0]["text/plain"]
    assert "Your answer: 12. not yet: 12 is not it" in text and "Hint 1: Go from" in text


@pytest.mark.parametrize(
    "content", [{}, {"kind": "answer"}, {"kind": "answer", "id": "9.9", "value": 1}, "x", None,
                {"kind": "answer", "id": "3.5"}, {"kind": "other", "id": "3.5"}],
)  # fmt: skip
def test_a_message_of_another_kind_changes_nothing(content) -> None:
    asked = ask("3.5")
    asked._on_message(asked, content, [])
    assert asked.states["3.5"]["verdict"] == ""


@pytest.mark.parametrize(
    "ids, says",
    [((), "at least one"), (("3.1",), "answered in code"), (("3.44",), "Did you mean '3.4'")],
)
def test_ids_that_are_no_question(ids, says) -> None:
    with pytest.raises(InputError, match=says):
        ask_function(*ids)


def test_the_same_answer_again_is_news_to_the_page() -> None:
    asked, seen = ask("3.4"), []
    asked.observe(lambda change: seen.append(change["new"]["3.4"]["times"]), "states")
    for _ in range(2):
        message(asked, kind="answer", id="3.4", value=3)
    assert seen == [1, 2]


def test_answers_are_shown_as_one_writes_them() -> None:
    asked = ask("3.4", "3.5")
    for value, text in ((123456789, "123,456,789"), ([1, 2], "[1, 2]"), (float("nan"), "nan")):
        asked.answer("3.4", value)
        assert asked.states["3.4"]["answer"] == text
    second = asked.questions[1]["choices"][1]
    for value, text in (("(B)", second), ("b.", second), ("zz", "zz"), (" ", "zz")):
        asked.answer("3.5", value)
        assert asked.states["3.5"]["answer"] == text


def test_hints_go_on_after_the_record_was_reset() -> None:
    asked = ask("3.4")
    asked.hint("3.4")
    asking.progress().reset(sure=True)
    assert asked.hint("3.4") == asking.question("3.4").hints[1]
    assert asking.hint("3.4").text == asking.question("3.4").hints[2]
