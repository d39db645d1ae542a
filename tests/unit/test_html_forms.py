"""What is shown as HTML says everything in words: no mark and no tip of the mouse stands alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from fmteach.datasets.table import Table
from fmteach.doctor.check import FAIL, OK, WARN, Check
from fmteach.doctor.verdict import Report
from fmteach.exercises.asking import check, hint, progress


def test_the_marks_of_the_progress_have_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FMTEACH_PROGRESS", str(tmp_path / "progress.json"))
    check("3.2", 2.0, 1.0)
    hint("3.3")
    page = progress()._repr_html_()
    assert '<span role="img" aria-label="passed">✓</span> 3.2' in page
    assert "· 1 hint</span>" in page and "title=" not in page
    assert "(✓ passed, ◐ tried, ○ open)" in page


def test_a_table_says_which_cells_are_headings() -> None:
    page = Table(("film", "ratings"), (("Heat", 104),))._repr_html_()
    assert page.count('<th scope="col"') == 2


def test_the_doctor_says_each_status_in_a_word() -> None:
    checks = [Check("Python", OK, "3.12"), Check("GPU", WARN, "none"), Check("disk", FAIL, "full")]
    page = Report(checks).html()
    assert all(word in page for word in ("ok</span>", "look</span>", "wrong</span>"))
    assert page.count('<th scope="col"') == 3 and page.count('<th scope="row"') == 3
