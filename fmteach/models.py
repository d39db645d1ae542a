"""The models. Each takes sparse rows (ids, values) and returns one score a row, never a sigmoid.

A row is the list of its non-zero features: ids [n, m] says which, values [n, m] says how much
(left out: all 1, as for one-hot fields). Short rows are padded with any id and value 0.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from fmteach.arguments import whole_number, zero_or_more
from fmteach.errors import CheckpointError, InputError
from fmteach.interaction import has_repeated, merge_repeated, pairwise_sparse
from fmteach.tensor_file import read_tensors, write_tensors

_PAIRS_AT_ONCE = 65_536  # rows a pass when every pair becomes one: bounds the memory


class LinearModel(nn.Module):
    """score(x) = w0 + sum_i w_i x_i: logistic or linear regression, and the bias model on ratings.

    num_features: d. Parameters start at 0. Time O(m) a row.

    >>> model = LinearModel(10)
    >>> model(torch.tensor([[0, 3], [1, 4]]))
    tensor([0., 0.], grad_fn=<AddBackward0>)
    """

    kind = "linear"

    def __init__(self, num_features: int):
        super().__init__()
        self.num_features = whole_number("num_features", num_features)
        self.w0 = nn.Parameter(torch.zeros(()))
        self.w = nn.Parameter(torch.zeros(self.num_features))

    def forward(self, ids: Tensor, values: Tensor | None = None, unique: bool = False) -> Tensor:
        """Scores [n] of rows ids [n, m] (integers in 0..d-1), values [n, m] (None: all 1).

        unique=True promises that the ids are in range and that none is repeated in a row, and
        skips that check and the merging of repeated ids; the trainer checks once and promises.
        """
        ids, values = self.check_rows(ids, values, unique)
        return self.score(ids, values)

    def score(self, ids: Tensor, values: Tensor) -> Tensor:
        return self.w0 + (self.w[ids] * values).sum(-1)

    def score_all(
        self,
        left_ids: Tensor,
        left_values: Tensor | None,
        right_ids: Tensor,
        right_values: Tensor | None,
        unique: bool = False,
    ) -> Tensor:
        """Scores [U, I] of every left side beside every right side, such as users beside items.

        left_ids, left_values: [U, m]; right_ids, right_values: [I, n]; values None: all 1. The row
        of cell (u, i) is left row u followed by right row i. A feature stands on one side only.
        unique=True promises that, and what it promises in `forward`.

        The terms within a side are added up once a side, those across it are one matrix product:
        O(k (U m + I n) + k U I) instead of O(k U I (m + n)), with the same result.

        >>> users, items = torch.tensor([[0], [1]]), torch.tensor([[2], [3], [4]])
        >>> FactorizationMachine(5, k=2).score_all(users, None, items, None).shape
        torch.Size([2, 3])
        """
        left = self.check_rows(left_ids, left_values, unique)
        right = self.check_rows(right_ids, right_values, unique)
        if not unique and bool(torch.isin(left[0][left[1] != 0], right[0][right[1] != 0]).any()):
            raise InputError(
                "a feature stands on both sides; score_all needs features that are left or right"
            )
        return self.score_sides(left, right)

    def score_sides(self, left: tuple[Tensor, Tensor], right: tuple[Tensor, Tensor]) -> Tensor:
        """`score_all` of (ids, values) that are known to be good."""
        if self._differs_from(LinearModel):
            return self._score_every_pair(left, right)
        return (self.score(*left) - self.w0)[:, None] + self.score(*right)

    def _differs_from(self, model: type[LinearModel]) -> bool:
        """Is this a model of your own, with another score than that of its parent?"""
        own = type(self)
        return own.score is not model.score or own.forward is not model.forward

    def _score_every_pair(
        self, left: tuple[Tensor, Tensor], right: tuple[Tensor, Tensor]
    ) -> Tensor:
        # Slow, and right for a model of your own: every pair becomes a row.
        items = len(right[0])
        size = max(1, _PAIRS_AT_ONCE // max(1, items))
        blocks = []
        for some in zip(*(part.split(size) for part in left), strict=True):
            rows = (
                torch.cat([x.repeat_interleave(items, 0), z.repeat(len(x), 1)], 1)
                for x, z in zip(some, right, strict=True)
            )
            blocks.append(self(*rows, unique=True).view(len(some[0]), items))
        return torch.cat(blocks)

    def penalty(self, ids: Tensor, values: Tensor | None = None) -> Tensor:
        """Squares of the parameters that a row looks up, summed; the mean over the rows.

        Weighted by L2 it is added to the loss. A frequent feature meets it more often, which is
        the L2 of stochastic gradient descent in libFM. Places with value 0 do not count.
        """
        squares = self._squares(ids)
        return (squares if values is None else squares * (values != 0)).sum(-1).mean()

    def _squares(self, ids: Tensor) -> Tensor:
        return self.w[ids].square()

    def check_rows(
        self, ids: Tensor, values: Tensor | None, unique: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Rows that follow the definition: ids in range, each once a row, finite values."""
        if unique:
            return ids, torch.ones_like(ids, dtype=self.w.dtype) if values is None else values
        if not isinstance(ids, Tensor):
            raise InputError(f"ids must be a torch tensor; got {type(ids).__name__}")
        if not isinstance(values, Tensor | None):
            raise InputError(f"values must be a torch tensor or None; got {type(values).__name__}")
        if ids.dim() != 2 or ids.is_floating_point() or ids.dtype == torch.bool:
            raise InputError(
                f"ids must be integers of shape [rows, features a row]; got {ids.dtype} of shape "
                f"{list(ids.shape)}"
            )
        ids = ids.long()  # torch would take uint8 ids for a mask
        if values is None:
            values = torch.ones_like(ids, dtype=self.w.dtype)
        if values.shape != ids.shape:
            raise InputError(
                f"values must have the shape of ids, {list(ids.shape)}; got {list(values.shape)}"
            )
        if ids.numel() and not (0 <= int(ids.min()) and int(ids.max()) < self.num_features):
            raise InputError(
                f"ids must lie in 0..{self.num_features - 1} (the model has {self.num_features} "
                f"features); got {int(ids.min())}..{int(ids.max())}"
            )
        if not bool(torch.isfinite(values).all()):
            row = int((~torch.isfinite(values)).any(-1).nonzero()[0])
            raise InputError(
                f"values must be finite; row {row} holds NaN or infinity. Drop the row, or give "
                "the missing value a feature of its own"
            )
        values = values.to(self.w.dtype)
        if has_repeated(ids, values):
            ids, values = merge_repeated(ids, values)
        return ids, values

    def predict_proba(self, ids: Tensor, values: Tensor | None = None) -> Tensor:
        """sigmoid of the scores, [n]: the only place where a sigmoid is applied. No gradients.

        >>> LinearModel(10).predict_proba(torch.tensor([[0, 3]]))
        tensor([0.5000])
        """
        with torch.no_grad():
            return torch.sigmoid(self(ids, values))

    def config(self) -> dict[str, Any]:
        """What `load_model` needs to build the model again."""
        return {"kind": self.kind, "num_features": self.num_features}


