"""The cost race: what is measured, what is drawn, and the run in a thread."""

from __future__ import annotations

import itertools
import math
import threading
import time

import numpy as np
import pytest
import torch

from fmteach.errors import InputError
from fmteach.interaction import FORMS, multiplications
from fmteach.live.predict import forget
from fmteach.live.race import cost_race, costs
from fmteach.live.race import text as race_text
from fmteach.live.race.costs import Budget, Inputs, find_crossing, fit_slope, measure, tensor_peak
from fmteach.live.race.figure import cost_curves, cost_figure
from fmteach.live.sheet import folded

TINY = Budget(seconds=0.5, measuring=0.005)


@pytest.fixture(autouse=True)
def no_answers():
    forget()
    yield
    forget()


# ---- measuring -----------------------------------------------------------------------------


def test_all_forms_compute_the_same_number_on_the_inputs():
    inputs = Inputs.random(d=12, k=3, m=12)
    values = [float(inputs.call(form)()) for form in FORMS]
    np.testing.assert_allclose(values, values[0], rtol=1e-4)


@pytest.mark.parametrize("form", FORMS)
def test_a_point_has_time_count_and_memory(form):
    point = measure(form, Inputs.random(d=32, k=4, m=5), TINY)
    assert point["seconds"] > 0 and point["bytes"] > 0
    assert point["multiplications"] == multiplications(form, 32, 4, 5)
    assert (point["form"], point["d"], point["k"]) == (form, 32, 4)


def test_memory_follows_the_form():
    def peak(form, d):
        return measure(form, Inputs.random(d=d, k=4, m=5), TINY)["bytes"]

    assert peak("all_pairs", 256) >= 4 * 256**2
    assert 14 < peak("all_pairs", 1024) / peak("all_pairs", 256) < 18
    assert 3.8 < peak("reformulated", 4096) / peak("reformulated", 1024) < 4.2
    assert peak("sparse", 4096) == peak("sparse", 256)
    assert peak("naive", 32) < 1000


@pytest.mark.skipif(costs.COARSE_CPU_CLOCK, reason="the CPU clock of this system is too coarse")
def test_waiting_for_others_does_not_count_as_time():
    assert costs._median_time(lambda: time.sleep(0.01), False, 0.02) < 0.005


def test_peak_memory_forgets_what_is_freed_and_does_not_count_views():
    def three_in_a_row():
        for size in (1000, 3000, 2000):
            torch.ones(size)

    assert tensor_peak(three_in_a_row) == 12_000
    assert tensor_peak(lambda: torch.ones(1000).view(10, 100).T[2:]) == 4000
    x = torch.ones(1000)
    assert tensor_peak(lambda: x[:500]) == 0


def test_forms_leave_by_time_and_by_memory():
    points = list(
        costs.race([16, 64, 256], 2, 5, budget=Budget(seconds=1e9, bytes=20_000, measuring=0.002))
    )
    ends = {p["form"]: p for p in points if "stopped" in p}
    assert ends["all_pairs"]["d"] == 256 and "MB" in ends["all_pairs"]["stopped"]
    assert set(ends) == {"all_pairs"}
    hasty = list(
        costs.race([16, 256], 2, 5, forms=["naive"], budget=Budget(seconds=1e-4, measuring=0.002))
    )
    assert "one call would take" in hasty[-1]["stopped"]


def test_stop_ends_the_race_between_two_points():
    stop = threading.Event()
    seen = []
    for point in costs.race([4, 8, 16], 2, 2, budget=TINY, stop=stop):
        seen.append(point)
        stop.set()
    assert len(seen) == 1


@pytest.mark.parametrize("slope", [0, 1, 2, 2.5])
def test_slopes_of_exact_data(slope):
    d = [2**i for i in range(2, 12)]
    assert fit_slope(d, [3 * x**slope for x in d]) == pytest.approx(slope)


def test_a_slope_is_not_bent_by_one_jump_nor_by_the_fixed_cost():
    d = [2.0**i for i in range(2, 14)]
    cost = [10.0 + 1e-3 * x**2 * (10 if x >= 2048 else 1) for x in d]
    assert fit_slope(d, cost) == pytest.approx(2, abs=0.05)


def test_a_slope_needs_three_sizes():
    assert fit_slope([4, 8], [1, 2]) is None
    assert fit_slope([4, 8, 16], [1, 2, None]) is None


def test_crossing_between_two_sizes_and_its_margin():
    d = [10, 100, 1000]
    assert find_crossing(d, d, [50, 50, 50]) == pytest.approx(50)
    assert find_crossing(d, d, [50, 50, 50], margin=2) == pytest.approx(100)
    assert find_crossing(d, [9, 9, 9], [1, 1, 1]) is None  # ahead from the beginning
    assert find_crossing(d, [1, 1, 1], [9, 9, 9]) is None  # never ahead
    # Ahead, behind, ahead: only the last change counts.
    assert 100 < find_crossing(d, [2, 1, 9], [1, 2, 3]) < 1000


