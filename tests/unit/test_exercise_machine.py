"""check, hint, solution, progress: nothing that a learner does stops the notebook or is lost."""

from __future__ import annotations

import csv
import dataclasses
import importlib
import json
import pkgutil
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest
import right_answers

from fmteach.errors import DataFileError, InputError
from fmteach.exercises import asking, guard
from fmteach.exercises import record as kept
from fmteach.exercises.asking import check, hint, progress, solution
from fmteach.exercises.catalogue import CHAPTERS, EXERCISES
from fmteach.exercises.exercise import KINDS, Exercise
from fmteach.exercises.feedback import Feedback
from fmteach.exercises.gathering import gather
from fmteach.exercises.kd_trick.two_passes import solution_fm_fast
from fmteach.exercises.predictions import keep, keep_truth, predictions
from fmteach.exercises.slip import Slip, given

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture(autouse=True)
def file(progress_file: Path) -> Path:
    return progress_file


def wrong(x, V):
    return 0.0


# -- every exercise ----------------------------------------------------------------------------


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_an_exercise_is_whole(exercise: Exercise) -> None:
    assert exercise.chapter in CHAPTERS
    assert exercise.kind in KINDS
    assert bool(exercise.question) == (exercise.kind != "code")
    assert len(exercise.hints) == (0 if exercise.warm_up else 3)
    assert len(set(exercise.hints)) == len(exercise.hints)
    assert all(len(text) > 20 for text in exercise.hints)
    assert exercise.answer().strip()
    if callable(exercise.solution):
        assert exercise.answer().startswith("def ")
        assert check(exercise.id, exercise.solution).passed
        assert check(exercise.id, lambda *a, **k: ...).verdict == "not attempted"
    if exercise.kind != "code":
        assert check(exercise.id, ...).verdict == "not attempted"


def said_by(exercise: Exercise) -> list[str]:
    """What would give an exercise away: the lines of its solution, or the right answer."""
    if callable(exercise.solution):
        lines = [line.strip() for line in exercise.answer().splitlines()[1:]]
        return [line.removeprefix("return ") for line in lines if len(line) > 12]
    if exercise.kind == "choice":
        return [text for text in exercise.choices if check(exercise.id, text).passed]
    return []


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_the_first_two_hints_do_not_give_it_away(exercise: Exercise) -> None:
    for telling in said_by(exercise):
        assert not any(telling in text for text in exercise.hints[:2])
    numbers = re.findall(r"\d[\d,.]*\d|\d", " ".join(exercise.hints[:2]))
    if exercise.kind == "number":
        assert not any(check(exercise.id, float(n.replace(",", ""))).passed for n in numbers)


SLIPS = [
    pytest.param(exercise, slip, id=f"{exercise.id} {slip.name}")
    for exercise in EXERCISES.values()
    for slip in exercise.slips
]


def handed_in(exercise: Exercise, answer: object) -> Feedback:
    answer = given(answer)
    if isinstance(answer, dict):
        return check(exercise.id, **answer)
    return check(exercise.id, *(answer if isinstance(answer, tuple) else (answer,)))


@pytest.mark.parametrize("exercise, slip", SLIPS)
def test_each_slip_gets_its_own_message_and_no_other(exercise: Exercise, slip: Slip) -> None:
    feedback = handed_in(exercise, slip.answer)
    assert feedback.verdict == "not yet", feedback
    assert [s.name for s in exercise.slips if s.says in feedback.message] == [slip.name], feedback
    assert len(feedback.message.split()) < 90, "short enough to be read"


RIGHT = {
    id: answers
    for module in pkgutil.iter_modules(right_answers.__path__)
    for id, answers in importlib.import_module(f"right_answers.{module.name}").RIGHT.items()
}


@pytest.mark.parametrize(
    "id, answer",
    [
        pytest.param(id, answer, id=f"{id} {number}")
        for id, answers in RIGHT.items()
        for number, answer in enumerate(answers)
    ],
)
def test_correct_answers_of_all_kinds_pass(id: str, answer: object) -> None:
    feedback = handed_in(EXERCISES[id], answer)
    assert feedback.passed, feedback


# What is handed in here is a trained run: it is right by its scores and not by how it was written,
# and ten of them would differ in their settings alone.
RUNS = ("12.3", "13.2", "14.3", "14.4")


def test_ten_correct_answers_are_tried_for_each_exercise() -> None:
    chapters = {EXERCISES[id].chapter for id in RIGHT}
    asked = [e.id for e in EXERCISES.values() if e.chapter in chapters and not e.warm_up]
    wanted = {id: 3 if id in RUNS else 10 for id in asked}
    assert [id for id, least in wanted.items() if len(RIGHT.get(id, ())) < least] == []


