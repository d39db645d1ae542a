"""Loss against score, to drag along: MSE, cross-entropy and BPR, one sigmoid or two."""

from fmteach.live.losses.against_score import LossAgainstScore, loss_against_score

__all__ = ["LossAgainstScore", "loss_against_score"]
