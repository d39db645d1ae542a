"""What holds for every test: nothing is downloaded, the learner's data folder is left alone, and a
slow machine is no failure."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

from hypothesis import HealthCheck, settings

os.environ.setdefault("FMTEACH_OFFLINE", "1")
if "FMTEACH_DATA" not in os.environ:  # tests/run.py gives one, and so does the main test process
    os.environ["FMTEACH_DATA"] = tempfile.mkdtemp(prefix="fmteach-tests-")
    atexit.register(shutil.rmtree, os.environ["FMTEACH_DATA"], ignore_errors=True)
os.environ["FMTEACH_PROGRESS"] = os.path.join(os.environ["FMTEACH_DATA"], "progress.json")

# A test asserts behaviour; how long an example takes says something about the machine only.
settings.register_profile(
    "fmteach", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("fmteach")
