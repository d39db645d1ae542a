"""Dataset, Rows, encodings and own arrays: what they promise and what they refuse."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fmteach.datasets import Dataset, Rows, Table, from_arrays, load
from fmteach.datasets.encoding import encode_category, encode_set, join_fields
from fmteach.errors import InputError

CODES = [[0, 2], [1, 0], [1, 1], [0, 1], [2, 2]]
STARS = [5.0, 3.0, 4.0, 2.0, 1.0]


@pytest.fixture
def small() -> Dataset:
    return from_arrays(CODES, STARS, fields=("user", "film"), valid=0.2, test=0.2)


# --- names of features ------------------------------------------------------------------------


def test_names_and_numbers_of_features_go_both_ways() -> None:
    data = load("movielens", features=("user", "film", "genres", "year"))
    names = [data.feature_name(i) for i in range(data.num_features)]
    assert len(set(names)) == data.num_features
    assert [data.feature_id(name) for name in names] == list(range(data.num_features))
    toy = data.feature_id("film=Toy Story (1995)")
    assert data.feature_name(torch.tensor(toy)) == "film=Toy Story (1995)"
    assert data.feature_name(np.int64(0)) == "user=1"
    assert toy in data.find_features("toy story")
    assert data.find_features("no film is called this") == {}


def test_unknown_features_are_refused_with_a_hint(small: Dataset) -> None:
    assert small.field_dims == (3, 3)
    for bad in (-1, 6, 2.5):
        with pytest.raises(InputError, match="features go from 0 to 5"):
            small.feature_name(bad)
    with pytest.raises(InputError, match=r"did you mean 'film=2'\?"):
        small.feature_id("films=2")


# --- encodings --------------------------------------------------------------------------------


@given(
    column=st.lists(st.integers(-5, 5), min_size=1, max_size=40),
    share=st.floats(0.05, 1),
    min_count=st.integers(1, 3),
)
def test_a_code_stands_for_one_value_of_train(
    column: list[int], share: float, min_count: int
) -> None:
    values = np.array(column)
    train = np.arange(max(1, round(share * len(values))))
    field = encode_category("f", values, train, min_count=min_count)
    kept = [value for value in sorted(set(column)) if (values[train] == value).sum() >= min_count]
    assert field.labels == (*map(str, kept), "(unseen)")
    for value, code in zip(column, field.codes[:, 0].tolist(), strict=True):
        assert code == (kept.index(value) if value in kept else len(kept))


@given(
    sets=st.lists(st.sets(st.integers(0, 4), min_size=1), min_size=1, max_size=12),
    share=st.floats(0.05, 1),
)
def test_a_set_is_coded_with_equal_weights_that_sum_to_one(
    sets: list[set[int]], share: float
) -> None:
    names = ["a", "b", "c", "d", "e"]
    membership = np.array([[g in s for g in range(5)] for s in sets])
    item = np.arange(len(sets))
    train = item[: max(1, round(share * len(sets)))]
    field = encode_set("g", names, membership, item, train)
    known = sorted(set().union(*(sets[i] for i in train)))
    assert field.labels == (*(names[g] for g in known), "(unseen)")
    for row, (codes, values) in enumerate(zip(field.codes, field.values, strict=True)):
        assert len(set(codes.tolist())) == len(codes)
        wanted = dict.fromkeys(
            (known.index(g) for g in sets[row] if g in known), 1 / len(sets[row])
        )
        rest = sum(g not in known for g in sets[row])
        if rest:
            wanted[len(known)] = rest / len(sets[row])
        got = {c: v for c, v in zip(codes.tolist(), values.tolist(), strict=True) if v}
        assert got == pytest.approx(wanted)


def test_an_item_without_any_value_is_refused() -> None:
    with pytest.raises(InputError, match="at least one value"):
        encode_set("g", ["a"], np.array([[False]]), np.array([0]), np.array([0]))


def test_nan_is_a_value_like_others() -> None:
    column = np.array([np.nan, 2.0, np.nan, 1.0, 3.0])
    field = encode_category("age", column, np.array([0, 1]))
    assert field.labels == ("2.0", "nan", "(unseen)")
    assert field.codes[:, 0].tolist() == [1, 0, 1, 2, 2]
    without = encode_category("age", column, np.array([1, 3]))
    assert without.labels == ("1.0", "2.0", "(unseen)")
    assert without.codes[:, 0].tolist() == [2, 1, 2, 0, 2]


def test_joined_fields_are_offset_and_get_ones_only_where_needed() -> None:
    user = encode_category("user", np.array([7, 8]), np.array([0, 1]))
    genres = encode_set("g", ["a", "b"], np.array([[True, True]]), np.array([0, 0]), np.array([0]))
    ids, values = join_fields([user, user])
    assert ids.tolist() == [[0, 3], [1, 4]] and values is None
    ids, values = join_fields([user, genres])
    assert ids.tolist() == [[0, 3, 4], [1, 3, 4]]
    assert values.dtype == np.float32 and values.tolist() == [[1, 0.5, 0.5]] * 2


# --- own arrays -------------------------------------------------------------------------------


def test_own_arrays_become_a_data_set(small: Dataset) -> None:
    assert [len(small.train), len(small.valid), len(small.test)] == [3, 1, 1]
    assert small.num_features == 6 and small.offsets == (0, 3)
    for part in ("train", "valid", "test"):
        rows = getattr(small, part)
        for ids, y, number in zip(
            rows.ids.tolist(), rows.y.tolist(), getattr(small.split, part), strict=True
        ):
            assert ids == [CODES[number][0], CODES[number][1] + 3]
            assert y == STARS[number]


def test_own_arrays_with_values_times_and_dims() -> None:
    data = from_arrays(
        torch.tensor(CODES),
        torch.tensor([1, 0, 1, 0, 1]),
        values=np.full((5, 2), 0.5),
        objective="classification",
        field_dims=(4, 4),
        split="time",
        times=[50, 40, 30, 20, 10],
        valid=0.2,
        test=0.2,
        name="made up",
        real=False,
    )
    assert data.split.train.tolist() == [4, 3, 2] and data.split.test.tolist() == [0]
    assert data.field_dims == (4, 4) and data.fields == ("field 1", "field 2")
    assert data.title == "made up (synthetic)" and not data.real
    assert (data.train.values == 0.5).all()


def test_fingerprint_of_own_arrays_follows_their_content(small: Dataset) -> None:
    same = from_arrays(CODES, STARS, fields=("user", "film"), valid=0.2, test=0.2)
    other = from_arrays(CODES, [*STARS[:-1], 2.0], fields=("user", "film"), valid=0.2, test=0.2)
    seeded = from_arrays(CODES, STARS, fields=("user", "film"), valid=0.2, test=0.2, seed=1)
    assert small.fingerprint == same.fingerprint
    assert len({small.fingerprint, other.fingerprint, seeded.fingerprint}) == 3


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([], []), {}, r"codes has shape \[0\]"),
        ((np.zeros((0, 2), int), []), {}, "at least one row"),
        ((np.zeros((2, 0), int), [1, 2]), {}, "at least one row and one column"),
        (([[0, 1], [1]], [1, 2]), {}, "not a table of numbers"),
        (([["a", "b"]], [1]), {}, "give numbers"),
        (([[0.5, 1]], [1]), {}, r"codes\[0, 0\] is 0.5: a whole number"),
        (([[0, 1]], [float("nan")]), {}, r"y\[0\] is nan: a finite number"),
        (([[0, 1]], [float("inf")]), {}, r"y\[0\] is inf: a finite number"),
        (([[0, 1]], [1, 2]), {}, "codes has 1 rows and y has 2"),
        (([[0, -1]], [1]), {}, r"codes\[0, 1\] is -1, but the codes of field 'field 2'"),
        (([[0, 3]], [1]), {"field_dims": (1, 3)}, "go from 0 to 2"),
        (([[0, 1]], [1]), {"field_dims": (1,)}, "1 field_dims"),
        (([[0, 1]], [1]), {"fields": ("a",)}, "1 field names"),
        (([[0, 1]], [1]), {"values": [[1.0]]}, "values has shape"),
        (([[0, 1]], [1]), {"values": [[1.0, float("nan")]]}, r"values\[0, 1\] is nan"),
        (([[0, 1]], [3]), {"objective": "classification"}, "targets 0 and 1, but y holds 3"),
        (([[0, 1]], [1]), {"objective": "click"}, "unknown objective 'click'"),
        (([[0, 1]], [1]), {"objective": "ranking"}, "make it with fmteach.datasets.from_pairs"),
        (([[0, 1]], [1]), {"split": "time"}, "needs a time in every row"),
        (([[0, 1]], [1]), {"split": "time", "times": [1, 2]}, "times has shape"),
        (([[0, 1]], [1]), {"seed": None}, "seed is None"),
    ],
)
def test_bad_arrays_are_refused(arguments: tuple, options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        from_arrays(*arguments, **options)


# --- Rows and Dataset check themselves --------------------------------------------------------


@pytest.mark.parametrize(
    ("ids", "values", "y", "message"),
    [
        ([[0]], None, torch.zeros(1), "ids is a list"),
        (torch.zeros(1, 2), None, torch.zeros(1), "ids is torch.float32"),
        (torch.zeros(2, dtype=torch.int64), None, torch.zeros(2), r"shape \[2\]"),
        (torch.zeros(1, 0, dtype=torch.int64), None, torch.zeros(1), "no columns"),
        (torch.zeros(2, 1, dtype=torch.int64), None, torch.zeros(1), "2 rows and y has 1"),
        (torch.zeros(1, 1, dtype=torch.int64), None, torch.zeros(1).double(), "y is torch.float64"),
        (torch.zeros(1, 1, dtype=torch.int64), None, torch.tensor([torch.nan]), "NaN"),
        (torch.zeros(1, 1, dtype=torch.int64), torch.ones(1, 2), torch.zeros(1), "values has"),
        (
            torch.zeros(1, 1, dtype=torch.int64),
            torch.tensor([[torch.inf]]),
            torch.zeros(1),
            r"values holds NaN or infinity in 1 place\(s\), first at \[0, 0\]",
        ),
    ],
)
def test_bad_rows_are_refused(ids: object, values: object, y: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Rows(ids, values, y)


def test_a_data_set_refuses_what_does_not_fit(small: Dataset) -> None:
    y = torch.zeros(1)

    def rows(ids: list[int], values: list[float] | None = None) -> Rows:
        return Rows(torch.tensor([ids]), None if values is None else torch.tensor([values]), y)

    with pytest.raises(InputError, match=r"test: ids go from 0 to 6, but .* 0 to 5"):
        replace(small, test=rows([0, 6]))
    with pytest.raises(InputError, match="valid: ids go from -1"):
        replace(small, valid=rows([-1, 3]))
    with pytest.raises(InputError, match="the same id twice"):
        replace(small, train=rows([3, 3]))
    with pytest.raises(InputError, match="the same id twice"):
        replace(small, train=rows([0, 3, 3], [1.0, 0.5, 0.5]))
    replace(small, train=rows([0, 3, 3], [1.0, 0.5, 0.0]))  # padding may repeat an id
    replace(small, train=rows([0, 3, 3, 3], [1.0, 0.5, 0.0, 0.0]))
    replace(small, train=rows([3, 0]))  # the columns need not follow the fields
    empty = Rows(torch.zeros(0, 2, dtype=torch.int64), None, torch.zeros(0))
    with pytest.raises(InputError, match="training part is empty"):
        replace(small, train=empty)
    assert len(replace(small, valid=empty, test=empty).test) == 0
    with pytest.raises(InputError, match="do not go together"):
        replace(small, num_features=7)
    with pytest.raises(FrozenInstanceError):
        small.name = "other"


# --- what a person sees -----------------------------------------------------------------------


def test_describe_counts_what_is_there(small: Dataset) -> None:
    data = load("movielens", task="like")
    by_part = {row[0]: dict(zip(data.describe().columns, row, strict=True)) for row in
               data.describe().rows}  # fmt: skip
    assert by_part["train"]["rows"] == 80_004
    assert by_part["train"]["unseen"] == 0
    unseen_film = data.feature_id("film=(unseen)")
    unseen_user = data.feature_id("user=(unseen)")
    unseen = (data.test.ids[:, 0] == unseen_user) | (data.test.ids[:, 1] == unseen_film)
    assert by_part["test"]["unseen"] == int(unseen.sum()) > 0
    assert by_part["train"]["film"] == data.field_dims[1] - 1
    share = by_part["train"]["share of like = 1"]
    assert share == pytest.approx(float(data.train.y.mean()), abs=1e-6)
    assert by_part["train"]["pairs filled"] == "1.42 %"
    assert "mean regression" in str(small.describe())


def test_describe_leaves_padding_out() -> None:
    data = load("movielens", features=("genres",))
    train = data.describe().rows[0]
    assert train[:4] == ("train", 80_004, 20, 0)


def test_head_is_readable() -> None:
    data = load("movielens", features=("user", "film", "genres"))
    table = data.head(3)
    assert table.columns == ("user", "film", "genres", "rating") and len(table) == 3
    number = int(data.train.ids[0, 1])
    assert f"film={table.rows[0][1]}" == data.feature_name(number)
    assert len(data.head(3, part="test")) == 3
    with pytest.raises(InputError, match="unknown part 'tset'"):
        data.head(part="tset")


def test_reprs_are_short_and_html_is_escaped(small: Dataset) -> None:
    assert "train 80,004" in repr(load("movielens")) and len(repr(load("movielens"))) < 200
    html = replace(small, title="<b>&")._repr_html_()
    assert "&lt;b&gt;&amp;" in html and "<table>" in html and 'style="color' not in html
    table = Table(("a<", "n"), (("x&y", 1), ("z", 20_000)))
    assert "a&lt;" in table._repr_html_() and "x&amp;y" in table._repr_html_()
    assert str(table).splitlines() == ["a<        n", "x&y       1", "z    20,000"]