# ---- the picture and the words ---------------------------------------------------------------


def points(quantity="seconds"):
    return [
        {"form": f, "d": d, quantity: 1e-5 + 1e-9 * d ** (2 if f in FORMS[:2] else 1)}
        for d in (4, 64, 1024)
        for f in FORMS
    ]


def test_cost_figure_is_log_log_and_labels_every_curve():
    figure = cost_figure(points(), "seconds", [4, 64, 1024], k=16, guess=100, crossing=30.0)
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
    assert "k = 16" in figure.layout.xaxis.title.text
    curves = [t for t in figure.data if t.mode == "lines+markers"]
    assert len({(t.line.color, t.line.dash, t.marker.symbol) for t in curves}) == 4
    labels = [t.text[0].strip() for t in figure.data if t.mode == "text"]
    assert labels[0] == "naive loop O(kd²)" and labels[3] == "sparse O(km)"
    guess = next(t for t in figure.data if t.name == "your guess")
    assert guess.x.tolist() == [100, 100]
    memory = cost_figure(points("bytes"), "bytes", [4, 64, 1024])
    assert "naive loop O(1)" in str([t.text for t in memory.data])


def test_labels_of_equal_curves_do_not_lie_on_each_other():
    figure = cost_figure(points(), "seconds", [4, 64, 1024])
    heights = sorted(float(t.y[0]) for t in figure.data if t.mode == "text")
    assert all(b / a > 1.1 for a, b in itertools.pairwise(heights))


@pytest.mark.parametrize("some", [[], points(), points()[:3]])
@pytest.mark.parametrize("marks", [{}, {"guess": 5.0}, {"guess": 5.0, "crossing": 80.0}])
def test_numbers_and_figure_agree_and_are_finite(some, marks):
    figure = cost_figure(some, "seconds", [4, 64, 1024], **marks)
    curves = cost_curves(some, "seconds", **marks)
    assert len(curves) == len(figure.data)
    for trace, (x, y) in zip(figure.data, curves, strict=True):
        assert list(trace.x) == list(x) and list(trace.y) == list(y)
        assert np.isfinite(x).all() and np.isfinite(y).all() and (y > 0).all()


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0, "s", "0 s"), (9.996e-4, "s", "1 ms"), (5e-12, "s", "0.005 ns"), (999, "", "999"),
     (2.69e8, "B", "269 MB")],
)  # fmt: skip
def test_units(value, unit, text):
    assert race_text.in_units(value, unit) == text


def test_the_truth_is_told_when_there_is_no_crossing():
    def two(slow, fast):
        return [
            {"form": form, "d": d, "seconds": cost}
            for form, cost in (("all_pairs", slow), ("reformulated", fast))
            for d in (4, 8, 16)
        ]

    crossing, truth, why = race_text.truth_about_crossing(two(9.0, 1.0), 16)
    assert crossing is None and truth == "below d = 4" and "every size" in why
    crossing, truth, why = race_text.truth_about_crossing(two(1.0, 1.0), 16)
    assert crossing is None and truth == "above d = 16" and "fixed cost" in why
    assert race_text.truth_about_crossing([], 16) is None


def test_the_table_says_why_a_form_left_and_where_it_jumped():
    measured = [
        {"form": "all_pairs", "d": d, "seconds": s} for d, s in ((1024, 1), (2048, 20), (4096, 80))
    ]
    gone = {"all_pairs": {"form": "all_pairs", "d": 8192, "stopped": "too <long>"}}
    html = race_text.table_html(measured, gone, "seconds")
    assert "All-pairs matrix: left the race before d = 8,192: too &lt;long&gt;." in html
    assert "Jump of the time at d = 2,048" in html
    assert "a &amp; b" in folded("a & b", race_text.FAMILY)
    assert "Jump" not in race_text.table_text(measured, gone, "multiplications")


# ---- the race itself -------------------------------------------------------------------------


def a_race(**more):
    return cost_race(**{"k": 2, "max_d": 64, "m": 5, "budget": TINY, **more})


def test_before_the_race_there_is_something_to_see_and_a_guess_to_make():
    race = a_race()
    assert race.controls.quantity == "multiplications"
    assert not race.controls.may_start and race.controls.start_text == "Guess first"
    curves = race.plot.curves()
    assert all(len(x) == len(race.sizes) for _, x, _ in curves[:4])
    assert "naive loop" in race.table.value and "2.0" in race.text()
    race._on_message(None, {"do": "start"}, [])
    assert race.status == "ready"


