"""Models against the definition, their gradients, their files, and bad rows."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fmteach.errors import CheckpointError, InputError
from fmteach.models import (
    FactorizationMachine,
    LinearModel,
    load_model,
    save_model,
)
from fmteach.tensor_file import read_tensors, write_tensors


def fm(d=9, k=3, seed=0) -> FactorizationMachine:
    model = FactorizationMachine(d, k, init_scale=1.0, seed=seed).double()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        model.w0.fill_(0.3)
        model.w.copy_(torch.randn(d, generator=generator))
    return model


def by_definition(model, ids, values):
    """Dense x by adding up, then the score as it is defined, in plain Python."""
    w0, w, V = (p.detach().numpy() for p in (model.w0, model.w, model.V))
    scores = []
    for row_ids, row_values in zip(ids.tolist(), values.tolist(), strict=True):
        x = np.zeros(model.num_features)
        for id, value in zip(row_ids, row_values, strict=True):
            x[id] += value
        pairs = sum(V[i] @ V[j] * x[i] * x[j] for i in range(len(x)) for j in range(i + 1, len(x)))
        scores.append(w0 + w @ x + pairs)
    return np.array(scores)


@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 6))
def test_scores_follow_the_definition(seed, n, m):
    rng = np.random.default_rng(seed)
    model = fm(seed=seed)
    ids = torch.from_numpy(rng.integers(0, 9, size=(n, m)))  # repeats are common
    values = torch.from_numpy(rng.normal(size=(n, m)).round(2) * (rng.random((n, m)) < 0.8))
    np.testing.assert_allclose(
        model(ids, values).detach(), by_definition(model, ids, values), rtol=1e-9, atol=1e-9
    )
    ones = torch.ones(n, m, dtype=torch.float64)
    np.testing.assert_allclose(
        model(ids).detach(), by_definition(model, ids, ones), rtol=1e-9, atol=1e-9
    )


def test_unique_rows_give_the_same_without_the_check():
    model, ids = fm(), torch.tensor([[0, 4, 8], [1, 2, 3]])
    assert torch.equal(model(ids), model(ids, unique=True))


def test_order_of_the_features_and_padding_change_nothing():
    model = fm()
    ids, values = torch.tensor([[5, 1, 7]]), torch.tensor([[1.0, 0.5, -2.0]], dtype=torch.float64)
    wanted = model(ids, values)
    mixed = model(ids[:, [2, 0, 1]], values[:, [2, 0, 1]])
    padded = model(
        torch.tensor([[5, 1, 7, 1, 0]]),
        torch.tensor([[1.0, 0.5, -2.0, 0.0, 0.0]], dtype=torch.float64),
    )
    torch.testing.assert_close(mixed, wanted, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(padded, wanted, rtol=1e-12, atol=1e-12)


def test_the_linear_model_is_the_fm_without_pairs():
    model, linear = fm(), LinearModel(9).double()
    with torch.no_grad():
        linear.w0.copy_(model.w0)
        linear.w.copy_(model.w)
        model.V.zero_()
    ids = torch.tensor([[0, 3], [8, 8]])
    torch.testing.assert_close(model(ids), linear(ids))


@pytest.mark.parametrize("repeated", [False, True])
def test_gradients_against_finite_differences(repeated):
    model = fm(d=6, k=2)
    ids = torch.tensor([[0, 3, 3 if repeated else 5], [1, 2, 4]])
    values = torch.tensor([[1.0, 0.5, -2.0], [1.0, 1.0, 0.0]], dtype=torch.float64)
    names = ("w0", "w", "V")

    def score(*parameters):
        named = dict(zip(names, parameters, strict=True))
        return torch.func.functional_call(model, named, (ids, values))

    def penalty(*parameters):
        for name, value in zip(names, parameters, strict=True):
            assert getattr(model, name).shape == value.shape
        holder = FactorizationMachine(6, 2).double()
        for name in names:
            delattr(holder, name)
            setattr(holder, name, dict(zip(names, parameters, strict=True))[name])
        return holder.penalty(ids, values)

    given_parameters = tuple(getattr(model, name).detach().clone() for name in names)
    inputs = tuple(p.requires_grad_() for p in given_parameters)
    assert torch.autograd.gradcheck(score, inputs)
    assert torch.autograd.gradcheck(lambda w, V: penalty(inputs[0], w, V), inputs[1:])


def test_the_penalty_by_hand():
    model = fm(d=4, k=2)
    w, V = model.w.detach(), model.V.detach()
    ids = torch.tensor([[0, 1], [2, 3]])
    values = torch.tensor([[1.0, 0.0], [3.0, 1.0]], dtype=torch.float64)

    def square(i):
        return float(w[i] ** 2 + (V[i] ** 2).sum())

    wanted = (square(0) + square(2) + square(3)) / 2
    assert model.penalty(ids, values).item() == pytest.approx(wanted)
    assert model.penalty(ids).item() == pytest.approx(wanted + square(1) / 2)


def test_predict_proba_alone_applies_the_sigmoid():
    model, ids = fm(), torch.tensor([[0, 3], [2, 8]])
    scores = model(ids)
    p = model.predict_proba(ids)
    assert not p.requires_grad
    torch.testing.assert_close(p, 1 / (1 + torch.exp(-scores.detach())))
    assert scores.abs().max().item() > 1  # scores are not probabilities


def test_start_values_follow_the_rules():
    one, same, other = (FactorizationMachine(500, 8, seed=s) for s in (3, 3, 4))
    assert torch.equal(one.V, same.V) and not torch.equal(one.V, other.V)
    assert not one.w.any() and not one.w0.any()
    assert one.V.std().item() == pytest.approx(0.01, rel=0.05)


@pytest.mark.parametrize(
    "ids, values, says",
    [
        ([[0, 9]], None, "0..8.*got 0..9"),
        ([[-1, 2]], None, "0..8.*got -1..2"),
        ([0, 1], None, "shape \\[rows, features a row\\]"),
        ([[0.0, 1.0]], None, "integers"),
        ([[True, False]], None, "integers"),
        ([[0, 1]], [[1.0]], "shape of ids, \\[1, 2\\]; got \\[1, 1\\]"),
        ([[0, 1], [2, 3]], [[1.0, 1.0], [float("nan"), 1.0]], "row 1 holds NaN"),
        ([[0, 1]], [[float("inf"), 1.0]], "row 0"),
    ],
)
def test_bad_rows_are_refused_with_what_came_and_what_was_wanted(ids, values, says):
    values = None if values is None else torch.tensor(values)
    with pytest.raises(InputError, match=says):
        FactorizationMachine(9, 2)(torch.tensor(ids), values)


@pytest.mark.parametrize(
    "build, says",
    [
        (lambda: FactorizationMachine(5, 0), "k must be a whole number, 1 or more; got 0.*Linear"),
        (lambda: FactorizationMachine(5, 2.5), "got 2.5"),
        (lambda: FactorizationMachine(5, True), "got True"),
        (lambda: FactorizationMachine(5, "2"), "got '2'"),
        (lambda: FactorizationMachine(5, 2, seed=-1), "seed must be"),
        (lambda: FactorizationMachine(5, 2, seed=2**64), "at most 4294967295"),
        (lambda: FactorizationMachine(5.5, 2), "num_features must be"),
        (lambda: FactorizationMachine(5, -3), "got -3"),
        (lambda: FactorizationMachine(0, 4), "num_features must be a whole number, 1 or more"),
        (lambda: FactorizationMachine(5, 4, init_scale=-1), "init_scale"),
        (lambda: FactorizationMachine(5, 4, init_scale=float("nan")), "init_scale"),
        (lambda: LinearModel(0), "num_features"),
    ],
)
def test_bad_sizes_are_refused(build, says):
    with pytest.raises(InputError, match=says):
        build()


@pytest.mark.parametrize("model", [fm(), LinearModel(9)], ids=["fm", "linear"])
def test_a_saved_model_comes_back_the_same(model, tmp_path):
    path = save_model(model, tmp_path / "folder" / "model.safetensors")
    again = load_model(path)
    ids = torch.tensor([[0, 3, 5]])
    assert type(again) is type(model)
    assert torch.equal(again(ids), model(ids))
    assert [file.name for file in path.parent.iterdir()] == ["model.safetensors"]
    other = path.parent / "other.txt"
    other.touch()
    assert path.stat().st_mode == other.stat().st_mode  # a class may read it like any file


def test_a_model_of_another_shape_is_refused(tmp_path):
    path = save_model(fm(), tmp_path / "model.safetensors")
    with pytest.raises(CheckpointError, match="k = 3, but 16 is wanted"):
        load_model(path, expect={"k": 16})
    tensors, metadata = read_tensors(path)
    tensors["V"] = tensors["V"][:, :2].contiguous()
    write_tensors(path, tensors, metadata)
    with pytest.raises(CheckpointError, match="should hold parameters"):
        load_model(path)


def test_damaged_and_foreign_files_are_refused(tmp_path):
    good = save_model(fm(), tmp_path / "model.safetensors")
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(good.read_bytes()[:-10])
    foreign = tmp_path / "foreign.safetensors"
    write_tensors(foreign, {"a": torch.zeros(2)}, {})
    other_kind = tmp_path / "kind.safetensors"
    write_tensors(other_kind, {}, {"fmteach-model": json.dumps({"kind": "svm", "num_features": 2})})
    text = tmp_path / "text.txt"
    text.write_text("hello")
    for path, says in [
        (cut, "damaged"),
        (text, "damaged or not a safetensors file"),
        (foreign, "not a model that fmteach saved"),
        (other_kind, "not a model that fmteach saved"),
        (tmp_path / "none.safetensors", "there is no file"),
        (tmp_path, "there is no file"),
    ]:
        with pytest.raises(CheckpointError, match=says):
            load_model(path)


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = save_model(fm(seed=1), tmp_path / "model.safetensors")
    before = path.read_bytes()

    def full_disk(*args, **kwargs):
        raise OSError("no space left on device")

    monkeypatch.setattr("fmteach.tensor_file.save_file", full_disk)
    with pytest.raises(CheckpointError, match=r"cannot be written.*no space"):
        save_model(fm(seed=2), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["model.safetensors"]


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int8, torch.int16, torch.int32])
def test_ids_may_be_small_integers(dtype):
    # torch takes uint8 indices for a mask, and refuses int16.
    model, ids = fm(), torch.tensor([[0, 1, 1], [1, 0, 5]])
    assert torch.equal(model(ids.to(dtype)), model(ids))


def test_sizes_of_numpy_and_whole_floats_make_a_model_that_can_be_saved(tmp_path):
    model = FactorizationMachine(np.int64(5), 2.0)
    assert model.config() == {"kind": "fm", "num_features": 5, "k": 2, "init_scale": 0.01}
    assert load_model(save_model(model, tmp_path / "m")).k == 2


def test_rows_that_are_no_tensors_are_refused():
    with pytest.raises(InputError, match=r"ids must be a torch tensor; got list"):
        fm()([[0, 1]])
    with pytest.raises(InputError, match=r"ids must be a torch tensor; got ndarray"):
        fm()(np.array([[0, 1]]))
    with pytest.raises(InputError, match=r"values must be a torch tensor or None; got list"):
        fm()(torch.tensor([[0, 1]]), [[1.0, 2.0]])


def test_places_that_cannot_be_written_are_one_clear_error(tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(CheckpointError, match="is a folder; name a file in it"):
        save_model(fm(), tmp_path)
    with pytest.raises(CheckpointError, match="cannot be written"):
        save_model(fm(), file / "model")
    assert file.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_subclass_is_not_saved_as_what_it_is_not(tmp_path):
    class Squared(FactorizationMachine):
        def score(self, ids, values):
            return super().score(ids, values) ** 2

    with pytest.raises(InputError, match="Squared cannot be saved: load_model knows"):
        save_model(Squared(5, 2), tmp_path / "m")


@pytest.mark.parametrize("config", ["[]", "{", json.dumps({"kind": ["fm"], "num_features": 9})])
def test_a_model_file_with_odd_metadata_is_refused(tmp_path, config):
    path = save_model(fm(), tmp_path / "m")
    tensors, _ = read_tensors(path)
    write_tensors(path, tensors, {"fmteach-model": config})
    with pytest.raises(CheckpointError, match="not a model that fmteach saved"):
        load_model(path)


def test_a_model_file_with_integer_parameters_is_refused(tmp_path):
    path = save_model(fm(), tmp_path / "m")
    tensors, metadata = read_tensors(path)
    write_tensors(path, {n: t.long() for n, t in tensors.items()}, metadata)
    with pytest.raises(CheckpointError, match="floating point"):
        load_model(path)


def test_a_saved_model_keeps_its_precision(tmp_path):
    for model in (fm(), fm().float(), fm().half()):
        again = load_model(save_model(model, tmp_path / "m"))
        assert again.V.dtype == model.V.dtype and torch.equal(again.V, model.V)
