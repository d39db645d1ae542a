"""The click table without a browser: its fits, its counts, its traits, its text and its picture."""

from __future__ import annotations

import json
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from fmteach.errors import InputError
from fmteach.exercises.why_interactions.crossing import linear_weights
from fmteach.live import click_table
from fmteach.live.clicktable import fits
from fmteach.live.clicktable.fits import fit_all, fit_fm, fit_linear, solve
from fmteach.live.clicktable.patterns import FILMS, PATTERNS, USERS, hide

RNG = np.random.default_rng(0)
TABLES = [hide(PATTERNS[name], hidden) for name in PATTERNS for hidden in (0, 9)] + [
    RNG.integers(-1, 2, shape).tolist() for shape in ((1, 1), (2, 8), (6, 3), (6, 8))
]


def dense(clicks):
    """The shown cells as one-hot rows, with a column of ones; their clicks; their places."""
    rows, columns = len(clicks), len(clicks[0])
    shown = [(u, f) for u in range(rows) for f in range(columns) if clicks[u][f]]
    x = np.zeros((len(shown), 1 + rows + columns))
    for n, (u, f) in enumerate(shown):
        x[n, [0, 1 + u, 1 + rows + f]] = 1
    return x, np.array([clicks[u][f] for u, f in shown], float), shown


# -- the fits ----------------------------------------------------------------------------------


@pytest.mark.parametrize("clicks", TABLES)
def test_the_linear_fit_is_ridge_regression(clicks) -> None:
    x, y, _ = dense(clicks)
    fit = fit_linear(clicks)
    w = np.array([fit.w0, *fit.rows, *fit.columns])
    slope = x.T @ (x @ w - y) + fits.L2 * w * (np.arange(len(w)) > 0)
    assert abs(slope).max() < 1e-6
    assert not np.any(fit.pair)


@pytest.mark.parametrize("clicks", TABLES)
def test_poly2_is_the_joint_optimum_and_empty_where_nothing_was_shown(clicks) -> None:
    linear, poly2 = fit_all(clicks, 1)["linear"], fit_all(clicks, 1)["poly-2"]
    pair, scores = np.array(poly2.pair), np.array(poly2.scores)
    shown = np.array(clicks) != 0
    assert not pair[~shown].any()
    assert (scores[~shown] == np.array(linear.scores)[~shown]).all()
    # the slope of the squared loss with L2_PAIR, in every pair weight, and in w with its own L2
    rest = np.array(clicks) - scores
    assert abs(rest - fits.L2_PAIR * pair)[shown].max(initial=0) < 1e-9
    mine = fits.L2 * fits.L2_PAIR / (1 + fits.L2_PAIR)
    slope = (rest * shown).sum(1) - mine * np.array(poly2.rows)
    assert abs(slope).max() < 1e-6


def loss(clicks, fit_of):
    w0, a, b = fit_of
    score = w0 + a[:, :1] + b[:, :1].T + a[:, 1:] @ b[:, 1:].T
    table = np.array(clicks)
    weights = fits.L2 * ((a[:, 0] ** 2).sum() + (b[:, 0] ** 2).sum())
    factors = fits.L2_FACTORS * ((a[:, 1:] ** 2).sum() + (b[:, 1:] ** 2).sum())
    return (((table - score) * (table != 0)) ** 2).sum() + weights + factors


@pytest.mark.parametrize("name", ["taste groups", "additive taste", "random"])
@pytest.mark.parametrize("k", [1, 3])
def test_no_small_step_makes_the_fm_better(name, k, monkeypatch) -> None:
    clicks, kept = hide(PATTERNS[name], 6), []
    real = fits._loss
    monkeypatch.setattr(
        fits, "_loss",
        lambda c, w0, a, b, k: (
            kept.append((w0, np.array(a), np.array(b))), real(c, w0, a, b, k)
        )[1],
    )  # fmt: skip
    fit = fit_fm(clicks, k, fit_linear(clicks))
    scores = [w0 + a[:, :1] + b[:, :1].T + a[:, 1:] @ b[:, 1:].T for w0, a, b in kept]
    best = min(range(len(kept)), key=lambda n: abs(scores[n] - np.array(fit.scores)).max())
    assert abs(scores[best] - np.array(fit.scores)).max() < 1e-12
    least = loss(clicks, kept[best])
    assert least <= min(loss(clicks, one) for one in kept) + 1e-5
    rng = np.random.default_rng(1)
    for _ in range(200):
        w0, a, b = kept[best]
        moved = (w0, a + 1e-2 * rng.normal(size=a.shape), b + 1e-2 * rng.normal(size=b.shape))
        assert loss(clicks, moved) > least


def test_the_same_table_gives_the_same_numbers() -> None:
    clicks = hide(PATTERNS["random"], 6)
    assert fit_all(clicks, 3) == fit_all(clicks, 3)


