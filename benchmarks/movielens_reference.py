"""Reference scores on the embedded MovieLens data: global mean, and the bias model.

    python benchmarks/movielens_reference.py

The bias model predicts the mean rating plus a bias of the user plus a bias of the film, with a
ridge penalty. Its strength is chosen on the validation part of the random 80/10/10 split, and the
model is then fitted on train and validation together and measured once on the test tenth. It shows
that data and split are right (RMSE about 0.888 for this edition) and is the score that a
factorization machine has to beat.
"""

from __future__ import annotations

import time

import numpy as np

from fmteach import datasets
from fmteach.datasets import Dataset, Rows


def fit_biases(data: Dataset, penalty: float, sweeps: int = 30) -> tuple[float, np.ndarray]:
    """The mean and one bias a feature (float64 [num_features]), by alternating least squares.

    Minimises sum of (y - mean - b_user - b_film)^2 + penalty * (sum of all b^2). Given one field's
    biases the other field's have a closed form, so each sweep solves both in turn. O(sweeps * n).
    """
    ids, y = data.train.ids.numpy(), data.train.y.numpy().astype(np.float64)
    mean = float(y.mean())
    biases = np.zeros(data.num_features)
    for _ in range(sweeps):
        for field in range(ids.shape[1]):
            others = biases[ids].sum(axis=1) - biases[ids[:, field]]
            rest = np.bincount(ids[:, field], y - mean - others, data.num_features)
            count = np.bincount(ids[:, field], minlength=data.num_features)
            here = count > 0
            biases[here] = rest[here] / (count[here] + penalty)
    return mean, biases


def rmse(rows: Rows, mean: float, biases: np.ndarray | None = None) -> float:
    y = rows.y.numpy().astype(np.float64)
    score = mean if biases is None else mean + biases[rows.ids.numpy()].sum(axis=1)
    return float(np.sqrt(np.mean((y - score) ** 2)))


def main() -> None:
    start = time.perf_counter()
    data = datasets.load("movielens", task="rating", seed=0)
    print(f"load, random split: {time.perf_counter() - start:.3f} s")
    start = time.perf_counter()
    datasets.load("movielens", task="rating", features=("user", "film", "genres", "year"))
    print(f"load again, all four fields: {time.perf_counter() - start:.3f} s")

    penalties = (1, 2, 3, 4, 5, 6, 8, 10)
    on_valid = {penalty: rmse(data.valid, *fit_biases(data, penalty)) for penalty in penalties}
    for penalty, score in on_valid.items():
        print(f"bias model, penalty {penalty:>2}: validation RMSE {score:.4f}")
    penalty = min(on_valid, key=on_valid.get)

    final = datasets.load("movielens", task="rating", seed=0, valid=0.0)
    mean, biases = fit_biases(final, penalty)
    print(f"test RMSE, random 90/10, seed 0: global mean {rmse(final.test, mean):.4f}")
    print(f"test RMSE, random 90/10, seed 0: bias model  {rmse(final.test, mean, biases):.4f} "
          f"(penalty {penalty})")  # fmt: skip

    others = []
    for seed in range(1, 6):
        other = datasets.load("movielens", task="rating", seed=seed, valid=0.0)
        others.append(rmse(other.test, *fit_biases(other, penalty)))
    listed = ", ".join(f"{score:.4f}" for score in others)
    print(f"test RMSE of the bias model, seeds 1 to 5: {listed}; mean {np.mean(others):.4f}")


if __name__ == "__main__":
    main()
