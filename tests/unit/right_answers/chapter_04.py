"""Correct answers of many kinds to the exercises of notebook 04, as learners write them."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction
from functools import reduce

import numpy as np
import torch
from torch.nn import functional

# -- 4.1 to_ids --------------------------------------------------------------------------------


def loops(sizes, codes):
    ids = []
    for row in codes:
        start = 0
        new = []
        for f in range(len(sizes)):
            new.append(int(row[f]) + start)
            start += int(sizes[f])
        ids.append(new)
    return ids


def ends_minus_sizes(sizes, codes):
    return codes + np.cumsum(sizes) - sizes


def in_torch(sizes, codes):
    return codes + sizes.cumsum(0) - sizes


def torch_cat(sizes, codes):
    starts = torch.cat([torch.zeros(1, dtype=torch.long), sizes.cumsum(0)[:-1]])
    return codes + starts


def accumulate(sizes, codes):
    starts = list(itertools.accumulate(sizes[:-1], initial=0))
    return [[code + start for code, start in zip(row, starts, strict=True)] for row in codes]


def sum_of_slices(sizes, codes):
    columns = [codes[:, f] + sum(sizes[:f]) for f in range(len(sizes))]
    return np.stack(columns, axis=1)


def in_place(sizes, codes):
    for f in range(1, len(sizes)):
        codes[:, f:] += sizes[f - 1]
    return codes


def triangle(sizes, codes):
    return codes + np.tril(np.ones((len(sizes), len(sizes)), dtype=int), -1) @ sizes


def whole_at_the_end(sizes, codes):
    starts = [0.0]
    for size in sizes[:-1]:
        starts.append(starts[-1] + float(size))
    return (np.asarray(codes) + np.array(starts)).astype(int)


def recursive(sizes, codes, start=0):
    sizes, codes = [int(size) for size in sizes], [[int(c) for c in row] for row in codes]
    if not sizes:
        return [[] for _ in codes]
    rest = recursive(sizes[1:], [row[1:] for row in codes], start + sizes[0])
    return [[row[0] + start, *more] for row, more in zip(codes, rest, strict=True)]


def rolled(sizes, codes):
    starts = np.roll(np.cumsum(sizes), 1)
    starts[0] = 0
    return codes + starts[None, :]


# -- 4.2 pad -----------------------------------------------------------------------------------


def appended(rows):
    longest = 0
    for row in rows:
        if len(row) > longest:
            longest = len(row)
    ids, values = [], []
    for row in rows:
        filled = list(row)
        while len(filled) < longest:
            filled.append((0, 0))
        ids.append([i for i, _ in filled])
        values.append([x for _, x in filled])
    return ids, values


def in_front(rows):
    m = max(map(len, rows))
    filled = [[(0, 0.0)] * (m - len(row)) + row for row in rows]
    table = np.array(filled)
    return table[:, :, 0].astype(int), table[:, :, 1]


def pad_sequence(rows):
    pad = torch.nn.utils.rnn.pad_sequence
    ids = pad([torch.tensor([i for i, _ in row], dtype=torch.long) for row in rows], True)
    values = pad([torch.tensor([x for _, x in row], dtype=torch.float) for row in rows], True)
    return ids, values


def zip_longest(rows):
    columns = list(itertools.zip_longest(*rows, fillvalue=(0, 0.0)))
    ids = [[column[n][0] for column in columns] for n in range(len(rows))]
    values = [[column[n][1] for column in columns] for n in range(len(rows))]
    return torch.tensor(ids), torch.tensor(values)


def own_last_id(rows):
    m = max(len(row) for row in rows)
    filled = [row + [(row[-1][0] if row else 0, 0.0)] * (m - len(row)) for row in rows]
    return [[i for i, _ in row] for row in filled], [[x for _, x in row] for row in filled]


def too_wide(rows):
    m = max(len(row) for row in rows) + 3
    ids, values = torch.zeros(len(rows), m).long(), torch.zeros(len(rows), m)
    for n, row in enumerate(rows):
        for j, (i, x) in enumerate(row):
            ids[n, j], values[n, j] = i, x
    return ids, values


def sorted_rows(rows):
    m = max(len(row) for row in rows)
    ids, values = np.zeros((len(rows), m), np.int32), np.zeros((len(rows), m), np.float32)
    for n, row in enumerate(rows):
        for place, (i, x) in enumerate(sorted(row)):
            ids[n, place] = i
            values[n, place] = x
    return ids, values


def np_pad(rows):
    m = max(len(row) for row in rows)
    ids = [np.pad(np.array([i for i, _ in row], int), (0, m - len(row))) for row in rows]
    values = [np.pad(np.array([x for _, x in row], float), (0, m - len(row))) for row in rows]
    return np.stack(ids), np.stack(values)


def changed_in_place(rows):
    m = len(max(rows, key=len))
    for row in rows:
        row.extend([(0, 0.0)] * (m - len(row)))
    return tuple(zip(*[zip(*row, strict=True) for row in rows], strict=True))


def a_list_of_two(rows):
    return list(appended(rows))


def full_of_a_real_id(rows):
    m = max(len(row) for row in rows)
    known = next(i for row in rows for i, _ in row)
    ids, values = np.full((len(rows), m), known), np.zeros((len(rows), m))
    for n, row in enumerate(rows):
        if row:
            ids[n, : len(row)], values[n, : len(row)] = zip(*row, strict=True)
    return ids, values


# -- 4.3 fm_sparse -----------------------------------------------------------------------------


def plain_loops(ids, values, w0, w, V):
    scores = []
    for n in range(len(ids)):
        score = w0
        for i, x in zip(ids[n], values[n], strict=True):
            score = score + w[i] * x
        for l in range(len(V[0])):
            total, squares = 0.0, 0.0
            for i, x in zip(ids[n], values[n], strict=True):
                z = V[i][l] * x
                total = total + z
                squares = squares + z * z
            score = score + 0.5 * (total * total - squares)
        scores.append(float(score))
    return scores


def all_pairs_of_m(ids, values, w0, w, V):
    scores = []
    for row, x in zip(ids, values, strict=True):
        score = w0 + sum(w[i] * a for i, a in zip(row, x, strict=True))
        for a in range(len(row)):
            for b in range(a + 1, len(row)):
                dot = sum(V[row[a]][l] * V[row[b]][l] for l in range(len(V[0])))
                score += dot * x[a] * x[b]
        scores.append(score)
    return scores


def einsum_in_torch(ids, values, w0, w, V):
    total = torch.einsum("nm,nmk->nk", values, V[ids])
    squares = torch.einsum("nm,nmk->nk", values**2, V[ids] ** 2)
    return w0 + torch.einsum("nm,nm->n", values, w[ids]) + 0.5 * (total**2 - squares).sum(-1)


def embedding_layers(ids, values, w0, w, V):
    z = functional.embedding(ids, V) * values.unsqueeze(-1)
    linear = (functional.embedding(ids, w[:, None]).squeeze(-1) * values).sum(dim=1)
    return (w0 + linear + 0.5 * (z.sum(dim=1).pow(2) - z.pow(2).sum(dim=1)).sum(dim=1)).tolist()


def embedding_bags(ids, values, w0, w, V):
    total = functional.embedding_bag(ids, V, per_sample_weights=values, mode="sum")
    z = V[ids] * values[:, :, None]
    linear = functional.embedding_bag(ids, w[:, None], per_sample_weights=values, mode="sum")
    return w0 + linear[:, 0] + ((total * total).sum(1) - (z * z).sum((1, 2))) / 2


def matrix_of_pairs(ids, values, w0, w, V):
    z = values[:, :, None] * V[ids]
    gram = np.matmul(z, z.transpose(0, 2, 1))
    upper = np.triu(gram, 1).sum(axis=(1, 2))
    return w0 + (w[ids] * values).sum(axis=1) + upper


def row_by_row_in_numpy(ids, values, w0, w, V):
    out = np.empty(len(ids))
    for n in range(len(ids)):
        z = V[ids[n]] * values[n][:, None]
        out[n] = w0 + w[ids[n]] @ values[n] + 0.5 * (z.sum(0) @ z.sum(0) - (z * z).sum())
    return out


def in_float32(ids, values, w0, w, V):
    values, w, V = values.float(), w.float(), V.float()
    z = values[..., None] * V[ids]
    return w0 + (values * w[ids]).sum(1) + 0.5 * (z.sum(1) ** 2 - (z**2).sum(1)).sum(1)


def running_total(ids, values, w0, w, V):
    n, m = ids.shape
    score = torch.full((n,), w0, dtype=torch.float64)
    seen = torch.zeros(n, V.shape[1], dtype=torch.float64)
    for j in range(m):  # each feature with the sum of those before it
        z = V[ids[:, j]] * values[:, j : j + 1]
        score += w[ids[:, j]] * values[:, j] + (seen * z).sum(1)
        seen += z
    return score


def variance(ids, values, w0, w, V):
    z = values[:, :, None] * V[ids]
    m = z.shape[1]
    squares = (z * z).sum(axis=1)
    return w0 + (w[ids] * values).sum(axis=1) + (m * m * z.mean(axis=1) ** 2 - squares).sum(1) / 2


def numpy_inside(ids, values, w0, w, V):
    ids, values, w, V = (np.asarray(a) for a in (ids, values, w, V))
    z = np.take(V, ids, axis=0) * values[..., np.newaxis]
    pairs = np.square(z.sum(1)) - np.square(z).sum(1)
    return w0 + np.take(w, ids).reshape(ids.shape).__mul__(values).sum(1) + pairs.sum(1) / 2


def folded(ids, values, w0, w, V):
    def add(state, feature):
        i, x = feature
        z = [x * v for v in V[i]]
        score, seen = state
        score += w[i] * x + sum(a * b for a, b in zip(seen, z, strict=True))
        return score, [a + b for a, b in zip(seen, z, strict=True)]

    return [
        reduce(add, zip(row, x, strict=True), (w0, [0.0] * len(V[0])))[0]
        for row, x in zip(ids, values, strict=True)
    ]


# -- 4.4 merge ---------------------------------------------------------------------------------


def with_defaultdict(ids, values):
    total = defaultdict(float)
    for i, x in zip(ids, values, strict=True):
        total[int(i)] += float(x)
    return list(total.keys()), list(total.values())


def unique_and_bincount(ids, values):
    kept, place = np.unique(ids, return_inverse=True)
    return kept, np.bincount(place, weights=values)


def unique_in_torch(ids, values):
    kept, place = ids.unique(return_inverse=True)
    return kept, torch.zeros(len(kept), dtype=values.dtype).index_add(0, place, values)


def in_a_set(ids, values):
    kept = sorted({int(i) for i in ids})
    return kept, [sum(float(x) for i, x in zip(ids, values, strict=True) if i == j) for j in kept]


def dense_and_back(ids, values):
    x = np.zeros(int(max(ids)) + 1)
    np.add.at(x, np.asarray(ids), np.asarray(values))
    return np.flatnonzero(x), x[np.flatnonzero(x)]


def sorted_groups(ids, values):
    pairs = sorted(zip(ids.tolist(), values.tolist(), strict=True))
    merged = [
        (i, sum(x for _, x in group)) for i, group in itertools.groupby(pairs, lambda p: p[0])
    ]
    return [i for i, _ in merged], [x for _, x in merged]


def zeros_where_it_was(ids, values):
    for a in range(len(ids)):
        for b in range(a):
            if ids[a] == ids[b]:
                values[b] += values[a]
                values[a] = 0
                break
    return ids, values


def padded_at_the_end(ids, values):
    kept, sums = with_defaultdict(ids, values)
    more = len(ids) - len(kept)
    return torch.tensor(kept + [0] * more), torch.tensor(sums + [0.0] * more)


def same_matrix(ids, values):
    same = ids[:, None] == ids[None, :]
    first = same.argmax(axis=1) == np.arange(len(ids))
    return ids[first], (same * values).sum(axis=1)[first]


def tensors_in_lists(ids, values):
    kept, sums = [], []
    for i, x in zip(ids, values, strict=True):
        for place, other in enumerate(kept):
            if other == i:
                sums[place] = sums[place] + x
                break
        else:
            kept.append(i)
            sums.append(x)
    return kept, sums


def counter(ids, values):
    total = Counter()
    for i, x in zip(np.asarray(ids).tolist(), np.asarray(values).tolist(), strict=True):
        total.update({i: x})
    return np.array(list(total)), np.array(list(total.values()), dtype=np.float32)


def by_recursion(ids, values):
    ids, values = np.asarray(ids).tolist(), np.asarray(values).tolist()
    if not ids:
        return [], []
    first = ids[0]
    rest = [(i, x) for i, x in zip(ids, values, strict=True) if i != first]
    total = sum(x for i, x in zip(ids, values, strict=True) if i == first)
    more, sums = by_recursion([i for i, _ in rest], [x for _, x in rest])
    return [first, *list(more)], [total, *list(sums)]


RATIO = 32_000_017 / 1_265

RIGHT = {
    "4.1": [
        loops, ends_minus_sizes, in_torch, torch_cat, accumulate, sum_of_slices, in_place,
        triangle, whole_at_the_end, recursive, rolled,
    ],
    "4.2": [
        appended, in_front, changed_in_place, pad_sequence, zip_longest, own_last_id, too_wide,
        sorted_rows, np_pad, a_list_of_two, full_of_a_real_id,
    ],
    "4.3": [
        plain_loops, all_pairs_of_m, einsum_in_torch, embedding_layers, embedding_bags,
        matrix_of_pairs, row_by_row_in_numpy, in_float32, running_total, variance, numpy_inside,
        folded,
    ],
    "4.4": [
        with_defaultdict, unique_and_bincount, unique_in_torch, in_a_set, dense_and_back,
        sorted_groups, zeros_where_it_was, padded_at_the_end, same_matrix, counter, by_recursion,
        tensors_in_lists,
    ],
    "4.5": [
        (RATIO,), (25_296,), (25296.5,), (np.float64(RATIO),), (torch.tensor(RATIO),),
        (1_000_000 / 39,), (25_300,), (Fraction(32_000_017, 1_265),), (Decimal("25296.46"),),
        (np.array([RATIO]),), ([RATIO],),
    ],
    "4.6": [
        ("c",), ("C",), (" c ",), ("c)",), ("(c)",), ("C.",), ("the table V, with w",),
        ("The table V, with w",), ("  the table  V, with w",), ("THE TABLE V, WITH W.",),
    ],
}  # fmt: skip
