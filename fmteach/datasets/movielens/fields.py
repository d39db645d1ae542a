"""The fields of a rating, each as feature numbers learnt on the training rows alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fmteach.datasets.encoding import EncodedField, encode_category, encode_set
from fmteach.datasets.movielens.table import Ratings, film_labels


def _user(table: Ratings, train: np.ndarray) -> EncodedField:
    return encode_category("user", table.user, train)


def _film(table: Ratings, train: np.ndarray) -> EncodedField:
    texts = film_labels(table.films)
    # Rows of `films` are in order of the films' numbers, so they sort alike and index the texts.
    return encode_category("film", table.film_row, train, label=lambda rows: texts[rows])


def _genres(table: Ratings, train: np.ndarray) -> EncodedField:
    sets, place = np.unique(table.films.genres.astype(str), return_inverse=True)
    split_sets = [text.split("|") for text in sets.tolist()]
    names = sorted({name for names in split_sets for name in names})
    has = np.array([[name in names_of_set for name in names] for names_of_set in split_sets])
    return encode_set("genres", names, has[place], table.film_row, train)


def _year(table: Ratings, train: np.ndarray) -> EncodedField:
    decade = table.films.year // 10 * 10  # 0 stays 0: the year is not known

    def label(decades: np.ndarray) -> list[str]:
        return [f"{d}s" if d else "(no year)" for d in decades.tolist()]

    return encode_category("year", decade[table.film_row], train, label=label)


def _age(table: Ratings, train: np.ndarray) -> EncodedField:
    place = np.searchsorted(AGES, table.users.age, side="right")
    return encode_category("age", place[table.user_row], train, label=lambda at: AGE_NAMES[at])


def _gender(table: Ratings, train: np.ndarray) -> EncodedField:
    return _of_user("gender", table, table.users.gender, train)


def _occupation(table: Ratings, train: np.ndarray) -> EncodedField:
    return _of_user("occupation", table, table.users.occupation, train)


def _of_user(name: str, table: Ratings, texts: np.ndarray, train: np.ndarray) -> EncodedField:
    """A field of texts. Numbers that sort alike are what is encoded: texts of all rows are slow."""
    names, place = np.unique(texts.astype(str), return_inverse=True)
    names = np.where(names == "", f"(no {name})", names)
    return encode_category(name, place[table.user_row], train, label=lambda at: names[at])


AGES = np.array([1, 18, 25, 35, 45, 50, 56])  # where an age group begins, as in ml-1m
AGE_NAMES = np.array(
    ["(no age)", "under 18", "18-24", "25-34", "35-44", "45-49", "50-55", "56 or more"]
)

ENCODERS: dict[str, Callable[[Ratings, np.ndarray], EncodedField]] = {
    "user": _user,
    "film": _film,
    "genres": _genres,
    "year": _year,
    "age": _age,
    "gender": _gender,
    "occupation": _occupation,
}