def test_the_small_solver() -> None:
    rng = np.random.default_rng(2)
    for size in (1, 2, 5, 12):
        half = rng.normal(size=(size, size))
        matrix, right = half @ half.T + np.eye(size), rng.normal(size=size)
        wanted = np.linalg.solve(matrix, right)
        assert solve(matrix.tolist(), right.tolist()) == pytest.approx(wanted.tolist())


@pytest.mark.skipif(shutil.which("node") is None, reason="no node on this machine")
def test_the_page_fits_the_same_numbers_to_the_last_bit(tmp_path: Path) -> None:
    asked = [(clicks, 1 + n % 3) for n, clicks in enumerate(TABLES)]
    asked += [([[y] * c] * r, 3) for y in (-1, 0, 1) for r, c in ((1, 1), (1, 8), (6, 1))]
    source = Path(fits.__file__).with_name("fits.js").read_text("utf-8")
    script = tmp_path / "page.mjs"
    script.write_text(
        f"{source}\nconst asked = {json.dumps(asked)};\n"
        "const flat = (f) => [f.w0, f.rows, f.columns, f.pair, f.rowFactors, f.columnFactors];\n"
        "const all = asked.map(([t, k]) => Object.values(fitAll(t, k)).map(flat));\n"
        "console.log(JSON.stringify(all));",
        "utf-8",
    )
    done = subprocess.run(["node", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for (clicks, k), page in zip(asked, json.loads(done.stdout), strict=True):
        for fit, mine in zip(fit_all(clicks, k).values(), page, strict=True):
            wanted = [fit.w0, fit.rows, fit.columns, fit.pair, fit.row_factors, fit.column_factors]
            assert [part or [] for part in mine[1:]] == wanted[1:] and mine[0] == wanted[0]


# -- what it shows -----------------------------------------------------------------------------


def counts(table):
    return {name: (of.wrong, of.shown, of.right, of.hidden) for name, of in table.counts.items()}


def test_a_linear_score_cannot_follow_taste_groups_and_poly2_cannot_fill_them_in() -> None:
    whole = counts(click_table())
    assert whole == {"linear": (12, 30, 0, 0), "poly-2": (0, 30, 0, 0), "FM": (0, 30, 0, 0)}
    for k in (1, 2, 3):
        some = counts(click_table(hidden=8, k=k))
        assert some == {"linear": (6, 22, 1, 8), "poly-2": (0, 22, 1, 8), "FM": (0, 22, 8, 8)}


def test_additive_taste_needs_no_pair_and_one_odd_cell_is_given_up() -> None:
    assert counts(click_table(pattern="additive taste"))["linear"][0] == 0
    odd = click_table(pattern="one odd cell")
    assert {name: of[0] for name, of in counts(odd).items()} == {"linear": 1, "poly-2": 0, "FM": 0}
    assert odd.fits["linear"].score(USERS.index("Eva"), FILMS.index("Ghost")) < -0.1


def test_no_linear_score_at_all_can_follow_the_odd_cell() -> None:
    lost = {name for name, clicks in PATTERNS.items() if linear_weights(clicks) is None}
    assert lost == {"taste groups", "one odd cell", "random"}
    clicks = dict(zip(USERS, PATTERNS["one odd cell"], strict=True))
    alien, ghost = FILMS.index("Alien"), FILMS.index("Ghost")
    assert (clicks["Eva"][ghost], clicks["Eva"][alien]) == (1, -1)  # what the notebook says
    assert (clicks["Cem"][ghost], clicks["Cem"][alien]) == (-1, 1)


def test_the_factors_are_those_of_the_pair_term_and_tell_the_groups() -> None:
    for table in (click_table(hidden=8), click_table(pattern="random", k=3)):
        fit = table.fits["FM"]
        product = np.array(fit.row_factors) @ np.array(fit.column_factors).T
        assert product.tolist() == [pytest.approx(row) for row in fit.pair]
        assert table.fits["linear"].row_factors == table.fits["poly-2"].column_factors == []
    fit = click_table(hidden=8).fits["FM"]
    users, films = ([np.sign(v[0]) for v in of] for of in (fit.row_factors, fit.column_factors))
    assert users == [-1, -1, -1, 1, 1] and films == [-1, -1, -1, 1, 1, 1]
    new = click_table(hidden=8)
    for film in FILMS:
        new.set("Ana", film, 0)
    fit = new.fits["FM"]
    assert fit.row_factors[0] == [0.0] and fit.rows[0] == 0.0  # a new user: nothing moves them


def test_where_there_is_no_pattern_the_fm_memorises() -> None:
    table = click_table(k=3)
    table.show("random").hide(6)
    assert counts(table)["FM"] == (0, 24, 2, 6)


def test_a_new_user_has_no_factors() -> None:
    table = click_table()
    for film in FILMS:
        table.set("Ana", film, 0)
    for fit in table.fits.values():
        assert fit.rows[0] == 0 and not any(fit.pair[0])


def test_the_sums_over_a_square_are_equal_whatever_the_clicks() -> None:
    for clicks in TABLES:
        s = np.array(fit_linear(clicks).scores)
        assert abs(s[0, 0] + s[-1, -1] - s[0, -1] - s[-1, 0]) < 1e-9


# -- the widget --------------------------------------------------------------------------------


def test_cells_are_set_by_name_hidden_and_brought_back() -> None:
    table = click_table(hidden=2)
    start = [list(row) for row in table.clicks]
    table.set("Dina", "Dune", 1)
    assert table.clicks[3][1] == 1
    table.hide(3)
    assert sum(row.count(0) for row in table.clicks) == 5
    table.k = 3
    table.show("random", hidden=4)
    assert table.pattern == "random" and table.truth == PATTERNS["random"]
    assert table.reset().clicks == start
    assert (table.k, table.pattern) == (1, "taste groups")
    assert click_table(hidden=99).clicks == [[0] * 6] * 5


def test_own_tables_have_their_names() -> None:
    table = click_table(np.array([[1, -1, 0], [-1, 1, 1]]), columns=("phone", "desk", "watch"))
    assert (table.rows, table.columns) == (("Ana", "Ben"), ("phone", "desk", "watch"))
    assert table.counts["FM"].hidden == 0  # nobody knows what the empty cell would have held
    assert click_table([[1] * 8] * 6).rows[-1] == "row 6"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"clicks": [[1, 2]]}, "a cell holds 1"),
        ({"clicks": [[1, 0.5]]}, "a cell holds 1"),
        ({"clicks": [[1, 0], [1]]}, "2 rows of 2 numbers"),
        ({"clicks": [["a", "b"]]}, "rows of 1, -1 and 0"),
        ({"clicks": 3}, "must be a table"),
        ({"clicks": [[1]] * 7}, "7 rows; the table takes 1 to 6"),
        ({"clicks": [[1, 1]], "columns": ("a", "a")}, "2 different names"),
        ({"rows": ("a",)}, "without a table"),
        ({"pattern": "stripes"}, "not one of taste groups"),
        ({"k": 4}, "at most 3"),
        ({"hidden": -1}, "hidden"),
        ({"fields": ("ad",)}, "2 texts"),
        ({"fields": ("", "film")}, "1 to 24 letters"),
        ({"clicks": [[float("inf")]]}, "rows of 1, -1 and 0"),
        ({"clicks": [[1, 1]], "columns": (1, "1")}, "2 different names"),
        ({"clicks": [[1, 1]], "columns": "ab"}, "2 texts; got 'ab'"),
    ],
)
def test_wrong_arguments_are_explained(arguments, says) -> None:
    with pytest.raises(InputError, match=says):
        click_table(**arguments)


