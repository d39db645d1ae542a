"""Exercise 6.4: four questions, and the metric that answers each."""

from __future__ import annotations

from fmteach.exercises.matching import matching_exercise

METRICS = ("RMSE", "accuracy", "logloss", "AUC", "NDCG@10")

_RIGHT = {"stars": "RMSE", "bid": "logloss", "top_ten": "NDCG@10", "screening": "AUC"}
_WRONG = {
    "stars": {
        "accuracy": "accuracy asks whether 3.9 is exactly 4. It treats 3.9 and 1.0 as the same "
        "mistake. How far off is a prediction?",
        "logloss": "the logloss is for labels 0 and 1. Here the label is a number of stars, and "
        "the score is in stars, too.",
        "AUC": "AUC looks only at the order. A model that says 40 stars for 4 and 30 for 3 has "
        "AUC 1.",
        "NDCG@10": "NDCG@10 judges the top of a list. The question here is one number for one "
        "film, and how far off it is.",
    },
    "bid": {
        "RMSE": "the error of p in a plain sum of squares hardly notices 0.001 said for 0.01. The "
        "bid is then ten times too low. Which metric weighs that?",
        "accuracy": "accuracy sees only whether p is above 1/2. A bid of p · value needs p itself: "
        "0.02 and 0.04 are both “no”, and double the bid.",
        "AUC": "AUC keeps its value when every p is doubled, and every bid with it. Here the value "
        "of p counts, not only the order.",
        "NDCG@10": "nothing is shown as a list here: one ad, one p, one bid. The value of p must "
        "be right.",
    },
    "top_ten": {
        "RMSE": "RMSE weighs all films alike, also those at place 5,000 that nobody will see. And "
        "the list needs an order, not stars.",
        "accuracy": "almost no film of the shop is liked by this user: a model that offers nothing "
        "has a fine accuracy. Look at the ten places.",
        "logloss": "the logloss sums over all films, seen or not. A reader sees ten: what stands "
        "there, and in which order?",
        "AUC": "AUC weighs place 5,000 against 5,001 as place 1 against 2. The reader sees only "
        "the first ten.",
    },
    "screening": {
        "RMSE": "there are no stars here, and no use for a distance. Two models are compared by "
        "the order that they give to patients.",
        "accuracy": "only 3 % are ill: a model that calls everybody healthy has 97 % accuracy and "
        "finds nobody. Which metric is 1/2 for that model?",
        "logloss": "the logloss also punishes a p that is too high everywhere. The clinic uses "
        "only the order: the higher of two scores is seen first.",
        "NDCG@10": "the clinic goes through the whole list, day after day, and not only through "
        "the first ten places.",
    },
}


METRIC = matching_exercise(
    "6.4", "the right metric",
    right=_RIGHT, names=METRICS, what=("metric", "metrics"),
    says={
        (case, metric): f"{case}: {text}"
        for case, wrong in _WRONG.items()
        for metric, text in wrong.items()
    },
    aliases={"ndcg": "NDCG@10", "crossentropy": "logloss", "rocauc": "AUC"},
    near={"mse": "MSE is the loss, in squared stars. Which metric is its root?"},
    praise="all four. Distance: RMSE. The value of p: logloss. The first ten places: NDCG@10. The "
    "order of all: AUC. Accuracy answers none of them.",
    hints=(
        "For each case, ask what the number is used for: its distance, its value as a "
        "probability, or only its place among others?",
        "Then ask who looks: at one row, at all rows, or at the first few of a list? And what "
        "would a model that always says “no” get?",
        "A distance in stars, a probability that is multiplied, ten places, the order of all. "
        "One metric is left over, and it is the one that likes rare labels too much.",
    ),
)  # fmt: skip
