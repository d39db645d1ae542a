"""All that moves: the training panel, the derivation stepper, the cost race, predictions.

This is the only part of fmteach that knows ipywidgets and plotly; `import fmteach` alone does not
load it.
"""

from IPython import get_ipython

from fmteach.kernel import keep_awake

# Imported at once and not on first use: `predict` is also the name of its module, and what is
# bound last wins.
from fmteach.live.ask import ask
from fmteach.live.clicks import by_time, drift, growth, reliability
from fmteach.live.clicktable import click_table
from fmteach.live.compare import draw_runs
from fmteach.live.derivation import stepper, wrong_line
from fmteach.live.films import film_map, waterfall
from fmteach.live.gradients import derivatives, init_scale
from fmteach.live.loss_curves import loss_curves
from fmteach.live.losses import loss_against_score
from fmteach.live.panel import training_panel
from fmteach.live.plot import LivePlot
from fmteach.live.predict import predict
from fmteach.live.race import cost_race
from fmteach.live.session import Session
from fmteach.live.sparse import collapse
from fmteach.live.vectors import vectors

__all__ = [
    "LivePlot",
    "Session",
    "ask",
    "by_time",
    "click_table",
    "collapse",
    "cost_race",
    "derivatives",
    "draw_runs",
    "drift",
    "film_map",
    "growth",
    "init_scale",
    "loss_against_score",
    "loss_curves",
    "predict",
    "reliability",
    "stepper",
    "training_panel",
    "vectors",
    "waterfall",
    "wrong_line",
]

# A kernel that `fmteach lab` started does so already; one that something else started, from now on.
keep_awake(getattr(get_ipython(), "kernel", None))
