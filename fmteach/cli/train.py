"""`fmteach train`: one run in the terminal, ended by a table next to the baselines."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from fmteach.cli import rows as choice
from fmteach.errors import InputError

if TYPE_CHECKING:
    from fmteach.training import Trainer

INTERRUPTED = 130
# What a checkpoint decides: with --resume these options would contradict it.
_KEPT = ("k", "optimizer", "lr", "l2", "batch_size", "seed", "device", "patience")
Results = dict[str, dict[str, dict[str, float]]]  # model -> split -> metric -> value


def train(
    ctx: typer.Context,
    data: choice.Data = "movielens",
    task: choice.Task = None,
    split: choice.Split = None,
    features: choice.Features = None,
    file: choice.File = None,
    dialect: choice.Dialect = None,
    target: choice.Target = None,
    column: choice.Column = None,
    time: choice.Time = None,
    min_count: choice.MinCount = None,
    buckets: choice.Buckets = None,
    rows: choice.Rows = None,
    download: choice.Download = False,
    k: Annotated[
        int | None, typer.Option("-k", "--k", help="Embedding size: factors a feature.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the training rows.")] = None,
    optimizer: Annotated[str | None, typer.Option(help="adam, sgd or adagrad.")] = None,
    lr: Annotated[float | None, typer.Option("--lr", help="Learning rate.")] = None,
    l2: Annotated[float | None, typer.Option("--l2", help="Weight of the L2 penalty.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Rows in a minibatch.")] = None,
    patience: Annotated[
        int | None, typer.Option(help="Stop after this many epochs without a better score.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Of factors and row order. The split stays the same.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda or cuda:1.")] = None,
    save: Annotated[
        Path | None, typer.Option(help="Write the model here at the end (safetensors).")
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="Write the run here at the end and on Ctrl-C, to be resumed later."),
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Go on with a run from its checkpoint.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print settings and metrics as JSON and nothing else.")
    ] = False,
) -> None:
    """Train a factorization machine and compare it with the base rate and the linear model.

    Options that are left out take values that do well for the task. Ctrl-C
    stops the run; nothing is lost when --checkpoint names a file.

    [bold]Examples[/]

      fmteach train --data movielens --task like -k 16 --epochs 5
      fmteach train --task rating --split time --save model.safetensors
      fmteach train --task rank
      fmteach train --task like --epochs 50 --checkpoint run.safetensors
      fmteach train --task like --resume run.safetensors --epochs 80
      fmteach train --data clicks --split time
      fmteach train --data ml-100k --download --split u1
      fmteach train --file train.txt --dialect criteo --min-count 10
      fmteach train --file sales.csv --dialect table --target bought --column user
      --column item --column price:number
    """
    from fmteach import training
    from fmteach.tasks import get_task

    for path in (save, checkpoint):
        require_writable(path)
    given = {
        "k": k,
        "epochs": epochs,
        "optimizer": optimizer,
        "learning_rate": lr,
        "l2": l2,
        "batch_size": batch_size,
        "patience": patience,
        "seed": seed,
        "device": device,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    console = Console(stderr=as_json)
    dataset = choice.load(ctx.params, progress=not as_json)
    if resume is None:
        config = training.defaults(dataset.objective, len(dataset.fields)).replace(**chosen)
        trainer = training.Trainer(dataset, config)
    else:
        refuse_with_resume(ctx)
        trainer = training.Trainer.resume(resume, dataset, epochs=epochs)
    if not as_json:
        describe(trainer, console)

    stopped = run(trainer, console)
    results = measure(trainer, console, with_linear=not stopped)
    if checkpoint is not None:
        trainer.save_checkpoint(checkpoint)
    if save is not None:
        trainer.save_model(save)

    if as_json:
        typer.echo(json.dumps(summary(trainer, results, split), indent=2))
    else:
        console.print(metrics_table(results, get_task(dataset.objective)))
        for what, path in (("model", save), ("checkpoint", checkpoint)):
            if path is not None:
                console.print(f"The {what} is in {path}.", highlight=False)
    if stopped:
        console.print(
            how_to_go_on(checkpoint, choice.repeat(ctx.params)), highlight=False, soft_wrap=True
        )
        raise typer.Exit(INTERRUPTED)


def require_writable(path: Path | None) -> None:
    """InputError before a run, when its result could not be written after it."""
    if path is None:
        return
    if path.is_dir():
        raise InputError(
            f"{path} is a folder; name a file in it, such as {path / 'run.safetensors'}"
        )
    if not path.resolve().parent.is_dir():
        raise InputError(f"the folder of {path} does not exist; make it first")


def refuse_with_resume(ctx: typer.Context) -> None:
    """InputError when an option was given that the checkpoint has decided already."""
    given = [name for name in _KEPT if ctx.params[name] is not None]
    if given:
        options = ", ".join("-k" if n == "k" else "--" + n.replace("_", "-") for n in given)
        raise InputError(
            f"{options} cannot go with --resume: a run goes on with the settings in its "
            "checkpoint. Only --epochs may change. Leave --resume out to start a new run."
        )


def describe(trainer: Trainer, console: Console) -> None:
    data, config = trainer.dataset, trainer.config
    rows = "rows" if data.candidates is None else "likes"
    console.print(
        f"[bold]{data.title}[/]: {len(data.train):,} {rows} to train on, {len(data.valid):,} to "
        f"validate, {len(data.test):,} to test; {data.num_features:,} features",
        highlight=False,
    )
    if data.candidates is not None:
        console.print(
            f"Each user's list holds all {len(data.candidates.items):,} items but those liked in "
            f"an earlier part; {data.candidates.cold('test'):,} of the test likes are of items "
            "that nobody liked in train",
            highlight=False,
        )
    epochs = "1 epoch" if config.epochs == 1 else f"{config.epochs} epochs"
    stop = f", patience {config.patience}" if config.patience else ""
    console.print(
        f"FM with k = {config.k}; {config.optimizer}, learning rate {config.learning_rate:g}, L2 "
        f"{config.l2:g}, batches of {config.batch_size:,}, {epochs}{stop}, seed "
        f"{config.seed}, on {trainer.device}",
        highlight=False,
    )


def run(trainer: Trainer, console: Console) -> bool:
    """Trains to the end; True when Ctrl-C stopped it before."""
    from fmteach.training.progress import with_progress

    try:
        for _ in with_progress(trainer, console=console):
            pass
    except KeyboardInterrupt:
        return True
    if trainer.stop_reason == "early stopping":
        console.print(
            f"Stopped early: the best validation score is at epoch {trainer.best.epoch:.2f}."
        )
    return False


def measure(trainer: Trainer, console: Console, *, with_linear: bool) -> Results:
    """Validation and test metrics of the base rate, the linear model, the run and the oracle.

    For ranking, the popularity of the items stands beside them.
    """
    from fmteach.training import ORACLE, base_rate, linear_baseline, popularity

    data = trainer.dataset
    splits = [name for name in ("valid", "test") if len(getattr(data, name))]
    results = {"base rate": {name: base_rate(data, name) for name in splits}}
    if data.objective == "ranking":
        results["popularity"] = {name: popularity(data, name) for name in splits}
    if with_linear:
        with console.status("Training the linear model, to compare"):
            linear = linear_baseline(data)
        results["linear model"] = {name: linear.evaluate(name) for name in splits}
    label = f"FM, k = {trainer.config.k}"
    results[label] = {name: trainer.evaluate(name) for name in splits}
    if data.oracle is not None:
        results[ORACLE] = {name: dict(data.oracle[name]) for name in splits}
    return results


def metrics_table(results: Results, task: Any) -> Table:
    """One row a model, one column a split and metric; the best value of a column is bold.

    The oracle is no model and stands out of the competition.
    """
    from fmteach.training import ORACLE

    columns = {"loss": task.loss_name, **task.metric_labels}
    if task.loss_name in task.metric_labels.values():
        del columns["loss"]
    notes = ["↓ lower is better, ↑ higher is better, best in bold"]
    table = Table(box=SIMPLE_HEAD, padding=(0, 1))
    table.add_column("model", no_wrap=True)
    cells: list[list[str]] = []
    for split in next(iter(results.values())):
        for metric, label in columns.items():
            high = metric in task.higher
            name, *condition = label.split(" at ")
            if condition and f"{name} at {condition[0]}" not in notes:
                notes.append(label)
            table.add_column(f"{split}\n{name} {'↑' if high else '↓'}", justify="right")
            values = [by_split[split][metric] for by_split in results.values()]
            rivals = [
                v for name, v in zip(results, values, strict=True) if name != ORACLE and v == v
            ]
            best = (max if high else min)(rivals, default=None)  # NaN, as AUC of one class, is none
            cells.append([f"[bold]{v:.4f}[/]" if v == best else f"{v:.4f}" for v in values])
    for row, name in enumerate(results):
        table.add_row(name, *(column[row] for column in cells))
    table.caption = "; ".join(notes)
    return table


def summary(trainer: Trainer, results: Results, split: str | None) -> dict[str, Any]:
    return {
        "data": trainer.dataset.name,
        "task": trainer.dataset.task,
        "split": split or "usual",
        "fingerprint": trainer.dataset.fingerprint,
        "config": trainer.config.to_dict(),
        "device": str(trainer.device),
        "steps": trainer.step,
        "seconds": round(trainer.seconds, 3),
        "stopped": trainer.stop_reason or "interrupted",
        "best_epoch": trainer.best.epoch if trainer.best else None,
        "metrics": results,
    }


def how_to_go_on(checkpoint: Path | None, same: str) -> str:
    """same: the options that name the rows."""
    if checkpoint is None:
        return (
            "Stopped. To be able to go on after a stop, name a file: --checkpoint run.safetensors"
        )
    path = shlex.quote(str(checkpoint))
    return f"Stopped. To go on: fmteach train {same} --resume {path} --checkpoint {path}"
