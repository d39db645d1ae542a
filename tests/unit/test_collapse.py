"""The row that collapses: its numbers are those of the package, and its costs are exact."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import torch

from fmteach.errors import InputError
from fmteach.interaction import FORMS, multiplications, pairwise_naive, pairwise_sparse
from fmteach.live import collapse
from fmteach.live.sparse import costs as costs_module
from fmteach.live.sparse.costs import costs, in_bytes

SIZES = [(100, 1, 1), (100, 100, 3), (1_000, 7, 4), (1_000_000, 39, 16), (10_000_000, 100, 64)]


@pytest.mark.parametrize(("d", "m", "k"), SIZES)
def test_ids_are_m_different_columns_in_rising_order(d: int, m: int, k: int) -> None:
    row = collapse(d, m, k)
    assert len(set(row.ids)) == m == len(row.values)
    assert row.ids == sorted(row.ids) and 0 <= row.ids[0] and row.ids[-1] < d
    assert row.rows.shape == (m, k)


@pytest.mark.parametrize(("d", "m", "k"), SIZES[:4])
def test_the_term_is_the_definition_on_the_numbers_shown(d: int, m: int, k: int) -> None:
    row = collapse(d, m, k)
    assert row.value == pytest.approx(pairwise_naive(row.values, row.rows.tolist()), abs=1e-9)
    V = torch.tensor(row.rows)
    again = pairwise_sparse(torch.arange(m)[None], torch.tensor([row.values]).double(), V)
    assert float(again) == pytest.approx(row.value, abs=1e-9)


def test_values_other_than_1_are_among_them() -> None:
    assert {0.5, 1.0, 2.0} <= set(collapse(m=10).values)


@pytest.mark.parametrize(("d", "m", "k"), SIZES)
def test_multiplications_are_those_of_the_package(d: int, m: int, k: int) -> None:
    naive, dense, sparse = (cost.multiplications for cost in costs(d, m, k))
    assert "naive" in FORMS and naive == multiplications("naive", d, k)
    assert dense == multiplications("reformulated", d, k)
    assert sparse == multiplications("sparse", d, k, m)


def test_bytes_are_those_of_real_tensors() -> None:
    d, m, k = 1_000, 7, 4
    x, V = torch.rand(d), torch.rand(d, k)
    ids, values = torch.arange(m), torch.rand(m)
    _, dense, sparse = costs(d, m, k)
    assert (dense.x, dense.V, dense.z) == (x.nbytes, V.nbytes, (x[:, None] * V).nbytes)
    assert sparse.x == ids.nbytes + values.nbytes
    assert (sparse.V, sparse.z) == (V[ids].nbytes, (values[:, None] * V[ids]).nbytes)


def test_only_the_sparse_form_does_not_move_with_d() -> None:
    small, large = costs(1_000, 10, 8), costs(1_000_000, 10, 8)
    grown = [b.multiplications / a.multiplications for a, b in zip(small, large, strict=True)]
    assert grown == [pytest.approx(1e6, rel=2e-3), pytest.approx(1e3, rel=2e-3), 1.0]
    assert small[2].bytes == large[2].bytes


def test_the_table_in_words_says_what_the_picture_shows() -> None:
    row = collapse(d=1_000_000, m=39, k=16)
    text = row.text()
    for wanted in ("d = 1,000,000", "m = 39", "and 27 more", "8,999,991,000,000",
        "32,000,017", "1,265", "Stage 1 of 4"):  # fmt: skip
        assert wanted in text
    row.step()
    assert "Stage 2 of 4: The zeros vanish" in row.text()


def test_stages_stop_at_both_ends_and_reset_goes_back() -> None:
    row = collapse(1_000, 5, 4)
    row.back()
    assert row.stage == 1
    for _ in range(6):
        row.step()
    assert row.stage == 4
    row.d, row.m, row.k = 500, 3, 2
    row.reset()
    assert (row.d, row.m, row.k, row.stage) == (1_000, 5, 4, 1)


@pytest.mark.parametrize(
    ("sizes", "said"),
    [({"d": 99}, "100 or more"), ({"m": 101}, "at most 100"),
     ({"k": 0}, "at most 64"), ({"d": 1.5e5 + 0.5}, "whole number")],
)  # fmt: skip
def test_sizes_outside_the_picture_are_refused(sizes: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        collapse(**sizes)


def test_a_refused_size_leaves_the_last_good_one() -> None:
    row = collapse(m=5)
    for name, wrong in (("m", 0), ("d", None), ("k", "8"), ("k", True), ("stage", 5), ("d", 200.5)):
        before = getattr(row, name)
        with pytest.raises(InputError, match=f"{name} must be a whole number"):
            setattr(row, name, wrong)
        assert getattr(row, name) == before
    row.d = 2e6
    assert row.d == 2_000_000 and type(row.d) is int


@pytest.mark.parametrize(
    ("count", "said"),
    [(999, "999 bytes"), (1_000, "1.00 kB"), (1_125, "1.13 kB"), (99_950, "100.0 kB"),
     (123_456_789, "123 MB"), (5_160_000_000, "5.16 GB")],
)  # fmt: skip
def test_bytes_in_words(count: int, said: str) -> None:
    assert in_bytes(count) == said


def test_a_page_without_widgets_shows_text_and_a_picture() -> None:
    data, _ = collapse()._repr_mimebundle_()
    assert data["text/plain"].startswith("One row: d = 1,000,000")
    assert data["image/svg+xml"].startswith("<svg") and "aria-label" in data["image/svg+xml"]
    assert len(json.dumps(data)) < 10_000


@pytest.mark.skipif(shutil.which("node") is None, reason="no node on this machine")
def test_the_page_computes_the_same_table(tmp_path: Path) -> None:
    # The browser test compares them too; this one takes every corner of the sizes.
    source = (Path(costs_module.__file__).parent / "collapse.js").read_text("utf-8")
    corners = [*SIZES, (5_000, 13, 5), (200_000, 6, 2)]
    calls = "".join(f"show(inWords({d}, {m}, {k}, {1 + n % 4}));" for n, (d, m, k) in
                    enumerate(corners))  # fmt: skip
    script = tmp_path / "page.mjs"
    out = "const out = []; const show = (t) => out.push(t);"
    script.write_text(f"{source}\n{out}{calls}\nconsole.log(JSON.stringify(out));", "utf-8")
    done = subprocess.run(["node", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for n, ((d, m, k), shown) in enumerate(zip(corners, json.loads(done.stdout), strict=True)):
        row = collapse(d, m, k)
        row.stage = 1 + n % 4
        assert shown == row.text()