@pytest.mark.parametrize("act", [lambda p: p.commit(30), lambda p: p.skip()])
def test_a_guess_or_a_skip_opens_the_start_button(act):
    race = a_race()
    act(race.prediction)
    assert race.controls.may_start and race.controls.start_text == "Start the race"
    race._on_message(None, {"do": "start"}, [])
    race.wait(60)
    assert race.status == "finished"


def test_a_race_from_code_needs_no_guess():
    race = a_race()
    results = race.start().wait(60)
    assert race.status == "finished" and not race.controls.running
    assert {p["form"] for p in results} == set(FORMS)
    assert all(math.isfinite(p["seconds"]) for p in results)
    assert race.slopes.keys() == set(FORMS) and race.slopes["naive"] > 1
    assert race.controls.quantity == "seconds"
    assert race.prediction.revealed and race.prediction.verdict == "No guess was made."
    assert "measured" in race.text() and "The truth" in race.text()
    data = race._repr_mimebundle_()
    assert data["text/plain"] == race.text() and data["image/svg+xml"].startswith("<svg")


def test_the_guess_stands_in_the_chart_of_time_only():
    race = a_race()
    race.prediction.commit(30)
    race.start().wait(60)

    def line():
        return next(x for name, x, _ in race.plot.curves() if name == "your guess")

    assert line().tolist() == [30, 30]
    race._on_message(None, {"set": {"quantity": "bytes"}}, [])
    assert len(line()) == 0 and race.controls.quantity == "bytes"


def test_another_k_counts_anew_and_forgets_the_old_measurements():
    race = a_race()
    race.start().wait(60)
    race._on_message(None, {"set": {"k": 32, "quantity": "multiplications"}}, [])
    assert race.k == 32 and race.results == [] and race.crossing is None
    naive = race.plot.curves()[0]
    assert naive[2][-1] == pytest.approx(multiplications("naive", 64, 32))
    race._on_message(None, {"set": {"k": 7}}, [])
    assert race.k == 32


def test_stop_keeps_what_was_measured(monkeypatch):
    race = a_race(max_d=2**14)
    race.start()
    race.stop()
    assert race.status == "stopped" and not race.controls.running
    assert len(race.wait()) == len(race.results) < 4 * len(race.sizes)


def test_an_error_in_the_worker_is_shown_and_raised(monkeypatch):
    def broken(*_args, **_kwargs):
        raise MemoryError("no room")
        yield

    monkeypatch.setattr(costs, "race", broken)
    race = a_race().start()
    with pytest.raises(MemoryError, match="no room"):
        race.wait(10)
    assert race.status == "failed" and "no room" in race.controls.message
    assert race.controls.may_start
    monkeypatch.undo()
    race.start().wait(60)
    assert race.status == "finished"


def test_running_the_cell_again_stops_the_old_race():
    old = a_race(max_d=2**14).start()
    new = a_race()
    assert old.status in ("stopped", "finished")
    other = a_race(name="another").start()
    a_race()
    assert other.status in ("running", "finished")
    other.stop()
    assert new.status == "ready"


def test_wait_says_when_time_is_up(monkeypatch):
    race = a_race(max_d=2**14).start()
    with pytest.raises(TimeoutError, match="still running"):
        race.wait(0.0)
    race.stop()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"k": 0}, "k must be a whole number from 1 to 512; got 0"),
        ({"k": 2.5}, "k must be a whole number"),
        ({"max_d": 2}, "max_d must be"),
        ({"m": 0}, "m must be"),
        ({"device": "tpu"}, "device must be 'auto', 'cpu' or 'cuda'; got 'tpu'"),
    ],
)
def test_bad_arguments(arguments, words):
    with pytest.raises(InputError, match=words):
        cost_race(**arguments)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_no_gpu_is_said():
    with pytest.raises(InputError, match="no GPU"):
        cost_race(device="cuda")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_race_on_the_gpu():
    race = a_race(device="cuda")
    assert race.controls.devices == ["cpu", "cuda"]
    assert {p["form"] for p in race.start().wait(120)} == set(FORMS)


def test_an_interrupt_during_wait_stops_the_race_and_says_so(monkeypatch, capsys):
    race = a_race()
    race.start()

    def interrupted(_seconds):
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(race._over, "wait", interrupted)
    results = race.wait()
    assert race.status in ("stopped", "finished") and results == race.results
    assert "the race was stopped" in capsys.readouterr().out


def test_a_stopped_race_may_start_again():
    race = a_race()
    race.start().stop()
    race.wait(60)
    assert len(race.start().wait(60)) >= len(FORMS) and race.status == "finished"
