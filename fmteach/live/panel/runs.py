"""The runs of a training panel: what each was, how well it did, and what its curves say."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fmteach.live.session import Session
from fmteach.tasks import Task, get_task
from fmteach.training import History, StepRecord, TrainConfig

RISE_THAT_COUNTS = 0.01  # as a share of the lowest validation loss; less than that is noise
EXPORT_FOLDER = "runs"


def at(epoch: float) -> str:
    """An epoch as text: two decimals at most.

    >>> at(4.250199), at(20.0)
    ('4.25', '20')
    """
    return f"{round(epoch, 2):g}"


def difference(value: float) -> str:
    """A difference of losses as text: three decimals, or its size where it is out of all bounds.

    >>> difference(0.0123), difference(6e20)
    ('0.012', '6e+20')
    """
    return f"{value:.3f}" if abs(value) < 100 else f"{value:.1g}"


@dataclass
class Run:
    """One run in a panel. ``run.model``, ``run.history`` and ``run.config`` are for your own code.

    number: 1, 2, ... in the order of starting. data, task: what it was trained on. pinned: kept in
    the picture whatever comes later. visible: drawn at present. look: what to look for while it
    runs.
    """

    number: int
    name: str
    data: str
    task: str
    session: Session
    pinned: bool = False
    visible: bool = True
    look: str = ""
    exported: list[Path] = field(default_factory=list)

    @property
    def trainer(self):
        return self.session.trainer

    @property
    def model(self):
        return self.trainer.model

    @property
    def history(self) -> History:
        return self.trainer.history

    @property
    def config(self) -> TrainConfig:
        return self.trainer.config

    @property
    def scoring(self) -> Task:
        """The task object: loss, metrics, which way is better."""
        return get_task(self.trainer.dataset.objective)

    @property
    def key(self) -> tuple[str, str]:
        """(data, task): runs with the same key can share a picture."""
        return self.data, self.task

    @property
    def status(self) -> str:
        return self.session.status

    @property
    def best(self) -> StepRecord | None:
        """The evaluation with the best validation score."""
        return self.trainer.best

    @property
    def last(self) -> StepRecord | None:
        """The newest evaluation."""
        return self.session.snapshot().evaluation

    def score(self, record: StepRecord | None) -> float | None:
        """The task's metric on the validation rows in a record."""
        return record.valid.get(self.scoring.primary) if record and record.valid else None

    def settings_text(self) -> str:
        """The settings in one line."""
        config = self.config
        model = f"FM k={config.k}" if config.model == "fm" else "linear"
        rates = " → ".join([f"{config.learning_rate:g}"] + [
            f"{rate:g} (epoch {at(epoch)})" for _, epoch, rate in self.session.steering
        ])  # fmt: skip
        return (
            f"{model} · {config.optimizer} {rates} · L2 {config.l2:g} · "
            f"batch {config.batch_size} · seed {config.seed}"
        )

    def summary(self) -> dict[str, Any]:
        """Plain values for a table: the settings, the best and the last score, the time."""
        shot, gap = self.session.snapshot(), fit_gap(self.history)
        return {
            "run": self.number,
            "name": self.name,
            "data": self.data,
            "task": self.task,
            "settings": self.settings_text(),
            "status": shot.status,
            "metric": self.scoring.primary,
            "best": self.score(shot.best),
            "best_epoch": shot.best.epoch if shot.best else None,
            "last": self.score(shot.evaluation),
            "epochs": shot.epoch,
            "train_loss": gap.train_loss if gap else None,
            "valid_loss": gap.valid_loss if gap else None,
            "gap": gap.gap if gap else None,
            "seconds": shot.seconds,
            "pinned": self.pinned,
            "visible": self.visible,
        }

    def __repr__(self) -> str:
        best = self.score(self.best)
        said = "" if best is None else f", best {self.scoring.primary} {best:.3f}"
        return f"<{self.name}: {self.settings_text()}, {self.status}{said}>"


