"""A training run in a thread of its own, with Pause, Step and Stop."""

from fmteach.live.session.session import Session

__all__ = ["Session"]
