"""What a trained model says, and why: the terms of one score, the nearest features, a map of V."""

from fmteach.explain.axes import axis_words
from fmteach.explain.features import find_feature, train_rows
from fmteach.explain.neighbours import nearest
from fmteach.explain.pair import PairFactors, factors_of_pair
from fmteach.explain.principal import FactorMap, factor_map
from fmteach.explain.row_terms import Group, Term, Terms, terms
from fmteach.explain.rows import Row, compose, owners, pick
from fmteach.explain.vectors import factor_vectors

__all__ = [
    "FactorMap",
    "Group",
    "PairFactors",
    "Row",
    "Term",
    "Terms",
    "axis_words",
    "compose",
    "factor_map",
    "factor_vectors",
    "factors_of_pair",
    "find_feature",
    "nearest",
    "owners",
    "pick",
    "terms",
    "train_rows",
]
