"""Arrows to drag: the factors of a few features in the plane, and what each pair adds."""

from __future__ import annotations

from fmteach.live.vectors.plane import VectorPlane, vectors

__all__ = ["VectorPlane", "vectors"]
