"""The columns of each dialect of click data, its click rate, and how its files are laid out.

Shares of blanks and numbers of distinct values follow the published descriptions of the real sets;
no value and no row of them is used. Unlike in the real sets, columns are independent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from fmteach.datasets.choices import one_of
from fmteach.datasets.synthetic.fields import Field, category, hours, number

# Rows in each hour of a day, in proportion: few at night, most at noon and in the evening.
DAY = np.array([4, 3, 3, 3, 5, 6, 6, 7, 8, 10, 10, 10, 11, 11, 10, 10, 10, 9, 8, 7, 6, 5, 5, 4.0])
DAYS = 10


@dataclass(frozen=True, eq=False)
class Dialect:
    """One kind of click data.

    ctr: the mean probability of a click. rare: a value with this share of the rows has 1/2 of the
    variance of a frequent one in the planted truth, a rarer one has less. separator, header: of
    its files; "" for a separator means that there are none.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    ctr: float
    rare: float
    linear: float
    strength: float
    separator: bytes = b""
    header: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)


def get_dialect(name: str) -> Dialect:
    """Look a dialect up by its name.

    >>> get_dialect("criteo").ctr, len(get_dialect("avazu").fields)
    (0.2562, 22)
    """
    return _made(one_of("dialect", name, DIALECTS))


@cache
def _made(name: str) -> Dialect:
    return _DIALECTS[name]()


def _clicks() -> Dialect:
    def plain(name: str, size: int, exponent: float) -> Field:
        return category(name, size, exponent, texts=[str(i) for i in range(1, size + 1)])

    fields = (
        plain("user", 15_000, 0.9),
        plain("ad", 4_000, 1.0),
        plain("site", 3_000, 1.05),
        plain("model", 800, 1.1),
        plain("town", 1_200, 1.0),
        plain("topic", 60, 0.8),
        plain("place", 6, 0.7),
        hours("hour", DAY),
    )
    return Dialect("clicks", "Clicks", fields, 0.2, 3e-3, 1.0, 1.2)


# Column: share of blanks, number of values, exponent of Zipf's law. The exponents give about the
# numbers of distinct values that 8,000 rows of the real set have.
_CRITEO = {
    "C1": (0, 1_400, 1.8), "C2": (0, 560, 1.0), "C3": (0.034, 100_000, 0.9),
    "C4": (0.034, 80_000, 1.0), "C5": (0, 300, 2.2), "C6": (0.12, 24, 2.0),
    "C7": (0, 12_000, 1.0), "C8": (0, 630, 1.8), "C9": (0, 3, 1.5), "C10": (0, 60_000, 1.05),
    "C11": (0, 5_600, 0.9), "C12": (0.034, 100_000, 0.92), "C13": (0, 3_200, 0.9),
    "C14": (0, 27, 1.8), "C15": (0, 12_000, 0.95), "C16": (0.034, 100_000, 0.96),
    "C17": (0, 10, 1.2), "C18": (0, 5_000, 1.05), "C19": (0.45, 2_100, 1.3),
    "C20": (0.45, 2, 0.6), "C21": (0.034, 100_000, 0.94), "C22": (0.82, 18, 1.8),
    "C23": (0, 15, 1.6), "C24": (0.034, 60_000, 1.0), "C25": (0.45, 90, 1.6),
    "C26": (0.45, 40_000, 1.0),
}  # fmt: skip
# Column: middle and spread of ln(x), share of zeros, of blanks, of numbers below zero.
_CRITEO_NUMBERS = {
    "I1": (0.9, 1.0, 0.25, 0.45, 0.0), "I2": (1.8, 2.0, 0.2, 0.0, 0.1),
    "I3": (1.8, 1.5, 0.01, 0.2, 0.0), "I4": (1.7, 0.9, 0.02, 0.2, 0.0),
    "I5": (7.9, 2.0, 0.02, 0.03, 0.0), "I6": (3.7, 1.5, 0.04, 0.25, 0.0),
    "I7": (1.7, 1.4, 0.25, 0.04, 0.0), "I8": (2.1, 1.0, 0.08, 0.001, 0.0),
    "I9": (3.8, 1.5, 0.04, 0.04, 0.0), "I10": (0.1, 0.4, 0.25, 0.45, 0.0),
    "I11": (0.7, 0.9, 0.25, 0.04, 0.0), "I12": (0.3, 0.7, 0.16, 0.78, 0.0),
    "I13": (1.8, 1.0, 0.02, 0.2, 0.0),
}  # fmt: skip


