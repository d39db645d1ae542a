"""Numbers and sentences of the plane of arrows. numbers.js has the same in JavaScript.

The front end computes and words everything itself, so that it works on a page without a kernel. A
test compares the two, letter by letter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from fmteach.live.written import fixed

LONGEST = 2.0  # of an arrow
ZERO = 1e-9  # a product below this is 0 but for rounding
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
Numbers = Sequence[float]


def dot(a: Numbers, b: Numbers, k: int) -> float:
    """<a, b> over the first k factors."""
    total = 0.0
    for l in range(k):
        total += a[l] * b[l]
    return total


def products(tips: Sequence[Numbers], x: Numbers, k: int) -> list[list[float]]:
    """The d x d square of <v_i, v_j> x_i x_j. O(kd²)."""
    d = len(x)
    return [[dot(tips[i], tips[j], k) * x[i] * x[j] for j in range(d)] for i in range(d)]


def pairs(d: int) -> list[tuple[int, int]]:
    """i < j, in the order in which the definition meets them."""
    return [(i, j) for i in range(d) for j in range(i + 1, d)]


def pair_term(tips: Sequence[Numbers], x: Numbers, k: int) -> float:
    """The sum of the square over i < j. O(kd²)."""
    square, total = products(tips, x, k), 0.0
    for i, j in pairs(len(x)):
        total += square[i][j]
    return total


def sign(value: float) -> str:
    """ "+", "-", or "0" for what is 0 but for rounding."""
    return "0" if abs(value) < ZERO else "+" if value > 0 else "-"


def met(square: Sequence[Numbers], wanted: Sequence[str]) -> tuple[int, int]:
    """How many signs of a pattern are met, and how many it wants."""
    asked = [(i, j) for i, j in pairs(len(square)) if wanted[i][j] != "0"]
    return sum(sign(square[i][j]) == wanted[i][j] for i, j in asked), len(asked)


# ---- numbers for the eye -----------------------------------------------------------------------


def on_grid(value: float, steps: int = 10) -> bool:
    """Is it a whole number of tenths (or of hundredths, for steps = 100)?"""
    scaled = value * steps
    return abs(scaled - math.floor(scaled + 0.5)) < 1e-6


def coordinate(value: float) -> str:
    """One decimal where that says all, else two.

    >>> coordinate(0.5), coordinate(-0.25)
    ('0.5', '−0.25')
    """
    return fixed(value, 1 if on_grid(value) else 2)


def plain(value: float) -> str:
    """At most two decimals.

    >>> plain(1.0), plain(0.5), plain(-2.25)
    ('1', '0.5', '−2.25')
    """
    return fixed(value, 2).rstrip("0").rstrip(".")


def bracket(text: str) -> str:
    return f"({text})" if text.startswith("−") else text


def sub(n: int) -> str:
    """The number of a feature, counted from 1, below the line."""
    return str(n + 1).translate(_SUBSCRIPTS)


def arrow(tip: Numbers, k: int) -> str:
    """(0.5, −1.0)"""
    return f"({', '.join(coordinate(tip[l]) for l in range(k))})"


def equals(*shown: float) -> str:
    """ "=" where the two decimals shown are all there are, of the result and its parts; else "≈".

    >>> equals(0.5, 0.25, 2.0), equals(0.1, 0.8, 0.125)
    ('=', '≈')
    """
    return "=" if all(on_grid(value, 100) for value in shown) else "≈"


def worked(a: Numbers, b: Numbers, k: int) -> str:
    """0.5 · 1.2 + (−1.0) · 0.3"""
    return " + ".join(
        f"{bracket(coordinate(a[l]))} · {bracket(coordinate(b[l]))}" for l in range(k)
    )


# ---- the text twin -----------------------------------------------------------------------------


def pair_line(tips: Sequence[Numbers], x: Numbers, k: int, i: int, j: int) -> str:
    """What one pair adds, worked out."""
    a, b = tips[i][:k], tips[j][:k]
    value = dot(a, b, k) * x[i] * x[j]
    inner = worked(a, b, k)
    return (
        f"⟨v{sub(i)}, v{sub(j)}⟩ x{sub(i)} x{sub(j)} {equals(*a, *b, x[i], x[j])} "
        f"({inner}) · {bracket(plain(x[i]))} · {bracket(plain(x[j]))} "
        f"{equals(value, *a, *b, x[i], x[j])} {fixed(value, 2, plus=True)}"
    )


def geometry(a: Numbers, b: Numbers, k: int) -> tuple[str, str]:
    """What the directions of two arrows say of the sign, and how their lengths come in."""
    product = dot(a, b, k)
    long, other = math.sqrt(dot(a, a, k)), math.sqrt(dot(b, b, k))
    if long < ZERO or other < ZERO:
        return "An arrow of length 0 has no direction.", "Its product with every other arrow is 0."
    mark = sign(product)
    lengths = f"Lengths {fixed(long, 2)} and {fixed(other, 2)}: "
    both = f"{fixed(long, 2)} · {fixed(other, 2)}"
    if k == 1:
        said = "The same direction, so +." if mark == "+" else "Opposite directions, so −."
        return said, f"{lengths}{'' if mark == '+' else '−'}{both} ≈ {fixed(product, 2)}."
    cosine = max(-1.0, min(1.0, product / (long * other)))
    angle = fixed(math.acos(cosine) * 180 / math.pi, 0)
    said = {"+": "less than 90°, so +", "-": "more than 90°, so −", "0": "a right angle, so 0"}
    return (
        f"Angle {angle}°: {said[mark]}.",
        f"{lengths}{both} · cos {angle}° ≈ {fixed(product, 2)}.",
    )


def sum_line(tips: Sequence[Numbers], x: Numbers, k: int) -> str:
    """The pair term as a sum: +0.76 −0.18 … = −1.78."""
    square = products(tips, x, k)
    terms = " ".join(fixed(square[i][j], 2, plus=True) for i, j in pairs(len(x)))
    total = pair_term(tips, x, k)
    exact = all(on_grid(square[i][j], 100) for i, j in pairs(len(x)))
    return f"{terms} {'=' if exact else '≈'} {fixed(total, 2)}"


def twin(
    names: Sequence[str],
    tips: Sequence[Numbers],
    x: Numbers,
    k: int,
    chosen: Sequence[int],
    target: str,
    wanted: Sequence[str] | None,
) -> str:
    """Everything that the widget shows, as plain text. O(kd²)."""
    labels = [f"v{sub(n)} {name}" for n, name in enumerate(names)]
    wide = max(map(len, labels))
    arrows = [arrow(tip, k) for tip in tips]
    wider = max(map(len, arrows))
    lines = [f"k = {k} factor{'s' if k > 1 else ''}, length of an arrow at most 2"]
    for n, label in enumerate(labels):
        lines.append(
            f"{label.ljust(wide)}  {arrows[n].ljust(wider)}  x{sub(n)} = {plain(x[n])}".rstrip()
        )
    lines += ["", "What each pair i < j adds to the score:"]
    square = products(tips, x, k)
    for i, j in pairs(len(x)):
        line = f"{pair_line(tips, x, k, i, j)}  {names[i]} × {names[j]}"
        if wanted and wanted[i][j] != "0":
            mark = "✓" if sign(square[i][j]) == wanted[i][j] else "✗"
            line += f"  {mark} wanted {wanted[i][j].replace('-', '−')}"
        lines.append(line)
    lines.append(f"Pair term: {sum_line(tips, x, k)}")
    i, j = chosen
    lines += ["", f"Chosen: {names[i]} × {names[j]}. {' '.join(geometry(tips[i], tips[j], k))}"]
    if wanted:
        good, asked = met(square, wanted)
        lines.append(f"Target ({target}): {good} of {asked} signs are met.")
    return "\n".join(lines)
