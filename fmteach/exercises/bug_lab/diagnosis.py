"""Exercise 6.12: five cases, and the fault of each."""

from __future__ import annotations

from fmteach.exercises.matching import matching_exercise

# What each fault would show; said when it is given to a case that does not show it. In the order
# of the notebook, which numbers its faults like this too.
_WOULD_SHOW = {
    "two sigmoids": "behind two sigmoids the loss stops at a floor that you can compute by hand",
    "accuracy by equality": "a comparison by == leaves the training as it is, and only the "
    "accuracy is 0",
    "stray half": "a stray half leaves a pair term in a row without pairs, and no more than that",
    "wrong index": "with a wrong index the order of the features counts",
    "all at once": "a square over all coordinates mixes factors, so the sign of one of them counts",
    "loud start": "a loud start shows before the first step, as a loss far above the base rate",
}
FAULTS = tuple(_WOULD_SHOW)

_RIGHT = {
    "A": "loud start",
    "B": "two sigmoids",
    "C": "all at once",
    "D": "accuracy by equality",
    "E": "stray half",
}
# Where to look; said with every wrong answer.
_LOOK = {
    "A": "Look at its loss before any training",
    "B": "Look at where its loss stops",
    "C": "Look at its last line: a sign in V may change nothing",
    "D": "Look at its loss: is this model bad?",
    "E": "Look at its first line, and at the two zeros below it",
}


EXERCISE = matching_exercise(
    "6.12", "five cases",
    right=_RIGHT, names=FAULTS, what=("fault", "faults"),
    says={
        (case, fault): f"{case} is not the fault “{fault}”: {_WOULD_SHOW[fault]}. {_LOOK[case]}."
        for case in _RIGHT
        for fault in FAULTS
        if fault != _RIGHT[case]
    },
    praise="all five. C and E show themselves only in a small test of the layer: their losses fall "
    "as they should. And in D the model was in order all the time.",
    hints=(
        "Sort the cases first: which three were trained, and which two were only asked?",
        "For the three that were trained: when does the trouble show, before the first step, at "
        "the end of the loss curve, or only in the metric?",
        "A shows before the first step. B stops near 0.503. C changes with a sign. D has a good "
        "loss. E keeps a pair term in a row without a pair.",
    ),
)  # fmt: skip
