"""The exercises on MovieLens, Avazu and Criteo: solutions pass, stubs are "not attempted", and
every slip gets the message that names it."""

from __future__ import annotations

import copy
import dataclasses
import math
import re
from collections.abc import Callable

import numpy as np
import pytest
import torch

from fmteach import exercises
from fmteach.datasets import Dataset, synthetic
from fmteach.errors import InputError
from fmteach.exercises import avazu, criteo, movielens, small_runs
from fmteach.exercises.catalogue import EXERCISES
from fmteach.training import TrainConfig, Trainer


def stub(*_args: object) -> None:
    return ...


# -- 12.3, 13.2, 14.3: a run against the linear model ------------------------------------------


SETTINGS = small_runs.SETTINGS


@pytest.fixture(scope="module")
def stars() -> Trainer:
    return small_runs.good("regression")


@pytest.fixture(scope="module")
def labels() -> Trainer:
    return small_runs.good("classification")


def test_a_run_that_sees_the_pair_beats_the_bias_model(stars: Trainer) -> None:
    feedback = movielens.check_beats_bias(stars)
    assert feedback.passed
    assert "interval" in feedback.message


def test_a_run_that_sees_the_pair_beats_logistic_regression(labels: Trainer) -> None:
    assert avazu.check_beats_lr(labels).passed
    assert "of the gap is closed." in criteo.check_gap(labels).message
    real = copy.copy(labels)
    real.dataset = dataclasses.replace(labels.dataset, oracle=None)
    assert criteo.check_gap(real, share=2.0).passed  # no oracle here: better is enough
    much = avazu.check_beats_lr(labels, margin=5.0)
    assert not much.passed
    assert "5 or more is asked" in much.message


def test_a_random_split_does_not_answer_the_question_about_tomorrow(labels: Trainer) -> None:
    assert avazu.check_beats_lr(small_runs.with_times(labels)).passed
    found = avazu.check_beats_lr(small_runs.with_times(labels, first_test=10))
    assert found.verdict == "not yet" and "split='time'" in found.message


@pytest.mark.parametrize(
    "check", [movielens.check_beats_bias, avazu.check_beats_lr, criteo.check_gap]
)
def test_nothing_given_is_not_attempted(check: Callable) -> None:
    assert check(None).verdict == check(...).verdict == "not attempted"
    assert "Trainer is needed, and a int came" not in check(Trainer).message
    assert "the class itself" in check(Trainer).message
    assert "Trainer is needed" in check(3).message


def test_another_task_the_linear_model_and_an_untrained_one_are_told_apart(
    stars: Trainer, labels: Trainer
) -> None:
    assert "needs a data set of the kind regression" in movielens.check_beats_bias(labels).message
    assert "needs a data set of the kind classif" in avazu.check_beats_lr(stars).message
    linear = Trainer(stars.dataset, SETTINGS.replace(model="linear", epochs=1))
    assert movielens.check_beats_bias(linear).verdict == "not attempted"
    linear.fit()
    assert "no pair term" in movielens.check_beats_bias(linear).message


def test_a_run_that_is_no_better_is_told_what_its_curves_say(stars: Trainer) -> None:
    short = Trainer(stars.dataset, SETTINGS.replace(learning_rate=1e-4, epochs=1))
    short.fit()
    feedback = movielens.check_beats_bias(short)
    assert feedback.verdict == "not yet"
    assert "still falling" in feedback.message


def test_a_run_that_overfits_on_encoded_rows_is_told_of_rare_values() -> None:
    from fmteach.exercises.rivals import _what_to_try

    class Point:
        train, valid, step = {"loss": 0.3}, {"loss": 0.6}, 5

    class Run:
        class history:
            evaluations = (Point(),)

        class dataset:
            encoder: object | None = None

        best = Point()

    assert "overfits. Raise l2" in _what_to_try(Run())
    Run.dataset.encoder = object()
    assert "overfits. Raise min_count" in _what_to_try(Run())


def test_the_gap_is_measured_to_the_oracle(labels: Trainer) -> None:
    said = criteo.check_gap(labels, share=0.5).message
    linear, mine, oracle = (float(x) for x in re.findall(r"0\.\d{4}", said)[:3])
    assert linear > mine > oracle
    assert f"{100 * (linear - mine) / (linear - oracle):.0f} % of the gap is closed." in said
    assert "99 % is asked" in criteo.check_gap(labels, share=0.99).message


# -- 12.1: every slip once more, in the standard library -----------------------------------------


