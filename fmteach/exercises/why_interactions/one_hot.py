"""Exercise 1.1: the one-hot row of a user and a film."""

from __future__ import annotations

import numpy as np

from fmteach.exercises.making import Trial, function_exercise
from fmteach.exercises.slip import Slip


def solution_one_hot(user, film, users, films):
    x = [0.0] * (users + films)
    x[user] = 1.0
    x[users + film] = 1.0
    return x


def _definition(user, film, users, films):
    return [float(place in (user, users + film)) for place in range(users + films)]


def _trials() -> list[Trial]:
    return [
        Trial(f"user {user} of {users}, film {film} of {films}", (user, film, users, films))
        for user, film, users, films in (
            (1, 2, 2, 4), (0, 0, 1, 1), (2, 0, 3, 2), (0, 1, 4, 2), (4, 5, 5, 6), (3, 2, 6, 6),
        )
    ]  # fmt: skip


def _row(length, *places):
    x = np.zeros(length)
    x[list(places)] = 1.0
    return x


def _no_offset(user, film, users, films):
    return _row(users + films, user, film)


def _from_one(user, film, users, films):
    return _row(users + films, user - 1, users + film - 1)


def _offset_short(user, film, users, films):
    return _row(users + films, user, users + film - 1)


def _offset_by_user(user, film, users, films):
    return _row(users + films, user, user + film)


def _films_first(user, film, users, films):
    return _row(users + films, film, films + user)


def _ids(user, film, users, films):
    return [user, users + film]


def _codes(user, film, users, films):
    return [user, film]


def _numbers_inside(user, film, users, films):
    x = np.zeros(users + films)
    x[user], x[users + film] = user, film
    return x


def _user_alone(user, film, users, films):
    return _row(users + films, user)


def _film_alone(user, film, users, films):
    return _row(users + films, users + film)


def _one_for_the_pair(user, film, users, films):
    return _row(users * films, user * films + film)


ONE_HOT = function_exercise(
    "1.1", "one_hot",
    solution=solution_one_hot,
    truth=_definition,
    trials=_trials,
    stub="""
def one_hot(user, film, users, films):
    length = ...  # how many places has the row?
    x = [0] * length
    x[...] = 1  # the place of the user
    x[...] = 1  # the place of the film
    return x
""",
    todo="put something in the place of each of the three dots, then check again.",
    slips=(
        Slip("film not offset", _no_offset,
             "the film's 1 stands among the users. The block of the films begins at place users."),
        Slip("counted from 1", _from_one,
             "both ones stand one place too early. User 0 is the first user, at place 0."),
        Slip("block one place early", _offset_short,
             "the film's 1 stands one place too early. The users end at place users − 1, so film 0 "
             "has place users."),
        Slip("offset by the user", _offset_by_user,
             "the film was moved by user. Move it by users, the length of the block, every time."),
        Slip("films first", _films_first,
             "the blocks stand in the other order. First the users, then the films."),
        Slip("ids returned", _ids,
             "these are the places of the two ones. x is the whole row: 1 there, 0 elsewhere."),
        Slip("codes returned", _codes,
             "these are the numbers of user and film. x has a place for every user and every film, "
             "and a 1 at two of them."),
        Slip("numbers inside", _numbers_inside,
             "the row holds the numbers of user and film. One-hot is a 1 there: user 4 is not four "
             "times user 1."),
        Slip("only the user", _user_alone, "the film has no 1. A row has two ones."),
        Slip("only the film", _film_alone, "the user has no 1. A row has two ones."),
        Slip("one place for each pair", _one_for_the_pair,
             "this gives every pair its own place, users · films of them: the table of all pairs. "
             "Here are users + films places."),
    ),
    hints=(
        "How long is the row? Each user has a place, each film has a place.",
        "The users have the places 0 to users − 1. Which place has film 0?",
        "Make a list of users + films zeros. Put a 1 at place user, and a 1 at place users + film.",
    ),
    otherwise="a row has users + films numbers: all 0, but a 1 at place user and a 1 at place "
    "users + film.",
    right="two ones and zeros elsewhere, in 6 tables of different size.",
    against="the row is",
)  # fmt: skip
