"""The plane of arrows without a browser: what Python sees, sets, and says in words."""

from __future__ import annotations

import itertools
import json
import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from fmteach import interaction
from fmteach.errors import InputError
from fmteach.live import vectors
from fmteach.live.vectors import words
from fmteach.live.vectors.patterns import camps, read_pattern, targets_of

V3 = [[1.0, 0.0], [0.5, 1.0], [-1.0, 0.5]]


def test_the_first_plane_already_shows_something() -> None:
    plane = vectors()
    assert plane.names[:2] == ("Ann", "Alien") and len(plane.V) == 4 and plane.x == [1.0] * 4
    assert plane.pair_term == pytest.approx(interaction.pairwise_naive(plane.x, plane.V))
    assert {words.sign(v) for row in plane.products for v in row} >= {"+", "-"}


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("d", [2, 3, 6])
def test_square_and_sum_are_those_of_the_definition(d: int, k: int) -> None:
    rng = np.random.default_rng(d * 10 + k)
    V, x = rng.uniform(-1.3, 1.3, (d, k)), rng.uniform(-2, 2, d)
    plane = vectors(V, x)
    assert np.allclose(plane.V, V) and plane.k == k
    z = V * x[:, None]
    assert np.allclose(plane.products, z @ z.T)
    assert plane.pair_term == pytest.approx(float(interaction.pairwise_naive(x, V)))


def test_an_absent_feature_has_no_pair() -> None:
    plane = vectors(V3)
    plane.x = [1, 0, 1]
    square = np.array(plane.products)
    assert not square[1].any() and not square[:, 1].any()
    assert plane.pair_term == -1.0


def test_the_first_pair_shown_is_one_that_is_in_the_row() -> None:
    assert vectors(V3, [1, 0, 1]).chosen == [0, 2]
    assert vectors(V3, [0, 0, 1]).chosen == [0, 1]


def test_python_sets_the_arrows_and_k_follows() -> None:
    plane = vectors(V3)
    plane.V = [[0.5], [-0.5], [1.0]]
    assert plane.k == 1 and plane.V == [[0.5], [-0.5], [1.0]]
    plane.k = 2
    assert plane.V == [[0.5, 0.0], [-0.5, 0.0], [1.0, 0.0]]
    plane.V = np.array(V3)
    plane.k = 1  # the second numbers are out of use, not lost
    assert plane.V == [[1.0], [0.5], [-1.0]] and plane.pair_term == -1.0
    plane.k = 2
    assert plane.V == V3
    plane.x, plane.chosen, plane.target = [0, 1, 2], [1, 2], "two camps"
    plane.reset()
    assert (plane.V, plane.x, plane.chosen, plane.target) == (V3, [1.0] * 3, [0, 1], "")


def test_turning_all_arrows_stays_inside_and_changes_no_product() -> None:
    plane = vectors([[2.0, 0.0], [1.2, -1.6], [0.3, 0.4]])
    before = np.array(plane.products)
    for degrees in range(0, 360, 7):
        a = math.radians(degrees)
        turn = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])
        plane.V = np.array(plane.V) @ turn.T
        assert np.allclose(plane.products, before)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"V": [[1, 2, 3]] * 3}, r"\[3, 1\] or \[3, 2\].*got \[3, 3\]"),
        ({"V": [[2, 2]] * 3}, "at most 2 long; got the row"),
        ({"V": [[float("nan"), 0]] * 3}, "finite"),
        ({"V": [[1, 0]]}, "2 to 6 features; got 1"),
        ({"V": [[1, 0]] * 7}, "2 to 6 features; got 7"),
        ({"V": [["a", 0]] * 3}, "3 rows of 1 or 2 numbers"),
        ({"V": V3, "x": [1, 1]}, "x must be 3 numbers"),
        ({"V": V3, "x": [1, 1, 99]}, "from -5 to 5"),
        ({"V": V3, "x": [1, 1, True]}, "finite number"),
        ({"V": V3, "names": ["a", "b"]}, "names must be 3 texts"),
        ({"V": V3, "names": ["a", "b", ""]}, "1 to 24 letters"),
        ({"V": 5}, "an entry for each feature"),
        ({"V": V3, "challenge": [1, 2, 3]}, "3 rows of 3 signs"),
        ({"V": V3, "challenge": "five camps"}, "'two camps', 'three camps'"),
        ({"V": V3, "challenge": ["+-", "+-"]}, "3 rows of 3 signs"),
        ({"V": V3, "challenge": ["0+x", "00+", "000"]}, "'\\+', '-' or '0'"),
    ],
)
def test_what_cannot_be_drawn_is_told(wrong: dict, says: str) -> None:
    with pytest.raises(InputError, match=says):
        vectors(**wrong)