def mean(values: list) -> float:
    return sum(values) / len(values)


def spread(values: list, less: int = 1) -> float:
    return math.sqrt(sum((v - mean(values)) ** 2 for v in values) / (len(values) - less))


def rule(room: Callable, pick: Callable = lambda ks: sorted(ks)[0], by: Callable = mean):
    """The rule with another room, another pick, another best."""

    def choose_k(results: dict) -> int:
        best = sorted(results, key=lambda k: by(results[k]))[0]
        limit = mean(results[best]) + room(results[best])
        return pick([k for k in results if mean(results[k]) <= limit])

    return choose_k


def error(values: list) -> float:
    return spread(values) / math.sqrt(len(values))


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda r: sorted((mean(v), k) for k, v in r.items())[0][1], "goes on: of all k"),
        (lambda r: sorted((-mean(v), k) for k, v in r.items())[0][1], "smaller is better"),
        (lambda r: sorted(r)[0], "however large its error"),
        (rule(error, by=min), "One run may be lucky"),
        (lambda r: min((x, k) for k, v in r.items() for x in v)[1], "which may be luck"),
        (rule(lambda v: spread(v, 0) / math.sqrt(len(v))), "needs n − 1"),
        (rule(spread), "the spread of single runs"),
        (rule(lambda v: spread(v) / len(v)), "divides by its square root"),
        (rule(lambda v: spread(v) ** 2 / math.sqrt(len(v))), "which is a square"),
        (rule(error, pick=max), "you take the largest k"),
        (rule(error, pick=lambda ks: ks[0]), "you take the first k"),
        (
            lambda r: sorted(
                k for k, v in r.items() if mean(v) - error(v) <= min(map(mean, r.values()))
            )[0],
            "a k with a wide spread",
        ),
        (lambda r: sorted(map(mean, r.values()))[0], "the best RMSE itself"),
        (lambda r: min((mean(v), mean(v) + error(v)) for v in r.values())[1], "the limit itself"),
        (lambda r: list(r).index(rule(error)(r)), "the place of the right k"),
        (lambda r: 5, "Return a key of results"),
        (lambda r: [2, 4], "array of shape [2]"),
        (lambda r: r[99], "KeyError: 99, in the line"),
        (lambda r: None if len(r) < 4 else rule(error)(r), "Does every way through it end"),
    ],
)
def test_slips_in_the_choice_of_k(function: Callable, said: str) -> None:
    feedback = EXERCISES["12.1"].check(function)
    assert feedback.verdict == "not yet"
    assert said in feedback.message, feedback.message


def test_a_wrong_number_in_an_array_of_one_place_is_told_its_value_and_not_its_shape() -> None:
    message = EXERCISES["12.1"].check(lambda r: np.array([sorted(r)[0]])).message
    assert "you get 2, the rule gives 8" in message and "shape" not in message


def test_the_sweep_of_a_wrong_choice_is_shown() -> None:
    message = EXERCISES["12.1"].check(lambda r: min(r, key=lambda k: mean(r[k]))).message
    assert "{2: 0.9400, 4: 0.8835, 8: 0.8820, 32: 0.8800}, standard error 0.0023," in message
    assert "you get 32, the rule gives 8" in message


# -- 12.2 -------------------------------------------------------------------------------------


def changes_train_too(prepare, film, y, train, test):
    return not np.array_equal(prepare(film, y, train, test), prepare(film, y + 1, train, test))


def looks_at_train_only(prepare, film, y, train, test):
    other = y.copy()
    other[test] = 0
    a, b = prepare(film, y, train, test), prepare(film, other, train, test)
    return not np.array_equal(a[train], b[train])


def looks_at_test_only(prepare, film, y, train, test):
    other = y.copy()
    other[test] = 0
    a, b = prepare(film, y, train, test), prepare(film, other, train, test)
    return not np.array_equal(a[test], b[test])


def turned_round(prepare, film, y, train, test):
    return not movielens.solution_leaks(prepare, film, y, train, test)


def leaves_test_out(prepare, film, y, train, test):
    return not np.array_equal(prepare(film, y, train, test), prepare(film, y, train, test[:0]))


def looks_roughly(prepare, film, y, train, test):
    other = y.copy()
    other[test] = y[test][::-1]  # keeps the mean of all
    return not np.allclose(prepare(film, y, train, test), prepare(film, other, train, test))


