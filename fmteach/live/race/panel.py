"""The panel of the cost race, and the thread that measures."""

from __future__ import annotations

import math
import threading
import time
from typing import Any

import ipywidgets
import torch

from fmteach.interaction import FORMS, multiplications
from fmteach.live.plot import LivePlot
from fmteach.live.predict import Prediction, predict
from fmteach.live.race import costs
from fmteach.live.race import text as race_text
from fmteach.live.race.controls import RaceControls
from fmteach.live.race.figure import TITLES, cost_curves, cost_figure
from fmteach.live.sheet import folded

KS = (2, 4, 8, 16, 32, 64)


class CostRace(ipywidgets.VBox):
    """Question, controls, chart and table of the race. Made by `cost_race`.

    `start`, `stop` and `wait` do from code what the buttons do. `results` holds the measured
    points, `slopes` the slope of the time of each form, `crossing` the d from which on the
    reformulated form is clearly faster than the all-pairs matrix.
    """

    def __init__(
        self, k: int, max_d: int, m: int, device: str, budget: costs.Budget, key: str
    ) -> None:
        self.m, self.budget = m, budget
        self.sizes = [d for d in (2**i for i in range(2, 21)) if d <= max_d]
        self.status = "ready"  # ready, running, stopped, finished, failed
        self.crossing: float | None = None
        self._lock = threading.RLock()
        self._points: list[dict] = []
        self._stopped: dict[str, dict] = {}
        self._error: BaseException | None = None
        self._thread: threading.Thread | None = None
        self._stop, self._over = threading.Event(), threading.Event()
        self._over.set()
        self.prediction: Prediction = predict(
            key,
            "From which d on is the reformulated form clearly faster than the all-pairs matrix, "
            "measured on this machine?",
            unit="features",
            minimum=1,
        )
        self.controls = RaceControls(
            quantities=[
                ["multiplications", "multiplications"], ["seconds", "time"], ["bytes", "memory"]
            ],
            ks=sorted({*KS, k}), k=k, device=device,
            devices=["cpu"] + (["cuda"] if torch.cuda.is_available() else []),
        )  # fmt: skip
        self.plot = LivePlot(
            self._figure(), height=400, label="Cost of the pairwise term against d, log-log"
        )
        self.table, self.words = ipywidgets.HTML(), ipywidgets.HTML()
        self._show_all()
        self._invite()
        self.controls.on_msg(self._on_message)
        self.prediction.on_commit(lambda _: self._on_guess())
        super().__init__([self.prediction, self.controls, self.plot, self.table, self.words])

    # ---- from code -------------------------------------------------------------------------

    @property
    def k(self) -> int:
        """The embedding size of the race."""
        return self.controls.k

    @property
    def results(self) -> list[dict]:
        """The measured points: dicts with form, d, k, seconds, multiplications, bytes."""
        with self._lock:
            return [dict(point) for point in self._points]

    @property
    def slopes(self) -> dict[str, float | None]:
        """The slope of log(time) against log(d) of each form, on its largest sizes.

        Two decimals; None where too few sizes are measured.
        """
        rows = race_text.summary(self.results, self._stopped, "seconds")
        slopes = {row["form"]: row["slope"] for row in rows}
        # 0.0 is added because "-0.0" puzzles a reader.
        return {form: None if s is None else round(s, 2) + 0.0 for form, s in slopes.items()}

    def start(self) -> CostRace:
        """Begin the race in a worker thread (again, if there was one)."""
        with self._lock:
            if self.status == "running":
                return self
            self._points, self._stopped = [], {}
            self.crossing = self._error = None
            self._stop, self._over = threading.Event(), threading.Event()
            self.status = "running"
            self._thread = threading.Thread(target=self._work, name="cost race", daemon=True)
        self.prediction.hide()
        with self.controls.hold_sync():
            self.controls.quantity = "seconds"
            self.controls.running = True
            self.controls.progress = 0.0
            self.controls.message = "The race begins."
        self.plot.set_figure(self._figure())
        self._thread.start()
        return self

    def stop(self) -> CostRace:
        """End the race after the call that is running (a second at most); points are kept."""
        self._stop.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=10)
        return self

    def wait(self, timeout: float | None = None) -> list[dict]:
        """Wait for the end and return `results`. Raises what went wrong in the worker.

        TimeoutError when the race is not over after `timeout` seconds (it goes on). Ctrl-C, or the
        kernel's Interrupt, stops the race, says so, and returns what was measured.
        """
        end = math.inf if timeout is None else time.monotonic() + timeout
        try:
            # Not thread.join(): an interrupt in it makes Python 3.11 believe the thread has ended.
            while not self._over.wait(min(0.2, max(0.0, end - time.monotonic()))):
                if time.monotonic() >= end:
                    raise TimeoutError(f"the race is still running after {timeout:g} s")
        except KeyboardInterrupt:
            self._stop.set()
            self._over.wait(10)
            print("Interrupted: the race was stopped. What was measured is kept.")
        if self._error is not None:
            raise self._error
        return self.results

    def text(self) -> str:
        """The race as plain text: settings, table of slopes, all numbers, and the crossing."""
        shown = self.controls.quantity
        lines = [
            f"Cost race: k = {self.k}, m = {self.m} non-zero features, float32, "
            f"{self.controls.device}, one thread. Status: {self.status}.",
            race_text.table_text(self._shown_points(), self._stopped, shown),
            "",
            self.prediction.text(),
        ]
        return "\n".join(lines)

    def _repr_mimebundle_(self, **kwargs) -> Any:
        data = dict(super()._repr_mimebundle_(**kwargs) or {})
        return {**data, "text/plain": self.text(), "image/svg+xml": self.plot.to_svg()}

    # ---- the worker ------------------------------------------------------------------------

    def _work(self) -> None:
        began, over = time.perf_counter(), self._over
        total = len(self.sizes) * len(FORMS)
        done = 0
        try:
            for point in costs.race(
                self.sizes, self.k, self.m, device=self.controls.device,
                budget=self.budget, stop=self._stop,
            ):  # fmt: skip
                done += 1
                if "stopped" in point:
                    total -= len([d for d in self.sizes if d > point["d"]])
                self._take(point, done / total)
            self._finish(time.perf_counter() - began)
        except BaseException as problem:  # kept for wait(); a thread's traceback is seen by nobody
            self._error = problem
            self.status = "failed"
            self.controls.message = f"The race failed: {type(problem).__name__}: {problem}"
        finally:
            with self.controls.hold_sync():
                self.controls.running = False
                self.controls.start_text = "Race again"
                self.controls.may_start = True
            self.plot.set_figure(self._figure())
            self._show_all()
            self.plot.settle()
            over.set()

    def _take(self, point: dict, progress: float) -> None:
        with self._lock:
            if "stopped" in point:
                self._stopped[point["form"]] = point
            else:
                self._points.append(point)
        with self.controls.hold_sync():
            self.controls.progress = progress
            if "seconds" in point:
                cost = race_text.in_units(point["seconds"], "s")
                form = TITLES[point["form"]]
                self.controls.message = f"d = {point['d']:,}: {form} needs {cost} for one row."
        self._show_all(words=False)

    def _finish(self, seconds: float) -> None:
        self.status = "stopped" if self._stop.is_set() else "finished"
        how = "Stopped after" if self._stop.is_set() else "Finished in"
        self.controls.message = (
            f"{how} {seconds:.1f} s, {len(self._points)} points measured. "
            "The table says how steep each form is, how far it came, and why it left."
        )
        found = race_text.truth_about_crossing(self._points, self.k)
        if found is not None:
            self.crossing, truth, why = found
            self.prediction.reveal(truth, why)

    # ---- the picture -----------------------------------------------------------------------

    def _shown_points(self) -> list[dict]:
        """What the chart shows: counts need no race, the rest has been measured."""
        if self.controls.quantity == "multiplications":
            k, m = self.k, self.m
            return [
                {"form": f, "d": d, "multiplications": multiplications(f, d, k, min(d, m))}
                for d in self.sizes
                for f in FORMS
            ]
        return self.results

    def _marks(self) -> dict[str, float | None]:
        if self.controls.quantity != "seconds":
            return {}
        return {"guess": self.prediction.answer, "crossing": self.crossing}

    def _figure(self):
        shown = self.controls.quantity
        return cost_figure(self._shown_points(), shown, self.sizes, k=self.k, **self._marks())

    def _show_all(self, words: bool = True) -> None:
        with self._lock:
            shown = self.controls.quantity
            points = self._shown_points()
            stopped = {} if shown == "multiplications" else self._stopped
            self.plot.update_all(cost_curves(points, shown, **self._marks()))
            self.table.value = race_text.table_html(points, stopped, shown)
            if words:  # not at every point: a reader who has unfolded it would lose it
                self.words.value = folded(self.text(), race_text.FAMILY)

    # ---- requests --------------------------------------------------------------------------

    def _invite(self) -> None:
        open_question = self.prediction.state == "open"
        plan = (
            f"The race goes up to d = {self.sizes[-1]:,} on one thread and takes about 10 seconds. "
            f"A form leaves when one call would take more than {self.budget.seconds:g} s or "
            f"{self.budget.bytes / 1e6:,.0f} MB."
        )
        first = "The chart shows counted multiplications: no measuring needed. "
        with self.controls.hold_sync():
            self.controls.may_start = not open_question
            self.controls.start_text = "Guess first" if open_question else "Start the race"
            self.controls.message = first + plan

    def _on_guess(self) -> None:
        if self.status == "ready":
            self._invite()
        self._show_all()

    def _on_message(self, _widget, content, _buffers) -> None:
        if not isinstance(content, dict):
            return
        if content.get("do") == "start" and self.controls.may_start:
            self.start()
        elif content.get("do") == "stop":
            self._stop.set()
        elif isinstance(content.get("set"), dict):
            self._set(content["set"])

    def _set(self, wanted: dict) -> None:
        running = self.status == "running"
        if not running and wanted.get("k") in self.controls.ks and wanted["k"] != self.k:
            self._forget(k=wanted["k"])
        if not running and wanted.get("device") in self.controls.devices:
            self._forget(device=wanted["device"])
        with self._lock:  # the worker must not paint one quantity into the other's axes
            if wanted.get("quantity") in costs.QUANTITIES:
                self.controls.quantity = wanted["quantity"]
            self.plot.set_figure(self._figure())
            self._show_all()

    def _forget(self, **traits) -> None:
        """Other settings: what was measured with the old ones goes."""
        had = bool(self._points)
        with self._lock:
            self._points, self._stopped, self.crossing = [], {}, None
            self.status = "ready"
        for name, value in traits.items():
            setattr(self.controls, name, value)
        self.prediction.hide()
        self._invite()
        if had:
            self.controls.message = "New settings: start the race again to measure them."
