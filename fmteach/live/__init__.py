"""All that moves: the training panel, the derivation stepper, the cost race, predictions.

This is the only part of fmteach that knows ipywidgets and plotly; `import fmteach` alone does not
load it.
"""

from IPython import get_ipython

from fmteach.kernel import keep_awake

# Imported at once and not on first use: `predict` is also the name of its module, and what is
# bound last wins.
from fmteach.live.clicks import by_time, drift, growth, reliability
from fmteach.live.compare import draw_runs
from fmteach.live.derivation import stepper, wrong_line
from fmteach.live.films import film_map, waterfall
from fmteach.live.panel import training_panel
from fmteach.live.plot import LivePlot
from fmteach.live.predict import predict
from fmteach.live.race import cost_race
from fmteach.live.session import Session

__all__ = [
    "LivePlot",
    "Session",
    "by_time",
    "cost_race",
    "draw_runs",
    "drift",
    "film_map",
    "growth",
    "predict",
    "reliability",
    "stepper",
    "training_panel",
    "waterfall",
    "wrong_line",
]

# A kernel that `fmteach lab` started does so already; one that something else started, from now on.
keep_awake(getattr(get_ipython(), "kernel", None))