@dataclass(frozen=True)
class FitGap:
    """How training and validation loss stand to each other at the newest evaluation."""

    lowest_epoch: float
    lowest_loss: float
    epoch: float
    train_loss: float
    valid_loss: float

    @property
    def rise(self) -> float:
        """How far the validation loss has risen above its lowest value."""
        return self.valid_loss - self.lowest_loss

    @property
    def gap(self) -> float:
        """Validation loss minus training loss."""
        return self.valid_loss - self.train_loss

    @property
    def overfitting(self) -> bool:
        return self._rose and self.lowest_epoch > 0

    @property
    def rate_too_high(self) -> bool:
        """Has the validation loss risen from the start, and never been below it?"""
        return self._rose and self.lowest_epoch == 0

    @property
    def _rose(self) -> bool:
        return self.rise > RISE_THAT_COUNTS * abs(self.lowest_loss)

    @property
    def tag(self) -> str:
        """The verdict in a word or three, or nothing."""
        if self.rate_too_high:
            return "rate too high"
        return "overfitting" if self.overfitting else ""

    def words(self) -> str:
        """The verdict in words.

        >>> print(FitGap(3.0, 0.550, 10.0, 0.400, 0.562).words())
        Validation loss rose by 0.012 since epoch 3: overfitting. It is 0.162 above training loss.
        """
        side = "above" if self.gap >= 0 else "below"
        above = f"It is {difference(abs(self.gap))} {side} training loss."
        rose, since = difference(self.rise), at(self.lowest_epoch)
        if self.rate_too_high:
            return f"Validation loss rose from its start, by {rose}: the learning rate is too high."
        if self.overfitting:
            return f"Validation loss rose by {rose} since epoch {since}: overfitting. {above}"
        if self.lowest_epoch == self.epoch:
            return f"Validation loss was still falling: more epochs may help. {above}"
        return f"Validation loss has been level since epoch {at(self.lowest_epoch)}. {above}"


def fit_gap(history: History) -> FitGap | None:
    """The gap at the newest evaluation; None before training has been evaluated. O(evaluations)."""
    scored = [r for r in history.evaluations if r.valid is not None and r.train is not None]
    if len(scored) < 2:
        return None
    lowest = min(scored, key=lambda record: record.valid["loss"])
    end = scored[-1]
    return FitGap(
        lowest_epoch=lowest.epoch,
        lowest_loss=lowest.valid["loss"],
        epoch=end.epoch,
        train_loss=end.train["loss"],
        valid_loss=end.valid["loss"],
    )


def export_run(run: Run, folder: str | Path = EXPORT_FOLDER, extra: dict | None = None) -> Path:
    """Write NAME.json (everything) and NAME.csv (one row an evaluation); returns the JSON's path.

    A file that is there is never overwritten: a number is added to the name. Both files are
    written under temporary names and renamed.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^\w.-]+", "-", run.name).strip("-.") or f"run-{run.number}"
    unique, count = stem, 1
    while (folder / f"{unique}.json").exists() or (folder / f"{unique}.csv").exists():
        count += 1
        unique = f"{stem}-{count}"
    with run.session.between_steps():
        rows = run.history.to_rows()
        losses = {
            "step": run.history.steps.astype(int).tolist(),
            "loss": run.history.losses.tolist(),
        }
    dataset = run.trainer.dataset
    content = {
        "run": run.summary(),
        "config": run.config.to_dict(),
        "learning_rate_changes": [
            {"step": step, "epoch": epoch, "learning_rate": rate}
            for step, epoch, rate in run.session.steering
        ],
        "data": {
            "name": run.data,
            "title": dataset.title,
            "task": run.task,
            "fingerprint": dataset.fingerprint,
            "rows": {part: len(getattr(dataset, part)) for part in ("train", "valid", "test")},
        },
        **(extra or {}),
        "evaluations": rows,
        "minibatches": losses,
    }
    _write(folder / f"{unique}.csv", _as_csv(rows))
    _write(folder / f"{unique}.json", json.dumps(_finite(content), indent=1))
    path = folder / f"{unique}.json"
    run.exported.append(path)
    return path


def _as_csv(rows: list[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _finite(value: Any) -> Any:
    """JSON has no NaN: null stands for it."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
