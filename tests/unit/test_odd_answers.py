"""What learners hand in that is no number: each is told what came, and what to do."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fmteach.exercises.asking import check
from fmteach.exercises.kd_trick.two_passes import solution_fm_fast

pytestmark = pytest.mark.usefixtures("progress_file")


async def waits(x, V):
    return solution_fm_fast(x, V)


def yields(x, V):
    yield solution_fm_fast(x, V)


class Odd:
    shape = property(lambda self: 1 / 0)

    def __repr__(self) -> str:
        raise RuntimeError("no text")

    def __array__(self, *args, **named):
        raise KeyError("array")


def nested() -> list:
    itself: list = []
    itself.append(itself)
    return itself


@pytest.mark.parametrize(
    "function, says",
    [
        (waits, "write def alone"),
        (yields, "use return and a list"),
        (lambda x, V: 1 + 2j, "complex numbers"),
        (lambda x, V: np.array([1j]), "complex numbers"),
        (lambda x, V: torch.tensor(1j), "complex numbers"),
        (lambda x, V: 10**400, "one number is wanted"),
        (lambda x, V: Odd(), "an object of the kind Odd"),
        (lambda x, V: nested(), "one number is wanted"),
        (lambda x, V: [[1, 2], [3]], "[[1, 2], [3]]; one number is wanted"),
        (lambda x, V: np.array(["1.5"]), "one number is wanted"),
        (lambda x, V: solution_fm_fast, "returned a function"),
        (lambda x, V: torch.ones((), device="meta"), "one number is wanted"),
        (lambda x, V: torch.ones(3, 3).to_sparse(), "shape [3, 3]; one number is wanted"),
        (solution_fm_fast(torch.ones(2), torch.ones(2, 2)), "the number 2 came. Give its name"),
        (Odd(), "an object of the kind Odd came"),
    ],
)
def test_what_came_is_named(function, says: str, recwarn: pytest.WarningsRecorder) -> None:
    feedback = check("3.1", function)
    assert feedback.verdict == "not yet" and says in feedback.message, feedback
    assert " at 0x" not in feedback.message and len(feedback.message.split()) < 60
    assert not recwarn.list


@pytest.mark.parametrize(
    "rounded",
    [
        lambda x, V: round(float(solution_fm_fast(x, V)), 2),
        lambda x, V: torch.as_tensor(solution_fm_fast(x, V)).half(),
        lambda x, V: torch.as_tensor(solution_fm_fast(x, V)).bfloat16(),
    ],
)
def test_rounding_is_recognised(rounded) -> None:
    assert "as rounding or float16 leave it" in check("3.1", rounded).message


def test_a_wrong_answer_that_is_right_on_the_first_trial_is_no_rounding() -> None:
    def right_for_small(x, V):
        return solution_fm_fast(x, V) * (1.0 if len(x) == 4 else 2.0)

    message = check("3.1", right_for_small).message
    assert "rounding" not in message and "for d = 4" not in message


@pytest.mark.parametrize("answer", ["5", "0,5032"])
def test_a_number_in_quotation_marks(answer: str) -> None:
    assert f"without quotation marks is wanted, such as 0.5; got {answer!r}" in (
        check("3.4", answer).message
    )


def test_numbers_without_an_end() -> None:
    for answer in (float("nan"), float("inf"), np.array([-np.inf])):
        assert "one number is wanted" in check("3.4", answer).message


def test_an_array_is_no_choice() -> None:
    assert "none of the answers" in check("3.5", np.array([1, 2])).message
    assert check("3.5", "  ").verdict == "not attempted"


def test_work_in_place_spoils_no_other_trial() -> None:
    def lost_half_in_place(x, V):
        if not isinstance(V, np.ndarray):
            raise TypeError("only for NumPy")
        V *= x[:, None]
        x *= 0
        return V.sum(0) @ V.sum(0) - (V * V).sum()

    assert "exactly twice the truth" in check("3.1", lost_half_in_place).message


def test_a_wrong_number_in_an_array_is_compared_as_a_number() -> None:
    message = check("3.1", lambda x, V: np.array([[123.5]])).message
    assert "you get 123.5000, the definition gives" in message
