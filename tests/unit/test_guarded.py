"""A check leaves the notebook as it was, whatever the learner's code does."""

from __future__ import annotations

import builtins
import random
import sys
import threading
import time
import types

import numpy as np
import pytest
import torch

from fmteach.exercises import asking, guard
from fmteach.exercises.asking import check, hint
from fmteach.exercises.catalogue import EXERCISES
from fmteach.exercises.feedback import Feedback
from fmteach.exercises.kd_trick.two_passes import solution_fm_fast

pytestmark = pytest.mark.usefixtures("progress_file")


def drawn() -> tuple[bytes, bytes, object]:
    numpy_state = np.random.get_state()[1].tobytes()  # noqa: NPY002
    return torch.get_rng_state().numpy().tobytes(), numpy_state, random.getstate()


def seeds_and_draws(x, V):
    torch.manual_seed(1)
    np.random.seed(2)  # noqa: NPY002
    random.seed(3)
    torch.set_default_dtype(torch.float64)
    return solution_fm_fast(x, V)


def test_random_numbers_and_the_dtype_go_on_as_before() -> None:
    before = drawn()
    assert check("3.1", seeds_and_draws).passed
    assert drawn() == before and torch.get_default_dtype() == torch.float32


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_a_check_itself_draws_no_number_of_the_learners(exercise) -> None:
    if callable(exercise.solution):
        before = drawn()
        exercise.check(exercise.solution)
        assert drawn() == before


def test_what_is_printed_without_end_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    def chatty(x, V):
        for _ in range(2000):
            print("spam and eggs")
        print("a warning", file=sys.stderr)
        return solution_fm_fast(x, V)

    stream = sys.stdout
    assert check("3.1", chatty).passed
    assert sys.stdout is stream
    out, err = capsys.readouterr()
    assert out.startswith("spam and eggs\n") and "from here on is left out" in out
    assert len(out) < 11_000
    assert err.startswith("a warning\n")


def test_a_check_prints_nothing_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    for function in (solution_fm_fast, lambda x, V: 1 + 2j, lambda x, V: 0, lambda x: x[9]):
        check("3.1", function)
    assert capsys.readouterr() == ("", "")


def test_nothing_has_to_be_typed() -> None:
    typed = builtins.input
    feedback = check("3.1", lambda x, V: float(input("x? ")))
    assert feedback.verdict == "not yet" and "nothing has to be typed" in feedback.message
    assert builtins.input is typed


def test_exit_of_a_notebook_does_not_end_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    class Shell:
        ended = False

        def ask_exit(self) -> None:
            self.ended = True

    shell = Shell()
    ipython = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", ipython)

    def leaves(x, V):
        shell.ask_exit()  # what exit() and quit() do there

    assert "End the function with return" in check("3.1", leaves).message
    assert not shell.ended
    shell.ask_exit()
    assert shell.ended


class Own(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    "error",
    [BaseException("mine"), GeneratorExit(), BaseExceptionGroup("two", [SystemExit()]), Own()],
    ids=lambda error: type(error).__name__,
)
def test_no_error_of_the_code_stops_the_notebook(error: BaseException) -> None:
    def fails(x, V):
        raise error

    feedback = check("3.1", fails)
    assert feedback.verdict == "not yet" and type(error).__name__ in feedback.message


@pytest.mark.parametrize("seconds", [0.05, 0.2])
def test_what_cannot_be_stopped_is_said(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_TRIES", 2)
    go_on = threading.Event()
    with pytest.raises(guard.TooLong) as late:
        guard.in_time(lambda: go_on.wait(20), seconds)
    assert late.value.left
    go_on.set()
    with pytest.raises(guard.TooLong) as late:
        guard.in_time(lambda: [time.sleep(0.001) for _ in range(100_000)], seconds)
    assert not late.value.left


def test_a_learner_is_told_to_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    late = guard.TooLong()
    late.left = True

    def stuck(function, seconds):
        raise late

    monkeypatch.setattr(asking, "in_time", stuck)
    assert "Restart the kernel" in check("3.1", solution_fm_fast).message


def said(id: str, *answers: object, **named: object) -> str:
    feedback = check(id, *answers, **named)
    assert isinstance(feedback, Feedback) and feedback.verdict == "not yet"
    return feedback.message


def test_a_decimal_comma_in_code_is_recognised() -> None:
    assert "a point and no comma" in said("3.4", 0, 5032)


def test_other_answers_than_the_cell_gives() -> None:
    assert 'check("3.2", ' in said("3.2", 1.0, 2.0, 3.0)
    assert 'check("3.1", function)' in said("3.1", solution=solution_fm_fast)


def test_the_ladder_of_hints_skips_no_step() -> None:
    assert "hint 1 comes next" in hint("3.1", 3).text
    assert hint("3.1").text == EXERCISES["3.1"].hints[0]
    assert "hint 2 comes next" in hint("3.1", 3).text
    assert hint("3.1", 2).text == EXERCISES["3.1"].hints[1]
    assert hint("3.1", 1.0).text == EXERCISES["3.1"].hints[0]


def test_an_answer_to_a_question_leaves_a_running_cell_alone() -> None:
    def answers() -> None:
        check("3.4", 5)
        check("3.5", "a")

    torch.manual_seed(0)
    wanted = torch.rand(20_000)
    torch.manual_seed(0)
    thread = threading.Thread(target=answers)
    thread.start()
    drawn = []
    while thread.is_alive() or len(drawn) < 20_000:
        drawn.append(float(torch.rand(1)))
    assert len(set(drawn)) > 0.99 * len(drawn) and drawn[:3] == wanted[:3].tolist()