def test_bad_values_of_traits_change_nothing() -> None:
    table = click_table()
    wrong = (
        ("clicks", ([[5] * 6] * 5, [[1]], None, "abc", 3, [[float("nan")] * 6] * 5)),
        ("k", (9, None, "2", 1.5, True)),
        ("pattern", ("x", None, [])),
    )
    for name, bad in ((name, bad) for name, values in wrong for bad in values):
        before = getattr(table, name)
        with pytest.raises(InputError):
            setattr(table, name, bad)
        assert getattr(table, name) == before
    table.clicks, table.k = np.ones((5, 6)), np.int64(2)  # what fits is made plain
    assert table.clicks == [[1] * 6] * 5 and type(table.clicks[0][0]) is type(table.k) is int
    with pytest.raises(InputError, match="rows of 1, -1 and 0"):
        table.set("Ana", "Dune", "x")
    with pytest.raises(InputError, match="there are Ana, Ben"):
        table.set("Zoe", "Dune", 1)


def test_text_and_picture_hold_every_cell() -> None:
    table = click_table(hidden=8)
    lines = table.text().splitlines()
    assert len(lines) == 1 + 30 + 1 + 3 + 1 + 2
    assert lines[1].split() == ["Ana", "Alien", "never", "shown", "−0.12", "−0.12", "+0.94"]
    assert lines[-4] == "FM, k = 1: wrong on 0 of 22 shown cells; right on 8 of 8 hidden cells."
    assert lines[-2].startswith("v of each user: Ana (−0.945), Ben (−0.900)")
    assert lines[-1].startswith("v of each film: Alien (−0.929), Dune (−0.930)")
    picture = ET.fromstring(table.to_svg())
    assert picture.get("aria-label")
    assert len(picture.findall(".//{*}path")) == 1 + 4 * 30
    assert len(table.to_svg()) < 14_000  # a saved notebook carries it
    data = table._repr_mimebundle_()[0]
    assert data["text/plain"] == table.text() and data["image/svg+xml"] == table.to_svg()


def test_the_state_is_small() -> None:
    state = click_table().get_state()
    own = {key: value for key, value in state.items() if key not in ("_esm", "_css")}
    assert len(json.dumps(own)) < 3_000
    assert len(state["_esm"]) < 22_000 and "https:" not in state["_esm"].replace("://www.w3", "")
