"""Numbers as the widgets write them: the front ends do the same with JavaScript's toFixed."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def fixed(value: float, digits: int, plus: bool = False) -> str:
    """A number with so many decimals, a true minus sign and no minus zero; halves go up.

    Halves of what is stored: 0.125 is one, 0.995 is a little less than one.

    >>> fixed(-0.125, 2), fixed(0.3, 2, plus=True), fixed(-0.001, 2), fixed(0.995, 2)
    ('−0.13', '+0.30', '0.00', '0.99')
    """
    size = Decimal(abs(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    mark = "" if size == 0 else "−" if value < 0 else "+" if plus else ""
    return f"{mark}{size}"