def wants_every_row(prepare, film, y, train, test):
    other = y.copy()
    for row in test:
        other[row] = 9
    pairs = zip(prepare(film, y, train, test), prepare(film, other, train, test), strict=True)
    return sum(a == b for a, b in pairs) == 0


def one_row_alone(prepare, film, y, train, test):
    """Sees none of what is small, and calls a count a leak."""
    return abs(prepare(film, y, train, test)).max() > 9


def spoils(prepare, film, y, train, test):
    before = prepare(film, y, train, test)
    y[test] = 0
    return not np.array_equal(before, prepare(film, y, train, test))


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (changes_train_too, "Change nothing but y[test]"),
        (looks_at_train_only, "features of the training rows only"),
        (looks_at_test_only, "the model learns from them"),
        (turned_round, "Every answer is the opposite"),
        (leaves_test_out, "when you compare exactly"),
        (looks_roughly, "when you compare exactly"),
        (lambda *a: True, "says True every time"),
        (lambda *a: False, "says False every time"),
        (spoils, "Change a copy"),
        (wants_every_row, "any, not all"),
        (one_row_alone, "The reason: test targets are in the mean"),
        (lambda *a: "yes", "Return True for"),
        (lambda prepare: True, "Keep the first line of the stub"),
        (lambda *a: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_slips_in_the_detector(function: Callable, said: str) -> None:
    feedback = movielens.check_leaks(function)
    assert feedback.verdict == "not yet"
    assert said in feedback.message


def test_an_untouched_detector() -> None:
    assert movielens.check_leaks(stub).verdict == "not attempted"


# -- 13.3 -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def three() -> dict[str, Dataset]:
    names = ("site_id", "device_ip", "banner_pos")
    return exercises.suspects(synthetic.dataset("avazu", rows=30_000, features=names))


def test_the_leaking_field_and_only_it_makes_the_score_too_good(three: dict) -> None:
    scores = {}
    for name, data in three.items():
        assert data.fields[-1] == name
        assert data.num_features == data.train.ids.max() + 1
        trainer = Trainer(data, TrainConfig(model="linear", epochs=3, learning_rate=0.02))
        trainer.fit()
        scores[name] = trainer.evaluate("test")["auc"]
    assert (
        scores["rate of the device"]
        > max(value for name, value in scores.items() if name != "rate of the device") + 0.1
    )


def test_the_clean_fields_do_not_know_the_clicks_of_the_test_rows() -> None:
    data = synthetic.dataset("avazu", rows=4_000, features=("site_id", "device_ip"))
    turned = dataclass_with_turned_test(data)
    before, after = exercises.suspects(data), exercises.suspects(turned)
    for name in exercises.SUSPECTS:
        same = all(
            torch.equal(getattr(before[name], p).ids, getattr(after[name], p).ids)
            for p in ("train", "test")
        )
        assert same == (name != "rate of the device")


def test_a_training_row_looks_at_earlier_rows_only() -> None:
    data = synthetic.dataset("avazu", rows=3_000, features=("site_id", "device_ip"))
    sites, y = data.train.ids[:, 0].tolist(), data.train.y.tolist()
    rows: dict[int, int] = {}
    clicks: dict[int, float] = {}
    base = sum(y) / len(y)
    rates = []
    for site, click in zip(sites, y, strict=True):
        rates.append((clicks.get(site, 0) + base) / (rows.get(site, 0) + 1))
        rows[site], clicks[site] = rows.get(site, 0) + 1, clicks.get(site, 0) + click
    classes = exercises.suspects(data)["rate of the site"].train.ids[:, -1]
    # Classes follow the rates: no row of a lower class has a higher rate.
    tops = [max(r for r, c in zip(rates, classes, strict=True) if c == k) for k in classes.unique()]
    lows = [min(r for r, c in zip(rates, classes, strict=True) if c == k) for k in classes.unique()]
    assert all(low > top - 1e-9 for low, top in zip(lows[1:], tops[:-1], strict=True))


def dataclass_with_turned_test(data: Dataset) -> Dataset:
    from fmteach.datasets import Rows

    test = Rows(data.test.ids, data.test.values, 1 - data.test.y)
    return dataclasses.replace(data, test=test)


def test_the_answers_to_the_leak() -> None:
    right = ("rate of the device", "the clicks of the test rows are in it")
    number = avazu.REASONS.index(right[1]) + 1
    assert avazu.check_leak(right[0], number).passed
    assert avazu.check_leak(right[0], str(number)).passed
    assert not avazu.check_leak(right[0], number % 4 + 1).passed
    assert "is not among" in avazu.check_leak(right[0], 7).message
    assert avazu.check_leak(*right).passed
    assert avazu.check_leak(..., ...).verdict == "not attempted"
    assert "own click would" not in avazu.check_leak(*right).message
    assert "is clean" in avazu.check_leak("rate of the site", right[1]).message
    assert (
        "counts earlier training rows" in avazu.check_leak("rows of the device", right[1]).message
    )
    assert "which rows were counted" in avazu.check_leak(right[0], avazu.REASONS[1]).message
    assert "is not among" in avazu.check_leak("C1", avazu.REASONS[1]).message


def test_suspects_need_their_fields() -> None:
    data = synthetic.dataset("clicks", rows=1_000)
    with pytest.raises(InputError, match="no field 'device_ip'"):
        exercises.suspects(data)


# -- 13.1: every slip once more, in torch ---------------------------------------------------------


def logit(p):
    return torch.log(p / (1 - p))


def by_halves(scores, y):
    low, high = -30.0, 30.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (
            (middle, high) if (scores + middle).sigmoid().mean() < y.mean() else (low, middle)
        )
    return low


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda s, y: -by_halves(s, y), "Where the model says too little, add"),
        (lambda s, y: logit(y.mean()) - logit(s.sigmoid().mean()), "That is close, but the mean"),
        (lambda s, y: logit(s.sigmoid().mean()) - logit(y.mean()), "the sign is turned, and it is"),
        (lambda s, y: y.mean() - s.sigmoid().mean(), "two probabilities"),
        (lambda s, y: y.mean() / s.sigmoid().mean(), "added to, not multiplied"),
        (lambda s, y: torch.log(y.mean() / s.sigmoid().mean()), "odds"),
        (lambda s, y: logit(y.mean()) - s.mean(), "The sigmoid bends"),
        (lambda s, y: logit(y.mean()), "a model without features"),
        (lambda s, y: y.mean() - s.mean(), "which are logits, from a rate"),
        (lambda s, y: 0 - s.mean(), "y is not used"),
        (
            lambda s, y: torch.sigmoid(s + by_halves(s, y)).mean(),
            "the mean probability reaches by the repair",
        ),
        (lambda s, y: s + by_halves(s, y), "these are the repaired scores"),
        (lambda s, y: 0.0, "look for the b"),
        (lambda s, y: float("nan"), "you get nan"),
        (lambda s, y: s, "one number is wanted"),
        (lambda s, y: s.no_such_thing, "AttributeError"),
    ],
)
def test_slips_in_the_shift(function: Callable, said: str) -> None:
    feedback = EXERCISES["13.1"].check(function)
    assert feedback.verdict == "not yet"
    assert said in feedback.message, feedback.message


