"""Derivatives by hand: the reader of expressions, the verdicts, and the widget by its traits."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fmteach.errors import InputError
from fmteach.interaction import pairwise_naive
from fmteach.live.gradients import derivatives
from fmteach.live.gradients.expression import Unfinished, evaluate, parse, show
from fmteach.live.gradients.fields import FIELDS, SHOWN, field_of
from fmteach.live.gradients.judging import judge
from fmteach.live.gradients.rows import autograd, difference, forward, own_row, random_rows

NAMES = ("x_i", "v_il", "w_i", "w0", "z_il", "s_l", "q_l", "ŷ", "y", "p")
VALUES = dict(zip(NAMES, (2.0, 0.7, -0.3, 0.1, 1.4, -2.9, 3.1, 2.4, 1.0, 0.9), strict=True))
ROWS = random_rows(np.random.default_rng(1), 8)
RIGHT = {
    "dz_dv": ["x_i", "z_il/v_il", "x[i]"],
    "ds_dz": ["1", "1.0", "z_il/z_il"],
    "dq_dz": ["2z_il", "2 v_il x_i", "z_il + z_il"],
    "dpair_ds": ["s_l", "½ · 2 s_l", "2*s_l/2"],
    "dpair_dq": ["-1/2", "−½", "-0,5"],
    "dy_dw0": ["1", "2 - 1", "x_i^0"],
    "dy_dw": ["x_i", "xi", "w_i x_i / w_i"],
    "dy_dv": ["x_i(s_l - z_il)", "x_i*s_l - v_il*x_i**2", "s_l x_i + (-1/2)(2 z_il) x_i"],
    "dloss_dy:squared": ["2(ŷ - y)", "2*(yhat-y)", "-2(y - y_hat)"],
    "dloss_dy:log": ["p - y", "-(y - p)", "(p-y)/1"],
}


# -- the reader --------------------------------------------------------------------------------

LEAVES = st.sampled_from(NAMES) | st.sampled_from(["2", "0.5", "3"])


def compound(inner):
    two = st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})")
    return two | inner.map(lambda t: f"(-{t})") | inner.map(lambda t: f"({t} ** 2)")


@given(st.recursive(LEAVES, compound, max_leaves=8))
def test_an_expression_has_the_value_that_python_gives(text: str) -> None:
    names = {name.replace("ŷ", "yhat"): value for name, value in VALUES.items()}
    try:
        wanted = float(eval(text.replace("ŷ", "yhat"), {"__builtins__": {}}, names))
    except ZeroDivisionError:
        wanted = math.nan
    tree = parse(text, NAMES)
    assert evaluate(tree, VALUES) == pytest.approx(wanted, rel=1e-9, nan_ok=True)
    again = evaluate(parse(show(tree), NAMES), VALUES)  # what "Read as" says means the same
    assert again == pytest.approx(wanted, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2z_il", "2 · z_il"),
        ("x_i(s_l - z_il)", "x_i · (s_l − z_il)"),
        ("x_i s_l − v_il x_i²", "x_i · s_l − v_il · x_i^2"),
        ("(x_i)(s_l)", "x_i · s_l"),
        ("½s_l²", "0.5 · s_l^2"),
        ("1/2 s_l", "1/2 · s_l"),
        ("-x_i^2", "−x_i^2"),
        ("2^-1", "2^(−1)"),
        ("x_i - -1", "x_i − (−1)"),
        ("0,5 x_i", "0.5 · x_i"),
        (".5 · x_i", ".5 · x_i"),
        ("V[i, l] x[i]", "v_il · x_i"),
        ("v_{il} × x_{i}", "v_il · x_i"),
        ("v[i][l] : 2".replace(":", "÷"), "v_il/2"),
        ("v_i,l s_l", "v_il · s_l"),
        ("y\u0302 - y", "ŷ − y"),
        ("y_hat - Y", "ŷ − y"),
        ("Ŷ - Y_hat", "ŷ − ŷ"),
        ("x_i-1", "x_i − 1"),
        ("2x_i^2s_l", "2 · x_i^2 · s_l"),
        ("1/2x_i", "1/2 · x_i"),
        ("-x_i^-2", "−x_i^(−2)"),
        ("w_0 + w_i", "w0 + w_i"),
        ("x_i/(2 s_l)", "x_i/(2 · s_l)"),
        ("(x_i - s_l) - (q_l - y)", "x_i − s_l − (q_l − y)"),
        ("(2^3)^2", "(2^3)^2"),
    ],
)
def test_how_a_learner_writes_is_read(text: str, read: str) -> None:
    assert show(parse(text, NAMES)) == read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x_i)", "bracket ) too many"),
        (")", "nothing before it"),
        ("* 2", "missing before *"),
        ("x_i $ 2", "the sign $ has no meaning"),
        ("v", "v needs its index: v_il"),
        ("x_i v_jl", "stands inside a sum over j; the whole sum is s_l"),
        ("Σ_j v_jl x_j", "a sum over all features has a name"),
        ("sum(z)", "a sum over all features has a name"),
        ("sigmoid(ŷ)", "p is the sigmoid of ŷ"),
        ("x_iz_il", "two names; write x_i * z_il"),
        ("foo", "there is no foo at this step"),
        ("constructor", "there is no constructor at this step"),
        ("v_{} s_l", "v_ needs its index: v_il"),
        ("٣ x_i", "the sign ٣ has no meaning"),
        ("lin", "lin does not exist at this step"),
        ("(" * 30 + "1" + ")" * 30, "brackets stand inside one another"),
        ("1+" * 200 + "1", "longer than 200"),
    ],
)
def test_what_is_not_understood_is_told(text: str, said: str) -> None:
    with pytest.raises(
        InputError, match=said.replace(")", r"\)").replace("*", r"\*").replace("$", r"\$")
    ) as told:
        parse(text, NAMES)
    assert not isinstance(told.value, Unfinished)
    if "name" in str(told.value) or "step" in str(told.value):
        assert "x_i, v_il, w_i" in str(told.value) or "the names" in str(told.value)


@pytest.mark.parametrize("text", ["", "  ", "x_i *", "x_i(", "(x_i + s_l", "-", "2^"])
def test_what_is_not_finished_is_no_mistake(text: str) -> None:
    with pytest.raises(Unfinished):
        parse(text, NAMES)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        evaluate(parse(text, NAMES), VALUES)
    except InputError:
        pass


def test_a_value_that_does_not_exist_is_nan() -> None:
    for text in (
        "1/0", "0^-1", "9^9^9^9", "(-2)^0.5", "1/(x_i - x_i)",
        "1/(9^300 * 9^300)", "1^(9^300 * 9^300)", "((-2)^0.5)^0",
    ):  # fmt: skip
        assert math.isnan(evaluate(parse(text, NAMES), VALUES)), text


# -- the steps ---------------------------------------------------------------------------------


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_autograd_and_the_difference_agree(field) -> None:
    for row in ROWS:
        truth = autograd(row)[field.key]
        for i in range(3):
            for l in range(2):
                assert difference(row, field.key, i, l) == pytest.approx(truth[i][l], abs=1e-6)


def test_the_steps_give_the_score_of_the_definition() -> None:
    for row in ROWS:
        steps = forward(row)
        assert steps["pair"] == pytest.approx(pairwise_naive(row.x, row.V))
        assert steps["ŷ"] == pytest.approx(row.w0 + np.dot(row.w, row.x) + steps["pair"])
        score = torch.tensor(steps["ŷ"])
        wanted = torch.nn.functional.binary_cross_entropy_with_logits(score, torch.tensor(row.y))
        assert steps["loss"]["log"] == pytest.approx(float(wanted), abs=1e-6)


# -- the verdicts ------------------------------------------------------------------------------


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_right_answers_are_exact_in_every_spelling(field) -> None:
    for text in RIGHT[field.key]:
        found = judge(field, text, ROWS)
        assert (found.verdict, found.score) == ("exact", 1.0), (text, found)


@pytest.mark.parametrize(
    ("field", "slip"),
    [
        pytest.param(field, slip, id=f"{field.key} {slip[0]}")
        for field in FIELDS
        for slip in field.slips
    ],
)
def test_each_slip_is_named_and_not_taken_for_another(field, slip) -> None:
    expression, says = slip
    found = judge(field, expression, ROWS)
    assert found.verdict in ("close", "wrong") and found.says == says
    assert judge(field, f"({expression}) + 0", ROWS[:3]).says == says, "on fewer rows too"
    assert len(says.split()) <= 40


@pytest.mark.parametrize(
    ("field", "text"),
    [("dloss_dy:log", "p - 1"), ("dloss_dy:log", "p"), ("dloss_dy:log", "p^2 - y"),
     ("dloss_dy:squared", "2(ŷ - 1)"), ("dz_dv", "x_i + 0.0000001"),
     ("dy_dv", "x_i s_l - z_il^2/v_il + 0.000001")],
)  # fmt: skip
def test_what_is_almost_right_is_not_exact(field: str, text: str) -> None:
    key, _, loss = field.partition(":")
    assert judge(field_of(key, loss), text, ROWS).verdict in ("close", "wrong")


def test_both_labels_occur_among_the_random_rows_of_every_seed() -> None:
    for seed in range(300):
        assert {row.y for row in random_rows(np.random.default_rng(seed), 7)} == {0.0, 1.0}, seed


def test_a_number_that_fits_by_chance_is_not_exact() -> None:
    row = own_row([2, 2, 2], [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], 0.1, [1, 2, 3], 1)
    found = judge(field_of("dz_dv", "log"), "2", [row, *ROWS])
    assert found.verdict != "exact" and found.says.startswith("It fits these numbers")
    assert judge(field_of("dz_dv", "log"), "2", ROWS).says.startswith("That is one number for all")


@pytest.mark.parametrize(
    ("text", "said"),
    [("-3 - x_i(s_l - z_il) + 3", "The sign is turned: s_l minus"), ("4 z_il", "Twice the truth"),
     ("5 z_il", "Compare the three numbers"), ("1/(x_i - x_i)", "not a number")],
)  # fmt: skip
def test_what_is_no_known_slip_is_measured(text: str, said: str) -> None:
    key = "dy_dv" if "s_l" in text else "dq_dz"
    assert said in judge(field_of(key, "log"), text, ROWS).says


def test_the_bar_is_fuller_the_nearer_an_answer_is() -> None:
    field = field_of("dq_dz", "log")
    scores = [judge(field, f"{c} z_il", ROWS).score for c in ("-2", "0.5", "1", "1.9", "2")]
    assert scores == sorted(scores) and scores[0] == 0 and scores[-1] == 1
    assert scores[2] == pytest.approx(2 / 3)


def test_the_first_hint_does_not_hold_the_answer() -> None:
    for field in FIELDS:
        given = [text for text in RIGHT[field.key] if f" {text}." in f" {field.hints[0]}"]
        assert not given, (field.key, given)


# -- the widget --------------------------------------------------------------------------------


def test_answers_are_read_and_set_from_python() -> None:
    page = derivatives()
    assert page.answer("dy_dv") == "open" and page.exact == 0
    assert page.answer("dy_dv", "x_i*s_l").startswith("close: The own term is not subtracted")
    assert page.answer("dy_dv", "x_i*(s_l - z_il)").startswith("exact")
    assert page.answers == {"dy_dv": "x_i*(s_l - z_il)"}
    page.answers = {**page.answers, "dy_dw": "w_i", "dq_dz": "2*(", "dz_dv": "oops"}
    assert page.verdicts == {
        **dict.fromkeys(SHOWN, "open"), "dy_dv": "exact", "dy_dw": "wrong",
        "dq_dz": "unfinished", "dz_dv": "unclear",
    }  # fmt: skip
    page.answer("dy_dw", "")
    assert page.verdicts["dy_dw"] == "open"
    for key in SHOWN:
        page.answer(key, RIGHT[key if key in RIGHT else "dloss_dy:squared"][0])
    assert page.exact == 9
    page.loss = "log"
    assert page.exact == 8 and page.answer("dloss_dy", "p - y").startswith("exact")


def test_own_numbers_are_used_and_wrong_ones_refused() -> None:
    page = derivatives([1, 2, 3], torch.ones(3, 2), w0=0, w=np.zeros(3), y=0)
    assert page.row.x == [1.0, 2.0, 3.0] and "ŷ = 22" in page.text()
    page.numbers = 3
    assert page.row.x != [1.0, 2.0, 3.0]
    page.set_numbers([1, 1, 1], np.eye(3)[:, :2])
    assert page.numbers == 0 and page.row.V[1] == [0.0, 1.0]
    for wrong in (
        {"x": [1, 2]}, {"x": [1, 2, 3, 4]}, {"V": [[1, 2, 3]] * 3}, {"y": 3}, {"w0": "a"},
        {"x": [1, 2, math.nan]}, {"w": [1, 2, 1e9]},
    ):  # fmt: skip
        with pytest.raises(InputError, match="must"):
            page.set_numbers(**{"x": [1, 2, 3], "V": [[1, 2]] * 3, **wrong})
    assert page.row.x == [1.0, 1.0, 1.0], "the last good ones stay"
    with pytest.raises(InputError, match="only one of x and V"):
        derivatives([1, 2, 3])
    with pytest.raises(InputError, match="squared, log"):
        derivatives(loss="hinge")


def test_wrong_names_and_places_are_refused() -> None:
    page = derivatives()
    with pytest.raises(InputError, match="there is no field 'dv_dy'"):
        page.answer("dv_dy", "1")
    with pytest.raises(InputError, match="an expression is a text"):
        page.answer("dy_dw0", 1)
    for name, value in (("numbers", 8), ("feature", 0), ("factor", 3)):
        with pytest.raises(InputError, match=f"{name} must be"):
            setattr(page, name, value)


def test_reset_forgets_answers_and_places() -> None:
    page = derivatives()
    page.answer("dz_dv", "x_i")
    page.hints, page.numbers, page.feature, page.factor = {"dz_dv": 1}, 2, 3, 2
    page.reset()
    assert (page.answers, page.hints, page.numbers, page.feature) == ({}, {}, 0, 1)


def test_the_text_twin_says_all() -> None:
    page = derivatives()
    page.answer("dq_dz", "z_il")
    page.feature, page.factor = 2, 1
    text = page.text()
    (line,) = [line for line in text.splitlines() if line.startswith("d q_l / d z_il")]
    assert line.split()[5:] == ["z_il", "close", "0.60", "1.20", "1.20"]
    assert text.endswith("The numbers are for feature 2, factor 1.\n0 of 9 exact.")
    bundle, _ = page._repr_mimebundle_()
    assert bundle["text/plain"] == text


def test_the_same_seed_gives_the_same_rows_and_little_is_saved() -> None:
    assert derivatives(seed=3).data == derivatives(seed=3).data
    assert derivatives(seed=3).data != derivatives(seed=4).data
    data = json.loads(derivatives().data)
    assert len(data["rows"]) == 8 and len(derivatives().data) < 16_000
    for row in data["rows"][1:]:
        assert not {0.0, 1.0} & set(np.ravel([*row["x"], *np.ravel(row["V"]), *row["w"]]))
