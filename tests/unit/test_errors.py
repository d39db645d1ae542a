"""What a learner sees in a notebook when something is refused."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from fmteach.errors import InputError
from fmteach.live.panel import training_panel


def test_a_notebook_shows_the_readers_line_and_the_message_only(capsys):
    shell = InteractiveShell.instance()
    try:
        shell.push({"training_panel": training_panel})
        cell = "panel = training_panel('errors', k=4)\nprint('before')\npanel.set(k=-1)"
        result = shell.run_cell(cell)
    finally:
        InteractiveShell.clear_instance()
    assert isinstance(result.error_in_exec, InputError)
    said = capsys.readouterr().out
    assert "line 3: panel.set(k=-1)" in said and "InputError" in said and "k" in said
    assert "settings.py" not in said and "Traceback" not in said


def test_elsewhere_the_traceback_is_whole():
    with pytest.raises(InputError) as caught:
        training_panel("errors", task="nothing")
    assert len(caught.traceback) > 1
