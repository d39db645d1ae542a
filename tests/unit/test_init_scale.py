"""The init scale: the trainings behind the slider, and the widget by its traits."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from fmteach.errors import InputError
from fmteach.live.gradients import init_scale
from fmteach.live.gradients.small_training import (
    LEARNING_RATE,
    SCALES,
    SIZE,
    STEPS,
    K,
    ratings_block,
    train_all,
)
from fmteach.models import FactorizationMachine


@pytest.fixture(scope="module")
def block():
    return ratings_block()


def test_the_block_holds_real_ratings(block) -> None:
    known = block[~np.isnan(block)]
    assert block.shape == (SIZE, SIZE) and known.size > 0.8 * block.size
    assert set(known) <= set(np.arange(0.5, 5.1, 0.5))


@pytest.mark.parametrize("scale", [0.0, 0.01, 1.0])
def test_it_is_gradient_descent_on_the_package_s_model(block, scale: float) -> None:
    users, films = np.nonzero(~np.isnan(block))
    ids = torch.tensor(np.stack([users, films + SIZE], 1))
    y = torch.tensor(block[users, films])
    model = FactorizationMachine(2 * SIZE, k=K).double()
    rng = np.random.default_rng(0)
    start = np.concatenate([rng.normal(size=(SIZE, K)), rng.normal(size=(SIZE, K))]) * scale
    with torch.no_grad():
        model.V.copy_(torch.tensor(start))
    outcome = train_all(block)[SCALES.index(scale)]
    for step in range(4):
        loss = ((model(ids) - y) ** 2).mean()
        assert outcome.losses[step] == pytest.approx(loss.item(), rel=1e-9)
        model.zero_grad()
        loss.backward()
        if step == 0:
            assert outcome.gradient == pytest.approx(model.V.grad.norm().item(), rel=1e-9)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= LEARNING_RATE * parameter.grad


def test_zero_stays_zero_small_waits_large_explodes() -> None:
    outcomes = {outcome.scale: outcome for outcome in init_scale().outcomes}
    zero, small, usual, large = (outcomes[scale] for scale in (0.0, 1e-4, 0.1, 10.0))
    assert zero.gradient == 0 and zero.factors == 0 and len(zero.losses) == STEPS + 1
    assert small.losses[-1] == pytest.approx(zero.losses[-1], abs=1e-3)
    assert usual.losses[-1] < 0.5 * zero.losses[-1]
    assert large.explodes and not usual.explodes
    # What the notebook says: in proportion for small scales, the third power for large ones.
    assert outcomes[1e-3].gradient / small.gradient == pytest.approx(10, rel=0.01)
    assert large.gradient / outcomes[5.0].gradient == pytest.approx(2**3, rel=0.1)


def test_every_place_of_the_slider_has_its_sentence() -> None:
    shown = init_scale()
    sentences = [shown.sentence(n) for n in range(len(SCALES))]
    assert len(set(sentences)) == len(SCALES)
    assert "V is still 0" in sentences[0] and "it explodes" in sentences[-1]
    assert sum("waits beside V = 0" in s for s in sentences) > 2
    for scale, sentence in zip(SCALES, sentences, strict=True):
        assert sentence.startswith(f"Init scale {scale:g}: ")


def test_the_scale_is_set_from_python() -> None:
    shown = init_scale(0.1)
    assert shown.scale == pytest.approx(0.1)
    shown.scale = 0
    assert shown.position == 0 and shown.outcome.factors == 0
    shown.after = 10
    shown.reset()
    assert shown.scale == pytest.approx(0.1) and shown.after == 100
    with pytest.raises(InputError, match=r"one of 0, 0.0001, .* 10; got 0.3"):
        shown.scale = 0.3
    with pytest.raises(InputError, match="position must be 0 to 16"):
        shown.position = 17


def test_the_text_twin_and_the_state() -> None:
    shown = init_scale(0.01)
    text = shown.text()
    assert text.count("\n") == len(SCALES) + 2 and "> 0.01" in text
    assert text.splitlines()[-3].split() == ["10", "1,366", *["explodes"] * 3]
    assert shown._repr_mimebundle_()[0]["text/plain"] == text
    data = json.loads(shown.data)
    assert len(shown.data) < 8_000
    assert [len(curve) for curve in data["curves"][:-1]] == [31] * 16
