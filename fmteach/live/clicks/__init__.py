"""The interactives of the click notebooks: calibration, drift, and growth."""

from fmteach.live.clicks.by_time import by_time
from fmteach.live.clicks.drift import drift
from fmteach.live.clicks.growth import growth
from fmteach.live.clicks.reliability import reliability

__all__ = ["by_time", "drift", "growth", "reliability"]