class FactorizationMachine(LinearModel):
    """score(x) = w0 + sum_i w_i x_i + sum_{i<j} <v_i, v_j> x_i x_j  (Rendle 2010, equation 1).

    num_features: d. k: factors a feature (embedding size), 1 or more. w0 and w start at 0; V is
    drawn from N(0, init_scale²) with the seed: were it 0, its gradient would be 0 for ever.
    Time O(k m) a row.

    >>> model = FactorizationMachine(10, k=4, seed=1)
    >>> tuple(model.V.shape), model(torch.tensor([[0, 3], [1, 4]])).shape
    ((10, 4), torch.Size([2]))
    """

    kind = "fm"

    def __init__(self, num_features: int, k: int = 16, *, init_scale: float = 0.01, seed: int = 0):
        super().__init__(num_features)
        try:
            self.k = whole_number("k", k)
        except InputError as error:
            raise InputError(f"{error}. A model without interactions is a LinearModel") from None
        self.init_scale = zero_or_more("init_scale", init_scale)
        generator = torch.Generator()
        generator.manual_seed(whole_number("seed", seed, least=0, most=2**32 - 1))
        V = torch.randn(self.num_features, self.k, generator=generator) * self.init_scale
        self.V = nn.Parameter(V)

    def score(self, ids: Tensor, values: Tensor) -> Tensor:
        return super().score(ids, values) + pairwise_sparse(ids, values, self.V)

    def score_sides(self, left: tuple[Tensor, Tensor], right: tuple[Tensor, Tensor]) -> Tensor:
        if self._differs_from(FactorizationMachine):
            return self._score_every_pair(left, right)
        within = (self.score(*left) - self.w0)[:, None] + self.score(*right)
        # A pair of one feature each side: the sums of x_i v_i of the sides, multiplied.
        left_sums, right_sums = (
            (values[..., None] * self.V[ids]).sum(-2) for ids, values in (left, right)
        )
        return torch.addmm(within, left_sums, right_sums.T)

    def _squares(self, ids: Tensor) -> Tensor:
        v = self.V[ids]
        return super()._squares(ids) + (v * v).sum(-1)  # twice as fast as square(), backwards

    def config(self) -> dict[str, Any]:
        return {**super().config(), "k": self.k, "init_scale": self.init_scale}


