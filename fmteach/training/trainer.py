"""The trainer: an iterator of step records.

    for record in Trainer(dataset, TrainConfig(k=16)):
        ...

One loop serves everything: `fit()` runs it to its end, a live session runs it in a thread, the
command line draws a progress bar around it. Whoever iterates may leave at any step and come back.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import torch
from torch import Tensor

from fmteach.datasets import Dataset, Rows
from fmteach.errors import DivergenceError, InputError
from fmteach.models import FactorizationMachine, LinearModel, save_model
from fmteach.tasks import Task, get_task
from fmteach.training.config import TrainConfig, resolve_device
from fmteach.training.records import History, StepRecord
from fmteach.training.threads import one_torch_thread

_SCORED_AT_ONCE = 65_536  # rows a pass when scoring; bounds the memory, not the result
_SCORED_TRAIN_ROWS = 10_000  # size of the fixed sample of training rows that is scored

_OPTIMIZERS = {
    "adam": torch.optim.Adam,
    "sgd": torch.optim.SGD,
    "adagrad": torch.optim.Adagrad,
}


class Trainer:
    """Trains one model on one data set by minibatches.

    The rows are moved to the device once, as integers; a batch is a slice of a permutation there.
    The order of the rows in epoch e depends on (seed, e) alone, so a resumed run is the same run.

    dataset: a `Dataset`. config: a `TrainConfig` (left out: good settings for the task).
    model: trained further when given, else built from the config.

    >>> import torch
    >>> from fmteach.datasets import Dataset
    """

    def __init__(
        self,
        dataset: Dataset,
        config: TrainConfig | None = None,
        *,
        model: LinearModel | None = None,
    ):
        if len(dataset.train) == 0:
            raise InputError(f"{dataset.name} has no training rows; there is nothing to learn from")
        self.dataset = dataset
        self.task: Task = get_task(dataset.objective)
        self.config = config or _task_defaults(dataset.objective)
        self.device = resolve_device(self.config.device)
        self.model = (model or self._new_model()).to(self.device)
        if self.model.num_features != dataset.num_features:
            raise InputError(
                f"the model has {self.model.num_features} features, the data set "
                f"{dataset.name} has {dataset.num_features}; build the model for this data"
            )
        self._rows = {
            name: _to_device(getattr(dataset, name), self.device) for name in ("train", "valid")
        }
        self._train_sample = self._sample_of_train()
        kind = _OPTIMIZERS[self.config.optimizer]
        # One fused kernel for all parameters; the sums are those of the unfused loop.
        self.optimizer = kind(self.model.parameters(), lr=self.config.learning_rate, fused=True)
        self.history = History()
        self.step = 0
        self.samples = 0
        self.seconds = 0.0
        self.best: StepRecord | None = None
        self.stop_reason: str | None = None
        self._best_parameters = self._parameters()
        self._last_parameters: dict[str, Tensor] | None = None  # set when the best replaced them
        self._permutation: tuple[int, Tensor] | None = None

    # -- where the run stands ---------------------------------------------------------------

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.dataset.train) // self.config.batch_size)

    @property
    def total_steps(self) -> int:
        return self.config.epochs * self.steps_per_epoch

    @property
    def finished(self) -> bool:
        return self.stop_reason is not None

    @property
    def learning_rate(self) -> float:
        return float(self.optimizer.param_groups[0]["lr"])

    def set_learning_rate(self, learning_rate: float) -> None:
        """Use another learning rate from the next step on; the history shows it."""
        self.config.replace(learning_rate=learning_rate)  # the same check, the same message
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate

    # -- the loop ---------------------------------------------------------------------------

    def __iter__(self) -> Iterator[StepRecord]:
        """Yield a record a step, from where the run stands to its end."""
        if self.step == 0 and not self.history.evaluations:
            with one_torch_thread():
                record = self._record(loss=None, started=time.perf_counter())
            yield record
        while not self.finished:
            with one_torch_thread():
                started = time.perf_counter()
                loss = self._update(*self._next_batch())
                self.step += 1
                record = self._record(loss, started)
            yield record

    def fit(self, progress: bool = False) -> History:
        """Run to the end. progress: show a bar (in a terminal or a notebook).

        An interrupt (Ctrl-C) is passed on; model and history stay usable, and `fit()` goes on
        from there.
        """
        records = iter(self)
        if progress:
            from fmteach.training.progress import with_progress

            records = with_progress(self, records)
        for _ in records:
            pass
        return self.history

    def _next_batch(self) -> tuple[Tensor, Tensor | None, Tensor]:
        epoch, place = divmod(self.step, self.steps_per_epoch)
        rows = self._rows["train"]
        if self._permutation is None or self._permutation[0] != epoch:
            generator = torch.Generator().manual_seed(self.config.seed * 1_000_003 + epoch)
            order = torch.randperm(len(rows), generator=generator)
            self._permutation = (epoch, order.to(self.device))
        first = place * self.config.batch_size
        batch = self._permutation[1][first : first + self.config.batch_size]
        values = None if rows.values is None else rows.values[batch]
        return rows.ids[batch], values, rows.y[batch]

    def _update(self, ids: Tensor, values: Tensor | None, y: Tensor) -> float:
        self.model.train()
        loss = self.task.loss(self.model(ids, values, unique=True), y)
        value = float(loss.detach())
        if value != value or abs(value) == float("inf"):
            self._diverged(f"the training loss is {value} at step {self.step + 1}")
        if self.config.l2:
            loss = loss + self.config.l2 * self.model.penalty(ids, values)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.samples += len(y)
        return value

    def _record(self, loss: float | None, started: float) -> StepRecord:
        valid = train = None
        if self._evaluation_due():
            valid = self._score("valid")
            train = self._score("train sample")
            if valid is not None and not torch.isfinite(torch.tensor(valid["loss"])):
                self._diverged(f"the validation loss is {valid['loss']} after step {self.step}")
        self.seconds += time.perf_counter() - started
        record = StepRecord(
            step=self.step,
            epoch=self.step / self.steps_per_epoch,
            loss=loss,
            seconds=self.seconds,
            samples=self.samples,
            learning_rate=self.learning_rate,
            valid=None if valid is None else MappingProxyType(valid),
            train=None if train is None else MappingProxyType(train),
        )
        self.history.append(record)
        self._keep_if_best(record)
        self._stop_if_done(record)
        return record

    def _evaluation_due(self) -> bool:
        # Spread evenly over the epoch, and always at its end.
        each, size = self.config.evaluations_per_epoch, self.steps_per_epoch
        return self.step == 0 or self.step * each // size != (self.step - 1) * each // size

    def _keep_if_best(self, record: StepRecord) -> None:
        if record.valid is None:
            return
        value = record.valid[self.task.primary]
        best = self.best
        if best is None or self.task.better(value, best.valid[self.task.primary]):
            self.best = record
            self._best_parameters = self._parameters()

    def _stop_if_done(self, record: StepRecord) -> None:
        patience, best = self.config.patience, self.best
        if self.step >= self.total_steps:
            self._finish("finished")
        elif patience and best and record.valid and record.epoch - best.epoch >= patience:
            self._finish("early stopping")

    def _finish(self, reason: str) -> None:
        self.stop_reason = reason
        if self.config.keep_best and self.best is not None:
            self._last_parameters = self._parameters()
            self.model.load_state_dict(self._best_parameters)

    def _diverged(self, what: str) -> None:
        self.stop_reason = "diverged"
        self.model.load_state_dict(self._best_parameters)
        back_to = f"step {self.best.step}" if self.best else "its start"
        raise DivergenceError(
            f"Training diverged: {what}. The model is set back to its best evaluation "
            f"({back_to}), nothing is lost. Try a smaller learning rate (now "
            f"{self.learning_rate:g}, for example {self.learning_rate / 10:.1g}); if the data has "
            "real-valued features, scale them to about 1."
        )

    # -- scoring ----------------------------------------------------------------------------

    def evaluate(self, split: str = "test") -> dict[str, float]:
        """Loss and metrics of the model as it is now on "train", "valid" or "test"."""
        if split not in ("train", "valid", "test"):
            raise InputError(f"unknown split {split!r}; choose train, valid or test")
        rows = _to_device(getattr(self.dataset, split), self.device)
        if len(rows) == 0:
            raise InputError(f"the {split} split of {self.dataset.name} has no rows to score")
        return score_rows(self.model, rows, self.task)

    def _score(self, name: str) -> dict[str, float] | None:
        rows = self._train_sample if name == "train sample" else self._rows[name]
        return score_rows(self.model, rows, self.task) if len(rows) else None

    def _sample_of_train(self) -> Rows:
        rows = self._rows["train"]
        if len(rows) <= _SCORED_TRAIN_ROWS:
            return rows
        generator = torch.Generator().manual_seed(self.config.seed)
        chosen = torch.randperm(len(rows), generator=generator)[:_SCORED_TRAIN_ROWS]
        chosen = chosen.to(self.device)
        values = None if rows.values is None else rows.values[chosen]
        return Rows(ids=rows.ids[chosen], values=values, y=rows.y[chosen])

    # -- parameters -------------------------------------------------------------------------

    def _new_model(self) -> LinearModel:
        config, d = self.config, self.dataset.num_features
        if config.model == "linear":
            model = LinearModel(d)
        else:
            model = FactorizationMachine(
                d, config.k, init_scale=config.init_scale, seed=config.seed
            )
        # The best constant: the curve then starts at the base rate, and no step is spent on it.
        torch.nn.init.constant_(model.w0, self.task.constant_score(self.dataset.train.y))
        return model

    def _parameters(self) -> dict[str, Tensor]:
        return {name: p.detach().clone() for name, p in self.model.named_parameters()}

    def save_model(self, path: str | Path) -> Path:
        """Write the model as it is now; `fmteach.models.load_model` reads it."""
        return save_model(self.model, path)

    def save_checkpoint(self, path: str | Path) -> Path:
        """Write all that `Trainer.resume` needs to go on as if nothing had happened."""
        from fmteach.training.checkpoint import save_checkpoint

        return save_checkpoint(self, path)

    @classmethod
    def resume(cls, path: str | Path, dataset: Dataset, *, epochs: int | None = None) -> Trainer:
        """Go on from a checkpoint of the same data; epochs: train to this many instead."""
        from fmteach.training.checkpoint import load_checkpoint

        return load_checkpoint(path, dataset, epochs=epochs)


@torch.no_grad()
def score_rows(model: LinearModel, rows: Rows, task: Task) -> dict[str, float]:
    """{"loss": ..., metrics ...} of a model on rows that are on its device."""
    model.eval()
    scores = torch.cat(
        [
            model(
                rows.ids[first : first + _SCORED_AT_ONCE],
                None if rows.values is None else rows.values[first : first + _SCORED_AT_ONCE],
                unique=True,
            )
            for first in range(0, len(rows), _SCORED_AT_ONCE)
        ]
    )
    return {"loss": float(task.loss(scores, rows.y)), **task.metrics(scores, rows.y)}


def _to_device(rows: Rows, device: torch.device) -> Rows:
    values = None if rows.values is None else rows.values.to(device)
    return Rows(ids=rows.ids.to(device), values=values, y=rows.y.to(device))


def _task_defaults(objective: str) -> TrainConfig:
    from fmteach.training.config import defaults

    return defaults(objective)
