"""Exercise 5.7: the central finite difference."""

from __future__ import annotations

import copy

import numpy as np

from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip


def solution_numeric_gradient(f, v, h):
    slopes = []
    for i in range(len(v)):
        old = v[i]
        v[i] = old + h
        up = f(v)
        v[i] = old - h
        down = f(v)
        v[i] = old  # put it back before the next one is nudged
        slopes.append((up - down) / (2 * h))
    return slopes


def _definition(f, v, h):
    def at(i, by):
        return float(f([float(a) + by * (i == j) for j, a in enumerate(v)]))

    return [(at(i, h) - at(i, -h)) / (2 * h) for i in range(len(v))]


def cubes(v):
    """The sum of v_i³ and of neighbours' products; third powers tell the differences apart."""
    total = v[0] * v[-1] * 0.5
    for i in range(len(v)):
        total = total + v[i] * v[i] * v[i] + (v[i] * v[i - 1] if i else 0)
    return total


def _rows() -> list[Trial]:
    rng = np.random.default_rng(57)
    return [
        Trial(f"{said}, h = {h}", (cubes, rng.normal(size=n) + 1.5, h))
        # large steps, so that the answer is not that of a smaller step, or of no step at all
        for said, n, h in (("3 numbers", 3, 0.6), ("one number", 1, 0.5), ("5 numbers", 5, 0.8))
    ]


def _ups_and_downs(f, v, h):
    v = np.array(v, dtype=float)
    unit = np.eye(len(v))
    ups = np.array([f(v + h * e) for e in unit])
    downs = np.array([f(v - h * e) for e in unit])
    return ups, downs, f(v)


def _forward(f, v, h):
    ups, _, here = _ups_and_downs(f, v, h)
    return (ups - here) / h


def _backward(f, v, h):
    _, downs, here = _ups_and_downs(f, v, h)
    return (here - downs) / h


def _not_divided(f, v, h):
    ups, downs, _ = _ups_and_downs(f, v, h)
    return ups - downs


def _divided_by_h(f, v, h):
    ups, downs, _ = _ups_and_downs(f, v, h)
    return (ups - downs) / h


def _divided_by_two(f, v, h):
    ups, downs, _ = _ups_and_downs(f, v, h)
    return (ups - downs) / 2


def _no_brackets(f, v, h):
    ups, downs, _ = _ups_and_downs(f, v, h)
    return (ups - downs) / 2 * h


def _turned(f, v, h):
    ups, downs, _ = _ups_and_downs(f, v, h)
    return (downs - ups) / (2 * h)


def _forward_halved(f, v, h):
    ups, _, here = _ups_and_downs(f, v, h)
    return (ups - here) / (2 * h)


def _not_put_back(f, v, h):
    v = np.array(v, dtype=float)
    slopes = []
    for i in range(len(v)):
        v[i] += h
        up = f(v)
        v[i] -= 2 * h
        slopes.append((up - f(v)) / (2 * h))
    return slopes


def _no_copy(f, v, h):
    slopes = []
    for i in range(len(v)):
        up = v
        up[i] += h
        down = v
        down[i] -= h
        slopes.append((f(up) - f(down)) / (2 * h))
    return slopes


def _all_at_once(f, v, h):
    v = np.array(v, dtype=float)
    return (f(v + h) - f(v - h)) / (2 * h)


def _all_at_once_repeated(f, v, h):
    v = np.array(v, dtype=float)
    return np.full(len(v), (f(v + h) - f(v - h)) / (2 * h))


def _tiny_step(f, v, h):
    return _definition(f, v, 1e-5)


def _half_a_step(f, v, h):
    return _definition(f, v, h / 2)


def _values(f, v, h):
    return _ups_and_downs(f, v, h)[0]


def _left_changed(function):
    v = np.array([1.0, -0.5, 2.0])
    given = copy.deepcopy(v)
    try:
        function(cubes, given, 0.1)
    except Exception:
        return None  # lists only: what they hold is compared by value already
    if np.allclose(given, v, rtol=0, atol=1e-9):
        return None
    return (
        "the slopes are right, but v is another one afterwards. Put every number back, or nudge a "
        "copy."
    )


NUMERIC = function_exercise(
    "5.7", "numeric_gradient",
    solution=solution_numeric_gradient,
    truth=_definition,
    trials=_rows,
    against="the central difference is",
    stub="""
def numeric_gradient(f, v, h):
    # f(v) is one number, v: [n]; return (f nudged up - f nudged down) / 2h for each v_i, shape [n]
    return ...
""",
    slips=(
        Slip("forward difference", _forward,
             "that is (f(v + h) − f(v))/h, the forward difference. Its error shrinks with h only; "
             "that of the central one with h²."),
        Slip("backward difference", _backward,
             "that is (f(v) − f(v − h))/h, the backward difference. Nudge to both sides."),
        Slip("not divided", _not_divided,
             "that is the difference alone. A slope is rise over run, and the run is 2h."),
        Slip("divided by h", _divided_by_h,
             "that is twice the slope: from v − h to v + h the run is 2h, not h."),
        Slip("divided by 2", _divided_by_two, "you divided by 2 and not by h. The run is 2h."),
        Slip("brackets", _no_brackets,
             "/ 2 * h divides by 2 and then multiplies by h. Put brackets: / (2 * h)."),
        Slip("turned", _turned, "the sign is turned: up minus down."),
        Slip("forward, halved", _forward_halved,
             "you went up only, and divided by 2h. Go down as well: f(v + h) − f(v − h)."),
        Slip("not put back", _not_put_back,
             "the first number is right, the later ones are not: v_i stays at v_i − h when the "
             "next one is nudged. Put it back."),
        Slip("two names for one v", _no_copy,
             "the rise is 0: f gets the same numbers twice. If you wrote up = v: that makes no "
             "copy, and both names mean one v. Copy v first."),
        Slip("all at once", _all_at_once,
             "you nudged all numbers together and got one slope. Nudge one at a time."),
        Slip("all at once, repeated", _all_at_once_repeated,
             "every place has the same slope, because all numbers were nudged together. Nudge one "
             "at a time."),
        Slip("step of its own", _tiny_step,
             "these are slopes at the point itself, exact ones or those of a tiny step. Here the "
             "step h is given: nudge by h, whatever its size."),
        Slip("half a step", _half_a_step,
             "you nudge by h/2 to each side. Here it is h to each side, so the run is 2h."),
        Slip("values", _values,
             "these are the values after a nudge. A slope is the difference of two, over the run."),
    ),
    hints=(
        "Nudge one number and leave all others as they are. Then the next one.",
        "Up: v_i + h. Down: v_i − h. The rise is f up minus f down; how long is the run?",
        "In a loop over i: keep the old v[i], compute f with old + h and with old - h, put old "
        "back, and divide the difference by (2 * h).",
    ),
    otherwise="try f(v) = v², v = 3, h = 0.1 by hand: (3.1² − 2.9²)/0.2 = 6.",
    right="equal to the definition for three sizes of v and h, and v is as it was.",
    also=(_left_changed,),
)  # fmt: skip
