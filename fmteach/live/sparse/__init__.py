"""A row of many columns that collapses to its few non-zero features."""

from fmteach.live.sparse.collapse import Collapse, collapse

__all__ = ["Collapse", "collapse"]
