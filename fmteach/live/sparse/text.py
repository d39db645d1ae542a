"""The widget in words: the four stages, and the table that stands for the picture."""

from __future__ import annotations

from fmteach.live.sparse.costs import costs, in_bytes
from fmteach.live.sparse.made_row import factor_tenths, pairwise, row_ids, value_tenths

STAGES = ("The row as it is", "The zeros vanish", "m rows of V are looked up", "Two sums")
MOST_ROWS = 12  # of the table of features


def number(tenths: int) -> str:
    """Tenths as one writes them: 1, 0.5, −0.3."""
    sign, (whole, rest) = "−" if tenths < 0 else "", divmod(abs(tenths), 10)
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"


def text_table(d: int, m: int, k: int, stage: int) -> str:
    """Sizes, the non-zero features, the value of the term and the costs, as plain text."""
    lines = [
        f"One row: d = {d:,} columns, m = {m} of them not zero, k = {k} factors.",
        f"Stage {stage} of {len(STAGES)}: {STAGES[stage - 1]}.",
        "",
        f"{'id':>12} {'value':>6}   its row of V",
    ]
    ids = row_ids(d, m)
    for j, i in enumerate(ids[:MOST_ROWS]):
        factors = [number(factor_tenths(i, l)) for l in range(min(k, 4))]
        more = ", ..." if k > 4 else ""
        lines.append(f"{i:>12,} {number(value_tenths(j)):>6}   ({', '.join(factors)}{more})")
    if m > MOST_ROWS:
        lines.append(f"{'...':>12} {'':>6}   and {m - MOST_ROWS} more")
    value = f"{pairwise(d, m, k):,.4f}".replace("-", "−")
    lines += ["", f"Pairwise term: {value}, the same in all three forms.", ""]
    lines.append(f"{'form':20} {'multiplications':>25}   memory")
    for cost in costs(d, m, k):
        sizes = {"x": cost.x, "V": cost.V, "z": cost.z}
        parts = ", ".join(f"{name} {in_bytes(size, 'B')}" for name, size in sizes.items() if size)
        lines.append(
            f"{cost.name:20} {cost.multiplications:>25,}   {in_bytes(cost.bytes)} ({parts})"
        )
    return "\n".join(lines)
