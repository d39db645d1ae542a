"""Checkpoints: stop a run, and go on later as if it had never stopped.

One safetensors file. Its tensors are the parameters, the best parameters, the optimizer's state
and the history; its metadata is JSON. Nothing is pickled.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from fmteach.errors import CheckpointError, InputError
from fmteach.models import build_model, check_known
from fmteach.tensor_file import read_tensors, write_tensors
from fmteach.training.config import TrainConfig
from fmteach.training.records import History, StepRecord

if TYPE_CHECKING:
    from fmteach.datasets import Dataset
    from fmteach.training.trainer import Trainer

_FORMAT = 1
_KEY = "fmteach-checkpoint"


def save_checkpoint(trainer: Trainer, path: str | Path) -> Path:
    """Write a checkpoint, whole or not at all. See `Trainer.save_checkpoint`."""
    check_known(trainer.model)
    parameters = trainer._last_parameters or trainer._parameters()
    tensors = {f"model.{name}": value for name, value in parameters.items()}
    tensors |= {f"best.{name}": value for name, value in trainer._best_parameters.items()}
    tensors |= _optimizer_tensors(trainer)
    tensors |= {
        f"history.{name}": torch.from_numpy(trainer.history.column(name).copy())
        for name in History._COLUMNS
    }
    metadata = {
        "format": _FORMAT,
        "model": trainer.model.config(),
        "config": trainer.config.to_dict(),
        "dataset": trainer.dataset.fingerprint,
        "dataset_name": trainer.dataset.name,
        "step": trainer.step,
        "recorded": trainer._recorded,
        "loss": trainer._loss,
        "samples": trainer.samples,
        "seconds": trainer.seconds,
        "learning_rate": trainer.learning_rate,
        "stop_reason": trainer.stop_reason,
        "best_step": trainer.best.step if trainer.best else None,
        "evaluations": [record.to_dict() for record in trainer.history.evaluations],
    }
    on_cpu = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    return write_tensors(path, on_cpu, {_KEY: json.dumps(metadata)})


def load_checkpoint(path: str | Path, dataset: Dataset, *, epochs: int | None = None) -> Trainer:
    """Build the trainer again. See `Trainer.resume`."""
    from fmteach.training.trainer import Trainer

    tensors, text = read_tensors(path)
    try:
        saved = json.loads(text[_KEY])
        version, fingerprint = saved["format"], saved.get("dataset")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} is not a checkpoint of an fmteach run") from error
    if version != _FORMAT:
        raise CheckpointError(
            f"{path} has checkpoint format {version}; this version reads {_FORMAT}"
        )
    if fingerprint != dataset.fingerprint:
        raise CheckpointError(
            f"{path} belongs to other rows: it was trained on {saved.get('dataset_name')} with "
            f"fingerprint {fingerprint}, the data given is {dataset.name} with fingerprint "
            f"{dataset.fingerprint}. Load the data with the same task, split, seed and features"
        )
    try:
        config = TrainConfig.from_dict(saved["config"])
        model = build_model(saved["model"]).to(tensors["model.w"].dtype)
        trainer = Trainer(dataset, config, model=model)
        _restore(trainer, tensors, saved)
    except (AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} does not fit its own settings: {error}") from error
    if epochs is not None:
        _change_epochs(trainer, epochs)
    reason = saved.get("stop_reason")
    if reason in (None, "finished"):
        # With fewer or more epochs than before, a run may end where it stood, or no longer end.
        over = trainer.step >= trainer.total_steps and trainer._recorded == trainer.step
        reason = "finished" if over else None
    if reason is not None:
        trainer._finish(reason)
    return trainer


def _restore(trainer: Trainer, tensors: dict[str, Tensor], saved: dict[str, Any]) -> None:
    def part(prefix: str) -> dict[str, Tensor]:
        cut = len(prefix)
        return {name[cut:]: value for name, value in tensors.items() if name.startswith(prefix)}

    trainer.model.load_state_dict(part("best."))  # through the model, which checks the shapes
    trainer._best_parameters = trainer._parameters()
    trainer.model.load_state_dict(part("model."))
    _restore_optimizer(trainer, part("optimizer."))
    trainer.optimizer.param_groups[0]["lr"] = saved["learning_rate"]
    evaluations = [StepRecord.from_dict(record) for record in saved["evaluations"]]
    columns = {name: value.numpy() for name, value in part("history.").items()}
    trainer.history = History.restore(columns, evaluations)
    trainer.step, trainer.samples = saved["step"], saved["samples"]
    trainer._recorded, trainer._loss = saved["recorded"], saved["loss"]
    trainer.seconds = saved["seconds"]
    trainer.best = next((r for r in evaluations if r.step == saved["best_step"]), None)


def _change_epochs(trainer: Trainer, epochs: int) -> None:
    config = trainer.config.replace(epochs=epochs)
    done = trainer.step / trainer.steps_per_epoch
    if config.epochs < done:
        raise InputError(
            f"epochs={epochs} cannot be: the run stands at epoch {done:.2f}; give "
            f"{math.ceil(done)} or more"
        )
    trainer.config = config


def _optimizer_tensors(trainer: Trainer) -> dict[str, Tensor]:
    state = trainer.optimizer.state
    return {
        f"optimizer.{name}.{key}": value
        for name, parameter in trainer.model.named_parameters()
        for key, value in state.get(parameter, {}).items()
        if isinstance(value, Tensor)
    }


def _restore_optimizer(trainer: Trainer, tensors: dict[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for place, (name, parameter) in enumerate(trainer.model.named_parameters()):
        for key, value in tensors.items():
            if key.startswith(f"{name}."):
                # The fused kernels trust the sizes, and read past the end of what is too short.
                if value.shape not in ((), parameter.shape):
                    raise ValueError(f"optimizer.{key} has shape {list(value.shape)}")
                state.setdefault(place, {})[key.removeprefix(f"{name}.")] = value
    groups = trainer.optimizer.state_dict()["param_groups"]
    # The optimizer itself knows on which device each of its numbers belongs.
    trainer.optimizer.load_state_dict({"state": state, "param_groups": groups})
