"""MovieLens: the embedded films, and every edition of the ratings that GroupLens publishes.

Embedded: latest-small, edition of October 2016, 100,004 ratings by 671 users of 9,066 films. The
data belongs to GroupLens and may not be used commercially; data/NOTICE.md has the terms.
Source: Harper and Konstan (2015), The MovieLens Datasets: History and Context, ACM Transactions on
Interactive Intelligent Systems 5(4), https://doi.org/10.1145/2827872
"""

from __future__ import annotations

from fmteach.datasets.movielens.editions import EDITIONS, Edition
from fmteach.datasets.movielens.loading import FEATURES, LIKE_FROM, TASKS, load, ratings
from fmteach.datasets.movielens.table import Films, Ratings, Users, film_labels

__all__ = [
    "EDITIONS",
    "FEATURES",
    "LIKE_FROM",
    "TASKS",
    "Edition",
    "Films",
    "Ratings",
    "Users",
    "film_labels",
    "load",
    "ratings",
]