def test_traits_from_the_page_are_checked() -> None:
    plane = vectors(V3)
    for name, value in (
        ("tips", [[9, 9]] * 3), ("tips", [[1.0]] * 3), ("x", [1, 1]), ("chosen", [1, 0]),
        ("target", "nothing"), ("tips", None), ("tips", 3), ("x", None), ("x", 3), ("k", 3),
        ("k", "2"), ("k", True), ("chosen", None), ("chosen", [0, 1.5]), ("chosen", [[0], [1]]),
        ("target", None), ("target", []),
    ):  # fmt: skip
        before = getattr(plane, name)
        with pytest.raises(InputError):
            setattr(plane, name, value)
        assert getattr(plane, name) == before
    plane.x, plane.k, plane.chosen = np.ones(3), np.int64(1), np.array([1, 2])
    assert json.dumps([plane.x, plane.k, plane.chosen]) == "[[1.0, 1.0, 1.0], 1, [1, 2]]"


# ---- targets ------------------------------------------------------------------------------------


def reachable(pattern: list[str], k: int, tries: int = 4000) -> bool:
    """Is there a V with these signs? Directions only matter: tried at random."""
    d, rng = len(pattern), np.random.default_rng(0)
    wanted = {(i, j): pattern[i][j] for i, j in words.pairs(d)}
    if k == 1:
        tested = (np.array(signs)[:, None] for signs in itertools.product((-1.0, 1.0), repeat=d))
    else:
        angles = rng.uniform(0, 2 * np.pi, (tries, d))
        tested = np.stack([np.cos(angles), np.sin(angles)], -1)
    return any(
        all(words.sign(float(V[i] @ V[j])) == s for (i, j), s in wanted.items()) for V in tested
    )


@pytest.mark.parametrize("d", [3, 4, 5])
def test_k_factors_hold_k_plus_1_camps(d: int) -> None:
    for n in range(2, min(4, d) + 1):
        assert reachable(camps(d, n), 1) is (n <= 2)
        assert reachable(camps(d, n), 2) is (n <= 3)


def test_met_counts_signs() -> None:
    plane = vectors(V3, challenge="three camps")
    assert plane.met == (1, 3)  # +0.5, -1, 0: zero is no sign
    plane.V = [[1, 0], [-0.6, 1], [-0.6, -1]]
    assert plane.met == (3, 3)
    plane.x = [1, 1, 0]
    assert plane.met == (1, 3)
    assert vectors(V3).met is None


def test_own_targets() -> None:
    signs = [[0, 1, -1], [1, 0, -1], [-1, -1, 0]]
    assert read_pattern(signs, 3) == read_pattern(["0+−", "+.-", "--0"], 3) == ["0+-", "+0-", "--0"]
    plane = vectors(V3, challenge=np.array(signs))
    assert plane.target == "own signs" and plane.met == (2, 3)
    assert list(targets_of(2)) == ["two camps"]


# ---- words --------------------------------------------------------------------------------------


def test_the_twin_works_the_numbers_out() -> None:
    plane = vectors([[0.5, -1.0], [1.2, 0.3], [0, 0]], [1, 2, 0], ["Heat", "Alien", "Up"])
    said = plane.text()
    assert "⟨v₁, v₂⟩ x₁ x₂ = (0.5 · 1.2 + (−1.0) · 0.3) · 1 · 2 = +0.60  Heat × Alien" in said
    assert "Pair term: +0.60 0.00 0.00 = 0.60" in said
    assert "Chosen: Heat × Alien. Angle 77°: less than 90°, so +." in said
    plane.chosen = [0, 2]
    assert "no direction" in plane.text()
    plane.target = "two camps"
    assert (
        "✗ wanted −" in plane.text() and "Target (two camps): 1 of 3 signs are met." in plane.text()
    )


def test_rounded_numbers_are_marked() -> None:
    assert words.pair_line([[1 / 3], [0.5]], [1, 1], 1, 0, 1).endswith("≈ +0.17")
    # 0.125 is shown as 0.13, and 0.8 · 0.13 is not 0.10
    assert words.pair_line([[1.0], [0.8]], [0.125, 1], 1, 0, 1).endswith("· 0.13 · 1 ≈ +0.10")
    assert words.pair_line([[0.25], [1.0]], [2, 1], 1, 0, 1).endswith(
        "= (0.25 · 1.0) · 2 · 1 = +0.50"
    )
    assert words.geometry([1, 0], [0, 2], 2)[0] == "Angle 90°: a right angle, so 0."
    assert words.geometry([1.0], [-2.0], 1)[1] == "Lengths 1.00 and 2.00: −1.00 · 2.00 ≈ −2.00."


def test_other_forms_are_whole_and_small() -> None:
    plane = vectors(names=["a <b>", "c & d", "e", "f", "g", "h"], challenge="four camps")
    bundle, _ = plane._repr_mimebundle_()
    assert bundle["text/plain"] == plane.text()
    drawn = ET.fromstring(bundle["image/svg+xml"])
    assert "v₁ a <b>" in "".join(drawn.itertext()) and drawn.get("aria-label")
    plane.k = 1
    ET.fromstring(plane.to_svg())
    assert len(json.dumps(plane.get_state())) < 60_000
