"""One pair's dot product, factor by factor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fmteach.datasets import Dataset, Table
from fmteach.explain.features import check_has_factors, find_feature
from fmteach.models import LinearModel


@dataclass(frozen=True, eq=False)
class PairFactors:
    """<v_i, v_j> of two features, opened into its k products.

    first, second: names of the features. v_i, v_j: float64 [k]. products: float64 [k], v_il v_jl.

    The sum is the model's; its split over the factors is not the only one possible. Turn all
    factors of V by the same rotation and every dot product, so every score, stays as it is, while
    the products change. Do not look for a meaning in factor number 3.
    """

    first: str
    second: str
    v_i: np.ndarray
    v_j: np.ndarray

    @property
    def products(self) -> np.ndarray:
        return self.v_i * self.v_j

    @property
    def value(self) -> float:
        """<v_i, v_j>, the weight of the pair."""
        return float(self.products.sum())

    def table(self) -> Table:
        """factor, v_i, v_j and their product; the last line is the sum."""
        rows = [
            (l + 1, float(a), float(b), float(a * b))
            for l, (a, b) in enumerate(zip(self.v_i, self.v_j, strict=True))
        ]
        columns = ("factor", self.first, self.second, "product")
        return Table(columns, (*rows, ("sum", "", "", self.value)))

    def __repr__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def factors_of_pair(model: LinearModel, dataset: Dataset, first: str, second: str) -> PairFactors:
    """How the weight <v_i, v_j> of a pair comes about, factor by factor.

    first, second: names of two features, such as "user=12" and "film=Heat (1995)". O(k).
    Errors: InputError for a name that is no feature, and for a model without factors.

    >>> import fmteach
    >>> from fmteach.datasets import from_arrays
    >>> data = from_arrays([[0, 0], [0, 1], [1, 0]], [1, 0, 1], fields=("user", "ad"))
    >>> model = fmteach.FactorizationMachine(data.num_features, k=2)
    >>> factors_of_pair(model, data, "user=0", "ad=1").products.shape
    (2,)
    """
    check_has_factors(model, dataset)
    i, j = find_feature(dataset, first), find_feature(dataset, second)
    v_i, v_j = (model.V.detach()[n].double().cpu().numpy() for n in (i, j))
    return PairFactors(first, second, v_i, v_j)
