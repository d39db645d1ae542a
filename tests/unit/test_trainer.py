"""The trainer: it learns, repeats itself, resumes exactly, and fails without losing anything."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pytest
import torch

from fmteach import datasets
from fmteach.errors import CheckpointError, DivergenceError, InputError
from fmteach.models import (
    FactorizationMachine,
    LinearModel,
    load_model,
)
from fmteach.tensor_file import read_tensors, write_tensors
from fmteach.training import (
    OPTIMIZERS,
    History,
    StepRecord,
    TrainConfig,
    Trainer,
    base_rate,
    defaults,
    linear_baseline,
    resolve_device,
)
from tests.unit.conftest import small_data

QUICK = TrainConfig(k=2, learning_rate=0.05, batch_size=64, epochs=4, device="cpu", init_scale=0.1)


def curve(trainer: Trainer) -> list:
    return [(r.step, r.loss, r.valid) for r in trainer]


def test_the_fm_learns_what_the_linear_model_cannot():
    clicks = small_data("classification", n=3000)
    fm = Trainer(clicks, QUICK.replace(epochs=20))
    fm.fit()
    linear = Trainer(clicks, QUICK.replace(model="linear", epochs=20))
    linear.fit()
    assert fm.evaluate("test")["auc"] > 0.8
    assert linear.evaluate("test")["auc"] < 0.65
    assert fm.evaluate("train")["loss"] < base_rate(clicks, "train")["loss"] - 0.1


def test_records_count_steps_epochs_rows_and_evaluations(clicks):
    trainer = Trainer(clicks, QUICK)
    records = list(trainer)
    per_epoch = math.ceil(len(clicks.train) / 64)
    assert [r.step for r in records] == list(range(4 * per_epoch + 1))
    assert records[0].loss is None and records[0].samples == 0 and records[0].valid is not None
    assert records[-1].epoch == 4 and records[-1].samples == 4 * len(clicks.train)
    assert trainer.total_steps == 4 * per_epoch and trainer.stop_reason == "finished"
    evaluated = [r.step for r in records if r.valid is not None]
    assert len(evaluated) == 1 + 4 * 4
    assert {per_epoch * e for e in range(5)} <= set(evaluated)
    assert len(trainer.history) == 4 * per_epoch
    assert all(b.seconds >= a.seconds for a, b in itertools.pairwise(records))
    with pytest.raises(TypeError):
        records[0].valid["auc"] = 1.0  # a record never changes


def test_every_epoch_meets_every_row_once(clicks):
    trainer = Trainer(clicks, QUICK.replace(batch_size=100, epochs=2))
    for _ in range(2):
        seen = []
        for _ in range(trainer.steps_per_epoch):
            ids, _, y = trainer._next_batch()
            seen += [(*row, label) for row, label in zip(ids.tolist(), y.tolist(), strict=True)]
            trainer.step += 1
        rows = clicks.train
        assert sorted(seen) == sorted(
            (*row, label) for row, label in zip(rows.ids.tolist(), rows.y.tolist(), strict=True)
        )


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_one_step_is_the_optimizers_formula(stars, optimizer):
    config = QUICK.replace(optimizer=optimizer, batch_size=len(stars.train), l2=0.1)
    trainer = Trainer(stars, config)
    before = trainer._parameters()
    reference = FactorizationMachine(stars.num_features, 2)
    reference.load_state_dict(before)
    rows = stars.train
    loss = ((reference(rows.ids) - rows.y) ** 2).mean()
    picked = reference.w[rows.ids] ** 2 + (reference.V[rows.ids] ** 2).sum(-1)
    (loss + 0.1 * picked.sum(-1).mean()).backward()
    steps = iter(trainer)
    next(steps)
    record = next(steps)
    assert record.loss == pytest.approx(loss.item(), rel=1e-5)
    for name, parameter in reference.named_parameters():
        g = parameter.grad
        direction = {
            "sgd": g,
            "adam": g / (g.abs() + 1e-8),
            "adagrad": g / (g.abs() + 1e-10),
        }[optimizer]
        wanted = before[name] - 0.05 * direction
        torch.testing.assert_close(
            dict(trainer.model.named_parameters())[name].detach(), wanted, rtol=1e-4, atol=1e-5
        )


def test_same_seed_same_curve_other_seed_other_curve(clicks):
    one, same, other = (curve(Trainer(clicks, QUICK.replace(seed=s))) for s in (5, 5, 6))
    assert one == same
    assert one != other


def test_leaving_and_coming_back_changes_nothing(clicks):
    whole = curve(Trainer(clicks, QUICK))
    trainer, pieces = Trainer(clicks, QUICK), []
    while not trainer.finished:
        for record in trainer:
            pieces.append((record.step, record.loss, record.valid))
            if record.step % 7 == 3:
                break
    assert pieces == whole


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("stop_at", [0, 1, 13, 32])
def test_a_resumed_run_gives_the_same_curve(clicks, tmp_path, optimizer, stop_at):
    config = QUICK.replace(optimizer=optimizer, patience=2, l2=0.01)
    whole = Trainer(clicks, config)
    whole.fit()
    first = Trainer(clicks, config)
    for record in first:
        if record.step == stop_at:
            break
    path = first.save_checkpoint(tmp_path / "run.safetensors")
    again = Trainer.resume(path, clicks)
    again.fit()
    assert again.step == whole.step and again.stop_reason == whole.stop_reason
    assert again.history.losses.tolist() == whole.history.losses.tolist()
    assert [r.valid for r in again.history.evaluations] == [
        r.valid for r in whole.history.evaluations
    ]
    assert again.best.step == whole.best.step
    for name, value in whole.model.state_dict().items():
        assert torch.equal(again.model.state_dict()[name], value), name


def test_a_finished_run_can_be_given_more_epochs(clicks, tmp_path):
    long, short = Trainer(clicks, QUICK.replace(epochs=6)), Trainer(clicks, QUICK)
    long.fit()
    short.fit()
    path = short.save_checkpoint(tmp_path / "run.safetensors")
    assert Trainer.resume(path, clicks).finished
    longer = Trainer.resume(path, clicks, epochs=6)
    assert not longer.finished
    longer.fit()
    assert longer.history.losses.tolist() == long.history.losses.tolist()


def test_a_changed_learning_rate_is_used_recorded_and_resumed(clicks, tmp_path):
    trainer = Trainer(clicks, QUICK)
    for record in trainer:
        if record.step == 5:
            trainer.set_learning_rate(0.001)
            break
    path = trainer.save_checkpoint(tmp_path / "run.safetensors")
    trainer.fit()
    rates = trainer.history.column("learning_rate")
    assert rates[:5].tolist() == [0.05] * 5 and set(rates[5:].tolist()) == {0.001}
    again = Trainer.resume(path, clicks)
    again.fit()
    assert again.history.losses.tolist() == trainer.history.losses.tolist()
    with pytest.raises(InputError, match="learning_rate must be above 0"):
        trainer.set_learning_rate(0)


def test_early_stopping_keeps_the_best_parameters(clicks):
    trainer = Trainer(clicks, QUICK.replace(k=8, epochs=200, patience=2))
    trainer.fit()
    values = [r.valid["auc"] for r in trainer.history.evaluations]
    assert trainer.stop_reason == "early stopping"
    assert trainer.step < trainer.total_steps
    assert trainer.best.valid["auc"] == max(values)
    assert trainer.evaluate("valid")["auc"] == pytest.approx(max(values))
    assert trainer.history.evaluations[-1].epoch - trainer.best.epoch >= 2


def test_without_keep_best_the_model_is_the_last_one(clicks):
    trainer = Trainer(clicks, QUICK.replace(k=8, epochs=30, keep_best=False))
    trainer.fit()
    last = trainer.history.evaluations[-1].valid
    assert trainer.evaluate("valid") == pytest.approx(dict(last))
    assert trainer.best.valid["auc"] > last["auc"]


def test_divergence_stops_with_advice_and_keeps_the_model(stars):
    trainer = Trainer(stars, QUICK.replace(optimizer="sgd", learning_rate=50.0, epochs=50))
    with pytest.raises(DivergenceError, match=r"smaller learning rate.*now 50, for example 5"):
        trainer.fit()
    assert trainer.stop_reason == "diverged" and trainer.finished
    assert math.isfinite(trainer.evaluate("valid")["loss"])
    assert np.isfinite(trainer.history.losses).all()
    assert list(trainer) == []


def test_an_interrupt_leaves_a_usable_model_and_history(clicks, monkeypatch):
    trainer = Trainer(clicks, QUICK)
    update = trainer._update

    def interrupted(*batch):
        if trainer.step == 9:
            raise KeyboardInterrupt
        return update(*batch)

    monkeypatch.setattr(trainer, "_update", interrupted)
    with pytest.raises(KeyboardInterrupt):
        trainer.fit()
    assert len(trainer.history) == 9 and math.isfinite(trainer.evaluate("test")["auc"])
    monkeypatch.undo()
    trainer.fit()
    whole = Trainer(clicks, QUICK)
    whole.fit()
    assert trainer.history.losses.tolist() == whole.history.losses.tolist()


def test_training_without_a_validation_part():
    data = datasets.from_arrays([[0], [1]] * 20, [1.0, 2.0] * 20, valid=0.0, test=0.2)
    trainer = Trainer(data, QUICK.replace(patience=1))
    trainer.fit()
    assert trainer.best is None and trainer.stop_reason == "finished"
    assert trainer.history.evaluations[-1].train["rmse"] < 0.5
    with pytest.raises(InputError, match=r"valid split .* has no rows"):
        trainer.evaluate("valid")


def test_real_valued_features_reach_the_model():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 2))
    y = 1 + x[:, 0] * x[:, 1]
    data = datasets.from_arrays(np.zeros((400, 2), int), y, values=x)
    trainer = Trainer(data, QUICK.replace(epochs=60, init_scale=0.3))
    trainer.fit()
    assert trainer.evaluate("test")["rmse"] < 0.1


def test_a_run_starts_at_the_base_rate(clicks, stars):
    for data in (clicks, stars):
        first = next(iter(Trainer(data, QUICK.replace(model="linear"))))
        assert first.valid == pytest.approx(base_rate(data, "valid"), nan_ok=True)


def test_the_linear_baseline_is_fitted_once(clicks):
    assert linear_baseline(clicks) is linear_baseline(clicks)
    assert isinstance(linear_baseline(clicks).model, LinearModel)


def test_the_models_of_a_run_can_be_saved(clicks, tmp_path):
    trainer = Trainer(clicks, QUICK)
    trainer.fit()
    again = load_model(trainer.save_model(tmp_path / "model.safetensors"))
    assert torch.equal(again(clicks.test.ids), trainer.model(clicks.test.ids))


def test_a_given_model_is_trained_further(clicks):
    model = FactorizationMachine(clicks.num_features, 2)
    assert Trainer(clicks, QUICK, model=model).model is model
    with pytest.raises(InputError, match=r"the model has 3 features.*has 14"):
        Trainer(clicks, QUICK, model=FactorizationMachine(3, 2))


def test_checkpoints_of_other_data_and_damaged_ones_are_refused(clicks, stars, tmp_path):
    trainer = Trainer(clicks, QUICK)
    trainer.fit()
    path = trainer.save_checkpoint(tmp_path / "run.safetensors")
    with pytest.raises(CheckpointError, match=r"other rows.*planted classification"):
        Trainer.resume(path, stars)
    with pytest.raises(CheckpointError, match="not a checkpoint"):
        Trainer.resume(trainer.save_model(tmp_path / "model.safetensors"), clicks)
    tensors, metadata = read_tensors(path)
    saved = json.loads(metadata["fmteach-checkpoint"])
    saved["format"] = 99
    newer = write_tensors(tmp_path / "newer", tensors, {"fmteach-checkpoint": json.dumps(saved)})
    with pytest.raises(CheckpointError, match="format 99; this version reads 1"):
        Trainer.resume(newer, clicks)
    tensors["model.V"] = torch.zeros(3, 3)
    odd = write_tensors(tmp_path / "odd", tensors, metadata)
    with pytest.raises(CheckpointError, match="does not fit"):
        Trainer.resume(odd, clicks)
    cut = tmp_path / "cut"
    cut.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match="damaged"):
        Trainer.resume(cut, clicks)


@pytest.mark.parametrize(
    "changes, says",
    [
        ({"optimizer": "adamw"}, "'adamw'; choose one of adam, sgd, adagrad"),
        ({"model": "mf"}, "'mf'; choose one of fm, linear"),
        ({"k": 0}, "k must be a whole number, 1 or more; got 0"),
        ({"k": -2}, "got -2"),
        ({"k": 2.5}, "got 2.5"),
        ({"batch_size": 0}, "batch_size"),
        ({"epochs": 0}, "epochs"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0"),
        ({"learning_rate": math.nan}, "learning_rate must be above 0; got nan"),
        ({"l2": -0.1}, "l2 must be 0 or more"),
        ({"patience": 0}, "patience"),
        ({"device": "tpu7"}, "unknown device 'tpu7'"),
        ({"device": "cuda:99"}, "torch sees \\d+ GPU"),
        ({"device": "mps"}, "not supported"),
        ({"lr": 0.1}, "unknown setting lr; the settings are model, k"),
    ],
)
def test_bad_settings_are_refused(changes, says):
    with pytest.raises(InputError, match=says):
        TrainConfig().replace(**changes)


def test_settings_go_to_plain_values_and_back():
    config = TrainConfig(k=3, patience=2)
    assert TrainConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    assert resolve_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    for objective in ("regression", "classification"):
        assert defaults(objective).k == 16
    with pytest.raises(InputError, match="choose regression, classification or ranking"):
        defaults("sorting")


def test_an_unknown_split_is_refused(clicks):
    with pytest.raises(InputError, match="'dev'; choose train, valid or test"):
        Trainer(clicks, QUICK).evaluate("dev")


def test_without_settings_the_penalty_suits_the_number_of_fields():
    codes = np.zeros((40, 4), dtype=int)
    data = datasets.from_arrays(codes, np.arange(40) % 2, objective="classification")
    assert Trainer(data).config.l2 == defaults("classification").l2 / 2
    stars = datasets.from_arrays(codes, np.arange(40))
    assert Trainer(stars).config.l2 == defaults("regression", 4).l2 > defaults("regression").l2
    assert defaults("regression", 500).l2 == defaults("regression", 8).l2 == 0.1
    assert defaults("regression").l2 == 0.05  # what the notebooks tell of
    with pytest.raises(InputError, match="fields must be a whole number"):
        defaults("regression", 0)


def test_history_views_keep_showing_what_they_showed():
    history = History()
    for step in range(1, 3000):
        history.append(StepRecord(step=step, epoch=step / 10, loss=1 / step, seconds=0, samples=0))
        if step == 1000:
            view = history.losses
    assert len(view) == 1000 and view[-1] == 1 / 1000
    assert len(history.losses) == 2999 and history.steps[-1] == 2999


def test_history_as_rows_and_curves(clicks):
    trainer = Trainer(clicks, QUICK)
    trainer.fit()
    rows = trainer.history.to_rows()
    assert rows[0]["loss"] is None and {"valid_auc", "train_loss", "step"} <= set(rows[0])
    epochs, values = trainer.history.curve("valid", "auc")
    assert len(epochs) == len(rows) and values[3] == rows[3]["valid_auc"]
    assert json.loads(json.dumps(rows)) == rows


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU that torch can use")
def test_the_gpu_gives_the_curve_of_the_cpu():
    data = small_data("classification")
    on_cpu = [loss for _, loss, _ in curve(Trainer(data, QUICK))[1:]]
    on_gpu = [loss for _, loss, _ in curve(Trainer(data, QUICK.replace(device="cuda")))[1:]]
    assert on_gpu == pytest.approx(on_cpu, rel=1e-3)
