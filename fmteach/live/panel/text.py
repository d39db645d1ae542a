"""What the training panel says in words and plain tables."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from fmteach.live.figures import run_style
from fmteach.live.panel.offered import titled
from fmteach.live.panel.runs import Run, at, difference, fit_gap
from fmteach.live.panel.settings import Settings
from fmteach.live.session.snapshot import Snapshot
from fmteach.tasks import Task

MOST_CURVE_ROWS = 12
Baselines = Mapping[str, Mapping[str, float]]


def duration(seconds: float) -> str:
    """Seconds as people say them.

    >>> duration(9.24), duration(125)
    ('9.2 s', '2 min 05 s')
    """
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def numbers_line(shot: Snapshot, run: Run) -> str:
    """Where a run stands, in numbers: epoch, step, score, speed, time left."""
    task, parts = run.scoring, [f"epoch {shot.epoch:.1f} of {run.config.epochs}"]
    parts.append(f"step {shot.step:,}")
    if shot.status == "paused" and shot.record is not None and shot.record.loss is not None:
        parts.append(f"loss of this minibatch {shot.record.loss:.4f}")
    if shot.evaluation is not None:
        scores = shot.evaluation.valid
        named = [n for n in dict.fromkeys((task.primary, "accuracy")) if n in scores]
        words = [f"{task.metric_labels[n].split(' at ')[0]} {scores[n]:.3f}" for n in named]
        parts.append(f"validation {', '.join(words)}")
    if shot.samples_per_second is not None and shot.status != "paused":
        rounded = float(f"{shot.samples_per_second:.2g}")
        parts.append(f"{rounded:,.0f} samples/s")
    if shot.eta_seconds is not None and shot.status == "running":
        parts.append(f"{max(shot.eta_seconds, 0):.0f} s left" if shot.eta_seconds < 60
                     else f"{duration(shot.eta_seconds)} left")  # fmt: skip
    elif not shot.active:
        parts.append(f"took {duration(shot.seconds)}")
    return " · ".join(parts)


def headline(shot: Snapshot | None, run: Run | None) -> str:
    """What the run is doing, in one sentence."""
    if run is None or shot is None:
        return "Ready. Press Start."
    label = run.scoring.metric_labels[run.scoring.primary]
    best = run.score(shot.best)
    reached = "" if best is None else f" Best {label} {best:.3f}, at epoch {at(shot.best.epoch)}."
    if shot.status == "running":
        return f"{run.name} is training."
    if shot.status == "paused":
        return f"{run.name} is paused at step {shot.step:,}."
    if shot.status == "stopped":
        return f"{run.name} was stopped at epoch {at(shot.epoch)}.{reached}"
    if shot.status == "finished":
        early = shot.stop_reason == "early stopping"
        how = f"stopped early at epoch {at(shot.epoch)}" if early else "is finished"
        return f"{run.name} {how}.{reached}"
    if shot.status == "failed":
        return f"{run.name} {'diverged' if shot.stop_reason == 'diverged' else 'failed'}."
    return f"{run.name} is ready."


def detail(shot: Snapshot | None, run: Run | None, baselines: Baselines, look: str) -> str:
    """What it means: the gap, the linear model, or what to try."""
    if run is None or shot is None:
        return f"Look for this: {look}" if look else ""
    if shot.status == "running":
        return f"Look for this: {run.look}" if run.look and not run.session.steering else ""
    if shot.status == "paused":
        return "Step makes one minibatch step. Resume goes on."
    if shot.status == "failed":
        return shot.error or "The reason is not known."
    gap, words = fit_gap(run.history), []
    if gap is not None:
        words.append(gap.words())
    linear, best, task = baselines.get("linear model"), run.score(shot.best), run.scoring
    if linear is not None and best is not None and run.config.model != "linear":
        more = best - linear[task.primary]
        better = task.better(best, linear[task.primary])
        side = "above" if more > 0 else "below"
        label = task.metric_labels[task.primary]
        verdict = "better" if better else "not better"
        words.append(
            f"The best {label} is {abs(more):.3f} {side} the linear model's, so {verdict}."
        )  # fmt: skip
    return " ".join(words)


def table_rows(runs: Sequence[Run], key: tuple[str, str]) -> list[dict[str, Any]]:
    """The rows of the run table, newest first, every cell a text."""
    rows = []
    for run in reversed(runs):
        shot, gap, task = run.session.snapshot(), fit_gap(run.history), run.scoring
        colour, dash = run_style(run.number - 1)
        unit = "" if run.key == key else f"{task.metric_labels[task.primary]} "

        def score(record, unit=unit, run=run):
            value = run.score(record)
            if value is None:
                return "–", ""
            return f"{unit}{value:.3f}", f"epoch {at(record.epoch)}"

        best, best_at = score(shot.best)
        last, last_at = score(shot.evaluation)
        state = {"finished": "", "stopped": "stopped"}.get(shot.status, shot.status)
        if shot.stop_reason == "diverged":
            state = "diverged"
        if run.key != key:
            state = f"{state}, {titled(run.data)} {run.task}".strip(", ")
        rows.append({
            "run": run.number, "name": run.name, "pinned": run.pinned, "visible": run.visible,
            "colour": colour, "dash": dash, "state": state, "settings": run.settings_text(),
            "best": best, "best_at": best_at, "last": last, "last_at": last_at,
            "gap": "–" if gap is None else difference(gap.gap),
            "gap_words": "" if gap is None else gap.tag,
            "time": duration(shot.seconds),
            "epochs": f"{at(shot.epoch)} epoch{'' if at(shot.epoch) == '1' else 's'}",
        })  # fmt: skip
    return rows


def panel_text(
    name: str,
    settings: Settings,
    runs: Sequence[Run],
    current: Run | None,
    baselines: Baselines,
    task: Task,
    said: str,
) -> str:
    """The whole panel as plain text: settings, status, runs, baselines, the current curve."""
    config = settings.config
    model = f"factorization machine, k={config.k}" if config.model == "fm" else "linear model"
    lines = [
        f"Training panel {name!r}: {titled(settings.data)}, task {settings.task}",
        f"Next run: {model}, {config.optimizer}, learning rate {config.learning_rate:g}, "
        f"L2 {config.l2:g}, batch size {config.batch_size}, {config.epochs} epochs, "
        f"seed {config.seed}, device {config.device}",
        *textwrap.wrap(said, 100),
        "",
    ]
    label = task.metric_labels[task.primary]
    table = [("run", "settings", f"best {label}", "at epoch", f"last {label}", "loss gap", "time")]
    for row in reversed(table_rows(runs, (settings.data, settings.task))):
        flags = ", ".join(t for t in (row["state"], "pinned" if row["pinned"] else "",
                                      "" if row["visible"] else "hidden") if t)  # fmt: skip
        table.append((
            row["name"] + (f" ({flags})" if flags else ""), row["settings"], row["best"],
            row["best_at"].removeprefix("epoch "), row["last"], row["gap"], row["time"],
        ))  # fmt: skip
    for name, scores in baselines.items():
        table.append((name, "baseline", f"{scores[task.primary]:.3f}", "", "", "", ""))
    lines += align(table)
    if current is not None:
        lines += ["", f"Curve of {current.name}", *align(curve_table(current))]
    return "\n".join(lines)


def curve_table(run: Run) -> list[tuple[str, ...]]:
    """A short table of a run's evaluations: its first, its last, its best, and some between."""
    task = run.scoring
    label = task.metric_labels[task.primary]
    found = [record for record in run.history.evaluations if record.valid and record.train]
    every = max(1, -(-len(found) // (MOST_CURVE_ROWS - 2)))
    best = run.best.step if run.best else None
    rows = [("epoch", "training loss", "validation loss", f"training {label}",
             f"validation {label}", "")]  # fmt: skip
    for place, record in enumerate(found):
        is_best = record.step == best
        if place % every and place != len(found) - 1 and not is_best:
            continue
        values = (record.train["loss"], record.valid["loss"], record.train[task.primary],
                  record.valid[task.primary])  # fmt: skip
        texts = [f"{value:.4f}" if value < 1e6 else f"{value:.1e}" for value in values]
        rows.append((f"{record.epoch:.2f}", *texts, "best" if is_best else ""))
    return rows


def align(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as lines with aligned columns."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
