"""A learner's record survives what happens to files, and a teacher can read what was exported."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from fmteach import jsonfile
from fmteach.errors import DataFileError
from fmteach.exercises import record as kept
from fmteach.exercises.asking import check, hint, progress
from fmteach.exercises.catalogue import EXERCISES
from fmteach.exercises.gathering import gather
from fmteach.exercises.kd_trick.two_passes import solution_fm_fast
from fmteach.exercises.predictions import keep, keep_truth, predictions


@pytest.fixture(autouse=True)
def file(progress_file: Path) -> Path:
    return progress_file


def half(x, V):
    return 2 * solution_fm_fast(x, V)


GUESS = {"question": "?", "guess": "1", "made": "2026-01-01"}


@pytest.mark.parametrize(
    "content",
    [
        "[" * 100_000,
        '{"format": 1, "exercises": ' + '{"a":' * 100_000,
        json.dumps({"format": 1, "exercises": {"3.1": {"slips": [1, {}]}}}),
        json.dumps({"format": 1, "exercises": {}, "predictions": {"03-a": {}}}),
        json.dumps({"format": 1, "exercises": {}, "predictions": {"03-a": {**GUESS, "right": []}}}),
        json.dumps(
            {"format": 1, "exercises": {}, "predictions": {"03-a": {**GUESS, "right": "y"}}}
        ),
        '{"format": 1, "exercises": {"3.1": {"tries": 1e999}}}',
    ],
    ids=range(7),
)
def test_damage_of_every_kind_is_survived(file: Path, content: str) -> None:
    file.parent.mkdir()
    file.write_text(content)
    shown = progress()
    assert any("was damaged" in text for text in shown.messages)
    assert repr(shown) and shown._repr_html_() and shown.rows()
    assert repr(predictions()) and predictions()._repr_html_()
    assert check("3.1", solution_fm_fast).passed and progress().passed == 1


def test_a_record_with_more_in_it_is_exported(file: Path, tmp_path: Path) -> None:
    file.parent.mkdir()
    known = {"3.1": {"tries": 2, "later": 1}, "99.1": {"tries": 1}}
    file.write_text(json.dumps({"format": 1, "exercises": known, "predictions": {"²-a": GUESS}}))
    assert gather(progress().export(tmp_path / "me.csv")).table.rows[0][2] == 1


@pytest.mark.parametrize("place", ["{}", "/", ".", "~nobody-of-that-name/p.json"])
def test_a_place_that_is_none(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FMTEACH_PROGRESS", place.format(tmp_path))
    feedback = check("3.1", solution_fm_fast)
    assert feedback.passed and progress().passed == 1
    assert ("could not be kept" in feedback.message) == ("~" not in place)
    assert hint("3.1").title.startswith("Hint 1") and hint("3.1").title.startswith("Hint 2")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), NotImplementedError()])
def test_what_could_not_be_kept_is_kept_later(
    file: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check("3.1", half).verdict == "not yet"
    before = file.read_bytes()
    with monkeypatch.context() as full:

        def fails(*args, **named):
            raise error

        full.setattr(jsonfile, "write_whole", fails)
        assert "could not be kept" in check("3.1", half).message
        assert kept.entry("3.1")["tries"] == 2
        check("3.2", 5.0, 1.0)
        with pytest.raises(DataFileError, match="could not be forgotten"):
            progress().reset(sure=True)
        check("3.1", half)
        assert file.read_bytes() == before
    assert check("3.1", solution_fm_fast).passed
    assert progress().passed == 1, "what was kept in the kernel does not hide what came after"
    assert json.loads(file.read_text())["exercises"]["3.1"]["tries"] == 3


def test_a_spreadsheet_runs_nothing_and_reads_every_letter(tmp_path: Path) -> None:
    keep("03-a", '=HYPERLINK("x")', "+1 d²")
    keep_truth("03-a", "-2", "@said", None)
    check("3.1", half)
    path = progress().export(tmp_path / "me.CSV")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with open(path, encoding="utf-8-sig", newline="") as page:
        rows = list(csv.DictReader(page))
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert rows[-1]["title"] == '\'=HYPERLINK("x")' and rows[-1]["guess"] == "'+1 d²"


def test_a_table_that_a_spreadsheet_saved_again_is_read(tmp_path: Path) -> None:
    keep("03-a", 'two\nlines; and, a "quote" with d²', "1")
    check("3.1", half)
    text = progress().export(tmp_path / "me.csv").read_text(encoding="utf-8-sig")
    with open(tmp_path / "me.csv", encoding="utf-8-sig", newline="") as page:
        rows = list(csv.reader(page))
    for name, encoding, separator in (
        ("german.csv", "cp1252", ";"), ("tabs.csv", "utf-16", "\t"), ("bare.csv", "utf-8", ","),
    ):  # fmt: skip
        with open(tmp_path / name, "w", encoding=encoding, newline="", errors="replace") as page:
            csv.writer(page, delimiter=separator).writerows(rows)
        found = gather(tmp_path / name)
        assert found.learners == 1 and found.table.rows[0][:3] == ("3.1 fm_fast", 0, 1), name
    assert "two\nlines" in text


def test_a_learner_counts_once_and_folders_are_looked_into(tmp_path: Path) -> None:
    room = tmp_path / "class"
    for name in ("Ann", "Bob"):
        progress().reset(sure=True)
        check("3.1", half if name == "Ann" else solution_fm_fast)
        if name == "Bob":
            check("3.1", half)
        (room / name).mkdir(parents=True)
        progress().export(room / name / "me.csv")
    progress().export(room / "Bob" / "me (1).csv")
    progress().export(room / "me.JSON")
    (room / "deep.json").write_text("[" * 100_000)
    (room / "list.json").write_text('[["id"]]')
    (room / "slips.json").write_text(
        '[{"id": "3.1", "tries": 1, "hints": 0, "passed": 1, "slips": []}]'
    )
    found = gather(room)
    assert found.learners == 2, found
    assert found.table.rows[0][:3] == ("3.1 fm_fast", 1, 2)
    assert sorted(text.partition(" was left out ")[2] for text in found.unread) == [
        "(it is no export).", "(it is no export).", "(it is no export).",
        "(the same learner as me.JSON).", "(the same learner as me.JSON).",
    ]  # fmt: skip


def test_a_spreadsheet_may_turn_ids_into_numbers_and_dates(tmp_path: Path) -> None:
    check("6.1", half)
    path = progress().export(tmp_path / "me.csv")
    text = path.read_text("utf-8-sig").replace("\n6.10,", "\n6.1,").replace("\n3.1,", "\n03. Jan,")
    path.write_text(text, "utf-8")
    assert [row[0] for row in gather(path).table.rows] == [EXERCISES["6.1"].name]
    assert len({e.title for e in EXERCISES.values()}) == len(EXERCISES)
