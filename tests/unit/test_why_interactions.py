"""Notebook 01: the facts in its text, and its slips written in another way."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

import fmteach
from fmteach.datasets import movielens
from fmteach.exercises.catalogue import EXERCISES
from fmteach.exercises.why_interactions import questions
from fmteach.exercises.why_interactions.crossing import linear_weights
from fmteach.live import click_table


def said(id, name):
    return next(slip.says for slip in EXERCISES[id].slips if slip.name == name)


# -- facts -------------------------------------------------------------------------------------


def test_the_counts_of_the_file() -> None:
    table = movielens.ratings()
    user = np.unique(table.user, return_inverse=True)[1]
    pairs = {(int(u), int(f)) for u, f in zip(user, table.film_row, strict=True)}
    assert (user.max() + 1, len(table.films)) == (questions.USERS, questions.FILMS) == (671, 9066)
    assert len(pairs) == len(table) == 100_004  # nobody rates a film twice
    assert round(100 * (1 - len(pairs) / (671 * 9066)), 1) == 98.4
    assert np.bincount(user).min() == 20  # "all users rated 20 films or more"


def test_the_shares_at_100_films() -> None:
    table = movielens.ratings()
    user = np.unique(table.user, return_inverse=True)[1]
    active = np.bincount(user)
    best = np.argsort(-np.bincount(table.film_row))[:100]
    rated = {(u, f) for u, f in zip(user.tolist(), table.film_row.tolist(), strict=True)}

    def share(users):
        return round(100 * sum((u, f) in rated for u in users for f in best) / 100 / len(users))

    low, high = np.quantile(active, [0.1, 0.9])
    assert share(range(671)) == 26
    assert share(np.flatnonzero(active >= high).tolist()) == 65
    assert share(np.flatnonzero(active <= low).tolist()) == 6


def test_no_test_pair_is_seen_in_train() -> None:
    data = fmteach.load("movielens", task="like")
    key = [part.ids[:, 0] * data.num_features + part.ids[:, 1] for part in (data.train, data.test)]
    assert not torch.isin(key[1], key[0]).any()
    assert len(key[0].unique()) == len(key[0]) == 80_004
    # films that train does not have share one feature, so some of the 10,000 test pairs look alike
    count = EXERCISES["1.3"].solution(data.train.ids.tolist(), data.test.ids.tolist())
    assert count == len(key[1].unique()) == 9_743


def test_the_table_of_all_pairs_is_304_times_as_large() -> None:
    d = 671 + 9066
    assert math.comb(d, 2) == 47_399_716
    assert math.comb(d, 2) / (16 * d) == 304.25
    assert "47,399,716 weights against 155,792" in EXERCISES["1.4"].check(304).message


# -- slips in another way ----------------------------------------------------------------------


def both_at_the_start(user, film, users, films):
    return [int(place in (user, film)) for place in range(users + films)]


def from_one(user, film, users, films):
    return torch.zeros(users + films).index_fill(0, torch.tensor([user - 1, users + film - 1]) %
                                                 (users + films), 1)  # fmt: skip


def films_in_front(user, film, users, films):
    return np.concatenate([np.eye(films)[film], np.eye(users)[user]])


def ids(user, film, users, films):
    return torch.tensor([user, users + film])


def numbers(user, film, users, films):
    x = [0] * users + [0] * films
    x[user] += user
    x[users + film] += film
    return tuple(x)


def product(user, film, users, films):
    return np.outer(np.eye(users)[user], np.eye(films)[film]).ravel()


def lonely(user, film, users, films):
    return torch.nn.functional.one_hot(torch.tensor(user), users + films)


@pytest.mark.parametrize(
    ("function", "name"),
    [(both_at_the_start, "film not offset"), (from_one, "counted from 1"),
     (films_in_front, "films first"), (ids, "ids returned"), (numbers, "numbers inside"),
     (product, "one place for each pair"), (lonely, "only the user"),
     (lambda *numbers: numbers[:2], "codes returned")],
)  # fmt: skip
def test_slips_of_one_hot(function, name) -> None:
    feedback = EXERCISES["1.1"].check(function)
    assert feedback.verdict == "not yet" and said("1.1", name) in feedback.message


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda d: len(list(itertools.product(range(d), repeat=2))), "the whole square"),
        (lambda d: sum(1 for i in range(d) for j in range(d) if i != j), "both orders"),
        (lambda d: sum(range(d + 1)), "with itself"),
        (lambda d: np.square(d) / 2, "half the square"),
        (lambda d: d * ((d - 1) // 2), "halved too early"),
        (lambda d: len(range(1, d)), "of one feature"),
        (lambda d: int(d**2 / 2), "half the square, whole"),
        (lambda d: (d // 2) * (d - 1), "d halved too early"),
        (lambda d: 1 << d, "subsets"),
        (lambda d: sum(partners for partners in range(d - 1)), "range ends early"),
        (lambda d: list(itertools.combinations(range(d), 2)), "the pairs themselves"),
    ],
)
def test_slips_of_n_pairs(function, name) -> None:
    feedback = EXERCISES["1.2"].check(function)
    assert feedback.verdict == "not yet" and said("1.2", name) in feedback.message


def rows(part):
    return [tuple(int(n) for n in row) for row in part]


def every_row(train, test):
    count = 0
    for row in rows(test):
        if row not in rows(train):
            count += 1
    return count


def turned_around(train, test):
    return len({row for row in rows(train) if row not in rows(test)})


def known(train, test):
    return sum(row in rows(train) for row in set(rows(test)))


def sorted_pairs(train, test):
    both = [{tuple(sorted(row)) for row in rows(part)} for part in (train, test)]
    return len(both[1].difference(both[0]))


def new_user_or_film(train, test):
    old = [{row[n] for row in rows(train)} for n in (0, 1)]
    return len({row for row in rows(test) if row[0] not in old[0] or row[1] not in old[1]})


def users_alone(train, test):
    return len({u for u, _ in rows(test)} - {u for u, _ in rows(train)})


def how_large_a_share(train, test):
    asked = set(rows(test))
    return np.mean([row not in rows(train) for row in asked])


def by_isin(train, test):
    train, test = torch.as_tensor(train), torch.as_tensor(test)
    return int((~torch.isin(test, train).all(1)).sum())


def in_an_array(train, test):
    new = 0
    for pair in test:
        if pair in train:
            continue
        new += 1
    return new


@pytest.mark.parametrize(
    ("function", "name"),
    [(every_row, "repetitions counted"), (turned_around, "wrong direction"), (known, "seen ones"),
     (sorted_pairs, "order ignored"), (new_user_or_film, "one of the two is new"),
     (users_alone, "users in the place of pairs"), (how_large_a_share, "a share"),
     (by_isin, "single numbers compared"), (in_an_array, "in, on an array"),
     (lambda train, test: len(set(rows(test))), "train not used")],
)  # fmt: skip
def test_slips_of_never_seen(function, name) -> None:
    feedback = EXERCISES["1.3"].check(function)
    assert feedback.verdict == "not yet" and said("1.3", name) in feedback.message


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ([[1, 0, 1], [0, 1, 0], [1, 0, 0]], "There is no −1 in it"),
        (torch.tensor([[0, 0, 0], [1, 1, 1], [-1, -1, -1]]), "Each user says the same"),
        ([[1, 0, -1], [1, 0, -1], [1, 0, -1]], "All users agree"),
        ([[0, 1, -1], [0, 0, 1], [0, 0, 0]], "close the square"),
        ([[1, 1, 1], [1, 1, -1], [1, -1, -1]], "one clicks whatever the other clicks"),
        (np.ones((3, 3)) - 2 * np.eye(3), "9 cells are shown, and 4 are enough"),
        ([[1, -1, 0], [0, 1, -1], [-1, 0, 1]], "6 cells contradict each other in a ring"),
        (click_table(), "30 cells are shown"),
        ([[1, 2, 0]], "one of yours holds 2"),
        ([[1, -1], [1]], "rows of 1, −1 and 0"),
        ([1, -1, 1], "a table of numbers is wanted"),
        ("abc", "a table of numbers is wanted"),
        (7, "a table of numbers is wanted"),
        ([[]], "rows of equal length"),
        ([[float("nan"), 1]], "one of yours holds nan"),
    ],
)
def test_the_crossing_explains_what_came(answer, says) -> None:
    feedback = EXERCISES["1.6"].check(answer)
    assert feedback.verdict == "not yet" and says in feedback.message


def test_an_empty_table_is_not_attempted() -> None:
    for answer in (None, ..., [[0, 0, 0]] * 3, np.zeros((3, 3))):
        assert EXERCISES["1.6"].check(answer).verdict == "not attempted"


def test_linear_weights_are_found_exactly_where_there_are_some() -> None:
    """All tables of 2 x 3 cells against all weights from -2 to 2: two rows need no larger ones."""
    found = 0
    weights = [np.array(w) + 0.5 for w in itertools.product(range(-2, 3), repeat=3)]
    sides = [np.add.outer(np.array([0, shift]), w) for w in weights for shift in range(-3, 4)]
    reached = {tuple(np.sign(side).ravel().astype(int)) for side in sides}
    for cells in itertools.product((-1, 0, 1), repeat=6):
        table = np.array(cells).reshape(2, 3)
        one = linear_weights(table)
        possible = any(
            all(y in (0, s) for y, s in zip(cells, signs, strict=True)) for signs in reached
        )
        assert (one is not None) == possible
        if one is not None:
            score = np.add.outer(one.rows, one.columns)
            assert (np.sign(score) * table == np.abs(table)).all()
            found += 1
    assert 0 < found < 3**6
    ring = [[1, -1, 0], [0, 1, -1], [-1, 0, 1]]  # no square in it, and yet no weights
    assert linear_weights(ring) is None
