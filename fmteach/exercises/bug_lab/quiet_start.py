"""Exercise 6.11: a start from which a factorization machine learns well."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from fmteach.exercises.answers import as_number, describe, no_function, not_given
from fmteach.exercises.exercise import Exercise
from fmteach.exercises.failing import explained, still_dots
from fmteach.exercises.feedback import Feedback, not_attempted
from fmteach.exercises.slip import Slip

D, K = 2000, 6
_QUIET_W = 0.05  # a spread of w below this moves no score that matters
_LARGEST_W0 = 10.0  # a base rate of 0.00005 has a score of -10
_LARGEST_V = 0.15  # of the spread of V: k v² must stay small beside the scores
_NAME = "6.11 a quiet start"


def solution_init(d, k, seed):
    """No opinion in w, and in V just enough noise that the k factors can become different."""
    rng = np.random.default_rng(seed)
    w0 = 0.0
    w = np.zeros(d)
    V = rng.normal(0, 0.01, size=(d, k))
    return w0, w, V


def check_init(init: Any = None) -> Feedback:
    """Exercise 6.11. init(d, k, seed) -> (w0, w [d], V [d, k]); any start that can learn passes.

    >>> check_init(solution_init).verdict, check_init(lambda d, k, seed: None).verdict
    ('correct', 'not attempted')
    """
    if not_given(init):
        return not_attempted(_NAME, "fill in the dots in the cell above, then check again.")
    if not callable(init):
        return _not_yet(no_function(init))
    found = []
    for seed in (0, 0, 1):
        try:
            with _other_draws(len(found)):
                start = init(D, K, seed)
        except Exception as error:
            if still_dots(error):
                return not_attempted(_NAME, "there are still dots in your function.")
            return _not_yet(f"for d = {D}, k = {K} {explained(error, init)}")
        if not_given(start):
            return not_attempted(_NAME, "your function returns nothing yet.")
        if not isinstance(start, tuple | list) or len(start) != 3:
            came = len(start) if isinstance(start, tuple | list) else describe(start)
            return _not_yet(f"three results are wanted, (w0, w, V); your function returned {came}.")
        if any(part is Ellipsis for part in start):
            return not_attempted(_NAME, "there are still dots among what your function returns.")
        found.append(start)
    return _judged(*found)


@contextlib.contextmanager
def _other_draws(number: int) -> Iterator[None]:
    """The common generators in a state of their own, so that an init that does not use its seed
    shows itself; put back afterwards."""
    of_numpy, of_torch = np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
    np.random.seed(100 + number)  # noqa: NPY002
    torch.manual_seed(100 + number)
    try:
        yield
    finally:
        np.random.set_state(of_numpy)  # noqa: NPY002
        torch.set_rng_state(of_torch)


def _judged(first: Any, again: Any, other: Any) -> Feedback:
    w0, w, V = as_number(first[0]), _array(first[1]), _array(first[2])
    if w0 is None or w is None or V is None:
        return _not_yet("w0 must be one number, w and V arrays of numbers.")
    for problem in (_of_shapes(w, V), _of_w(w), _of_V(V)):
        if problem:
            return _not_yet(problem)
    if not abs(w0) <= _LARGEST_W0:
        return _not_yet(
            f"w0 is {w0:.3g}: every score starts there, and the first steps only bring it back. "
            "Wanted is a finite number near 0, or the score of the base rate."
        )
    if not np.array_equal(V, _array(again[2])):
        return _not_yet(
            "two calls with seed 0 give two different V. Draw from a generator made with the "
            "seed: rng = np.random.default_rng(seed)."
        )
    if np.array_equal(V, _array(other[2])):
        return _not_yet(
            "seed 0 and seed 1 give the same V. Give your generator the argument seed, not a "
            "number of its own."
        )
    return Feedback(
        _NAME, "correct",
        f"w says nothing, V has a spread of {V.std():.3f}, its factors differ, and the seed "
        "decides. Scores start near w0, and each factor can go its own way.",
    )  # fmt: skip


def _of_shapes(w: np.ndarray, V: np.ndarray) -> str:
    if V.shape == (K, D):
        return f"V has shape {[K, D]}: one row for each factor. Wanted is {[D, K]}, a row v_i " + (
            "for each feature."
        )
    if w.shape not in ((D,), (D, 1)) or V.shape != (D, K):
        return (
            f"for d = {D}, k = {K} w has shape {list(w.shape)} and V {list(V.shape)}; wanted "
            f"{[D]} and {[D, K]}."
        )
    if not (np.isfinite(w).all() and np.isfinite(V).all()):
        return "w or V holds NaN or infinity. np.empty gives whatever stood there: use np.zeros."
    return ""


def _of_w(w: np.ndarray) -> str:
    if np.abs(w).max() <= _QUIET_W or (w.std() <= _QUIET_W and abs(w.mean()) <= _QUIET_W):
        return ""
    if w.std() < 1e-9:
        return (
            f"every w_i is {w.flat[0]:g}. A row with m features then starts with {w.flat[0]:g}·m "
            "in its score. Start w at 0, and leave the base rate to w0."
        )
    return (
        f"w has a spread of {w.std():.2f}. A rare feature keeps this noise, because few rows "
        "correct it. Start w at 0."
    )


def _of_V(V: np.ndarray) -> str:
    if not V.any():
        return (
            "V is 0 everywhere. The gradient of v_il is x_i times the sum of the other v_jl x_j, "
            "so it is 0 too: V never moves."
        )
    if V.std() < 1e-12:
        return (
            f"every v_il is {V.flat[0]:g}. All k factors then get the same gradient and stay "
            "copies of one another. Draw them at random."
        )
    if np.allclose(V, V[:, :1]):
        return (
            "the k factors of a feature are equal. They get equal gradients and stay copies: your "
            f"k = {K} works like k = 1. Draw d·k numbers."
        )
    if np.allclose(V, V[:1]):
        return (
            "every feature has the same row in V. All gradients then point along that row, and the "
            "v_i stay its multiples. Draw d·k numbers, a row for each feature."
        )
    if not V.any(0).all():
        return (
            f"factors that start at 0 for every feature: {(~V.any(0)).sum()} of {K}. Such a factor "
            "has the gradient 0, and stays 0. Draw d·k numbers."
        )
    if np.linalg.matrix_rank(V) == 1:
        return (
            "the k factors are multiples of one another. Their gradients are so too, and they stay "
            f"multiples: k = {K} is worth no more than one factor. Draw d·k numbers."
        )
    if V.std() > 0.7:
        return (
            f"V has a spread of {V.std():.2f}. Every pair of features then starts with a random "
            "opinion of size √k. Make it about a hundred times smaller."
        )
    if V.std() > _LARGEST_V or abs(V.mean()) > _LARGEST_V:
        return (
            f"V has a mean of {V.mean():.2f} and a spread of {V.std():.2f}: still too much. Pair "
            "terms should be far smaller than 1 at the start; 0.01 is usual."
        )
    if V.std() < 1e-6:
        return (
            f"V has a spread of {V.std():.1g}, almost 0: its gradients are as small, and nothing "
            "moves for a long time. 0.01 is usual."
        )
    return ""


def _array(values: Any) -> np.ndarray | None:
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu()
    elif isinstance(values, list | tuple) and values and isinstance(values[0], torch.Tensor):
        values = torch.stack(list(values)).detach()
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        return None


def _not_yet(message: str) -> Feedback:
    return Feedback(_NAME, "not yet", message)


# -- slips -------------------------------------------------------------------------------------


def loud_w(d, k, seed):
    rng = np.random.default_rng(seed)
    return 0.0, rng.normal(size=d), rng.normal(0, 0.01, (d, k))


def ones(d, k, seed):
    return 0.0, np.ones(d), np.random.default_rng(seed).normal(0, 0.01, (d, k))


def zero_V(d, k, seed):
    return 0.0, np.zeros(d), np.zeros((d, k))


def constant_V(d, k, seed):
    return 0.0, np.zeros(d), np.full((d, k), 0.01)


def equal_factors(d, k, seed):
    return 0.0, np.zeros(d), np.random.default_rng(seed).normal(0, 0.01, (d, 1)).repeat(k, 1)


def equal_rows(d, k, seed):
    return 0.0, np.zeros(d), np.tile(np.random.default_rng(seed).normal(0, 0.01, k), (d, 1))


def one_factor_alone(d, k, seed):
    V = np.zeros((d, k))
    V[:, 0] = np.random.default_rng(seed).normal(0, 0.01, d)
    return 0.0, np.zeros(d), V


def multiples(d, k, seed):
    rng = np.random.default_rng(seed)
    return 0.0, np.zeros(d), np.outer(rng.normal(0, 0.01, d), rng.normal(size=k))


def far_bias(d, k, seed):
    return 100.0, np.zeros(d), np.random.default_rng(seed).normal(0, 0.01, (d, k))


def loud_V(d, k, seed):
    return 0.0, np.zeros(d), np.random.default_rng(seed).normal(size=(d, k))


def rather_loud_V(d, k, seed):
    return 0.0, np.zeros(d), np.random.default_rng(seed).random((d, k))


def tiny_V(d, k, seed):
    return 0.0, np.zeros(d), np.random.default_rng(seed).normal(0, 1e-8, (d, k))


def seed_ignored(d, k, seed):
    return 0.0, np.zeros(d), np.random.default_rng(0).normal(0, 0.01, (d, k))


def no_seed(d, k, seed):
    return 0.0, np.zeros(d), np.random.default_rng().normal(0, 0.01, (d, k))


def turned(d, k, seed):
    return 0.0, np.zeros(d), np.random.default_rng(seed).normal(0, 0.01, (k, d))


SLIPS = (
    Slip("w from N(0, 1)", loud_w, "few rows correct it. Start w at 0."),
    Slip("w all 1", ones, "leave the base rate to w0."),
    Slip("V zero", zero_V, "V is 0 everywhere."),
    Slip("V constant", constant_V, "All k factors then get the same gradient"),
    Slip("equal factors", equal_factors, "works like k = 1"),
    Slip("equal rows", equal_rows, "every feature has the same row in V"),
    Slip("one factor alone", one_factor_alone, "has the gradient 0, and stays 0"),
    Slip("multiples", multiples, "the k factors are multiples of one another"),
    Slip("bias far away", far_bias, "the first steps only bring it back"),
    Slip("V from N(0, 1)", loud_V, "random opinion of size √k"),
    Slip("V from 0 to 1", rather_loud_V, "still too much"),
    Slip("V almost zero", tiny_V, "almost 0: its gradients are as small"),
    Slip("seed ignored", seed_ignored, "seed 0 and seed 1 give the same V"),
    Slip("no seed", no_seed, "two calls with seed 0 give two different V"),
    Slip("V turned", turned, "one row for each factor"),
)

STUB = """
def init(d, k, seed):
    # Returns the start: w0 (a number), w [d], V [d, k]. The same seed gives the same start.
    return ...
"""

EXERCISE = Exercise(
    "6.11", "a quiet start", check_init,
    hints=(
        "What should an untrained model say about a row: nothing, or something at random? Which "
        "of the three parameters may be 0?",
        "w0 and w may be 0. V may not: at V = 0 its gradient is 0. It needs small random numbers, "
        "drawn from the seed, d·k of them.",
        "rng = np.random.default_rng(seed), then np.zeros(d) for w and rng.normal(0, 0.01, (d, k)) "
        "for V.",
    ),
    solution=solution_init, seconds=10.0, stub=STUB.strip("\n"), slips=SLIPS,
)  # fmt: skip
