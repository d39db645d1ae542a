"""The trainer where something goes wrong: interrupts, odd data, odd models, odd checkpoints."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
import torch

from fmteach import datasets
from fmteach.datasets import Rows
from fmteach.errors import CheckpointError, DivergenceError, InputError
from fmteach.models import FactorizationMachine, LinearModel
from fmteach.tensor_file import read_tensors, write_tensors
from fmteach.training import StepRecord, TrainConfig, Trainer, base_rate
from fmteach.training.draws import shuffled
from tests.unit.conftest import small_data

QUICK = TrainConfig(k=2, learning_rate=0.05, batch_size=64, epochs=4, device="cpu", init_scale=0.1)


def single_class(dataset):
    """The validation rows of one label only: the AUC on them is not defined."""
    valid = dataset.valid
    chosen = valid.y > 0.5
    return dataclasses.replace(dataset, valid=Rows(valid.ids[chosen], None, valid.y[chosen]))


def interrupt_scoring(trainer, monkeypatch, at_step):
    """Ctrl-C in the middle of the evaluation of that step, where a run spends most of its waits."""
    score = trainer._score

    def interrupted(name):
        if trainer.step == at_step:
            raise KeyboardInterrupt
        return score(name)

    monkeypatch.setattr(trainer, "_score", interrupted)
    with pytest.raises(KeyboardInterrupt):
        trainer.fit()
    monkeypatch.undo()


def assert_same_run(a, b):
    assert a.step == b.step and a.samples == b.samples and a.stop_reason == b.stop_reason
    assert a.history.losses.tolist() == b.history.losses.tolist()
    assert a.history.steps.tolist() == b.history.steps.tolist()
    assert [(r.step, r.valid, r.train) for r in a.history.evaluations] == [
        (r.step, r.valid, r.train) for r in b.history.evaluations
    ]
    assert (a.best and a.best.step) == (b.best and b.best.step)
    for name, value in a.model.state_dict().items():
        assert torch.equal(value, b.model.state_dict()[name]), name


# -- interrupts -------------------------------------------------------------------------------


@pytest.mark.parametrize("at_step", [0, 2, 8, 32])
@pytest.mark.parametrize("through_a_file", [False, True])
def test_an_interrupted_evaluation_loses_no_step(
    clicks, monkeypatch, tmp_path, at_step, through_a_file
):
    whole = Trainer(clicks, QUICK)
    whole.fit()
    assert whole.total_steps == 32
    trainer = Trainer(clicks, QUICK)
    interrupt_scoring(trainer, monkeypatch, at_step)
    assert trainer.step == at_step
    if through_a_file:
        trainer = Trainer.resume(trainer.save_checkpoint(tmp_path / "run"), clicks)
    trainer.fit()
    assert_same_run(trainer, whole)


# -- what is best -----------------------------------------------------------------------------


def test_where_the_metric_is_not_defined_the_loss_decides_what_is_best(clicks):
    data = single_class(clicks)
    trainer = Trainer(data, QUICK.replace(epochs=2))
    trainer.fit()
    losses = [r.valid["loss"] for r in trainer.history.evaluations]
    assert all(math.isnan(r.valid["auc"]) for r in trainer.history.evaluations)
    assert trainer.best.step > 0 and trainer.best.valid["loss"] == min(losses)
    assert trainer.evaluate("valid")["loss"] == pytest.approx(min(losses))


def test_patience_is_counted_in_whole_steps(clicks):
    trainer = Trainer(clicks, QUICK.replace(batch_size=48, patience=1))
    size = trainer.steps_per_epoch
    assert size == 10 and 1.4 - 0.4 < 1  # in floats, an epoch may fall short of 1
    trainer.best, last = (
        StepRecord(step=s, epoch=s / size, loss=1.0, seconds=0, samples=0, valid={"auc": 0.5})
        for s in (4, 14)
    )
    trainer._stop_if_done(last)
    assert trainer.stop_reason == "early stopping"


def test_the_scored_training_rows_are_not_those_that_are_trained_first():
    data = small_data("classification", n=15_000)
    trainer = Trainer(data, QUICK)
    sample, rows = trainer._examples._sample, data.train
    assert len(sample) == 10_000 < len(rows)
    ids, _, _ = trainer._next_batch()
    assert not torch.equal(sample.ids[: len(ids)], ids)


# -- divergence -------------------------------------------------------------------------------


def test_divergence_without_validation_rows_goes_back_to_the_last_evaluation():
    data = datasets.from_arrays([[0], [1]] * 40, [1.0, 2.0] * 40, valid=0.0, test=0.2)
    trainer = Trainer(data, QUICK.replace(batch_size=8))
    for record in trainer:
        if record.step == 16:
            wanted = trainer._parameters()
            trainer.set_learning_rate(1e30)
            break
    with pytest.raises(DivergenceError, match="step 16, its last evaluation"):
        trainer.fit()
    for name, value in trainer._parameters().items():
        assert torch.equal(value, wanted[name])


def test_the_advice_writes_learning_rates_as_people_do(stars):
    trainer = Trainer(stars, QUICK.replace(optimizer="sgd", learning_rate=600.0, epochs=50))
    with pytest.raises(DivergenceError, match=r"now 600, for example 60\)"):
        trainer.fit()


def test_parameters_that_are_not_finite_are_never_kept_as_the_best():
    # No row has feature 2, so no loss can show that its parameters are gone.
    data = datasets.from_arrays([[0], [1]] * 40, [1.0, 2.0] * 40, field_dims=(3,))
    trainer = Trainer(data, QUICK.replace(batch_size=8))
    records = iter(trainer)
    for _ in range(4):
        next(records)
    trainer.model.V.data[2] = math.inf
    with pytest.raises(DivergenceError, match="a number in V is not finite"):
        list(records)
    assert all(bool(torch.isfinite(p).all()) for p in trainer.model.parameters())


def test_a_diverged_run_comes_back_diverged(stars, tmp_path):
    trainer = Trainer(stars, QUICK.replace(optimizer="sgd", learning_rate=50.0, epochs=50))
    with pytest.raises(DivergenceError):
        trainer.fit()
    again = Trainer.resume(trainer.save_checkpoint(tmp_path / "run"), stars)
    assert again.finished and again.stop_reason == "diverged" and list(again) == []
    assert_same_run(again, trainer)


# -- models that are given --------------------------------------------------------------------


def test_the_config_tells_the_truth_about_a_given_model(clicks, tmp_path):
    trainer = Trainer(clicks, QUICK, model=FactorizationMachine(clicks.num_features, 5))
    assert (trainer.config.model, trainer.config.k) == ("fm", 5)
    linear = Trainer(clicks, QUICK, model=LinearModel(clicks.num_features))
    assert linear.config.model == "linear"
    again = Trainer.resume(linear.save_checkpoint(tmp_path / "run"), clicks)
    assert isinstance(again.model, LinearModel) and again.config == linear.config


def test_a_given_model_in_double_precision_resumes_exactly(clicks, tmp_path):
    def start():
        return Trainer(clicks, QUICK, model=FactorizationMachine(clicks.num_features, 2).double())

    whole, first = start(), start()
    whole.fit()
    for record in first:
        if record.step == 9:
            break
    again = Trainer.resume(first.save_checkpoint(tmp_path / "run"), clicks)
    again.fit()
    assert_same_run(again, whole)


def test_models_that_cannot_be_trained_are_refused(clicks):
    broken = FactorizationMachine(clicks.num_features, 2)
    with torch.no_grad():
        broken.V[3, 1] = math.nan
    with pytest.raises(InputError, match="V of the model given holds NaN or infinity"):
        Trainer(clicks, QUICK, model=broken)
    with pytest.raises(InputError, match="a Linear is given"):
        Trainer(clicks, QUICK, model=torch.nn.Linear(2, 1))


# -- checkpoints ------------------------------------------------------------------------------


def test_fewer_epochs_than_done_are_refused(clicks, tmp_path):
    trainer = Trainer(clicks, QUICK)
    for record in trainer:
        if record.step == 13:
            break
    path = trainer.save_checkpoint(tmp_path / "run")
    with pytest.raises(InputError, match=r"epochs=1 .* epoch 1\.62; give 2 or more"):
        Trainer.resume(path, clicks, epochs=1)
    two, short = Trainer.resume(path, clicks, epochs=2), Trainer(clicks, QUICK.replace(epochs=2))
    two.fit()
    short.fit()
    assert_same_run(two, short)


def test_a_run_cut_at_the_end_of_an_epoch_ends_there_without_another_step(clicks, tmp_path):
    trainer = Trainer(clicks, QUICK)
    for record in trainer:
        if record.step == 16:
            break
    path = trainer.save_checkpoint(tmp_path / "run")
    cut = Trainer.resume(path, clicks, epochs=2)
    assert cut.finished and list(cut) == [] and cut.step == 16
    assert cut.evaluate("valid") == pytest.approx(dict(cut.best.valid))


def test_settings_of_numpy_can_be_written(clicks, tmp_path):
    config = QUICK.replace(k=np.int64(2), learning_rate=np.float32(0.05), epochs=2.0)
    assert type(config.k) is int and type(config.learning_rate) is float
    assert type(config.epochs) is int
    trainer = Trainer(clicks, config)
    trainer.fit()
    assert Trainer.resume(trainer.save_checkpoint(tmp_path / "run"), clicks).config == config


@pytest.mark.parametrize(
    "damage",
    [
        lambda tensors, saved: tensors.pop("best.w"),
        lambda tensors, saved: tensors.update({"best.V": torch.zeros(2, 2)}),
        lambda tensors, saved: tensors.update({"optimizer.V.exp_avg": torch.zeros(2, 2)}),
        lambda tensors, saved: tensors.pop("history.loss"),
        lambda tensors, saved: tensors.update({"history.loss": torch.zeros(3)}),
        lambda tensors, saved: saved.pop("config"),
        lambda tensors, saved: saved.pop("dataset"),
        lambda tensors, saved: saved.update(model=[]),
        lambda tensors, saved: saved["config"].update(k="many"),
        lambda tensors, saved: saved["config"].update(dropout=0.5),
    ],
)
def test_a_damaged_checkpoint_is_one_clear_error(clicks, tmp_path, damage):
    trainer = Trainer(clicks, QUICK)
    trainer.fit()
    path = trainer.save_checkpoint(tmp_path / "run")
    tensors, metadata = read_tensors(path)
    saved = json.loads(metadata["fmteach-checkpoint"])
    damage(tensors, saved)
    write_tensors(path, tensors, {"fmteach-checkpoint": json.dumps(saved)})
    with pytest.raises(CheckpointError, match="run"):
        Trainer.resume(path, clicks)


# -- settings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes, says",
    [
        ({"k": "abc"}, "k must be a whole number, 1 or more; got 'abc'"),
        ({"k": "16"}, "got '16'"),
        ({"k": None}, "got None"),
        ({"k": True}, "got True"),
        ({"k": np.True_}, "got np.True_"),
        ({"epochs": math.inf}, "got inf"),
        ({"batch_size": [64]}, r"got \[64\]"),
        ({"patience": 1.5}, "patience must be a whole number, 1 or more; got 1.5"),
        ({"patience": True}, "patience"),
        ({"learning_rate": "0.1"}, "learning_rate must be above 0; got '0.1'"),
        ({"learning_rate": None}, "got None"),
        ({"learning_rate": True}, "got True"),
        ({"l2": "no"}, "l2 must be 0 or more; got 'no'"),
        ({"seed": -1}, "seed must be a whole number, 0 or more"),
        ({"seed": 2**32}, "at most 4294967295"),
        ({"seed": "0"}, "seed must be"),
        ({"keep_best": "yes"}, "keep_best must be True or False; got 'yes'"),
        ({"device": 5}, "unknown device"),
    ],
)
def test_settings_of_the_wrong_kind_are_refused(changes, says):
    with pytest.raises(InputError, match=says):
        TrainConfig().replace(**changes)


def test_the_largest_seed_trains(clicks):
    Trainer(clicks, QUICK.replace(seed=2**32 - 1, epochs=1)).fit()


def test_a_device_object_is_as_good_as_its_name():
    assert TrainConfig(device=torch.device("cpu")).device == "cpu"


def test_the_base_rate_of_an_unknown_split_is_refused(clicks):
    with pytest.raises(InputError, match="'dev'; choose train, valid or test"):
        base_rate(clicks, "dev")


def test_more_evaluations_than_steps_and_a_batch_above_all_rows(clicks):
    trainer = Trainer(clicks, QUICK.replace(batch_size=10_000, evaluations_per_epoch=50, epochs=3))
    records = list(trainer)
    assert [r.step for r in records if r.valid] == [0, 1, 2, 3]
    assert records[-1].samples == 3 * len(clicks.train)


def test_no_two_seeds_share_a_shuffle():
    shuffles = [shuffled(50, seed, draw).tolist() for seed in (0, 1) for draw in (0, 1, 2)]
    assert all(a != b for i, a in enumerate(shuffles) for b in shuffles[:i])


def test_rows_scored_in_several_passes_are_all_scored(monkeypatch):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(100, 2))
    data = datasets.from_arrays(rng.integers(0, 3, (100, 2)), rng.normal(size=100), values=values)
    trainer = Trainer(data, QUICK.replace(epochs=1))
    trainer.fit()
    whole = trainer.evaluate("train")
    monkeypatch.setattr("fmteach.training.scoring._SCORED_AT_ONCE", 7)
    assert trainer.evaluate("train") == pytest.approx(whole)
