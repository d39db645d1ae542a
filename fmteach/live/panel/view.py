"""The face of a training panel: its widgets, and how they are brought up to date.

Painting may happen on any thread (the worker's too), so all of it goes through one lock. Nothing in
here waits for the worker.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ipywidgets

from fmteach.live.panel import text as paneltext
from fmteach.live.panel.controls import RunBar, RunTable, SettingsForm
from fmteach.live.panel.overlay import Overlay
from fmteach.live.panel.runs import Run
from fmteach.live.panel.settings import PRESETS, Settings, form
from fmteach.live.plot import LivePlot
from fmteach.tasks import Task

if TYPE_CHECKING:
    from fmteach.live.panel.requests import PageRequests

BAR_SECONDS = 0.25
TABLE_SECONDS = 1.0
CLOSE_UP_SECONDS = 2.0
PLOT_HEIGHT = 430
LIVE_NOTE = "The learning rate acts on the run at once. All else is for the next run."
NEXT_NOTE = "These settings are for the next run."


@dataclass(frozen=True)
class State:
    """What the panel is about, for one painting: taken together, so that it fits together."""

    settings: Settings
    preset: str
    runs: tuple[Run, ...]
    drawn: tuple[Run, ...]
    current: Run | None
    key: tuple[str, str]
    task: Task
    baselines: dict[str, dict[str, float]]  # of the data and task that are drawn
    to_beat: dict[str, dict[str, float]]  # of the data and task of the current run
    closed: bool

    @property
    def look(self) -> str:
        return PRESETS[self.preset].look_for if self.preset else ""


class PanelView:
    """The widgets of one panel. `read` gives the state to paint, `requests` answers the page."""

    def __init__(
        self,
        read: Callable[[], State],
        requests: PageRequests,
    ) -> None:
        self._read = read
        self._lock = threading.RLock()
        self._bar_at = self._table_at = self._zoom_at = 0.0
        self.close_up = False
        state = read()
        self._overlay = self._make_overlay(state)
        presets = [["", "own settings"], *([n, p.title] for n, p in PRESETS.items())]
        # The style sheet does the layout; one Layout for all keeps a saved notebook small.
        same = {"layout": ipywidgets.Layout()}
        self.form = SettingsForm(requests.form, sections=form(), presets=presets, **same)
        self.bar = RunBar(requests.bar, **same)
        self.table = RunTable(requests.table, **same)
        figure = self._overlay.figure()
        self.plot = LivePlot(figure, height=PLOT_HEIGHT, label="Training curves", **same)
        main = ipywidgets.VBox([self.bar, self.plot, self.table], **same)
        self.box = ipywidgets.Box([self.form, main], **same)
        for widget, name in ((self.box, "panel"), (self.form, "left"), (main, "main")):
            widget.add_class(f"fmteach-{name}")
        self.paint()

    # -- painting ----------------------------------------------------------------------------

    def paint(self, *, figure: bool = False) -> None:
        """Bring everything up to date; figure: the choice of runs or lines has changed too."""
        with self._lock:
            state = self._read()
            self._paint_bar(state)
            self._paint_form(state)
            self._paint_table(state)
            if figure:
                self._paint_figure(state)
            else:
                self.plot.update(self._overlay.news())

    def tick(self, run: Run, *, changed: bool) -> None:
        """What the worker of a run calls: the newest curves, and now and then the rest."""
        with self._lock:
            now = time.monotonic()
            live = self._overlay.runs[-1:] == (run,)
            steered = self._overlay.steering != _steering(self._overlay.runs)
            zoom = self.close_up and live and now - self._zoom_at > CLOSE_UP_SECONDS
            if changed or now - self._bar_at > BAR_SECONDS:
                self._paint_bar(self._read())
            rescaled = changed and live and (self.close_up or self._overlay.rescales())
            if steered or zoom or rescaled or self._overlay.outgrown():
                self._zoom_at = now
                self._paint_figure(self._read())
            elif live:
                self.plot.update(self._overlay.news())
            if changed or now - self._table_at > TABLE_SECONDS:
                self._paint_table(self._read())
            if changed:
                self._paint_form(self._read())
                self.plot.settle()

    def zoom(self, on: bool) -> None:
        """Scale the vertical axes to the late part of the curves, or to all of them."""
        self.close_up = bool(on)
        self.paint(figure=True)

    def say(self, message: str) -> None:
        """Show under the table what an action did."""
        with self._lock:
            self.table.message = message

    def refuse(self, problem: str) -> None:
        """Show under the form why a setting was not taken."""
        with self._lock:
            self.form.problem = ""  # so that the same refusal twice is seen twice
            self.form.problem = problem

    def said(self) -> str:
        """The words and numbers of the run bar as they are now."""
        with self._lock:
            self._paint_bar(self._read())
            bar = self.bar
            return " ".join(part for part in (bar.headline, bar.detail, bar.numbers) if part)

    def show_text(self, text: str) -> None:
        """Fill the "As text" part."""
        with self._lock:
            self.table.text = text

    # -- parts -------------------------------------------------------------------------------

    def _make_overlay(self, state: State) -> Overlay:
        epochs = state.settings.config.epochs
        if state.current is not None and state.current in state.drawn:
            epochs = state.current.config.epochs
        return Overlay(
            state.drawn, state.task, state.baselines, epochs=epochs, close_up=self.close_up
        )

    def _paint_figure(self, state: State) -> None:
        self._overlay = self._make_overlay(state)
        self.plot.set_figure(self._overlay.figure())

    def _paint_form(self, state: State) -> None:
        status = "ready" if state.current is None else state.current.status
        active = status in ("running", "paused")
        with self.form.hold_sync():
            self.form.values = state.settings.to_dict()
            self.form.preset = state.preset
            self.form.note = LIVE_NOTE if active else NEXT_NOTE if status != "ready" else ""
            self.form.closed = state.closed

    def _paint_bar(self, state: State) -> None:
        self._bar_at = time.monotonic()
        run = state.current
        shot = run.session.snapshot() if run is not None else None
        with self.bar.hold_sync():
            if state.closed:
                self.bar.status = "replaced"
                self.bar.headline = "This panel was replaced by a newer panel."
                self.bar.detail = "Use the newer one. The curves here stay as they are."
                return
            self.bar.status = shot.status if shot is not None else "ready"
            self.bar.headline = paneltext.headline(shot, run)
            self.bar.detail = paneltext.detail(shot, run, state.to_beat, state.look)
            self.bar.numbers = paneltext.numbers_line(shot, run) if shot is not None else ""
            self.bar.progress = min(1.0, shot.step / max(1, shot.total_steps)) if shot else 0.0

    def _paint_table(self, state: State) -> None:
        self._table_at = time.monotonic()
        task = state.task
        with self.table.hold_sync():
            self.table.metric = task.metric_labels[task.primary]
            self.table.baselines = [
                [name, f"{scores[task.primary]:.3f}", f"{scores['loss']:.3f}"]
                for name, scores in state.baselines.items()
            ]
            self.table.rows = paneltext.table_rows(state.runs, state.key)
            self.table.close_up = self.close_up
            self.table.closed = state.closed


def _steering(runs: tuple[Run, ...]) -> int:
    return sum(len(run.session.steering) for run in runs)
