"""What live curves cost the training thread.

    python benchmarks/live_cost.py [--seconds 2] [--rounds 7] [--panel]

Three things run in turn, each for some seconds: training alone in a session, the same with a
LivePlot that gets all five curves ten times a second, and (with --panel) the whole training
panel. Reported for histories of 0, 10,000 and 100,000 steps, all in CPU time of the training
thread, which other programs on the machine disturb least:

    fewer     how many fewer steps a CPU second, the median over pairs of runs
    ms        CPU time of one picture, measured around it: the steadier figure
    share     of ten such pictures in a second of CPU time

On a busy machine `fewer` says more about the neighbours than about the pictures: the thread gets
fewer CPU seconds, and ten pictures a second weigh more in them. The bound that the project sets
itself: a share of at most 3 %, whatever the length of the history.

Outside a notebook no browser listens; the messages are then packed and signed as a kernel packs
them and dropped. In a notebook (`import live_cost; live_cost.main([])`) they go to the page.
"""

from __future__ import annotations

import argparse
import statistics
import time

import comm
import numpy as np
from comm.base_comm import BaseComm
from ipywidgets import Widget
from jupyter_client.session import Session as Wire

from fmteach.datasets import load
from fmteach.live.figures import RunCurves, training_curves, training_figure
from fmteach.live.panel import training_panel
from fmteach.live.plot import LivePlot
from fmteach.live.session import Session
from fmteach.training import TrainConfig, Trainer

BOUND = 0.03
PICTURES_A_SECOND = 10
HISTORIES = (0, 10_000, 100_000)
CONFIG = TrainConfig(k=16, batch_size=512, epochs=2000, evaluations_per_epoch=1)


class PackingComm(BaseComm):
    """Does what a kernel does with a widget's message, up to the socket."""

    messages = 0
    bytes = 0
    wire = Wire(key=b"benchmark")

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        wire = PackingComm.wire
        message = wire.msg(msg_type, content={"data": data or {}, "comm_id": self.comm_id, **keys})
        parts = wire.serialize(message) + [memoryview(b).tobytes() for b in buffers or ()]
        PackingComm.messages += 1
        PackingComm.bytes += sum(len(part) for part in parts)


class Meter:
    """Steps and CPU seconds of the training thread, read in that thread around the pictures."""

    def __init__(self, session: Session, skip: float = 0.3) -> None:
        self.skip = skip
        self.points: list[tuple[int, float]] = []
        self.drawing = 0.0
        self._begin: float | None = None
        self._before = 0.0
        # First and last of the listeners: what is between them draws.
        session._listeners.insert(0, self.before)
        session._listeners.append(self.after)

    def before(self, _session: Session) -> None:
        self._before = time.thread_time()

    def after(self, session: Session) -> None:
        now = time.monotonic()
        self._begin = now if self._begin is None else self._begin
        if now - self._begin < self.skip:  # caches and allocators are warm after that
            return
        if self.points:
            self.drawing += time.thread_time() - self._before
        self.points.append((session.trainer.step, time.thread_time()))

    def result(self) -> tuple[float, float]:
        """Steps per CPU second, and CPU seconds of one picture."""
        (first, began), (last, ended) = self.points[0], self.points[-1]
        return (last - first) / (ended - began), self.drawing / (len(self.points) - 1)


def fill(session: Session, steps: int) -> None:
    """Give a session the curves of a run of so many steps."""
    noise = np.random.default_rng(0).normal(0, 0.02, steps)
    for step in range(steps):
        x = -1 + step / max(1, steps)
        session.curves["batch_loss"].append(x, 0.6 + noise[step])
        if step % 50 == 0:
            for name in ("train_loss", "valid_loss", "train_metric", "valid_metric"):
                session.curves[name].append(x, 0.6 + noise[step])


def timed(session: Session, seconds: float) -> tuple[float, float]:
    meter = Meter(session)
    session.start()
    time.sleep(seconds)
    session.stop()
    if session.listener_error is not None:
        raise session.listener_error
    return meter.result()


def alone(dataset, history: int, seconds: float) -> tuple[float, float]:
    session = Session(Trainer(dataset, CONFIG))
    fill(session, history)
    return timed(session, seconds)


def with_plot(dataset, history: int, seconds: float) -> tuple[float, float]:
    session = Session(Trainer(dataset, CONFIG))
    fill(session, history)
    plot = LivePlot(training_figure([RunCurves("run")], "logloss", "AUC"))
    _show(plot)

    def draw(session: Session) -> None:
        plot.update_all(training_curves([RunCurves("run", **session.curve_data())]))

    session.listen(draw)
    result = timed(session, seconds)
    plot.close()
    return result


def with_panel(_dataset, history: int, seconds: float) -> tuple[float, float]:
    panel = training_panel("benchmark", **CONFIG.to_dict())
    _show(panel)
    panel.start().pause()
    session = panel.current.session
    fill(session, history)
    meter = Meter(session)
    panel.resume()
    time.sleep(seconds)
    panel.stop()
    panel.close()
    return meter.result()


def _show(widget) -> None:
    if comm.create_comm is not PackingComm:
        from IPython.display import display

        display(widget)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--panel", action="store_true", help="measure the whole panel too")
    options = parser.parse_args(arguments)
    dataset = load("movielens", task="like")
    kinds = {"LivePlot": with_plot} | ({"panel": with_panel} if options.panel else {})
    alone(dataset, 0, 0.5)
    print("history    drawing    steps / CPU s    alone    fewer       ms    share")
    for history in HISTORIES:
        for name, run in kinds.items():
            pairs = []
            for _ in range(options.rounds):  # in turn, so that the machine's mood meets both
                plain = alone(dataset, history, options.seconds)
                pairs.append((plain, run(dataset, history, options.seconds)))
            fewer = statistics.median(1 - drawn[0] / plain[0] for plain, drawn in pairs)
            picture = statistics.median(drawn[1] for _, drawn in pairs)
            share = picture * PICTURES_A_SECOND
            verdict = "" if share <= BOUND else f"  above {BOUND:.0%}"
            plain, drawn = (statistics.median(run[i][0] for run in pairs) for i in (0, 1))
            print(
                f"{history:<9,}  {name:<9}  {drawn:>13,.0f}  {plain:>7,.0f}  {fewer:>7.1%}  "
                f"{1000 * picture:>7.2f}  {share:>7.2%}{verdict}"
            )
    if PackingComm.messages:
        size = PackingComm.bytes / PackingComm.messages
        print(f"{PackingComm.messages:,} messages, {size:,.0f} bytes each on average")


if __name__ == "__main__":
    comm.create_comm = PackingComm
    main()
    Widget.close_all()
