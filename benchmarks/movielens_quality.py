"""How good is the plain FM on the embedded films, beside the bias model and the linear model?

    python benchmarks/movielens_quality.py

For every split the number of epochs is chosen on validation rows (80 / 10 / 10); the model is then
trained on train + validation for that many epochs and scored once on the test rows (90 / 10).
"""

from __future__ import annotations

import argparse
import statistics

import numpy as np
import torch

from fmteach import datasets
from fmteach.datasets import Dataset, Split, from_arrays
from fmteach.training import TrainConfig, Trainer, base_rate, defaults
from fmteach.training.baselines import LINEAR


def package_split(task: str, seed: int, valid: float) -> Dataset:
    """The random split that `datasets.load` makes."""
    return datasets.load("movielens", task=task, seed=seed, valid=valid)


def reference_split(task: str, valid: float) -> Dataset:
    """A harder draw: NumPy's default_rng(0) over rows in order of user, then film; the first tenth
    is the test part. The bias model has RMSE 0.888 here, the figure that is often quoted."""
    table = datasets.movielens.ratings()
    order = np.lexsort((table.film, table.user))
    users, films = np.unique(table.user, return_inverse=True)[1], table.film_row
    drawn = np.random.default_rng(0).permutation(len(table))
    tenth = len(table) // 10
    split = Split(
        train=drawn[tenth + (tenth if valid else 0) :],
        valid=drawn[tenth : tenth + (tenth if valid else 0)],
        test=drawn[:tenth],
    )
    y = table.rating if task == "rating" else (table.rating >= 4).astype(np.float32)
    return from_arrays(
        np.stack([users, films], axis=1)[order], y[order], split=split, fields=("user", "film"),
        objective="regression" if task == "rating" else "classification", name="reference split",
    )  # fmt: skip


def final_score(load, config: TrainConfig) -> tuple[float, float]:
    """(test score after refitting on 90 %, epochs that the validation rows chose)."""
    chosen = Trainer(load(0.1), config)
    chosen.fit()
    epochs = max(1, round(chosen.best.epoch))
    final = Trainer(load(0.0), config.replace(epochs=epochs, patience=None))
    final.fit()
    return final.evaluate("test")[final.task.primary], epochs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5, help="how many splits of the package")
    parser.add_argument("-k", type=int, default=16)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for task, objective in (("rating", "regression"), ("like", "classification")):
        metric = "RMSE" if task == "rating" else "AUC"
        print(f"\n{task}: test {metric}, random 90/10, user + film, k = {arguments.k}")
        print(f"{'split':12} {'base rate':>10} {'linear':>10} {'FM':>10} {'epochs':>7}")
        splits = {
            f"seed {seed}": lambda valid, seed=seed, task=task: package_split(task, seed, valid)
            for seed in range(arguments.seeds)
        }
        splits["reference"] = lambda valid, task=task: reference_split(task, valid)
        table = []
        for name, load in splits.items():
            base = base_rate(load(0.0), "test")["rmse" if task == "rating" else "auc"]
            linear, _ = final_score(load, LINEAR)
            fm, epochs = final_score(load, defaults(objective).replace(k=arguments.k))
            table.append((base, linear, fm))
            print(f"{name:12} {base:10.4f} {linear:10.4f} {fm:10.4f} {epochs:7}")
        means = [statistics.mean(column) for column in zip(*table[:-1], strict=True)]
        print(f"{'mean (seeds)':12} {means[0]:10.4f} {means[1]:10.4f} {means[2]:10.4f}")


if __name__ == "__main__":
    main()
