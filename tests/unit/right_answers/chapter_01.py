"""Correct answers to the exercises of notebook 01."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from types import SimpleNamespace

import numpy as np
import torch

# -- 1.1 one_hot -------------------------------------------------------------------------------


def in_a_list(user, film, users, films):
    x = [0] * (users + films)
    x[user] = x[users + film] = 1
    return x


def in_numpy(user, film, users, films):
    x = np.zeros(users + films, dtype=int)
    x[[user, users + film]] = 1
    return x


def in_torch(user, film, users, films):
    return torch.zeros(users + films).index_fill(0, torch.tensor([user, users + film]), 1.0)


def two_rows_of_a_unit_matrix(user, film, users, films):
    return np.concatenate([np.eye(users)[user], np.eye(films)[film]])


def torch_one_hot(user, film, users, films):
    one_hot = torch.nn.functional.one_hot
    return torch.cat([one_hot(torch.tensor(user), users), one_hot(torch.tensor(film), films)])


def by_comparing(user, film, users, films):
    return [*(u == user for u in range(users)), *(f == film for f in range(films))]


def glued_lists(user, film, users, films):
    first = [0] * user + [1] + [0] * (users - user - 1)
    return first + [0] * film + [1] + [0] * (films - film - 1)


def by_arange(user, film, users, films):
    places = np.arange(users + films)
    return ((places == user) | (places == users + film)).astype(np.float32)


def by_scatter(user, film, users, films):
    places = torch.tensor([user, users + film])
    return torch.zeros(users + films).scatter_(0, places, torch.ones(2))


def by_appending(user, film, users, films):
    x = []
    for wanted, length in ((user, users), (film, films)):
        for place in range(length):
            x.append(1.0 if place == wanted else 0.0)
    return tuple(x)


def by_bincount(user, film, users, films):
    return np.bincount([user, users + film], minlength=users + films)


# -- 1.2 n_pairs -------------------------------------------------------------------------------


def by_formula(d):
    return d * (d - 1) / 2


def by_comb(d):
    return math.comb(d, 2)


def by_combinations(d):
    return len(list(itertools.combinations(range(d), 2)))


def two_loops(d):
    count = 0
    for i in range(d):
        for _ in range(i + 1, d):
            count += 1
    return count


def sum_of_partners(d):
    return sum(range(d))


def triangle(d):
    return np.triu(np.ones((d, d)), 1).sum()


def torch_triangle(d):
    return torch.triu(torch.ones(d, d), diagonal=1).count_nonzero()


@lru_cache
def one_more_each_time(d):
    return 0 if d < 2 else one_more_each_time(d - 1) + d - 1


def square_less_diagonal(d):
    return (d**2 - d) >> 1


def torch_combinations(d):
    return torch.combinations(torch.arange(d), 2).shape[0]


def gauss(d):
    return Fraction(d, 2) * (d - 1)


# -- 1.3 never_seen ----------------------------------------------------------------------------


def two_sets(train, test):
    return len(set(map(tuple, test.tolist())) - set(map(tuple, train.tolist())))


def in_loops(train, test):
    new = []
    for row in test:
        found = False
        for other in list(train) + new:
            if row[0] == other[0] and row[1] == other[1]:
                found = True
        if not found:
            new.append(row)
    return len(new)


def one_number_a_pair(train, test):
    keys = [np.asarray(part)[:, 0] * 1000 + np.asarray(part)[:, 1] for part in (train, test)]
    return len(np.setdiff1d(keys[1], keys[0]))


def torch_unique(train, test):
    both = torch.cat([train.unique(dim=0), test.unique(dim=0)])
    known = len(train.unique(dim=0))
    return both.unique(dim=0).shape[0] - known


def numpy_unique(train, test):
    everything = np.unique(np.concatenate([train, test]), axis=0)
    return len(everything) - len(np.unique(train, axis=0))


def by_broadcasting(train, test):
    test = torch.unique(test, dim=0)
    same = (test[:, None, :] == train[None, :, :]).all(-1)
    return (~same.any(1)).sum()


def a_table(train, test):
    size = int(max(train.max(), test.max())) + 1
    seen, asked = np.zeros((size, size), bool), np.zeros((size, size), bool)
    seen[train[:, 0], train[:, 1]] = True
    asked[test[:, 0], test[:, 1]] = True
    return (asked & ~seen).sum()


def as_words(train, test):
    def words(rows):
        return {f"{u}:{f}" for u, f in np.asarray(rows).tolist()}

    return len(words(test).difference(words(train)))


def a_counter(train, test):
    counted = Counter((int(u), int(f)) for u, f in test)
    for u, f in train:
        counted.pop((int(u), int(f)), None)
    return len(counted)


def lists_alone(train, test):
    new = []
    for row in test:
        if row not in train and row not in new:
            new.append(row)
    return len(new)


def a_dict_of_sets(train, test):
    films = {}
    for user, film in np.asarray(train):
        films.setdefault(int(user), set()).add(int(film))
    return len(
        {(int(u), int(f)) for u, f in np.asarray(test) if int(f) not in films.get(int(u), ())}
    )


# -- numbers and choices -----------------------------------------------------------------------


def numbers(value):
    return [(value,), (float(value),), (np.float64(value),), (np.float32(value),),
            (torch.tensor(float(value)),), ([value],), (np.array([value]),), (Fraction(value),),
            (Decimal(str(value)),), (value * 1.004,)]  # fmt: skip


def choices(letter, text):
    return [(letter,), (letter.upper(),), (f" {letter} ",), (f"{letter})",), (f"({letter})",),
            (f"{letter}.",), (text,), (text.upper(),), (f"  {text} .",),
            (text.replace(" ", "  "),)]  # fmt: skip


CROSSED = [[1, -1, 0], [-1, 1, 0], [0, 0, 0]]

RIGHT = {
    "1.a": numbers(7),
    "1.b": choices("b", "turn the line"),
    "1.1": [
        in_a_list, in_numpy, in_torch, two_rows_of_a_unit_matrix, torch_one_hot, by_comparing,
        glued_lists, by_arange, by_scatter, by_appending, by_bincount,
    ],
    "1.2": [
        by_formula, by_comb, by_combinations, two_loops, sum_of_partners, triangle, torch_triangle,
        one_more_each_time, square_less_diagonal, torch_combinations, gauss,
    ],
    "1.3": [
        two_sets, in_loops, one_number_a_pair, torch_unique, numpy_unique, by_broadcasting, a_table,
        as_words, a_counter, lists_alone, a_dict_of_sets,
    ],
    "1.4": numbers(304.25),
    "1.5": choices("d", "the FM, because the factors of the two learn from other rows"),
    "1.6": [
        (CROSSED,),
        ([[-1, 1, 0], [1, -1, 0], [0, 0, 0]],),
        (np.array(CROSSED),),
        (torch.tensor(CROSSED).roll(1, 1),),
        ([[1, -1], [-1, 1]],),
        (tuple(map(tuple, CROSSED)),),
        ([[0, 0, 0], [1.0, 0, -1.0], [-1.0, 0, 1.0]],),
        (np.rot90(CROSSED),),
        ([[1, 0, 0, -1], [0, 0, 0, 0], [-1, 0, 0, 1]],),
        (SimpleNamespace(clicks=[[0, -1, 1], [0, 1, -1]]),),
    ],
}  # fmt: skip
