"""The model that a run starts from: a new one, or one that was given."""

from __future__ import annotations

import torch

from fmteach.datasets import Dataset
from fmteach.errors import InputError
from fmteach.models import FactorizationMachine, LinearModel
from fmteach.tasks import get_task
from fmteach.training.config import MODEL_KINDS, TrainConfig


def new_model(config: TrainConfig, dataset: Dataset) -> LinearModel:
    """The model that the settings ask for. It starts as the base rate.

    For ranking, the factors of features that training cannot meet, such as that of users who are
    not in train, are 0: as drawn, they would stay a random taste, which moves the whole list.
    """
    d = dataset.num_features
    if config.model == "linear":
        model = LinearModel(d)
    else:
        model = FactorizationMachine(d, config.k, init_scale=config.init_scale, seed=config.seed)
        if dataset.candidates is not None:
            with torch.no_grad():
                model.V[~dataset.candidates.met(d)] = 0
    # The best constant: the curve then starts at the base rate, and no step is spent on it.
    base_rate = get_task(dataset.objective).constant_score(dataset.train.y)
    torch.nn.init.constant_(model.w0, base_rate)
    return model


def check_given(model: LinearModel, dataset: Dataset) -> None:
    """InputError when a given model cannot be trained on this data."""
    if not isinstance(model, LinearModel):
        raise InputError(
            "model must be a FactorizationMachine, a LinearModel or a subclass; a "
            f"{type(model).__name__} is given"
        )
    if model.num_features != dataset.num_features:
        raise InputError(
            f"the model has {model.num_features} features, the data set {dataset.name} has "
            f"{dataset.num_features}; build the model for this data"
        )
    for name, parameter in model.named_parameters():
        if not bool(torch.isfinite(parameter).all()):
            raise InputError(
                f"{name} of the model given holds NaN or infinity, and no step could change that; "
                "give a model with finite parameters"
            )


def describing(model: LinearModel, config: TrainConfig) -> TrainConfig:
    """The settings with the kind and size of a given model, which is what is trained."""
    brought = {n: v for n, v in model.config().items() if n in ("k", "init_scale")}
    if model.kind in MODEL_KINDS:
        brought["model"] = model.kind
    return config.replace(**brought)
