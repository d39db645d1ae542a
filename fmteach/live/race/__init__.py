"""The cost race: what the four forms of the pairwise term cost, measured while you watch."""

from fmteach.live.race.race import cost_race

__all__ = ["cost_race"]
