"""A progress bar around a run, for a terminal or a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from fmteach.datasets.progress import notebook_line
from fmteach.training.records import StepRecord

if TYPE_CHECKING:
    from fmteach.training.trainer import Trainer


def with_progress(
    trainer: Trainer,
    records: Iterable[StepRecord] | None = None,
    *,
    label: str | None = None,
    console: Console | None = None,
) -> Iterator[StepRecord]:
    """Yield the records of a trainer and draw a bar: epoch, loss, validation, rows/s, time left."""
    task = trainer.task
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(complete_style="blue", finished_style="green"),
        TextColumn("epoch {task.fields[epoch]:.1f}"),
        TextColumn("loss {task.fields[loss]}"),
        TextColumn("{task.fields[valid]}"),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
        console=console,
        transient=False,
    )
    # rich draws in a notebook from a thread and through a widget: the last state is often lost.
    notebook = console is None and bar.console.is_jupyter
    with notebook_line(bar) if notebook else bar as draw:
        shown = bar.add_task(
            label or ("FM" if trainer.config.model == "fm" else "linear"),
            total=trainer.total_steps,
            completed=trainer.step,
            epoch=trainer.step / trainer.steps_per_epoch,
            loss="-",
            valid="",
            speed="",
        )
        for record in records if records is not None else trainer:
            fields = {"epoch": record.epoch}
            if record.loss is not None:
                fields["loss"] = f"{record.loss:.4f}"
            if record.seconds > 0:
                fields["speed"] = f"{record.samples / record.seconds:,.0f} rows/s"
            if record.valid is not None:
                value = record.valid[task.primary]
                fields["valid"] = f"valid {task.metric_labels[task.primary]} {value:.4f}"
            bar.update(shown, completed=record.step, **fields)
            if notebook:
                draw()
            yield record
