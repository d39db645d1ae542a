"""The widget of loss against score, from Python: its numbers, its words, its picture."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest
import torch
import torch.nn.functional as F
from traitlets import TraitError

from fmteach import tasks
from fmteach.errors import InputError
from fmteach.live import loss_against_score
from fmteach.live.losses import arithmetic
from fmteach.live.losses.words import State, facts, lines, sentence, table

SCORES = (-6.0, -1.6, 0.0, 0.35, 6.0)


@pytest.mark.parametrize("sigmoids", [1, 2])
@pytest.mark.parametrize("y", [0.0, 1.0])
@pytest.mark.parametrize("score", SCORES)
def test_loss_and_slope_are_those_of_torch(score: float, y: float, sigmoids: int) -> None:
    s = torch.tensor(score, dtype=torch.float64, requires_grad=True)
    logit = torch.sigmoid(s) if sigmoids == 2 else s
    loss = F.binary_cross_entropy_with_logits(logit, torch.tensor(y, dtype=torch.float64))
    loss.backward()
    shown = loss_against_score(rows=str(int(y)), score=score, sigmoids=sigmoids)
    assert shown.value == pytest.approx(loss.item(), abs=1e-12)
    assert shown.slope == pytest.approx(s.grad.item(), abs=1e-12)
    assert shown.probability == pytest.approx(torch.sigmoid(logit).item())


@pytest.mark.parametrize("liked, other", [(2.0, -1.0), (-3.0, 3.0), (0.5, 0.5)])
def test_bpr_and_mse_are_those_of_the_package(liked: float, other: float) -> None:
    pair = torch.tensor([liked], requires_grad=True), torch.tensor([other])
    loss = tasks.bpr(*pair)
    loss.backward()
    shown = loss_against_score("bpr", liked=liked, other=other)
    assert shown.value == pytest.approx(loss.item(), abs=1e-6)
    assert shown.slope == pytest.approx(pair[0].grad.item(), abs=1e-6)
    stars = loss_against_score("mse", stars=4.0, rating=1.5)
    assert (stars.value, stars.slope, stars.probability) == (6.25, -5.0, None)


@pytest.mark.parametrize("ctr", [0.01, 0.17, 0.5])
def test_the_base_rate_is_the_lowest_mean_loss(ctr: float) -> None:
    shown = loss_against_score(rows="all", ctr=ctr)
    best = math.log(ctr / (1 - ctr))
    losses = [arithmetic.logloss(ctr, best + step) for step in (-0.1, 0.0, 0.1)]
    assert shown.base_rate == pytest.approx(min(losses)) == pytest.approx(losses[1])
    y = torch.tensor([1.0] * round(100 * ctr) + [0.0] * round(100 - 100 * ctr))
    assert shown.base_rate == pytest.approx(tasks.logloss(torch.full((100,), best), y), abs=1e-6)


@pytest.mark.parametrize("ctr, floor", [(0.5, 0.5032), (0.17, 0.6286)])
def test_no_model_gets_below_the_floor(ctr: float, floor: float) -> None:
    shown = loss_against_score(rows="all", ctr=ctr, sigmoids=2)
    assert round(shown.floor, 4) == floor
    knows_all = ctr * arithmetic.logloss(1, 50, 2) + (1 - ctr) * arithmetic.logloss(0, -50, 2)
    assert shown.floor == pytest.approx(knows_all)
    assert loss_against_score(rows="all", ctr=ctr).floor == 0
    one = [arithmetic.logloss(ctr, score, 2) for score in SCORES]
    assert min(one) > shown.floor


def test_the_words_name_the_floor_beside_the_base_rate() -> None:
    rare = sentence(State(rows="all", sigmoids=2))
    assert "0.6286" in rare and "above the base rate" in rare and "0.4559" in rare
    even = sentence(State(rows="all", sigmoids=2, ctr=0.5))
    assert "0.5032" in even and "below the base rate, 0.6931" in even
    assert [name for name, _ in lines(State(rows="all", sigmoids=2))] == ["base rate", "floor"]
    assert lines(State(sigmoids=2, rows="1")) == [("floor", pytest.approx(0.3133, abs=1e-4))]
    assert lines(State(loss="mse")) == lines(State(rows="1")) == []


def test_the_words_follow_the_slope() -> None:
    assert "raises the score by 0.731" in sentence(State(rows="1", score=-1.0))
    assert "lowers the score by 0.269" in sentence(State(rows="0", score=-1.0))
    assert "stays where it is" in sentence(State(loss="mse", stars=4, rating=4))
    assert "have the same score" in sentence(State(loss="bpr", liked=1, other=1))
    assert ("slope p − 1", "−0.731") in facts(State(rows="1", score=-1.0))


def test_the_text_holds_the_table() -> None:
    shown = loss_against_score(rows="all", ctr=0.17)
    head, rows = table(shown.state)
    assert head[-1] == "mean, CTR 17 %" and len(rows) == 13
    assert rows[6] == ["0.0", "0.500", "0.6931", "0.6931", "0.6931"]
    assert all(cell in shown.text() for row in rows for cell in row)
    data = shown._repr_mimebundle_()[0]
    assert data["text/plain"] == shown.text()
    drawn = ElementTree.fromstring(data["image/svg+xml"])
    assert "base rate" in drawn.attrib["aria-label"]


@pytest.mark.parametrize(
    "state", [{"loss": "mse"}, {"loss": "bpr"}, {"rows": "0"}, {"rows": "all", "sigmoids": 2}]
)
def test_every_view_has_a_still_picture(state: dict) -> None:
    drawn = ElementTree.fromstring(loss_against_score(**state).to_svg())
    assert len([e for e in drawn.iter() if e.tag.endswith("path")]) > 10


@pytest.mark.parametrize(
    "name, value", [("score", 6.5), ("ctr", 0.0), ("ctr", 0.9), ("stars", 6), ("liked", math.nan)]
)
def test_a_number_outside_the_picture_is_told(name: str, value: float) -> None:
    shown = loss_against_score()
    with pytest.raises(InputError, match=rf"{name} = .* wanted .* to "):
        setattr(shown, name, value)
    with pytest.raises(InputError, match=name):
        loss_against_score(**{name: value})
    with pytest.raises(TraitError):
        loss_against_score("hinge")


def test_reset_and_a_second_run_of_the_cell() -> None:
    first = loss_against_score("bpr", liked=1.0, name="here")
    first.loss, first.liked = "mse", 2.0
    assert first.reset().loss == "bpr" and first.liked == 1.0
    again = loss_against_score(name="here")
    assert first.comm is None and again.comm is not first.comm
