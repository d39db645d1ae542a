"""The click table as a learner uses it, without a kernel: the page fits what Python fits."""

from __future__ import annotations

import random
from typing import Any

import pytest

from fmteach.live.clicktable import click_table
from fmteach.live.clicktable.fits import fit_all
from fmteach.live.clicktable.patterns import PATTERNS, hide

from .paper import Paper


def cell(page: Any, row: str, column: str) -> Any:
    return page.locator(f".fmct-click[aria-label^='{row}, {column}:']")


def state(page: Any, row: str, column: str) -> str:
    return cell(page, row, column).get_attribute("aria-label").split(": ")[1]


def test_the_page_and_python_fit_the_same_numbers(paper: Paper) -> None:
    draw = random.Random(4)
    tables = [hide(PATTERNS[name], hidden) for name in PATTERNS for hidden in (0, 7)]
    for rows, columns in ((1, 1), (2, 8), (6, 3), (6, 8), (5, 6)):
        tables.append([[draw.choice((-1, 0, 1)) for _ in range(columns)] for _ in range(rows)])
    for clicks in tables:
        paper.show(click_table(clicks))
        for k in (1, 3):
            paper.set(k=k)
            shown = paper.evaluate("() => document.querySelector('.fmct').fits")
            for name, fit in fit_all(clicks, k).items():
                mine = shown[name]
                assert mine["w0"] == pytest.approx(fit.w0, abs=1e-9)
                assert mine["rows"] == pytest.approx(fit.rows, abs=1e-9)
                assert mine["columns"] == pytest.approx(fit.columns, abs=1e-9)
                for row, wanted in zip(mine["pair"], fit.pair, strict=True):
                    assert row == pytest.approx(wanted, abs=1e-9)
                factors = mine.get("rowFactors", []) + mine.get("columnFactors", [])
                for v, wanted in zip(factors, fit.row_factors + fit.column_factors, strict=True):
                    assert v == pytest.approx(wanted, abs=1e-9)


def test_clicks_turn_cells_and_the_models_answer_without_a_kernel(paper: Paper) -> None:
    paper.show(click_table())
    assert "wrong on 12 of 30" in paper.locator(".fmct-wrong").first.inner_text()
    for wanted in ("never shown", "clicked", "not clicked"):
        cell(paper, "Ana", "Emma").click()  # first hidden, then turned over, then as it was
        assert state(paper, "Ana", "Emma") == wanted
    cell(paper, "Ana", "Emma").click()
    linear, poly2, fm = (paper.locator(".fmct-cell").nth(n) for n in (3, 33, 63))  # Ana and Emma
    assert poly2.locator(".fmct-value").inner_text() == linear.locator(".fmct-value").inner_text()
    assert "no weight of its own, wrong" in poly2.inner_text()
    assert "never shown, right" in fm.inner_text() and "−" in fm.inner_text()
    assert paper.locator(".fmct-sums .own").all_inner_texts()[:2] == ["none", "0"]
    said = paper.locator(".fmct-status").inner_text()
    assert said.startswith("Ana × Emma is never shown now.") and "FM 1, of 1." in said


def test_everything_from_the_keyboard(paper: Paper) -> None:
    paper.show(click_table(hidden=8))
    paper.locator(".fmct-click[tabindex='0']").focus()
    assert paper.locator(".fmct-click[tabindex='0']").count() == 1
    paper.press("ArrowDown", "ArrowRight", "ArrowRight")
    assert state(paper, "Ben", "Tron") == "clicked"
    paper.press(" ")
    assert state(paper, "Ben", "Tron") == "never shown"
    paper.press("Enter")
    assert state(paper, "Ben", "Tron") == "not clicked"
    paper.press("+")
    assert state(paper, "Ben", "Tron") == "clicked"
    paper.press("Home", "ArrowUp", "ArrowUp", "Delete")
    assert state(paper, "Ana", "Alien") == "never shown"
    paper.press("-")
    assert state(paper, "Ana", "Alien") == "not clicked"
    menu = paper.get_by_label("Pattern")
    menu.select_option("random")
    paper.get_by_role("button", name="Hide 6 cells").press("Enter")
    assert paper.state("clicks") == hide(PATTERNS["random"], 6)
    paper.get_by_role("button", name="Reset").press("Enter")
    assert paper.state("clicks") == hide(PATTERNS["taste groups"], 8)
    assert menu.input_value() == "taste groups"


def test_the_table_below_has_the_same_numbers_as_the_text(paper: Paper) -> None:
    table = click_table(hidden=8, k=2)
    paper.show(table)
    paper.locator(".fmct-twin summary").click()
    shown = [
        " ".join(row.locator("td").all_inner_texts())
        for row in paper.locator(".fmct-twin tr").all()[1:]
    ]
    lines = table.text().splitlines()
    assert shown == [" ".join(line.split()) for line in lines[1:31]]
    assert paper.locator(".fmct-twin p").all_inner_texts() == lines[-2:]


def test_the_pair_term_of_the_fm_is_worked_out(paper: Paper) -> None:
    paper.show(click_table(hidden=8))
    cell(paper, "Ana", "Emma").hover()
    said = paper.locator(".fmct-product").inner_text()
    assert said == "FM: ⟨vAna, vEmma⟩ = (−0.945) · 0.906 = −0.86"
    assert paper.locator(".fmct-sums .own").all_inner_texts() == ["none", "0", "−0.86"]
    assert state(paper, "Ana", "Emma") == "never shown"  # pointing changes nothing
    paper.get_by_label("FM's k").select_option("2")
    assert paper.locator(".fmct-product").inner_text().count("·") == 2
