"""Exercise 1.3: how many different test pairs no training row has."""

from __future__ import annotations

import numpy as np

from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip


def solution_never_seen(train, test):
    seen = {(int(user), int(film)) for user, film in train}
    asked = {(int(user), int(film)) for user, film in test}
    return len(asked - seen)


def _definition(train, test):
    found = []
    for user, film in test:
        seen = any(user == u and film == f for u, f in train)
        if not seen and not any(user == u and film == f for u, f in found):
            found.append((user, film))
    return len(found)


def _trials() -> list[Trial]:
    """One small table to think about, then random ones; all have repeated and turned pairs."""
    small = [[0, 1], [0, 1], [2, 3], [4, 4]], [[0, 1], [1, 0], [1, 0], [2, 4], [5, 1]]
    trials = [Trial("4 train and 5 test rows", tuple(np.array(part) for part in small))]
    rng = np.random.default_rng(0)
    for n, m, most in ((12, 9, 5), (5, 12, 4), (1, 6, 3), (40, 30, 12)):
        train, test = rng.integers(0, most, (n, 2)), rng.integers(0, most + 1, (m, 2))
        trials.append(Trial(f"{n} train and {m} test rows", (train, test)))
    # as in a real file, ids of several digits: two numbers made one (100 · user + film) clash
    ids = np.array([0, 1, 2, 11, 12, 100, 112, 211, 999])
    train, test = rng.choice(ids, (25, 2)), rng.choice(ids, (35, 2))
    trials.append(Trial("25 train and 35 test rows with ids up to 999", (train, test)))
    return trials


def _pairs(rows) -> set[tuple[int, int]]:
    return {(int(user), int(film)) for user, film in rows}


def _repetitions(train, test):
    seen = _pairs(train)
    return sum((int(user), int(film)) not in seen for user, film in test)


def _wrong_direction(train, test):
    return len(_pairs(train) - _pairs(test))


def _seen_ones(train, test):
    return len(_pairs(test) & _pairs(train))


def _all_pairs(train, test):
    return len(_pairs(test) | _pairs(train))


def _train_ignored(train, test):
    return len(_pairs(test))


def _new_users(train, test):
    return len(set(test[:, 0].tolist()) - set(train[:, 0].tolist()))


def _new_films(train, test):
    return len(set(test[:, 1].tolist()) - set(train[:, 1].tolist()))


def _one_is_new(train, test):
    users, films = set(train[:, 0].tolist()), set(train[:, 1].tolist())
    return sum(user not in users or film not in films for user, film in _pairs(test))


def _order_ignored(train, test):
    return len({frozenset(p) for p in _pairs(test)} - {frozenset(p) for p in _pairs(train)})


def _share(train, test):
    return len(_pairs(test) - _pairs(train)) / len(_pairs(test))


def _single_numbers(train, test):
    return int((~np.isin(test, train).all(axis=1)).sum())


def _any_number(train, test):
    return sum(row not in train for row in test)


def _pairs_left(train, test):
    return list(_pairs(test) - _pairs(train))


NEVER_SEEN = function_exercise(
    "1.3", "never_seen",
    solution=solution_never_seen,
    truth=_definition,
    trials=_trials,
    stub="""
def never_seen(train, test):
    # train, test: [n, 2], a row is (user, film)
    return ...
""",
    slips=(
        Slip("repetitions counted", _repetitions,
             "a pair that stands twice in test was counted twice. Count each different pair once."),
        Slip("wrong direction", _wrong_direction,
             "that counts train pairs that test does not have. Turn it around."),
        Slip("seen ones", _seen_ones,
             "that counts test pairs which train has. The others are wanted."),
        Slip("both together", _all_pairs,
             "that counts the pairs of train and test together. Take those of train away."),
        Slip("train not used", _train_ignored,
             "that counts all different test pairs. Those which train has must go."),
        Slip("users in the place of pairs", _new_users,
             "that counts users who are new. A pair can be new though its user is known."),
        Slip("films in the place of pairs", _new_films,
             "that counts films that are new. A pair can be new though its film is known."),
        Slip("one of the two is new", _one_is_new,
             "that counts pairs with a new user or a new film. A known user and a known film can "
             "be new as a pair."),
        Slip("order ignored", _order_ignored,
             "(1, 0) was taken for (0, 1). User 1 with film 0 is another pair than user 0 with "
             "film 1."),
        Slip("a share", _share, "that is the share. The number of pairs is wanted."),
        Slip("single numbers compared", _single_numbers,
             "isin looks for single numbers, not for whole rows. Make each row one thing, such as "
             "a tuple."),
        Slip("in, on an array", _any_number,
             "that counts rows of which both numbers are new, each in its column; “row in array” "
             "asks just this. A known user and a known film can be new as a pair."),
        Slip("the pairs themselves", _pairs_left,
             "these are the pairs. How many are there? len counts them."),
    ),
    hints=(
        "Which Python type holds different things, each once?",
        "Make a set of tuples of train, and another of test. Use int(), so that equal numbers are "
        "equal things.",
        "The answer is how many tuples the set of test has that the set of train has not: the "
        "difference of the two sets.",
    ),
    otherwise="make a set of (user, film) tuples of each part, and compare these.",
    right="equal to comparing every test pair with every train pair, on 6 tables.",
    against="comparing all pairs gives",
)  # fmt: skip
