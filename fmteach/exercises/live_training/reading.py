"""Exercise 7.2: three runs, and what is wrong with each."""

from __future__ import annotations

from fmteach.exercises.matching import matching_exercise
from fmteach.training import TrainConfig

# The three runs, on the like task; they differ in the learning rate alone.
READING_RUNS = {
    name: TrainConfig(learning_rate=rate, batch_size=1024, epochs=6, keep_best=False, device="cpu")
    for name, rate in (("A", 1e-4), ("B", 0.01), ("C", 0.3))
}

LOW, HIGH, OVERFITS, WELL = (
    "learning rate too low", "learning rate too high", "overfits", "well set",
)  # fmt: skip
DIAGNOSES = (LOW, HIGH, OVERFITS, WELL)

_TRUTH = {"A": LOW, "B": OVERFITS, "C": HIGH}
_WHY = {
    "A": "both curves still fall, slowly and together, when the run ends",
    "B": "the training loss keeps falling while the validation loss turns and climbs",
    "C": "the training loss itself jumps up and down and ends above the base rate",
}
# What each wrong diagnosis would have to show, and does not.
_SAYS = {
    ("A", HIGH): "Too long steps make a curve jump. In run A both curves are smooth and never "
    "rise.",
    ("A", OVERFITS): "Overfitting needs a gap that opens. In run A the two curves lie on one "
    "another to the end.",
    ("A", WELL): "A run that is well set comes to rest. Is run A at rest when it ends, or still on "
    "its way down?",
    ("B", LOW): "Too short steps make both curves slow. The training loss of run B falls fast, "
    "and far.",
    ("B", HIGH): "Too long steps show in the training loss: it jumps. In run B it falls without "
    "one jump; look at the other curve.",
    ("B", WELL): "A run that is well set ends near its lowest validation loss. Where is the lowest "
    "point of run B, and where does it end?",
    ("C", LOW): "Too short steps give smooth, slow curves. Those of run C jump. Mind the scale of "
    "its axis, too.",
    ("C", OVERFITS): "A model that overfits is good on its own training rows. Run C is worse on "
    "them than the base rate.",
    ("C", WELL): "A run that is well set beats the dashed line, the base rate. Run C ends above "
    "it.",
}  # fmt: skip


READING = matching_exercise(
    "7.2", "reading",
    right=_TRUTH, names=DIAGNOSES, what=("diagnosis", "diagnoses"),
    says={
        (run, diagnosis): f"Run {run}, “{diagnosis}”? {text}"
        for (run, diagnosis), text in _SAYS.items()
    },
    praise="; ".join(f"{run} {_TRUTH[run]}: {_WHY[run]}" for run in _TRUTH) + ".",
    hints=(
        "Look first at the training loss: does it fall, and does it fall smoothly?",
        "Then at the gap: the validation loss that turns while the training loss falls has a "
        "name.",
        "One of the three still falls at its end, one turns, one jumps above its start.",
    ),
)  # fmt: skip