def _criteo() -> Dialect:
    numbers = [number(name, *rest) for name, rest in _CRITEO_NUMBERS.items()]
    categories = [
        category(name, size, exponent, missing, salt=i)
        for i, (name, (missing, size, exponent)) in enumerate(_CRITEO.items(), start=1)
    ]
    return Dialect(
        "criteo", "Criteo dialect", (*numbers, *categories), 0.2562, 1e-2, 1.0, 1.0, b"\t"
    )


# Column: number of values and exponent for hexadecimal texts, else the texts and the exponent.
_AVAZU: dict[str, tuple[int | tuple[str, ...], float]] = {
    "C1": (("1005", "1002", "1010", "1012", "1007", "1001", "1008"), 3.5),
    "banner_pos": (("0", "1", "7", "2", "4", "5", "3"), 3.5),
    "site_id": (4_700, 1.62), "site_domain": (7_700, 1.7), "site_category": (26, 1.8),
    "app_id": (8_500, 1.8), "app_domain": (560, 2.2), "app_category": (36, 2.2),
    "device_id": (200_000, 1.38), "device_ip": (400_000, 0.84), "device_model": (8_200, 1.28),
    "device_type": (("1", "0", "4", "5", "2"), 3.5),
    "device_conn_type": (("0", "2", "3", "5"), 2.5),
    "C14": (tuple(map(str, range(375, 375 + 9 * 2_600, 9))), 1.72),
    "C15": (("320", "300", "216", "728", "120", "1024", "480", "768"), 3.5),
    "C16": (("50", "250", "36", "480", "90", "20", "320", "768", "1024"), 3.5),
    "C17": (tuple(map(str, range(112, 112 + 6 * 435, 6))), 1.5),
    "C18": (("0", "3", "2", "1"), 0.9),
    "C19": (tuple(map(str, range(33, 33 + 28 * 68, 28))), 1.6),
    "C20": (("-1", *map(str, range(100_000, 100_171))), 1.5),
    "C21": (tuple(map(str, range(1, 241, 4))), 1.5),
}  # fmt: skip


def _avazu() -> Dialect:
    fields = [hours("hour", DAY)]
    for i, (name, (values, exponent)) in enumerate(_AVAZU.items(), start=101):
        if isinstance(values, int):
            fields.append(category(name, values, exponent, salt=i))
        else:
            fields.append(category(name, len(values), exponent, texts=values))
    header = ("id", "click", "hour", *_AVAZU)
    return Dialect("avazu", "Avazu dialect", tuple(fields), 0.1698, 1e-2, 1.0, 1.0, b",", header)


# Numbers of values of the 34 columns, about as many as the real set has features in each.
_D2L = (144, 2, 90, 10, 700, 250, 260, 80, 60, 110, 270, 70, 160, 70, 2, 60, 380)
_D2L += (2, 2, 2, 140, 100, 170, 20, 12, 2, 90, 370, 40, 20, 15, 30, 35, 15)


def _d2l() -> Dialect:
    fields = tuple(
        category(f"field {j}", size, 1.0, salt=200 + j) for j, size in enumerate(_D2L, start=1)
    )
    return Dialect("d2l", "d2l dialect", fields, 0.5, 3e-2, 1.2, 4.0, b"\t")


_DIALECTS: dict[str, Callable[[], Dialect]] = {
    "clicks": _clicks,
    "criteo": _criteo,
    "avazu": _avazu,
    "d2l": _d2l,
}
DIALECTS = tuple(_DIALECTS)
