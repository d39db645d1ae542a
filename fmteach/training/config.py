"""The settings of a training run, checked when they are made."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from fmteach.arguments import above_zero, whole_number, zero_or_more
from fmteach.errors import InputError

OPTIMIZERS = ("adam", "sgd", "adagrad")
MODEL_KINDS = ("fm", "linear")


@dataclass(frozen=True)
class TrainConfig:
    """Everything that decides a run, besides the data. Same settings, same device: same curve.

    >>> TrainConfig(k=8).k
    8
    >>> TrainConfig(optimizer="adamw")
    Traceback (most recent call last):
    ...
    fmteach.errors.InputError: unknown optimizer 'adamw'; choose one of adam, sgd, adagrad
    """

    model: str = "fm"
    """"fm" or "linear" (the same without the pairwise term)."""
    k: int = 16
    """Embedding size: factors a feature. Not used by the linear model."""
    optimizer: str = "adam"
    learning_rate: float = 0.003
    l2: float = 0.0
    """Weight of the penalty: the squares of the parameters that a row looks up (w_i² and v_il²),
    summed over the row and averaged over the batch. A frequent feature is penalised more often."""
    batch_size: int = 256
    epochs: int = 10
    seed: int = 0
    """Draws the factors, the order of the rows, and the sample of training rows that is scored."""
    device: str = "auto"
    """"auto" (a GPU if there is one), "cpu", "cuda" or "cuda:1"."""
    init_scale: float = 0.01
    """Standard deviation of the first factors."""
    evaluations_per_epoch: int = 4
    """How often the validation rows are scored. They are also scored before the first step."""
    patience: int | None = None
    """Stop after this many epochs without a better validation score. None: never. Better is by the
    metric of the task; where that is not defined (AUC of a single class), by the loss."""
    keep_best: bool = True
    """At the end, give the model the parameters of its best evaluation."""

    def __post_init__(self) -> None:
        choices = {"optimizer": OPTIMIZERS, "model": MODEL_KINDS}
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise InputError(
                    f"unknown {name} {getattr(self, name)!r}; choose one of {', '.join(allowed)}"
                )
        whole = ("k", "batch_size", "epochs", "evaluations_per_epoch")
        checked = {name: whole_number(name, getattr(self, name)) for name in whole}
        checked["seed"] = whole_number("seed", self.seed, least=0, most=2**32 - 1)
        if self.patience is not None:
            checked["patience"] = whole_number("patience", self.patience)
        checked["learning_rate"] = above_zero("learning_rate", self.learning_rate)
        for name in ("l2", "init_scale"):
            checked[name] = zero_or_more(name, getattr(self, name))
        if self.keep_best not in (True, False):
            raise InputError(f"keep_best must be True or False; got {self.keep_best!r}")
        checked["keep_best"] = bool(self.keep_best)
        checked["device"] = str(self.device)
        resolve_device(checked["device"])
        for name, value in checked.items():  # numbers of NumPy and torch become plain ones
            object.__setattr__(self, name, value)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainConfig:
        """The opposite of `to_dict`; an unknown name is an error that lists the known ones."""
        names = [field.name for field in dataclasses.fields(cls)]
        unknown = [name for name in values if name not in names]
        if unknown:
            raise InputError(
                f"unknown setting {', '.join(unknown)}; the settings are {', '.join(names)}"
            )
        return cls(**values)

    def replace(self, **changes: Any) -> TrainConfig:
        """A copy with some settings changed.

        >>> TrainConfig().replace(k=4, l2=0.01).k
        4
        """
        return TrainConfig.from_dict({**self.to_dict(), **changes})


def resolve_device(name: str) -> torch.device:
    """The torch device for "auto", "cpu", "cuda" or "cuda:1".

    >>> resolve_device("cpu")
    device(type='cpu')
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except (RuntimeError, TypeError) as error:
        raise InputError(
            f"unknown device {name!r}; choose auto, cpu, cuda or cuda:NUMBER"
        ) from error
    if device.type not in ("cpu", "cuda"):
        raise InputError(f"device {name!r} is not supported; choose auto, cpu, cuda or cuda:NUMBER")
    if device.type == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if (device.index or 0) >= count:
            raise InputError(
                f"device {name!r} was asked for, but torch sees {count} GPU(s) here; "
                "use device='cpu' or 'auto'"
            )
    return device


def defaults(objective: str, fields: int = 2) -> TrainConfig:
    """Settings that do well on the embedded films, for "regression", "classification", "ranking".

    fields: of the data set; two are user and film. With more, the weight of the L2 penalty, which
    adds up over the features of a row, is another one. Both rules were found on validation rows.
    Labels and lists: it is divided by the number of fields. Ratings: it grows with the square root
    of that number, because each further field is one more way to fit the noise; RMSE of the films
    with 4 fields 0.878, of fold u1 of MovieLens 100K with 7 fields 0.912, and by division 0.882 and
    0.921. Beyond 8 fields, where nothing was measured, it stays as it is there.

    >>> [round(defaults("regression", fields).l2, 3) for fields in (2, 4, 8)]
    [0.05, 0.071, 0.1]
    """
    fields = whole_number("fields", fields)
    if objective == "regression":
        chosen = TrainConfig(learning_rate=0.003, l2=0.05, batch_size=256, epochs=30, patience=3)
        return chosen.replace(l2=chosen.l2 * math.sqrt(min(fields, 8) / 2))
    if objective == "classification":
        chosen = TrainConfig(learning_rate=0.003, l2=0.03, batch_size=256, epochs=15, patience=3)
    elif objective == "ranking":
        # A list asks for more of the factors than a rating does. NDCG@10 rises slowly and is noisy:
        # with less patience, one lucky evaluation ends a run that has hardly begun.
        chosen = TrainConfig(
            k=64, init_scale=0.05, learning_rate=0.006, l2=0.01, batch_size=1024, epochs=45,
            patience=20, evaluations_per_epoch=1,
        )  # fmt: skip
    else:
        raise InputError(
            f"unknown task {objective!r}; choose regression, classification or ranking"
        )
    return chosen.replace(l2=chosen.l2 * 2 / fields)
