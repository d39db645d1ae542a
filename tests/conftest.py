"""What holds for every test: nothing is downloaded, and a slow machine is no failure."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

os.environ.setdefault("FMTEACH_OFFLINE", "1")

# A test asserts behaviour; how long an example takes says something about the machine only.
settings.register_profile(
    "fmteach", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("fmteach")