def test_a_shift_that_is_near_enough_passes_and_another_does_not() -> None:
    assert EXERCISES["13.1"].check(lambda s, y: by_halves(s, y) + 5e-4).passed
    assert not EXERCISES["13.1"].check(lambda s, y: by_halves(s, y) + 5e-3).passed


# -- 14.1, 14.2, 14.4 -------------------------------------------------------------------------


def above_two(inner: Callable) -> Callable:
    return lambda x: inner(x) if x > 2 else x


def by_search(x):
    """The formula by looking: which whole c has exp(sqrt(c)) <= x."""
    return max(c for c in range(400) if math.exp(math.sqrt(c)) <= x)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (above_two(lambda x: int(np.log(x))), "not squared"),
        (above_two(lambda x: int(np.log(x)) ** 2), "Square first"),
        (above_two(lambda x: int(2 * np.log(x))), "only 2 ln(x)"),
        (above_two(lambda x: int(np.log10(x) ** 2)), "to the base 10"),
        (above_two(lambda x: int(np.log2(x) ** 2)), "to the base 2"),
        (above_two(lambda x: int(np.log1p(x) ** 2)), "the logarithm of x + 1"),
        (above_two(lambda x: int(np.round(np.log(x) ** 2))), "nearest whole number"),
        (above_two(lambda x: int(np.log(x) ** 2) + 1), "you round up"),
        (above_two(lambda x: torch.tensor(float(x)).log() ** 2), "a class is a whole number"),
        (lambda x: int(x), "the number itself. Above 2"),
        (lambda x: by_search(x) if x > 2 else int(math.log(x) ** 2), "return x up to 2 first"),
        (lambda x: np.floor(np.square(np.log(np.float64(x)))), "minus infinity for ln(0)"),
        (lambda x: by_search(max(x, 1)) if x > 2 else 0, "stay apart"),
        (lambda x: by_search(x) if x >= 1 else x, "from 1 on"),
        (lambda x: by_search(x) if x > 1 else x, "for 2 as well"),
        (lambda x: by_search(x) if x > 2 else x if x > 0 else 0, "something else than 0"),
        (lambda x: by_search(x) if x > 2 else (x * x) ** 0.5, "the sign of −1 and −2"),
        (lambda x: x // 3 if x > 2 else x, "you get 3, the right class is 5: do it by hand"),
        (lambda x: "7", "returned '7'"),
        (lambda x: by_search(x) if x > 2 else None, "for x = 2 your function returned nothing"),
    ],
)
def test_slips_in_the_classes(function: Callable, said: str) -> None:
    feedback = EXERCISES["14.1"].check(function)
    assert feedback.verdict == "not yet"
    assert said in feedback.message, feedback.message


