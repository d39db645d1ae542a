"""The trainer: an iterator of step records.

    for record in Trainer(dataset, TrainConfig(k=16)):
        ...

One loop serves everything: `fit()` runs it to its end, a live session runs it in a thread, the
command line draws a progress bar around it. Whoever iterates may leave at any step and come back.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import torch
from torch import Tensor

from fmteach.datasets import Dataset
from fmteach.errors import DivergenceError, InputError
from fmteach.models import LinearModel, save_model
from fmteach.tasks import Task, get_task
from fmteach.training.config import TrainConfig, defaults, resolve_device
from fmteach.training.divergence import advice, not_finite
from fmteach.training.first_model import check_given, describing, new_model
from fmteach.training.ranking import PairExamples
from fmteach.training.records import History, StepRecord
from fmteach.training.scoring import Examples, RowExamples, rows_of
from fmteach.training.threads import one_torch_thread

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
    model: trained further when given, else built from the config. A given model is moved to the
    device, and its kind, k and init_scale replace those of the config.

    Errors: InputError for a model of another number of features, or with parameters that are not
    finite; DivergenceError out of the iterator when the loss is no longer a finite number.

    >>> from fmteach.datasets import from_arrays
    >>> data = from_arrays([[0, 1], [1, 0], [0, 0], [1, 1]] * 5, [1, 1, 0, 0] * 5)
    >>> trainer = Trainer(data, TrainConfig(k=2, epochs=3, batch_size=8, device="cpu"))
    >>> [record.step for record in trainer]
    [0, 1, 2, 3, 4, 5, 6]
    """

    def __init__(
        self,
        dataset: Dataset,
        config: TrainConfig | None = None,
        *,
        model: LinearModel | None = None,
    ):
        self.dataset = dataset
        self.task: Task = get_task(dataset.objective)
        self.config = config or defaults(dataset.objective, len(dataset.fields))
        self.device = resolve_device(self.config.device)
        if model is None:
            model = new_model(self.config, dataset)
        else:
            check_given(model, dataset)
            self.config = describing(model, self.config)
        self.model = model.to(self.device).train()
        kind_of_examples = PairExamples if dataset.objective == "ranking" else RowExamples
        self._examples: Examples = kind_of_examples(dataset, self.config.seed, self.device)
        kind = _OPTIMIZERS[self.config.optimizer]
        # One fused kernel for all parameters; the sums are those of the unfused loop. Before
        # version 2.8, torch has none for AdaGrad on a GPU.
        fused = self.device.type == "cpu" or kind is not torch.optim.Adagrad
        self.optimizer = kind(self.model.parameters(), lr=self.config.learning_rate, fused=fused)
        self.history = History()
        self.step = 0
        self.samples = 0
        self.seconds = 0.0
        self.best: StepRecord | None = None
        self.stop_reason: str | None = None
        # Where divergence goes back to: the best evaluation, or without validation rows the last.
        self._best_parameters = self._parameters()
        self._last_parameters: dict[str, Tensor] | None = None  # set when the best replaced them
        # The last step that has its record. An interrupt in the middle of an evaluation leaves it
        # behind `step`; whoever goes on then evaluates again and does not train again.
        self._recorded = -1
        self._loss: float | None = None  # of the last minibatch

    # -- where the run stands ---------------------------------------------------------------

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self._examples) // self.config.batch_size)

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
        while not self.finished:
            with one_torch_thread():
                started = time.perf_counter()
                if self._recorded == self.step:  # step 0 is recorded before the first update
                    self._update(*self._next_batch())
                record = self._record(started)
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

    def _next_batch(self) -> tuple[Tensor | None, ...]:
        epoch, place = divmod(self.step, self.steps_per_epoch)
        first = place * self.config.batch_size
        return self._examples.batch(epoch, slice(first, first + self.config.batch_size))

    def _update(self, *batch: Tensor | None) -> None:
        loss = self._examples.loss(self.model, *batch)
        value = float(loss.detach())
        if not math.isfinite(value):
            self._diverged(f"the training loss is {value} at step {self.step + 1}")
        if self.config.l2:
            loss = loss + self.config.l2 * self._examples.penalty(self.model, *batch)
        self.model.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.step, self.samples, self._loss = self.step + 1, self.samples + len(batch[0]), value

    def _record(self, started: float) -> StepRecord:
        valid = train = None
        if self._evaluation_due():
            valid, train = self._score("valid"), self._score("train sample")
            self._check_finite(valid, train)
        self.seconds += time.perf_counter() - started
        record = StepRecord(
            step=self.step,
            epoch=self.step / self.steps_per_epoch,
            loss=self._loss,
            seconds=self.seconds,
            samples=self.samples,
            learning_rate=self.learning_rate,
            valid=None if valid is None else MappingProxyType(valid),
            train=None if train is None else MappingProxyType(train),
        )
        self._keep_if_best(record)
        self.history.append(record)
        self._recorded = self.step
        self._stop_if_done(record)
        return record

    def _evaluation_due(self) -> bool:
        # Spread evenly over the epoch, and always at its end.
        each, size = self.config.evaluations_per_epoch, self.steps_per_epoch
        return self.step == 0 or self.step * each // size != (self.step - 1) * each // size

    def _keep_if_best(self, record: StepRecord) -> None:
        if record.valid is not None:
            if self.best is not None and not self._is_better(record.valid, self.best.valid):
                return
            self.best = record
        elif record.train is None:
            return
        self._best_parameters = self._parameters()

    def _is_better(self, new: Mapping[str, float], old: Mapping[str, float]) -> bool:
        metric = self.task.primary
        if math.isnan(new[metric]):  # such as the AUC where every label is the same
            return new["loss"] < old["loss"]
        return self.task.better(new[metric], old[metric])

    def _stop_if_done(self, record: StepRecord) -> None:
        patience, best = self.config.patience, self.best
        if self.step >= self.total_steps:
            self._finish("finished")
        elif patience and best and record.valid:
            if record.step - best.step >= patience * self.steps_per_epoch:
                self._finish("early stopping")

    def _finish(self, reason: str) -> None:
        self.stop_reason = reason
        if self.config.keep_best and self.best is not None:
            self._last_parameters = self._parameters()
            self.model.load_state_dict(self._best_parameters)

    def _check_finite(self, *evaluations: Mapping[str, float] | None) -> None:
        """What is kept as the best must be finite, in the rows that were scored and elsewhere."""
        if what := not_finite(self.model, *evaluations):
            self._diverged(f"{what} after step {self.step}")

    def _diverged(self, what: str) -> None:
        self.stop_reason = "diverged"
        self.model.load_state_dict(self._best_parameters)
        raise DivergenceError(advice(self, what))

    # -- scoring ----------------------------------------------------------------------------

    def evaluate(self, split: str = "test") -> dict[str, float]:
        """Loss and metrics of the model as it is now on "train", "valid" or "test"."""
        self._check_rows(split)
        measured = self._examples.measure(self.model, split)
        if measured is None:
            raise InputError(
                f"every list of the {split} split of {self.dataset.name} holds positives only: "
                "there is nothing that they could stand above"
            )
        return measured

    def scores(self, split: str = "test") -> Tensor:
        """Scores of the rows of "train", "valid" or "test", in their order: float32 [n] on the CPU.

        Of the model as it is now. Errors: InputError for ranking, whose rows are positives only;
        `by_user` is what it has instead.
        """
        return self._examples.scores(self.model, split)

    def by_user(self, split: str = "test") -> dict[str, Tensor]:
        """For ranking: each metric of each user with a positive in the split, float64 [users].

        The mean of a metric over the users (NaN left out) is the figure that `evaluate` gives.
        Errors: InputError for other tasks, whose metrics are of rows and not of users.
        """
        if not isinstance(self._examples, PairExamples):
            raise InputError(
                f"by_user() is for ranking, and this is {self.task.name}; scores() gives the "
                "scores of the rows"
            )
        self._check_rows(split)
        return self._examples.by_user(self.model, split)

    def _check_rows(self, split: str) -> None:
        if not len(rows_of(self.dataset, split)):
            raise InputError(f"the {split} split of {self.dataset.name} has no rows to score")

    def _score(self, name: str) -> dict[str, float] | None:
        return self._examples.measure(self.model, name)

    # -- parameters -------------------------------------------------------------------------

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
        """Go on from a checkpoint of the same data, on the same device as if never stopped.

        epochs: train to this many instead, which cannot be fewer than are done. A run that was
        stopped early, or diverged, stays so: more epochs do not change why it ended.
        Errors: CheckpointError for other data or a damaged file.
        """
        from fmteach.training.checkpoint import load_checkpoint

        return load_checkpoint(path, dataset, epochs=epochs)
