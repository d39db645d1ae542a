"""An exercise that gives each case one of several names: which fault, which metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fmteach.exercises.answers import describe, not_given
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.slip import Slip


def matching_exercise(
    id: str,
    title: str,
    *,
    right: Mapping[str, str],
    names: Sequence[str],
    what: tuple[str, str],
    says: Mapping[tuple[str, str], str],
    praise: str,
    hints: tuple[str, str, str],
    aliases: Mapping[str, str] = MappingProxyType({}),
    near: Mapping[str, str] = MappingProxyType({}),
) -> Exercise:
    """An exercise on cases, each of which has one of the names.

    right: case -> name. names: all that can be given; some belong to no case. what: what the names
    are, one and many ("metric", "metrics"). says: (case, name) -> what a wrong match is told, the
    case's name in it. aliases: other spelling -> name; near: spelling of something that is no name
    -> what is said. Spellings are letters and digits alone, small. The learner gives
    check(id, A="name", ...), or the answers in the order of the cases, or the numbers of the names,
    from 1. What is there is judged, also while cases are missing.
    """
    name = f"{id} {title}"
    one, many = what
    known = {_bare(text): text for text in names} | dict(aliases)
    known |= {str(number): text for number, text in enumerate(names, 1)}

    def check(*in_order: Any, **given: Any) -> Feedback:
        if len(in_order) > len(right):
            return _not_yet(f"{len(in_order)} answers came, for {len(right)} cases.")
        given = dict(zip(right, in_order, strict=False)) | given
        unknown = [case for case in given if case not in right]
        if unknown:
            return _not_yet(f"there is no case {unknown[0]!r}; the cases are {', '.join(right)}.")
        given = {case: given[case] for case in right if not not_given(given.get(case))}
        if not given:
            return not_attempted(name, f"give each case its {one}.")
        named = {case: known.get(_bare(answer)) for case, answer in given.items()}
        for case, found in named.items():
            if found is None:
                instead = f"{describe(given[case])} is none of the {many}. They are: "
                instead += "; ".join(names) + "."
                return _not_yet(f"{case}: {near.get(_bare(given[case]), instead)}")
        good = sum(named[case] == right[case] for case in named)
        for case, found in named.items():
            if found != right[case]:
                return _not_yet(f"{good} of {len(right)} are right. {says[case, found]}")
        if len(named) < len(right):
            missing = ", ".join(case for case in right if case not in named)
            return _not_yet(f"right so far. Still without a {one}: {missing}.")
        return Feedback(name, "correct", praise)

    def _not_yet(message: str) -> Feedback:
        return Feedback(name, "not yet", message)

    return Exercise(
        id, title, check, hints,
        solution="; ".join(f"{case}: {found}" for case, found in right.items()) + ".",
        seconds=10.0,
        stub=f'exercises.check("{id}", {", ".join(f"{case}=..." for case in right)})',
        slips=tuple(
            Slip(f"{case}: {found}", {**right, case: found}, text)
            for (case, found), text in says.items()
        ),
    )  # fmt: skip


def _bare(answer: Any) -> str:
    """Letters and digits, small: "NDCG@10" and "ndcg 10" are one answer. True is no number 1."""
    return "" if isinstance(answer, bool) else "".join(filter(str.isalnum, str(answer).casefold()))
