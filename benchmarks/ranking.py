"""How fast is ranking, and how good is it on the embedded films?

    python benchmarks/ranking.py                      speed: lists, negatives, training
    python benchmarks/ranking.py --quality            figures of popularity, linear model and FM

Lists: NDCG@10, HR@10 and AUC of every user over all unseen films, beside a plain loop in Python
over users, positives and films (timed on a few users). Quality: settings chosen on the validation
part of split seed 0, test figures over several split seeds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch

from fmteach.datasets import Dataset, load
from fmteach.datasets.candidates import EARLIER
from fmteach.ranks import mean_metrics
from fmteach.training import TrainConfig, Trainer, base_rate, defaults, linear_baseline, popularity
from fmteach.training.ranking import measure_lists, model_block

METRICS = ("ndcg@10", "hr@10", "auc")


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """The best of a few runs, after one that is not timed."""
    work()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def by_loops(trainer: Trainer, data: Dataset, users: list[int]) -> None:
    """What the lists are worth, the way it is often written: user by user, film by film."""
    c, model = data.candidates, trainer.model
    seen = {tuple(p) for part in EARLIER["test"] for p in getattr(c, part).tolist()}
    liked = {tuple(p) for p in c.test.tolist()}
    for user in users:
        items = [i for i in range(len(c.items)) if (user, i) not in seen]
        numbers = torch.full((len(items),), user)
        with torch.no_grad():
            scores = model(*c.rows(numbers, torch.tensor(items))).tolist()
        positives = [s for i, s in zip(items, scores, strict=True) if (user, i) in liked]
        others = [s for i, s in zip(items, scores, strict=True) if (user, i) not in liked]
        sorted(scores, reverse=True)[:10]
        for positive in positives:
            sum(positive > other for other in others)


def speed() -> None:
    data = load("movielens", task="rank")
    trainer = Trainer(data, defaults("ranking").replace(epochs=1, device="cpu"))
    trainer.fit()
    c = data.candidates
    users = c.test[:, 0].unique().tolist()
    block = model_block(trainer.model, c)
    fast = seconds(lambda: mean_metrics(measure_lists(c, block, "test")[0])) / len(users)
    slow = seconds(lambda: by_loops(trainer, data, users[:20]), repeats=1) / 20
    print(f"lists of {len(c.items):,} films: {1e3 * fast:.3f} ms a user, in a Python loop "
          f"{1e3 * slow:.1f} ms, {slow / fast:.0f} times as long")  # fmt: skip
    everyone = torch.arange(len(c.users))
    sides = (c.users.at(everyone), c.items.at(slice(None)))
    with torch.no_grad():
        took = seconds(lambda: trainer.model.score_all(*sides[0], *sides[1], True))
    print(f"score_all: {len(c.users) * len(c.items) / took / 1e6:,.0f} million scores/s")
    unseen, n = c.unseen("train"), 1_000_000
    who = c.train[torch.randint(len(c.train), (n,)), 0]
    chance = torch.rand(n, dtype=torch.float64)
    print(f"negatives: {n / seconds(lambda: unseen.draw(who, chance)) / 1e6:.1f} million/s")
    for batch_size in (256, 4096):
        config = trainer.config.replace(batch_size=batch_size, epochs=3)
        timed = Trainer(data, config.replace(evaluations_per_epoch=1))
        steps = iter(timed)
        next(steps)
        started = time.perf_counter()
        for _ in range(timed.steps_per_epoch - 1):  # up to the evaluation
            next(steps)
        rate = timed.samples / (time.perf_counter() - started)
        print(f"training, k = {config.k}, batches of {batch_size:,}: {rate:,.0f} pairs/s")


def quality(splits: list[str], seeds: int, config: TrainConfig) -> None:
    for split in splits:
        found: dict[str, list[dict[str, float]]] = {}
        for seed in range(seeds if split == "random" else 1):
            data = load("movielens", task="rank", split=split, seed=seed)
            found.setdefault("base rate", []).append(base_rate(data, "test"))
            found.setdefault("popularity", []).append(popularity(data, "test"))
            found.setdefault("linear", []).append(linear_baseline(data).evaluate())
            for k in (config.k,):
                trainer = Trainer(data, config.replace(k=k))
                trainer.fit()
                found.setdefault(f"FM, k = {k}", []).append(trainer.evaluate())
        users = len(data.candidates.test[:, 0].unique())
        print(f"\n{split}: {len(data.test):,} test likes of {users} users, "
              f"{data.candidates.cold('test'):,} of films without a like in train")  # fmt: skip
        print(f"{'':14}" + "".join(f"{name:>18}" for name in METRICS))
        for name, results in found.items():
            cells = []
            for metric in METRICS:
                values = [result[metric] for result in results]
                spread = f" ± {statistics.stdev(values):.4f}" if len(values) > 1 else ""
                cells.append(f"{statistics.mean(values):.4f}{spread}")
            print(f"{name:14}" + "".join(f"{cell:>18}" for cell in cells), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quality", action="store_true")
    parser.add_argument("--splits", nargs="+", default=["random", "leave-last-out", "time"])
    parser.add_argument("--seeds", type=int, default=3, help="of the random split")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.quality:
        quality(arguments.splits, arguments.seeds, defaults("ranking"))
    else:
        speed()


if __name__ == "__main__":
    main()
