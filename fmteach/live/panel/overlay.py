"""The picture of a training panel: which runs it shows, and the numbers of ten updates a second."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from fmteach.live.figures import RunCurves, run_style, training_curves, training_figure
from fmteach.live.panel.runs import Run
from fmteach.live.session.curves import SMOOTH_STEPS
from fmteach.tasks import Task
from fmteach.training import ORACLE

Baselines = Mapping[str, Mapping[str, float]]
Curve = tuple[np.ndarray, np.ndarray]
FEWEST_STEPS = 20  # the width of the picture at the first single steps
LONG = 30  # epochs; a longer run is first drawn over a part of its width, then over more
PARTS = (0.1, 0.3)
WILD = 4.0  # a loss above so many base rates does not set the scale of the picture
BATCH_KEY = f"minibatches, mean of {SMOOTH_STEPS}"
# There is little room beside a panel.
NOT_DRAWN = "popularity"  # the linear model of ranking learns it: the lines would cover each other
SHORT = {"base rate": "base", "linear model": "linear", ORACLE: "oracle"}
_NONE: Curve = (np.empty(0, np.float32), np.empty(0, np.float32))


def picture_width(epochs: float, done: float) -> float:
    """Epochs that the picture spans: the whole run, or the first part of a long one, so that a
    run of 200 epochs is more than a stroke at the left edge while it begins.

    >>> [picture_width(200, done) for done in (1, 30, 100)], picture_width(20, 1)
    ([20.0, 60.0, 200], 20)
    """
    if epochs > LONG:
        for part in PARTS:
            if done < 0.9 * part * epochs:
                return part * epochs
    return max(epochs, done)


class Overlay:
    """A fixed choice of runs, the last of them in focus (the one that is trained).

    runs: those that are drawn, oldest first. epochs: the width of the picture. close_up: scale the
    vertical axes to what happens after the first epoch.
    """

    def __init__(
        self,
        runs: Sequence[Run],
        task: Task,
        baselines: Baselines,
        *,
        epochs: float,
        close_up: bool = False,
    ) -> None:
        self.runs = tuple(runs)
        self.task = task
        self.baselines = {
            SHORT.get(name, name): {"loss": scores["loss"], "metric": scores[task.primary]}
            for name, scores in baselines.items()
            if name != NOT_DRAWN
        }
        self._epochs = float(epochs)
        self.width = self._wanted_width()
        self.stepping = self.steps_singly()
        if self.stepping:  # single steps cannot be seen on a scale of epochs
            trainer = self.runs[-1].trainer
            shown = max(FEWEST_STEPS, 1.25 * self.runs[-1].session.snapshot().step)
            self.width = shown / trainer.steps_per_epoch
        self.close_up = close_up
        self.capped = False
        self.steering = sum(len(run.session.steering) for run in self.runs)
        self._sent: tuple | None = None  # (last evaluation sent, place of the minibatch curve)
        self._old = [run_curves(run, focus=False) for run in self.runs[:-1]]

    def _wanted_width(self) -> float:
        ends = (run.session.snapshot().epoch for run in self.runs)
        return picture_width(self._epochs, max(ends, default=self._epochs))

    def steps_singly(self) -> bool:
        """Is the run in focus stepped by hand, and still near its beginning?"""
        if not self.runs:
            return False
        session = self.runs[-1].session
        shot = session.snapshot()
        return session.stepping and 0 < shot.step < 0.02 * shot.total_steps

    def figure(self) -> go.Figure:
        """The whole figure, with the numbers of this moment."""
        self._sent = None
        curves = self._curves()
        figure = training_figure(
            curves,
            self.task.loss_name,
            self.task.metric_labels[self.task.primary],
            baselines=self.baselines,
            metric_higher_is_better=self.task.higher_is_better,
        )
        own = self._traces_a_run()
        for trace in figure.data[: own * max(0, len(curves) - 1)]:
            _step_back(trace)
        for trace in figure.data:  # what is plotly's default need not be kept in a notebook
            trace.visible = None if trace.visible is True else trace.visible
            trace.xaxis = None if trace.xaxis == "x" else trace.xaxis
            trace.yaxis = None if trace.yaxis == "y" else trace.yaxis
        if self.stepping:
            batch = figure.data[own * (len(curves) - 1)]
            batch.update(mode="lines+markers", marker={"size": 6, "color": batch.line.color})
            batch.update(opacity=0.8)
        lines = self._baseline_curves()
        for index, curve in lines.items():
            figure.data[index].x, figure.data[index].y = curve
            # Two lines may be close: the name of the upper one stands above, the other's below.
            same_panel = [other for other in lines if (other - index) % 2 == 0]
            upper = curve[1][0] >= max(lines[other][1][0] for other in same_panel)
            figure.data[index].textposition = "top right" if upper else "bottom right"
        for axis, domain in (("xaxis", [0, 0.405]), ("xaxis2", [0.595, 1])):
            figure.update_layout({axis: {"range": [0, self.width * 1.03], "domain": domain}})
        figure.update_layout(margin={"r": 52})
        figure.update_traces(name=BATCH_KEY, selector={"name": "one minibatch"})
        for axis, limits in self._limits(curves).items():
            figure.update_layout({axis: {"range": limits}})
        self._mark_steering(figure)
        if not self.runs:
            figure.add_annotation(
                text="Press <b>Start</b>", showarrow=False, font={"size": 20},
                x=0.2025, y=0.5, xref="paper", yref="paper", xanchor="center", yanchor="middle",
            )  # fmt: skip
        return figure

    def news(self) -> dict[int, Curve]:
        """What changes while the run in focus goes on: {trace: (x, y)} for `LivePlot.update`.

        Between two evaluations only the curve of the minibatches has changed.
        """
        if not self.runs:
            return {}
        run = self.runs[-1]
        first = self._traces_a_run() * (len(self.runs) - 1)
        evaluation = run.session.snapshot().evaluation
        if self._sent is not None and self._sent[0] is evaluation:
            return {first + self._sent[1]: run.session.curves.one("batch_loss")}
        curves = run_curves(run, focus=True)
        own = training_curves([curves])[: self._traces_a_run()]
        place = next(i for i, curve in enumerate(own) if curve is curves.batch_loss)
        self._sent = (evaluation, place)
        return {first + place: curve for place, curve in enumerate(own)}

    # ----------------------------------------------------------------------------------------

    def _curves(self) -> list[RunCurves]:
        return [*self._old, *(run_curves(run, focus=True) for run in self.runs[-1:])]

    @staticmethod
    @functools.cache
    def _traces_a_run() -> int:
        return len(training_curves([RunCurves("")])) - len(training_curves([]))

    def _baseline_curves(self) -> dict[int, Curve]:
        """The lines of the baselines over the whole width, by trace."""
        first, found = self._traces_a_run() * len(self.runs), {}
        for place, scores in enumerate(self.baselines.values()):
            for offset, key in enumerate(("loss", "metric")):
                x = np.array([0.0, self.width], np.float32)
                found[first + 2 * place + offset] = (x, np.full(2, scores[key], np.float32))
        return found

    def _limits(self, curves: Sequence[RunCurves]) -> dict[str, list[float]]:
        if not curves:
            return self._first_limits()
        if not self.close_up:
            cap = self._cap()
            self.capped = cap is not None
            return {"yaxis": [0.0, cap]} if self.capped else {}
        limits = {}
        for axis, key, names in (
            ("yaxis", "loss", ("train_loss", "valid_loss")),
            ("yaxis2", "metric", ("valid_metric",)),
        ):
            late = [y[np.asarray(x) >= 1.0] for run in curves for x, y in
                    (getattr(run, name) for name in names)]  # fmt: skip
            lines = [s[key] for name, s in self.baselines.items() if name != "base"]
            values = np.concatenate([np.asarray(lines, np.float32), *late])
            values = values[np.isfinite(values)]
            if len(values) > 1:
                low, high = np.quantile(values, [0.02, 0.98])
                edge = 0.12 * max(high - low, 1e-3)
                limits[axis] = [float(low - edge), float(high + edge)]
        return limits

    def rescales(self) -> bool:
        """Does the width no longer suit: a stepped run goes on, a long run has come further?"""
        return self.stepping or self.steps_singly() or self.width != self._wanted_width()

    def outgrown(self) -> bool:
        """Has the loss grown so far beyond the base rate that the picture shows nothing else?"""
        return not self.close_up and not self.capped and self._cap() is not None

    def _cap(self) -> float | None:
        base = self.baselines.get("base")
        if base is None:
            return None
        for run in self.runs:
            shot = run.session.snapshot()
            ends = [run.session.curves[name].last for name in ("batch_loss", "valid_loss")]
            if any(end is not None and end[1] > WILD * base["loss"] for end in ends) or (
                shot.stop_reason == "diverged"
            ):
                return WILD * base["loss"]
        return None

    def _first_limits(self) -> dict[str, list[float]]:
        """Room for the lines of the baselines before there is a curve."""
        base = self.baselines.get("base")
        if base is None:
            return {}
        loss, metric = base["loss"], base["metric"]
        limits = [0.75 * metric, 1.05 * metric]
        if self.task.name == "ranking":  # a random list is at about 0, a good one far below 1
            limits = [0.0, 0.15]
        elif self.task.higher_is_better:
            limits = [metric - 0.05, 0.9]
        return {"yaxis": [0.7 * loss, 1.05 * loss], "yaxis2": limits}

    def _mark_steering(self, figure: go.Figure) -> None:
        for run in self.runs:
            colour, _ = run_style(run.number - 1)
            for _, epoch, rate in run.session.steering[-6:]:
                line = {"color": colour, "width": 1.5, "dash": "dot"}
                for x, y in (("x", "y domain"), ("x2", "y2 domain")):
                    figure.add_shape(
                        type="line", xref=x, yref=y, x0=epoch, x1=epoch, y0=0, y1=1, line=line
                    )
                figure.add_annotation(
                    x=epoch, y=1, xref="x", yref="y domain", text=f"lr {rate:g}", showarrow=False,
                    xanchor="left", yanchor="top", font={"size": 13},
                )  # fmt: skip


def _step_back(trace: go.Scatter) -> None:
    """Thin the lines of a run that is not in focus; what it does not show takes no room."""
    if trace.x is None or not len(trace.x):
        trace.update({key: None for key in trace.to_plotly_json() if key not in ("name", "type")})
        trace.update(visible=False, showlegend=False)
        return
    trace.hovertemplate = None
    if trace.mode == "lines" and trace.line.width:
        trace.line.width = round(0.65 * trace.line.width, 1)
    if trace.mode == "markers":
        trace.marker.size = 11


def run_curves(run: Run, *, focus: bool) -> RunCurves:
    """The curves of a run as the figure takes them; without the minibatches when out of focus."""
    curves = run.session.curve_data()
    best = run.best
    return RunCurves(
        name=run.name,
        batch_loss=curves["batch_loss"] if focus else _NONE,
        train_loss=curves["train_loss"],
        valid_loss=curves["valid_loss"],
        train_metric=curves["train_metric"],
        valid_metric=curves["valid_metric"],
        best=best.epoch if best is not None and best.step else None,
        style=run.number - 1,
    )
