"""fmteach: factorization machines, to be taught, watched and trained.

    import fmteach
    data = fmteach.load("movielens", task="like")
    trainer = fmteach.Trainer(data)
    trainer.fit(progress=True)

Every part is imported when it is first used, so that `import fmteach` costs nothing, and a program
that only trains never loads a widget.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PARTS = ("datasets", "derivation", "doctor", "errors", "exercises", "explain", "interaction")
_PARTS += ("live", "models", "tasks", "training")
_NAMES = {
    "FMTeachError": "errors",
    "FactorizationMachine": "models",
    "LinearModel": "models",
    "load_model": "models",
    "save_model": "models",
    "load": "datasets",
    "TrainConfig": "training",
    "Trainer": "training",
}

__all__ = [
    "__version__",
    "datasets",
    "derivation",
    "doctor",
    "errors",
    "exercises",
    "explain",
    "interaction",
    "live",
    "models",
    "tasks",
    "training",
    "FMTeachError",
    "FactorizationMachine",
    "LinearModel",
    "TrainConfig",
    "Trainer",
    "load",
    "load_model",
    "save_model",
]


def __getattr__(name: str) -> Any:
    if name in _PARTS:
        return import_module(f"fmteach.{name}")
    if name in _NAMES:
        return getattr(import_module(f"fmteach.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'fmteach' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
