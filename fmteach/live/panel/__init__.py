"""The training panel: settings, live curves and a table of runs."""

from fmteach.live.panel.panel import TrainingPanel, training_panel

__all__ = ["TrainingPanel", "training_panel"]