@pytest.mark.parametrize("id", ["12.1", "13.1", "14.1", "14.2"])
def test_untouched_and_half_filled_stubs(id: str) -> None:
    assert EXERCISES[id].check(stub).verdict == "not attempted"
    assert EXERCISES[id].check(lambda *given: ... + 1).verdict == "not attempted"
    assert criteo.check_published(None).verdict == "not attempted"


def go_through(allowed: Callable, better: Callable):
    """Of all that are allowed, the one that is better than all others, in a loop."""

    def choose_buckets(losses, vocabulary, within):
        chosen = None
        for b in losses:
            if allowed(losses, b, vocabulary, within) and (
                chosen is None or better(losses, b, chosen)
            ):
                chosen = b
        return max(losses) if chosen is None else chosen

    return choose_buckets


def fewer(losses, a, b):
    return a < b


def under_limit(losses, b, vocabulary, within):
    return losses[b] <= vocabulary + within


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (go_through(lambda *a: True, lambda of, a, b: of[a] < of[b]), "smallest loss. Fewer"),
        (go_through(lambda *a: True, lambda of, a, b: of[a] > of[b]), "have the largest loss"),
        (go_through(lambda *a: True, fewer), "whatever they lose"),
        (go_through(lambda *a: True, lambda of, a, b: a > b), "the most of all"),
        (go_through(under_limit, lambda *a: False), "order of its keys"),
        (go_through(under_limit, lambda of, a, b: a > b), "you take the most"),
        (go_through(lambda of, b, v, w: of[b] <= v, fewer), "you allow no loss above"),
        (lambda of, v, w: sorted(b for b in of if of[b] <= v)[0], "IndexError"),
        (lambda of, v, w: min([b for b in of if of[b] <= v]), "sequence: where no hashed loss"),
        (go_through(lambda of, b, v, w: of[b] < v + w, fewer), "exactly at the limit"),
        (
            lambda of, v, w: min([b for b in of if v - w <= of[b] <= v + w]),
            "near the vocabulary's on both",
        ),
        (go_through(lambda of, b, v, w: of[b] / v <= 1 + w, fewer), "as a share"),
        (
            go_through(lambda of, b, v, w: of[b] - sorted(of.values())[0] <= w, fewer),
            "from the best hashed",
        ),
        (
            lambda of, v, w: sorted((abs(of[b] - v - w), b) for b in of)[0][1],
            "nearest to the limit",
        ),
        (lambda of, v, w: sorted(of.values())[0], "a loss, the smallest"),
        (lambda of, v, w: of[go_through(under_limit, fewer)(of, v, w)], "the key."),
        (lambda of, v, w: 7, "write the limit down"),
        (lambda of, v, w: of + 1, "TypeError"),
    ],
)
def test_slips_in_the_choice_of_buckets(function: Callable, said: str) -> None:
    feedback = EXERCISES["14.2"].check(function)
    assert feedback.verdict == "not yet"
    assert said in feedback.message, feedback.message


def test_the_published_figure_is_for_the_full_set(labels: Trainer) -> None:
    assert criteo.check_published(labels).verdict == "not attempted"
    named = Trainer(dataclasses.replace(labels.dataset, name="criteo-x4"), SETTINGS)
    assert criteo.check_published(named).verdict == "not yet"
    named.model.load_state_dict(labels.model.state_dict())
    found = named.evaluate("test")["auc"]
    assert criteo.check_published(named).passed == (found >= 0.8066)
