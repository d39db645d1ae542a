"""The hunt for the wrong line: a derivation with one planted slip; the learner picks the line.

Python computes every round whole (lines, values, answers), so that the page needs no kernel to
answer; the page and `choose` share one record of choices.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from fmteach.derivation import LINES, derive, show
from fmteach.errors import InputError
from fmteach.live.derivation.picture import column
from fmteach.live.frontend import script, style
from fmteach.slips import HISTORY, SLIPS, Slip, compare, hunting_numbers

_HERE = Path(__file__).parent


class WrongLineHunt(anywidget.AnyWidget):
    """The widget. Make it with `wrong_line`; drive it with `choose` and `another`.

    Traits: `round` (0, 1, ...: which derivation is shown), `choices` (for each round the lines
    that were chosen, in order), `found` and `tries` (the score over all rounds).
    """

    _esm = script(_HERE / "hunt.js")
    _css = style(_HERE / "stepper.css")

    round = traitlets.Int(0).tag(sync=True)
    choices = traitlets.List(traitlets.List(traitlets.Int())).tag(sync=True)
    rounds = traitlets.List().tag(sync=True)
    formulas = traitlets.Dict().tag(sync=True)
    found = traitlets.Int(0)
    tries = traitlets.Int(0)

    def __init__(self, seed: int = 0):
        order = np.random.default_rng(seed).permutation(len(SLIPS))
        rounds = [_round(SLIPS[n], seed + place) for place, n in enumerate(order)]
        names = [f"line{n}" for n in range(1, len(LINES) + 1)]
        names += [f"slip_{slip.name}" for slip in SLIPS]
        super().__init__(
            rounds=rounds,
            choices=[[] for _ in rounds],
            formulas={
                name: (_HERE / "formulas" / f"{name}.svg").read_text("utf-8") for name in names
            },
        )

    @property
    def answer(self) -> int:
        """The wrong line of the derivation that is shown."""
        return self.rounds[self.round]["answer"]

    @property
    def slip(self) -> str:
        """The name of the planted slip, for tests and for teachers."""
        return self.rounds[self.round]["slip"]

    @property
    def solved(self) -> bool:
        """Whether the wrong line of this round was found."""
        return self.answer in self.choices[self.round]

    def choose(self, line: int) -> str:
        """Pick a line (1 to 5) and get the answer, with numbers."""
        if line not in range(1, len(LINES) + 1):
            raise InputError(f"line {line!r} does not exist; choose 1 to {len(LINES)}")
        if not self.solved and line not in self.choices[self.round]:
            self.choices = [
                [*chosen, line] if n == self.round else chosen
                for n, chosen in enumerate(self.choices)
            ]
        return self.rounds[self.round]["lines"][line - 1]["said"]

    def another(self) -> None:
        """Go to the next derivation, and from the last one to the first."""
        self.round = (self.round + 1) % len(self.rounds)

    def restart(self) -> None:
        """Forget all choices and begin with the first derivation."""
        self.choices = [[] for _ in self.rounds]
        self.round = 0

    def text(self) -> str:
        """The same content as plain text: numbers, lines, what was chosen, the score."""
        shown = self.rounds[self.round]
        chosen = self.choices[self.round]
        out = ["One of these five lines is wrong. Which one?", shown["numbers"], ""]
        for number, line in enumerate(shown["lines"], start=1):
            mark = ""
            if self.solved or number in chosen:
                verdict = "wrong" if number == shown["answer"] else "right"
                mark = f"   = {show(line['value'], 2, 4)} ({verdict})"
            out.append(f"{number}  {line['formula']}{mark}")
        out.append("")
        if chosen:
            out += [shown["lines"][chosen[-1] - 1]["said"], ""]
        out.append(self.score())
        return "\n".join(out)

    def score(self) -> str:
        """The score as a sentence."""
        tries = "1 try" if self.tries == 1 else f"{self.tries} tries"
        return f"Found {self.found} of {len(self.rounds)}, {tries}."

    def to_svg(self) -> str:
        """The derivation that is shown as one still picture."""
        shown = self.rounds[self.round]
        return column(
            "One of these five lines is wrong. Which one?",
            [self.formulas[line["svg"]] for line in shown["lines"]],
            shown["numbers"],
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/plain": self.text(), "image/svg+xml": self.to_svg()}, metadata

    @traitlets.validate("round")
    def _check(self, proposal: Any) -> int:
        if not 0 <= proposal["value"] < len(self.rounds):
            raise InputError(
                f"round {proposal['value']} does not exist; "
                f"there are rounds 0 to {len(self.rounds) - 1}"
            )
        return proposal["value"]

    @traitlets.observe("choices")
    def _count(self, _change: Any) -> None:
        self.tries = sum(len(chosen) for chosen in self.choices)
        self.found = sum(
            shown["answer"] in chosen
            for shown, chosen in zip(self.rounds, self.choices, strict=True)
        )


def _round(slip: Slip, seed: int) -> dict[str, Any]:
    """One derivation with the slip planted: formulas, values, and the answer to each choice."""
    x, V = hunting_numbers(slip, seed)
    wrong, _, said = compare(slip, x, V)
    lines = []
    for step in derive(x, V):
        number, value = step.line.number, show(step.value, 2, 4)
        if number == slip.line:
            lines.append(
                {
                    "svg": f"slip_{slip.name}",
                    "formula": slip.formula,
                    "value": wrong,
                    "said": f"Found. {said} {slip.reason}",
                }
            )
            continue
        answer = (
            f"Line {number} gives {value}, and line 1, the definition, gives {value}: "
            "this line is right."
        )
        if number == 1:
            answer = (
                f"Line 1 is the definition. It gives {value}, and the other lines must give "
                "the same. Look further down."
            )
        lines.append(
            {
                "svg": f"line{number}",
                "formula": step.line.formula,
                "value": step.value,
                "said": answer,
            }
        )
    rows = "   ".join(
        f"v_{i} = ({', '.join(show(v, 0, 4) for v in row)})" for i, row in enumerate(V, start=1)
    )
    return {
        "slip": slip.name,
        "answer": slip.line,
        "lines": lines,
        "history": HISTORY.get(slip.name, ""),
        "right": f"line{slip.line}",
        "numbers": f"x = ({', '.join(show(n, 0, 4) for n in x)})   {rows}",
    }


def wrong_line(seed: int = 0) -> WrongLineHunt:
    """Find the wrong line: six derivations, each with one planted slip; seed sets their order.

    >>> hunt = wrong_line()
    >>> hunt.choose(hunt.answer).startswith("Found.")
    True
    >>> hunt.found, hunt.tries
    (1, 1)
    """
    return WrongLineHunt(seed)
