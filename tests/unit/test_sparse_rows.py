"""Exercises of notebook 04: a slip is recognised however it is written, right answers are not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from fmteach.exercises.exercise import Exercise
from fmteach.exercises.growth import grows_with_columns
from fmteach.exercises.sparse_rows import (
    EXERCISES,
    FM_SPARSE,
    MEMORY,
    MERGE,
    PAD,
    TIMES_FEWER,
    TO_IDS,
)
from fmteach.exercises.sparse_rows.padding import solution_pad
from fmteach.exercises.sparse_rows.repeated import solution_merge
from fmteach.exercises.sparse_rows.scores import solution_fm_sparse


def says(exercise: Exercise, slip: str) -> str:
    return next(each.says for each in exercise.slips if each.name == slip)


# -- slips in another way of writing -----------------------------------------------------------


def ends_in_a_loop(sizes, codes):
    ids = [[0] * len(sizes) for _ in codes]
    for n, row in enumerate(codes):
        end = 0
        for f, size in enumerate(sizes):
            end += int(size)
            ids[n][f] = end + int(row[f])
    return ids


def before_only_in_torch(sizes, codes):
    return codes + torch.cat([torch.zeros(1, dtype=torch.long), sizes[:-1]])


def occurring_codes(sizes, codes):
    start, columns = 0, []
    for f in range(codes.shape[1]):
        columns.append(codes[:, f] + start)
        start = start + codes[:, f].max() + 1
    return torch.stack(columns, 1)


def ones_in_tensors(rows):
    m = max(map(len, rows))
    ids, values = torch.zeros(len(rows), m, dtype=torch.long), torch.ones(len(rows), m)
    for n, row in enumerate(rows):
        for j, (i, x) in enumerate(row):
            ids[n, j], values[n, j] = i, x
    return ids, values


def zip_cuts(rows):
    columns = list(zip(*rows, strict=False))
    ids = [[c[n][0] for c in columns] for n in range(len(rows))]
    return np.array(ids, dtype=int), [[c[n][1] for c in columns] for n in range(len(rows))]


def one_array_for_both(rows):
    both = np.zeros((2, len(rows), max(map(len, rows))), dtype=int)
    for n, row in enumerate(rows):
        for j, (i, x) in enumerate(row):
            both[:, n, j] = i, x
    return both[0], both[1]


def one_real_array_for_both(rows):
    both = np.zeros((2, len(rows), max(map(len, rows))))
    for n, row in enumerate(rows):
        for j, (i, x) in enumerate(row):
            both[:, n, j] = i, x
    return both[0], both[1]


def without_empty(rows):
    m = max(map(len, rows))
    ids, values = [], []
    for row in rows:
        if len(row) == 0:
            continue
        ids.append([i for i, _ in row] + [0] * (m - len(row)))
        values.append([x for _, x in row] + [0.0] * (m - len(row)))
    return ids, values


def scores_in_loops(ids, values, w0, w, V, *, weight=lambda x: x, square=lambda x: x * x, half=0.5):
    scores = []
    for row, amounts in zip(ids, values, strict=True):
        score = w0
        for i, x in zip(row, amounts, strict=True):
            score += w[i] * weight(x)
        for l in range(len(V[0])):
            total = sum(V[i][l] * x for i, x in zip(row, amounts, strict=True))
            second = sum(V[i][l] ** 2 * square(x) for i, x in zip(row, amounts, strict=True))
            score += half * (total**2 - second)
        scores.append(score)
    return scores


def no_value_in_linear(ids, values, w0, w, V):
    return scores_in_loops(ids, values, w0, w, V, weight=lambda x: 1)


def unsquared_value(ids, values, w0, w, V):
    return scores_in_loops(ids, values, w0, w, V, square=lambda x: x)


def twice_the_pairs(ids, values, w0, w, V):
    return scores_in_loops(ids, values, w0, w, V, half=1.0)


def embeddings_without_values(ids, values, w0, w, V):
    e = torch.nn.functional.embedding(ids, V)
    pairs = (e.sum(1).pow(2) - e.pow(2).sum(1)).sum(1) / 2
    return w0 + torch.nn.functional.embedding(ids, w[:, None]).squeeze(-1).sum(1) + pairs


def ones_for_zeros(ids, values, w0, w, V):
    values = [[1.0 if x == 0 else x for x in row] for row in values]
    return scores_in_loops(ids, values, w0, w, V)


def no_axis_for_the_factors(ids, values, w0, w, V):
    z = V[ids] * values
    return w0 + (w[ids] * values).sum(1) + 0.5 * (z.sum(1) ** 2 - (z**2).sum(1)).sum(1)


def first_axis(ids, values, w0, w, V):
    z = V[ids] * values[:, :, None]
    return w0 + (w[ids] * values).sum(1) + 0.5 * (z.sum(0) ** 2 - (z**2).sum(0)).sum(1)


def factors_left(ids, values, w0, w, V):
    z = torch.nn.functional.embedding(ids, V) * values.unsqueeze(-1)
    return w0 + (w[ids] * values).sum(1) + 0.5 * (z.sum(1) ** 2 - (z**2).sum(1))


def pairs_with_itself(ids, values, w0, w, V):
    scores = []
    for row, amounts in zip(ids, values, strict=True):
        score = w0
        for a in range(len(row)):
            score += w[row[a]] * amounts[a]
            for b in range(a, len(row)):
                score += V[row[a]] @ V[row[b]] * amounts[a] * amounts[b]
        scores.append(score)
    return scores


def through_the_sigmoid(ids, values, w0, w, V):
    return torch.sigmoid(solution_fm_sparse(ids, values, w0, w, V))


def dict_of_the_last(ids, values):
    x = dict(zip(ids.tolist(), values.tolist(), strict=True))
    return list(x), list(x.values())


def dict_views(ids, values):
    x = {}
    for i, value in zip(ids, values, strict=True):
        x[int(i)] = value
    return x.keys(), x.values()


def tensors_for_keys(ids, values):
    x = {}
    for i, value in zip(ids, values, strict=True):
        x[i] = value
    return list(x), list(x.values())


def numpy_assignment(ids, values):
    x = np.zeros(int(max(ids)) + 1)
    x[np.asarray(ids)] += np.asarray(values)  # buffered: of a repeated id only the last is added
    return np.flatnonzero(x), x[np.flatnonzero(x)]


def unique_alone(ids, values):
    kept = torch.unique(ids)
    return kept, values[: kept.numel()]


def mean_of_groups(ids, values):
    kept = sorted(set(np.asarray(ids).tolist()))
    ids, values = np.asarray(ids), np.asarray(values)
    return kept, [values[ids == i].mean() for i in kept]


def counts_of_numpy(ids, values):
    return np.unique(ids, return_counts=True)


AGAIN = [
    (TO_IDS, ends_in_a_loop, "ends for starts"),
    (TO_IDS, before_only_in_torch, "field before only"),
    (TO_IDS, occurring_codes, "sizes from the codes"),
    (PAD, ones_in_tensors, "padding of value 1"),
    (PAD, zip_cuts, "cut to the shortest"),
    (PAD, one_array_for_both, "values cut to whole numbers"),
    (PAD, one_real_array_for_both, "real ids"),
    (PAD, without_empty, "empty row dropped"),
    (FM_SPARSE, no_value_in_linear, "values in the pairs only"),
    (FM_SPARSE, unsquared_value, "value not squared"),
    (FM_SPARSE, twice_the_pairs, "lost half"),
    (FM_SPARSE, embeddings_without_values, "values ignored"),
    (FM_SPARSE, ones_for_zeros, "padding taken as 1"),
    (FM_SPARSE, no_axis_for_the_factors, "values without an axis for the factors"),
    (FM_SPARSE, first_axis, "sums over the rows"),
    (FM_SPARSE, factors_left, "factors not added up"),
    (FM_SPARSE, pairs_with_itself, "each feature with itself"),
    (FM_SPARSE, through_the_sigmoid, "a probability"),
    (MERGE, dict_of_the_last, "last wins"),
    (MERGE, dict_views, "last wins"),
    (MERGE, tensors_for_keys, "last wins"),
    (MERGE, numpy_assignment, "last wins"),
    (MERGE, unique_alone, "values left behind"),
    (MERGE, mean_of_groups, "averaged"),
    (MERGE, counts_of_numpy, "counted"),
]


@pytest.mark.parametrize(
    ("exercise", "function", "slip"), AGAIN, ids=[function.__name__ for _, function, _ in AGAIN]
)
def test_a_slip_is_recognised_in_other_words(
    exercise: Exercise, function: Callable[..., Any], slip: str
) -> None:
    feedback = exercise.check(function)
    assert feedback.verdict == "not yet"
    assert says(exercise, slip) in feedback.message


# -- what is wrong with the answer itself ------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda rows: [[0, 1]], "two results are wanted"),
        (lambda rows: ([0, 1], [0.0, 1.0]), "wanted are two tables of one shape"),
        (lambda rows: (np.zeros((len(rows), 3), int), np.zeros((len(rows), 2))), "of one shape"),
        (lambda rows: (np.full((len(rows), 9), 99), np.zeros((len(rows), 9))), "in none of the"),
        (lambda rows: [r + [(0, 0.0)] * (max(map(len, rows)) - len(r)) for r in rows], "pairs"),
        (lambda rows: tuple(np.transpose(t) for t in solution_pad(rows)), "each other's place"),
        (
            lambda rows: tuple(t[:1] for t in solution_pad(rows)),
            "3 rows came in and 1 came out: each",
        ),
        (lambda rows: solution_pad(rows)[::-1], "the values came first"),
        (lambda rows: [tuple(t[n] for t in solution_pad(rows)) for n in range(len(rows))], "two r"),
    ],
)
def test_tables_that_cannot_be_read_are_told(answer: Callable[..., Any], said: str) -> None:
    feedback = PAD.check(answer)
    assert feedback.verdict == "not yet" and said in feedback.message


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda ids, values: values, "two results are wanted"),
        (lambda ids, values: solution_merge(ids, values)[::-1], "the values came first"),
        (lambda ids, values: list(zip(*solution_merge(ids, values), strict=True)), "two results"),
        (lambda ids, values: dict(zip(*solution_merge(ids, values), strict=True)), "a dictionary"),
        (lambda ids, values: (ids, values[:1]), "two lists of one length"),
        (lambda ids, values: (list(set(ids)), values), "the values of one id must become one"),
        (lambda ids, values: (ids + 20, values), "which is not in the row"),
        (lambda ids, values: (np.asarray(values), values), "whole ones"),
    ],
)
def test_merged_rows_that_cannot_be_read_are_told(answer: Callable[..., Any], said: str) -> None:
    feedback = MERGE.check(answer)
    assert feedback.verdict == "not yet" and said in feedback.message


def test_answers_that_hold_only_for_the_rows_shown_do_not_pass() -> None:
    def as_wide_as_these(rows):
        ids, values = np.zeros((len(rows), 9), int), np.zeros((len(rows), 9))
        for n, row in enumerate(rows):
            for j, (i, x) in enumerate(row[:9]):
                ids[n, j], values[n, j] = i, x
        return ids, values

    def id_0_is_padding(ids, values, w0, w, V):
        return solution_fm_sparse(ids, values * (ids > 0), w0, w, V)

    def real_ids(sizes, codes):
        return codes + np.append(0.0, np.cumsum(sizes)[:-1])

    assert PAD.check(as_wide_as_these).verdict == "not yet"
    assert FM_SPARSE.check(id_0_is_padding).verdict == "not yet"
    assert "dtype=int" in TO_IDS.check(real_ids).message


def test_an_error_is_told_with_the_line_of_the_learner() -> None:
    def pad(rows):
        first = rows[9]
        return first, first

    def merge(ids, values):
        return ids.no_such_thing, values

    assert "first = rows[9]" in PAD.check(pad).message
    assert "ids.no_such_thing" in MERGE.check(merge).message


def test_a_half_written_answer_is_not_attempted() -> None:
    assert PAD.check(lambda rows: (..., [[0.0]])).verdict == "not attempted"
    assert MERGE.check(lambda ids, values: (ids, ...)).verdict == "not attempted"


def test_a_forgotten_return_is_told() -> None:
    def in_place(sizes, codes):
        codes[:, 1:] += sizes[0]

    for exercise, answer in ((TO_IDS, in_place), (PAD, lambda rows: None)):
        feedback = exercise.check(answer)
        assert feedback.verdict == "not attempted" and "end it with a return" in feedback.message


def test_a_wrong_answer_without_a_known_slip_shows_numbers() -> None:
    feedback = FM_SPARSE.check(lambda ids, values, w0, w, V: [3.0] * len(ids))
    assert "you get [3]" in feedback.message and "look up, scale" in feedback.message


# -- work --------------------------------------------------------------------------------------


def dense_in_torch(ids, values, w0, w, V):
    x = torch.zeros(len(ids), len(w), dtype=V.dtype).scatter(1, ids, values)
    return w0 + x @ w + 0.5 * ((x @ V) ** 2 - (x**2) @ (V**2)).sum(1)


def dense_in_numpy(ids, values, w0, w, V):
    x = np.zeros((len(ids), len(w)))
    x[np.arange(len(ids))[:, None], ids] = np.where(values == 0, x[0, ids], values)
    return w0 + x @ w + 0.5 * ((x @ V) ** 2 - (x**2) @ (V**2)).sum(1)


def dense_in_lists(ids, values, w0, w, V):
    scores = []
    for row, amounts in zip(ids, values, strict=True):
        x = [0.0] * len(w)
        for i, amount in zip(row, amounts, strict=True):
            x[i] += amount
        score = w0 + sum(a * b for a, b in zip(w, x, strict=True))
        for l in range(len(V[0])):
            z = [V[i][l] * x[i] for i in range(len(x))]
            score += 0.5 * (sum(z) ** 2 - sum(a * a for a in z))
        scores.append(score)
    return scores


def squares_of_all_of_V(ids, values, w0, w, V):
    total = (values[:, :, None] * V[ids]).sum(1)
    second = ((values**2)[:, :, None] * (V**2)[ids]).sum(1)
    return w0 + (w[ids] * values).sum(1) + 0.5 * (total**2 - second).sum(1)


@pytest.mark.parametrize(
    "function", [dense_in_torch, dense_in_numpy, dense_in_lists, squares_of_all_of_V]
)
def test_right_but_dense_is_not_yet(function: Callable[..., Any]) -> None:
    assert grows_with_columns(function) is True
    feedback = FM_SPARSE.check(function)
    assert feedback.verdict == "not yet" and "the work grows with d" in feedback.message


def copies_first(ids, values, w0, w, V):
    V, w = torch.clone(torch.as_tensor(V)), torch.as_tensor(w).double()
    return solution_fm_sparse(ids, values, w0, w, V)


def numpy_copies(ids, values, w0, w, V):
    ids, values, w, V = (np.array(a) for a in (ids, values, w, V))
    return solution_fm_sparse(ids, values, w0, w, V)


@pytest.mark.parametrize(
    "function", [solution_fm_sparse, scores_in_loops, copies_first, numpy_copies]
)
def test_sparse_work_and_copies_pass(function: Callable[..., Any]) -> None:
    assert grows_with_columns(function) is False
    assert FM_SPARSE.check(function).passed


def test_work_that_cannot_be_counted_is_not_held_against_it() -> None:
    def fails(*arguments):
        raise TypeError

    assert grows_with_columns(fails) is None


# -- numbers, choices, time --------------------------------------------------------------------


def test_the_saving_is_the_ratio_of_two_counts() -> None:
    assert TIMES_FEWER.check(25_297).passed and TIMES_FEWER.check(25_641).passed
    assert "too small" in TIMES_FEWER.check(20_000).message
    assert "too large" in TIMES_FEWER.check(30_000).message
    assert "25,29" not in TIMES_FEWER.check(20_000).message


def test_only_the_table_grows_with_the_columns() -> None:
    assert [MEMORY.check(letter).passed for letter in "abcde"] == [False, False, True, False, False]


def test_an_answer_comes_within_a_second() -> None:
    slowest = 0.0
    for exercise in EXERCISES:
        for slip in exercise.slips:
            start = time.process_time()
            exercise.check(*(slip.answer if isinstance(slip.answer, tuple) else (slip.answer,)))
            slowest = max(slowest, time.process_time() - start)
    assert slowest < 1.0
