"""The derivation from O(kd²) to O(kd), to step through, and the hunt for the wrong line."""

from fmteach.live.derivation.hunt import WrongLineHunt, wrong_line
from fmteach.live.derivation.stepper import Stepper, stepper

__all__ = ["Stepper", "WrongLineHunt", "stepper", "wrong_line"]
