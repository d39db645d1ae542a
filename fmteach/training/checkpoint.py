"""Checkpoints: stop a run, and go on later as if it had never stopped.

One safetensors file. Its tensors are the parameters, the best parameters, the optimizer's state
and the history; its metadata is JSON. Nothing is pickled.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from fmteach.errors import CheckpointError, InputError
from fmteach.models import MODELS, read_tensors, write_tensors
from fmteach.training.config import TrainConfig
from fmteach.training.records import History, StepRecord

if TYPE_CHECKING:
    from fmteach.datasets import Dataset
    from fmteach.training.trainer import Trainer

_FORMAT = 1
_KEY = "fmteach-checkpoint"


def save_checkpoint(trainer: Trainer, path: str | Path) -> Path:
    """Write a checkpoint, whole or not at all. See `Trainer.save_checkpoint`."""
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
        version = saved["format"]
    except (KeyError, ValueError) as error:
        raise CheckpointError(f"{path} is not a checkpoint of an fmteach run") from error
    if version != _FORMAT:
        raise CheckpointError(
            f"{path} has checkpoint format {version}; this version reads {_FORMAT}"
        )
    if saved["dataset"] != dataset.fingerprint:
        raise CheckpointError(
            f"{path} belongs to other rows: it was trained on {saved['dataset_name']} with "
            f"fingerprint {saved['dataset']}, the data given is {dataset.name} with fingerprint "
            f"{dataset.fingerprint}. Load the data with the same task, split, seed and features"
        )
    config = TrainConfig.from_dict(saved["config"])
    if epochs is not None:
        config = config.replace(epochs=epochs)
    try:
        build = {name: value for name, value in saved["model"].items() if name != "kind"}
        trainer = Trainer(dataset, config, model=MODELS[saved["model"]["kind"]](**build))
        _restore(trainer, tensors, saved)
    except (KeyError, RuntimeError, TypeError, InputError) as error:
        raise CheckpointError(f"{path} does not fit its own settings: {error}") from error
    return trainer


def _restore(trainer: Trainer, tensors: dict[str, Tensor], saved: dict[str, Any]) -> None:
    def part(prefix: str) -> dict[str, Tensor]:
        cut = len(prefix)
        return {name[cut:]: value for name, value in tensors.items() if name.startswith(prefix)}

    def on_device(values: dict[str, Tensor]) -> dict[str, Tensor]:
        return {name: value.to(trainer.device) for name, value in values.items()}

    trainer.model.load_state_dict(part("model."))
    _restore_optimizer(trainer, part("optimizer."))
    trainer.optimizer.param_groups[0]["lr"] = saved["learning_rate"]
    evaluations = [StepRecord.from_dict(record) for record in saved["evaluations"]]
    columns = {name: value.numpy() for name, value in part("history.").items()}
    trainer.history = History.restore(columns, evaluations)
    trainer.step, trainer.samples = saved["step"], saved["samples"]
    trainer.seconds = saved["seconds"]
    trainer.best = next((r for r in evaluations if r.step == saved["best_step"]), None)
    trainer._best_parameters = on_device(part("best."))
    if saved["stop_reason"] is not None and trainer.step >= trainer.total_steps:
        trainer._finish(saved["stop_reason"])
    elif saved["stop_reason"] == "early stopping":
        trainer._finish("early stopping")


def _optimizer_tensors(trainer: Trainer) -> dict[str, Tensor]:
    state = trainer.optimizer.state
    return {
        f"optimizer.{name}.{key}": value
        for name, parameter in trainer.model.named_parameters()
        for key, value in state.get(parameter, {}).items()
        if isinstance(value, Tensor)
    }


def _restore_optimizer(trainer: Trainer, tensors: dict[str, Tensor]) -> None:
    for name, parameter in trainer.model.named_parameters():
        state = {
            key.split(".", 1)[1]: value
            for key, value in tensors.items()
            if key.split(".", 1)[0] == name
        }
        if state:
            trainer.optimizer.state[parameter] = {
                key: value.to(parameter.device) for key, value in state.items()
            }
