"""Prediction capture: the guess is kept, locked and compared."""

from __future__ import annotations

import pytest

from fmteach.errors import InputError
from fmteach.live.predict import forget, plain_number, predict


@pytest.fixture(autouse=True)
def no_answers():
    forget()
    yield
    forget()


def number(**more):
    return predict("t.number", "How many pairs?", unit="pairs", **more)


def choice():
    return predict("t.choice", "Which is faster?", ["all pairs", "reformulated"])


def test_a_guess_is_kept_when_the_cell_runs_again():
    number().commit(20)
    again = number()
    assert again.answer == 20.0 and again.state == "committed" and again.guess == "20 pairs"


def test_a_guess_is_locked():
    p = number().commit(20)
    p.commit(20)
    with pytest.raises(InputError, match="already entered"):
        p.commit(30)
    assert p.answer == 20.0


def test_two_questions_do_not_share_answers():
    number().commit(3)
    assert choice().answer is None


def test_choices():
    p = choice()
    with pytest.raises(InputError, match="not one of the choices: all pairs, reformulated"):
        p.commit("neither")
    assert p.answer is None and p.state == "open"
    p.commit("all pairs").reveal("reformulated", "It is linear in d.")
    assert p.verdict == "Another answer is right."
    assert choice().commit("all pairs").reveal("all pairs").verdict == "Your guess is right."


@pytest.mark.parametrize("value", ["many", None, float("nan"), float("inf"), [1]])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(InputError, match="number"):
        number().commit(value)


def test_limits():
    p = number(minimum=1, maximum=10)
    with pytest.raises(InputError, match="smallest possible answer is 1"):
        p.commit(0)
    with pytest.raises(InputError, match="largest possible answer is 10"):
        p.commit(11)


@pytest.mark.parametrize(
    ("guess", "truth", "verdict"),
    [
        (100, 100, "exact"),
        (105, 100, "5 % above"),
        (98, 100, "2 % below"),
        (300, 100, "3 times too large"),
        (20, 100, "5 times too small"),
        (-1, 2, "off by 3"),
    ],
)
def test_numbers_are_compared_in_words(guess, truth, verdict):
    assert verdict in number().commit(guess).reveal(truth).verdict


def test_reveal_without_a_guess():
    p = number().reveal(45, "d (d - 1) / 2")
    assert p.revealed and p.verdict == "No guess was made."
    assert "45 pairs" in p.text() and "Your guess: none" in p.text()


def test_a_truth_in_words_is_shown_and_not_compared():
    p = number().commit(3).reveal("no crossing", "Constants matter.")
    assert p.truth == "no crossing" and p.verdict == "" and "Constants" in p.text()


def test_skip_is_kept_and_a_guess_is_still_welcome():
    assert number().skip().skipped
    p = number()
    assert p.skipped and p.answer is None
    assert p.commit(4).answer == 4.0 and not p.skipped


def test_an_answer_that_no_longer_fits_is_asked_for_again():
    predict("t.number", "A choice?", ["a", "b"]).commit("a")
    p = number()
    assert p.answer is None and p.state == "open"


def test_the_buttons_send_what_code_can_do():
    p, heard = number(), []
    p.on_commit(heard.append)
    p._on_message(p, {"kind": "commit", "value": "x"}, [])
    assert p.problem == "A number is wanted here, and 'x' is none." and heard == []
    p._on_message(p, {"kind": "commit", "value": 7}, [])
    assert p.answer == 7.0 and p.problem == "" and heard == [p]
    q = choice()
    q._on_message(q, {"kind": "skip"}, [])
    assert q.skipped


def test_text_form_lists_the_choices():
    data, _ = choice()._repr_mimebundle_()
    assert "(1) all pairs" in data["text/plain"] and "Your guess: none" in data["text/plain"]


def test_bad_questions():
    with pytest.raises(InputError, match="two different choices"):
        predict("k", "?", ["one"])
    with pytest.raises(InputError, match="key must be"):
        predict("", "?")


@pytest.mark.parametrize(
    ("value", "text"), [(1e6, "1,000,000"), (0.125, "0.125"), (1e-5, "1e-05"), (12345.6, "12,346")]
)
def test_plain_numbers(value, text):
    assert plain_number(value) == text
