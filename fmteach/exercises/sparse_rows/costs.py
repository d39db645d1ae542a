"""Exercises 4.5 and 4.6: what a sparse row saves, and what still grows with d."""

from __future__ import annotations

from fmteach.exercises.making import choice_exercise, number_exercise
from fmteach.exercises.slip import Slip
from fmteach.interaction import multiplications

_D, _M, _K = 1_000_000, 39, 16
_DENSE = multiplications("reformulated", _D, _K)
_SPARSE = multiplications("sparse", _D, _K, _M)
_NAIVE = multiplications("naive", _D, _K)

TIMES_FEWER = number_exercise(
    "4.5", "times fewer",
    "A row of Criteo has m = 39 features that are not zero, out of d = 1,000,000. With k = 16: how "
    "many times fewer multiplications do the two passes need on the sparse row than on the dense "
    "one?",
    truth=_DENSE / _SPARSE,
    unit="times",
    within=0.02,
    slips=(
        Slip("against the definition", (_NAIVE / _SPARSE,),
             "that compares with the definition. The dense two passes cost 2dk + k + 1 already."),
        Slip("squared", ((_D / _M) ** 2,),
             "that is (d/m)². Both forms are two passes, linear in the number of features; no "
             "square is left."),
        Slip("divided by k again", (_D / (_M * _K),),
             "that has k in the sparse form only. Both forms multiply k times a feature."),
        Slip("k in the dense form only", (_D * _K / _M,),
             "that has k in the dense form only. Each feature that remains still has k factors."),
        Slip("one pass against two", (2 * _D / _M,),
             "that is twice too much: the sparse form has two passes as well."),
        Slip("definition on the m features", (_DENSE / multiplications("naive", _M, _K),),
             "that takes the definition, with its pairs, on the 39 features. Take two passes over "
             "them."),
        Slip("upside down", (_SPARSE / _DENSE,),
             "that is the sparse count divided by the dense one. The question is the other way "
             "round."),
        Slip("the sparse count", (_SPARSE,),
             "that is what the sparse row costs. Divide the cost of the dense row by it."),
        Slip("the dense count", (_DENSE,),
             "that is what the dense row costs. Divide it by the cost of the sparse row."),
        Slip("the zeros", (_D - _M,),
             "that is the number of zeros. Divide one count of multiplications by the other."),
    ),
    hints=(
        "The same formula twice: once with all d columns, once with the m that are not zero.",
        "Two passes over n features cost 2nk + k + 1 multiplications. Put in n = d, then n = m.",
        "(2 · 1,000,000 · 16 + 17) / (2 · 39 · 16 + 17).",
    ),
    solution=f"{_DENSE:,} / {_SPARSE:,} = {_DENSE / _SPARSE:,.0f}, nearly d/m = {_D / _M:,.0f}.",
    right=f"{_DENSE:,} against {_SPARSE:,}, which is {_DENSE / _SPARSE:,.0f} times fewer: nearly "
    "d/m. And d/m grows with every new user, film or word.",
    otherwise="Count both with 2nk + k + 1, for n = d and for n = m; then divide.",
)  # fmt: skip

MEMORY = choice_exercise(
    "4.6", "what still grows",
    "You train on sparse rows, and only the rows of V that were looked up are updated. The number "
    "of columns d grows from one million to ten million; m and k stay. Which memory grows with it?",
    choices={
        "the ids and values of a row": "A row has m of each, however many columns there are. Only "
        "the numbers in ids get larger, and an int64 takes 8 bytes for any of them.",
        "z, the scaled rows": "z has m rows of k numbers, one for each feature that is not zero. d "
        "is not in it.",
        "the table V, with w": "Yes. V has a row for every column, looked up or not. At k = 16 and "
        "d = 10 million its d · k numbers take 640 MB. Notebook 14 makes d smaller by hashing.",
        "the two sums": "They are 2k numbers a row. Neither d nor m is in them.",
        "the update of one row of data": "Only the m rows of V that were looked up are updated: m "
        "ids and m · k numbers say how.",
    },
    right="the table V, with w",
    hints=(
        "Go through the picture from left to right: what is as long as d?",
        "The row x has collapsed. What is its height in the picture when d grows: the list of "
        "ids, the scaled rows, or what they are looked up in?",
        "A feature needs its factors even when this row does not use it: somewhere there must be "
        "d · k numbers.",
    ),
)  # fmt: skip
