"""Exercises: the solution passes, the stub is not attempted, each slip gets its own message."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from fmteach import datasets
from fmteach.exercises.kd_trick import FM_FAST
from fmteach.exercises.kd_trick.costs import check_slopes
from fmteach.exercises.kd_trick.two_passes import solution_fm_fast
from fmteach.exercises.live_training import (
    READING,
    READING_RUNS,
    check_budget,
    check_should_stop,
    solution_should_stop,
)
from fmteach.interaction import pairwise_all_pairs, pairwise_naive
from fmteach.training import History, StepRecord, TrainConfig, Trainer, base_rate


def z_of(x, V):
    return V * x[:, None]


def in_loops(x, V):
    total = 0.0
    for l in range(V.shape[1]):
        s = q = 0.0
        for i in range(len(x)):
            s += V[i, l] * x[i]
            q += (V[i, l] * x[i]) ** 2
        total += s * s - q
    return total / 2


@pytest.mark.parametrize(
    "function",
    [
        solution_fm_fast,
        in_loops,
        lambda x, V: 0.5 * ((x @ V) ** 2 - (x**2) @ (V**2)).sum(),
        lambda x, V: torch.sum((x @ V).square() - x.square() @ V.square()) / 2,
        lambda x, V: np.sum(np.dot(np.asarray(x), np.asarray(V)) ** 2
                            - np.dot(np.asarray(x) ** 2, np.asarray(V) ** 2)) * 0.5,
        lambda x, V: torch.einsum("dk,d->k", V, x).square().sub(
            torch.einsum("dk,d->k", V**2, x**2)).sum().mul(0.5),
    ],
)  # fmt: skip
def test_any_correct_fm_fast_passes(function):
    feedback = FM_FAST.check(function)
    assert feedback.verdict == "correct", feedback
    assert "random rows" in feedback.message


@pytest.mark.parametrize(
    "function, says",
    [
        (lambda x, V: (z_of(x, V).sum(0) ** 2 - (z_of(x, V) ** 2).sum(0)).sum(), "twice"),
        (lambda x, V: 0.5 * (z_of(x, V).sum(0) ** 2).sum(), "diagonal"),
        (
            lambda x, V: (0.5 * z_of(x, V).sum(0) ** 2 - (z_of(x, V) ** 2).sum(0)).sum(),
            "whole difference",
        ),
        (
            lambda x, V: 0.5 * (z_of(x, V).sum(0) ** 2 - 0.5 * (z_of(x, V) ** 2).sum(0)).sum(),
            "second 1/2",
        ),
        (
            lambda x, V: 0.5 * (z_of(x, V).sum(0) ** 2 - (V * x[:, None] ** 2).sum(0)).sum(),
            "only x is squared",
        ),
        (
            lambda x, V: 0.5 * (z_of(x, V).sum(0) ** 2 - (V**2 * x[:, None]).sum(0)).sum(),
            "only v is squared",
        ),
        (lambda x, V: 0.5 * ((z_of(x, V) ** 2).sum(0) - z_of(x, V).sum(0) ** 2).sum(), "sign"),
        (lambda x, V: 0.5 * (z_of(x, V).sum() ** 2 - (z_of(x, V) ** 2).sum()), "factor l has its"),
        (lambda x, V: 7.0, "last line of the stepper"),
        (lambda x, V: z_of(x, V).sum(0), "returned an array of shape \\[2\\]"),
        (lambda x, V: "a", "returned 'a'"),
        (lambda x, V: 1 / 0, "ZeroDivisionError"),
        (pairwise_naive, "still grows with d²"),
        (pairwise_all_pairs, "still grows with d²"),
    ],
)
def test_each_slip_of_fm_fast_gets_its_own_message(function, says):
    feedback = FM_FAST.check(function)
    assert feedback.verdict == "not yet"
    assert __import__("re").search(says, feedback.message), feedback


@pytest.mark.parametrize("stub", [lambda x, V: None, lambda x, V: ...])
def test_stubs_are_not_attempted(stub):
    assert FM_FAST.check(stub).verdict == "not attempted"
    assert check_should_stop(stub).verdict == "not attempted"
    assert check_slopes(..., ...).verdict == "not attempted"
    assert READING.check(A=..., B=..., C=...).verdict == "not attempted"
    assert check_budget([], logloss=0.5, steps=10).verdict == "not attempted"


def test_runs_that_are_scored_too_late_for_the_budget_are_told_why():
    data = datasets.load("movielens", task="like")
    trainer = Trainer(data, TrainConfig(k=2, batch_size=8192, epochs=1))
    feedback = check_budget([trainer.fit()], logloss=0.5, steps=1)
    assert feedback.verdict == "not attempted"
    first = next(r.step for r in trainer.history.evaluations if r.step)
    assert f"first scored at step {first}, after the 1 steps" in feedback.message
    assert "larger batch size" in feedback.message


@pytest.mark.parametrize(
    "naive, fast, verdict, says",
    [
        (2.003, 1.0, "correct", "100 times"),
        (1.0, 2.0, "not yet", "each other's place"),
        (4.0, 2.0, "not yet", "ratios"),
        (3.0, 3.0, "not yet", "logarithm"),
    ],
)
def test_slopes(naive, fast, verdict, says):
    feedback = check_slopes(naive, fast)
    assert feedback.verdict == verdict
    assert says in feedback.message


RIGHT = {"A": "learning rate too low", "B": "overfits", "C": "learning rate too high"}


@pytest.mark.parametrize(
    "answers, verdict, says",
    [
        (RIGHT, "correct", "turns and climbs"),
        ({**RIGHT, "B": "well set"}, "not yet", "2 of 3 are right. Run B, “well set”? A run that"),
        (
            {**RIGHT, "A": "overfits", "C": "overfits"},
            "not yet",
            "1 of 3 are right. Run A, “overfits”?",
        ),
        ({**RIGHT, "C": "boom"}, "not yet", "C: 'boom' is none of the diagnoses"),
    ],
)
def test_reading(answers, verdict, says):
    feedback = READING.check(**answers)
    assert feedback.verdict == verdict
    assert says in feedback.message


def test_the_runs_to_read_behave_as_their_diagnosis_says():
    data = datasets.load("movielens", task="like")
    base = base_rate(data, "valid")["loss"]
    train, valid = {}, {}
    for name, config in READING_RUNS.items():
        history = Trainer(data, config).fit()
        train[name], valid[name] = (history.curve(split, "loss")[1] for split in ("train", "valid"))
    assert (np.diff(valid["A"]) < 0).all() and valid["A"][-1] > valid["A"][0] - 0.02
    best = valid["B"].argmin()
    assert (np.diff(train["B"]) < 0).all() and valid["B"][-1] > valid["B"][best] + 0.1
    assert 2 < best < len(valid["B"]) - 4
    assert train["C"][-1] > base and (np.diff(train["C"]) > 0).any()


def test_the_budget_of_the_notebook_can_be_met_and_not_by_the_first_settings():
    data = datasets.load("movielens", task="like")

    def feedback(learning_rate, batch_size):
        config = TrainConfig(learning_rate=learning_rate, batch_size=batch_size, epochs=3)
        return check_budget([Trainer(data, config).fit()], logloss=0.57, steps=160)

    assert feedback(0.01, 1024).passed
    assert feedback(0.003, 256).verdict == "not yet"


def in_place_counter(losses, patience):
    best, old = losses[0], 0
    for loss in losses[1:]:
        best, old = (loss, 0) if loss < best else (best, old + 1)
    return old >= patience


@pytest.mark.parametrize("function", [solution_should_stop, in_place_counter])
def test_any_correct_stopping_rule_passes(function):
    assert check_should_stop(function).verdict == "correct"


def rises_in_a_row(losses, patience):
    tail = losses[-patience - 1 :]
    return len(tail) > patience and all(b > a for a, b in itertools.pairwise(tail))


@pytest.mark.parametrize(
    "function, says",
    [
        (rises_in_a_row, "one before it"),
        (
            lambda losses, p: len(losses) - losses.index(min(losses)) >= p,
            "one evaluation too early",
        ),
        (lambda losses, p: False, "never stops"),
        (lambda losses, p: losses[5] > 0, "IndexError"),
        (lambda losses, p: len(losses) > 3, "evaluations old; the patience is"),
    ],
)
def test_each_slip_of_the_stopping_rule_gets_its_own_message(function, says):
    feedback = check_should_stop(function)
    assert feedback.verdict == "not yet"
    assert says in feedback.message, feedback


def test_budget_looks_at_the_steps_allowed(clicks):
    trainer = Trainer(clicks, TrainConfig(k=2, learning_rate=0.05, batch_size=32, init_scale=0.1))
    trainer.fit()
    losses = {r.step: r.valid["loss"] for r in trainer.history.evaluations}
    best = min(losses.values())
    early = min(loss for step, loss in losses.items() if 0 < step <= 8)
    assert best < early
    assert check_budget([trainer.history], logloss=best, steps=10_000).passed
    feedback = check_budget([trainer.history], logloss=best, steps=8)
    assert feedback.verdict == "not yet" and f"{early:.4f}" in feedback.message


def test_feedback_in_html_says_the_verdict_in_words():
    text = check_slopes(2, 1)._repr_html_()
    assert "3.2 slopes correct" in text and 'role="status"' in text


# -- 0.1, 7.1, 7.2, 7.3: the slips that are data, in a second spelling -----------------------------


def by_hand(*points: tuple[int, float], **metrics: float) -> History:
    """A history of (step, loss) on the validation rows; the training loss lies 0.01 below."""
    history = History()
    for step, loss in points:
        history.append(
            StepRecord(
                step, epoch=float(step), loss=loss, seconds=0.0, samples=step,
                valid={"loss": loss, **metrics}, train={"loss": loss - 0.01},
            )
        )  # fmt: skip
    return history


@pytest.mark.parametrize(
    "histories, says",
    [
        ([by_hand((0, 0.7), (100, 0.6)), by_hand((0, 0.7), (500, 0.56))], "only at step 500"),
        ([by_hand((0, 0.7), (100, 0.575))], "The training loss, 0.5650, is low enough"),
        ([by_hand((0, 0.7), (50, 5.0), (150, 0.71))], "no better than before the first step"),
        ([by_hand((0, 0.7), (50, float("nan")), (150, float("nan")))], "no better than before"),
        ([by_hand((0, 0.7), (150, 0.699))], "hardly moved"),
        ([by_hand((0, 0.7), (150, 0.6))], "the learning rate first"),
        (by_hand((0, 1.2), (150, 0.8), rmse=0.9), "on the task rating"),
        ("histories", "a list of histories is wanted; got 'histories'"),
        (TrainConfig(), "a list of histories is wanted"),
        ([3, 4], "a list of histories is wanted"),
    ],
)
def test_each_slip_of_the_budget_gets_its_own_message(histories, says):
    feedback = check_budget(histories, logloss=0.57, steps=160)
    assert feedback.verdict == "not yet" and says in feedback.message, feedback


def test_a_run_that_diverges_and_comes_back_counts_by_its_best():
    run = by_hand((0, 0.7), (50, float("nan")), (150, 0.5))
    assert check_budget([run], logloss=0.57, steps=160).passed


def test_a_rule_that_only_prints_is_told_to_return():
    said = check_should_stop(lambda losses, patience: print(end="")).message
    assert "returned nothing" in said and "end it with a return" in said


@pytest.mark.parametrize("given", [None, ..., [], [History()], by_hand((0, 0.7))])
def test_a_budget_without_runs_is_not_attempted(given):
    assert check_budget(given, logloss=0.57, steps=160).verdict == "not attempted"


@pytest.mark.parametrize(
    "rule, says",
    [
        (lambda losses, p: losses != sorted(losses, reverse=True) and np.diff(losses)[-1] > 0,
         "patience is not used"),
        (lambda losses, p: losses[-1] != sorted(losses)[0], "patience 1 alone"),
        (lambda losses, p: losses[-1] > ([9] * p + losses)[-1 - p], "`patience` evaluations ago"),
        (lambda losses, p: losses[-p - 1] < losses[-1],
         "patience 1 your function stopped with IndexError. A list may be shorter"),
        (lambda losses, p: np.argmin(losses[::-1]) > p, "one evaluation too late"),
        (lambda losses, p: np.argmin(losses) >= p, "stands from the start"),
        (lambda losses, p: np.argmax(losses[::-1]) >= p, "the largest loss"),
        (lambda losses, p: np.argmin(losses[::-1]) < p, "True means stop"),
        (lambda losses, p: len(losses[p:]) > 0, "You count all evaluations"),
        (lambda losses, p: 1, "always stops"),
        (lambda losses, p: ..., None),
        (lambda losses, p: (... if losses[0] > 0.5 else True), None),
        (lambda losses: True, "Keep the first line of the stub"),
    ],
)  # fmt: skip
def test_further_slips_of_the_stopping_rule(rule, says):
    feedback = check_should_stop(rule)
    if says is None:
        assert feedback.verdict == "not attempted"
    else:
        assert feedback.verdict == "not yet" and says in feedback.message, feedback