MODELS: dict[str, type[LinearModel]] = {"fm": FactorizationMachine, "linear": LinearModel}


def build_model(config: dict[str, Any]) -> LinearModel:
    """A new model from what `config()` of another one returned.

    >>> build_model(FactorizationMachine(10, k=4).config()).k
    4
    """
    arguments = {name: value for name, value in config.items() if name != "kind"}
    return MODELS[config["kind"]](**arguments)


def check_known(model: LinearModel) -> None:
    """InputError for a model that would come back from its file as one of another class."""
    if MODELS.get(model.kind) is not type(model):
        raise InputError(
            f"a {type(model).__name__} cannot be saved: load_model knows "
            f"{', '.join(m.__name__ for m in MODELS.values())}. Give the class a `kind` of its own "
            "and put it into fmteach.models.MODELS"
        )


def save_model(model: LinearModel, path: str | Path) -> Path:
    """Write a model to one safetensors file: parameters, and the configuration as JSON.

    The file is written under a temporary name and renamed, so that a crash leaves the old one.
    Errors: CheckpointError when the file cannot be written, InputError for a model of a class that
    is not in MODELS.
    """
    check_known(model)
    tensors = {name: p.detach().cpu().contiguous() for name, p in model.named_parameters()}
    return write_tensors(path, tensors, {"fmteach-model": json.dumps(model.config())})


def load_model(path: str | Path, expect: dict[str, Any] | None = None) -> LinearModel:
    """Read a model that `save_model` wrote. Nothing is unpickled.

    expect: parts of the configuration that must match, such as {"num_features": 9737, "k": 16}.
    Raises CheckpointError when the file is damaged, is no model, or does not match.
    """
    tensors, metadata = read_tensors(path)
    try:
        config = json.loads(metadata["fmteach-model"])
        model = build_model(config)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{path} is not a model that fmteach saved ({type(error).__name__}: {error})"
        ) from error
    for name, wanted in (expect or {}).items():
        if config.get(name) != wanted:
            raise CheckpointError(
                f"{path} holds a model with {name} = {config.get(name)}, but {wanted} is wanted"
            )
    shapes = {name: tuple(p.shape) for name, p in model.named_parameters()}
    found = {name: tuple(t.shape) for name, t in tensors.items()}
    if shapes != found:
        raise CheckpointError(f"{path} should hold parameters {shapes}, but holds {found}")
    if not all(tensor.is_floating_point() for tensor in tensors.values()):
        raise CheckpointError(f"{path} should hold floating point parameters, but does not")
    model.to(tensors["w"].dtype)
    model.load_state_dict(tensors)
    return model
