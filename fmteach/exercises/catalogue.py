"""All exercises of the course, in order."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fmteach.exercises import (
    avazu,
    bug_lab,
    criteo,
    definition,
    gradients,
    kd_trick,
    live_training,
    losses,
    movielens,
    sparse_rows,
    start_here,
    why_interactions,
)
from fmteach.exercises.exercise import Exercise

CHAPTERS: Mapping[int, str] = MappingProxyType(
    {
        0: "Start here",
        1: "Why interactions",
        2: "The score by definition",
        3: "The kd trick",
        4: "Sparse rows",
        5: "Gradients by hand",
        6: "Tasks and losses",
        7: "Live training",
        12: "MovieLens",
        13: "Avazu",
        14: "Criteo",
    }
)
"""The chapters that have exercises."""

EXERCISES: Mapping[str, Exercise] = MappingProxyType(
    {
        exercise.id: exercise
        for module in (
            start_here,
            why_interactions,
            definition,
            kd_trick,
            sparse_rows,
            gradients,
            losses,
            bug_lab,
            live_training,
            movielens,
            avazu,
            criteo,
        )
        for exercise in module.EXERCISES
    }
)
"""id -> exercise."""