def cells(chapter: int) -> str:
    pages = [nbformat.read(path, 4) for path in sorted(NOTEBOOKS.glob(f"{chapter:02}_*.ipynb"))]
    return "\n\n".join(cell["source"] for page in pages for cell in page.cells)


@pytest.mark.parametrize(
    "exercise", [e for e in EXERCISES.values() if e.stub or e.kind != "code"], ids=lambda e: e.id
)
def test_the_notebook_holds_the_stub_and_the_call(exercise: Exercise) -> None:
    page = cells(exercise.chapter)
    assert exercise.stub in page
    asked = re.search(rf'(check|ask)\([^)]*"{re.escape(exercise.id)}"', page)
    assert asked, f"the notebook does not check {exercise.id}"


# -- check -------------------------------------------------------------------------------------


def test_the_outcome_is_kept(file: Path) -> None:
    assert check("3.1", lambda x, V: ...).verdict == "not attempted"
    assert not file.exists()
    assert check("3.1", wrong).verdict == "not yet"
    assert progress().state(EXERCISES["3.1"]) == "tried"
    assert check("3.1", solution_fm_fast).passed
    first = kept.entry("3.1")["passed"]
    assert first
    assert check("3.1", wrong).verdict == "not yet"
    assert kept.entry("3.1") == {
        "tries": 3, "hints": 0, "solution": False, "passed": first, "slips": [],
        "first": kept.entry("3.1")["first"],
    }  # fmt: skip
    assert progress().passed == 1


def test_an_unknown_exercise_is_no_error() -> None:
    assert "Did you mean '3.1'" in check("3.11", wrong).message
    assert "exercises of chapter 3 are 3.1, 3.2" in check("3.11", wrong).message
    assert "exercises are 0.1" in check(None).message
    assert "no exercise" in hint("x").text and "no exercise" in solution("x").text


def test_an_id_without_quotation_marks_is_taken_where_it_is_clear() -> None:
    assert check(3.1, solution_fm_fast).passed
    for ask_for in (check, hint, solution):
        assert '"6.1" or "6.10"' in repr(ask_for(6.1))
    with pytest.raises(InputError, match="quotation marks"):
        asking.slips(6.10)


def test_a_wrong_number_of_answers_is_explained() -> None:
    feedback = check("3.2", 1.0, 2.0, 3.0)
    assert feedback.verdict == "not yet"
    assert "3 answers came" in feedback.message and 'check("3.2", ' in feedback.message


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    short = dataclasses.replace(EXERCISES["3.1"], seconds=0.4)
    monkeypatch.setattr(asking, "EXERCISES", {**EXERCISES, "3.1": short})


def endless(x, V):
    while True:
        pass


def endless_and_deaf(x, V):
    while True:
        try:
            time.sleep(0.01)
        except Exception:
            pass


def test_code_that_ends_python_ends_only_itself() -> None:
    feedback = check("3.1", lambda x, V: sys.exit(1))
    assert feedback.verdict == "not yet" and "End the function with return" in feedback.message


@pytest.mark.parametrize("function", [endless, endless_and_deaf])
def test_code_without_end_is_stopped(function, monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)
    feedback = check("3.1", function)
    assert feedback.verdict == "not yet"
    assert "stopped after 0.4 seconds" in feedback.message
    assert not [t for t in threading.enumerate() if t.name == "fmteach exercise" and t.is_alive()]


def test_an_interrupt_ends_the_code_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self, timeout=None):
        if not getattr(self, "was_interrupted", False):
            self.was_interrupted = True
            raise KeyboardInterrupt
        return join(self, timeout)

    join = threading.Thread.join
    monkeypatch.setattr(threading.Thread, "join", interrupted)
    with pytest.raises(KeyboardInterrupt):
        guard.in_time(lambda: endless(0, 0), 60)
    monkeypatch.undo()
    assert not [t for t in threading.enumerate() if t.name == "fmteach exercise" and t.is_alive()]


def test_what_the_code_raises_and_returns_comes_through() -> None:
    assert guard.in_time(lambda: "value", 5) == "value"
    with pytest.raises(ZeroDivisionError):
        guard.in_time(lambda: 1 / 0, 5)


# -- hints and solution ------------------------------------------------------------------------


def test_hints_come_one_after_another() -> None:
    texts = [hint("3.1").text for _ in range(3)]
    assert texts == list(EXERCISES["3.1"].hints)
    assert EXERCISES["3.1"].hints[2] in hint("3.1").text and "solution" in hint("3.1").text
    assert hint("3.1", 1).text == texts[0]
    assert kept.entry("3.1")["hints"] == 3
    assert "number is 1, 2 or 3" in hint("3.1", 4).text


