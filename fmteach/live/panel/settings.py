"""The settings of the training panel: names, allowed values, presets, and what a control offers."""

from __future__ import annotations

import dataclasses
import numbers
from dataclasses import dataclass
from typing import Any

import torch

from fmteach.datasets import Dataset
from fmteach.datasets.choices import one_of
from fmteach.errors import InputError
from fmteach.live.panel.offered import give, known, offered, tasks_of, titled
from fmteach.training import OPTIMIZERS, TrainConfig

MODELS = ("fm", "linear")
WHOLE = ("k", "batch_size", "epochs", "seed", "evaluations_per_epoch", "patience")
REAL = ("learning_rate", "l2", "init_scale")
CONFIG_NAMES = tuple(field.name for field in dataclasses.fields(TrainConfig))
SETTING_NAMES = ("data", "task", *CONFIG_NAMES)

FIRST_RUN = {
    "model": "fm", "k": 16, "optimizer": "adam", "learning_rate": 0.0005, "l2": 0.0,
    "batch_size": 64, "epochs": 20, "seed": 0, "device": "auto", "patience": None,
}  # fmt: skip


@dataclass(frozen=True)
class Preset:
    """A named set of settings that shows one thing."""

    title: str
    changes: dict[str, Any]
    look_for: str


PRESETS: dict[str, Preset] = {
    "first run": Preset(
        "First run",
        {},
        "Training loss keeps falling. Validation loss turns and rises: where?",
    ),
    "too high": Preset(
        "Rate too high",
        {"learning_rate": 0.02, "epochs": 8},
        "Steps too long: the loss is ragged, and validation loss soon climbs.",
    ),
    "diverges": Preset(
        "Diverges",
        {"optimizer": "sgd", "learning_rate": 100.0, "epochs": 8},
        "The loss soon is no number any more. What does the panel advise?",
    ),
    "overfits": Preset(
        "Overfits fast",
        {"k": 64, "learning_rate": 0.002, "epochs": 10},
        "More factors memorise more. Compare the gap with that of the first run.",
    ),
    "regularised": Preset(
        "Well regularised",
        {"l2": 0.02},
        "L2 holds the two losses together, and the metric gets better.",
    ),
    "linear": Preset(
        "Linear model",
        {"model": "linear", "learning_rate": 0.002, "epochs": 10},
        "No pairwise term: the line that a factorization machine must beat.",
    ),
}


@dataclass(frozen=True)
class Settings:
    """Everything that decides a run in the panel. Immutable; `replace` checks what it is given."""

    data: str
    task: str
    config: TrainConfig

    @classmethod
    def first(cls, data: str | Dataset, task: str | None, **overrides: Any) -> Settings:
        """The panel's first settings. task None: the first of the data set."""
        start = cls("movielens", "like", TrainConfig(**FIRST_RUN))
        asked = {} if task is None else {"task": task}
        return start.replace(data=data, **asked, **overrides)

    def replace(self, **changes: Any) -> Settings:
        """A copy with some settings changed; InputError, and no change, when one is not allowed.

        Another data set without this task takes its own first task, where none is named.
        """
        unknown = [name for name in changes if name not in SETTING_NAMES]
        if unknown:
            raise InputError(
                f"unknown setting {', '.join(map(repr, unknown))}; the settings are "
                f"{', '.join(SETTING_NAMES)}."
            )
        data = one_of("data set", give(changes.get("data", self.data)), known())
        tasks = tasks_of(data)
        own = self.task if self.task in tasks else next(iter(tasks))
        task = one_of("task", changes.get("task", own), tasks)
        rest = {name: changes[name] for name in changes if name in CONFIG_NAMES}
        config = self.config.replace(**{name: _typed(name, rest[name]) for name in rest})
        return Settings(data, task, config)

    def to_dict(self) -> dict[str, Any]:
        """Flat and plain: {"data": ..., "task": ..., "k": ...}."""
        return {"data": self.data, "task": self.task, **self.config.to_dict()}


def _typed(name: str, value: Any) -> Any:
    """The value in its type; a number may come as text from a number box."""
    if name == "patience" and value is None:
        return None
    if name not in (*WHOLE, *REAL):
        return value
    kind = "a whole number" if name in WHOLE else "a number"
    number = value
    if isinstance(value, str):
        try:
            number = float(value.replace(",", "."))
        except ValueError:
            number = None
    if isinstance(number, bool) or not isinstance(number, numbers.Real):
        raise InputError(f"{name} must be {kind}; got {value!r}.")
    if name in WHOLE:
        if number != number or number in (float("inf"), -float("inf")) or number != int(number):
            raise InputError(f"{name} must be {kind}; got {value!r}.")
        return int(number)
    return float(number)


def devices() -> list[tuple[str, str]]:
    """(value, label) of the devices of this machine."""
    found = [("auto", "auto"), ("cpu", "CPU")]
    if torch.cuda.is_available():
        count = torch.cuda.device_count()
        names = ["cuda"] if count == 1 else [f"cuda:{index}" for index in range(count)]
        found += [(name, f"GPU {torch.cuda.get_device_name(name)}") for name in names]
    return found


def _decades(first: int, last: int, steps: tuple[int, ...]) -> list[float]:
    return [float(f"{step}e{power}") for power in range(first, last) for step in steps]


def form() -> list[dict[str, Any]]:
    """The controls, by section, as the front end needs them: see controls.js."""

    def choice(name, label, options, help="", **more):
        options = [[value, text] for value, text in options]
        return {
            "name": name, "label": label, "kind": "choice", "options": options, "help": help, **more
        }  # fmt: skip

    def slider(name, label, stops, help=""):
        return {
            "name": name, "label": label, "kind": "slider", "stops": stops, "help": help,
        }  # fmt: skip

    tasks = {
        data: [[name, f"{name}: {words}"] for name, words in tasks_of(data).items()]
        for data in offered()
    }
    rates = [*_decades(-4, 1, (1, 2, 3, 5)), 10.0, 20.0, 50.0, 100.0]
    return [
        {
            "title": "Data",
            "fields": [
                choice("data", "Data set", [(name, titled(name)) for name in tasks]),
                choice("task", "Task", next(iter(tasks.values())), by=["data", tasks]),
            ],
        },
        {
            "title": "Model",
            "fields": [
                choice("model", "Model", [("fm", "factorization machine"), ("linear", "linear")]),
                slider("k", "Factors k", [1, 2, 4, 8, 16, 32, 64, 128], "embedding size"),
            ],
        },
        {
            "title": "Optimizer",
            "fields": [
                choice("optimizer", "Method", [(n, _METHODS.get(n, n)) for n in OPTIMIZERS]),
                slider("learning_rate", "Learning rate", rates, "may change during a run"),
                slider("l2", "L2", [0.0, *_decades(-5, 0, (1, 2, 5)), 1.0], "penalty weight"),
                slider("batch_size", "Batch size", [2**n for n in range(5, 14)], "rows a step"),
            ],
        },
        {
            "title": "Run",
            "fields": [
                slider("epochs", "Epochs", [1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 100],
                       "passes over the rows"),
                {"name": "seed", "label": "Seed", "kind": "number",
                 "help": "repeats the run"},
                choice("device", "Device", devices()),
            ],
        },
    ]  # fmt: skip


_METHODS = {"adam": "Adam", "sgd": "SGD", "adagrad": "AdaGrad"}
