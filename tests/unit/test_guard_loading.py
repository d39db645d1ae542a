"""Code that loads a module when its time is over: the module is made whole, the code still ends."""

from __future__ import annotations

import importlib
import sys
import threading
import time
from pathlib import Path

import pytest

from fmteach.exercises import guard

SLOW = """
import time
end = time.monotonic() + 0.8
while time.monotonic() < end:
    pass
whole = True
"""


@pytest.fixture
def slow_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "loads_slowly.py").write_text(SLOW)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "loads_slowly", raising=False)


def test_a_module_is_loaded_to_its_end_and_the_code_goes_on(slow_module) -> None:
    def learner():
        module = importlib.import_module("loads_slowly")
        return module.whole

    assert guard.in_time(learner, 0.1) is True


def test_code_that_runs_on_after_loading_is_still_stopped(slow_module) -> None:
    def learner():
        importlib.import_module("loads_slowly")
        while True:
            pass

    with pytest.raises(guard.TooLong):
        guard.in_time(learner, 0.2)
    assert sys.modules["loads_slowly"].whole
    assert not [t for t in threading.enumerate() if t.name == "fmteach exercise" and t.is_alive()]


def test_code_that_loads_nothing_gets_no_more_time() -> None:
    def learner():
        while True:
            time.sleep(0.01)

    started = time.monotonic()
    with pytest.raises(guard.TooLong):
        guard.in_time(learner, 0.2)
    assert time.monotonic() - started < 2