def test_a_solution_asks_first() -> None:
    asked = solution("3.1")
    assert "def " not in asked.code and "3 hints left" in asked.text and "sure=True" in asked.text
    assert not kept.entry("3.1")["solution"]
    assert "def solution_fm_fast" in solution("3.1", sure=True).code
    assert kept.entry("3.1")["solution"]
    assert "def solution_fm_fast" in solution("3.1").code  # it has been seen
    check("3.2", 2, 1)
    assert solution("3.2").text.startswith("2 for the definition")


def test_hints_and_solutions_show_as_html_with_their_code_escaped() -> None:
    page = solution("7.3", sure=True)._repr_html_()
    assert "<pre" in page and "&gt;= patience" in page
    assert 'role="note"' in hint("3.1")._repr_html_()


def test_a_question_at_the_start_has_no_hints_and_a_solution() -> None:
    assert "earlier chapter" in hint("3.a").text
    assert "4 · 3/2" in solution("3.a", sure=True).text


# -- predictions -------------------------------------------------------------------------------


def test_predictions_are_kept_beside_the_truth(file: Path) -> None:
    assert "No prediction" in repr(predictions())
    keep("03-count", "How many?", "about 9 million")
    keep("04-bytes", "How many bytes?", "12")
    assert "not yet shown" in repr(predictions("03"))
    keep_truth("03-count", "about 9 million", "Your guess is right.", True)
    keep_truth("05-never", "1", "", True)  # nobody guessed it
    assert [row["key"] for row in predictions(3).rows()] == ["03-count"]
    assert "1 of 2 predictions right" in repr(predictions())
    page = predictions()._repr_html_()
    assert "about 9 million" in page and "✓" in page and "○" in page
    assert "guesses 1 of 1 right" in repr(progress())
    assert json.loads(file.read_text())["predictions"]["03-count"]["right"] is True


def test_the_same_truth_is_not_written_again(file: Path) -> None:
    keep("03-count", "How many?", "12")
    keep_truth("03-count", "13", "Close.", True)
    before = file.stat().st_mtime_ns
    keep_truth("03-count", "13", "Close.", True)
    assert file.stat().st_mtime_ns == before


def test_predictions_are_exported_and_reset_too(tmp_path: Path) -> None:
    keep("03-count", "How many?", "12")
    keep_truth("03-count", "13", "Close.", True)
    rows = list(
        csv.DictReader(progress().export(tmp_path / "me.csv").read_text("utf-8-sig").splitlines())
    )
    assert rows[-1]["id"] == "03-count" and rows[-1]["state"] == "guess"
    assert (rows[-1]["guess"], rows[-1]["truth"], rows[-1]["right"]) == ("12", "13", "True")
    assert len(progress().reset(sure=True).predictions) == 0


def test_a_file_from_before_predictions_is_read(file: Path) -> None:
    file.parent.mkdir()
    known = {"tries": 1, "hints": 0, "solution": False, "first": "a", "passed": "b"}
    file.write_text(json.dumps({"format": 1, "exercises": {"3.1": known}}))
    assert progress().passed == 1 and len(predictions()) == 0
    keep("03-count", "How many?", "12")
    assert progress().passed == 1 and len(predictions()) == 1


# -- progress ----------------------------------------------------------------------------------


def test_the_map_shows_every_exercise() -> None:
    check("3.1", solution_fm_fast)
    check("7.3", lambda losses, patience: False)
    shown = progress()
    text, page = repr(shown), shown._repr_html_()
    assert "✓ 3.1 fm_fast" in text and "◐ 7.3 stopping rule" in text and "○ 0.1 doctor" in text
    assert "1 of" in page and "The kd trick" in page
    assert all((exercise.name in page) != exercise.warm_up for exercise in EXERCISES.values())
    assert "warm-up 0 of 2" in page and "warm-up 0 of 2" in text


def test_the_map_says_in_words_what_its_marks_mean() -> None:
    check("3.1", solution_fm_fast)
    check("7.3", lambda losses, patience: False)
    hint("7.3"), hint("7.3"), solution("7.3", sure=True)
    page = progress()._repr_html_()
    assert "(✓ passed, ◐ tried, ○ open)" in page
    for state, cell in (
        ("passed", "✓</span> 3.1 fm_fast<"),
        ("open", "○</span> 0.1 doctor<"),
        ("tried", "◐</span> 7.3 stopping rule · 2 hints · solution seen<"),
    ):
        assert f'aria-label="{state}">{cell}' in page


