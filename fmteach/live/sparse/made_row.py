"""The row that the widget shows, and its factors: made by a rule, so that no table is stored.

The rule uses whole numbers only (tenths of the real ones), and collapse.js follows the same rule.
So the page and Python show the same digits at any d, and a table V of ten million rows needs no
memory. A test compares the two.
"""

from __future__ import annotations

# Tenths. Most features of a real row have the value 1; some do not.
VALUES = (10, 10, 5, 10, 10, 20)


def row_ids(d: int, m: int) -> list[int]:
    """The m columns that are not zero, in rising order: one in each of m fields of about d/m.

    >>> row_ids(1_000_000, 4)
    [77750, 482000, 636250, 790500]
    """
    ids = []
    for j in range(m):
        start, end = j * d // m, (j + 1) * d // m
        ids.append(start + (617 * j + 311) % 1000 * (end - start) // 1000)
    return ids


def value_tenths(j: int) -> int:
    """Ten times the value of the j-th non-zero feature."""
    return VALUES[j % len(VALUES)]


def factor_tenths(i: int, l: int) -> int:
    """Ten times v_il, from -9 to 9."""
    return (7 * i + 5 * l + (i % 13) * (l % 7)) % 19 - 9


def sums(d: int, m: int, k: int) -> tuple[list[int], list[int]]:
    """The two passes over the m rows: k sums (in hundredths), k sums of squares (in 1/10,000)."""
    total, squares = [0] * k, [0] * k
    for j, i in enumerate(row_ids(d, m)):
        for l in range(k):
            z = value_tenths(j) * factor_tenths(i, l)
            total[l] += z
            squares[l] += z * z
    return total, squares


def pairwise(d: int, m: int, k: int) -> float:
    """The pairwise term of the row, with four exact digits behind the point.

    >>> pairwise(1_000, 2, 1)
    0.42
    """
    total, squares = sums(d, m, k)
    return sum(t * t - s for t, s in zip(total, squares, strict=True)) // 2 / 10_000
