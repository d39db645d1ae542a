"""The click table of notebook 01: a linear score, poly-2 and an FM on clicks that can be edited."""

from fmteach.live.clicktable.table import ClickTable, click_table

__all__ = ["ClickTable", "click_table"]