def test_it_is_exported_for_a_teacher(tmp_path: Path) -> None:
    check("3.1", solution_fm_fast)
    rows = list(
        csv.DictReader(progress().export(tmp_path / "me.csv").read_text("utf-8-sig").splitlines())
    )
    assert [row["id"] for row in rows] == list(EXERCISES)
    assert rows[list(EXERCISES).index("3.1")]["state"] == "passed"
    stored = json.loads(progress().export(tmp_path / "me.json").read_text())
    assert stored[0]["tries"] == 0
    with pytest.raises(InputError, match=r"\.csv or \.json"):
        progress().export(tmp_path / "me.txt")


def test_it_is_reset_only_when_sure() -> None:
    check("3.1", solution_fm_fast)
    with pytest.raises(InputError, match="sure=True"):
        progress().reset()
    assert progress().passed == 1
    assert progress().reset(sure=True).passed == 0


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b'{"format": 1, "exercises": 3}', b"\xff\xfe",
     b'{"format": 1, "exercises": {"3.1": {"tries": "many"}}}'],
)  # fmt: skip
def test_a_damaged_file_is_kept_aside(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    assert check("3.1", solution_fm_fast).passed
    assert progress().passed == 1
    (aside,) = file.parent.glob("*.damaged-*")
    assert aside.read_bytes() == content


def test_a_place_that_cannot_be_written_is_survived(file: Path) -> None:
    file.parent.write_text("a file where the folder should be")
    feedback = check("3.1", solution_fm_fast)
    assert feedback.passed
    assert "could not be kept" in feedback.message
    assert progress().passed == 1  # in this kernel
    assert hint("3.1").title.startswith("Hint 1")
    assert hint("3.1").title.startswith("Hint 2")


def test_a_file_of_a_newer_version_is_left_alone(file: Path) -> None:
    file.parent.mkdir()
    content = '{"format": 99, "exercises": {"3.1": "other"}}'
    file.write_text(content)
    feedback = check("3.1", solution_fm_fast)
    assert feedback.passed and "newer fmteach" in feedback.message
    assert file.read_text() == content


def test_two_notebooks_lose_nothing(file: Path) -> None:
    code = (
        "from fmteach.exercises import asking\n"
        "for _ in range(15): asking.check('3.2', {}, 1.0)\n"
    )  # fmt: skip
    running = [subprocess.Popen([sys.executable, "-c", code.format(slope)]) for slope in (2.0, 5.0)]
    assert [process.wait(60) for process in running] == [0, 0]
    assert kept.entry("3.2")["tries"] == 30


# -- slips in the record, and a class at a glance ----------------------------------------------


def test_the_slips_that_were_made_are_kept() -> None:
    lost_half, diagonal = (EXERCISES["3.1"].slips[n].answer for n in (0, 1))
    for function in (lost_half, diagonal, lost_half, wrong, solution_fm_fast):
        check("3.1", function)
    assert kept.entry("3.1")["slips"] == ["lost half", "diagonal kept"]
    row = next(row for row in progress().rows() if row["id"] == "3.1")
    assert row["slips"] == "lost half; diagonal kept"


def test_teachers_see_the_slips_of_an_exercise() -> None:
    assert ("lost half", EXERCISES["3.1"].slips[0].says) in asking.slips("3.1").rows
    with pytest.raises(InputError, match=r"Did you mean '3\.1'"):
        asking.slips("3.11")


def exported(tmp_path: Path, name: str, *functions) -> None:
    progress().reset(sure=True)
    for function in functions:
        check("3.1", function)
    (tmp_path / "class").mkdir(exist_ok=True)
    progress().export(tmp_path / "class" / name)


def test_a_class_at_a_glance(tmp_path: Path) -> None:
    lost_half, diagonal = (EXERCISES["3.1"].slips[n].answer for n in (0, 1))
    exported(tmp_path, "a.csv", lost_half, solution_fm_fast)
    exported(tmp_path, "b.json", lost_half, diagonal, wrong)
    exported(tmp_path, "c.csv")
    (tmp_path / "class" / "list.csv").write_text("name,mark\nA,1\n")
    (tmp_path / "class" / "broken.json").write_text("{")
    (tmp_path / "class" / "notes.txt").write_text("nothing")
    found = gather(tmp_path / "class")
    assert found.learners == 3
    assert found.table.rows == (
        ("3.1 fm_fast", 1, 2, 2.5, 0.0, "lost half (2), diagonal kept (1)"),
    )
    assert [text.split()[0] for text in found.unread] == ["broken.json", "list.csv"]
    assert "3 learners" in repr(found) and "3 learners" in found._repr_html_()


def test_a_class_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="no folder"):
        gather(tmp_path / "nowhere")
    with pytest.raises(InputError, match="export"):
        gather(tmp_path)
