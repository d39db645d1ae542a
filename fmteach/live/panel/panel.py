"""The training panel: choose settings, run, watch, steer, compare.

    panel = training_panel()
    panel                      # the last line of a cell shows it

Everything works from code as well, with and without a page that shows it.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from fmteach.datasets import Dataset
from fmteach.errors import InputError
from fmteach.live.panel import text as paneltext
from fmteach.live.panel.offered import dataset_of
from fmteach.live.panel.reference import Reference
from fmteach.live.panel.requests import PageRequests
from fmteach.live.panel.runbook import RunBook
from fmteach.live.panel.runs import EXPORT_FOLDER, Run, export_run
from fmteach.live.panel.settings import FIRST_RUN, PRESETS, Settings
from fmteach.live.panel.view import PanelView, State
from fmteach.live.session import Session
from fmteach.tasks import get_task
from fmteach.training import History, Trainer

_open_panels: dict[str, TrainingPanel] = {}
_open_lock = threading.Lock()


def training_panel(
    name: str = "main", data: str | Dataset = "movielens", task: str | None = None, **overrides: Any
) -> TrainingPanel:
    """A panel that trains factorization machines live.

    name: one panel is open under a name; a second call with the same name (a cell that is run
        again) stops the run of the first and takes its place.
    data: one of `fmteach.datasets.DATASETS`, or a Dataset of your own. task: one of
        `fmteach.datasets.TASKS[data]`, such as "like" or "rating" for the films; None: the first.
    overrides: any setting of `fmteach.training.TrainConfig`, for example k=32.

    Raises InputError for a name or a value that does not exist, and lists those that do.

    >>> panel = training_panel("example", k=4, epochs=1, batch_size=2048)
    >>> history = panel.start().wait()
    >>> panel.runs[0].status, len(history)
    ('finished', 40)
    """
    panel = TrainingPanel(name, Settings.first(data, task, **overrides))
    with _open_lock:
        old, _open_panels[name] = _open_panels.get(name), panel
    if old is not None:
        old.close()
    return panel


class TrainingPanel:
    """Settings, runs and curves. Make it with `training_panel`.

    ``panel.start()``, ``pause()``, ``resume()``, ``step(n)``, ``stop()``, ``wait()`` do what the
    buttons do; ``set(k=32)`` moves a control; ``runs``, ``best`` and ``model`` give what came out.
    """

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self._first = self._settings = settings
        self._preset = self._preset_of(settings)
        self._book = RunBook()
        self._current: Run | None = None
        self._closed = False
        self._lock = threading.RLock()  # settings and current run; never held while waiting
        self._reference = Reference(self._on_reference)
        self._reference.want(dataset_of(settings.data, settings.task))
        self.view = PanelView(self._state, PageRequests(self))

    # -- running -----------------------------------------------------------------------------

    def start(self) -> TrainingPanel:
        """Start a run with the settings as they are. A run that is going is stopped before."""
        self._new_run().session.start()
        return self

    def pause(self) -> TrainingPanel:
        """Hold the run. No step begins after this came back."""
        self._active("pause").session.pause()
        return self

    def resume(self) -> TrainingPanel:
        """Go on after a pause."""
        self._active("resume").session.resume()
        return self

    def step(self, n: int = 1) -> TrainingPanel:
        """Make exactly n minibatch steps, then pause; begins a run when none is going."""
        run = self._current
        if run is None or not run.session.snapshot().active:
            run = self._new_run()
        run.session.step(n)
        return self

    def stop(self) -> TrainingPanel:
        """End the run; model, history and curves are kept."""
        if self._current is not None:
            self._current.session.stop()
        return self

    def wait(self, timeout: float | None = None) -> History:
        """Wait for the end of the run and return its history; see `Session.wait`."""
        if self._current is None:
            raise InputError("no run has been started in this panel; call panel.start() first.")
        history = self._current.session.wait(timeout)
        self._reference.wait()
        return history

    # -- settings ----------------------------------------------------------------------------

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the next run, flat."""
        return self._settings.to_dict()

    def set(self, **changes: Any) -> TrainingPanel:
        """Change settings: ``panel.set(k=32, learning_rate=0.01)``. All of them, or none.

        While a run is going, a new learning rate acts on it from its next step on; everything
        else is for the next run.
        """
        self._check_open()
        self._take(self._settings.replace(**changes))
        if "learning_rate" in changes:
            run = self._current
            if run is not None and run.session.snapshot().active:
                run.session.set_learning_rate(self._settings.config.learning_rate)
        return self

    def preset(self, name: str) -> TrainingPanel:
        """Take the settings of a preset: "first run", "overfits", "regularised", ..."""
        self._check_open()
        if name not in PRESETS:
            raise InputError(f"unknown preset {name!r}; choose one of {', '.join(PRESETS)}.")
        self._take(self._settings.replace(**{**FIRST_RUN, **PRESETS[name].changes}))
        return self

    def reset(self) -> TrainingPanel:
        """Put all settings back to the first ones. The runs stay."""
        self._check_open()
        self._take(self._first)
        return self

    # -- results -----------------------------------------------------------------------------

    @property
    def runs(self) -> tuple[Run, ...]:
        """All runs, oldest first."""
        return self._book.runs

    @property
    def current(self) -> Run | None:
        """The run that was started last."""
        return self._current

    @property
    def best(self) -> Run | None:
        """The run with the best validation score, of the data and task of the last run."""
        return self._book.best(self._key())

    @property
    def model(self):
        """The model of the run that was started last; None before the first."""
        return None if self._current is None else self._current.model

    @property
    def status(self) -> str:
        """One of fmteach.live.session.STATUSES, or "replaced"."""
        if self._closed:
            return "replaced"
        return "ready" if self._current is None else self._current.status

    @property
    def baselines(self) -> dict[str, dict[str, float]]:
        """{"base rate": {"loss": ..., metrics}, "linear model": ...} on the validation rows."""
        return self._reference.of(dataset_of(*self._key()))

    def text(self) -> str:
        """The panel as plain text: settings, status, runs, baselines, the newest curve."""
        state = self._state()
        return paneltext.panel_text(
            self.name, state.settings, state.runs, state.current, state.baselines, state.task,
            self.view.said(),
        )  # fmt: skip

    def freeze(self):
        """A static copy of the curves that needs no kernel: the last line of a cell shows it."""
        return self.view.plot.freeze()

    # -- what can be done to a run: by the run itself, its number or its name ------------------

    def pin(self, which: Run | int | str, on: bool = True) -> TrainingPanel:
        """Keep a run in the picture whatever comes later (on=False: no longer)."""
        run = self._book.find(which)
        run.pinned = bool(on)
        if on:
            run.visible = True
        return self._did(f"{run.name} is {'pinned' if on else 'no longer pinned'}.")

    def show(self, which: Run | int | str, on: bool = True) -> TrainingPanel:
        """Draw a run, or (on=False) leave it out of the picture."""
        run = self._book.find(which)
        run.visible = bool(on)
        return self._did(f"{run.name} is {'shown' if on else 'hidden'}.")

    def hide(self, which: Run | int | str) -> TrainingPanel:
        """Leave a run out of the picture; it stays in the table."""
        return self.show(which, on=False)

    def rename(self, which: Run | int | str, name: str) -> TrainingPanel:
        """Give a run another name."""
        run = self._book.find(which)
        old = run.name
        self._book.rename(run, name)
        return self._did(f"{old} is now called {run.name}.")

    def delete(self, which: Run | int | str) -> TrainingPanel:
        """Remove a run, its model and its curves. A run that is going is stopped."""
        run = self._book.find(which)
        run.session.stop()
        self._book.remove(run)
        with self._lock:
            if self._current is run:
                self._current = self._book.runs[-1] if self._book.runs else None
        return self._did(f"{run.name} is deleted.")

    def export(self, which: Run | int | str, folder: str | Path = EXPORT_FOLDER) -> Path:
        """Write a run to folder/NAME.json and folder/NAME.csv, and say where they are."""
        run = self._book.find(which)
        path = export_run(run, folder, extra={"baselines": self._reference.of(run.trainer.dataset)})
        self._did(f"{run.name} is written to {path} and {path.with_suffix('.csv').name}.")
        return path

    def close(self) -> None:
        """Stop the run and switch the controls off. What was learnt stays readable."""
        self._closed = True
        self.stop()
        self.view.paint()

    # -- display -----------------------------------------------------------------------------

    @property
    def widget(self):
        """The ipywidgets box, to be placed in a layout of your own."""
        return self.view.box

    def _repr_mimebundle_(self, **kwargs: Any):
        bundle = self.widget._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        fallback = {"text/plain": self.text(), "image/svg+xml": self.view.plot.to_svg()}
        return {**data, **fallback}, metadata

    def __repr__(self) -> str:
        return f"<training panel {self.name!r}: {self.status}, {len(self.runs)} runs>"

    # -- inside ------------------------------------------------------------------------------

    def _new_run(self) -> Run:
        self._check_open()
        self.stop()
        with self._lock:
            settings = self._settings
            session = Session(Trainer(dataset_of(settings.data, settings.task), settings.config))
            run = self._current = self._book.add(session, settings.data, settings.task)
            run.look = PRESETS[self._preset].look_for if self._preset else ""
        seen = [session.status]

        def tick(session: Session) -> None:
            changed, seen[0] = session.status != seen[0], session.status
            self.view.tick(run, changed=changed)

        session.listen(tick)
        self.view.say("")
        self.view.paint(figure=True)
        return run

    def _take(self, settings: Settings) -> None:
        # First what may refuse: nothing has changed then.
        self._reference.want(dataset_of(settings.data, settings.task))
        with self._lock:
            self._settings = settings
            self._preset = self._preset_of(settings)
        self.view.form.problem = ""
        active = self._current is not None and self._current.session.snapshot().active
        self.view.paint(figure=not active)

    def _preset_of(self, settings: Settings) -> str:
        for name, preset in PRESETS.items():
            if settings == settings.replace(**{**FIRST_RUN, **preset.changes}):
                return name
        return ""

    def _key(self) -> tuple[str, str]:
        """The data and task that the picture is about."""
        run = self._current
        if run is not None and run.session.snapshot().active:
            return run.key
        return self._settings.data, self._settings.task

    def _state(self) -> State:
        with self._lock:
            key, current = self._key(), self._current
            dataset = dataset_of(*key)
            return State(
                settings=self._settings,
                preset=self._preset,
                runs=self._book.runs,
                drawn=tuple(self._book.drawn(key, current)),
                current=current,
                key=key,
                task=get_task(dataset.objective),
                baselines=self._reference.of(dataset),
                to_beat=self._reference.of(current.trainer.dataset) if current else {},
                closed=self._closed,
            )

    def _active(self, what: str) -> Run:
        self._check_open()
        run = self._current
        if run is None or not run.session.snapshot().active:
            raise InputError(f"no run is going, so there is nothing to {what}; call start().")
        return run

    def _check_open(self) -> None:
        if self._closed:
            raise InputError(
                f"this panel was replaced by a newer panel named {self.name!r}; use that one, "
                "or make one with another name."
            )

    def _did(self, message: str) -> TrainingPanel:
        self.view.say(message)
        self.view.paint(figure=True)
        return self

    def _on_reference(self) -> None:
        view = getattr(self, "view", None)  # the fit may end before the panel is built
        if view is not None:
            view.paint(figure=True)
