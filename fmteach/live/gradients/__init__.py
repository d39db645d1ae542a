"""Gradients by hand: nine derivatives to fill in, and the scale of the first factors."""

from fmteach.live.gradients.derivatives import Derivatives, derivatives
from fmteach.live.gradients.init_scale import InitScale, init_scale

__all__ = ["Derivatives", "InitScale", "derivatives", "init_scale"]
