"""One cell for each thing that the course shows in a notebook, for the accessibility tests.

SHOWN: name -> (what kind it is, the source of its cell). All of them stand on one page; SETUP runs
first. A new widget gets one entry here.
"""

from __future__ import annotations

SETUP = """
import numpy as np, plotly.graph_objects as go
import fmteach
from fmteach import datasets, doctor, exercises, live
from fmteach.datasets import from_arrays
from fmteach.datasets.sources.catalogue import info
from fmteach.exercises.bug_lab.cases import Cases
rng = np.random.default_rng(0)
s = rng.normal(size=4000) - 1.5
y = rng.random(4000) < 1 / (1 + np.exp(-s))
codes = [(u, f) for u in range(4) for f in range(12)] * 3
data = from_arrays(codes, [1.0 + (u + f) % 5 for u, f in codes], fields=("user", "film"))
model = fmteach.FactorizationMachine(data.num_features, k=5, init_scale=0.3, seed=2)
""".strip()

WIDGET, PICTURE, TEXT = "widget", "picture", "text"

SHOWN: dict[str, tuple[str, str]] = {
    "training panel": (
        WIDGET,
        "panel = live.training_panel('size', k=2, epochs=3, device='cpu')\n"
        "panel.start().wait()\npanel",
    ),
    "cost race": (WIDGET, "race = live.cost_race(max_d=64)\nrace.start().wait()\nrace"),
    "stepper": (WIDGET, "steps = live.stepper()\nsteps.line = 3\nsteps"),
    "wrong line": (
        WIDGET,
        "hunt = live.wrong_line()\nhunt.choices = [[5, hunt.answer], *hunt.choices[1:]]\nhunt",
    ),
    "predict a number": (WIDGET, "live.predict('a-1', 'How many pairs?', unit='pairs')"),
    "predict a choice": (
        WIDGET,
        "live.predict('a-2', 'Which one is faster?', choices=['the loop', 'the trick'])",
    ),
    "predict, revealed": (
        WIDGET,
        "told = live.predict('a-3', 'How many pairs?', unit='pairs')\ntold.commit(3)\n"
        "told.reveal(6, 'Four features make six pairs.')\ntold",
    ),
    "film map": (
        WIDGET,
        "live.film_map(model, data, least_rows=1,\n"
        "              groups={str(n): ('even', 'odd', 'prime')[n % 3] for n in range(12)})",
    ),
    "waterfall": (WIDGET, "live.waterfall(model, data, user=1, film=2)"),
    "reliability": (WIDGET, "live.reliability({'linear': s / 2, 'FM': s}, y)"),
    "drift": (WIDGET, "live.drift(s, y, name='FM').set(correct=True)"),
    "by time": (WIDGET, "live.by_time(None, s, y, name='FM').set(correct=True)"),
    "growth": (
        WIDGET,
        "live.growth([{'rows': n, 'seconds': n / 1e5, 'peak_bytes': 1e6 + n, 'series': name}\n"
        "             for n in (1000, 2000, 4000) for name in ('vocabulary', 'hashing')])",
    ),
    "click table": (WIDGET, "live.click_table(hidden=8)"),
    "vectors": (WIDGET, "live.vectors()"),
    "collapse": (WIDGET, "live.collapse(d=1000, m=10, k=8)"),
    "derivatives": (WIDGET, "live.derivatives()"),
    "init scale": (WIDGET, "live.init_scale(0.01)"),
    "loss against score": (WIDGET, "live.loss_against_score()"),
    "questions": (WIDGET, "live.ask('3.a', '3.4', '3.5')"),
    "plot": (
        PICTURE,
        "x = np.arange(5)\nlive.LivePlot(go.Figure([go.Scatter(name='loss', x=x, y=1 / (1 + x))]), "
        "label='The loss falls')",
    ),
    "doctor": (TEXT, "doctor.report()"),
    "tables": (
        TEXT,
        "display(data, data.describe(), info('movielens'),\n"
        "        Cases({'A': (('loss', '0.69'), ('AUC', '0.5'))}, ('a', 'b')),\n"
        "        fmteach.training.calibration(s, y))",
    ),
    "feedback": (
        TEXT,
        "display(exercises.check('3.2', 2.0, 1.0), exercises.check('3.2', 9.0, 1.0),\n"
        "        exercises.check('3.1', None), exercises.hint('3.1', 3),\n"
        "        exercises.solution('3.1', sure=True))",
    ),
    "progress": (TEXT, "display(exercises.progress(), exercises.predictions())"),
}
