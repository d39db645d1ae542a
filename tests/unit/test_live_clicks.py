"""The interactives of the click notebooks: what they compute, what they say, what they draw."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import torch

from fmteach import live, tasks
from fmteach.datasets.growth import Measurement
from fmteach.errors import InputError
from fmteach.live.clicks.prior_shift import PriorShift, odds_steps
from fmteach.training import calibration, shift_to


def clicks(n: int = 6000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng([3, seed])
    scores = rng.normal(size=n) - 1.5
    return scores, (rng.random(n) < 1 / (1 + np.exp(-scores))).astype(float)


def points() -> list[Measurement]:
    return [
        Measurement(series, n, 0.1 + n * cost, n * 10 if series == "a" else None, 500, n * 168)
        for series, cost in (("a", 1e-5), ("b", 2e-5))
        for n in (1000, 10_000, 100_000)
    ]


def panels() -> dict:
    scores, y = clicks()
    return {
        "reliability": live.reliability({"FM": scores, "linear": scores / 2}, y),
        "drift": live.drift(scores, y, name="FM"),
        "by_time": live.by_time(None, scores, y, name="FM"),
        "growth": live.growth(points()),
    }


@pytest.fixture(scope="module")
def made() -> dict:
    return panels()


# ---- common to all -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["reliability", "drift", "by_time", "growth"])
def test_a_panel_has_a_text_a_drawing_and_few_controls(made, name):
    panel = made[name].reset()
    bundle = panel._repr_mimebundle_()
    assert bundle["text/plain"] == panel.text() and len(panel.text().splitlines()) > 5
    drawing = bundle["image/svg+xml"]
    ET.fromstring(drawing)
    assert "nan" not in drawing and len(drawing) < 40_000
    assert panel.plot.label and panel.plot.status
    assert len(panel.controls.spec) + 1 <= 4  # with Reset
    assert "<table>" in panel.table.value and panel.text().splitlines()[2] in panel.words.value


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("reliability", {"bins": 25, "by": "width", "models": ["FM"]}),
        ("drift", {"rate": 0.4, "correct": True}),
        ("by_time", {"parts": 5, "correct": True}),
        ("growth", {"show": "cache_bytes", "axes": "linear"}),
    ],
)
def test_what_the_page_asks_for_is_what_code_can_ask_for(made, name, values):
    panel = made[name].reset()
    before, text = panel.values, panel.text()
    for control, value in values.items():
        panel.controls._on_message(panel.controls, {"set": {control: value}}, [])
    asked = panel.values
    assert asked != before and panel.text() != text
    assert panel.plot.status in panel.text()
    panel.controls._on_message(panel.controls, {"do": "reset"}, [])
    assert panel.values == before and panel.text() == text
    assert panel.set(**values).values == asked


def test_nonsense_from_the_page_changes_nothing_and_from_code_is_named(made):
    panel = made["reliability"].reset()
    wrong = [{"bins": "many"}, {"colour": 1}, {"models": []}, {"models": ["SVM"]}, {"by": 3}]
    for message in (None, {"do": "sing"}, *({"set": values} for values in wrong)):
        panel.controls._on_message(panel.controls, message, [])
    assert panel.values == {"bins": 10, "by": "count", "models": ["FM", "linear"]}
    with pytest.raises(InputError, match="no control 'colour'; there are models, bins, by"):
        panel.set(colour=1)
    with pytest.raises(InputError, match="some of"):
        panel.set(models=["SVM"])
    assert panel.set(models=["linear", "FM"]).shown == ["FM", "linear"]  # looks do not swap
    assert panel.set(bins=11).values["bins"] in (10, 12)  # the nearest stop


# ---- reliability ---------------------------------------------------------------------------------


def test_reliability_draws_the_calibration_of_each_model():
    scores, y = clicks()
    panel = live.reliability({"FM": scores, "too sure": 3 * scores}, y, bins=7)
    drawn = {name: (x, v) for name, x, v in panel.plot.curves()}
    for name, values in (("FM", scores), ("too sure", 3 * scores)):
        expected = calibration(values, y, 7)
        np.testing.assert_allclose(drawn[name][0], expected.predicted, rtol=1e-5)
        np.testing.assert_allclose(drawn[name][1], expected.observed, rtol=1e-5)
        heights = drawn[f"{name}, histogram"][1]
        assert heights.max() > 0
    assert "slope" in panel.text() and "0.33" in panel.text()
    looks = [(t["line"]["color"], t["line"]["dash"], t["marker"]["symbol"])
             for t in panel.plot.figure["data"] if "marker" in t]  # fmt: skip
    assert len({look[0] for look in looks}) == len({look[2] for look in looks}) == 2


def test_whiskers_hold_their_points_and_none_is_thinned_out():
    scores, y = clicks()
    panel = live.reliability(scores, y).set(bins=50)
    whiskers = next(
        (x, v) for name, x, v in panel.plot.curves() if name == "model, interval"
    )  # fmt: skip
    assert len(whiskers[0]) == 150 and np.isnan(whiskers[1]).sum() == 50
    found = panel.calibrations()["model"]
    np.testing.assert_allclose(whiskers[1][0::3], found.low, rtol=1e-5)
    paths = re.findall(r'<path d="([^"]*)" fill="none"', panel.plot.to_svg())
    assert max(path.count("M") for path in paths) == 50


def test_reliability_names_bad_input():
    scores, y = clicks(50)
    with pytest.raises(InputError, match="1 to 6"):
        live.reliability({str(i): scores for i in range(7)}, y)
    with pytest.raises(InputError, match="1 to 6"):
        live.reliability({}, y)
    with pytest.raises(InputError, match="bins"):
        live.reliability(scores, y, bins=0)
    with pytest.raises(InputError, match="NaN"):
        live.reliability([float("nan"), 1.0], [0, 1])
    one_class = live.reliability([0.0, 1.0, 2.0], [1, 1, 1], bins=2)
    assert "–" in one_class.text()


# ---- drift ---------------------------------------------------------------------------------------


def test_weighing_is_what_resampling_does_on_average():
    scores, y = clicks(3000)
    seen = PriorShift(scores, y)
    rate, rng = 0.5, np.random.default_rng(0)
    clicked, other = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
    losses, aucs, means = [], [], []
    for _ in range(60):
        at = np.concatenate([rng.choice(clicked, 1500), rng.choice(other, 1500)])
        s, labels = torch.tensor(scores[at]), torch.tensor(y[at])
        losses.append(tasks.logloss(s, labels))
        aucs.append(tasks.auc(s, labels))
        means.append(float(torch.sigmoid(s).mean()))
    now = seen.at(rate)
    for found, expected in ((losses, now.logloss), (aucs, seen.auc), (means, now.mean_predicted)):
        assert np.mean(found) == pytest.approx(expected, abs=4 * np.std(found) / math.sqrt(60))


def test_at_the_old_rate_nothing_has_changed_and_the_shift_repairs_a_new_one():
    scores, y = clicks(3000)
    seen = PriorShift(scores, y)
    s, labels = torch.tensor(scores), torch.tensor(y)
    assert seen.at(seen.rate).logloss == pytest.approx(tasks.logloss(s, labels), abs=1e-6)
    rate = 0.45
    weights = np.where(y == 1, rate / y.mean(), (1 - rate) / (1 - y.mean()))
    mended = seen.at(rate, corrected=True)
    assert mended.shift == pytest.approx(shift_to(scores, rate, weights=weights), abs=1e-5)
    assert mended.ratio == pytest.approx(1, abs=1e-9)
    assert mended.logloss < seen.at(rate).logloss
    # Of calibrated scores it is Bayes' rule: the odds of every row change by one factor.
    by_rule = math.log(rate / (1 - rate)) - math.log(seen.rate / (1 - seen.rate))
    assert mended.shift == pytest.approx(by_rule, abs=0.1)


def test_bins_at_a_new_rate_are_whole():
    scores, y = clicks(3000)
    seen = PriorShift(scores, y)
    predicted, observed = seen.bins(0.4, bins=10)
    assert len(predicted) == 10 and (np.diff(predicted) > 0).all()
    assert observed.mean() == pytest.approx(0.4, abs=0.01)
    assert predicted.mean() == pytest.approx(seen.at(0.4).mean_predicted, abs=0.01)


def test_groups_of_many_rows_change_nothing_that_is_shown():
    scores, y = clicks(60_000)
    seen = PriorShift(scores, y)
    loss = tasks.logloss(torch.tensor(scores), torch.tensor(y))
    assert len(seen._scores) <= 8192
    assert seen.at(seen.rate).logloss == pytest.approx(loss, abs=1e-5)


def test_the_drift_panel_tells_the_lesson():
    scores, y = clicks()
    panel = live.drift(scores, y, name="FM")
    assert "as in the test rows" in panel.plot.status
    assert "corrected" not in panel.text().splitlines()[4]
    panel.set(rate=0.6)
    auc = f"{panel.shift.auc:.4f}"
    assert f"AUC {auc}, as before" in panel.plot.status
    assert "worse than a constant" in panel.plot.status
    panel.set(correct=True)
    assert panel.repaired.logloss < panel.now.best_constant < panel.now.logloss
    assert "added to every logit" in panel.plot.status
    names = [name for name, *_ in panel.plot.curves()]
    assert "now, intercept corrected" in names and "corrected" in names
    flat = next(v for name, _, v in panel.plot.curves() if name == "AUC")
    assert np.ptp(flat) == 0


def test_click_rates_of_the_slider():
    rates = odds_steps(0.17)
    assert len(rates) == 45 and rates[22] == 0.17
    odds = np.array(rates) / (1 - np.array(rates))
    np.testing.assert_allclose(np.diff(np.log(odds)), 0.1, atol=1e-9)
    with pytest.raises(InputError, match="all labels are the same"):
        live.drift([0.0, 1.0], [0, 0])


# ---- by time -------------------------------------------------------------------------------------

DAY = 86_400


def test_parts_by_day_hour_and_count():
    scores, y = clicks(4000)
    start = 1_413_849_600  # 2014-10-21 00:00 UTC
    times = start + np.arange(4000) * 4 * DAY // 4000
    by_day = live.by_time(times, scores, y)
    assert [part.label for part in by_day.parts()] == ["21 Oct", "22 Oct", "23 Oct", "24 Oct"]
    assert {part.rows for part in by_day.parts()} == {1000}
    assert "parts" not in by_day.values
    by_hour = live.by_time(times[:1000], scores[:1000], y[:1000])
    assert len(by_hour.parts()) == 24 and by_hour.parts()[5].label == "21 Oct 05:00"
    counted = live.by_time(times, scores, y, parts=8)
    assert [part.rows for part in counted.parts()] == [500] * 8
    assert len(live.by_time(None, scores, y).parts()) == 10
    assert len(live.by_time(np.arange(4000), scores, y).parts()) == 10  # numbers, no seconds


def test_rows_are_put_in_order_of_time():
    scores, y = clicks(1000)
    turn = np.random.default_rng(0).permutation(1000)
    a = live.by_time(np.arange(1000), scores, y, parts=4).parts()
    b = live.by_time(np.arange(1000)[turn], scores[turn], y[turn], parts=4).parts()
    assert a == b


def test_each_part_is_measured_by_itself_and_corrected_by_the_one_before():
    rng = np.random.default_rng(5)
    scores = rng.normal(size=8000) - 1.5
    drifted = scores + np.repeat([0.0, 1.0, 1.0, 1.0], 2000)
    y = (rng.random(8000) < 1 / (1 + np.exp(-drifted))).astype(float)
    panel = live.by_time(None, scores, y, parts=4)
    one, two, three, _ = panel.parts()
    s, labels = torch.tensor(scores[2000:4000]), torch.tensor(y[2000:4000])
    assert two.auc == tasks.auc(s, labels) and two.logloss == tasks.logloss(s, labels)
    assert two.shift == pytest.approx(shift_to(s, labels))
    assert one.logloss_next == one.logloss  # nothing stands before it
    s, labels = torch.tensor(scores[4000:6000]), torch.tensor(y[4000:6000])
    assert three.logloss_next == pytest.approx(tasks.logloss(s + two.shift, labels))
    assert three.logloss_next < three.logloss - 0.05
    panel.set(correct=True)
    assert "corrected by the part before it" in panel.plot.status


def test_a_part_without_clicks_is_survived():
    scores, y = clicks(400)
    y[100:200] = 0
    panel = live.by_time(None, scores, y, parts=4)
    part = panel.parts()[1]
    assert math.isnan(part.auc) and part.shift == -math.inf and math.isnan(part.ratio)
    assert math.isfinite(panel.parts()[2].logloss_next)
    assert panel.text().count("–") == 3 and "nan" not in panel.plot.to_svg()
    assert not re.search(r"\b(nan|inf)\b", panel.text())


@pytest.mark.parametrize(
    ("times", "parts", "message"),
    [
        (None, "day", "with times in seconds"),
        (np.arange(50.0), "week", "'day' or 'hour'"),
        (np.arange(50) * DAY * 10.0, "day", "more than 200 parts"),
        (np.arange(3.0), None, "times has 3 rows"),
        (None, 0, "from 1 to 50"),
        (None, 51, "from 1 to 50"),
    ],
)
def test_by_time_names_bad_input(times, parts, message):
    scores, y = clicks(50)
    with pytest.raises(InputError, match=message):
        live.by_time(times, scores, y, parts=parts)


# ---- growth --------------------------------------------------------------------------------------


def test_growth_of_two_sizes_has_no_column_of_slopes():
    two = [point for point in points() if point.rows < 100_000]
    assert "slope" in live.growth(points()).table.value
    assert "slope" not in live.growth(two).text()


def test_a_time_that_falls_with_the_rows_is_noise_and_gives_no_figure():
    two = [Measurement("a", n, t, None, 5, n) for n, t in ((1000, 0.5), (2000, 0.4))]
    row = live.growth(two).text().splitlines()[2].split()
    assert row[:2] == ["a", "2,000"] and "–" in row and "−" not in " ".join(row)


def test_growth_knows_slopes_and_leaves_out_what_was_not_measured():
    panel = live.growth(points())
    panel.set(show="cache_bytes")
    assert panel.slopes == {"a": pytest.approx(1), "b": pytest.approx(1)}
    panel.set(show="features")
    assert panel.slopes == {"a": 0, "b": 0}
    panel.set(show="peak_bytes")
    assert list(panel.slopes) == ["a"]
    assert "Peak memory" in panel.plot.status and "rows × 100, memory × 100" in panel.plot.status
    table = panel.text().split("All measurements:")[1]
    assert table.count("–") == 3  # the memory of b


def test_growth_takes_dicts_by_name_and_sorts_them():
    rows = [{"rows": n, "seconds": n / 1e6} for n in (4000, 1000, 2000)]
    panel = live.growth({"mine": rows})
    name, x, _ = panel.plot.curves()[1]
    assert name == "mine" and x.tolist() == [1000, 2000, 4000]
    assert list(panel.controls.spec[0]["values"]) == ["seconds"]
    assert "1,000,000" in panel.text()  # rows a second


def test_growth_axes():
    panel = live.growth(points())
    layout = panel.plot.figure["layout"]
    assert layout["xaxis"]["type"] == layout["yaxis"]["type"] == "log"
    assert layout["xaxis"]["ticktext"] == ["1,000", "10,000", "100,000"]
    assert "1 s" in layout["yaxis"]["ticktext"]
    assert "in proportion to the rows" in [name for name, *_ in panel.plot.curves()]
    panel.set(axes="linear")
    layout = panel.plot.figure["layout"]
    assert layout["yaxis"]["type"] == "linear" and layout["yaxis"]["rangemode"] == "tozero"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "0 series"),
        ([{"seconds": 1}], "a dict with 'rows'"),
        ([{"rows": 0, "seconds": 1}], "above 0"),
        ([{"rows": 10}], "nothing to draw"),
        ({str(i): [{"rows": 1, "seconds": 1}] for i in range(7)}, "7 series"),
    ],
)
def test_growth_names_bad_input(given, message):
    with pytest.raises(InputError, match=message):
        live.growth(given)
