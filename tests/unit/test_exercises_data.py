"""The exercises on MovieLens, Avazu and Criteo: solutions pass, stubs are "not attempted", and
every slip gets the message that names it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch

from fmteach import exercises
from fmteach.datasets import Dataset, from_arrays, synthetic
from fmteach.errors import InputError
from fmteach.exercises import avazu, criteo, movielens
from fmteach.training import TrainConfig, Trainer


def stub(*_args: object) -> None:
    return ...


# -- 12.3, 13.2, 14.3: a run against the linear model ------------------------------------------


def planted(objective: str, n: int = 4000) -> Dataset:
    rng = np.random.default_rng(3)
    codes = rng.integers(0, (12, 15), size=(n, 2))
    left, right = rng.choice([-1.0, 1.0], 12), rng.choice([-1.0, 1.0], 15)
    truth = 1.5 * left[codes[:, 0]] * right[codes[:, 1]]
    if objective == "regression":
        y = 3 + truth + rng.normal(scale=0.3, size=n)
    else:
        y = (rng.random(n) < 1 / (1 + np.exp(-truth))).astype(float)
    return from_arrays(codes, y, objective=objective, field_dims=(12, 15), real=False, test=0.3)


SETTINGS = TrainConfig(k=4, learning_rate=0.02, epochs=12, batch_size=256, device="cpu")


@pytest.fixture(scope="module")
def stars() -> Trainer:
    trainer = Trainer(planted("regression"), SETTINGS)
    trainer.fit()
    return trainer


@pytest.fixture(scope="module")
def labels() -> Trainer:
    trainer = Trainer(planted("classification"), SETTINGS)
    trainer.fit()
    return trainer


def test_a_run_that_sees_the_pair_beats_the_bias_model(stars: Trainer) -> None:
    feedback = movielens.check_beats_bias(stars)
    assert feedback.passed
    assert "interval" in feedback.message


def test_a_run_that_sees_the_pair_beats_logistic_regression(labels: Trainer) -> None:
    assert avazu.check_beats_lr(labels).passed
    assert criteo.check_gap(labels).passed  # no oracle here: better is enough
    much = avazu.check_beats_lr(labels, margin=5.0)
    assert not much.passed
    assert "5 or more is asked" in much.message


def test_a_random_split_does_not_answer_the_question_about_tomorrow(labels: Trainer) -> None:
    import copy
    import dataclasses

    def run(first_test: int) -> Trainer:
        n = {part: len(getattr(labels.dataset, part)) for part in ("train", "valid", "test")}
        times = {"train": np.arange(n["train"]), "valid": np.full(n["valid"], n["train"]),
                 "test": first_test + np.arange(n["test"])}  # fmt: skip
        other = copy.copy(labels)
        other.dataset = dataclasses.replace(labels.dataset, times=times)
        return other

    assert avazu.check_beats_lr(run(len(labels.dataset.train))).passed
    found = avazu.check_beats_lr(run(10))
    assert found.verdict == "not yet" and "split='time'" in found.message


@pytest.mark.parametrize(
    "check", [movielens.check_beats_bias, avazu.check_beats_lr, criteo.check_gap]
)
def test_nothing_given_is_not_attempted(check: Callable) -> None:
    assert check(None).verdict == check(...).verdict == "not attempted"
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


def test_the_gap_is_measured_to_the_oracle() -> None:
    data = synthetic.dataset("clicks", rows=20_000, strength=2.0)
    trainer = Trainer(data, TrainConfig(k=8, learning_rate=0.01, epochs=3, batch_size=512))
    trainer.fit()
    assert "of the gap is closed." in criteo.check_gap(trainer, share=0.01).message
    assert "99 % is asked" in criteo.check_gap(trainer, share=0.99).message


# -- 12.1 -------------------------------------------------------------------------------------


def plain_choose_k(results: dict) -> int:
    statistics = {}
    for k, values in results.items():
        mean = sum(values) / len(values)
        variance = sum((v - mean) ** 2 for v in values) / (len(values) - 1)
        statistics[k] = mean, math.sqrt(variance / len(values))
    best = min(statistics, key=lambda k: statistics[k][0])
    limit = sum(statistics[best])
    return sorted(k for k, (mean, _) in statistics.items() if mean <= limit)[0]


def by_one_run(results: dict) -> int:
    best = min(results, key=lambda k: min(results[k]))
    error = np.std(results[best], ddof=1) / np.sqrt(len(results[best]))
    return min(k for k in results if np.mean(results[k]) <= np.mean(results[best]) + error)


def without_ddof(results: dict) -> int:
    best = min(results, key=lambda k: np.mean(results[k]))
    error = np.std(results[best]) / np.sqrt(len(results[best]))
    return min(k for k in results if np.mean(results[k]) <= np.mean(results[best]) + error)


@pytest.mark.parametrize("function", [movielens.solution_choose_k, plain_choose_k])
def test_right_choices_of_k_pass(function: Callable) -> None:
    assert movielens.check_choose_k(function).passed


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda r: min(r, key=lambda k: np.mean(r[k])), "A smaller k is among them"),
        (lambda r: max(r, key=lambda k: np.mean(r[k])), "smaller is better"),
        (lambda r: min(r), "is worst|smaller is better|Your k is above that"),
        (lambda r: 5, "return one of"),
        (lambda r: [2, 4], "returned [2, 4]: return one of"),
        (lambda r: min(np.mean(v) for v in r.values()), "that is an RMSE. Give the k"),
        (by_one_run, "best single run; compare the means"),
        (without_ddof, "If you used np.std: it needs ddof=1"),
        (lambda r: r[99], "stopped with KeyError"),
        (
            lambda r: min(
                k for k in r
                if np.mean(r[k]) <= min(np.mean(v) for v in r.values())
                + np.std(r[min(r, key=lambda q: np.mean(r[q]))], ddof=1)
            ),
            "standard deviation",
        ),
    ],
    ids=["the best", "the worst", "the smallest", "no key", "a list", "an RMSE", "one run",
         "no ddof", "an error", "standard deviation"],
)  # fmt: skip
def test_slips_in_the_choice_of_k(function: Callable, said: str) -> None:
    feedback = movielens.check_choose_k(function)
    assert feedback.verdict == "not yet"
    assert any(part in feedback.message for part in said.split("|")), feedback.message


def test_an_untouched_choice_of_k() -> None:
    assert movielens.check_choose_k(stub).verdict == "not attempted"


# -- 12.2 -------------------------------------------------------------------------------------


def by_noise(prepare, film, y, train, test):
    other = np.array(y)
    other[list(test)] += np.random.default_rng(0).normal(size=len(test)) + 10
    return bool(np.any(prepare(film, y, train, test) != prepare(film, other, train, test)))


@pytest.mark.parametrize("function", [movielens.solution_leaks, by_noise])
def test_right_detectors_pass(function: Callable) -> None:
    assert movielens.check_leaks(function).passed


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


def spoils(prepare, film, y, train, test):
    before = prepare(film, y, train, test)
    y[test] = 0
    return not np.array_equal(before, prepare(film, y, train, test))


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (changes_train_too, "does not leak, and was called a leak"),
        (looks_at_train_only, "made of their own targets"),
        (looks_at_test_only, "the model learns from features that hold test targets"),
        (turned_round, "every answer is the opposite"),
        (leaves_test_out, "was not found"),
        (looks_roughly, "every row changes a little"),
        (lambda *a: True, "says True every time"),
        (lambda *a: False, "says False every time"),
        (spoils, "change a copy"),
        (lambda *a: "yes", "return True or return False"),
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
    import dataclasses

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


# -- 13.1 -------------------------------------------------------------------------------------


def newton(scores, y):
    b = 0.0
    for _ in range(20):
        p = torch.sigmoid(scores + b)
        b -= float((p.mean() - y.mean()) / (p * (1 - p)).mean())
    return b


def by_gradient(scores, y):
    b = torch.zeros((), dtype=scores.dtype, requires_grad=True)
    optimizer = torch.optim.LBFGS([b], max_iter=100, tolerance_change=1e-12)

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(scores + b, y)
        loss.backward()
        return loss

    optimizer.step(closure)
    return b


@pytest.mark.parametrize("function", [avazu.solution_shift, newton, by_gradient])
def test_right_shifts_pass(function: Callable) -> None:
    assert avazu.check_shift(function).passed


def logit(p):
    return torch.log(p / (1 - p))


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda s, y: -avazu.solution_shift(s, y), "sign"),
        (lambda s, y: logit(y.mean()) - logit(s.sigmoid().mean()), "mean of a sigmoid"),
        (lambda s, y: y.mean() - s.sigmoid().mean(), "two probabilities"),
        (lambda s, y: y.mean() / s.sigmoid().mean(), "ratio"),
        (lambda s, y: torch.log(y.mean() / s.sigmoid().mean()), "odds"),
        (lambda s, y: 0.0, "Look for the b"),
        (lambda s, y: float("nan"), "finite"),
        (lambda s, y: s, "one finite number"),
        (lambda s, y: s.no_such_thing, "AttributeError"),
    ],
)
def test_slips_in_the_shift(function: Callable, said: str) -> None:
    feedback = avazu.check_shift(function)
    assert feedback.verdict == "not yet"
    assert said in feedback.message


def test_an_untouched_shift() -> None:
    assert avazu.check_shift(stub).verdict == "not attempted"


# -- 14.1, 14.2, 14.4 -------------------------------------------------------------------------


def test_right_classes_pass() -> None:
    assert criteo.check_bin(criteo.solution_bin).passed
    assert criteo.check_bin(lambda x: int(np.floor(np.log(x) ** 2)) if x > 2 else x).passed


def above_two(inner: Callable) -> Callable:
    return lambda x: inner(x) if x > 2 else x


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (above_two(lambda x: math.floor(math.log(x))), "not squared"),
        (above_two(lambda x: math.floor(math.log(x)) ** 2), "square first"),
        (above_two(lambda x: math.floor(math.log(x**2))), "not x"),
        (above_two(lambda x: math.floor(math.log10(x) ** 2)), "natural logarithm"),
        (above_two(lambda x: math.floor(math.log2(x) ** 2)), "natural logarithm"),
        (above_two(lambda x: math.floor(math.log(x + 1) ** 2)), "without the 1"),
        (above_two(lambda x: math.ceil(math.log(x) ** 2)), "Round down"),
        (above_two(lambda x: math.log(x) ** 2), "whole number"),
        (lambda x: x, "Above 2"),
        (
            lambda x: math.floor(math.log(x) ** 2) if x > 2 else int(math.log(x - 1)),
            "treat x up to",
        ),
        (lambda x: round(math.log(x) ** 2) if x > 2 else x, "Round down"),
        (lambda x: x // 3 if x > 2 else x, "ln(10)² is 5.302"),
        (lambda x: math.floor(math.log(x) ** 2) if x > 2 else 0, "the number itself"),
        (lambda x: "7", "returned '7'"),
        (lambda x: math.floor(math.log(x) ** 2) if x > 2 else None, "the number itself"),
    ],
)
def test_slips_in_the_classes(function: Callable, said: str) -> None:
    feedback = criteo.check_bin(function)
    assert feedback.verdict == "not yet"
    assert said in feedback.message, feedback.message


def test_untouched_stubs_of_criteo() -> None:
    assert criteo.check_bin(stub).verdict == "not attempted"
    assert criteo.check_choose_buckets(stub).verdict == "not attempted"
    assert criteo.check_published(None).verdict == "not attempted"


def test_the_choice_of_buckets() -> None:
    assert criteo.check_choose_buckets(criteo.solution_choose_buckets).passed
    slips: dict[str, Callable] = {
        "need more memory": lambda losses, v, w: min(losses, key=losses.get),
        "1,000,000 buckets are allowed too": lambda losses, v, w: next(
            buckets for buckets, loss in losses.items() if loss <= v + w
        ),
        "lose too much": lambda losses, v, w: min(losses),
        "is no key": lambda losses, v, w: 7,
        "TypeError": lambda losses, v, w: losses + 1,
    }
    for said, function in slips.items():
        assert said in criteo.check_choose_buckets(function).message


def test_the_published_figure_is_for_the_full_set(labels: Trainer) -> None:
    import dataclasses

    assert criteo.check_published(labels).verdict == "not attempted"
    named = Trainer(dataclasses.replace(labels.dataset, name="criteo-x4"), SETTINGS)
    assert criteo.check_published(named).verdict == "not yet"
    named.model.load_state_dict(labels.model.state_dict())
    found = named.evaluate("test")["auc"]
    assert criteo.check_published(named).passed == (found >= 0.8066)
